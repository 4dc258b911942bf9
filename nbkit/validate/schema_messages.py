"""What the schema finds wrong, as rules and sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from nbkit.document import JsonValue, kind_of
from nbkit.validate.problem import Finding, Way
from nbkit.validate.schema import TAGS, Fault

_KINDS = {
    "object": "an object",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}
_ID_REMEDY = "`nbkit validate --fix` gives the cell a new one"
_FIXED_MEMBERS = ("metadata", "outputs", "execution_count", "nbformat_minor")
_SHOWN_LENGTH = 40


def tell_faults(faults: Iterable[Fault], cell: JsonValue = None) -> Iterator[Finding]:
    """Yield a finding for each fault; of several about one id, the first. `cell` is what they are in, if in a cell."""
    has_told_id = False
    for fault in faults:
        finding = _tell(fault, cell)
        if finding.rule == "NB108":
            if has_told_id:
                continue
            has_told_id = True
        yield finding


def _tell(fault: Fault, cell: JsonValue) -> Finding:
    if _is_cell_id(fault.way):
        return _tell_id(fault)
    rule, message = _TELLERS[fault.keyword](fault, cell)
    return Finding(rule, fault.way, message)


def _is_cell_id(way: Way) -> bool:
    return len(way) == 3 and way[0] == "cells" and way[2] == "id"


def _tell_id(fault: Fault) -> Finding:
    got = show(fault.value)
    if fault.keyword == "additionalProperties":
        remedy = "set nbformat_minor to 5, or remove the ids"
        return Finding("NB109", fault.way, f"expected no id in a cell before nbformat 4.5, got {got}; {remedy}")
    expected = "1 to 64 letters, digits, hyphens and underscores as id"
    return Finding("NB108", fault.way, f"expected {expected}, got {got}; {_ID_REMEDY}")


def _tell_missing(fault: Fault, cell: JsonValue) -> tuple[str, str]:
    name = str(fault.wanted)
    if _is_cell_id((*fault.way, name)):
        return "NB107", f"expected an id, which nbformat 4.5 requires of every cell, got none; {_ID_REMEDY}"
    holder = _name_holder(fault.way, cell)
    is_fixed = name in _FIXED_MEMBERS and (not fault.way or (len(fault.way) == 2 and fault.way[0] == "cells"))
    remedy = "`nbkit validate --fix` adds it" if is_fixed else "add it"
    return "NB101", f"expected '{name}' in {holder}, got none; {remedy}"


def _tell_type(fault: Fault, _: JsonValue) -> tuple[str, str]:
    wanted = [fault.wanted] if isinstance(fault.wanted, str) else fault.wanted
    kinds = " or ".join(
        "a list of lines" if name == "array" and "string" in wanted else _KINDS[name] for name in wanted
    )
    return "NB102", f"expected {kinds}{_as_what(fault.way)}, got {show(fault.value)}"


def _tell_unknown(fault: Fault, cell: JsonValue) -> tuple[str, str]:
    *_, name = fault.way
    holder = _name_holder(fault.way[:-1], cell)
    known = ", ".join(fault.wanted)
    remedy = "move it into the metadata, or remove it"
    return "NB103", f"expected nothing but {known} in {holder}, got '{_cut(str(name))}'; {remedy}"


def _tell_choice(fault: Fault, _: JsonValue) -> tuple[str, str]:
    choices = [show(choice) for choice in fault.wanted]
    known = f"{', '.join(choices[:-1])} or {choices[-1]}" if len(choices) > 1 else choices[0]
    tag = str(fault.way[-1]) if fault.way else ""
    rule = {"cell_type": "NB105", "output_type": "NB106"}.get(tag, "NB104")
    return rule, f"expected {known}{_as_what(fault.way)}, got {show(fault.value)}"


def _tell_double(fault: Fault, _: JsonValue) -> tuple[str, str]:
    return "NB104", f"expected each of the tags once, got {show(fault.value)} again; remove one of the two"


def _bound(expected: str) -> Callable[[Fault, JsonValue], tuple[str, str]]:
    def tell(fault: Fault, _: JsonValue) -> tuple[str, str]:
        wanted = expected.format(fault.wanted)
        return "NB104", f"expected {wanted}{_as_what(fault.way)}, got {show(fault.value)}"

    return tell


def _tell_pattern(fault: Fault, _: JsonValue) -> tuple[str, str]:
    wanted = {"^.+$": "one line of text, not empty,", "^[^,]+$": "text without commas, not empty,"}.get(
        str(fault.wanted), f"text that matches {fault.wanted}"
    )
    return "NB104", f"expected {wanted}{_as_what(fault.way)}, got {show(fault.value)}"


_TELLERS: Mapping[str, Callable[[Fault, JsonValue], tuple[str, str]]] = {
    "required": _tell_missing,
    "type": _tell_type,
    "additionalProperties": _tell_unknown,
    "enum": _tell_choice,
    "oneOf": _tell_choice,
    "uniqueItems": _tell_double,
    "minimum": _bound("{} or more"),
    "maximum": _bound("{} or less"),
    "minLength": _bound("{} characters or more"),
    "maxLength": _bound("{} characters or less"),
    "pattern": _tell_pattern,
    "not": _bound("another value"),
}


def _as_what(way: Way) -> str:
    """Return what the value at `way` is there as: ` as source`, ` as an item of traceback`."""
    if not way or way[-1] == "cells":
        return ""
    if isinstance(way[-1], str):
        return f" as {_cut(way[-1])}"
    holder = way[-2] if len(way) > 1 else ""
    if holder == "cells":
        return " as a cell"
    return " as a line" if holder in ("source", "text") else f" as an item of {holder}"


def _name_holder(way: Way, cell: JsonValue) -> str:
    """Return what the object at `way` is, in words."""
    if not way:
        return "the notebook"
    if len(way) == 2 and way[0] == "cells":
        return _name_tagged(cell, "cell")
    if len(way) == 4 and way[2] == "outputs":
        outputs = cell.get("outputs") if isinstance(cell, dict) else None
        output = outputs[way[3]] if isinstance(outputs, list) and isinstance(way[3], int) else None
        return _name_tagged(output, "output")
    return f"{_cut(str(way[-1]))}"


def _name_tagged(value: JsonValue, noun: str) -> str:
    tag = next((value[name] for name in TAGS if name in value), None) if isinstance(value, dict) else None
    if not isinstance(tag, str) or not tag:
        return f"a {noun}" if noun == "cell" else f"an {noun}"
    named = f"{_cut(tag)} {noun}"
    return f"an {named}" if tag[0] in "aeiou" else f"a {named}"


def show(value: JsonValue) -> str:
    """Return a value as a message shows it: short text and numbers themselves, of anything else its kind."""
    if isinstance(value, str):
        return f"'{_cut(value)}'" if value else "empty text"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
        return str(value)
    if isinstance(value, float):
        return repr(value)
    return kind_of(value)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 1] + "…"
