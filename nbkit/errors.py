"""What can go wrong, one class for each thing a caller would handle differently.

A message is one line: where, what was expected, what was found, what to do. Nothing here
knows of exit codes or HTTP; the shells each hold one table. Every field goes through
`Exception.__init__`, so that an error survives pickling on its way out of a worker process.
"""

from __future__ import annotations

from nbkit.location import Location


class NotebookError(Exception):
    """The root of all errors that nbkit raises on purpose; `str()` of it is one line for a person."""

    def __init__(self, where: Location, message: str) -> None:
        super().__init__(where, message)
        self.where = where
        self.message = message

    def __str__(self) -> str:
        # A path may hold a line break; a message must not.
        return f"{self.where}: {self.message}".replace("\r", "\\r").replace("\n", "\\n")


class MalformedNotebook(NotebookError, ValueError):
    """The bytes are not a notebook: not UTF-8, not JSON, cut off, or without a notebook's structure."""

    def __init__(self, where: Location, expected: str, got: str, remedy: str | None = None) -> None:
        Exception.__init__(self, where, expected, got, remedy)
        self.where = where
        self.expected = expected
        self.got = got
        self.remedy = remedy
        self.message = f"expected {expected}, got {got}" + (f"; {remedy}" if remedy else "")


class ConflictedNotebook(MalformedNotebook):
    """The file holds git's conflict markers."""


class UnsupportedVersion(NotebookError, ValueError):
    """The notebook says it is of a major version that nbkit does not know."""

    def __init__(self, where: Location, major: int) -> None:
        Exception.__init__(self, where, major)
        self.where = where
        self.major = major
        self.message = f"expected nbformat 1 to 4, got {major}; a newer nbkit may know it"


class ContradictoryMetadata(NotebookError, ValueError):
    """A cell's metadata and tags ask for opposite things."""


class UnreadableFile(NotebookError, OSError):
    """The file could not be opened or read."""


class UnwritableFile(NotebookError, OSError):
    """The file could not be replaced; the old one is still there, whole."""


class SettingsError(NotebookError, ValueError):
    """A section of the configuration has an unknown key or a value of the wrong kind."""
