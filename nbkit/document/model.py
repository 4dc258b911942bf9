"""The notebook as a value: what it holds, and the text it came from.

A `Notebook` is a tree of JSON in which each cell is a `Cell`. Both are immutable: `replace`
gives a new one. A cell that was read keeps its text, is decoded when somebody looks into it,
and is written back as it stood; a changed cell remembers the text it was made from, so that
only what changed in it is written anew (see `encode`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeAlias, Union, cast

from nbkit.document import scan, text_lines
from nbkit.document.positions import Positions
from nbkit.document.values import JsonObject, JsonValue, copy_value, decode_value, is_same
from nbkit.document.views import ListView, ObjectView
from nbkit.location import Location

Node: TypeAlias = Union["Cell", bool, int, float, str, list["Node"], dict[str, "Node"], None]


class Cell:
    """One cell. `replace` makes a changed one; nothing changes a cell in place.

    Two cells are equal when their content is: key order, layout and whether multi-line strings
    are split do not count.
    """

    __slots__ = ("_base", "_content", "_is_old", "_text")

    def __init__(self, content: Mapping[str, JsonValue], *, is_old: bool = False) -> None:
        """Make a cell from its members; `is_old`: before nbformat 4. Raises TypeError for what JSON cannot hold."""
        copied = copy_value(content)
        assert isinstance(copied, dict)
        self._content: JsonObject | None = copied
        self._text: scan.Buffer | None = None
        self._base: Cell | None = None
        self._is_old = is_old

    @classmethod
    def from_text(cls, text: scan.Buffer, *, is_old: bool = False) -> Cell:
        """Return the cell that `text` holds; it must be known to be a JSON object. `is_old`: before nbformat 4."""
        cell = cls.__new__(cls)
        cell._content = None
        cell._text = text
        cell._base = None
        cell._is_old = is_old
        return cell

    @property
    def content(self) -> Mapping[str, JsonValue]:
        """The members as the file has them, multi-line strings unjoined. Shared: not to be changed below the top."""
        return MappingProxyType(self._members())

    def _members(self) -> JsonObject:
        if self._content is None:
            assert self._text is not None
            self._content = cast(JsonObject, decode_value(self._text))
        return self._content

    @property
    def text(self) -> scan.Buffer | None:
        """The JSON this cell was read from; None for a cell that was made or changed."""
        return self._text

    @property
    def base(self) -> Cell | None:
        """The cell as it was read, of which this is a changed version."""
        return self._base

    @property
    def is_old(self) -> bool:
        """Whether the cell is of a notebook before nbformat 4, where a code cell's source is its `input`."""
        return self._is_old

    def to_dict(self) -> JsonObject:
        """Return the content as nbformat's reader gives it, multi-line strings joined; a copy."""
        copied = copy_value(text_lines.join_cell(self._members(), is_old=self._is_old))
        return cast(JsonObject, copied)

    def get(self, key: str) -> JsonValue:
        """Return the member `key` as `to_dict` has it, or None."""
        return cast(JsonObject, copy_value(text_lines.join_cell(self._only(key), is_old=self._is_old))).get(key)

    def _only(self, key: str) -> JsonObject:
        members = self._members()
        return {key: members[key]} if key in members else {}

    @property
    def cell_type(self) -> str:
        """`code`, `markdown`, `raw`, before nbformat 4 also `heading` and `html`; empty if the cell names none."""
        value = self._members().get("cell_type")
        return value if isinstance(value, str) else ""

    @property
    def id(self) -> str | None:
        value = self._members().get("id")
        return value if isinstance(value, str) else None

    @property
    def source_key(self) -> str:
        """The member that holds the source: `source`, or `input` in a code cell before nbformat 4."""
        return "input" if self._is_old and self.cell_type == "code" else "source"

    @property
    def source(self) -> str:
        value = self.get(self.source_key)
        return value if isinstance(value, str) else ""

    @property
    def metadata(self) -> ObjectView:
        """The metadata, read-only; `replace(metadata={**cell.metadata, ...})` makes a cell with other."""
        value = self._members().get("metadata")
        return ObjectView(value if isinstance(value, dict) else {})

    @property
    def tags(self) -> tuple[str, ...]:
        tags = self.metadata.get("tags")
        return tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, ListView) else ()

    @property
    def outputs(self) -> ListView:
        """The outputs, multi-line strings joined, read-only. What is no object in the list is left out."""
        value = text_lines.join_cell(self._only("outputs"), is_old=self._is_old).get("outputs")
        return ListView([output for output in value if isinstance(output, dict)] if isinstance(value, list) else [])

    @property
    def execution_count(self) -> int | None:
        value = self._members().get("prompt_number" if self._is_old else "execution_count")
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    @property
    def attachments(self) -> ObjectView:
        """The attachments by name, multi-line strings joined, read-only."""
        value = text_lines.join_cell(self._only("attachments"), is_old=self._is_old).get("attachments")
        return ObjectView(value if isinstance(value, dict) else {})

    def replace(self, *, without: Collection[str] = (), **members: object) -> Cell:
        """Return this cell with `members` set and those of `without` gone. Raises TypeError for what JSON cannot hold.

        Multi-line strings may be given joined: they are split as they were, or as nbformat
        splits them. `source` means `input` in a code cell before nbformat 4.
        """
        if self.source_key != "source" and "source" in members:
            members[self.source_key] = members.pop("source")
        kept = {key: value for key, value in self._members().items() if key not in without}
        made = Cell({**kept, **cast(JsonObject, members)}, is_old=self._is_old)
        return self.with_content(text_lines.split_cell(made._members(), self._members(), is_old=self._is_old))

    def with_content(self, content: JsonObject) -> Cell:
        """Return this cell with `content` in place of its members, spelled as the file is to have it.

        The value is taken as it is: values that it shares with this cell's `content` are known
        to be unchanged.
        """
        changed = Cell.__new__(Cell)
        changed._content = content
        changed._text = None
        changed._base = self if self._text is not None else self._base
        changed._is_old = self._is_old
        return changed

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Cell):
            return NotImplemented
        if self is other or (self._text is not None and self._text is other._text):
            return True
        mine = text_lines.join_cell(self._members(), is_old=self._is_old)
        return is_same(mine, text_lines.join_cell(other._members(), is_old=other._is_old))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Cell {self.cell_type or '?'} {self.source.partition(chr(10))[0][:60]!r}>"


