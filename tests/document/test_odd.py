"""Unusual and malformed notebooks, one of each kind: what works keeps its bytes, the rest is refused with its place."""

from __future__ import annotations

import json

import pytest

from nbkit.document import notebook_from_bytes, notebook_to_bytes
from nbkit.errors import ConflictedNotebook, MalformedNotebook, NotebookError, UnsupportedVersion
from tests.strategies import BOM, Content, Spelling, spell

CELL: Content = {
    "cell_type": "code",
    "execution_count": None,
    "id": "abcd1234",
    "metadata": {},
    "outputs": [],
    "source": ["print(1)\n", "2"],
}
OUTPUT: Content = {"name": "stdout", "output_type": "stream", "text": ["secret\n"]}


def notebook(cell: Content | None = None, **members: object) -> Content:
    whole = {"cells": [CELL | (cell or {})], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return whole | members


def without(key: str) -> Content:
    cell = {name: value for name, value in CELL.items() if name != key}
    return notebook() | {"cells": [cell]}


STANDARD = spell(notebook())
DIRTY = spell(notebook({"execution_count": 3, "outputs": [OUTPUT]}))
OLD: Content = {
    "metadata": {"name": "x"},
    "nbformat": 3,
    "nbformat_minor": 0,
    "worksheets": [{"cells": [{"cell_type": "code", "input": ["a\n"], "language": "python", "outputs": []}]}],
}
MARKDOWN: Content = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["![](attachment:a.png)"]}
ATTACHMENT: Content = MARKDOWN | {"attachments": {"a.png": {"image/png": "aGVsbG8="}}}
MIXED: Content = {"metadata": {"tags": ["keep_output"]}, "outputs": [OUTPUT, {"output_type": "error", "ename": "E"}]}


def metadata(value: bytes) -> bytes:
    return STANDARD.replace(b'"metadata": {}', b'"metadata": {"f": ' + value + b"}", 1)


