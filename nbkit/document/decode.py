"""Bytes to notebook. msgspec reads what is plain JSON; what it refuses is checked here, with positions."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, NoReturn, Protocol, cast

import msgspec

from nbkit.document import scan
from nbkit.document.layout import BOM, Layout, detect_layout
from nbkit.document.model import Cell, Node, Notebook, Origin
from nbkit.document.positions import Positions, Way, locate_offset
from nbkit.document.values import JsonValue, decode_value
from nbkit.errors import ConflictedNotebook, MalformedNotebook, UnsupportedVersion
from nbkit.location import Location

KNOWN_MAJORS = range(1, 5)

_decode_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_elements = msgspec.json.Decoder(list[msgspec.Raw]).decode
_conflict_marker = re.compile(rb"^(<<<<<<<|\|\|\|\|\|\|\||>>>>>>>)(?: .*)?\r?$|^=======\r?$", re.MULTILINE)


def notebook_from_bytes(data: bytes, path: str | None = None) -> Notebook:
    """Return the notebook that `data` holds. `path` is only for messages.

    Taken is what Jupyter's own reader takes, a byte order mark, NaN, Infinity and lone
    surrogates among it. Raises MalformedNotebook with line and column for anything else and for
    a duplicate key in the notebook, a worksheet or a cell, behind which outputs could hide;
    ConflictedNotebook for git's conflict markers; UnsupportedVersion for a newer major version.
    """
    check_text(data, path)
    start = scan.value_start(data, len(BOM) if data.startswith(BOM) else 0)
    members = _read_members(data, start, path)
    tree = _tree(data, start, members, path)
    return Notebook(tree, Origin(data, path, tree, members))


def check_text(data: bytes, path: str | None) -> None:
    """Raise MalformedNotebook where `data` is no UTF-8, or nothing but white space."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data[:4]:
        raise MalformedNotebook(Location(path, line=1, column=1), "UTF-8", "UTF-16 or UTF-32", "save it as UTF-8")
    if not data.isascii():
        try:
            data.decode()
        except UnicodeDecodeError as error:
            where = locate_offset(data, error.start, path)
            raise MalformedNotebook(where, "UTF-8", f"byte 0x{data[error.start]:02x}", "save it as UTF-8") from None
    if not data or data.isspace():
        got = "white space only" if data else "an empty file"
        raise MalformedNotebook(Location(path, line=1, column=1), "a notebook", got)


