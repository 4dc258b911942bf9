"""Load one section of the project's configuration into the value that its room works with."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from typing import Generic, Literal, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from nbkit.errors import SettingsError, UnreadableFile
from nbkit.location import Location

Settings = TypeVar("Settings")

SECTIONS = ("convert", "diff", "git", "merge", "run", "samples", "server", "show", "strip", "validate")

_OWN_FILE = "nbkit.toml"
_SHARED_FILE = "pyproject.toml"

_TYPES_IN_WORDS = {
    "array": "a list",
    "bool": "true or false",
    "date": "a date",
    "datetime": "a date and time",
    "float": "a number",
    "int": "a whole number",
    "null": "nothing",
    "object": "a table",
    "str": "a string",
    "time": "a time of day",
}
_QUOTED_TYPES = re.compile(r"`([a-z]+(?: \| [a-z]+)*)`")
_FIELD_AND_REST = re.compile(r"\.?([\w-]*)(.*)`", re.DOTALL)
_TOML_POSITION = re.compile(r" \(at line (?P<line>\d+), column (?P<column>\d+)\)$")
_TABLE_HEADER = re.compile(r"\s*\[(?P<name>[^\[\]]*)\]")
_KEY = re.compile(r"\s*[\"']?(?P<key>[\w-]+)[\"']?\s*[.=]")


class Loaded(NamedTuple, Generic[Settings]):
    """The settings, and the file that they come from: None when they are all defaults."""

    value: Settings
    path: str | None


class _Table(NamedTuple):
    """nbkit's own table of a configuration file; `prefix` is what stands before a section's name there."""

    path: str
    text: str
    prefix: str
    content: Mapping[str, object]


def load_settings(
    section: str,
    model: type[Settings],
    *,
    start: str | os.PathLike[str],
    config: str | os.PathLike[str] | None = None,
) -> Loaded[Settings]:
    """Return `section` of the configuration as a `model`, a frozen msgspec.Struct or dataclass.

    The file is `config`, or else the first of nbkit.toml and a pyproject.toml with a [tool.nbkit]
    table in `start` or the nearest folder above that has one. Keys are the field names with
    hyphens; what is not given keeps the model's default. Raises SettingsError for a file that is
    not TOML, an unknown section or key, and a value of the wrong kind, UnreadableFile for one that
    cannot be read.
    """
    if section not in SECTIONS:
        raise ValueError(f"expected one of {', '.join(SECTIONS)}, got {section!r}")
    table = _find_table(os.path.abspath(start)) if config is None else _read_given(os.fspath(config))
    if table is None:
        return Loaded(msgspec.convert({}, model), None)
    sections = {name: _check_section(name, content, table) for name, content in table.content.items()}
    return Loaded(_convert(sections.get(section, {}), model, section, table), table.path)


def _find_table(folder: str) -> _Table | None:
    while True:
        for name in (_OWN_FILE, _SHARED_FILE):
            path = os.path.join(folder, name)
            if os.path.lexists(path) and (table := _read_table(path)):
                return table
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def _read_given(path: str) -> _Table:
    table = _read_table(path)
    if table is None:
        raise SettingsError(Location(path), "expected a [tool.nbkit] table, got none")
    return table


def _read_table(path: str) -> _Table | None:
    """Return what the file says about nbkit; None for a pyproject.toml that has no [tool.nbkit]."""
    data = _read(path)
    is_shared = os.path.basename(path) == _SHARED_FILE
    # Parsing takes some ms, and most projects' pyproject.toml says nothing about nbkit.
    if is_shared and b"nbkit" not in data:
        return None
    text = _decode(data, path)
    content = _parse(text, path)
    if not is_shared:
        return _Table(path, text, "", content)
    tool = content.get("tool")
    own = tool.get("nbkit") if isinstance(tool, dict) else None
    if own is None:
        return None
    if not isinstance(own, dict):
        raise SettingsError(Location(path, field="tool.nbkit"), f"expected a table, got {_describe(own)}")
    return _Table(path, text, "tool.nbkit.", own)


def _read(path: str) -> bytes:
    try:
        # What is there under this name is meant: a link to nothing or a pipe must not pass for no settings.
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise UnreadableFile(Location(path), "expected a file of settings, got what is no ordinary file")
        with open(path, "rb") as file:
            return file.read()
    except UnreadableFile:
        raise
    except OSError as error:
        raise UnreadableFile(Location(path), f"cannot be read: {error.strerror or error}") from error


def _decode(data: bytes, path: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(
            Location(path, line=line), f"expected UTF-8, got the byte 0x{data[error.start]:02x}"
        ) from error


def _parse(text: str, path: str) -> dict[str, object]:
    import tomllib  # costs 4 ms, and most runs find no file

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        found = _TOML_POSITION.search(message)
        line = int(found["line"]) if found else text.count("\n") + 1
        column = int(found["column"]) if found else None
        reason = message[: found.start()] if found else message.removesuffix(" (at end of document)")
        raise SettingsError(Location(path, line=line, column=column), f"expected TOML: {reason}") from error


def _check_section(name: str, content: object, table: _Table) -> dict[str, object]:
    where = Location(table.path, field=table.prefix + name, line=_find_line(table, "", name))
    if name not in SECTIONS:
        remedy = "write [strip] instead of [tool.nbkit.strip]" if name == "tool" else _suggest(name, SECTIONS)
        raise SettingsError(where, f"unknown section {table.prefix}{name}; {remedy}")
    if not isinstance(content, dict):
        raise SettingsError(where, f"expected a table [{table.prefix}{name}], got {_describe(content)}")
    return content


def _convert(content: Mapping[str, object], model: type[Settings], section: str, table: _Table) -> Settings:
    names = _find_field_names(model)
    for key in content:
        if key not in names:
            where = _locate(table, section, key)
            raise SettingsError(where, f"unknown key {key} in [{table.prefix}{section}]; {_suggest(key, names)}")
    values = {names[key]: value for key, value in content.items()}
    try:
        return msgspec.convert(values, model)
    except msgspec.ValidationError as error:
        raise _explain(error, model, names, section, table) from error


def _find_field_names(model: type[object]) -> dict[str, str]:
    """Return, for each key, what msgspec calls the field."""
    if issubclass(model, msgspec.Struct):
        fields = msgspec.structs.fields(model)
        return {field.name.replace("_", "-"): field.encode_name for field in fields}
    import dataclasses

    if not dataclasses.is_dataclass(model):
        raise TypeError(f"expected a msgspec.Struct or a dataclass, got {model.__name__}")
    return {field.name.replace("_", "-"): field.name for field in dataclasses.fields(model)}


def _explain(
    error: msgspec.ValidationError, model: type[object], names: Mapping[str, str], section: str, table: _Table
) -> SettingsError:
    """Return msgspec's complaint in the words of someone who writes TOML, at the key that it is about."""
    message, field, inner = _split_complaint(str(error))
    key = next((key for key, name in names.items() if name == field), "")
    choices = _find_choices(model, key.replace("-", "_"))
    if choices and message.startswith("Invalid enum value "):
        message = f"expected one of {', '.join(choices)}, got {message.removeprefix('Invalid enum value ')}"
    message = _QUOTED_TYPES.sub(lambda types: _put_in_words(types[1]), message)
    message = message[:1].lower() + message[1:]
    return SettingsError(_locate(table, section, key), f"{key}{inner}: {message}" if key else message)