WORKING = {
    "dirty": DIRTY,
    "clean": STANDARD,
    "nbformat 3": spell(OLD),
    "no final newline": STANDARD.rstrip(),
    "CRLF": spell(notebook(), Spelling(newline="\r\n")),
    "CRLF, dirty": DIRTY.replace(b"\n", b"\r\n"),
    "indent 4": spell(notebook(), Spelling(indent="    ")),
    "compact": spell(notebook(), Spelling(indent=None, comma=", ")),
    "unicode escapes": spell(notebook({"source": ["é😀"]}), Spelling(is_ascii=True)),
    "a lone surrogate": spell(notebook({"source": ["\ud83d"]})),
    "numbers": metadata(b"[123456789012345678901234567890, 1.00, 1E+2, -0.0, 1e-7]"),
    "1e400": metadata(b"1e400"),
    "NaN": metadata(b"NaN"),
    "-Infinity": metadata(b"-Infinity"),
    "source in one string": spell(notebook({"source": "print(1)\n2"})),
    "source unsplit in a list": spell(notebook({"source": ["print(1)\n2"]})),
    "no outputs": spell(without("outputs")),
    "no execution count": spell(without("execution_count")),
    "no metadata in a cell": spell(without("metadata")),
    "attachments": spell(notebook() | {"cells": [ATTACHMENT]}),
    "widgets": spell(notebook(metadata={"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}}})),
    "a byte order mark": BOM + STANDARD,
    "unsorted keys": spell({"nbformat": 4, **notebook()}, Spelling(is_sorted=False)),
    "an unknown key in a cell": spell(notebook({"zzz": {"a": [1]}})),
    "an unknown key on top": spell(notebook(zzz=[1])),
    "nbformat 4.5 without ids": spell(without("id")),
    "keep_output that is false": spell(notebook({"metadata": {"keep_output": False}, "outputs": [OUTPUT]})),
    "tags": spell(notebook() | {"cells": [CELL, CELL | {"metadata": {"tags": ["a", "b"]}}, MARKDOWN]}),
    "nbformat 4.6": spell(notebook(nbformat_minor=6)),
    "a NUL, escaped": spell(notebook({"source": ["a\x00b"]})),
    "two final newlines": STANDARD + b"\n",
    "outputs, some to be kept": spell(notebook(MIXED)),
    "nested 100 deep": metadata(b"[" * 100 + b"]" * 100),
    "nested 3,000 deep": metadata(b'{"a":' * 3000 + b"1" + b"}" * 3000),
}


@pytest.mark.parametrize("data", WORKING.values(), ids=WORKING.keys())
def test_what_is_unusual_is_read_and_written_as_it_was(data: bytes) -> None:
    notebook = notebook_from_bytes(data)
    assert notebook.cells
    assert notebook_to_bytes(notebook) == data


@pytest.mark.parametrize("data", WORKING.values(), ids=WORKING.keys())
def test_what_is_unusual_keeps_its_bytes_around_an_edit(data: bytes) -> None:
    read = notebook_from_bytes(data)
    written = notebook_to_bytes(read.replace(zzzz=1))
    again = notebook_from_bytes(written)
    assert [bytes(cell.text or b"") for cell in again.cells] == [bytes(cell.text or b"") for cell in read.cells]
    assert notebook_to_bytes(again.replace(without=["zzzz"])) == data


CUT = STANDARD[:200]
CONFLICT = STANDARD.replace(
    b'   "id": "abcd1234",\n', b'<<<<<<< HEAD\n   "id": "a",\n=======\n   "id": "b",\n>>>>>>> other\n'
)
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12\n"
DUPLICATE = STANDARD.replace(b'   "outputs": [],\n', b'   "outputs": [1],\n   "outputs": [],\n')
REFUSED: dict[str, tuple[bytes, type[NotebookError], str]] = {
    "empty": (b"", MalformedNotebook, "1:1: expected a notebook, got an empty file"),
    "white space": (b" \n", MalformedNotebook, "1:1: expected a notebook, got white space only"),
    "cut off": (CUT, MalformedNotebook, "got the end of the file; the file is cut off"),
    "a trailing comma": (
        STANDARD.replace(b"5\n}", b"5,\n}"),
        MalformedNotebook,
        "18:1: expected a key in double quotes, got '}'",
    ),
    "a conflict": (CONFLICT, ConflictedNotebook, "6:1: expected a notebook, got git's conflict marker '<<<<<<< HEAD'"),
    "a list": (b"[1, 2]\n", MalformedNotebook, "1:1: expected a notebook, got a list"),
    "an object": (b'{"a": 1}\n', MalformedNotebook, "got an object with neither 'nbformat' nor 'cells'"),
    "a duplicate key": (
        DUPLICATE,
        MalformedNotebook,
        "9:4: expected 'outputs' once, got it twice; keep one of the two",
    ),
    "Latin-1": (
        STANDARD.replace(b"print", b"pr\xefnt"),
        MalformedNotebook,
        "10:8: expected UTF-8, got byte 0xef; save it as UTF-8",
    ),
    "a surrogate in UTF-8": (STANDARD.replace(b"print", b"\xed\xa0\x80"), MalformedNotebook, "10:6: expected UTF-8"),
    "UTF-16": (STANDARD.decode().encode("utf-16"), MalformedNotebook, "1:1: expected UTF-8, got UTF-16 or UTF-32"),
    "UTF-16 without a mark": (
        STANDARD.decode().encode("utf-16-be"),
        MalformedNotebook,
        "1:1: expected UTF-8, got UTF-16",
    ),
    "a git-lfs pointer": (LFS, MalformedNotebook, "1:1: expected a value, got 'version https://'"),
    "nbformat 5": (spell(notebook(nbformat=5)), UnsupportedVersion, "16:2: expected nbformat 1 to 4, got 5"),
    "nbformat in words": (
        spell(notebook(nbformat="4")),
        MalformedNotebook,
        "16:2: expected a whole number as nbformat, got text",
    ),
    "a NUL, raw": (
        STANDARD.replace(b"print", b"pr\x00nt"),
        MalformedNotebook,
        "10:8: expected a closing double quote, got control character 0x00",
    ),
    "cells and worksheets": (
        spell(notebook(worksheets=[{"cells": []}])),
        MalformedNotebook,
        "18:2: expected no 'worksheets' in a notebook of nbformat 4, got 'worksheets'",
    ),
    "nbformat 3 without worksheets": (
        spell(notebook(nbformat=3)),
        MalformedNotebook,
        "1:1: expected 'worksheets' in a notebook of nbformat 3, got no 'worksheets'",
    ),
    "cells that are no list": (
        spell(notebook(cells={})),
        MalformedNotebook,
        "2:11: expected a list, got an object",
    ),
    "a cell that is text": (spell(notebook(cells=[CELL, "x"])), MalformedNotebook, "14:3: expected a cell, got text"),
    "a worksheet that is null": (
        spell(OLD | {"worksheets": [None]}),
        MalformedNotebook,
        "8:3: expected a worksheet, got null",
    ),
}


@pytest.mark.parametrize(("data", "kind", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_notebook_is_refused_with_its_place(data: bytes, kind: type[NotebookError], message: str) -> None:
    with pytest.raises(NotebookError) as caught:
        notebook_from_bytes(data, "a.ipynb")
    assert type(caught.value) is kind
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"a.ipynb:{caught.value.where.line}:{caught.value.where.column}: expected ")


def test_the_standard_case_is_laid_out_as_nbformat_does_it() -> None:
    assert json.loads(STANDARD) == notebook()
    assert STANDARD.startswith(b'{\n "cells": [\n  {\n   "cell_type"')
