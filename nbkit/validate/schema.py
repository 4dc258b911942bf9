"""nbformat's JSON schemas, read from the nbformat package and applied here.

Not by `jsonschema`: it takes 60 ms to import, compares unique items pair by pair (100,000 tags
that are no text never end) and puts the `repr` of what it refuses, a cell of 100 MB, into each
message. The schemas are draft 4 and use the sixteen keywords below; a test holds that, and that
`jsonschema` finds a fault in exactly what this finds one in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from nbkit.document import JsonValue
from nbkit.validate.problem import Way

Schema: TypeAlias = Mapping[str, Any]

LATEST_MINOR = 5

TAGS = ("cell_type", "output_type")
"""The members that say which of several schemas a value is meant for."""

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


class Fault(NamedTuple):
    """Where a value does not fit: `wanted` is what the schema's `keyword` asks for, `value` what does not give it.

    `way` leads to a member that should not be there, and else to the value.
    """

    keyword: str
    way: Way
    wanted: Any
    value: JsonValue


@lru_cache(maxsize=8)
def load_schema(minor: int) -> Schema:
    """Return the schema of nbformat 4.`minor`.

    For a newer minor version than is known it is the latest, made lenient as nbformat makes it:
    unknown members, cell types and output types are taken.
    """
    spec = find_spec("nbformat")  # doesn't import it, which takes 60 ms
    assert spec is not None, "nbformat is a dependency"
    assert spec.origin is not None, "nbformat is a package with files"
    name = f"nbformat.v4.{min(minor, LATEST_MINOR)}.schema.json"
    text = Path(spec.origin).with_name("v4").joinpath(name).read_text(encoding="utf-8")
    if minor <= LATEST_MINOR:
        return _as_schema(json.loads(text))
    lenient = _as_schema(json.loads(text, object_hook=_take_more))
    for kind in ("cell", "output"):
        lenient["definitions"][kind]["oneOf"].append({"$ref": f"#/definitions/unrecognized_{kind}"})
    return lenient


def _as_schema(value: Any) -> dict[str, Any]:
    assert isinstance(value, dict)
    return value


def _take_more(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "additionalProperties": True} if "additionalProperties" in schema else schema


def find_member_faults(members: JsonValue, minor: int) -> Iterator[Fault]:
    """Yield what does not fit in a notebook given without its cells; that it has some is taken for granted."""
    root = load_schema(minor)
    schema = {**root, "required": [name for name in root["required"] if name != "cells"]}
    return _Search(root).faults(schema, members, ())


def find_cell_faults(cell: JsonValue, minor: int, way: Way) -> Iterator[Fault]:
    """Yield what does not fit in the cell at `way`."""
    root = load_schema(minor)
    return _Search(root).faults(root["definitions"]["cell"], cell, way)


class _Search:
    """The search of one value for faults. It recurses as deep as the schema goes, and no deeper for any value."""

    def __init__(self, root: Schema) -> None:
        self._root = root

    def faults(self, schema: Schema, value: JsonValue, way: Way) -> Iterator[Fault]:
        if "$ref" in schema:  # in draft 4 nothing beside a reference counts
            schema = self._resolve(schema)
        if "type" in schema and not _is_of_type(value, schema["type"]):
            yield Fault("type", way, schema["type"], value)
            return
        if isinstance(value, dict):
            yield from self._object_faults(schema, value, way)
        elif isinstance(value, list):
            yield from self._array_faults(schema, value, way)
        else:
            yield from _scalar_faults(schema, value, way)
        if "enum" in schema and not any(value is wanted or _is_equal(value, wanted) for wanted in schema["enum"]):
            yield Fault("enum", way, schema["enum"], value)
        if "not" in schema and self._fits(schema["not"], value):
            yield Fault("not", way, schema["not"], value)
        if "oneOf" in schema:
            yield from self._branch_faults([self._resolve(branch) for branch in schema["oneOf"]], value, way)

    def _fits(self, schema: Schema, value: JsonValue) -> bool:
        return next(self.faults(schema, value, ()), None) is None

    def _resolve(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            reference = schema["$ref"]
            schema = self._root
            for part in reference.removeprefix("#/").split("/"):
                schema = schema[part]
        return schema

    def _object_faults(self, schema: Schema, value: dict[str, JsonValue], way: Way) -> Iterator[Fault]:
        for name in schema.get("required", ()):
            if name not in value:
                yield Fault("required", way, name, value)
        known = schema.get("properties", {})
        patterns = schema.get("patternProperties", {})
        others = schema.get("additionalProperties", True)
        if not patterns and others is True and len(value) > len(known):
            value = {name: value[name] for name in known if name in value}
        for name, member in value.items():
            inside = (*way, name)
            if name in known:
                yield from self.faults(known[name], member, inside)
            matching = [part for pattern, part in patterns.items() if _search(pattern, name)]
            for part in matching:
                yield from self.faults(part, member, inside)
            if name in known or matching:
                continue
            if others is False:
                yield Fault("additionalProperties", inside, tuple(known), member)
            elif others is not True:
                yield from self.faults(others, member, inside)

    def _array_faults(self, schema: Schema, value: list[JsonValue], way: Way) -> Iterator[Fault]:
        items = schema.get("items")
        # Lists of lines are long, and nearly always fit.
        if items and not (items.get("type") == "string" and "pattern" not in items and _are_all_text(value)):
            for index, item in enumerate(value):
                yield from self.faults(items, item, (*way, index))
        if schema.get("uniqueItems"):
            seen: set[str] = set()
            for index, item in enumerate(value):  # what is no text is a fault already
                if isinstance(item, str):
                    if item in seen:
                        yield Fault("uniqueItems", (*way, index), None, item)
                    seen.add(item)

    def _branch_faults(self, branches: list[Schema], value: JsonValue, way: Way) -> Iterator[Fault]:
        """Yield what is wrong with a value for the one of `branches` that is meant: at most one can fit."""
        if isinstance(value, dict):
            for tag in TAGS:
                if all(tag in branch.get("properties", {}) for branch in branches):
                    yield from self._tagged_faults(branches, value, way, tag)
                    return
        meant = [branch for branch in branches if _is_of_type(value, branch["type"])]
        if meant:
            yield from self.faults(meant[0], value, way)
        else:
            yield Fault("type", way, [branch["type"] for branch in branches], value)

    def _tagged_faults(
        self, branches: list[Schema], value: dict[str, JsonValue], way: Way, tag: str
    ) -> Iterator[Fault]:
        if tag not in value:
            yield Fault("required", way, tag, value)
            return
        meant = [branch for branch in branches if self._fits(branch["properties"][tag], value[tag])]
        if meant:
            yield from self.faults(meant[0], value, way)
        else:
            known = [name for branch in branches for name in branch["properties"][tag].get("enum", ())]
            yield Fault("oneOf", (*way, tag), known, value[tag])


def _is_of_type(value: JsonValue, wanted: str | list[str]) -> bool:
    names = [wanted] if isinstance(wanted, str) else wanted
    if isinstance(value, bool):
        return "boolean" in names
    return any(isinstance(value, _TYPES[name]) for name in names)


def _is_equal(value: JsonValue, wanted: JsonValue) -> bool:
    return type(value) is type(wanted) and value == wanted


def _are_all_text(value: list[JsonValue]) -> bool:
    return all(type(item) is str for item in value)


def _scalar_faults(schema: Schema, value: JsonValue, way: Way) -> Iterator[Fault]:
    for keyword, holds in _SCALAR_KEYWORDS.items():
        if keyword in schema and not holds(value, schema[keyword]):
            yield Fault(keyword, way, schema[keyword], value)


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_SCALAR_KEYWORDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "minimum": lambda value, least: not _is_number(value) or value >= least,
    "maximum": lambda value, most: not _is_number(value) or value <= most,
    "minLength": lambda value, least: not isinstance(value, str) or len(value) >= least,
    "maxLength": lambda value, most: not isinstance(value, str) or len(value) <= most,
    "pattern": lambda value, pattern: not isinstance(value, str) or _search(pattern, value),
}


def _search(pattern: str, text: str) -> bool:
    return _compile(pattern).search(text) is not None


@lru_cache(maxsize=64)
def _compile(pattern: str) -> re.Pattern[str]:
    # In a schema's regular expressions `$` is the end of the text; in Python's it may stand before a last line break.
    return re.compile(re.sub(r"\$$", r"\\Z", pattern))
