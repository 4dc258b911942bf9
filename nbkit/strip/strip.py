"""The two doors: a notebook in and out, bytes in and out."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nbkit.document import Notebook, as_notebook, notebook_from_bytes, notebook_to_bytes
from nbkit.strip import plain, raw
from nbkit.strip.policy import StripPolicy

# The whole of a pointer file (git-lfs' specification: under 1,024 bytes, version first, then sorted keys).
_LFS_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]*\n)*oid [a-z0-9]+:[0-9a-f]+\nsize [0-9]+\n?"
)


def strip_notebook(notebook: Notebook | Mapping[str, object], policy: StripPolicy | None = None) -> Notebook:
    """Return the notebook without outputs, execution counts and tools' metadata, or what `policy` says.

    The argument is left as it is. Raises ContradictoryMetadata for a cell whose metadata says
    `keep_output: false` and whose tags say `keep_output`.
    """
    return plain.strip(as_notebook(notebook), policy or StripPolicy())


def strip_bytes(data: bytes, policy: StripPolicy | None = None, path: str | None = None) -> bytes:
    """Return the notebook in `data` stripped; every byte that is not part of what goes stays.

    An empty file and a git-lfs pointer are returned as they are: they hold no output. Anything
    else that is not understood raises, as `notebook_from_bytes` and `strip_notebook` do, and is
    never passed as clean. `path` is only for messages.
    """
    policy = policy or StripPolicy()
    if not isinstance(data, bytes):
        raise TypeError(f"expected bytes, got {type(data).__name__}")
    if not data or is_lfs_pointer(data):
        return data
    stripped = raw.strip_fast(data, policy)
    if stripped is None:
        stripped = notebook_to_bytes(plain.strip(notebook_from_bytes(data, path), policy))
    return _with_unix_newlines(stripped) if policy.unix_newlines else stripped


def is_lfs_pointer(data: bytes) -> bool:
    """Whether `data` is what git-lfs puts in a file's place."""
    return len(data) < 1024 and _LFS_POINTER.fullmatch(data) is not None


def _with_unix_newlines(data: bytes) -> bytes:
    # Inside a JSON string a line end is always an escape, so every carriage return is white space.
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
