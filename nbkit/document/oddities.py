"""What a text of JSON holds that plain JSON does not, or that Jupyter's reader cannot take: found with its places.

This walks token by token, 1 µs each; it is for files of which it is known that something is odd.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from nbkit.document import scan
from nbkit.document.values import JsonValue

READER_DEPTH = 450
"""How deep Jupyter can read: `nbformat.reads` fails at 497 levels (Python 3.11), and a server has frames below it."""

_LONGEST_INTEGER = 4300
"""Digits that Python, and so Jupyter's reader, converts to an integer (`sys.int_info.default_max_str_digits`)."""

_WAY_LENGTH = 32
"""How many steps of a way are told; all of them, for each of many oddities in deep nesting, would be quadratic."""

OddityKind = Literal["duplicate key", "no number", "huge number", "lone surrogate", "deep nesting"]

_escape = re.compile(rb"\\(?:u([0-9A-Fa-f]{4})|.)", re.DOTALL)


class Oddity(NamedTuple):
    """Something odd at `offset`: a key that stood before, a number that is none, a lone surrogate, too many brackets.

    `way` leads to the value it is about, or in; `text` is the token, or the key.
    """

    kind: OddityKind
    offset: int
    way: tuple[str | int, ...]
    text: str


class _Container:
    """An object or array that is open while walking: the keys so far, and the step to the value that comes next."""

    __slots__ = ("keys", "step")

    def __init__(self, *, is_object: bool) -> None:
        self.keys: set[str] | None = set() if is_object else None
        self.step: str | int | None = None if is_object else 0


def find_oddities(text: bytes, start: int = 0) -> Iterator[Oddity]:
    """Yield what is odd in `text` from `start` on, in order. It must be JSON as Jupyter's reader takes it."""
    stack: list[_Container] = []
    for offset, end in scan.token_spans(text, start):
        head = text[offset]
        if head in b"[{":
            stack.append(_Container(is_object=head == 0x7B))
            if len(stack) == READER_DEPTH + 1:
                yield Oddity("deep nesting", offset, _way(stack), "")
        elif head in b"]}":
            stack.pop()
        elif head == 0x2C:  # a comma
            _step_on(stack[-1])
        elif head != 0x3A:  # a colon
            yield from _look_at_atom(text[offset:end], offset, stack)


def _step_on(container: _Container) -> None:
    container.step = container.step + 1 if isinstance(container.step, int) else None


def _way(stack: list[_Container]) -> tuple[str | int, ...]:
    return tuple(container.step for container in stack[:_WAY_LENGTH] if container.step is not None)


def _look_at_atom(token: bytes, offset: int, stack: list[_Container]) -> Iterator[Oddity]:
    holder = stack[-1] if stack else None
    if holder and holder.keys is not None and holder.step is None:
        holder.step = key = scan.string_value(token)
        if key in holder.keys:
            yield Oddity("duplicate key", offset, _way(stack), key)
        holder.keys.add(key)
    if token.startswith(b'"'):
        if (place := _find_lone_surrogate(token)) is not None:
            yield Oddity("lone surrogate", offset + place, _way(stack), token[place : place + 6].decode())
    elif kind := _judge_number(token):
        yield Oddity(kind, offset, _way(stack), token[:32].decode())


def _find_lone_surrogate(token: bytes) -> int | None:
    if b"\\u" not in token:
        return None
    high: int | None = None  # where a first half stands that waits for its second
    for match in _escape.finditer(token):
        code = int(match[1], 16) if match[1] else 0
        is_second = 0xDC00 <= code <= 0xDFFF
        if high is not None:
            if not is_second or match.start() != high + 6:
                return high
            high = None
        elif is_second:
            return match.start()
        elif 0xD800 <= code <= 0xDBFF:
            high = match.start()
    return high


def _judge_number(token: bytes) -> OddityKind | None:
    if token in (b"NaN", b"Infinity", b"-Infinity"):
        return "no number"
    if len(token) < 4 or token[:1] in b"tfn":  # 1e9 is the largest that three characters spell
        return None
    if token.lstrip(b"-").isdigit():
        return "huge number" if len(token.lstrip(b"-")) > _LONGEST_INTEGER else None
    return "no number" if float(token) in (float("inf"), float("-inf")) else None


def find_value_oddities(value: JsonValue) -> Iterator[Oddity]:
    """Yield what is odd in a value that was not read from a text: all but duplicate keys; offsets are 0."""
    pending: list[tuple[JsonValue, tuple[str | int, ...], int]] = [(value, (), 0)]
    told_depth = False
    while pending:
        item, way, depth = pending.pop()
        if isinstance(item, (dict, list)):
            if depth == READER_DEPTH and not told_depth:
                told_depth = True
                yield Oddity("deep nesting", 0, way, "")
            pairs = item.items() if isinstance(item, dict) else enumerate(item)
            pending += reversed([(child, (*way, step)[:_WAY_LENGTH], depth + 1) for step, child in pairs])
            texts: list[JsonValue] = list(item) if isinstance(item, dict) else []
        else:
            texts = [item]
        for text in texts:
            if isinstance(text, str) and (broken := _lone_surrogate_in(text)):
                yield Oddity("lone surrogate", 0, way, broken)
        if isinstance(item, float) and (item != item or item in (float("inf"), float("-inf"))):
            yield Oddity("no number", 0, way, str(item))


def _lone_surrogate_in(text: str) -> str | None:
    if text.isascii():
        return None
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return f"\\u{ord(text[error.start]):04x}"
    return None
