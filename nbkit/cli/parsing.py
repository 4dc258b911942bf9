"""What the parsers of all verbs share."""

from __future__ import annotations

import argparse
import os

from nbkit import __version__


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal; told its width, argparse does not load shutil for every option it adds."""

    def __init__(self, prog: str) -> None:
        try:
            width = os.get_terminal_size().columns - 2
        except (OSError, ValueError, AttributeError):  # no terminal, or no standard output
            width = 98
        super().__init__(prog, width=min(width, 118))


def add_version(parser: argparse.ArgumentParser) -> None:
    """Add `--version`, which prints the version and nothing else."""
    parser.add_argument("--version", action="version", version=__version__, help="print the version and leave")
