"""The Jupyter server's side of nbkit."""

from __future__ import annotations

from nbkit._version import __version__ as __version__
