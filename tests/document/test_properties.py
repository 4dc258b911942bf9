"""Laws of reading and writing, for whatever notebook there is."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import cast

import nbformat
import pytest
from hypothesis import HealthCheck, example, given, reject, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from nbkit.document import Cell, Notebook, as_notebook, notebook_from_bytes, notebook_to_bytes, scan
from nbkit.document.model import Node
from nbkit.document.values import JsonValue
from nbkit.errors import ConflictedNotebook, MalformedNotebook, NotebookError
from tests.document.reading import canonical, is_notebook, load_json, normalized, read_by_nbformat
from tests.strategies import (
    BOM,
    NBFORMAT,
    Content,
    Spelling,
    damaged_bytes,
    json_values,
    layouts,
    notebook_bytes,
    notebooks,
    old_notebooks,
    settle,
    spell,
    texts,
)

# Shares of what the profile asks for, 100 by default: notebooks take long to make.
few = settings(max_examples=settings().max_examples // 5, suppress_health_check=[HealthCheck.too_slow])
some = settings(max_examples=settings().max_examples // 3, suppress_health_check=[HealthCheck.too_slow])
many = settings(max_examples=settings().max_examples, suppress_health_check=[HealthCheck.too_slow])

Edit = Callable[[Cell], Cell]


def contents(notebook: Notebook) -> str:
    """The canonical content of a notebook as its file has it."""
    return canonical(unwrapped(dict(notebook.tree)))


def unwrapped(holder: dict[str, Node]) -> dict[str, object]:
    """A notebook's or worksheet's members with the content of each cell in its place."""
    plain: dict[str, object] = {**holder}
    if isinstance(cells := holder.get("cells"), list):
        plain["cells"] = [dict(cell.content) if isinstance(cell, Cell) else cell for cell in cells]
    if isinstance(sheets := holder.get("worksheets"), list):
        plain["worksheets"] = [unwrapped(sheet) if isinstance(sheet, dict) else sheet for sheet in sheets]
    return plain


def edits() -> st.SearchStrategy[Edit]:
    """Changes to one cell: its source, its metadata, its outputs, a member of its own."""
    return st.one_of(
        texts().map(lambda text: lambda cell: cell.replace(source=text)),
        texts().map(lambda text: lambda cell: cell.replace(source=cell.source + text)),
        json_values().map(
            lambda value: lambda cell: cell.replace(metadata={**cell.metadata, "edited": settled(value)})
        ),
        st.just(lambda cell: cell.replace(metadata={})),
        st.just(lambda cell: cell.replace(without=["metadata", "attachments"])),
        st.just(lambda cell: cell.replace(outputs=[], execution_count=None)),
        st.just(lambda cell: cell.replace(outputs=cell.outputs[1:]) if cell.outputs else cell),
        texts().map(lambda text: lambda cell: with_stream(cell, text)),
        json_values().map(lambda value: lambda cell: cell.replace(**{"new member": settled(value)})),
    )


def settled(value: object) -> JsonValue:
    return cast(JsonValue, settle({"value": value})["value"])


def with_stream(cell: Cell, text: str) -> Cell:
    if cell.cell_type != "code":
        return cell
    return cell.replace(outputs=[*cell.outputs, {"output_type": "stream", "name": "stdout", "text": text}])


def cell_spans(data: bytes) -> list[scan.Span]:
    """Where the cells of a notebook of nbformat 4 stand."""
    start = scan.value_start(data, len(BOM) if data.startswith(BOM) else 0)
    cells = next(member for member in scan.members(data, start) if member.key == "cells")
    return scan.elements(data, cells.value_start)


def cell_texts(data: bytes) -> list[bytes]:
    return [data[span.start : span.end] for span in cell_spans(data)]


@some
@given(notebook_bytes())
def test_what_was_read_is_written_with_the_same_bytes(data: bytes) -> None:
    assert notebook_to_bytes(notebook_from_bytes(data)) == data


@some
@given(notebook_bytes())
def test_a_notebook_that_was_read_holds_what_json_reads(data: bytes) -> None:
    assert contents(notebook_from_bytes(data)) == canonical(load_json(data))


@few
@given(notebook_bytes())
def test_the_content_is_what_nbformat_reads(data: bytes) -> None:
    assert normalized(notebook_from_bytes(data).to_dict()) == canonical(read_by_nbformat(data))


@some
@given(notebook_bytes(notebooks(min_cells=1)), edits(), st.randoms(use_true_random=False))
def test_an_edit_of_one_cell_changes_no_byte_outside_it(data: bytes, edit: Edit, random: Random) -> None:
    notebook = notebook_from_bytes(data)
    index = random.randrange(len(notebook.cells))
    edited = notebook.map_cells(lambda number, cell: edit(cell) if number == index else cell)
    written = notebook_to_bytes(edited)
    old, new = cell_spans(data)[index], cell_spans(written)[index]
    assert written[: new.start] == data[: old.start]
    assert written[new.end :] == data[old.end :]
    assert contents(notebook_from_bytes(written)) == contents(edited)
    assert notebook_from_bytes(written) == edited


@few
@given(notebook_bytes(old_notebooks(major=3)), edits(), st.integers(0, 5))
def test_an_edit_of_an_old_cell_is_read_back_and_leaves_the_others(data: bytes, edit: Edit, place: int) -> None:
    notebook = notebook_from_bytes(data)
    edited = notebook.map_cells(lambda number, cell: edit(cell) if number == place else cell)
    again = notebook_from_bytes(notebook_to_bytes(edited))
    assert again == edited
    before, after = (each.cells[:place] + each.cells[place + 1 :] for each in (notebook, again))
    assert [bytes(cell.text or b"") for cell in after] == [bytes(cell.text or b"") for cell in before]


@few
@given(notebook_bytes(notebooks(min_cells=1)), edits())
def test_nbformat_reads_an_edited_notebook_as_it_was_meant(data: bytes, edit: Edit) -> None:
    edited = notebook_from_bytes(data).map_cells(lambda _, cell: edit(cell).replace(metadata={"name": "x"}))
    written = read_by_nbformat(notebook_to_bytes(edited))
    assert canonical(written) == normalized(edited.to_dict())


@some
@given(notebook_bytes(notebooks(min_cells=1)), st.data())
def test_dropped_and_moved_cells_leave_the_bytes_of_the_others(data: bytes, choices: DataObject) -> None:
    notebook = notebook_from_bytes(data)
    order = choices.draw(st.lists(st.sampled_from(range(len(notebook.cells))), max_size=5))
    changed = notebook.replace(cells=[notebook.cells[index] for index in order])
    written = notebook_to_bytes(changed)
    before = cell_texts(data)
    assert cell_texts(written) == [before[index] for index in order]
    assert notebook_from_bytes(written) == changed
    end = cell_spans(data)[-1].end
    tail = data[scan.closing_end(data, end) :]
    assert written.endswith(tail)
    assert written.startswith(data[: data.index(b'"cells"')])


@some
@given(notebook_bytes(notebooks()), notebooks(minor=5, min_cells=1), st.data())
def test_an_inserted_cell_leaves_the_bytes_of_the_others(data: bytes, other: Content, choices: DataObject) -> None:
    notebook = notebook_from_bytes(data)
    place = choices.draw(st.integers(0, len(notebook.cells)))
    layout = choices.draw(layouts())
    new = choices.draw(
        st.sampled_from([as_notebook(settle(other)).cells[0], notebook_from_bytes(spell(other, layout)).cells[0]])
    )
    cells = [*notebook.cells[:place], new, *notebook.cells[place:]]
    changed = notebook.replace(cells=cells)
    written = notebook_to_bytes(changed)
    found = cell_texts(written)
    assert found[:place] + found[place + 1 :] == cell_texts(data)
    assert notebook_from_bytes(written) == changed


@some
@given(notebook_bytes(notebooks(min_cells=1)), st.data())
def test_taking_out_an_inserted_cell_gives_the_old_bytes(data: bytes, choices: DataObject) -> None:
    notebook = notebook_from_bytes(data)
    place = choices.draw(st.integers(0, len(notebook.cells)))
    new = Cell({"cell_type": "markdown", "metadata": {}, "source": "new"})
    longer = notebook.replace(cells=[*notebook.cells[:place], new, *notebook.cells[place:]])
    read = notebook_from_bytes(notebook_to_bytes(longer))
    assert notebook_to_bytes(read.replace(cells=read.cells[:place] + read.cells[place + 1 :])) == data


@some
@given(notebook_bytes(), json_values())
def test_a_changed_member_of_the_notebook_leaves_the_cells_alone(data: bytes, value: object) -> None:
    notebook = notebook_from_bytes(data)
    changed = notebook.replace(metadata={**notebook.metadata, "edited": settled(value)})
    again = notebook_from_bytes(notebook_to_bytes(changed))
    assert contents(again) == contents(changed)
    assert [bytes(cell.text or b"") for cell in again.cells] == [bytes(cell.text or b"") for cell in notebook.cells]


@some
@given(notebook_bytes())
def test_setting_everything_to_what_it_was_changes_no_byte(data: bytes) -> None:
    notebook = notebook_from_bytes(data)
    same = notebook.map_cells(lambda _, cell: cell.replace(without=(), **cell.to_dict()))
    assert notebook_to_bytes(same.replace(metadata=notebook.metadata)) == data


@few
@given(notebooks(minor=5))
def test_a_notebook_from_a_dict_is_written_as_nbformat_writes_it(content: Content) -> None:
    content = settle(content)
    expected = nbformat.writes(nbformat.from_dict(content)) + "\n"  # type: ignore[no-untyped-call]
    assert notebook_to_bytes(as_notebook(content)) == expected.encode("utf-8", "backslashreplace")


@few
@given(notebooks() | old_notebooks(major=3))
def test_a_notebook_from_a_dict_is_read_back_equal(content: Content) -> None:
    made = as_notebook(settle(content))
    assert notebook_from_bytes(notebook_to_bytes(made)) == made
    assert normalized(made.to_dict()) == normalized(settle(content))


@few
@given(notebooks(), layouts(), layouts())
def test_layout_and_key_order_do_not_count(content: Content, one: Spelling, other: Spelling) -> None:
    assert notebook_from_bytes(spell(content, one)) == notebook_from_bytes(spell(content, other))


@few
@given(notebooks(), layouts())
def test_split_and_joined_lines_are_equal(content: Content, layout: Spelling) -> None:
    read = notebook_from_bytes(spell(content, layout))
    assert read == as_notebook(read.to_dict())
    assert as_notebook(read.to_dict()) == read


@some
@given(notebooks(min_cells=1), notebooks(min_cells=1))
def test_two_notebooks_are_equal_if_and_only_if_their_content_is(one: Content, other: Content) -> None:
    left, right = (notebook_from_bytes(spell(content)) for content in (one, other))
    assert (left == right) is (canonical(left.to_dict()) == canonical(right.to_dict()))


@some
@given(content=notebooks(min_cells=1), one=json_values(), other=json_values())
@example(content={"cells": [{"cell_type": "code"}], "nbformat": 4}, one=True, other=1)
@example({"cells": [{"cell_type": "code"}], "nbformat": 4}, 1, 1.0)
@example({"cells": [{"cell_type": "code"}], "nbformat": 4}, float("nan"), float("nan"))
@example({"cells": [{"cell_type": "code"}], "nbformat": 4}, {"a": [False]}, {"a": [0]})
def test_one_other_value_makes_another_notebook(content: Content, one: object, other: object) -> None:
    for key in ("notebook", "cell"):
        pair = [notebook_from_bytes(spell(with_value(content, key, value))) for value in (one, other)]
        assert (pair[0] == pair[1]) is (canonical(settled(one)) == canonical(settled(other)))


def with_value(content: Content, where: str, value: object) -> Content:
    if where == "notebook":
        return {**content, "metadata": {"value": value}}
    cells = content["cells"]
    assert isinstance(cells, list)
    return {**content, "cells": [{**cells[0], "metadata": {"value": value}}, *cells[1:]]}


@few
@given(notebooks(min_cells=1), layouts(), edits())
def test_the_fallback_reader_gives_what_the_fast_one_gives(content: Content, layout: Spelling, edit: Edit) -> None:
    """A NaN, where the fast reader gives up, is put at the end: the rest must be seen alike."""
    plain = notebook_from_bytes(spell(settle_plain(content), layout))
    odd = notebook_from_bytes(spell({**settle_plain(content), "~nan": float("nan")}, layout))
    assert odd.replace(without=["~nan"]) == plain
    assert [bytes(cell.text or b"") for cell in odd.cells] == [bytes(cell.text or b"") for cell in plain.cells]
    written = [notebook_to_bytes(each.map_cells(lambda _, cell: edit(cell))) for each in (plain, odd)]
    assert cell_texts(written[0]) == cell_texts(written[1])


def settle_plain(content: Content) -> Content:
    return {**content, "metadata": {}}


def understood(data: bytes) -> tuple[bool | None, object]:
    """Whether `data` is a notebook by what `json` makes of it, and what that is; None where `json` cannot go."""
    try:
        value = load_json(data)
    except RecursionError:
        return None, None
    except ValueError as error:
        return None if "Exceeds the limit" in str(error) else False, None
    return is_notebook(value), value


@many
@given(damaged_bytes())
@example(b'{"cells": [], "nbformat": 44, "nbformat": 4}')
@example(b'{"cells": [], "x": 1.5, "x": 1}')
@example(b'{"cells": [{"a": 12, "a": 1}]}')
@example(b'{"worksheets": [{"cells": [], "cells": []}], "nbformat": 3}')
@example(b"")
@example(BOM)
@example(BOM + BOM + b'{"cells": []}')
@example(b"\xff\xfe{\x00}\x00")
def test_damaged_bytes_are_understood_as_json_does_or_refused_with_their_place(data: bytes) -> None:
    is_understood, value = understood(data)
    if is_understood is None:
        with suppress(NotebookError):
            assert notebook_to_bytes(notebook_from_bytes(data)) == data
    elif is_understood:
        notebook = notebook_from_bytes(data)
        assert contents(notebook) == canonical(value)
        assert notebook_to_bytes(notebook) == data
    else:
        assert_refused_with_its_place(data)


def assert_refused_with_its_place(data: bytes) -> None:
    with pytest.raises(NotebookError, match=r"^a\.ipynb:\d+:\d+: expected .+, got .+") as caught:
        notebook_from_bytes(data, "a.ipynb")
    assert is_inside(data, caught.value.where.line, caught.value.where.column)


def is_inside(data: bytes, line: int | None, column: int | None) -> bool:
    lines = data.removeprefix(BOM).split(b"\n")
    if line is None or column is None or not 1 <= line <= len(lines):
        return False
    return 1 <= column <= len(lines[line - 1].decode(errors="replace")) + 1


@many
@given(
    st.one_of(
        damaged_bytes(), st.binary(max_size=12), st.text('[]{}",:\\ \n0123.eE+-tfnul', max_size=14).map(str.encode)
    )
)
def test_json_is_checked_as_pythons_json_checks_it(data: bytes) -> None:
    try:
        json.loads(data.decode())
    except json.JSONDecodeError as expected:
        with pytest.raises(scan.JsonSyntaxError) as caught:
            scan.check(data)
        assert_same_place(data, caught.value, expected)
    except (ValueError, RecursionError):
        reject()  # not UTF-8, or nothing that `json` reads to its end
    else:
        scan.check(data)


def assert_same_place(data: bytes, found: scan.JsonSyntaxError, expected: json.JSONDecodeError) -> None:
    """Python points at the start of an unfinished string, number or escape, where here its end is told."""
    place = len(data[: found.offset].decode(errors="replace"))
    if expected.msg.startswith(("Unterminated string", "Invalid \\uXXXX")):
        assert place >= expected.pos - 1
    elif found.expected in ("a digit", "a valid escape") or expected.msg.startswith(
        ("Illegal trailing", "Unexpected UTF-8 BOM")
    ):
        assert abs(place - expected.pos) < 20
    else:
        assert place == expected.pos, expected.msg


@few
@given(notebook_bytes(notebooks(min_cells=1)), st.integers(1, 1000))
def test_a_notebook_cut_off_is_malformed_at_its_end(data: bytes, missing: int) -> None:
    cut = data.rstrip()[: -min(missing, len(data.strip()) - 1)]
    with pytest.raises(MalformedNotebook, match=r"^<notebook>:\d+:\d+: expected ") as caught:
        notebook_from_bytes(cut)
    assert not isinstance(caught.value, ConflictedNotebook)
    assert caught.value.where.line is not None
    assert caught.value.where.line >= cut.count(b"\n")


@few
@given(notebooks(minor=5, min_cells=1), st.data())
def test_a_conflict_is_told_with_the_line_of_its_first_marker(content: Content, choices: DataObject) -> None:
    lines = spell(content, NBFORMAT).splitlines(keepends=True)
    place = choices.draw(st.integers(0, len(lines) - 1))
    conflict = [b"<<<<<<< HEAD\n", lines[place], b"=======\n", lines[place], b">>>>>>> other\n"]
    with pytest.raises(
        ConflictedNotebook, match=rf"^<notebook>:{place + 1}:1: expected a notebook, got git's conflict"
    ):
        notebook_from_bytes(b"".join([*lines[:place], *conflict, *lines[place + 1 :]]))
