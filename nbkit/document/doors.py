"""Files and plain dicts to notebooks and back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import cast

from nbkit import files
from nbkit.document.decode import checked_major, kind_of, notebook_from_bytes
from nbkit.document.encode import notebook_to_bytes
from nbkit.document.model import Cell, Node, Notebook
from nbkit.document.positions import Way
from nbkit.document.values import JsonValue, copy_value
from nbkit.errors import MalformedNotebook
from nbkit.location import Location


def read_notebook(path: str | os.PathLike[str]) -> Notebook:
    """Return the notebook in the file at `path`.

    Raises UnreadableFile where the file cannot be read, and what `notebook_from_bytes` raises.
    """
    name = os.fspath(path)
    return notebook_from_bytes(files.read_file(name), name)


def write_notebook(notebook: Notebook | Mapping[str, object], path: str | os.PathLike[str]) -> None:
    """Write the notebook to the file at `path`, which is replaced whole or not at all.

    Raises UnwritableFile where it cannot be; the old file, if there is one, is then untouched.
    """
    files.write_file(path, notebook_to_bytes(as_notebook(notebook)))


def as_notebook(value: Notebook | Mapping[str, object]) -> Notebook:
    """Return `value` as a Notebook: itself, or made from a plain dict or an `nbformat.NotebookNode`, which is copied.

    Raises MalformedNotebook or UnsupportedVersion for what is no notebook, and TypeError, with
    the way to the value, for what JSON cannot hold.
    """
    if isinstance(value, Notebook):
        return value
    copied = copy_value(value)
    if not isinstance(copied, dict):
        raise _malformed("a notebook", kind_of(copied))
    tree = cast("dict[str, Node]", copied)
    full = {key for key in ("cells", "worksheets") if tree.get(key)}
    is_old = checked_major(tree, tree.keys(), full, _malformed) < 4
    if "cells" in tree:
        tree["cells"] = _as_cells(tree["cells"], ("cells",), is_old=is_old)
    if "worksheets" in tree:
        tree["worksheets"] = [
            _as_sheet(sheet, ("worksheets", index))
            for index, sheet in enumerate(_as_list(tree["worksheets"], ("worksheets",)))
        ]
    return Notebook(tree)


def _as_sheet(sheet: Node, way: Way) -> Node:
    if not isinstance(sheet, dict):
        raise _malformed("a worksheet", kind_of(cast(JsonValue, sheet)), way)
    if "cells" not in sheet:
        raise _malformed("'cells' in a worksheet", "no 'cells'", way)
    return {**sheet, "cells": _as_cells(sheet["cells"], (*way, "cells"), is_old=True)}


def _as_cells(cells: Node, way: Way, *, is_old: bool) -> list[Node]:
    return [_as_cell(cell, (*way, index), is_old=is_old) for index, cell in enumerate(_as_list(cells, way))]


def _as_cell(cell: Node, way: Way, *, is_old: bool) -> Cell:
    if not isinstance(cell, dict):
        raise _malformed("a cell", kind_of(cast(JsonValue, cell)), way)
    return Cell(cast("dict[str, JsonValue]", cell), is_old=is_old)


def _as_list(value: Node, way: Way) -> list[Node]:
    if not isinstance(value, list):
        raise _malformed("a list", kind_of(cast(JsonValue, value)), way)
    return value


def _malformed(expected: str, got: str, way: Way = (), remedy: str | None = None) -> MalformedNotebook:
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in way).lstrip(".")
    return MalformedNotebook(Location(field=field or None), expected, got, remedy)
