"""From byte offsets and ways into a notebook (`cells`, 3, `outputs`) to lines and columns."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeAlias

from nbkit.document import scan
from nbkit.document.layout import BOM
from nbkit.location import Location

Way: TypeAlias = Sequence[str | int]


def locate_offset(data: bytes, offset: int, path: str | None) -> Location:
    """Return the line and column, both from 1, of the byte at `offset`; columns count characters."""
    return Location(path, line=data.count(b"\n", 0, offset) + 1, column=_column(data, offset))


def _column(data: bytes, offset: int) -> int:
    start = data.rfind(b"\n", 0, offset) + 1
    if start == 0 and data.startswith(BOM):
        start = len(BOM)
    return len(data[start:offset].decode(errors="replace")) + 1


class Positions:
    """Finds where the values of one text stand. The text must be JSON.

    Each container on the way is walked once and remembered, so many look-ups in one notebook
    cost one pass over what they touch.
    """

    def __init__(self, data: bytes, path: str | None = None) -> None:
        self._data = data
        self._path = path
        self._root = scan.value_start(data, len(BOM) if data.startswith(BOM) else 0)
        self._members: dict[int, dict[str, list[scan.Member]]] = {}
        self._elements: dict[int, list[scan.Span]] = {}
        self._line_ends: array[int] | None = None
        self._last_column = (-1, 0, 0)

    def offset(self, way: Way, *, of_key: bool = False) -> int:
        """Return where the value at `way` begins, or its key; where the way ends early, the last value on it.

        Of duplicate keys the last counts, as it does for a reader.
        """
        return self.offsets(way, of_key=of_key)[-1]

    def offsets(self, way: Way, *, of_key: bool = False) -> list[int]:
        """Return where the value at `way`, or its key, begins: one offset, more where its key stands more than once."""
        found = [self._root]
        for step, part in enumerate(way):
            start = found[-1]
            is_last = step == len(way) - 1
            if isinstance(part, str):
                same = self._members_at(start).get(part)
                if not same:
                    return [start]
                found = [m.start if is_last and of_key else m.value_start for m in same]
            else:
                spans = self._elements_at(start)
                if not 0 <= part < len(spans):
                    return [start]
                found = [spans[part].start]
        return found

    def locate(
        self, offset: int, cell_index: int | None = None, cell_id: str | None = None, field: str | None = None
    ) -> Location:
        """Return the place of the byte at `offset` as a Location; one look-up after the other costs least in order."""
        if self._line_ends is None:
            self._line_ends = _newlines(self._data)
        line = bisect_right(self._line_ends, offset - 1) + 1
        return Location(self._path, cell_index, cell_id, field, line, self._column(line, offset))

    def _column(self, line: int, offset: int) -> int:
        """Return the column, counted on from the place asked for before: a file may be one line of 100 MB."""
        last_line, last_offset, last_column = self._last_column
        if line == last_line and offset >= last_offset >= len(BOM):
            column = last_column + len(self._data[last_offset:offset].decode(errors="replace"))
        else:
            column = _column(self._data, offset)
        self._last_column = (line, offset, column)
        return column

    def _members_at(self, start: int) -> dict[str, list[scan.Member]]:
        if start not in self._members:
            found: dict[str, list[scan.Member]] = {}
            if self._data[start : start + 1] == b"{":
                for member in scan.members(self._data, start):
                    found.setdefault(member.key, []).append(member)
            self._members[start] = found
        return self._members[start]

    def _elements_at(self, start: int) -> list[scan.Span]:
        if start not in self._elements:
            is_array = self._data[start : start + 1] == b"["
            self._elements[start] = scan.elements(self._data, start) if is_array else []
        return self._elements[start]


def _newlines(data: bytes) -> array[int]:
    found = array("Q")
    at = data.find(b"\n")
    while at >= 0:
        found.append(at)
        at = data.find(b"\n", at + 1)
    return found
