"""Problems that exist only in bytes: what a file is spelled in, whether it is JSON, and what in it is no plain JSON."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from nbkit.document import BOM, READER_DEPTH, Oddity, OddityKind, SyntaxFault, find_oddities, find_syntax_fault
from nbkit.validate.problem import Finding

_UTF_32_AND_16 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LFS_POINTER = b"version https://git-lfs"
_MARKER = re.compile(rb"^(?:(<<<<<<<|\|\|\|\|\|\|\||>>>>>>>)(?: ([^\r\n]*))?|(=======))\r?$", re.MULTILINE)
_RESOLVE = "resolve it (git checkout --ours or --theirs takes one side)"
_BAD_BYTES = re.compile("[\udc80-\udcff]+")


class ReadFile(NamedTuple):
    """What there is to say about a file as a file; `text` is its JSON, the same length, None where there is none."""

    findings: list[Finding]
    text: bytes | None


def check_file(data: bytes) -> ReadFile:
    """Return the problems of `data` as UTF-8 and as JSON, and the text that can be looked into further.

    Bytes that are no UTF-8 stand in it as question marks, so that the rest can be looked at.
    """
    if data.startswith(_UTF_32_AND_16) or b"\x00" in data[:4]:
        return ReadFile([Finding("NB001", (), "expected UTF-8, got UTF-16 or UTF-32; save it as UTF-8", 0)], None)
    if not data or data.isspace():
        got = "white space only" if data else "an empty file"
        return ReadFile([Finding("NB003", (), f"expected a notebook, got {got}; restore it, or delete it", 0)], None)
    if data.startswith(_LFS_POINTER):
        got = "a git-lfs pointer; run git lfs pull"
        return ReadFile([Finding("NB010", (), f"expected a notebook, got {got}", 0)], None)
    findings = []
    text = data
    if data.startswith(BOM):
        message = "expected no byte order mark, got one; `nbkit validate --fix` removes it"
        findings.append(Finding("NB002", (), message, 0))
    if bad := _find_bad_bytes(data):
        findings.append(bad)
        text = data.decode(errors="surrogateescape").encode(errors="replace")
    start = len(BOM) if data.startswith(BOM) else 0
    if fault := find_syntax_fault(text, start):
        return ReadFile([*findings, *_tell_syntax(text, start, fault)], None)
    findings += map(tell_oddity, find_oddities(text, start))
    return ReadFile(findings, text)


def _find_bad_bytes(data: bytes) -> Finding | None:
    """Return one finding for all bytes that are no UTF-8: they have one cause, another encoding."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        first = error.start
    else:
        return None
    count = len(_BAD_BYTES.findall(data.decode(errors="surrogateescape")))
    others = f" and the like in {count - 1} more {'place' if count == 2 else 'places'}" if count > 1 else ""
    return Finding("NB001", (), f"expected UTF-8, got the byte 0x{data[first]:02x}{others}; save it as UTF-8", first)


def _tell_syntax(text: bytes, start: int, fault: SyntaxFault) -> Iterator[Finding]:
    conflicts = _find_conflicts(text)
    for conflict in conflicts:
        yield _tell_conflict(text, conflict)
    if conflicts:
        if any(conflict.end is None for conflict in conflicts):
            return
        # What is wrong beside the conflicts is seen once one side of each is taken.
        beside = find_syntax_fault(_take_ours(text, conflicts), start)
        if beside is None:
            return
        fault = beside
    remedy = f"; {fault.remedy}" if fault.remedy else ""
    yield Finding("NB005", (), f"expected {fault.expected}, got {fault.got}{remedy}", fault.offset)


class _Conflict(NamedTuple):
    """The lines of a conflict, by offset: its opening marker, where its other sides begin, its end."""

    start: int
    others: int | None
    end: int | None
    sides: tuple[bytes, bytes]


def _find_conflicts(text: bytes) -> list[_Conflict]:
    """Return the conflicts that git left. A line break cannot stand inside a JSON string, so no cell holds one."""
    found: list[_Conflict] = []
    for match in _MARKER.finditer(text):
        kind, name = match[1] or match[3], match[2] or b""
        is_open = bool(found) and found[-1].end is None
        if kind == b"<<<<<<<":
            found.append(_Conflict(match.start(), None, None, (name, b"")))
        elif is_open and kind == b">>>>>>>":
            found[-1] = found[-1]._replace(end=match.end(), sides=(found[-1].sides[0], name))
        elif is_open and found[-1].others is None:
            found[-1] = found[-1]._replace(others=match.start())
    return found


def _tell_conflict(text: bytes, conflict: _Conflict) -> Finding:
    ours, theirs = (name.decode(errors="replace")[:60] for name in conflict.sides)
    if conflict.end is None:
        got = f"a merge conflict that begins with '{f'<<<<<<< {ours}'.rstrip()}' and does not end"
    else:
        lines = text.count(b"\n", conflict.start, conflict.end) + 1
        got = f"a merge conflict of {lines} lines" + (f" between '{ours}' and '{theirs}'" if ours and theirs else "")
    return Finding("NB004", (), f"expected a notebook, got {got}; {_RESOLVE}", conflict.start)


def _take_ours(text: bytes, conflicts: list[_Conflict]) -> bytes:
    """Return `text` with spaces in place of all of the conflicts but the first side of each: offsets stay."""
    parts, place = [], 0
    for conflict in conflicts:
        line_end = text.find(b"\n", conflict.start)
        others = conflict.others if conflict.others is not None else conflict.start
        assert conflict.end is not None, "whole conflicts only"
        parts += [text[place : conflict.start], b" " * (line_end - conflict.start), text[line_end:others]]
        parts.append(b" " * (conflict.end - max(others, line_end)))
        place = conflict.end
    return b"".join([*parts, text[place:]])


def tell_oddity(oddity: Oddity) -> Finding:
    """Return the finding for something odd."""
    return Finding(_ODD_RULES[oddity.kind], oddity.way, _describe(oddity), oddity.offset)


_ODD_RULES: dict[OddityKind, str] = {
    "duplicate key": "NB006",
    "no number": "NB007",
    "huge number": "NB007",
    "lone surrogate": "NB008",
    "deep nesting": "NB009",
}


def _describe(oddity: Oddity) -> str:
    if oddity.kind == "duplicate key":
        key = oddity.text if len(oddity.text) <= 60 else oddity.text[:59] + "…"
        return f"expected '{key}' once in its object, got it again; readers see only the last, keep one of them"
    if oddity.kind == "no number":
        return f"expected a number that JSON knows, got {oddity.text}; run the cell again, or write null or text"
    if oddity.kind == "huge number":
        return "expected a number of at most 4300 digits, got more, which Python refuses to read; write it as text"
    if oddity.kind == "lone surrogate":
        return f"expected whole characters, got {oddity.text}, which is half of one; write \\ufffd in its place"
    return f"expected at most {READER_DEPTH} brackets open at once, got more, which Jupyter cannot read; nest less deep"
