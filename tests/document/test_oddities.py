from __future__ import annotations

import json

import pytest
from hypothesis import given

from nbkit.document import READER_DEPTH, find_oddities, find_value_oddities
from tests.strategies import json_values


def spell(text: str) -> list[tuple[str, int, tuple[str | int, ...], str]]:
    return [tuple(oddity) for oddity in find_oddities(text.encode())]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1, "b": {"a": 2}}', []),
        ('{"a": 1, "a": 2, "\\u0061": 3}', [("duplicate key", 9, ("a",), "a"), ("duplicate key", 17, ("a",), "a")]),
        ('[{"x": [{"k": 1, "k": 2}]}]', [("duplicate key", 17, (0, "x", 0, "k"), "k")]),
        ("[NaN, -Infinity, 1e400, 1e300]", [
            ("no number", 1, (0,), "NaN"),
            ("no number", 6, (1,), "-Infinity"),
            ("no number", 17, (2,), "1e400"),
        ]),
        ("[-" + "1" * 4300 + "]", []),
        ("[-" + "1" * 4301 + "]", [("huge number", 1, (0,), "-" + "1" * 31)]),
        ('["\\ud83d\\ude00"]', []),
        ('["a\\\\ud800"]', []),
        ('["ab\\ude00"]', [("lone surrogate", 4, (0,), "\\ude00")]),
        ('["\\ud83d x"]', [("lone surrogate", 2, (0,), "\\ud83d")]),
        ('["\\ud83d\\ud83d\\ude00"]', [("lone surrogate", 2, (0,), "\\ud83d")]),
        ('{"\\udc00": 1}', [("lone surrogate", 2, ("\udc00",), "\\udc00")]),
        ("[" * READER_DEPTH + "]" * READER_DEPTH, []),
        ("[" * (READER_DEPTH + 2) + "]" * (READER_DEPTH + 2), [("deep nesting", READER_DEPTH, (0,) * 32, "")]),
    ],
)  # fmt: skip
def test_what_is_odd_is_found_with_its_place(text: str, expected: object) -> None:
    assert spell(text) == expected


@given(json_values())
def test_a_value_is_as_odd_as_its_text(value: object) -> None:
    text = json.dumps(value).encode()
    in_text = sorted((oddity.kind, oddity.way) for oddity in find_oddities(text) if oddity.kind != "huge number")
    in_value = sorted((oddity.kind, oddity.way) for oddity in find_value_oddities(json.loads(text)))
    assert {kind for kind, _ in in_value} == {kind for kind, _ in in_text}
