"""Stripping a `Notebook`, cell by cell: the plain way, which `raw` must agree with."""

from __future__ import annotations

import sys
from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import NamedTuple, cast

from nbkit.document import Cell, JsonObject, JsonValue, Notebook, Oddity, find_oddities
from nbkit.errors import ContradictoryMetadata, MalformedNotebook
from nbkit.strip.policy import StripPolicy

_COUNT_KEYS = ("execution_count", "prompt_number")
# Before nbformat 4 outputs had other names for their types.
_OLD_TYPES = {"pyout": "execute_result", "pyerr": "error"}
# Removed with the last of what it holds: only Colab writes into it.
_PRUNED = "colab"


def strip(notebook: Notebook, policy: StripPolicy) -> Notebook:
    """Return the notebook without what `policy` removes; the same object where there is nothing to remove."""
    metadata = notebook.tree.get("metadata")
    keep_output = policy.keep_output
    decided_by: tuple[str, ...] = ()
    if keep_output is None and isinstance(metadata, dict) and "keep_output" in metadata:
        keep_output = is_true(metadata["keep_output"])
        decided_by = ("keep_output",) if keep_output else ()
    stripped = notebook.map_cells(_cell_stripper(notebook, policy, keep_output=bool(keep_output)))
    if isinstance(metadata, dict):
        origin = notebook.origin
        is_as_read = origin is not None and origin.tree.get("metadata") is metadata
        if origin and is_as_read and may_go_in_part(cast(JsonObject, metadata), policy, "metadata"):
            _refuse_equal_keys(bytes(origin.members["metadata"]), notebook)
        cleaned = remove_keys(cast(JsonObject, metadata), "metadata", policy, decided_by)
        if cleaned is not metadata:
            stripped = stripped.replace(metadata=cleaned)
    is_same = len(stripped.cells) == len(notebook.cells) and all(
        a is b for a, b in zip(stripped.cells, notebook.cells, strict=True)
    )
    return notebook if is_same and stripped.tree.get("metadata") is metadata else stripped


def _cell_stripper(notebook: Notebook, policy: StripPolicy, *, keep_output: bool) -> Callable[[int, Cell], Cell | None]:
    number = -1

    def change(index: int, cell: Cell) -> Cell | None:
        nonlocal number
        if _is_dropped(cell, policy):
            return None
        number += 1  # ids count the cells that stay
        try:
            stripped = strip_cell(cell, number, policy, keep_output=keep_output)
        except ContradictionError:
            raise ContradictoryMetadata(
                notebook.at(index, "metadata"),
                "MetadataError: cell metadata contradicts tags: `keep_output` is false, but `keep_output` in tags",
            ) from None
        if cell.text is not None and _is_judged_by_content(stripped, policy):
            _refuse_equal_keys(bytes(cell.text), notebook, index)
        return stripped

    return change


def _is_judged_by_content(stripped: Cell, policy: StripPolicy) -> bool:
    """Whether outputs stay because of what is in them, or metadata is such as goes in part."""
    looks_inside = policy.drop_output_types or policy.keep_output_types or policy.keep_mime_types or policy.max_size
    return bool(looks_inside and stripped.get("outputs")) or may_go_in_part(stripped.get("metadata"), policy, "cell")


def may_go_in_part(metadata: JsonValue, policy: StripPolicy, root: str) -> bool:
    """Whether the metadata of a cell (`root` is `cell`) or of the notebook has a member of which parts go."""
    if not isinstance(metadata, dict):
        return False
    ways = [way.removeprefix("metadata.") if root == "cell" else way for way in _ways(policy, root)]
    return any("." in way and way.partition(".")[0] in metadata for way in ways)


def _refuse_equal_keys(text: bytes, notebook: Notebook, cell_index: int | None = None) -> None:
    """Raise MalformedNotebook for a key that stands twice in the text of a cell, or of the notebook's metadata.

    What was looked at is the last; the first would stay unseen.
    """
    if oddity := find_equal_key(text):
        where = notebook.at(cell_index, "metadata" if cell_index is None else str(oddity.way[0]))
        raise MalformedNotebook(where, f"'{oddity.text}' once", "it twice", "keep one of the two")


def find_equal_key(text: bytes) -> Oddity | None:
    """Return the first key of `text` that stands for the second time in its object."""
    return next((oddity for oddity in find_oddities(text) if oddity.kind == "duplicate key"), None)


class ContradictionError(Exception):
    """A cell's metadata and tags contradict each other; which cell is known one level up."""


