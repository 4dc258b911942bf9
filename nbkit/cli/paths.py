"""What the commands that take paths share."""

from __future__ import annotations

import os
from collections.abc import Sequence

STDIN = "-"
"""The path that stands for standard input."""
STDIN_NAME = "<stdin>"
"""What messages call it."""


def common_folder(paths: Sequence[str]) -> str:
    """Return the folder that all of `paths` are in, where the search for the configuration starts."""
    try:
        folder = os.path.commonpath([os.path.abspath(path) for path in paths])
    except ValueError:  # on Windows, two drives
        return os.curdir
    return folder if os.path.isdir(folder) else os.path.dirname(folder)