def _split_complaint(complaint: str) -> tuple[str, str, str]:
    """Return the message of "MESSAGE - at `$.field[0]`", the field, and the way from there on."""
    message, _, way = complaint.partition(" - at `$")
    found = _FIELD_AND_REST.fullmatch(way)
    return (message, found[1], found[2]) if found else (message, "", "")


def _find_choices(model: type[object], name: str) -> tuple[str, ...]:
    kind = get_type_hints(model).get(name)
    return tuple(map(repr, get_args(kind))) if get_origin(kind) is Literal else ()


def _put_in_words(types: str) -> str:
    return " or ".join(_TYPES_IN_WORDS.get(name, name) for name in types.split(" | "))


def _describe(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    words = {dict: "object", float: "float", int: "int", list: "array", str: "str"}
    return _TYPES_IN_WORDS.get(words.get(type(value), ""), "a date or time")


def _suggest(name: str, known: Mapping[str, str] | tuple[str, ...]) -> str:
    import difflib  # costs 3 ms, for messages only

    nearest = difflib.get_close_matches(name.replace("_", "-").lower(), known, n=1)
    return f"did you mean {nearest[0]}?" if nearest else f"known are {', '.join(known) or 'none'}"


def _locate(table: _Table, section: str, key: str) -> Location:
    field = f"{table.prefix}{section}.{key}".rstrip(".")
    return Location(table.path, field=field, line=_find_line(table, section, key))


def _find_line(table: _Table, section: str, key: str) -> int | None:
    """Return the line where `key` is set under the header of `section`, as far as reading line by line shows it.

    With no section, the line where the section `key` starts.
    """
    header = f"{table.prefix}{section}".rstrip(".")
    current = ""
    for number, line in enumerate(table.text.splitlines(), start=1):
        if found := _TABLE_HEADER.match(line):
            current = found["name"].replace(" ", "")
            if not section and (current == table.prefix + key or current.startswith(f"{table.prefix}{key}.")):
                return number
        elif current == header and (found := _KEY.match(line)) and found["key"] == key:
            return number
    return None