def _is_dropped(cell: Cell, policy: StripPolicy) -> bool:
    if policy.drop_empty_cells and not cell.source.strip():
        return True
    return any(tag in policy.drop_tagged_cells for tag in cell.tags) if policy.drop_tagged_cells else False


def strip_cell(cell: Cell, number: int, policy: StripPolicy, *, keep_output: bool) -> Cell:
    """Return the cell without what `policy` removes, the same object where that is nothing.

    `number` is its id where ids are numbered. Raises for metadata that contradicts itself.
    """
    content = dict(cell.content)
    decision = _decide(content.get("metadata"), policy)
    keep = keep_output if decision is None else decision.keeps
    if "outputs" in content:
        content["outputs"] = strip_outputs(content["outputs"], policy, keep_output=keep)
    if not policy.keep_count:
        content |= {key: None for key in _COUNT_KEYS if key in content}
    if policy.ids == "sequential" and "id" in content:
        content["id"] = str(number)
    content = remove_keys(content, "cell", policy, decision.by if decision and decision.keeps else ())
    old = cell.content
    is_same = len(content) == len(old) and all(content[key] is old[key] for key in content)
    return cell if is_same else cell.with_content(content)


class _Decision(NamedTuple):
    """What a cell's metadata says about its outputs, and which of its members say it."""

    keeps: bool
    by: tuple[str, ...]


def _decide(metadata: JsonValue, policy: StripPolicy) -> _Decision | None:
    """Return what a cell's metadata decides, None if nothing. The rule is nbstripout's, but that "false" is false."""
    if not isinstance(metadata, dict):
        return None
    if "init_cell" in metadata:
        return _Decision(is_true(metadata["init_cell"]) and not policy.strip_init_cells, ("init_cell",))
    tags = metadata.get("tags")
    is_tagged = isinstance(tags, list) and "keep_output" in tags
    if "keep_output" not in metadata:
        return _Decision(keeps=True, by=("tags",)) if is_tagged else None
    if is_tagged and not is_true(metadata["keep_output"]):
        raise ContradictionError
    return _Decision(is_true(metadata["keep_output"]), ("keep_output", "tags"))


def is_true(value: object) -> bool:
    """Whether a value in metadata means yes; the text "false" does not."""
    return bool(value) and not (isinstance(value, str) and value.strip().lower() in ("false", "no", "0"))


def strip_outputs(outputs: JsonValue, policy: StripPolicy, *, keep_output: bool) -> JsonValue:
    """Return the outputs that stay, those that change as copies; the same list where all stay as they are."""
    if outputs is None or outputs == []:
        return outputs
    if not isinstance(outputs, list):
        return []
    kept = [
        stripped
        for output in outputs
        if (stripped := _strip_output(output, policy, keep_output=keep_output)) is not None
    ]
    is_same = len(kept) == len(outputs) and all(a is b for a, b in zip(kept, outputs, strict=True))
    return outputs if is_same else cast(JsonValue, kept)


def _strip_output(output: JsonValue, policy: StripPolicy, *, keep_output: bool) -> JsonObject | None:
    if not isinstance(output, dict) or _has_type(output, policy.drop_output_types):
        return None
    uncounted = output if policy.keep_count else _without_counts(output)
    is_filtered = bool(policy.keep_output_types or policy.keep_mime_types)
    return _keep_wanted(uncounted, policy) if is_filtered or not keep_output else uncounted


def _without_counts(output: JsonObject) -> JsonObject:
    counts = {key: None for key in _COUNT_KEYS if output.get(key) is not None}
    return {**output, **counts} if counts else output


def _keep_wanted(output: JsonObject, policy: StripPolicy) -> JsonObject | None:
    """Return what of an output the policy asks to keep: the whole for its type or size, else by MIME type."""
    if _has_type(output, policy.keep_output_types) or (policy.max_size and text_size(output) <= policy.max_size):
        return output
    data = output.get("data")
    if not policy.keep_mime_types or not isinstance(data, dict):
        return None
    kept = {mime: value for mime, value in data.items() if _is_wanted_mime(mime, policy)}
    if not kept:
        return None
    return output if len(kept) == len(data) else {**output, "data": kept}


def _is_wanted_mime(mime: str, policy: StripPolicy) -> bool:
    return any(fnmatchcase(mime, pattern) for pattern in policy.keep_mime_types)


def _has_type(output: JsonObject, wanted: tuple[str, ...]) -> bool:
    return any(_is_of_type(output, name) for name in wanted)