class Origin(NamedTuple):
    """What a notebook was read from."""

    data: bytes
    path: str | None
    tree: Mapping[str, Node]
    members: Mapping[str, scan.Buffer]


class Notebook:
    """A notebook of any format from 1 to 4, lossless.

    Two notebooks are equal when their content is: layout, key order, byte offsets and whether
    multi-line strings are split do not count.
    """

    __slots__ = ("_cells", "_origin", "_tree")

    def __init__(self, tree: Mapping[str, Node], origin: Origin | None = None) -> None:
        """Make a notebook of a checked tree; `read_notebook` and `as_notebook` are the doors."""
        self._tree = tree
        self._origin = origin
        self._cells: tuple[Cell, ...] = tuple(_cells_of(tree))

    @property
    def tree(self) -> Mapping[str, Node]:
        """All members, cells as `Cell`. Shared: not to be changed."""
        return self._tree

    @property
    def origin(self) -> Origin | None:
        """What the notebook was read from, also after changes; None for one that was made."""
        return self._origin

    @property
    def path(self) -> str | None:
        return self._origin.path if self._origin else None

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells in order, before nbformat 4 those of all worksheets."""
        return self._cells

    @property
    def major(self) -> int:
        """The format's major version, `nbformat`; 4 for a notebook that names none but has cells as 4 has them."""
        return major_version(self._tree)

    @property
    def minor(self) -> int:
        """The format's minor version, `nbformat_minor`; 0 if the notebook names none."""
        value = self._tree.get("nbformat_minor")
        return value if isinstance(value, int) and not isinstance(value, bool) else 0

    @property
    def metadata(self) -> ObjectView:
        """The notebook's metadata, read-only; `replace(metadata={**notebook.metadata, ...})` makes one with other."""
        value = self._tree.get("metadata")
        return ObjectView(cast(JsonObject, value) if isinstance(value, dict) else {})

    @property
    def language(self) -> str | None:
        """The language of the code cells, from `language_info`, else from `kernelspec`."""
        for section, key in (("language_info", "name"), ("kernelspec", "language")):
            holder = self._tree.get("metadata")
            info = holder.get(section) if isinstance(holder, dict) else None
            if isinstance(info, dict) and isinstance(name := info.get(key), str):
                return name
        return None

    def to_dict(self) -> JsonObject:
        """Return the content as nbformat's reader gives it, multi-line strings joined; a copy."""
        return cast(JsonObject, copy_value(_plain(self._tree)))

    def replace(
        self,
        *,
        cells: Iterable[Cell] | None = None,
        without: Collection[str] = (),
        **members: object,
    ) -> Notebook:
        """Return this notebook with `members` set, those of `without` gone, and `cells` in place of its cells.

        Raises ValueError where `cells` are given for a notebook of several worksheets (upgrade
        it first, or use `map_cells`), and TypeError for what JSON cannot hold.
        """
        tree: dict[str, Node] = {key: value for key, value in self._tree.items() if key not in without}
        tree |= cast("dict[str, Node]", {key: copy_value(value) for key, value in members.items()})
        if cells is not None:
            tree = _with_cells(tree, list(cells))
        return Notebook(tree, self._origin)

    def map_cells(self, change: Callable[[int, Cell], Cell | None]) -> Notebook:
        """Return this notebook with each cell replaced by what `change(index, cell)` gives; None drops the cell."""
        index = -1

        def mapped(cells: Node) -> Node:
            nonlocal index
            kept: list[Node] = []
            for cell in cells if isinstance(cells, list) else []:
                index += 1
                if isinstance(cell, Cell) and (new := change(index, cell)) is not None:
                    kept.append(new)
            return kept

        tree: dict[str, Node] = dict(self._tree)
        if isinstance(sheets := tree.get("worksheets"), list):
            tree["worksheets"] = [
                {**sheet, "cells": mapped(sheet["cells"])} if isinstance(sheet, dict) and "cells" in sheet else sheet
                for sheet in sheets
            ]
        if "cells" in tree:
            tree["cells"] = mapped(tree["cells"])
        return Notebook(tree, self._origin)

    def at(self, cell_index: int | None = None, field: str | None = None) -> Location:
        """Return the place of a cell, or of a field such as `metadata.tags`.

        Line and column are known where the notebook was read from bytes and is unchanged.
        """
        cell_id = self._cells[cell_index].id if cell_index is not None else None
        if self._origin is None or self._origin.tree is not self._tree:
            return Location(self.path, cell_index, cell_id, field)
        way = self._way_to_cell(cell_index) if cell_index is not None else ()
        positions = Positions(self._origin.data, self.path)
        offset = positions.offset((*way, *(field.split(".") if field else ())), of_key=field is not None)
        return positions.locate(offset, cell_index, cell_id, field)

    def _way_to_cell(self, cell_index: int) -> tuple[str | int, ...]:
        sheets = self._tree.get("worksheets")
        for number, sheet in enumerate(sheets if isinstance(sheets, list) else []):
            cells = sheet.get("cells") if isinstance(sheet, dict) else None
            count = len(cells) if isinstance(cells, list) else 0
            if cell_index < count:
                return ("worksheets", number, "cells", cell_index)
            cell_index -= count
        return ("cells", cell_index)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Notebook):
            return NotImplemented
        if len(self._cells) != len(other._cells) or self.major != other.major:
            return False
        return is_same(_plain(self._tree), _plain(other._tree))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Notebook {self.path or ''} nbformat {self.major}.{self.minor}, {len(self._cells)} cells>"


