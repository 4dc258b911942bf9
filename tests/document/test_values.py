from __future__ import annotations

import json
from collections import OrderedDict
from typing import cast

import nbformat
import pytest
from hypothesis import given, settings

from nbkit.document import JsonValue, copy_value, decode_value, is_same
from nbkit.document.values import _decode_deep
from tests.document.reading import canonical
from tests.strategies import json_values, layouts, settle, spell

NAN = float("nan")


@settings(max_examples=60)
@given(json_values(), layouts())
def test_a_value_is_decoded_as_json_decodes_it(value: object, layout: object) -> None:
    text = spell([value], layout).removeprefix(b"\xef\xbb\xbf")  # type: ignore[arg-type]
    assert canonical(decode_value(text)) == canonical(json.loads(text))
    assert canonical(_decode_deep(text)) == canonical(json.loads(text))


@pytest.mark.parametrize(
    "text", [b"-0", b"-0.0", b"1e400", b"NaN", b"-Infinity", b'"\\ud83d"', b"18446744073709551616"]
)
def test_odd_values_are_decoded_as_json_decodes_them(text: bytes) -> None:
    value, expected = decode_value(text), json.loads(text)
    assert (type(value), repr(value)) == (type(expected), repr(expected))


@settings(max_examples=60)
@given(json_values(), json_values())
def test_two_values_are_the_same_if_and_only_if_no_reader_tells_them_apart(one: object, other: object) -> None:
    left, right = settle({"v": one})["v"], settle({"v": other})["v"]
    assert is_same(left, right) is (canonical(left) == canonical(right))
    assert is_same(left, copy_value(left))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (True, 1, False),
        (1, 1.0, False),
        (0, False, False),
        (NAN, float("nan"), True),
        ([NAN], [float("nan")], True),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": 1}, {"b": 1}, False),
        ([1, 2], [2, 1], False),
        ([1], [1, 1], False),
        ({}, [], False),
        (None, False, False),
        ("", None, False),
    ],
)
def test_what_python_calls_equal_need_not_be_the_same(*, one: object, other: object, expected: bool) -> None:
    assert is_same(one, other) is expected
    assert is_same({"x": [one]}, {"x": [other]}) is expected


def test_a_copy_shares_nothing_and_is_plain() -> None:
    value = nbformat.from_dict({"b": [{"a": 1}], "a": "x"})  # type: ignore[no-untyped-call]
    copied = cast(dict[str, list[dict[str, JsonValue]]], copy_value(value))
    assert (type(copied), type(copied["b"][0])) == (dict, dict)
    assert list(copied) == ["b", "a"]
    copied["b"][0]["a"] = 2
    assert value["b"][0]["a"] == 1


def test_other_mappings_and_sequences_become_dicts_and_lists() -> None:
    assert copy_value(OrderedDict(a=(1, "x"), b=("y", "z"))) == {"a": [1, "x"], "b": ["y", "z"]}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": [{"b": {1}}]}, r"^a\[0\]\.b: expected a JSON value, got set$"),
        ({"a": {1: 2}}, r"^a: expected text as a key, got int$"),
        ([b"x"], r"^\[0\]: expected a JSON value, got bytes$"),
        (object(), r"^the value: expected a JSON value, got object$"),
        ({"a": 10**4300}, r"^a: expected an integer of at most 4,300 digits, got a longer one$"),
        ({"a": -(10**4300)}, r"^a: expected an integer of at most 4,300 digits, got a longer one$"),
    ],
)
def test_what_json_cannot_hold_is_refused_with_the_way(value: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        copy_value(value)


def test_a_value_that_holds_itself_is_refused() -> None:
    value: list[object] = []
    value.append(value)
    with pytest.raises(ValueError, match="got a deeper or a circular one"):
        copy_value({"a": value})