def _is_of_type(output: JsonObject, wanted: str) -> bool:
    kind, _, name = wanted.partition(":")
    own = output.get("output_type")
    named = output.get("name", output.get("stream"))
    return (own == kind or _OLD_TYPES.get(str(own)) == kind) and (not name or named == name)


def text_size(value: JsonValue) -> int:
    """Return how many characters the texts in `value` hold; a number counts as it is printed, as nbstripout has it.

    Counts are looked at as they will be kept: if a removed count weighed less than the `null`
    in its place, an output just small enough would go in the next strip.
    """
    size = 0
    pending: list[JsonValue] = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, dict):
            pending.extend(item.values())
        else:
            size += len(item) if isinstance(item, str) else _printed_size(item)
    return size


def _printed_size(value: float | None) -> int:
    try:
        return len(str(value))
    except ValueError:  # an integer of more digits than Python prints
        return sys.get_int_max_str_digits() + 1


def remove_keys(holder: JsonObject, root: str, policy: StripPolicy, decided_by: tuple[str, ...]) -> JsonObject:
    """Return a cell (`root` is `cell`) or the notebook's metadata (`metadata`) without the keys that go.

    `decided_by` names the metadata because of which outputs stay. It stays too, whatever the
    policy says: without it the next strip would remove them. Values that stay are the same
    objects, and so is the whole where nothing goes.
    """
    metadata = holder.get("metadata") if root == "cell" else holder
    if _heads(policy, root).isdisjoint(holder if not isinstance(metadata, dict) else holder.keys() | metadata.keys()):
        ways: tuple[str, ...] = ()
    else:
        ways = _ways(policy, root)
    protected = tuple(f"metadata.{name}" if root == "cell" else name for name in decided_by)
    for way in ways:
        if not any(_overlap(way, other) for other in protected):
            holder = _remove_way(holder, way)
    if policy.only_metadata_keys:
        holder = _keep_only(holder, root, policy, decided_by)
    return holder


def _overlap(way: str, other: str) -> bool:
    return f"{way}.".startswith(f"{other}.") or f"{other}.".startswith(f"{way}.")


@lru_cache(maxsize=16)
def _heads(policy: StripPolicy, root: str) -> frozenset[str]:
    """Return what a cell, its metadata or the notebook's must hold for a way to lead anywhere; nearly none does."""
    inner = [way.removeprefix("metadata.") if root == "cell" else way for way in _ways(policy, root)]
    return frozenset(inner) | {way.partition(".")[0] for way in inner} | ({"metadata"} & set(_ways(policy, root)))


@lru_cache(maxsize=16)
def _ways(policy: StripPolicy, root: str) -> tuple[str, ...]:
    return tuple(key.partition(".")[2] for key in policy.removed_keys if key.startswith(root + "."))


def _remove_way(holder: JsonObject, way: str) -> JsonObject:
    if way in holder:
        return {key: value for key, value in holder.items() if key != way}
    head, dot, rest = way.partition(".")
    inner = holder.get(head) if dot else None
    if not isinstance(inner, dict):
        return holder
    cleaned = _remove_way(inner, rest)
    if cleaned is inner and (inner or head != _PRUNED):
        return holder
    if not cleaned and head == _PRUNED:
        return {key: value for key, value in holder.items() if key != head}
    return {key: cleaned if key == head else value for key, value in holder.items()}


def _keep_only(holder: JsonObject, root: str, policy: StripPolicy, decided_by: tuple[str, ...]) -> JsonObject:
    prefix = "cell.metadata." if root == "cell" else "metadata."
    metadata = holder.get("metadata") if root == "cell" else holder
    if not isinstance(metadata, dict):
        return holder
    names = [key.removeprefix(prefix) for key in policy.only_metadata_keys if key.startswith(prefix)]
    kept = _filter_names(metadata, [*names, *decided_by])
    if kept is metadata:
        return holder
    return {**holder, "metadata": kept} if root == "cell" else kept


def _filter_names(metadata: JsonObject, names: list[str]) -> JsonObject:
    """Return the members of `metadata` that `names` ask for, whole or, by a dotted name, in part."""
    kept: JsonObject = {}
    for key, value in metadata.items():
        inner = [name.removeprefix(key + ".") for name in names if name.startswith(key + ".")]
        if key in names:
            kept[key] = value
        elif inner and isinstance(value, dict) and (part := _filter_names(value, inner)):
            kept[key] = part
    is_same = len(kept) == len(metadata) and all(kept[key] is metadata[key] for key in kept)
    return metadata if is_same else kept