def _read_members(data: bytes, start: int, path: str | None) -> Mapping[str, scan.Buffer]:
    """Return the texts of the notebook's members, having checked that `data` is JSON."""
    try:
        if data[start : start + 1] == b"{":
            return _decode_members(memoryview(data)[start:] if start else data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    try:
        scan.check(data, start)
    except scan.JsonSyntaxError as error:
        raise_syntax_error(data, error, path)
    if data[start : start + 1] != b"{":
        got = kind_of(decode_value(data[start : scan.value_end(data, start)]))
        raise MalformedNotebook(locate_offset(data, start, path), "a notebook", got)
    view = memoryview(data)
    return {member.key: view[member.value_start : member.end] for member in scan.members(data, start)}


def raise_syntax_error(data: bytes, error: scan.JsonSyntaxError, path: str | None) -> NoReturn:
    """Raise what the syntax error means: ConflictedNotebook where git left its markers, else MalformedNotebook."""
    if marker := find_conflict_marker(data):
        raise ConflictedNotebook(
            locate_offset(data, marker.start(), path),
            "a notebook",
            f"git's conflict marker '{marker[0].decode(errors='replace').strip()[:40]}'",
            "resolve the conflict first (git checkout --ours or --theirs takes one side, git merge --abort goes back)",
        ) from None
    where = locate_offset(data, error.offset, path)
    got, remedy = _what_stands_at(data, error.offset)
    raise MalformedNotebook(where, error.expected, got, remedy) from None


class SyntaxFault(NamedTuple):
    """Where a text stops being JSON, what should have stood there, what did, and what may help."""

    offset: int
    expected: str
    got: str
    remedy: str | None


def find_syntax_fault(data: bytes, start: int = 0) -> SyntaxFault | None:
    """Return where `data`, from `start` on, stops being JSON as Jupyter's reader takes it; None if it nowhere does."""
    try:
        scan.check(data, start)
    except scan.JsonSyntaxError as error:
        return SyntaxFault(error.offset, error.expected, *_what_stands_at(data, error.offset))
    return None


def find_conflict_marker(data: bytes, start: int = 0) -> re.Match[bytes] | None:
    """Return the first line that is one of git's conflict markers, if the file also holds an opening one.

    A line break cannot stand inside a JSON string, so such a line is never part of a cell.
    """
    if b"\n<<<<<<<" not in data and not data.startswith(b"<<<<<<<"):
        return None
    return _conflict_marker.search(data, start)


def _what_stands_at(data: bytes, offset: int) -> tuple[str, str | None]:
    if offset >= len(data):
        return "the end of the file", "the file is cut off"
    byte = data[offset : offset + 1]
    if byte in b"\r\n":
        return "the end of the line", None
    if byte < b" ":
        return f"control character 0x{byte[0]:02x}", None
    shown = data[offset : offset + 64].decode(errors="ignore").split("\n")[0][:16].rstrip()
    return f"'{shown}'", None


def _tree(data: bytes, start: int, members: Mapping[str, scan.Buffer], path: str | None) -> dict[str, Node]:
    """Return the notebook's members, decoded but for its cells, which stay text."""
    layout = detect_layout(data, start)
    whole = _Part(data, path, (), data[start:].rstrip(b" \t\n\r"), layout)
    _refuse_duplicates(whole, members)
    tree: dict[str, Node] = {
        key: cast(Node, decode_value(text)) for key, text in members.items() if key not in ("cells", "worksheets")
    }
    is_old = _check_version(whole, tree, members) < 4
    for key in ("cells", "worksheets"):
        if key in members:
            part = _Part(data, path, (key,), members[key], layout)
            tree[key] = _read_cells(part, is_old=is_old) if key == "cells" else _read_sheets(part)
    # Back in the file's order, which a writer of new text follows where keys are not sorted.
    return {key: tree[key] for key in members}


class _Part(NamedTuple):
    """A value inside a notebook, and the way to it, for messages."""

    data: bytes
    path: str | None
    way: tuple[str | int, ...]
    text: scan.Buffer
    layout: Layout

    def malformed(self, expected: str, got: str, way: Way = (), remedy: str | None = None) -> MalformedNotebook:
        offset = Positions(self.data).offset((*self.way, *way), of_key=bool(way))
        return MalformedNotebook(locate_offset(self.data, offset, self.path), expected, got, remedy)


def _check_version(whole: _Part, tree: Mapping[str, Node], members: Mapping[str, scan.Buffer]) -> int:
    """Return the major version, having checked that it is known and that the cells stand where it has them."""
    # A reader looks at one of the two, so outputs could hide in the other.
    full = {key for key in ("cells", "worksheets") if key in members and not scan.is_empty_array(members[key])}
    return checked_major(tree, members.keys(), full, whole.malformed)


class _Malformed(Protocol):
    def __call__(self, expected: str, got: str, way: Way = (), remedy: str | None = None) -> MalformedNotebook: ...


def checked_major(tree: Mapping[str, Node], keys: Collection[str], full: Collection[str], malformed: _Malformed) -> int:
    """Return the major version of a notebook with `keys`, of which those in `full` hold something.

    Raises what `malformed` makes, or UnsupportedVersion, where the version is not known or the
    cells do not stand where it has them. Without `nbformat` it is 4 if there are cells.
    """
    major = tree.get("nbformat", 4 if "cells" in keys else None)
    if "nbformat" not in tree and major is None:
        raise malformed("a notebook", "an object with neither 'nbformat' nor 'cells'")
    if not isinstance(major, int) or isinstance(major, bool):
        raise malformed("a whole number as nbformat", kind_of(cast(JsonValue, major)), ("nbformat",))
    if major not in KNOWN_MAJORS:
        raise UnsupportedVersion(malformed("", "", ("nbformat",)).where, major)
    here, there = ("worksheets", "cells") if major in (2, 3) else ("cells", "worksheets")
    if here not in keys:
        raise malformed(f"'{here}' in a notebook of nbformat {major}", f"no '{here}'")
    if there in full:
        raise malformed(f"no '{there}' in a notebook of nbformat {major}", f"'{there}'", (there,))
    return major


def _read_sheets(part: _Part) -> list[Node]:
    return [_read_sheet(part._replace(way=(*part.way, index), text=text)) for index, text in enumerate(_elements(part))]


def _read_sheet(part: _Part) -> Node:
    members = _object_members(part, "a worksheet")
    if "cells" not in members:
        raise part.malformed("'cells' in a worksheet", "no 'cells'")
    sheet: dict[str, Node] = {key: cast(Node, decode_value(text)) for key, text in members.items() if key != "cells"}
    sheet["cells"] = _read_cells(part._replace(way=(*part.way, "cells"), text=members["cells"]), is_old=True)
    return {key: sheet[key] for key in members}


def _read_cells(part: _Part, *, is_old: bool) -> list[Node]:
    cells: list[Node] = []
    for index, text in enumerate(_elements(part)):
        _object_members(part._replace(way=(*part.way, index), text=text), "a cell")
        cells.append(Cell.from_text(text, is_old=is_old))
    return cells


def _elements(part: _Part) -> Sequence[scan.Buffer]:
    text = part.text
    try:
        return _decode_elements(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    whole = bytes(text)
    if not whole.startswith(b"["):
        raise part.malformed("a list", kind_of(decode_value(whole)))
    view = memoryview(whole)
    return [view[span.start : span.end] for span in scan.elements(whole, 0)]


def _object_members(part: _Part, expected: str) -> Mapping[str, scan.Buffer]:
    """Return the texts of the members of the object that `part` is. Raises for no object and for duplicate keys."""
    try:
        members: Mapping[str, scan.Buffer] = _decode_members(part.text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        whole = bytes(part.text)
        if not whole.startswith(b"{"):
            raise part.malformed(expected, kind_of(decode_value(whole))) from None
        view = memoryview(whole)
        members = {member.key: view[member.value_start : member.end] for member in scan.members(whole, 0)}
    _refuse_duplicates(part, members)
    return members


# No output and nothing that tools leave behind ever stands in these: read as any reader reads them, the last counts.
_HARMLESS_TWICE = frozenset({"attachments", "cell_type", "id", "nbformat_minor", "source"})


def _refuse_duplicates(part: _Part, members: Mapping[str, scan.Buffer]) -> None:
    """Raise MalformedNotebook for a key that stands twice: a reader sees the last, outputs could hide in the first."""
    if part.layout.spells(part.text, len(part.way), members):
        return
    whole = part.text if isinstance(part.text, bytes) else bytes(part.text)
    found = scan.members(whole, 0, members)
    if len(found) == len(members):
        return
    seen: set[str] = set()
    for member in found:
        if member.key in seen and member.key not in _HARMLESS_TWICE:
            expected = f"'{member.key}' once"
            raise part.malformed(expected, "it twice", (member.key,), "keep one of the two")
        seen.add(member.key)


def kind_of(value: JsonValue) -> str:
    """Return what a JSON value is, in words, for a message."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    kinds: dict[type, str] = {int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return kinds[type(value)]
