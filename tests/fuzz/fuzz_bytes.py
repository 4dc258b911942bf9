"""Fuzz read, strip and validate with atheris, by hand: `pip install atheris && python tests/fuzz/fuzz_bytes.py SEEDS`.

SEEDS is a folder of notebooks to start from, or to replay. Whatever the bytes are: nothing is
raised but a NotebookError, what reads is written back unchanged, what strips holds no output and
stays as it is when stripped again, and validating always answers.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import atheris

with atheris.instrument_imports(include=["nbkit"]):
    from nbkit.document import notebook_from_bytes, notebook_to_bytes
    from nbkit.errors import NotebookError
    from nbkit.strip import strip_bytes
    from nbkit.validate import fix_bytes, validate_bytes


def check(data: bytes) -> None:
    """Raise AssertionError, or whatever nbkit wrongly raises, where `data` breaks a promise."""
    _check_reading(data)
    _check_stripping(data)
    validate_bytes(data)
    fixed = fix_bytes(data).data
    assert fix_bytes(fixed).data == fixed


def _check_reading(data: bytes) -> None:
    try:
        notebook = notebook_from_bytes(data)
    except NotebookError as error:
        _check_message(error)
        return
    assert notebook_to_bytes(notebook) == data
    copied = notebook.map_cells(lambda _, cell: cell.replace(source=cell.source))
    assert notebook_from_bytes(notebook_to_bytes(copied)) == copied


def _check_message(error: NotebookError) -> None:
    assert "\n" not in str(error)
    assert error.where.line is not None


def _check_stripping(data: bytes) -> None:
    try:
        stripped = strip_bytes(data)
    except NotebookError:
        return
    assert strip_bytes(stripped) == stripped
    is_kept = any(word in stripped for word in (b"keep_output", b"init_cell", b"\\u00"))
    if is_kept or stripped.startswith(b"version https://git-lfs") or not stripped:
        return
    try:
        notebook = json.loads(stripped.decode("utf-8-sig"), object_pairs_hook=list)
    except RecursionError:
        return
    assert not any(map(_holds_outputs, _cells_in(notebook))), "an output was left in"


def _cells_in(holder: object) -> Iterator[object]:
    """Yield the cells of a notebook or a worksheet, whose objects are lists of pairs, from every key that says so."""
    for key, value in holder if isinstance(holder, list) else []:
        if key == "cells":
            yield from value if isinstance(value, list) else []
        elif key == "worksheets":
            for sheet in value if isinstance(value, list) else []:
                yield from _cells_in(sheet)


def _holds_outputs(cell: object) -> bool:
    return isinstance(cell, list) and any(pair[0] == "outputs" and pair[1] for pair in cell if isinstance(pair, tuple))


if __name__ == "__main__":
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
