"""JSON by position: where each value of a text begins and ends, and where a text stops being JSON.

msgspec decodes faster than anything here, but gives no positions, hides duplicate keys, and
refuses what Jupyter's own reader takes (NaN, Infinity, lone surrogates, deep nesting). This is
the grammar of Python's `json` module, without its recursion. Offsets are in bytes.

The patterns use possessive quantifiers: without them a long string of escapes keeps a
backtracking point for each one, and memory grows with the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import msgspec

Buffer: TypeAlias = bytes | memoryview | msgspec.Raw

_WS = rb"[ \t\n\r]*+"
_STRING_OPEN = rb'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*+)*+'
_STRING = _STRING_OPEN + rb'"'
_NUMBER = rb"-?+(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?+[0-9]++)?+"
_ATOM = rb"(?:" + _STRING + rb"|" + _NUMBER + rb"|true|false|null|NaN|-?+Infinity)"

_space = re.compile(_WS)
_key = re.compile(_WS + rb"(" + _STRING + rb")" + _WS + rb":" + _WS)
_atom = re.compile(_ATOM)
_next = re.compile(_WS + rb"([,\]}])")
_string_open = re.compile(_STRING_OPEN)
_number_open = re.compile(rb"-?+[0-9]*+(?:\.[0-9]*+)?+(?:[eE][+-]?+[0-9]*+)?+")
# Runs of plain members and elements are taken in one match: a list of source lines costs one step.
_element_run = re.compile(rb"(?:" + _WS + _ATOM + _WS + rb",)*+" + _WS)
_member_run = re.compile(rb"(?:" + _WS + _STRING + _WS + rb":" + _WS + _ATOM + _WS + rb",)*+" + _WS)
# For text that is known to be JSON: everything up to the next bracket that is not in a string.
_to_bracket = re.compile(rb'(?:[^"\[\]{}]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+([\[\]{}])', re.DOTALL)
_PAIR = _STRING + rb"(" + _WS + rb":" + _WS + rb")" + _ATOM + rb"(" + _WS + rb"," + _WS + rb')"'
# Passes whole strings: a search would begin anew at every quote in them, and take minutes for 200 KB of quotes.
_to_pair = re.compile(rb'(?:[^"]++|(?!' + _PAIR + rb")" + _STRING + rb")*+" + _PAIR)
_empty_array = re.compile(rb"\[" + _WS + rb"\]")
_token = re.compile(_WS + rb"(" + _ATOM + rb"|[\[\]{},:])")


class JsonSyntaxError(ValueError):
    """The text stops being JSON at `offset`, where `expected` should have stood."""

    def __init__(self, offset: int, expected: str) -> None:
        super().__init__(offset, expected)
        self.offset = offset
        self.expected = expected


class Member(NamedTuple):
    """A member of an object: from the opening quote of its key (`start`) to the end of its value (`end`)."""

    key: str
    start: int
    value_start: int
    end: int


class Span(NamedTuple):
    """A value: `start` is its first byte, `end` the one after its last."""

    start: int
    end: int


def check(text: bytes, start: int = 0) -> None:
    """Raise JsonSyntaxError where `text`, from `start` on, is not one JSON value with white space around it."""
    brackets = bytearray()
    pos = _value(text, _skip_space(text, start), brackets)
    while brackets:
        pos = _after_value(text, pos, brackets)
    end = _skip_space(text, pos)
    if end != len(text):
        raise JsonSyntaxError(end, "the end of the file")


def _value(text: bytes, pos: int, brackets: bytearray) -> int:
    """Pass the value at `pos` if nothing stands in it, else its opening brackets down to the first such value."""
    while (head := text[pos : pos + 1]) in (b"[", b"{"):
        closing = b"]" if head == b"[" else b"}"
        inside = _skip_space(text, pos + 1)
        if text[inside : inside + 1] == closing:
            return inside + 1
        brackets += closing
        pos = _item(text, inside, brackets)
    match = _atom.match(text, pos)
    if not match:
        raise _atom_error(text, pos)
    return match.end()


def _item(text: bytes, pos: int, brackets: bytearray) -> int:
    """Pass any run of plain items that begins at `pos`, and the next key if this is an object: up to a value."""
    if brackets[-1] == 0x5D:
        return _element_run.match(text, pos).end()  # type: ignore[union-attr]
    pos = _member_run.match(text, pos).end()  # type: ignore[union-attr]
    match = _key.match(text, pos)
    if not match:
        raise _key_error(text, pos)
    return match.end()


def _after_value(text: bytes, pos: int, brackets: bytearray) -> int:
    """Pass the comma and the item after it, or the closing bracket, that follow a value."""
    closing = chr(brackets[-1])
    match = _next.match(text, pos)
    if not match or match[1] not in (b",", closing.encode()):
        raise JsonSyntaxError(_skip_space(text, pos), f"',' or '{closing}'")
    if match[1] == b",":
        return _value(text, _item(text, _skip_space(text, match.end()), brackets), brackets)
    brackets.pop()
    return match.end()


def _atom_error(text: bytes, pos: int) -> JsonSyntaxError:
    if text[pos : pos + 1] == b'"':
        return _string_error(text, pos)
    match = _number_open.match(text, pos)
    if match and match.end() > pos:
        return JsonSyntaxError(match.end(), "a digit")
    return JsonSyntaxError(pos, "a value")


def _key_error(text: bytes, pos: int) -> JsonSyntaxError:
    if text[pos : pos + 1] != b'"':
        return JsonSyntaxError(pos, "a key in double quotes")
    match = re.compile(_STRING).match(text, pos)
    if not match:
        return _string_error(text, pos)
    return JsonSyntaxError(_skip_space(text, match.end()), "':'")


def _string_error(text: bytes, pos: int) -> JsonSyntaxError:
    end = _string_open.match(text, pos).end()  # type: ignore[union-attr]
    expected = "a valid escape" if text[end : end + 1] == b"\\" else "a closing double quote"
    return JsonSyntaxError(end, expected)


def _skip_space(text: bytes, pos: int) -> int:
    return _space.match(text, pos).end()  # type: ignore[union-attr]


def value_end(text: bytes, start: int) -> int:
    """Return where the value that begins at `start` ends. `text` must be known to be JSON."""
    if text[start : start + 1] not in (b"[", b"{"):
        match = _atom.match(text, start)
        assert match, "text was checked"
        return match.end()
    depth = 0
    pos = start
    while True:
        match = _to_bracket.match(text, pos)
        assert match, "text was checked"
        pos = match.end()
        depth += 1 if match[1] in b"[{" else -1
        if not depth:
            return pos


def value_start(text: bytes, pos: int = 0) -> int:
    """Return where the value after the white space at `pos` begins."""
    return _skip_space(text, pos)


def is_empty_array(text: Buffer) -> bool:
    """Whether `text` is an array without elements, however much white space it holds."""
    return _empty_array.fullmatch(memoryview(text)) is not None


def closing_end(text: bytes, last_end: int) -> int:
    """Return where the container ends whose last item ends at `last_end`."""
    return _skip_space(text, last_end) + 1


def members(text: bytes, start: int, values: Mapping[str, Buffer] | None = None) -> list[Member]:
    """Return the members of the object that begins at `start`, duplicates included. `text` must be known to be JSON.

    `values` may give the text of values by key as msgspec found it: where it is
    the text that stands there, the value is not walked through.
    """
    found = []
    pos = start + 1
    while match := _key.match(text, pos):
        key = string_value(match[1])
        end = _hinted_end(text, match.end(), values.get(key) if values else None)
        found.append(Member(key, match.start(1), match.end(), end))
        separator = _next.match(text, end)
        assert separator, "text was checked"
        if separator[1] != b",":
            break
        pos = separator.end()
    return found


def elements(text: bytes, start: int, values: Sequence[Buffer | None] = ()) -> list[Span]:
    """Return the elements of the array that begins at `start`. `text` must be known to be JSON.

    `values` may give the text of each, as for `members`.
    """
    found: list[Span] = []
    pos = _skip_space(text, start + 1)
    while text[pos : pos + 1] != b"]":
        end = _hinted_end(text, pos, values[len(found)] if len(found) < len(values) else None)
        found.append(Span(pos, end))
        separator = _next.match(text, end)
        assert separator, "text was checked"
        if separator[1] == b"]":
            break
        pos = _skip_space(text, separator.end())
    return found


def _hinted_end(text: bytes, start: int, hint: Buffer | None) -> int:
    if hint is not None:
        expected = bytes(hint)
        # A number may go on where the hint ends: of `"a": 12, "a": 1` the hint for both is 1.
        if expected[-1:] in b'"]}' and text.startswith(expected, start):
            return start + len(expected)
    return value_end(text, start)


def string_value(token: bytes) -> str:
    """Return the text that the JSON string `token`, quotes included, stands for; lone surrogates stay in it."""
    if b"\\" not in token:
        return token[1:-1].decode()
    import json

    return str(json.loads(token.decode()))


def first_pair(text: bytes, start: int) -> tuple[bytes, bytes] | None:
    """Return what stands around the first colon and the first comma between two plain members after `start`.

    `start` is not inside a string.
    """
    match = _to_pair.match(text, start)
    return (match[3], match[4]) if match else None


def tokens(text: bytes) -> Iterator[bytes]:
    """Yield the tokens of `text`, which must be known to be JSON: brackets, commas, colons and atoms."""
    for match in _token.finditer(text):
        yield match[1]


def token_spans(text: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Yield where each token of `text` from `start` on begins and ends, as `tokens` does without copying them."""
    # White space at the end is not searched: the pattern would be tried at each of its bytes, and run to its end.
    for match in _token.finditer(text, start, len(text.rstrip(b" \t\r\n"))):
        yield match.span(1)
