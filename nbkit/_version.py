"""The version: read by the build, by `nbkit --version` and by `nbkit.__version__`."""

from __future__ import annotations

__version__ = "0.1.0"
