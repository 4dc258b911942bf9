"""The fast yes: types that take only what nbformat's schemas 4.0 to 4.5 surely take, checked by msgspec.

A no means nothing but that `schema` must have a look. Where the minor versions differ, or a type
cannot say it, these are the narrower. A test holds them against nbformat's own validator.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated, Any, TypeAlias, cast

import msgspec
from msgspec import UNSET, Meta, UnsetType

from nbkit.document import JsonObject, JsonValue

_Lines: TypeAlias = str | list[str]
_Count: TypeAlias = Annotated[int, Meta(ge=0)] | None
_Bundle: TypeAlias = dict[str, _Lines]
_Object: TypeAlias = dict[str, Any]
_Tag: TypeAlias = Annotated[str, Meta(pattern=r"^[^,]+\Z")]
_Id: TypeAlias = Annotated[str, Meta(pattern=r"^[a-zA-Z0-9_-]{1,64}\Z")]

_JSON_MIME = re.compile(r"application/(?:[^\n]*\+)?json")


class _CellMetadata(msgspec.Struct, gc=False):
    name: Annotated[str, Meta(pattern=r"^.+\Z")] | UnsetType = UNSET
    tags: list[_Tag] | UnsetType = UNSET
    jupyter: _Object | UnsetType = UNSET
    collapsed: bool | UnsetType = UNSET
    scrolled: bool | UnsetType = UNSET
    format: str | UnsetType = UNSET
    execution: dict[str, str] | UnsetType = UNSET


class _Output(msgspec.Struct, tag_field="output_type", forbid_unknown_fields=True, kw_only=True, gc=False):
    pass


class _Stream(_Output, tag="stream"):
    name: str
    text: _Lines


class _Error(_Output, tag="error"):
    ename: str
    evalue: str
    traceback: list[str]


class _DisplayData(_Output, tag="display_data"):
    data: _Bundle
    metadata: _Object


class _ExecuteResult(_Output, tag="execute_result"):
    data: _Bundle
    metadata: _Object
    execution_count: _Count


class _Cell(msgspec.Struct, tag_field="cell_type", forbid_unknown_fields=True, kw_only=True, gc=False):
    metadata: _CellMetadata
    source: _Lines


class _Markdown(_Cell, tag="markdown", kw_only=True):
    attachments: dict[str, _Bundle] | UnsetType = UNSET


class _Raw(_Cell, tag="raw", kw_only=True):
    attachments: dict[str, _Bundle] | UnsetType = UNSET


class _Code(_Cell, tag="code", kw_only=True):
    outputs: list[_Stream | _Error | _DisplayData | _ExecuteResult]
    execution_count: _Count


class _MarkdownWithId(_Markdown, tag="markdown", kw_only=True):
    id: _Id


class _RawWithId(_Raw, tag="raw", kw_only=True):
    id: _Id


class _CodeWithId(_Code, tag="code", kw_only=True):
    id: _Id


class _Kernelspec(msgspec.Struct, gc=False):
    name: str
    display_name: str


class _LanguageInfo(msgspec.Struct, gc=False):
    name: str
    codemirror_mode: str | _Object | UnsetType = UNSET
    file_extension: str | UnsetType = UNSET
    mimetype: str | UnsetType = UNSET
    pygments_lexer: str | UnsetType = UNSET


class _Metadata(msgspec.Struct, gc=False):
    kernelspec: _Kernelspec | UnsetType = UNSET
    language_info: _LanguageInfo | UnsetType = UNSET
    orig_nbformat: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    title: str | UnsetType = UNSET
    authors: list[Any] | UnsetType = UNSET


class _Notebook(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, gc=False):
    """A notebook without its cells."""

    metadata: _Metadata
    nbformat: Annotated[int, Meta(ge=4, le=4)]
    nbformat_minor: Annotated[int, Meta(ge=0, le=5)]


_AnyCell: TypeAlias = _Markdown | _Raw | _Code
_AnyCellWithId: TypeAlias = _MarkdownWithId | _RawWithId | _CodeWithId


def has_good_members(members: JsonObject) -> bool:
    """Whether a notebook of nbformat 4.0 to 4.5 surely fits the schema of its version, its cells aside."""
    return _fits(members, _Notebook)


def have_good_shape(cells: list[JsonValue], *, has_ids: bool) -> bool:
    """Whether all of `cells` surely fit the schema; `has_ids`: of nbformat 4.5, else of one before."""
    kind = list[_AnyCellWithId] if has_ids else list[_AnyCell]
    # Data of JSON MIME types, which may be anything, is rare enough to be taken out only where it stands in the way.
    if not (_fits(cells, kind) or _fits([_without_json(cell) for cell in cells], kind)):
        return False
    return all(map(_are_unique, _all_tags(cast("list[JsonObject]", cells))))


def _fits(value: object, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except (msgspec.ValidationError, UnicodeEncodeError, RecursionError):
        return False
    return True


def _all_tags(cells: list[JsonObject]) -> list[JsonValue]:
    holders = [cast(JsonObject, cell["metadata"]) for cell in cells]
    return [holder["tags"] for holder in holders if holder and "tags" in holder]


def _are_unique(tags: JsonValue) -> bool:
    names = cast("list[str]", tags)
    return len(set(names)) == len(names)


def _without_json(cell: JsonValue) -> JsonValue:
    """Return a code cell without its outputs' data of JSON MIME types, of which the schema allows any value."""
    outputs = cell.get("outputs") if isinstance(cell, dict) else None
    if not isinstance(cell, dict) or not isinstance(outputs, list):
        return cell
    return {**cell, "outputs": list(_outputs_without_json(outputs))}


def _outputs_without_json(outputs: list[JsonValue]) -> Iterable[JsonValue]:
    for output in outputs:
        data = output.get("data") if isinstance(output, dict) else None
        if isinstance(output, dict) and isinstance(data, dict):
            yield {**output, "data": {mime: value for mime, value in data.items() if not _is_json(mime)}}
        else:
            yield output


@lru_cache(maxsize=256)
def _is_json(mime: str) -> bool:
    return _JSON_MIME.fullmatch(mime) is not None