def major_version(tree: Mapping[str, object]) -> int:
    """Return the major version that the members of a notebook name; 4 where they name none."""
    value = tree.get("nbformat")
    return value if isinstance(value, int) and not isinstance(value, bool) else 4


def _cells_of(tree: Mapping[str, Node]) -> Iterator[Cell]:
    sheets = tree.get("worksheets")
    holders: list[Node] = [*(sheets if isinstance(sheets, list) else []), dict(tree)]
    for holder in holders:
        cells = holder.get("cells") if isinstance(holder, dict) else None
        for cell in cells if isinstance(cells, list) else []:
            if isinstance(cell, Cell):
                yield cell


def _with_cells(tree: dict[str, Node], cells: list[Cell]) -> dict[str, Node]:
    sheets = tree.get("worksheets")
    if not isinstance(sheets, list):
        return {**tree, "cells": list(cells)}
    if len(sheets) > 1 or not isinstance(sheet := sheets[0] if sheets else {}, dict):
        raise ValueError(f"expected a notebook with one list of cells, got {len(sheets)} worksheets; upgrade it first")
    return {**tree, "worksheets": [{**sheet, "cells": list(cells)}]}


def _plain(tree: Mapping[str, Node]) -> JsonObject:
    """Return the tree with each cell as its joined content."""
    plain = _with_plain_cells(tree)
    if isinstance(sheets := tree.get("worksheets"), list):
        plain["worksheets"] = [_with_plain_cells(sheet) if isinstance(sheet, dict) else sheet for sheet in sheets]
    return cast(JsonObject, plain)


def _with_plain_cells(holder: Mapping[str, Node]) -> dict[str, Node]:
    plain = dict(holder)
    if isinstance(cells := holder.get("cells"), list):
        plain["cells"] = [_plain_cell(cell) if isinstance(cell, Cell) else cell for cell in cells]
    return plain


def _plain_cell(cell: Cell) -> Node:
    return cast(Node, text_lines.join_cell(cell.content, is_old=cell.is_old))
