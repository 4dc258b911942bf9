from __future__ import annotations

import pickle

import pytest

from nbkit.document import check_text, find_conflict_marker, notebook_from_bytes, notebook_to_bytes
from nbkit.errors import ConflictedNotebook, MalformedNotebook, UnsupportedVersion
from nbkit.location import Location


def test_a_notebook_knows_its_path_and_its_bytes() -> None:
    data = b'{"cells": [], "nbformat": 4}'
    notebook = notebook_from_bytes(data, "a.ipynb")
    assert notebook.path == "a.ipynb"
    assert notebook.origin is not None
    assert notebook.origin.data is data


def test_the_members_keep_the_order_of_the_file() -> None:
    notebook = notebook_from_bytes(b'{"nbformat": 4, "z": 1, "cells": [], "a": 2}')
    assert list(notebook.tree) == ["nbformat", "z", "cells", "a"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"cells": [], "nbformat": 44, "nbformat": 4}', "1:31: expected 'nbformat' once, got it twice"),
        (b'{"cells": [{"a": 12, "b": 0, "a": 1}]}', "1:30: expected 'a' once, got it twice"),
        (b'{"cells": [{"outputs": [1], "output\\u0073": []}]}', "1:29: expected 'outputs' once, got it twice"),
        (b'{"cells": [1], "cells": []}', "1:16: expected 'cells' once, got it twice"),
        (
            b'{"worksheets": [{"cells": [1], "cells": []}], "nbformat": 3}',
            "1:32: expected 'cells' once, got it twice",
        ),
        (
            b'{"worksheets": [{"cells": [{"outputs": [1], "outputs": []}]}], "nbformat": 3}',
            "1:45: expected 'outputs' once, got it twice",
        ),
        (b'{"cells": [{"x": NaN, "outputs": [1], "outputs": []}]}', "1:39: expected 'outputs' once, got it twice"),
    ],
)
def test_a_key_that_stands_twice_is_refused_where_outputs_could_hide(data: bytes, message: str) -> None:
    with pytest.raises(MalformedNotebook) as caught:
        notebook_from_bytes(data)
    assert str(caught.value) == f"<notebook>:{message}; keep one of the two"


def test_of_a_source_that_stands_twice_the_last_counts_and_both_keep_their_bytes() -> None:
    data = b'{"cells": [{"source": "a", "id": "b", "source": "c"}], "nbformat": 4}'
    notebook = notebook_from_bytes(data)
    assert (notebook.major, notebook.cells[0].source) == (4, "c")
    assert notebook_to_bytes(notebook) == data
    edited = notebook.map_cells(lambda _, cell: cell.replace(source="d"))
    assert notebook_to_bytes(edited) == data.replace(b'"source": "a", ', b"").replace(b'"c"', b'"d"')


def test_a_duplicate_in_a_cell_that_is_laid_out_tighter_than_the_others_is_found() -> None:
    """What the white space saves is just as long as the duplicate: lengths alone would prove nothing."""
    cell = b'{\n   "cell_type": "code",\n   "outputs": []\n  }'
    tight = b'{"outputs": [1],"cell_type": "code","outputs": []}'
    data = b'{\n "cells": [\n  %s,\n  %s\n ]\n}' % (cell, tight)
    with pytest.raises(MalformedNotebook, match=r"^<notebook>:7:39: expected 'outputs' once, got it twice"):
        notebook_from_bytes(data)


def test_duplicate_keys_further_in_are_read_as_json_reads_them() -> None:
    notebook = notebook_from_bytes(b'{"cells": [{"metadata": {"a": 1, "a": 2}}], "metadata": {"b": 1, "b": [2]}}')
    assert notebook.cells[0].metadata == {"a": 2}
    assert notebook.metadata == {"b": [2]}


