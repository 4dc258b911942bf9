"""Reading all of a notebook at C speed: plain values, if the JSON is plain and no key stands twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias, cast

import msgspec

from nbkit.document import scan
from nbkit.document.values import JsonObject, JsonValue

_LARGE_BYTES = 8_000_000
"""From here on cells are decoded one by one, half as slow again; all at once would take 6 N of memory."""

_Batches: TypeAlias = Iterator[list[JsonValue]]

_decode = msgspec.json.Decoder().decode
_decode_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_elements = msgspec.json.Decoder(list[msgspec.Raw]).decode
_encode = msgspec.json.Encoder().encode


class PlainNotebook(NamedTuple):
    """A notebook's members without its cells, and these in batches, in order; taking one may raise NotPlainError."""

    members: JsonObject
    batches: _Batches


class NotPlainError(ValueError):
    """The text needs a closer look: something in it is not plain JSON, or a key stands twice."""


def read_plain(data: bytes) -> PlainNotebook | None:
    """Return the notebook in `data` as plain values; None where a closer look is needed.

    That is where `data` is not UTF-8, not plain JSON (a byte order mark, NaN, 1e400, lone
    surrogates and deep nesting are not) or no object with a list of cells, and where a key
    stands twice, at any depth.
    """
    try:
        if len(data) >= _LARGE_BYTES:
            return _read_large(data)
        tree = _decode_checked(data)
    except NotPlainError:
        return None
    cells = tree.pop("cells", None) if isinstance(tree, dict) else None
    return PlainNotebook(cast(JsonObject, tree), iter([cells])) if isinstance(cells, list) else None


def _read_large(data: bytes) -> PlainNotebook | None:
    try:
        members = _decode_members(data)
        elements = _decode_elements(members.pop("cells", b""))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    keys = scan.members(data, scan.value_start(data), members)
    if len(keys) != len(members) + 1:
        return None
    others = {key: _decode_checked(text) for key, text in members.items()}
    return PlainNotebook(others, ([_decode_checked(text)] for text in elements))


def _decode_checked(text: scan.Buffer) -> JsonValue:
    """Return the value of `text`. Raises NotPlainError for what is not plain, and for a key that stands twice.

    What is encoded anew must be the text without its white space: of two members with one key
    only one comes back. A text with other spellings (`1e5`, an escape that is not needed) is
    read once more.
    """
    try:
        value: JsonValue = _decode(text)
        is_same = _encode(value) == msgspec.json.format(text, indent=-1)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise NotPlainError from None
    if not is_same and _has_duplicate_key(text):
        raise NotPlainError
    return value


def _has_duplicate_key(text: scan.Buffer) -> bool:
    import json

    found = False

    def note(pairs: list[tuple[str, None]]) -> None:
        nonlocal found
        found = found or len({key for key, _ in pairs}) != len(pairs)

    try:
        json.loads(bytes(text).decode(), object_pairs_hook=note)
    except (ValueError, RecursionError):
        return True
    return found
