"""How a notebook's JSON is laid out: indent, separators, line ends, escapes, key order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from nbkit.document import scan
from nbkit.document.values import JsonValue

BOM = b"\xef\xbb\xbf"

# What is nested deeper, which Python's json module cannot write at all, goes on one line:
# indented, a value nested n deep would take n * n bytes, 10 GB for 100,000.
_MAX_INDENTED_DEPTH = 1000

# Keys are a dozen in good notebooks, and whatever a server is sent in bad ones.
_MAX_OPENINGS = 1000

_first_key = re.compile(rb'[ \t\n\r]*+\{([ \t\n\r]*+)"')
_escape_beyond_ascii = re.compile(rb"\\u(?!00[0-7])[0-9A-Fa-f]{4}")


@dataclass(frozen=True, slots=True)
class Layout:
    """The spelling of JSON that new text is written in.

    `newline` is empty when everything stands on one line; then `indent` is not used.
    The default is what nbformat 4 writes.
    """

    newline: bytes = b"\n"
    indent: bytes = b" "
    comma: bytes = b","
    colon: bytes = b": "
    is_ascii: bool = False
    is_sorted: bool = True

    def object(self, depth: int, items: Iterable[tuple[bytes, bytes]]) -> bytes:
        """Return an object of (key with quotes, value) texts; `depth` is how many brackets are open around it."""
        before, between, after = _breaks(self, depth)
        body = between.join([key + self.colon + value for key, value in items])
        return b"{" + before + body + after + b"}" if body else b"{}"

    def array(self, depth: int, items: Iterable[bytes]) -> bytes:
        """Return an array of value texts; `depth` is how many brackets are open around it."""
        before, between, after = _breaks(self, depth)
        body = between.join(items)
        return b"[" + before + body + after + b"]" if body else b"[]"

    def openings(self, depth: int, key: str) -> tuple[bytes, bytes]:
        """Return what stands before the value of the member `key` of an object: as its first member, and as another."""
        before, between, _ = _breaks(self, depth)
        named = self.scalar(key) + self.colon
        return b"{" + before + named, between + named

    def spells(self, text: scan.Buffer, depth: int, members: Mapping[str, scan.Buffer]) -> bool:
        """Whether `text` is an object of just these members, laid out in this layout throughout.

        Then it holds no key twice: the text of a duplicate would be missing.
        """
        if not members:
            return len(memoryview(text)) == 2
        first, other, closing = _opening_tables(self, depth)
        parts: list[scan.Buffer] = []
        table = first
        for key, value in members.items():
            parts += (table[key], value)
            table = other
        parts.append(closing)
        return b"".join(parts) == (text if isinstance(text, bytes) else bytes(text))

    def scalar(self, value: JsonValue) -> bytes:
        """Return the text of a value that is no list and no dict. A lone surrogate is written as an escape."""
        text = json.dumps(value, ensure_ascii=self.is_ascii)
        return text.encode("utf-8", "backslashreplace")

    def value(self, value: JsonValue, depth: int) -> bytes:
        """Return the text of `value`, standing where `depth` brackets are open around it."""
        return b"".join(self._pieces(value, depth))

    def _pieces(self, root: JsonValue, depth: int) -> Iterator[bytes]:
        # An explicit stack of what is still to be written: a value may be nested deeper than Python recurses.
        pending: list[bytes | tuple[JsonValue, int]] = [(root, depth)]
        while pending:
            top = pending.pop()
            if isinstance(top, bytes):
                yield top
                continue
            value, depth = top
            if isinstance(value, dict) and value:
                pending.extend(reversed(self._object_parts(value, depth)))
            elif isinstance(value, list) and value:
                pending.extend(reversed(self._array_parts(value, depth)))
            else:
                yield self.scalar(value)

    def _object_parts(self, value: dict[str, JsonValue], depth: int) -> list[bytes | tuple[JsonValue, int]]:
        before, between, after = _breaks(self, depth)
        parts: list[bytes | tuple[JsonValue, int]] = []
        for key in sorted(value) if self.is_sorted else value:
            parts += [between if parts else b"{" + before, self.scalar(key) + self.colon, (value[key], depth + 1)]
        return [*parts, after + b"}"]

    def _array_parts(self, value: list[JsonValue], depth: int) -> list[bytes | tuple[JsonValue, int]]:
        before, between, after = _breaks(self, depth)
        parts: list[bytes | tuple[JsonValue, int]] = []
        for element in value:
            parts += [between if parts else b"[" + before, (element, depth + 1)]
        return [*parts, after + b"]"]

    def separator(self, depth: int) -> bytes:
        """Return what stands between two items of a container that has `depth` brackets open around it."""
        return _breaks(self, depth)[1]

    def opening_break(self, depth: int) -> bytes:
        """Return what stands before the first item of a container that has `depth` brackets open around it."""
        return _breaks(self, depth)[0]

    def closing_break(self, depth: int) -> bytes:
        """Return what stands after the last item of a container that has `depth` brackets open around it."""
        return _breaks(self, depth)[2]


class _Openings(dict[str, bytes]):
    """What stands before the value of a member, by its key; made once a key."""

    def __init__(self, layout: Layout, depth: int, which: Literal[0, 1]) -> None:
        super().__init__()
        self._layout, self._depth, self._which = layout, depth, which

    def __missing__(self, key: str) -> bytes:
        opening = self._layout.openings(self._depth, key)[self._which]
        if len(self) < _MAX_OPENINGS:
            self[key] = opening
        return opening


@lru_cache(maxsize=32)
def _opening_tables(layout: Layout, depth: int) -> tuple[_Openings, _Openings, bytes]:
    """What stands before the value of a first member and of another one, and after the last."""
    return _Openings(layout, depth, 0), _Openings(layout, depth, 1), layout.closing_break(depth) + b"}"


@lru_cache(maxsize=256)
def _breaks(layout: Layout, depth: int) -> tuple[bytes, bytes, bytes]:
    """What stands before the first item, between two, and after the last."""
    if not layout.newline or depth > _MAX_INDENTED_DEPTH:
        return b"", layout.comma, b""
    inner = layout.newline + layout.indent * (depth + 1)
    return inner, layout.comma + inner, layout.newline + layout.indent * depth


def detect_layout(text: bytes, start: int = 0) -> Layout:
    """Return the layout of the JSON object in `text` that begins after the white space at `start`.

    It is read off the first key and the first two members in a row; the rest of the file may
    differ, and then keeps its own bytes, since only new text is written by the layout. Key
    order is not looked at.
    """
    match = _first_key.match(text, start)
    if not match:
        return Layout()
    lead = match[1]
    newline = b"\r\n" if b"\r\n" in lead else b"\n" if b"\n" in lead else b""
    pair = scan.first_pair(text, match.end() - 1)
    colon, comma = pair or ((b": ", b",") if newline else (b": ", b", "))
    return Layout(
        newline=newline,
        indent=lead.rpartition(b"\n")[2],
        comma=_comma_at_line_end(comma, newline) if newline else comma,
        colon=colon,
        is_ascii=text.isascii() and _has_escape_beyond_ascii(text, start),
    )


def _has_escape_beyond_ascii(text: bytes, start: int) -> bool:
    for match in _escape_beyond_ascii.finditer(text, start):
        # After an odd number of backslashes this one is itself escaped, as in the source of a regex.
        before = text[max(start, match.start() - 64) : match.start()]
        if (len(before) - len(before.rstrip(b"\\"))) % 2 == 0:
            return True
    return False


def _comma_at_line_end(between: bytes, newline: bytes) -> bytes:
    """Return what stands before the line end in `between`; a comma that begins the next line is put there, too."""
    before = between.partition(newline)[0]
    return before if b"," in before else b","