def test_columns_count_characters_and_not_the_byte_order_mark() -> None:
    with pytest.raises(MalformedNotebook, match=r"^<notebook>:1:11: expected a key in double quotes, got '\?\}'$"):
        notebook_from_bytes('\ufeff{"é": "😀",?}'.encode())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"cells": [\n', "2:1: expected a value, got the end of the file; the file is cut off"),
        (b'{"cells": [1 2]}', "1:14: expected ',' or ']', got '2]}'"),
        (b'{"cells" []}', "1:10: expected ':', got '[]}'"),
        (b"{'cells': []}", "1:2: expected a key in double quotes, got ''cells': []}'"),
        (b'{"cells": []} x', "1:15: expected the end of the file, got 'x'"),
        (b'{"a": "b\n"}', "1:9: expected a closing double quote, got the end of the line"),
        (b'{"a": "\\x"}', "1:8: expected a valid escape, got '\\x\"}'"),
        (b'{"a": -}', "1:8: expected a digit, got '}'"),
        (b'{"a": "\t"}', "1:8: expected a closing double quote, got control character 0x09"),
        (b'{"a": nul}', "1:7: expected a value, got 'nul}'"),
    ],
)
def test_a_syntax_error_says_what_stands_where_and_what_should(data: bytes, message: str) -> None:
    with pytest.raises(MalformedNotebook) as caught:
        notebook_from_bytes(data)
    assert str(caught.value) == f"<notebook>:{message}"


@pytest.mark.parametrize("major", [0, 5, -1, 99])
def test_an_unknown_major_is_refused_where_it_stands(major: int) -> None:
    with pytest.raises(UnsupportedVersion, match=rf"^a:1:15: expected nbformat 1 to 4, got {major}; ") as caught:
        notebook_from_bytes(b'{"cells": [], "nbformat": %d}' % major, "a")
    assert caught.value.major == major


@pytest.mark.parametrize("value", [b"4.0", b"true", b"null", b'"4"', b"[4]", b"NaN"])
def test_a_version_that_is_no_whole_number_is_refused(value: bytes) -> None:
    with pytest.raises(MalformedNotebook, match=r"^<notebook>:1:15: expected a whole number as nbformat, got "):
        notebook_from_bytes(b'{"cells": [], "nbformat": %s}' % value)


def test_an_empty_list_of_worksheets_beside_cells_is_no_contradiction() -> None:
    notebook = notebook_from_bytes(b'{"cells": [], "worksheets": [ ], "nbformat": 4}')
    assert notebook.tree["worksheets"] == []


def test_an_error_survives_its_way_out_of_a_worker() -> None:
    with pytest.raises(MalformedNotebook) as caught:
        notebook_from_bytes(b"{", "a.ipynb")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again), again.where) == (MalformedNotebook, str(caught.value), caught.value.where)


def test_check_text_takes_any_utf_8() -> None:
    check_text("é 😀\x00".encode(), None)
    with pytest.raises(MalformedNotebook, match=r"^a:2:3: expected UTF-8, got byte 0xff; save it as UTF-8$"):
        check_text("é\nüx".encode() + b"\xff", "a")


def test_conflict_markers_are_told_from_what_looks_like_them() -> None:
    marked = b"=======\n<<<<<<< HEAD\n||||||| base\n=======\n>>>>>>> x\n"
    found = [find_conflict_marker(marked, start) for start in (0, 1, 9, 22, 36)]
    assert [marker.start() for marker in found if marker] == [0, 8, 21, 34, 42]
    assert find_conflict_marker(marked, 50) is None
    marker = find_conflict_marker(b"a\r\n<<<<<<< HEAD\r\n=======\r\n")
    assert marker
    assert marker.start() == 3
    assert find_conflict_marker(b"=======\n>>>>>>> x\n") is None
    assert find_conflict_marker(b'"a <<<<<<< HEAD"\n') is None


def test_a_conflict_inside_a_file_that_is_json_is_no_conflict() -> None:
    source = b'"<<<<<<< HEAD\\n=======\\n>>>>>>> other\\n"'
    assert notebook_from_bytes(b'{"cells": [{"source": %s}]}' % source).cells[0].source.startswith("<<<<<<< HEAD")
    with pytest.raises(ConflictedNotebook, match=r"^<notebook>:2:1: expected a notebook, got git's conflict marker"):
        notebook_from_bytes(b'{\n<<<<<<< HEAD\n"cells": []\n=======\n"cells": [1]\n>>>>>>> other\n}')


def test_a_location_of_nothing_is_the_notebook() -> None:
    assert str(Location()) == "<notebook>"
