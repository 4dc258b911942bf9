"""The rules that look at what a notebook holds, whether it was read from bytes or made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

from nbkit.document import JsonObject, JsonValue, as_notebook, copy_value, kind_of, upgrade_tree
from nbkit.errors import NotebookError
from nbkit.validate import shapes
from nbkit.validate.cells import check_cell, check_ids, check_order
from nbkit.validate.depth import is_deep_value, is_good_cell_deep
from nbkit.validate.locate import CellTable
from nbkit.validate.metadata import check_metadata
from nbkit.validate.problem import Finding, Way
from nbkit.validate.schema import LATEST_MINOR, find_cell_faults, find_member_faults
from nbkit.validate.schema_messages import tell_faults
from nbkit.validate.screen import pick_cells

_MAJORS = range(1, 5)


class Checked(NamedTuple):
    """What was found in a notebook, and what is needed to tell the places.

    `is_deep`: something in it is nested deeper than Jupyter reads; where, only `find_oddities` tells.
    """

    findings: list[Finding]
    cells: CellTable
    is_deep: bool = False


def check_cells(batches: Iterable[list[JsonValue]], minor: int) -> Checked:
    """Return what is to be said about the cells of a notebook of nbformat 4.`minor`."""
    findings: list[Finding] = []
    cell_ids: list[str | None] = []
    counts: list[JsonValue] = []
    is_deep = False
    for batch in batches:
        start = len(counts)
        has_good_shape = minor <= LATEST_MINOR and shapes.have_good_shape(batch, has_ids=minor == LATEST_MINOR)
        for index in pick_cells(batch) if has_good_shape else range(len(batch)):
            cell, way = batch[index], ("cells", start + index)
            is_good = has_good_shape or _check_shape(cell, minor, way, findings)
            is_deep = is_deep or (is_good_cell_deep(cell) if is_good else is_deep_value(cell))
            check_cell(cell, way, findings)
        cell_ids += [_id_of(cell) for cell in batch]
        counts += [cell.get("execution_count") if isinstance(cell, dict) else None for cell in batch]
    findings += check_ids(cell_ids)
    findings += check_order(counts)
    return Checked(findings, CellTable(cell_ids), is_deep)


def _id_of(cell: JsonValue) -> str | None:
    cell_id = cell.get("id") if isinstance(cell, dict) else None
    return cell_id if isinstance(cell_id, str) else None


def _check_shape(cell: JsonValue, minor: int, way: Way, findings: list[Finding]) -> bool:
    """Add where the cell at `way` does not fit the schema; return whether it surely fits."""
    if minor <= LATEST_MINOR and shapes.have_good_shape([cell], has_ids=minor == LATEST_MINOR):
        return True
    findings += tell_faults(find_cell_faults(cell, minor, way), cell)
    return False


def check_tree(tree: JsonValue) -> Checked:
    """Return what is to be said about a notebook of any version, or about what is none, given whole as plain values."""
    if not isinstance(tree, dict):
        return _nothing_but("NB010", f"expected a notebook, got {kind_of(tree)}")
    if "nbformat" not in tree and "cells" not in tree:
        return _nothing_but("NB010", "expected a notebook, got an object with neither 'nbformat' nor 'cells'")
    major = tree.get("nbformat")
    if isinstance(major, int) and not isinstance(major, bool):
        if major not in _MAJORS:
            message = f"expected nbformat 1 to 4, got {_number(major)}; a newer nbkit may know it"
            return Checked([Finding("NB011", ("nbformat",), message)], CellTable())
        if major < 4:
            return _check_old(tree)
    return check_latest(tree)


def _nothing_but(rule: str, message: str) -> Checked:
    return Checked([Finding(rule, (), message)], CellTable())


def _number(value: int) -> str:
    return str(value) if abs(value) < 10**15 else "a huge number"


def check_latest(tree: JsonObject) -> Checked:
    """Return what is to be said about a notebook of nbformat 4."""
    members = {key: value for key, value in tree.items() if key != "cells"}
    minor = minor_version(tree)
    findings = check_members(members, minor)
    if minor > LATEST_MINOR:
        message = f"expected nbformat 4.0 to 4.{LATEST_MINOR}, got 4.{_number(minor)}; what is new in it is not checked"
        findings.append(Finding("NB012", ("nbformat_minor",), message))
    cells = tree.get("cells")
    if not isinstance(cells, list):
        finding = Finding("NB102", ("cells",), f"expected a list of cells, got {kind_of(cells)}")
        if "cells" not in tree:
            finding = Finding("NB101", (), "expected 'cells' in the notebook, got none; add it")
        return Checked([*findings, finding], CellTable())
    checked = check_cells([cells], minor)
    return Checked(findings + checked.findings, checked.cells)


def check_members(members: JsonObject, minor: int) -> list[Finding]:
    """Return what is to be said about a notebook of nbformat 4.`minor`, its cells aside."""
    findings: list[Finding] = []
    if minor > LATEST_MINOR or not shapes.has_good_members(members):
        findings += tell_faults(find_member_faults(members, minor))
    check_metadata(members.get("metadata"), findings)
    return findings


def minor_version(tree: JsonObject) -> int:
    """Return the minor version by which a notebook of nbformat 4 is checked: its own, or what its cells need."""
    minor = tree.get("nbformat_minor")
    if isinstance(minor, int) and not isinstance(minor, bool) and minor >= 0:
        return minor
    cells = tree.get("cells")
    has_ids = isinstance(cells, list) and any(isinstance(cell, dict) and "id" in cell for cell in cells)
    return LATEST_MINOR if has_ids else LATEST_MINOR - 1


def _check_old(tree: JsonObject) -> Checked:
    """Return what is to be said about a notebook before nbformat 4, which is looked at as nbformat upgrades it."""
    sizes = _sheet_sizes(tree.get("worksheets")) if "worksheets" in tree else None
    try:
        upgraded = copy_value(upgrade_tree(as_notebook(tree).to_dict()))  # plain dicts, no NotebookNodes
    except NotebookError as error:
        return _not_upgradable(f"one with which it cannot: {error.message}; open it in Jupyter and save it", sizes)
    except RecursionError:
        return _not_upgradable("one that is nested too deep; nest less deep", sizes)
    checked = check_latest(cast(JsonObject, upgraded))
    # The ids are nbformat's, made up while upgrading.
    return Checked(checked.findings, CellTable([None] * len(checked.cells.ids), sizes))


def _not_upgradable(got: str, sizes: Sequence[int] | None) -> Checked:
    message = f"expected a notebook that nbformat can upgrade to version 4, got {got}"
    return Checked([Finding("NB110", (), message)], CellTable(sheet_sizes=sizes))


def _sheet_sizes(sheets: JsonValue) -> Sequence[int]:
    holders = sheets if isinstance(sheets, list) else []
    return [len(cast("list[JsonValue]", _cells_in(sheet))) for sheet in holders]


def _cells_in(sheet: JsonValue) -> JsonValue:
    cells = sheet.get("cells") if isinstance(sheet, dict) else None
    return cells if isinstance(cells, list) else []
