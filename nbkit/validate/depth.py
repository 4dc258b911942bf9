"""Whether something is nested deeper than Jupyter reads: rarely true, so asked in the cheapest way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from nbkit.document import READER_DEPTH, JsonObject, JsonValue

_CONTAINERS: frozenset[type] = frozenset([dict, list])


def is_deep_value(value: object) -> bool:
    """Whether `value`, a plain one, has as many levels as Jupyter's reader takes, or more."""
    layer: list[object] = [value]
    for _ in range(READER_DEPTH):
        layer = [
            child
            for item in layer
            for child in (item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())
            if child.__class__ in _CONTAINERS and child
        ]
        if not layer:
            return False
    return True


def is_good_cell_deep(cell: JsonValue) -> bool:
    """Whether a cell that fits the schema is deep, which it can be only where the schema leaves the values open."""
    members = cast(JsonObject, cell)
    if _has_deep_member(cast(JsonObject, members["metadata"])):
        return True
    outputs = members.get("outputs")
    return bool(outputs) and any(_is_output_deep(output) for output in cast("list[JsonObject]", outputs))


def _is_output_deep(output: Mapping[str, JsonValue]) -> bool:
    data = output.get("data")
    if data is None:
        return False
    if _has_deep_member(cast(JsonObject, output["metadata"])):
        return True
    # Of other MIME types than JSON's the values are text, or lists of it.
    return any("json" in mime and is_deep_value(value) for mime, value in cast(JsonObject, data).items())


def _has_deep_member(holder: JsonObject) -> bool:
    return bool(holder) and any(value.__class__ in _CONTAINERS and is_deep_value(value) for value in holder.values())
