"""Stripping written down a second time, slowly: what is to go is taken out of a tree that knows every byte.

It shares no code with nbkit but the `StripPolicy` that says what to do and the list of default keys.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import cast

from nbkit.strip import DEFAULT_KEYS, StripPolicy

_SPACE = re.compile(rb"[ \t\n\r]*")
_ATOM = re.compile(rb'"(?:[^"\\]|\\.)*"|[^ \t\n\r,:\]}]+', re.DOTALL)
_YES_AND_NO = {"false", "no", "0"}


class DuplicateKeyError(ValueError):
    """An object has a key twice."""


@dataclass
class Node:
    """A JSON value. A list or object keeps what stands around its items: each brings what stood before it."""

    atom: bytes = b""
    bracket: bytes = b""
    lead: bytes = b""
    items: list[Item] = field(default_factory=list)
    tail: bytes = b""
    was_empty: bool = True

    @property
    def value(self) -> object:
        if self.bracket == b"{":
            return {item.key: item.node.value for item in self.items}
        if self.bracket == b"[":
            return [item.node.value for item in self.items]
        return cast(object, json.loads(self.atom))

    def get(self, key: str) -> Node | None:
        return next((item.node for item in self.items if item.key == key), None) if self.bracket == b"{" else None

    def is_object(self) -> bool:
        return self.bracket == b"{"

    def become(self, atom: bytes) -> None:
        self.atom, self.bracket, self.items = atom, b"", []

    def render(self) -> bytes:
        if not self.bracket:
            return self.atom
        closing = b"}" if self.is_object() else b"]"
        if not self.items:
            return self.bracket + (self.lead if self.was_empty else b"") + closing
        body = b"".join(
            (item.before if number else b"") + item.name + item.node.render() for number, item in enumerate(self.items)
        )
        return self.bracket + self.lead + body + self.tail + closing


@dataclass
class Item:
    before: bytes
    key: str | None
    name: bytes
    node: Node


def strip_by_cutting(data: bytes, policy: StripPolicy) -> bytes:
    """Return `data`, a notebook of valid JSON, stripped. Raises DuplicateKeyError where a key stands twice."""
    start = _skip(data, 3 if data.startswith(b"\xef\xbb\xbf") else 0)
    root, end = _parse(data, start)
    _strip_notebook(root, policy)
    result = data[:start] + root.render() + data[end:]
    return result.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if policy.unix_newlines else result


def _skip(data: bytes, pos: int) -> int:
    match = _SPACE.match(data, pos)
    assert match
    return match.end()


def _parse(data: bytes, pos: int) -> tuple[Node, int]:
    bracket = data[pos : pos + 1]
    if bracket not in (b"{", b"["):
        match = _ATOM.match(data, pos)
        assert match, data[pos : pos + 20]
        return Node(match[0]), match.end()
    node = Node(bracket=bracket)
    inside = _skip(data, pos + 1)
    node.lead = data[pos + 1 : inside]
    pos, before = inside, b""
    while data[pos : pos + 1] not in (b"}", b"]"):
        key, name = None, b""
        if bracket == b"{":
            match = _ATOM.match(data, pos)
            assert match
            value_start = _skip(data, _skip(data, match.end()) + 1)
            key, name = json.loads(match[0]), data[pos:value_start]
            if node.get(key) is not None:
                raise DuplicateKeyError(key)
            pos = value_start
        child, end = _parse(data, pos)
        node.items.append(Item(before, key, name, child))
        pos = _skip(data, end)
        if data[pos : pos + 1] == b",":
            pos = _skip(data, pos + 1)
            before = data[end:pos]
        else:
            node.tail = data[end:pos]
    node.was_empty = not node.items
    return node, pos + 1


def _strip_notebook(root: Node, policy: StripPolicy) -> None:
    metadata = root.get("metadata")
    keep, decided = bool(policy.keep_output), False
    if policy.keep_output is None and metadata and (said := metadata.get("keep_output")):
        keep = decided = _means_yes(said.value)
    number = 0
    for cells in _lists_of_cells(root):
        cells.items = [item for item in cells.items if not _is_dropped(item.node, policy)]
        for item in cells.items:
            _strip_cell(item.node, number, policy, keep=keep)
            number += 1
    if metadata and metadata.is_object():
        _clean(metadata, _keys(policy, "metadata."), ["keep_output"] if decided else [])
        if policy.only_metadata_keys:
            wanted = [key.removeprefix("metadata.") for key in policy.only_metadata_keys if key.startswith("metadata.")]
            _keep_only(metadata, wanted + (["keep_output"] if decided else []))


def _lists_of_cells(root: Node) -> list[Node]:
    sheets = root.get("worksheets")
    holders = [item.node for item in sheets.items] if sheets else []
    return [cells for holder in [*holders, root] if (cells := holder.get("cells"))]


def _is_dropped(cell: Node, policy: StripPolicy) -> bool:
    source = cell.get("source") or cell.get("input")
    text = source.value if source else ""
    joined = "".join(map(str, text)) if isinstance(text, list) else str(text)
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if metadata else None
    tagged = [item.node.value for item in tags.items] if tags and tags.bracket == b"[" else []
    return (policy.drop_empty_cells and not joined.strip()) or any(tag in policy.drop_tagged_cells for tag in tagged)


def _strip_cell(cell: Node, number: int, policy: StripPolicy, *, keep: bool) -> None:
    metadata = cell.get("metadata")
    decided: list[str] = []
    if metadata and metadata.is_object():
        init, said, tags = metadata.get("init_cell"), metadata.get("keep_output"), metadata.get("tags")
        tagged = tags is not None and tags.bracket == b"[" and any(i.node.value == "keep_output" for i in tags.items)
        if init:
            keep, decided = _means_yes(init.value) and not policy.strip_init_cells, ["init_cell"]
        elif said:
            keep, decided = _means_yes(said.value), ["keep_output", "tags"]
        elif tagged:
            keep, decided = True, ["tags"]
        decided = decided if keep else []
    outputs = cell.get("outputs")
    if outputs and outputs.value not in (None, []):
        if outputs.bracket == b"[":
            outputs.items = [item for item in outputs.items if _stays(item.node, policy, keep=keep)]
        else:
            outputs.become(b"[]")
    if not policy.keep_count:
        for holder in (cell, *([item.node for item in outputs.items] if outputs else [])):
            _forget_counts(holder)
    if policy.ids == "sequential" and (identifier := cell.get("id")):
        identifier.become(b'"%d"' % number)
    _clean(cell, _keys(policy, "cell."), [f"metadata.{name}" for name in decided])
    metadata = cell.get("metadata")
    if policy.only_metadata_keys and metadata and metadata.is_object():
        prefix = "cell.metadata."
        wanted = [key.removeprefix(prefix) for key in policy.only_metadata_keys if key.startswith(prefix)]
        _keep_only(metadata, wanted + decided)


def _forget_counts(holder: Node) -> None:
    for name in ("execution_count", "prompt_number"):
        if (count := holder.get(name)) and count.value is not None:
            count.become(b"null")


def _means_yes(value: object) -> bool:
    return value.strip().lower() not in _YES_AND_NO and value != "" if isinstance(value, str) else bool(value)


def _stays(output: Node, policy: StripPolicy, *, keep: bool) -> bool:
    if not output.is_object() or _matches(output, policy.drop_output_types):
        return False
    if keep and not policy.keep_output_types and not policy.keep_mime_types:
        return True
    if _matches(output, policy.keep_output_types) or (policy.max_size and _size(output, policy) <= policy.max_size):
        return True
    data = output.get("data")
    if not policy.keep_mime_types or not data or not data.is_object():
        return False
    data.items = [
        item for item in data.items if any(fnmatchcase(str(item.key), name) for name in policy.keep_mime_types)
    ]
    return bool(data.items)


def _matches(output: Node, wanted: tuple[str, ...]) -> bool:
    new_names = {"pyout": "execute_result", "pyerr": "error"}
    own, name = output.get("output_type"), output.get("name") or output.get("stream")
    kind = own.value if own else None
    kinds = {kind, new_names.get(kind, kind)} if isinstance(kind, str) else set()
    return any(
        type_.partition(":")[0] in kinds
        and (":" not in type_ or (name is not None and name.value == type_.partition(":")[2]))
        for type_ in wanted
    )


def _size(node: Node, policy: StripPolicy, *, is_top: bool = True) -> int:
    if node.bracket:
        total = 0
        for item in node.items:
            is_count = is_top and item.key in ("execution_count", "prompt_number") and not policy.keep_count
            total += len("None") if is_count else _size(item.node, policy, is_top=False)
        return total
    value = node.value
    return len(value) if isinstance(value, str) else len(str(value))


def _keys(policy: StripPolicy, prefix: str) -> list[str]:
    kept = policy.keep_metadata_keys
    return [
        key.removeprefix(prefix)
        for key in (*DEFAULT_KEYS, *policy.extra_keys)
        if key.startswith(prefix) and not any(key == keep or key.startswith(keep + ".") for keep in kept)
    ]


def _clean(holder: Node, keys: list[str], protected: list[str]) -> None:
    for key in keys:
        if not any((key + ".").startswith(name + ".") or (name + ".").startswith(key + ".") for name in protected):
            _remove(holder, key)


def _remove(holder: Node, key: str) -> None:
    if holder.get(key) is not None:
        holder.items = [item for item in holder.items if item.key != key]
        return
    head, dot, rest = key.partition(".")
    inner = holder.get(head)
    if dot and inner and inner.is_object():
        _remove(inner, rest)
        if head == "colab" and not inner.items:
            _remove(holder, head)


def _keep_only(metadata: Node, names: list[str]) -> None:
    kept = []
    for item in metadata.items:
        inner = [name.removeprefix(f"{item.key}.") for name in names if name.startswith(f"{item.key}.")]
        if item.key not in names:
            if not inner or not item.node.is_object():
                continue
            _keep_only(item.node, inner)
            if not item.node.items:
                continue
        kept.append(item)
    metadata.items = kept
