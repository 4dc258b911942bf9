"""Rules about cells that the schema cannot express: ids, runs, conflicts, attachments, what is in outputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nbkit.document import JsonObject, JsonValue
from nbkit.validate.attachments import check_attachments
from nbkit.validate.base64_data import check_bundle
from nbkit.validate.metadata import check_cell_metadata
from nbkit.validate.problem import Finding, Way


def check_ids(cell_ids: Sequence[str | None]) -> Iterator[Finding]:
    """Yield a finding for each cell that has the id of one before it."""
    if len(set(cell_ids)) == len(cell_ids):
        return
    first_with: dict[str, int] = {}
    for index, cell_id in enumerate(cell_ids):
        if cell_id is not None and (first := first_with.setdefault(cell_id, index)) != index:
            got = f"'{cell_id}', which cells[{first}] has; `nbkit validate --fix` gives it another"
            yield Finding("NB201", ("cells", index, "id"), f"expected an id of its own, got {got}")


def check_order(counts: Sequence[JsonValue]) -> Iterator[Finding]:
    """Yield a finding for each cell that ran before the one that has run last above it."""
    known = [count for count in counts if isinstance(count, int)]
    if known == sorted(known):
        return
    last: int | None = None
    for index, count in enumerate(counts):
        if not isinstance(count, int):
            continue
        if last is not None and count < last:
            message = (
                f"expected an execution count above {last}, which stands further up, got {count}; run all in order"
            )
            yield Finding("NB203", ("cells", index, "execution_count"), message)
        last = count


def check_cell(cell: JsonValue, way: Way, findings: list[Finding]) -> None:
    """Add what is to be said about the cell at `way`, whatever it is, for itself."""
    if not isinstance(cell, dict):
        return
    source = _join(cell.get("source"))
    if cell.get("cell_type") == "code":
        _check_outputs(cell, way, findings)
    elif "attachments" in cell or "attachment:" in source:
        check_attachments(cell, source, way, findings)
    if "<<<<<<<" in source or ">>>>>>>" in source:
        _check_conflicts(source, cell["source"], way, findings)
    metadata = cell.get("metadata")
    if metadata and isinstance(metadata, dict):
        check_cell_metadata(metadata, way, findings)


def _join(source: JsonValue) -> str:
    if isinstance(source, list):
        return "".join([line for line in source if isinstance(line, str)])
    return source if isinstance(source, str) else ""


def _check_outputs(cell: JsonObject, way: Way, findings: list[Finding]) -> None:
    outputs = cell.get("outputs")
    if not outputs or not isinstance(outputs, list):
        return
    if cell.get("execution_count") is None and not _is_kept(cell.get("metadata")):
        message = f"expected no outputs in a cell that never ran, got {len(outputs)}; run the cell, or clear them"
        findings.append(Finding("NB202", (*way, "outputs"), message))
    for number, output in enumerate(outputs):
        if isinstance(output, dict) and "data" in output:
            check_bundle(output["data"], (*way, "outputs", number, "data"), findings)


def _is_kept(metadata: JsonValue) -> bool:
    """Whether a cell asks for its outputs to be kept: stripping leaves such outputs without their counts."""
    if not isinstance(metadata, dict):
        return False
    tags = metadata.get("tags")
    is_tagged = isinstance(tags, list) and "keep_output" in tags
    return is_tagged or bool(metadata.get("keep_output") or metadata.get("init_cell"))


def _check_conflicts(source: str, spelled: JsonValue, way: Way, findings: list[Finding]) -> None:
    for line, text in _find_markers(source):
        # A source is nearly always a list of its lines.
        is_split = isinstance(spelled, list) and line < len(spelled) and spelled[line] in (text, f"{text}\n")
        place = (*way, "source", line) if is_split else (*way, "source")
        message = f"expected no markers of a merge conflict, got '{text[:40]}'; resolve what they stand around"
        findings.append(Finding("NB204", place, message))


def _find_markers(source: str) -> list[tuple[int, str]]:
    """Return the lines that open a conflict, or that close one if none opens, with their numbers from 0."""
    lines = source.split("\n")
    markers = [(number, line) for number, line in enumerate(lines) if line[:7] in _MARKERS and line[7:8] in ("", " ")]
    opening = [(number, line) for number, line in markers if line.startswith("<")]
    return opening or markers


_MARKERS = ("<<<<<<<", ">>>>>>>")
