from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from nbkit.document import Layout, detect_layout, notebook_from_bytes, notebook_to_bytes
from nbkit.document.values import decode_value
from tests.strategies import NBFORMAT, Content, Spelling, layouts, notebooks, settle, spell

CONTENT: Content = {"cells": [], "metadata": {"a": 1, "b": {"c": "d"}}, "nbformat": 4, "nbformat_minor": 5}


@settings(max_examples=30)
@given(layouts())
def test_the_layout_that_was_written_is_found(spelling: Spelling) -> None:
    data = spell(CONTENT, spelling).removeprefix(b"\xef\xbb\xbf")
    found = detect_layout(data)
    assert found.colon == spelling.colon.encode()
    assert found.comma == spelling.comma.encode()
    assert found.newline == (b"" if spelling.indent is None else spelling.newline.encode())
    assert found.indent == (spelling.indent or "").encode()


@settings(max_examples=30)
@given(notebooks(minor=5))
def test_the_default_layout_is_what_nbformat_writes(content: Content) -> None:
    assert Layout().value(decode_value(spell(content)), 0) == spell(settle(content), NBFORMAT).rstrip()


def test_an_escape_beyond_ascii_tells_that_text_is_escaped() -> None:
    assert detect_layout(b'{"a": "\\u00e9", "b": 1}').is_ascii
    assert detect_layout(b'{"a": "\\\\\\u00e9", "b": 1}').is_ascii


@pytest.mark.parametrize("text", [rb'"\\u00e9"', rb'"\u001b"', '"é \\u00e9"', '"plain"', rb'"C:\\users"'])
def test_other_texts_do_not_tell_that(text: bytes | str) -> None:
    value = text if isinstance(text, bytes) else text.encode()
    assert not detect_layout(b'{"a": %s, "b": 1}' % value).is_ascii


def test_what_stands_in_a_string_is_no_layout() -> None:
    data = b'{\n "a": [\n  "\\"k\\":1,\\"l\\":2", "m\\":1,\\"" \n ],\n "b": 1,\n "c": 2\n}'
    assert detect_layout(data) == Layout()


def test_an_empty_object_has_the_default_layout() -> None:
    assert detect_layout(b"{}") == Layout()
    assert detect_layout(b"[]") == Layout()


def test_a_scalar_is_spelled_as_json_spells_it() -> None:
    assert [Layout().scalar(value) for value in (None, True, 1, 1.5, float("nan"), float("-inf"), "é\n")] == [
        b"null",
        b"true",
        b"1",
        b"1.5",
        b"NaN",
        b"-Infinity",
        '"é\\n"'.encode(),
    ]
    assert Layout(is_ascii=True).scalar("é😀") == b'"\\u00e9\\ud83d\\ude00"'


def test_an_object_spelled_throughout_in_the_layout_is_known() -> None:
    text = b'{\n "a": 1,\n "b": [2]\n}'
    assert Layout().spells(text, 0, {"a": b"1", "b": b"[2]"})
    assert not Layout().spells(text, 0, {"b": b"[2]"})
    assert not Layout().spells(text, 1, {"a": b"1", "b": b"[2]"})
    assert not Layout().spells(text.replace(b": 1", b":  1"), 0, {"a": b"1", "b": b"[2]"})
    assert Layout().spells(b"{}", 3, {})
    assert not Layout().spells(b"{ }", 3, {})


def test_what_is_nested_over_1_000_deep_stands_on_one_line() -> None:
    value = json.loads("[" * 900 + "]" * 900)
    written = Layout().value(value, 500)
    assert written.count(b"\n") == 2 * 501
    assert json.loads(written) == value


def test_a_comma_that_begins_the_next_line_still_parts_what_is_put_in() -> None:
    data = b'{\n "cells": [\n  {\n   "cell_type": "code"\n ,  "execution_count": 1\n  },\n  {\n   "a": []\n  }\n ]\n}'
    notebook = notebook_from_bytes(data)
    changed = notebook.map_cells(lambda _, cell: cell.replace(source="x"))
    assert notebook_from_bytes(notebook_to_bytes(changed)) == changed
