from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from nbkit.document import as_notebook, notebook_to_bytes, read_notebook, write_notebook
from nbkit.errors import MalformedNotebook, UnreadableFile, UnsupportedVersion
from tests.strategies import spell

CONTENT: dict[str, object] = {
    "cells": [{"cell_type": "raw", "id": "a", "metadata": {}, "source": "a\nb"}],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def test_a_file_is_read_and_written_with_the_same_bytes(tmp_path: Path) -> None:
    path, copy = tmp_path / "a.ipynb", tmp_path / "b.ipynb"
    path.write_bytes(spell(CONTENT))
    notebook = read_notebook(path)
    assert notebook.path == str(path)
    write_notebook(notebook, copy)
    assert copy.read_bytes() == path.read_bytes()


def test_a_dict_and_a_node_of_nbformat_can_be_written(tmp_path: Path) -> None:
    node = nbformat.from_dict(CONTENT)  # type: ignore[no-untyped-call]
    for number, value in enumerate((CONTENT, node)):
        write_notebook(value, tmp_path / f"{number}.ipynb")
    nbformat.write(node, tmp_path / "nbformat.ipynb")  # type: ignore[no-untyped-call]
    expected = (tmp_path / "nbformat.ipynb").read_bytes()
    assert [(tmp_path / f"{number}.ipynb").read_bytes() for number in range(2)] == [expected, expected]


def test_the_dict_is_copied() -> None:
    content = json.loads(json.dumps(CONTENT))
    notebook = as_notebook(content)
    content["cells"][0]["source"] = "changed"
    content["metadata"]["x"] = 1
    assert notebook == as_notebook(CONTENT)


def test_a_notebook_is_returned_as_it_is() -> None:
    notebook = as_notebook(CONTENT)
    assert as_notebook(notebook) is notebook


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"a\.ipynb"):
        read_notebook(tmp_path / "a.ipynb")


def test_what_nbformat_drops_as_transient_is_kept() -> None:
    content = CONTENT | {"metadata": {"signature": "x", "orig_nbformat": 3}}
    written = json.loads(notebook_to_bytes(as_notebook(content)))
    assert written["metadata"] == {"signature": "x", "orig_nbformat": 3}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "<notebook>: expected a notebook, got an object with neither 'nbformat' nor 'cells'"),
        ({"nbformat": 4}, "<notebook>: expected 'cells' in a notebook of nbformat 4, got no 'cells'"),
        ({"cells": {}}, "<notebook>#cells: expected a list, got an object"),
        ({"cells": [{}, "x"]}, "<notebook>#cells[1]: expected a cell, got text"),
        ({"worksheets": [1], "nbformat": 3}, "<notebook>#worksheets[0]: expected a worksheet, got a number"),
        (
            {"worksheets": [{"cells": [None]}], "nbformat": 3},
            "<notebook>#worksheets[0].cells[0]: expected a cell, got null",
        ),
        (
            {"cells": [], "worksheets": [{}], "nbformat": 4},
            "<notebook>#worksheets: expected no 'worksheets' in a notebook of nbformat 4, got 'worksheets'",
        ),
        ({"cells": [], "nbformat": "4"}, "<notebook>#nbformat: expected a whole number as nbformat, got text"),
    ],
)
def test_a_dict_that_is_no_notebook_is_refused_with_the_way(content: dict[str, object], message: str) -> None:
    with pytest.raises(MalformedNotebook) as caught:
        as_notebook(content)
    assert str(caught.value) == message


def test_a_list_is_no_notebook() -> None:
    with pytest.raises(MalformedNotebook, match=r"^<notebook>: expected a notebook, got a list$"):
        as_notebook([1])  # type: ignore[arg-type]


def test_a_dict_of_a_newer_major_is_refused() -> None:
    with pytest.raises(UnsupportedVersion, match=r"^<notebook>#nbformat: expected nbformat 1 to 4, got 5; "):
        as_notebook({"cells": [], "nbformat": 5})


def test_what_json_cannot_hold_is_refused_with_the_way() -> None:
    with pytest.raises(TypeError, match=r"^cells\[0\]\.metadata\.x: expected a JSON value, got set$"):
        as_notebook({"cells": [{"metadata": {"x": {1}}}]})
