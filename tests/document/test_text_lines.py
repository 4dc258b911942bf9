from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbkit.document import Cell, JsonValue, is_json_mime, join_cell, join_lines, join_output
from nbkit.document.text_lines import split_cell
from tests.strategies import texts


@pytest.mark.parametrize(
    ("value", "expected"),
    [(["a\n", "b"], "a\nb"), ([], ""), ("a", "a"), (["a", 1], ["a", 1]), (None, None), (["a", "b"], "ab")],
)
def test_lines_are_joined_and_all_else_left(value: JsonValue, expected: JsonValue) -> None:
    assert join_lines(value) == expected


def test_old_lines_may_be_without_their_ends() -> None:
    assert join_lines(["a", "b"], is_old=True) == "a\nb"
    assert join_lines(["a\n", "b"], is_old=True) == "a\nb"
    assert join_lines(["a\r", "b"], is_old=True) == "a\rb"


def test_json_in_an_output_is_no_list_of_lines() -> None:
    data: JsonValue = {"application/json": ["a"], "application/x+json": ["b"], "text/plain": ["c\n", "d"]}
    joined = join_output({"output_type": "display_data", "data": data})
    assert joined == {
        "output_type": "display_data",
        "data": {"application/json": ["a"], "application/x+json": ["b"], "text/plain": "c\nd"},
    }


@pytest.mark.parametrize(
    ("mime", "expected"),
    [("application/json", True), ("application/geo+json", True), ("text/x+json", False), ("application/jsonx", False)],
)
def test_json_mime_types_are_those_of_nbformat(*, mime: str, expected: bool) -> None:
    assert is_json_mime(mime) is expected


def test_sources_streams_text_bundles_and_attachments_are_split() -> None:
    cell: dict[str, JsonValue] = {
        "source": "a\nb",
        "outputs": [
            {"output_type": "stream", "text": "c\nd"},
            {
                "output_type": "display_data",
                "data": {"text/html": "e\nf", "image/png": "g\nh", "image/svg+xml": "i\nj"},
            },
            {"output_type": "error", "text": "k\nl"},
        ],
        "attachments": {"x": {"text/plain": "m\nn", "image/png": "o\np"}},
    }
    split = split_cell(cell)
    assert split == {
        "source": ["a\n", "b"],
        "outputs": [
            {"output_type": "stream", "text": ["c\n", "d"]},
            {
                "output_type": "display_data",
                "data": {"text/html": ["e\n", "f"], "image/png": "g\nh", "image/svg+xml": ["i\n", "j"]},
            },
            {"output_type": "error", "text": "k\nl"},
        ],
        "attachments": {"x": {"text/plain": ["m\n", "n"], "image/png": "o\np"}},
    }
    assert join_cell(split) == cell


def test_what_did_not_change_keeps_the_form_it_had() -> None:
    like: dict[str, JsonValue] = {
        "source": ["a", "b\n", "c"],
        "outputs": [{"output_type": "stream", "text": ["x", "y"]}, {"output_type": "stream", "text": "z\nz"}],
    }
    assert split_cell(join_cell(like), like) == like
    assert split_cell({"source": "new\nlines"}, {"source": "one string"}) == {"source": "new\nlines"}


@settings(max_examples=100)
@given(texts(), st.sampled_from(["input", "source"]), texts() | st.lists(st.text("ab\n\r\x0b", max_size=3), max_size=3))
def test_a_source_is_read_as_it_was_set_also_before_nbformat_4(text: str, key: str, old: JsonValue) -> None:
    kind = "code" if key == "input" else "markdown"
    assert Cell({"cell_type": kind, key: old}, is_old=True).replace(source=text).source == text
    split = split_cell({"cell_type": kind, key: text}, is_old=True)
    assert join_cell(split, is_old=True)[key] == text
