"""The command line: thin shells that parse, call one function of a room, and report."""

from __future__ import annotations

from nbkit.cli.main import main, strip_main

__all__ = ["main", "strip_main"]
