from __future__ import annotations

import pytest

from nbkit.document import READER_DEPTH, JsonValue, Oddity, find_oddities
from nbkit.document.oddities import find_value_oddities


def told(text: bytes) -> list[Oddity]:
    return list(find_oddities(text))


def test_plain_json_holds_no_oddity() -> None:
    assert told(b'{"a": [1, -2.5e7, "\\ud83d\\ude00", {"a": {}}, []], "b": true, "c": null}') == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'{"a": {"b": 1, "b": 2}}', Oddity("duplicate key", 15, ("a", "b"), "b")),
        (b'{"a": 1, "\\u0061": 2}', Oddity("duplicate key", 9, ("a",), "a")),
        (b'{"a": [0, NaN]}', Oddity("no number", 10, ("a", 1), "NaN")),
        (b"[-Infinity]", Oddity("no number", 1, (0,), "-Infinity")),
        (b"[[1], 1e400]", Oddity("no number", 6, (1,), "1e400")),
        (b'["ab\\ud800"]', Oddity("lone surrogate", 4, (0,), "\\ud800")),
        (b'["\\udc00"]', Oddity("lone surrogate", 2, (0,), "\\udc00")),
        (b'["\\ud83dx\\ude00"]', Oddity("lone surrogate", 2, (0,), "\\ud83d")),
        (b'["\\ud83d\\ud83d\\ude00"]', Oddity("lone surrogate", 2, (0,), "\\ud83d")),
        (b'{"\\ud800": 1}', Oddity("lone surrogate", 2, ("\ud800",), "\\ud800")),
        (b"[" + b"9" * 4301 + b"]", Oddity("huge number", 1, (0,), "9" * 32)),
    ],
)
def test_an_oddity_is_found_with_its_place_and_its_way(text: bytes, expected: Oddity) -> None:
    assert list(find_oddities(text)) == [expected]


def test_an_escaped_backslash_is_no_surrogate() -> None:
    assert told(b'["\\\\ud800", "\\\\\\\\ud800"]') == []
    assert len(told(b'["\\\\\\ud800"]')) == 1


def test_a_number_of_4_300_digits_is_not_huge() -> None:
    assert told(b"[" + b"9" * 4300 + b", -" + b"9" * 4300 + b"]") == []


def test_nesting_is_told_once_where_it_becomes_too_deep() -> None:
    text = b"[" * (READER_DEPTH + 5) + b"]" * (READER_DEPTH + 5)
    (oddity,) = find_oddities(text)
    assert (oddity.kind, oddity.offset) == ("deep nesting", READER_DEPTH)
    assert len(oddity.way) == 32
    assert told(b"[" * READER_DEPTH + b"]" * READER_DEPTH) == []


def test_oddities_are_told_in_order_and_from_the_start_given() -> None:
    text = b'{"a": NaN, "a": 1, "b": "\\ud800"}'
    assert [oddity.kind for oddity in find_oddities(text)] == ["no number", "duplicate key", "lone surrogate"]
    assert [oddity.offset for oddity in find_oddities(b"\xef\xbb\xbf" + text, 3)] == [9, 14, 28]


def test_a_value_that_was_not_read_is_looked_at_alike() -> None:
    value: JsonValue = {"a": [1.5, float("nan"), "x\udc80"], "b\ud800": True}
    assert list(find_value_oddities(value)) == [
        Oddity("lone surrogate", 0, (), "\\ud800"),
        Oddity("no number", 0, ("a", 1), "nan"),
        Oddity("lone surrogate", 0, ("a", 2), "\\udc80"),
    ]
    deep: JsonValue = []
    for _ in range(READER_DEPTH + 5):
        deep = [deep]
    assert [oddity.kind for oddity in find_value_oddities(deep)] == ["deep nesting"]
    assert list(find_value_oddities([1, "é", None, {"a": []}])) == []
