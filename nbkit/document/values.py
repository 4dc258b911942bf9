"""JSON values: decoding what msgspec takes and what only Jupyter's reader takes, comparing, copying.

Nothing here recurses, so that a value nested a hundred thousand deep is a value like any other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import msgspec

from nbkit.document import scan

JsonValue: TypeAlias = bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"] | None
JsonObject: TypeAlias = dict[str, JsonValue]

# The way to a value, innermost part first: as one string each, a value nested n deep would take n * n.
_Way: TypeAlias = tuple["_Way", str] | None

# The first integer that Python does not convert to text.
_INT_LIMIT = 10**4300

_decode_fast = msgspec.json.Decoder().decode


def decode_value(text: scan.Buffer) -> JsonValue:
    """Return the value of `text`, which must already be known to be JSON as Jupyter's reader takes it.

    Lone surrogates, NaN, Infinity and 1e400 (read as infinity) are values here. Of duplicate
    keys the last wins. An integer of more than 4,300 digits, which Python refuses to convert,
    is read as a float.
    """
    try:
        value: JsonValue = _decode_fast(text)
    except (msgspec.MsgspecError, RecursionError):
        return _decode_slowly(bytes(text))
    return value


def _decode_slowly(text: bytes) -> JsonValue:
    import json

    try:
        value: JsonValue = json.loads(text.decode(), parse_int=_parse_int)
    except RecursionError:
        return _decode_deep(text)
    return value


def _parse_int(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:
        return float(digits)


def _decode_deep(text: bytes) -> JsonValue:
    """Decode by an explicit stack; only for what is nested deeper than Python's recursion goes."""
    root: list[JsonValue] = []
    open_values: list[list[JsonValue] | JsonObject] = [root]
    key: str | None = None
    for token in scan.tokens(text):
        head = token[:1]
        if head in b",:":
            continue
        if head in b"]}":
            open_values.pop()
            continue
        holder = open_values[-1]
        if isinstance(holder, dict) and key is None:
            key = scan.string_value(token)
            continue
        value: JsonValue = [] if head == b"[" else {} if head == b"{" else _decode_slowly(token)
        if isinstance(holder, dict):
            holder[key or ""] = value
        else:
            holder.append(value)
        key = None
        if isinstance(value, (list, dict)):
            open_values.append(value)
    return root[0]


def is_same(left: object, right: object) -> bool:
    """Whether two JSON values hold the same content.

    Key order doesn't count. True is not 1 and 1 is not 1.0, since a reader sees them differ;
    NaN is NaN, since nothing that a reader sees tells one from another.
    """
    pending = [(left, right)]
    while pending:
        a, b = pending.pop()
        if a is b:
            continue
        if isinstance(a, Mapping):
            if not isinstance(b, Mapping) or a.keys() != b.keys():
                return False
            pending.extend((value, b[key]) for key, value in a.items())
        elif isinstance(a, list):
            if not isinstance(b, list) or len(a) != len(b):
                return False
            pending.extend(zip(a, b, strict=True))
        elif type(a) is not type(b) or (a != b and not _are_nan(a, b)):
            return False
    return True


def _are_nan(a: object, b: object) -> bool:
    return isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b)


_MAX_DEPTH = 200_000


def copy_value(value: object) -> JsonValue:
    """Return a deep copy of `value` made of plain dicts and lists, whatever mappings and sequences it is made of.

    Raises TypeError, with the way to the value, for what JSON cannot hold; ValueError for a
    value that holds itself, or is nested deeper than 200,000 levels.
    """
    root: list[JsonValue] = []
    pending: list[tuple[object, list[JsonValue] | JsonObject, str | None, _Way, int]] = [(value, root, None, None, 0)]
    while pending:
        source, holder, key, way, depth = pending.pop()
        if depth > _MAX_DEPTH:
            raise ValueError(
                f"expected a value nested at most {_MAX_DEPTH:,} levels deep, got a deeper or a circular one"
            )
        copied, children = _copy_shallow(source, way)
        if isinstance(holder, dict):
            holder[key or ""] = copied
        else:
            holder.append(copied)
        # Pushed in reverse: the stack gives them back in order, so key order is kept.
        inner = [(child, copied, name, path, depth + 1) for child, name, path in children]
        pending.extend(reversed(inner))  # type: ignore[arg-type]
    return root[0]


def _copy_shallow(source: object, way: _Way) -> tuple[JsonValue, list[tuple[object, str | None, _Way]]]:
    if isinstance(source, Mapping):
        return {}, list(_named_children(source, way))
    if isinstance(source, Sequence) and not isinstance(source, (str, bytes, bytearray, memoryview)):
        # Lines of text, most of what there is in a notebook: noting the way to each would take five times its size.
        if all(type(child) is str for child in source):
            return list(source), []
        return [], [(child, None, (way, f"[{index}]")) for index, child in enumerate(source)]
    if isinstance(source, int) and not -_INT_LIMIT < source < _INT_LIMIT:
        raise TypeError(f"{_name(way)}: expected an integer of at most 4,300 digits, got a longer one")
    if source is None or isinstance(source, (bool, int, float, str)):
        return source, []
    raise TypeError(f"{_name(way)}: expected a JSON value, got {type(source).__name__}")


def _named_children(source: Mapping[object, object], way: _Way) -> Iterator[tuple[object, str, _Way]]:
    for name, child in source.items():
        if not isinstance(name, str):
            raise TypeError(f"{_name(way)}: expected text as a key, got {type(name).__name__}")
        yield child, name, (way, f".{name}")


def _name(way: _Way) -> str:
    parts = []
    while way is not None:
        way, part = way
        parts.append(part)
    return "".join(reversed(parts)).lstrip(".") or "the value"
