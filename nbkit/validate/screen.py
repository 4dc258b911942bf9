"""Cells that no rule can have anything to say about, told apart in bulk: nearly all, at 0.5 µs each, not 2."""

from __future__ import annotations

from typing import cast

from nbkit.document import JsonObject, JsonValue

_CONTAINERS: frozenset[type] = frozenset([dict, list])


def pick_cells(cells: list[JsonValue]) -> list[int]:
    """Return which of `cells`, which all fit the schema, the rules of `cells` and `depth` must look at."""
    batch = cast("list[JsonObject]", cells)
    sources = [cast("str | list[str]", cell["source"]) for cell in batch]
    text = "\n".join([source if isinstance(source, str) else "".join(source) for source in sources])
    if "<<<<<<<" in text or ">>>>>>>" in text or "attachment:" in text:
        return list(range(len(batch)))
    return [
        index
        for index, cell in enumerate(batch)
        if (cell["metadata"] and _is_rich(cast(JsonObject, cell["metadata"])))
        or ("outputs" in cell and cell["outputs"] and _is_telling(cell))
        or "attachments" in cell
    ]


def _is_rich(metadata: JsonObject) -> bool:
    """Whether metadata holds more than plain values: what tools leave are objects."""
    return any(value.__class__ in _CONTAINERS for value in metadata.values())


def _is_telling(cell: JsonObject) -> bool:
    outputs = cast("list[JsonObject]", cell["outputs"])
    return cell["execution_count"] is None or any("data" in output for output in outputs)
