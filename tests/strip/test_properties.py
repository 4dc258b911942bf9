from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TypeAlias

from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from nbkit.document import notebook_from_bytes, notebook_to_bytes
from nbkit.errors import ContradictoryMetadata, NotebookError
from nbkit.strip import StripPolicy, strip_bytes, strip_notebook
from tests.strategies import damaged_bytes, notebook_bytes, notebooks
from tests.strip.reference import strip_by_cutting
from tests.strip.strategies import any_policies, dirty_bytes, dirty_contents, hiding_bytes, usual_policies

Pairs: TypeAlias = list[tuple[str, object]]

some_bytes = st.one_of(dirty_bytes(), hiding_bytes(), notebook_bytes(), damaged_bytes())


@dataclass(frozen=True)
class Refusal:
    kind: str
    message: str


def strip_or_refuse(data: bytes, policy: StripPolicy) -> bytes | Refusal:
    try:
        return strip_bytes(data, policy)
    except NotebookError as error:
        return Refusal(type(error).__name__, str(error))


def strip_plainly(data: bytes, policy: StripPolicy) -> bytes | Refusal:
    """What the plain way alone gives: the notebook as a value, stripped, and back; an empty file passes."""
    if not data:
        return data
    try:
        stripped = notebook_to_bytes(strip_notebook(notebook_from_bytes(data), policy))
    except NotebookError as error:
        return Refusal(type(error).__name__, str(error))
    return stripped.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if policy.unix_newlines else stripped


def find_outputs(data: bytes) -> list[object]:
    """Whatever stands under a key `outputs` in a cell, though another key there may be spelled the same."""
    notebook = json.loads(data.decode("utf-8-sig"), object_pairs_hook=tuple, parse_int=str)
    cells = [cell for cells in _values(notebook, "cells") for cell in _items(cells)]
    sheets = [sheet for sheets in _values(notebook, "worksheets") for sheet in _items(sheets)]
    cells += [cell for sheet in sheets for cells_of in _values(sheet, "cells") for cell in _items(cells_of)]
    return [outputs for cell in cells for outputs in _values(cell, "outputs")]


def _values(pairs: object, key: str) -> list[object]:
    return [value for name, value in pairs if name == key] if isinstance(pairs, tuple) else []


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


@given(some_bytes, any_policies)
def test_the_fast_way_is_the_plain_way(data: bytes, policy: StripPolicy) -> None:
    assert strip_or_refuse(data, policy) == strip_plainly(data, policy)


@given(dirty_bytes(), usual_policies)
def test_the_fast_way_is_the_plain_way_for_the_usual_policies(data: bytes, policy: StripPolicy) -> None:
    assert strip_or_refuse(data, policy) == strip_plainly(data, policy)


@given(dirty_bytes(), any_policies)
def test_stripping_is_cutting_out_what_goes(data: bytes, policy: StripPolicy) -> None:
    try:
        stripped = strip_bytes(data, policy)
    except ContradictoryMetadata:
        return
    assert stripped == strip_by_cutting(data, policy)


@given(some_bytes, any_policies)
def test_strip_twice_is_strip_once(data: bytes, policy: StripPolicy) -> None:
    once = strip_or_refuse(data, policy)
    if isinstance(once, bytes):
        assert strip_bytes(once, policy) == once


@given(st.one_of(dirty_bytes(decides=False), hiding_bytes()))
def test_no_output_stays_unless_something_says_so(data: bytes) -> None:
    stripped = strip_or_refuse(data, StripPolicy())
    if isinstance(stripped, bytes):
        assert not any(find_outputs(stripped))


@given(hiding_bytes(), any_policies)
def test_no_output_stays_for_whom_the_first_of_two_equal_keys_counts(data: bytes, policy: StripPolicy) -> None:
    stripped = strip_or_refuse(data, policy)
    if isinstance(stripped, bytes):
        seen = json.loads(stripped.decode("utf-8-sig"), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
        # Counts are no outputs: one may stay behind another.
        again = strip_notebook(seen, replace(policy, keep_count=True, ids="keep"))
        seen_cells = notebook_from_bytes(json.dumps(seen).encode()).cells
        assert [cell.get("outputs") for cell in again.cells] == [cell.get("outputs") for cell in seen_cells]


@given(damaged_bytes())
@example(b"")
@example(b"\xef\xbb\xbf")
@example(b"\x00")
@example(b"[" * 100_000)
@example(b'{"cells":' + b"[" * 100_000)
@example(b'{"cells": [], "nbformat": ' + b"9" * 5000 + b"}")
def test_damaged_bytes_are_refused_or_give_clean_ones(data: bytes) -> None:
    stripped = strip_or_refuse(data, StripPolicy())
    if isinstance(stripped, Refusal):
        assert "\n" not in stripped.message
    elif stripped and b"keep_output" not in stripped:
        assert not any(find_outputs(stripped))


@given(st.binary())
def test_any_bytes_are_refused_or_stay(data: bytes) -> None:
    stripped = strip_or_refuse(data, StripPolicy())
    assert isinstance(stripped, Refusal) or stripped == data == b""


@given(content=dirty_contents(), drops=st.booleans())
def test_ids_are_numbered_in_order_over_the_cells_that_stay(content: dict[str, object], *, drops: bool) -> None:
    policy = StripPolicy(ids="sequential", drop_empty_cells=drops, drop_tagged_cells=("drop",) if drops else ())
    try:
        cells = strip_notebook(json_copy(content), policy).cells
    except ContradictoryMetadata:
        return
    assert [cell.id for cell in cells if cell.id is not None] == [str(i) for i, cell in enumerate(cells) if cell.id]


@given(notebooks())
def test_no_empty_and_no_tagged_cell_stays_where_they_are_dropped_and_no_other_goes(content: dict[str, object]) -> None:
    notebook = strip_notebook(json_copy(content), StripPolicy(keep_output=True, keep_count=True))
    stripped = strip_notebook(notebook, StripPolicy(drop_empty_cells=True, drop_tagged_cells=("parameters",)))
    kept = [cell for cell in notebook.cells if cell.source.strip() and "parameters" not in cell.tags]
    assert [(cell.source, cell.tags) for cell in stripped.cells] == [(cell.source, cell.tags) for cell in kept]


def json_copy(content: dict[str, object]) -> dict[str, object]:
    copied = json.loads(json.dumps(content))
    assert isinstance(copied, dict)
    return copied
