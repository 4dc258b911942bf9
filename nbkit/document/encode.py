"""Notebook to bytes: what did not change keeps its bytes, what did is written in the file's own layout.

The text a notebook was read from is walked beside its old and its new content. Equal values are
copied; in a changed object or list each item that stayed brings the separator that stood before
it, so taking an item out leaves what the file would look like had it never been there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, cast

from nbkit.document import scan, text_lines
from nbkit.document.layout import BOM, Layout, detect_layout
from nbkit.document.model import Cell, Node, Notebook
from nbkit.document.values import JsonValue, is_same


def notebook_to_bytes(notebook: Notebook) -> bytes:
    """Return the notebook as JSON in UTF-8.

    A notebook that was read gives the bytes it was read from, changed only where its content
    is. One that was made is laid out as nbformat 4 lays it out.
    """
    origin = notebook.origin
    if origin is None:
        return Layout().value(_fresh(dict(notebook.tree)), 0) + b"\n"
    if notebook.tree is origin.tree:
        return origin.data
    data = origin.data
    start = scan.value_start(data, len(BOM) if data.startswith(BOM) else 0)
    layout = detect_layout(data, start)
    layout = replace(layout, is_sorted=_is_sorted(list(origin.members)))
    text = _Text(data, start, origin.members)
    own_texts = frozenset(id(cell.text) for cell in Notebook(origin.tree).cells)
    body = _Patch(layout, own_texts).object(text, origin.tree, notebook.tree, 0)
    return data[:start] + body + data[scan.value_end(data, start) :]


def patch_object(text: bytes, old: Mapping[str, JsonValue], new: Mapping[str, JsonValue]) -> bytes:
    """Return the JSON object `text`, whose content is `old`, with the content `new`; what stays keeps its bytes."""
    patch = _Patch(detect_layout(text), frozenset())
    return patch.object(_Text(text, 0), cast("dict[str, Node]", old), cast("dict[str, Node]", new), 0)


def _fresh(node: Node) -> JsonValue:
    """Return a tree with each cell as the file is to hold it, its multi-line strings split."""
    if isinstance(node, Cell):
        return text_lines.split_cell(node.content, is_old=node.is_old)
    if isinstance(node, dict):
        return {
            key: _fresh(value) if key in ("cells", "worksheets") else cast(JsonValue, value)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_fresh(item) for item in node]
    return node


# Deeper than this a changed value is written whole, since each level compares anew all that is below it
# and takes two of Python's 1,000 frames. Real notebooks reach 14.
_MAX_DEPTH = 40


class _Text(NamedTuple):
    """A container in a text: where it begins, and what is known of its values' texts."""

    data: bytes
    start: int
    members: Mapping[str, scan.Buffer] | None = None


class _Piece(NamedTuple):
    """An item of a container to be written: its text, and which item it was before (None for a new one)."""

    old: int | None
    text: bytes


@dataclass(frozen=True, slots=True)
class _Patch:
    layout: Layout
    own_texts: frozenset[int]
    """The identities of the texts of the cells that the notebook was read with."""

    def value(self, text: _Text, old: Node, new: Node, depth: int) -> bytes:
        """Return the text of `new`, which stands in place of `old` at `text`."""
        if isinstance(new, Cell):
            return self.cell(new, depth)
        if depth < _MAX_DEPTH:
            if isinstance(new, dict) and isinstance(old, dict):
                return self.object(text, old, new, depth)
            if isinstance(new, list) and isinstance(old, list):
                return self.array(text, old, new, depth)
        return self.layout.value(cast(JsonValue, new), depth)

    def cell(self, cell: Cell, depth: int) -> bytes:
        """Return the text of a cell that is new, changed or from another place.

        A cell that was read keeps its tokens; one from another notebook is laid out as this one.
        """
        text = _read_text(cell)
        if text is None:
            return self.layout.value(text_lines.split_cell(cell.content, is_old=cell.is_old), depth)
        written = bytes(text)
        if cell.text is None and cell.base is not None:
            old, new = cast("dict[str, Node]", dict(cell.base.content)), cast("dict[str, Node]", dict(cell.content))
            written = self.object(_Text(written, 0), old, new, depth)
        return written if id(text) in self.own_texts else relayout(written, self.layout, depth)

    def object(self, text: _Text, old: Mapping[str, Node], new: Mapping[str, Node], depth: int) -> bytes:
        members = scan.members(text.data, text.start, text.members)
        last = {member.key: index for index, member in enumerate(members)}
        pieces = []
        for index, member in enumerate(members):
            if member.key not in new:
                continue
            before, after = old[member.key], new[member.key]
            if _is_unchanged(before, after):
                pieces.append(_Piece(index, text.data[member.start : member.end]))
            elif index == last[member.key]:
                # A changed value replaces the one that counts; its duplicates would contradict it.
                # Nothing but the piece may hold the value: the list of cells is most of the file.
                inside = _Text(text.data, member.value_start)
                key = text.data[member.start : member.value_start]
                pieces.append(_Piece(index, key + self.value(inside, before, after, depth + 1)))
        self._insert_members(pieces, members, {key: value for key, value in new.items() if key not in last}, depth)
        return self._splice(text, members, pieces, depth, b"{}")

    def _insert_members(
        self, pieces: list[_Piece], members: list[scan.Member], added: Mapping[str, Node], depth: int
    ) -> None:
        """Put new members where the object's order has them: sorted into a sorted object, else at its end."""
        keys = [members[piece.old].key for piece in pieces if piece.old is not None]
        is_sorted = _is_sorted(keys) if len(keys) > 1 else self.layout.is_sorted
        for key, value in added.items():
            text = self.layout.scalar(key) + self.layout.colon + self.layout.value(_fresh(value), depth + 1)
            place = next((i for i, other in enumerate(keys) if other > key), len(keys)) if is_sorted else len(keys)
            pieces.insert(place, _Piece(None, text))
            keys.insert(place, key)

    def array(self, text: _Text, old: Sequence[Node], new: Sequence[Node], depth: int) -> bytes:
        hints = [item.text if isinstance(item, Cell) else None for item in old]
        spans = scan.elements(text.data, text.start, hints)
        pieces = []
        for index, item in _pair_items(old, new):
            if index is None:
                pieces.append(_Piece(None, self.value(text, None, item, depth + 1)))
            elif _is_unchanged(old[index], item):
                pieces.append(_Piece(index, text.data[spans[index].start : spans[index].end]))
            else:
                inside = _Text(text.data, spans[index].start)
                pieces.append(_Piece(index, self.value(inside, old[index], item, depth + 1)))
        return self._splice(text, spans, pieces, depth, b"[]")

    def _splice(
        self, text: _Text, items: Sequence[scan.Member | scan.Span], pieces: list[_Piece], depth: int, empty: bytes
    ) -> bytes:
        """Return the container with `pieces` in place of its items, each with the separator that stood before it."""
        data = text.data
        end = scan.value_end(data, text.start) if not items else items[-1].end
        if not pieces:
            return empty if items else data[text.start : end]
        if not items:
            bracket = self.layout.array(depth, [piece.text for piece in pieces])
            return empty[:1] + bracket[1:-1] + empty[1:]
        out = [data[text.start : items[0].start], pieces[0].text]
        for piece in pieces[1:]:
            if piece.old:
                out.append(data[items[piece.old - 1].end : items[piece.old].start])
            elif len(items) > 1:
                out.append(data[items[0].end : items[1].start])
            else:
                out.append(self.layout.separator(depth))
            out.append(piece.text)
        closing = scan.closing_end(data, end)
        return b"".join([*out, data[end:closing]])


