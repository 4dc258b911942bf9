"""What other readers make of bytes: Python's json module and nbformat. The tests compare with these."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Mapping
from typing import cast

import nbformat

from tests.strategies import BOM, Content

HARMLESS_TWICE = {"attachments", "cell_type", "id", "nbformat_minor", "source"}


class Members(dict[str, object]):
    """An object that knows whether a key, of which more than the last counts, stood in it twice."""

    has_duplicates = False


def _members(pairs: list[tuple[str, object]]) -> Members:
    members = Members(pairs)
    seen = [key for key, _ in pairs if key not in HARMLESS_TWICE]
    members.has_duplicates = len(seen) > len(set(seen))
    return members


def load_json(data: bytes) -> object:
    """Return what Jupyter's reader, `json` on strict UTF-8, makes of `data`. Raises ValueError or RecursionError."""
    return json.loads(data.removeprefix(BOM).decode(), object_pairs_hook=_members)


def is_notebook(value: object) -> bool:
    """Whether a value that `load_json` gave is a notebook as `notebook_from_bytes` promises to take it."""
    if not isinstance(value, Members) or value.has_duplicates:
        return False
    major = value.get("nbformat", 4 if "cells" in value else None)
    if type(major) is not int or not 1 <= major <= 4:
        return False
    here, there = ("worksheets", "cells") if major in (2, 3) else ("cells", "worksheets")
    if here not in value or value.get(there, []) != []:
        return False
    holders = [value] if here == "cells" else value["worksheets"]
    return isinstance(holders, list) and all(_holds_cells(holder) for holder in holders)


def _holds_cells(holder: object) -> bool:
    if not isinstance(holder, Members) or holder.has_duplicates or "cells" not in holder:
        return False
    cells = holder["cells"]
    return isinstance(cells, list) and all(isinstance(cell, Members) and not cell.has_duplicates for cell in cells)


def canonical(value: object) -> str:
    """Return a text that is the same for two values if and only if no reader can tell them apart."""
    return json.dumps(value, sort_keys=True)


def read_by_nbformat(data: bytes) -> Content:
    """Return what nbformat's own reader makes of `data`, converting nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about ids that are missing
        logging.getLogger("traitlets").setLevel(logging.CRITICAL)
        return cast(Content, nbformat.reads(data.removeprefix(BOM).decode(), nbformat.NO_CONVERT))  # type: ignore[no-untyped-call]


def normalized(content: Mapping[str, object]) -> str:
    """Return the canonical text of what nbformat's reader makes of `content`: lines joined, transient things gone."""
    return canonical(read_by_nbformat(json.dumps(content).encode()))
