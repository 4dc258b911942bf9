from __future__ import annotations

import pytest

from nbkit.document import Cell, Notebook, as_notebook, notebook_from_bytes
from nbkit.location import Location

DATA = b"""{
 "cells": [
  {"cell_type": "markdown", "id": "m", "metadata": {"tags": ["a", 1, "b"]}, "source": ["x\\n", "y"],
   "attachments": {"p.png": {"image/png": "aGk="}}},
  {"cell_type": "code", "id": "c", "metadata": {}, "source": "z", "execution_count": 3,
   "outputs": [{"output_type": "stream", "name": "stdout", "text": ["1\\n", "2"]}, null]}
 ],
 "metadata": {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}},
 "nbformat": 4, "nbformat_minor": 5
}"""
OLD = b"""{"metadata": {}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [
 {"cells": [{"cell_type": "code", "input": ["a", "b"], "prompt_number": 7, "outputs": []}]},
 {"cells": [{"cell_type": "heading", "level": 1, "source": "h"}]}
]}"""


def read() -> Notebook:
    return notebook_from_bytes(DATA, "a.ipynb")


def test_a_cell_tells_what_it_holds() -> None:
    markdown, code = read().cells
    assert (markdown.cell_type, markdown.id, markdown.source, markdown.tags) == ("markdown", "m", "x\ny", ("a", "b"))
    assert markdown.attachments == {"p.png": {"image/png": "aGk="}}
    assert (code.source, code.execution_count, code.tags, dict(code.attachments)) == ("z", 3, (), {})
    assert code.outputs == [{"output_type": "stream", "name": "stdout", "text": "1\n2"}]
    assert markdown.content["source"] == ["x\n", "y"]


def test_a_cell_that_holds_nothing_or_nonsense_tells_so() -> None:
    for members in ({}, {"cell_type": 1, "id": 2, "source": 3, "metadata": [], "outputs": {}, "execution_count": True}):
        cell = Cell(members)  # type: ignore[arg-type]
        assert (cell.cell_type, cell.id, cell.source, dict(cell.metadata), list(cell.outputs)) == ("", None, "", {}, [])
        assert (cell.execution_count, cell.tags, dict(cell.attachments)) == (None, (), {})


def test_an_old_notebook_tells_the_cells_of_all_worksheets() -> None:
    notebook = notebook_from_bytes(OLD)
    code, heading = notebook.cells
    assert (notebook.major, notebook.minor) == (3, 0)
    assert (code.source, code.source_key, code.execution_count, code.is_old) == ("a\nb", "input", 7, True)
    assert (heading.source, heading.source_key) == ("h", "source")


def test_a_notebook_tells_its_version_and_language() -> None:
    assert (read().major, read().minor, read().language) == (4, 5, "R")
    bare = as_notebook({"cells": []})
    assert (bare.major, bare.minor, bare.language, dict(bare.metadata), bare.path) == (4, 0, None, {}, None)
    named = read().replace(metadata={"language_info": {"name": "python"}, "kernelspec": {"language": "R"}})
    assert named.language == "python"


def test_nothing_that_is_handed_out_changes_the_notebook() -> None:
    notebook = read()
    for view in (notebook.metadata, notebook.cells[0].metadata, notebook.cells[1].outputs[0]):
        with pytest.raises(TypeError, match="does not support item assignment"):
            view["x"] = 1  # type: ignore[index]
    with pytest.raises(AttributeError, match="clear"):
        notebook.cells[1].outputs.clear()  # type: ignore[attr-defined]
    notebook.to_dict()["cells"] = []
    notebook.cells[0].to_dict()["source"] = ""
    with pytest.raises(TypeError, match="does not support item assignment"):
        notebook.cells[0].content["x"] = 1  # type: ignore[index]
    assert notebook == read()


def test_replace_leaves_the_old_value() -> None:
    notebook = read()
    cell = notebook.cells[0].replace(source="new", without=["attachments"])
    assert (cell.source, dict(cell.attachments), cell.base) == ("new", {}, notebook.cells[0])
    assert notebook.replace(cells=[cell]).cells == (cell,)
    assert notebook == read()


def test_map_cells_counts_over_all_worksheets_and_drops_what_is_none() -> None:
    seen = []

    def note(index: int, cell: Cell) -> Cell | None:
        seen.append((index, cell.source))
        return cell if index else None

    assert [cell.source for cell in notebook_from_bytes(OLD).map_cells(note).cells] == ["h"]
    assert seen == [(0, "a\nb"), (1, "h")]


def test_cells_cannot_be_replaced_in_several_worksheets() -> None:
    with pytest.raises(
        ValueError, match=r"^expected a notebook with one list of cells, got 2 worksheets; upgrade it first$"
    ):
        notebook_from_bytes(OLD).replace(cells=[])


def test_cells_of_one_worksheet_or_none_can_be_replaced() -> None:
    cell = Cell({"cell_type": "code", "input": "x"}, is_old=True)
    for sheets in (b"[]", b'[{"cells": []}]'):
        notebook = notebook_from_bytes(b'{"nbformat": 3, "worksheets": %s}' % sheets)
        assert notebook.replace(cells=[cell]).cells == (cell,)


def test_equality_is_about_content() -> None:
    assert read() == notebook_from_bytes(DATA.replace(b"\n", b""))
    assert read() == as_notebook(read().to_dict())
    assert read() != read().replace(metadata={})
    assert read() != read().replace(cells=read().cells[:1])
    assert read() != notebook_from_bytes(OLD)
    assert read().cells[0] != read().cells[1]
    assert read() != DATA
    assert read().cells[0] != "x"


@pytest.mark.parametrize(
    ("cell_index", "field", "expected"),
    [
        (None, None, Location("a.ipynb", line=1, column=1)),
        (0, None, Location("a.ipynb", 0, "m", None, 3, 3)),
        (0, "metadata.tags", Location("a.ipynb", 0, "m", "metadata.tags", 3, 53)),
        (1, "outputs", Location("a.ipynb", 1, "c", "outputs", 6, 4)),
        (None, "nbformat", Location("a.ipynb", field="nbformat", line=9, column=2)),
    ],
)
def test_a_place_in_what_was_read_has_a_line_and_column(
    cell_index: int | None, field: str | None, expected: Location
) -> None:
    assert read().at(cell_index, field) == expected


def test_a_place_in_what_was_changed_has_none() -> None:
    changed = read().replace(cells=read().cells[1:])
    assert str(changed.at(0, "source")) == "a.ipynb#cells[0].source"
    assert changed.at(0) == Location("a.ipynb", 0, "c")


def test_a_place_in_an_old_notebook_counts_over_all_worksheets() -> None:
    assert str(notebook_from_bytes(OLD, "o").at(1)) == "o:3:13"


def test_a_notebook_and_a_cell_show_what_they_are() -> None:
    assert repr(read()) == "<Notebook a.ipynb nbformat 4.5, 2 cells>"
    assert repr(read().cells[0]) == "<Cell markdown 'x'>"
    assert repr(Cell({})) == "<Cell ? ''>"