def _is_unchanged(old: Node, new: Node) -> bool:
    if isinstance(old, Cell) and isinstance(new, Cell):
        return new.text is not None and new.text is old.text
    if isinstance(old, Cell) or isinstance(new, Cell) or _holds_cells(old) or _holds_cells(new):
        return False  # looked into item by item, and copied there
    return is_same(old, new)


def _holds_cells(node: Node) -> bool:
    """Whether `node` is a list of cells, a worksheet with cells, or a list with such a worksheet."""
    if isinstance(node, list) and node and isinstance(node[0], dict):
        return any(isinstance(sheet, dict) and _is_cell_list(sheet.get("cells")) for sheet in node)
    return _is_cell_list(node.get("cells") if isinstance(node, dict) else node)


def _is_cell_list(node: Node) -> bool:
    return isinstance(node, list) and bool(node) and isinstance(node[0], Cell)


def _pair_items(old: Sequence[Node], new: Sequence[Node]) -> list[tuple[int | None, Node]]:
    """Return for each item of `new` the item of `old` whose text it takes up, in order; None for a new one.

    Items that stayed are found by walking both lists forward, which is exact where items were
    only taken out or only put in; between two that stayed, the others pair off one by one.
    """
    cell_places = {id(item.text): index for index, item in enumerate(old) if isinstance(item, Cell)}
    pairs: list[tuple[int | None, Node]] = []
    place = 0
    waiting: list[Node] = []
    for item in new:
        stayed = cell_places.get(id(_read_text(item))) if isinstance(item, Cell) else _find_from(old, place, item)
        if stayed is None or stayed < place:
            waiting.append(item)
            continue
        pairs += _pair_rest(waiting, place, stayed)
        waiting = []
        pairs.append((stayed, item))
        place = stayed + 1
    return pairs + _pair_rest(waiting, place, len(old))


def _read_text(cell: Cell) -> scan.Buffer | None:
    """Return the text that the cell, or the cell that it is a changed version of, was read from."""
    return cell.text if cell.text is not None or cell.base is None else cell.base.text


def _find_from(old: Sequence[Node], place: int, item: Node) -> int | None:
    # 1,000: a list that lost more than that in one place is paired item by item instead.
    nearby = range(place, min(place + 1000, len(old)))
    return next((i for i in nearby if _is_version_of(old[i], item) or is_same(old[i], item)), None)


def _is_version_of(old: Node, new: Node) -> bool:
    """Whether `new` was made from `old`: it shares a value that only sharing makes the same object."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return False
    return any(isinstance(value, (dict, list)) and new.get(key) is value for key, value in old.items())


def _pair_rest(waiting: list[Node], start: int, stop: int) -> list[tuple[int | None, Node]]:
    return [
        (start + i if start + i < stop and not isinstance(item, Cell) else None, item) for i, item in enumerate(waiting)
    ]


def _is_sorted(keys: Sequence[str]) -> bool:
    return list(keys) == sorted(keys)


def relayout(text: bytes, layout: Layout, depth: int) -> bytes:
    """Return the JSON `text` in another layout; the tokens keep their spelling."""
    out: list[bytes] = []
    for token in scan.tokens(text):
        if token in (b"]", b"}"):
            depth -= 1
            if out[-1] not in (b"[", b"{"):
                out.append(layout.closing_break(depth))
        elif out and out[-1] in (b"[", b"{"):
            out.append(layout.opening_break(depth - 1))
        if token == b",":
            out.append(layout.separator(depth - 1))
        else:
            out.append(layout.colon if token == b":" else token)
        depth += token in (b"[", b"{")
    return b"".join(out)
