from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given, settings

from nbkit.document import scan
from tests.strategies import json_values, layouts, spell


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        (b"", 0, "a value"),
        (b"[1,]", 3, "a value"),
        (b"[1 2]", 3, "',' or ']'"),
        (b"[1}", 2, "',' or ']'"),
        (b'{"a":1]', 6, "',' or '}'"),
        (b'{"a" 1}', 5, "':'"),
        (b'{"a":1,}', 7, "a key in double quotes"),
        (b"{1:2}", 1, "a key in double quotes"),
        (b'["a', 3, "a closing double quote"),
        (b'["\\u12"]', 2, "a valid escape"),
        (b'{"a\\q":1}', 3, "a valid escape"),
        (b"[1.]", 2, "',' or ']'"),
        (b"[-]", 2, "a digit"),
        (b"[] []", 3, "the end of the file"),
        (b"[01]", 2, "',' or ']'"),
    ],
)
def test_check_says_where_json_ends_and_what_should_stand_there(text: bytes, offset: int, expected: str) -> None:
    with pytest.raises(scan.JsonSyntaxError) as caught:
        scan.check(text)
    assert (caught.value.offset, caught.value.expected) == (offset, expected)


@pytest.mark.parametrize("text", [b"[NaN, -Infinity]", b' {"\\ud800": [1e400, {}, []]} ', b'""', b"-0.5E-7", b"null"])
def test_check_takes_what_pythons_json_takes(text: bytes) -> None:
    scan.check(text)
    json.loads(text)


@settings(max_examples=60)
@given(json_values(), layouts())
def test_members_and_elements_are_where_their_texts_are(value: object, layout: object) -> None:
    text = spell({"v": value, "w": [value, 1, value]}, layout).removeprefix(b"\xef\xbb\xbf")  # type: ignore[arg-type]
    start = scan.value_start(text)
    members = {member.key: text[member.value_start : member.end] for member in scan.members(text, start)}
    expected = json.loads(text)
    assert json.dumps({key: json.loads(part) for key, part in members.items()}) == json.dumps(expected)
    elements = [members["w"][span.start : span.end] for span in scan.elements(members["w"], 0)]
    assert json.dumps([json.loads(part) for part in elements]) == json.dumps(expected["w"])
    assert scan.value_end(text, start) == len(text.rstrip())
    assert b"".join(scan.tokens(text)) == b"".join(text[a:b] for a, b in scan.token_spans(text, start))


def test_hints_that_are_only_the_beginning_of_a_number_are_not_taken() -> None:
    text = b'{"a": 12, "a": 1}'
    assert [member.end for member in scan.members(text, 0, {"a": b"1"})] == [8, 16]
    assert [span.end for span in scan.elements(b"[12, 1]", 0, [b"1", b"1"])] == [3, 6]


def test_hints_are_taken_for_the_values_that_stand_there() -> None:
    text = b'{"a": [1, 2], "b": "x", "c": {}}'
    values = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    assert scan.members(text, 0, values) == scan.members(text, 0)


def test_a_key_is_told_as_it_reads() -> None:
    assert [member.key for member in scan.members(b'{"\\u0061\\n": 1, "\\ud800": 2}', 0)] == ["a\n", "\ud800"]


@pytest.mark.parametrize(
    ("text", "expected"), [(b"[]", True), (b"[ \n]", True), (b"[1]", False), (b"{}", False), (b"null", False)]
)
def test_an_empty_array_may_hold_white_space(*, text: bytes, expected: bool) -> None:
    assert scan.is_empty_array(text) is expected


def test_the_first_pair_is_not_looked_for_inside_strings() -> None:
    assert scan.first_pair(b'{"a": ["x\\" : 1 , \\"y"], "b":1 , "c": 2}', 0) == (b":", b" , ")
    assert scan.first_pair(b'{"a": ["\\"\\""]}', 0) is None
