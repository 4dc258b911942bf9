"""From findings to problems: the ways get a cell, a field, a line and a column."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from nbkit.document import Positions
from nbkit.location import Location
from nbkit.validate.problem import Finding, Problem, Way
from nbkit.validate.rules import RULES


class CellTable(NamedTuple):
    """What places need to know of a notebook's cells: their ids, and before nbformat 4 how many each worksheet has."""

    ids: Sequence[str | None] = ()
    sheet_sizes: Sequence[int] | None = None


class _Place(NamedTuple):
    finding: Finding
    cell_index: int | None
    field: str | None
    offset: int | None


def locate_problems(
    findings: Iterable[Finding], cells: CellTable, path: str | None, data: bytes | None, enabled: Collection[str]
) -> list[Problem]:
    """Return the findings of `enabled` rules as problems, in the order of the file.

    With `data` None they have no lines, and are in the order of the cells.
    """
    wanted = [finding for finding in findings if finding.rule in enabled]
    if not wanted:
        return []
    positions = Positions(data, path) if data is not None else None
    places = [_place(finding, cells, positions) for finding in wanted]
    places.sort(key=lambda place: (place.offset or 0, -1 if place.cell_index is None else place.cell_index))
    return [_problem(place, cells, path, positions) for place in places]


def _place(finding: Finding, cells: CellTable, positions: Positions | None) -> _Place:
    cell_index, inside = _split_way(finding.way, cells)
    offset = finding.offset
    if offset is None and positions is not None:
        offset = positions.offset(_way_in_file(finding.way, cells), of_key=True)
    return _Place(finding, cell_index, _spell(inside) or None, offset)


def _problem(place: _Place, cells: CellTable, path: str | None, positions: Positions | None) -> Problem:
    index = place.cell_index
    cell_id = cells.ids[index] if index is not None and index < len(cells.ids) else None
    cell_id, field = cell_id and _make_printable(cell_id), place.field and _make_printable(place.field)
    if positions is None or place.offset is None:
        where = Location(path, index, cell_id, field)
    else:
        where = positions.locate(place.offset, index, cell_id, field)
    rule = RULES[place.finding.rule]
    return Problem(rule.code, rule.severity, where, _make_printable(place.finding.message))


def _make_printable(text: str) -> str:
    """Return `text` without what would break a line, steer a terminal, or not be written as UTF-8."""
    return text if text.isprintable() else "".join([char if char.isprintable() else "?" for char in text])


def _split_way(way: Way, cells: CellTable) -> tuple[int | None, Way]:
    """Return the cell that `way` leads into, counted over all worksheets, and the way from there on."""
    if len(way) > 1 and way[0] == "cells" and isinstance(way[1], int):
        return way[1], way[2:]
    if len(way) > 3 and way[0] == "worksheets" and way[2] == "cells" and isinstance(way[3], int):
        sizes = cells.sheet_sizes or ()
        return sum(sizes[: int(way[1])]) + way[3], way[4:]
    return None, way


def _way_in_file(way: Way, cells: CellTable) -> Way:
    """Return the way to the same place in a notebook whose cells are in worksheets."""
    if cells.sheet_sizes is None or len(way) < 2 or way[0] != "cells":
        return way
    number = int(way[1])
    for sheet, size in enumerate(cells.sheet_sizes):
        if number < size:
            return ("worksheets", sheet, "cells", number, *way[2:])
        number -= size
    return ("worksheets",)


def _spell(way: Way) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in way).removeprefix(".")
