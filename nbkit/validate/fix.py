"""Repairs: what has exactly one right answer is set right, and no other byte is touched."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, cast

from nbkit.document import BOM, Cell, JsonObject, JsonValue, Notebook, notebook_from_bytes, notebook_to_bytes
from nbkit.errors import NotebookError
from nbkit.location import Location
from nbkit.validate import content
from nbkit.validate.metadata import Leftover, find_cell_leftovers, find_leftovers
from nbkit.validate.new_ids import IdMaker
from nbkit.validate.options import ValidateOptions, enabled_codes
from nbkit.validate.problem import Fix, Problem, Way
from nbkit.validate.rules import RULES
from nbkit.validate.validate import validate_bytes

_ID_RULES = ("NB107", "NB108", "NB201")
_CELL_DEFAULTS: Mapping[str, JsonValue] = {"metadata": {}}
_CODE_DEFAULTS: Mapping[str, JsonValue] = {"metadata": {}, "outputs": [], "execution_count": None}


class FixResult(NamedTuple):
    """The repaired file, what was done to it, and the problems that it still has."""

    data: bytes
    fixed: list[Fix]
    remaining: list[Problem]


class _Done(NamedTuple):
    """A repair, of a problem of `rule` in the cell (None: not in a cell) at `field` (None: at the whole of it)."""

    rule: str
    cell_index: int | None
    message: str
    field: str | None = None


def fix_bytes(data: bytes, path: str | None = None, options: ValidateOptions | None = None) -> FixResult:
    """Return `data` with all repairs that the rules which are on have, what they were, and the problems that remain.

    The same object comes back where there is nothing to repair, or no repair that makes nothing
    worse. Nothing in a file that is not JSON, has a key twice or is older than nbformat 4 is
    repaired but a byte order mark. Raises SettingsError as `validate_bytes` does.
    """
    enabled = enabled_codes(options or ValidateOptions())
    everything = validate_bytes(data, path, ValidateOptions(select=("ALL",)))
    problems = [problem for problem in everything if problem.rule in enabled]
    repaired, done = _repair(data, problems, is_ambiguous=any(problem.rule == "NB006" for problem in everything))
    if not done:
        return FixResult(data, [], problems)
    remaining = validate_bytes(repaired, path, ValidateOptions(select=("ALL",)))
    if Counter(problem.rule for problem in remaining) - Counter(problem.rule for problem in everything):
        return FixResult(data, [], problems)
    fixed = sorted(_place(done, problems, path), key=_line_of)
    return FixResult(repaired, fixed, [problem for problem in remaining if problem.rule in enabled])


def _repair(data: bytes, problems: Iterable[Problem], *, is_ambiguous: bool) -> tuple[bytes, list[_Done]]:
    wanted: defaultdict[int | None, set[str]] = defaultdict(set)
    for problem in problems:
        if RULES[problem.rule].is_fixable:
            wanted[problem.where.cell_index].add(problem.rule)
    done: list[_Done] = []
    if "NB002" in wanted[None]:
        while data.startswith(BOM):  # some editors add one to another
            data = data[len(BOM) :]
        done.append(_Done("NB002", None, "removed the byte order mark"))
    try:
        notebook = notebook_from_bytes(data)
    except NotebookError:
        return data, done
    if is_ambiguous or notebook.major < 4:
        return data, done
    repaired = _repair_cells(_repair_notebook(notebook, wanted[None], done), wanted, done)
    return notebook_to_bytes(repaired), done


def _repair_notebook(notebook: Notebook, rules: set[str], done: list[_Done]) -> Notebook:
    if "NB101" in rules and "nbformat_minor" not in notebook.tree:
        minor = content.minor_version(notebook.to_dict())
        notebook = notebook.replace(nbformat_minor=minor)
        done.append(_Done("NB101", None, f"added nbformat_minor {minor}"))
    metadata = notebook.tree.get("metadata")
    if "NB101" in rules and "metadata" not in notebook.tree:
        notebook = notebook.replace(metadata={})
        done.append(_Done("NB101", None, "added 'metadata'"))
    elif isinstance(metadata, dict):
        cleaned = _clean(cast(JsonObject, metadata), find_leftovers, rules, None, done)
        if cleaned is not metadata:
            notebook = notebook.replace(metadata=cleaned)
    return notebook


def _repair_cells(notebook: Notebook, wanted: Mapping[int | None, set[str]], done: list[_Done]) -> Notebook:
    if not any(index is not None for index in wanted):
        return notebook
    ids = IdMaker(cell.id for cell in notebook.cells)

    def change(index: int, cell: Cell) -> Cell:
        rules = wanted.get(index)
        return _repair_cell(cell, index, rules, ids, done) if rules else cell

    return notebook.map_cells(change)


def _repair_cell(cell: Cell, index: int, rules: set[str], ids: IdMaker, done: list[_Done]) -> Cell:
    old = cell.content
    new: JsonObject = dict(old)
    if "NB101" in rules:
        for name, value in (_CODE_DEFAULTS if cell.cell_type == "code" else _CELL_DEFAULTS).items():
            if name not in new:
                new[name] = value
                done.append(_Done("NB101", index, f"added '{name}'"))
    if id_rules := [rule for rule in _ID_RULES if rule in rules]:
        new["id"] = made = ids.make(index, cell.cell_type, cell.source)
        message = f"gave the cell the id '{made}'"
        done.extend(_Done(rule, index, message, "id" if "id" in old else None) for rule in id_rules)
    metadata = new.get("metadata")
    if isinstance(metadata, dict):
        new["metadata"] = _clean(metadata, find_cell_leftovers, rules, index, done)
    is_same = len(new) == len(old) and all(new[key] is old[key] for key in old)
    return cell if is_same else cell.with_content(new)


def _clean(
    metadata: JsonObject,
    find: Callable[[JsonObject], Iterable[Leftover]],
    rules: set[str],
    cell_index: int | None,
    done: list[_Done],
) -> JsonObject:
    """Return the metadata without the leftovers of `rules`; the same object where it has none."""
    leftovers = [leftover for leftover in find(metadata) if leftover.rule in rules]
    for leftover in leftovers:
        field = ".".join(["metadata", *map(str, leftover.way)])
        done.append(_Done(leftover.rule, cell_index, f"removed {field}", field))
    return _without(metadata, [leftover.way for leftover in leftovers]) if leftovers else metadata


def _without(holder: JsonObject, ways: list[Way]) -> JsonObject:
    """Return an object without what `ways` lead to."""
    inner: defaultdict[str | int, list[Way]] = defaultdict(list)
    for way in ways:
        inner[way[0]].append(way[1:])
    kept: JsonObject = {}
    for key, value in holder.items():
        rest = inner.get(key)
        if rest is None:
            kept[key] = value
        elif () not in rest and isinstance(value, dict):
            kept[key] = _without(value, rest)
    return kept


def _place(done: Iterable[_Done], problems: Iterable[Problem], path: str | None) -> Iterator[Fix]:
    """Yield the repairs with the places of the problems that they are of."""
    places: dict[tuple[str, int | None, str | None], Location] = {}
    for problem in problems:
        places[problem.rule, problem.where.cell_index, problem.where.field] = problem.where
    for rule, cell_index, message, field in done:
        where = places.get((rule, cell_index, field), Location(path, cell_index, None, field))
        yield Fix(rule, where, message)


def _line_of(fix: Fix) -> tuple[int, int]:
    return fix.where.line or 0, fix.where.column or 0
