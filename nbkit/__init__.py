"""nbkit: strip and validate Jupyter notebooks, and lose nothing else of them.

Everything public is a name of this module and is loaded when it is first used, so that
`import nbkit` costs next to nothing and stripping never loads what only validating needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from nbkit._version import __version__

if TYPE_CHECKING:
    from nbkit.document import (
        Cell,
        Notebook,
        as_notebook,
        notebook_from_bytes,
        notebook_to_bytes,
        read_notebook,
        upgrade_notebook,
        write_notebook,
    )
    from nbkit.errors import (
        ConflictedNotebook,
        ContradictoryMetadata,
        MalformedNotebook,
        NotebookError,
        SettingsError,
        UnreadableFile,
        UnsupportedVersion,
        UnwritableFile,
    )
    from nbkit.location import Location
    from nbkit.strip import StripPolicy, strip_bytes, strip_notebook
    from nbkit.validate import Problem, ValidateOptions, fix_bytes, validate_bytes, validate_notebook

_ROOMS = {
    "Cell": "nbkit.document",
    "ConflictedNotebook": "nbkit.errors",
    "ContradictoryMetadata": "nbkit.errors",
    "Location": "nbkit.location",
    "MalformedNotebook": "nbkit.errors",
    "Notebook": "nbkit.document",
    "NotebookError": "nbkit.errors",
    "Problem": "nbkit.validate",
    "SettingsError": "nbkit.errors",
    "StripPolicy": "nbkit.strip",
    "UnreadableFile": "nbkit.errors",
    "UnsupportedVersion": "nbkit.errors",
    "UnwritableFile": "nbkit.errors",
    "ValidateOptions": "nbkit.validate",
    "as_notebook": "nbkit.document",
    "fix_bytes": "nbkit.validate",
    "notebook_from_bytes": "nbkit.document",
    "notebook_to_bytes": "nbkit.document",
    "read_notebook": "nbkit.document",
    "strip_bytes": "nbkit.strip",
    "strip_notebook": "nbkit.strip",
    "upgrade_notebook": "nbkit.document",
    "validate_bytes": "nbkit.validate",
    "validate_notebook": "nbkit.validate",
    "write_notebook": "nbkit.document",
}

__all__ = [
    "Cell",
    "ConflictedNotebook",
    "ContradictoryMetadata",
    "Location",
    "MalformedNotebook",
    "Notebook",
    "NotebookError",
    "Problem",
    "SettingsError",
    "StripPolicy",
    "UnreadableFile",
    "UnsupportedVersion",
    "UnwritableFile",
    "ValidateOptions",
    "__version__",
    "as_notebook",
    "fix_bytes",
    "notebook_from_bytes",
    "notebook_to_bytes",
    "read_notebook",
    "strip_bytes",
    "strip_notebook",
    "upgrade_notebook",
    "validate_bytes",
    "validate_notebook",
    "write_notebook",
]


def __getattr__(name: str) -> object:
    if room := _ROOMS.get(name):
        return getattr(import_module(room), name)
    raise AttributeError(f"module 'nbkit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
