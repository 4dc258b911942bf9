from __future__ import annotations

import pytest

from nbkit.document import Cell, Notebook, as_notebook, notebook_from_bytes, notebook_to_bytes
from nbkit.document.encode import patch_object, relayout
from nbkit.document.layout import Layout

TWO = b"""{
  "nbformat": 4,
  "cells": [
    {
      "source": [ "a\\u00e9\\n", "b" ],
      "cell_type": "code",
      "metadata": { "x": 1.00, "y": [] },
      "outputs": []
    },
    {"cell_type":"raw","metadata":{},"source":"r"}
  ],
  "metadata": {}
}
"""


def two() -> Notebook:
    return notebook_from_bytes(TWO)


def edited(notebook: Notebook, **members: object) -> bytes:
    first = notebook.cells[0].replace(**members)  # type: ignore[arg-type]
    return notebook_to_bytes(notebook.replace(cells=[first, *notebook.cells[1:]]))


def test_one_line_of_the_source_is_changed_and_no_other() -> None:
    assert edited(two(), source="aé\nc") == TWO.replace(b'"b"', b'"c"')


def test_a_line_is_added_with_the_separator_of_the_others() -> None:
    assert edited(two(), source="aé\nb\nc") == TWO.replace(b'"b" ]', b'"b\\n", "c" ]')


def test_new_text_follows_the_escapes_of_the_file() -> None:
    assert edited(two(), source="aé\nü") == TWO.replace(b'"b"', b'"\\u00fc"')


def test_a_number_keeps_its_spelling_beside_a_change() -> None:
    metadata = {**two().cells[0].metadata, "y": [1]}
    assert edited(two(), metadata=metadata).startswith(TWO[: TWO.index(b'"y"')] + b'"y": [')
    assert b'"x": 1.00, ' in edited(two(), metadata=metadata)


def test_a_member_that_is_taken_out_takes_its_comma_along() -> None:
    assert edited(two(), without=["cell_type"]) == TWO.replace(b'      "cell_type": "code",\n', b"")
    assert edited(two(), without=["outputs"]) == TWO.replace(b',\n      "outputs": []', b"")
    assert edited(two(), without=["source"]) == TWO.replace(b'      "source": [ "a\\u00e9\\n", "b" ],\n', b"")


def test_an_emptied_object_has_no_space_in_it() -> None:
    assert edited(two(), metadata={}) == TWO.replace(b'{ "x": 1.00, "y": [] }', b"{}")


def test_a_new_member_goes_to_the_end_of_an_unsorted_object() -> None:
    expected = TWO.replace(b'"outputs": []\n', b'"outputs": [],\n      "a": null\n')
    assert edited(two(), a=None) == expected


def test_a_new_member_goes_where_a_sorted_object_has_it() -> None:
    data = b'{"cells": [], "metadata": {"a": 1, "c": 3}, "nbformat": 4}'
    changed = notebook_from_bytes(data).replace(metadata={"c": 3, "a": 1, "b": 2}, kept=True)
    expected = b'{"cells": [], "kept": true, "metadata": {"a": 1, "b": 2, "c": 3}, "nbformat": 4}'
    assert notebook_to_bytes(changed) == expected


def test_a_cell_from_another_notebook_is_laid_out_as_this_one_and_keeps_its_tokens() -> None:
    other = notebook_from_bytes(b'{"cells":[{"metadata":{"x":1.0E+2,"e":{}},"source":["\\u00e9"],"outputs":[]}]}')
    notebook = two()
    written = notebook_to_bytes(notebook.replace(cells=[*notebook.cells, *other.cells]))
    cell = b"""{
      "metadata": {
        "x": 1.0E+2,
        "e": {}
      },
      "source": [
        "\\u00e9"
      ],
      "outputs": []
    }"""
    tight = b'{"cell_type":"raw","metadata":{},"source":"r"}'
    assert written == TWO.replace(tight, tight + b",\n    " + cell)


def test_a_change_drops_the_duplicates_that_would_contradict_it() -> None:
    data = b'{"cells": [], "metadata": {"a": 1, "b": 0, "a": 2}}'
    changed = notebook_from_bytes(data).replace(metadata={"a": 3, "b": 0})
    assert notebook_to_bytes(changed) == b'{"cells": [], "metadata": {"b": 0, "a": 3}}'
    untouched = notebook_from_bytes(data).replace(metadata={"a": 2, "b": 1})
    assert notebook_to_bytes(untouched) == b'{"cells": [], "metadata": {"a": 1, "b": 1, "a": 2}}'


@pytest.mark.parametrize(("old", "new"), [(b"true", 1), (b"1", 1.0), (b"0", False), (b"1.0", 1)])
def test_values_that_python_calls_equal_are_written_anew(old: bytes, new: object) -> None:
    notebook = notebook_from_bytes(b'{"cells": [], "metadata": {"a": %s}}' % old)
    changed = notebook.replace(metadata={"a": new})
    assert notebook_from_bytes(notebook_to_bytes(changed)) == changed
    assert notebook_to_bytes(changed) != notebook_to_bytes(notebook)


def test_metadata_that_looks_like_a_notebook_is_copied_as_it_stands() -> None:
    data = b'{"cells": [], "metadata": {"cells":[ {"cells" : []} ]}, "nbformat": 4}'
    assert notebook_to_bytes(notebook_from_bytes(data).replace(nbformat_minor=1)).startswith(data[:-1])


def test_the_last_cell_can_go_and_a_first_one_come() -> None:
    emptied = notebook_to_bytes(two().replace(cells=[]))
    assert b'"cells": [],' in emptied
    cell = Cell({"cell_type": "raw", "metadata": {}, "source": ""})
    filled = notebook_to_bytes(notebook_from_bytes(emptied).replace(cells=[cell]))
    assert filled == emptied.replace(
        b'"cells": [],',
        b'"cells": [\n    {\n      "cell_type": "raw",\n      "metadata": {},\n      "source": []\n    }\n  ],',
    )


def test_a_lone_surrogate_is_written_as_an_escape() -> None:
    assert b'"a\\ud800b\xc3\xa9"' in notebook_to_bytes(as_notebook({"cells": [{"source": "a\ud800bé"}]}))


def test_patch_object_changes_what_changed() -> None:
    text = b'{ "a" : 1.0,\n"b" : [1, 2,3] }'
    assert patch_object(text, {"a": 1.0, "b": [1, 2, 3]}, {"a": 1.0, "b": [1, 3]}) == b'{ "a" : 1.0,\n"b" : [1,3] }'


def test_relayout_keeps_every_token() -> None:
    text = b'{ "a":[1.00 , {}, [ ], "[,]:"],"b" : {"c":1E2} }'
    expected = b'{\n "a": [\n  1.00,\n  {},\n  [],\n  "[,]:"\n ],\n "b": {\n  "c": 1E2\n }\n}'
    assert relayout(text, Layout(), 0) == expected
    assert relayout(expected, Layout(newline=b"", colon=b":"), 0) == b'{"a":[1.00,{},[],"[,]:"],"b":{"c":1E2}}'
