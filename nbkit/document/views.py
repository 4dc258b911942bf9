"""What a notebook hands out of its content: views that read like dicts and lists, and raise when somebody writes.

A notebook is immutable. Were its metadata a dict, `notebook.metadata["x"] = 1` would change a copy
that nobody ever sees again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias, Union, overload

from nbkit.document.values import JsonObject, JsonValue, is_same

ValueView: TypeAlias = Union[bool, int, float, str, "ListView", "ObjectView", None]


class ObjectView(Mapping[str, ValueView]):
    """A JSON object, read-only; equal to a dict of the same content."""

    __slots__ = ("_value",)

    def __init__(self, value: JsonObject) -> None:
        self._value = value

    def __getitem__(self, key: str) -> ValueView:
        return view_value(self._value[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._value)

    def __len__(self) -> int:
        return len(self._value)

    def __eq__(self, other: object) -> bool:
        return is_same(self._value, _seen(other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self._value)


class ListView(Sequence[ValueView]):
    """A JSON list, read-only; equal to a list of the same content."""

    __slots__ = ("_value",)

    def __init__(self, value: list[JsonValue]) -> None:
        self._value = value

    @overload
    def __getitem__(self, index: int) -> ValueView: ...

    @overload
    def __getitem__(self, index: slice) -> ListView: ...

    def __getitem__(self, index: int | slice) -> ValueView:
        return ListView(self._value[index]) if isinstance(index, slice) else view_value(self._value[index])

    def __len__(self) -> int:
        return len(self._value)

    def __eq__(self, other: object) -> bool:
        return is_same(self._value, _seen(other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self._value)


def view_value(value: JsonValue) -> ValueView:
    """Return a read-only view of `value`; the value itself where it cannot change."""
    if isinstance(value, dict):
        return ObjectView(value)
    return ListView(value) if isinstance(value, list) else value


def _seen(other: object) -> object:
    return other._value if isinstance(other, (ObjectView, ListView)) else other
