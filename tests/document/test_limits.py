"""Hostile sizes: nesting that no recursion survives, strings and numbers without end, memory."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import cast

import pytest

from nbkit.document import Notebook, as_notebook, detect_layout, notebook_from_bytes, notebook_to_bytes, scan
from nbkit.errors import MalformedNotebook

DEPTH = 100_000
# 1,000 are more than Python recurses; each thousand takes 20 ms, or more.
SHAPES = {
    "lists": b"[" * 20_000 + b"]" * 20_000,
    "objects": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "lists of cells": b'{"cells":[' * 10_000 + b"]}" * 10_000,
}
OPEN = {"lists": b"[" * DEPTH, "objects": b'{"a":' * DEPTH, "wrong ends": b"[" * DEPTH + b"}" * DEPTH}
measured = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is told by Linux")
deep = pytest.mark.parametrize("value", SHAPES.values(), ids=SHAPES.keys())


def nested(value: bytes) -> bytes:
    cell = b'{"cell_type": "code", "metadata": {"x": %s}, "source": []}' % value
    return b'{"cells": [%s], "metadata": {"x": %s}, "nbformat": 4, "nbformat_minor": 5}' % (cell, value)


@deep
def test_deep_nesting_is_read_written_and_compared(value: bytes) -> None:
    data = nested(value)
    notebook = notebook_from_bytes(data)
    assert notebook_to_bytes(notebook) == data
    assert notebook == notebook_from_bytes(data)
    assert notebook != notebook_from_bytes(data.replace(b'"nbformat_minor": 5', b'"nbformat_minor": 4'))


@deep
def test_an_edit_beside_deep_nesting_leaves_it(value: bytes) -> None:
    data = nested(value)
    edited = notebook_from_bytes(data).map_cells(lambda _, cell: cell.replace(cell_type="raw"))
    edited = edited.replace(metadata={**edited.metadata, "y": 1})
    expected = data.replace(b'"code"', b'"raw"').replace(b'}, "nbformat":', b', "y": 1}, "nbformat":')
    assert notebook_to_bytes(edited) == expected


@deep
def test_deep_nesting_in_a_plain_dict_is_written_in_reasonable_size(value: bytes) -> None:
    notebook = notebook_from_bytes(nested(value))
    made = as_notebook(notebook.to_dict())
    written = notebook_to_bytes(made)
    assert len(written) < 10_000_000
    assert notebook_from_bytes(written) == notebook


def test_nesting_of_100_000_is_a_value_like_any_other() -> None:
    data = b'{"cells": [], "metadata": {"x": %s}}' % (b"[" * DEPTH + b"]" * DEPTH)
    notebook = notebook_from_bytes(data)
    assert notebook_to_bytes(notebook) == data
    assert notebook_to_bytes(notebook.replace(nbformat=4)) == data[:-1] + b', "nbformat": 4}'


@pytest.mark.parametrize("value", OPEN.values(), ids=OPEN.keys())
def test_100_000_open_brackets_are_refused_at_their_end(value: bytes) -> None:
    at = len(b'{"cells": ') + len(value.rstrip(b"}")) + 1
    with pytest.raises(MalformedNotebook, match=rf"^<notebook>:1:{at}: expected a value, got "):
        notebook_from_bytes(b'{"cells": ' + value)


def change_innermost(notebook: Notebook) -> Notebook:
    metadata = cast("dict[str, object]", notebook.to_dict()["metadata"])
    at: object = metadata["x"]
    while isinstance(at, list) and at:
        at = at[0]
    assert at == []
    assert isinstance(at, list)
    at.append("new")
    return notebook.replace(metadata=metadata)


def test_a_change_5_000_levels_down_is_written() -> None:
    data = nested(b"[" * 5000 + b"]" * 5000)
    changed = change_innermost(notebook_from_bytes(data))
    written = notebook_to_bytes(changed)
    assert notebook_from_bytes(written) == changed
    assert written.startswith(data[: data.rindex(b"[" * 5000)])


def test_an_integer_of_5_000_digits_is_kept_and_read_as_a_float() -> None:
    data = nested(b"9" * 5000)
    notebook = notebook_from_bytes(data)
    assert notebook.metadata == {"x": float("inf")}
    assert notebook_to_bytes(notebook) == data
    edited = notebook_to_bytes(notebook.replace(metadata={**notebook.metadata, "y": 1}))
    assert edited == data.replace(b'}, "nbformat":', b', "y": 1}, "nbformat":')


def test_a_plain_dict_with_an_integer_of_5_000_digits_is_refused_with_its_way() -> None:
    with pytest.raises(
        TypeError, match=r"^metadata\.x\[1\]: expected an integer of at most 4,300 digits, got a longer"
    ):
        as_notebook({"cells": [], "metadata": {"x": [1, 10**5000]}})
    assert b"1" + b"0" * 4299 in notebook_to_bytes(as_notebook({"cells": [], "metadata": {"x": 10**4299}}))


def test_a_long_run_of_quotes_does_not_slow_the_search_for_a_layout() -> None:
    data = b'{"cells":[{"source":["' + b'\\"' * 200_000 + b'"]}]}'
    start = perf_counter()
    detect_layout(data)
    # Minutes where each quote starts the search anew.
    assert perf_counter() - start < 5


def test_checking_a_long_string_of_escapes_takes_no_memory_beside_it() -> None:
    text = b'["' + b"\\n" * 20_000_000 + b'"]'
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    scan.check(text)
    # 320 MB where the pattern keeps a point to come back to for each escape.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


# Not getrusage: there a new process begins with the peak of the one that started it.
_PEAK = "\nimport re; print(re.search('VmHWM: *([0-9]+)', open('/proc/self/status').read().replace('\\t', ' '))[1])"
_EDIT = """
import sys
from nbkit.document import read_notebook, write_notebook
notebook = read_notebook(sys.argv[1])
edited = notebook.map_cells(lambda index, cell: cell.replace(source="edited") if index == 1 else cell)
write_notebook(edited, sys.argv[2])
"""


def peak_kb(code: str, *arguments: str) -> int:
    """The peak memory, in KiB, of a Python process that runs `code`."""
    command = [sys.executable, "-c", code + _PEAK, *arguments]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def write_large(path: Path, *, cell_count: int, end: bytes = b"") -> None:
    """Write a notebook of about 30 MB whose outputs are spread over `cell_count` cells."""
    line = b'\n      "0.123456789 0.123456789 0.123456789 0.123456789\\n"'
    lines = b",".join([line] * (30_000_000 // len(line) // cell_count))
    output = b'{"output_type": "stream", "name": "stdout", "text": [' + lines + b"]}"
    cell = b'\n  {"cell_type": "code", "metadata": {}, "outputs": [' + output + b'], "source": []}'
    path.write_bytes(b'{"cells": [' + b",".join([cell] * cell_count) + b'], "nbformat": 4, "nbformat_minor": 4}' + end)


@measured
@pytest.mark.slow
@pytest.mark.parametrize("cell_count", [2, 300, 20_000])
@pytest.mark.parametrize("end", [b"", b"NaN"], ids=["plain", "with NaN"])
def test_reading_editing_and_writing_30_mb_stays_within_the_budget(tmp_path: Path, cell_count: int, end: bytes) -> None:
    path = tmp_path / "large.ipynb"
    write_large(path, cell_count=cell_count)
    if end:
        path.write_bytes(path.read_bytes()[:-1] + b', "metadata": {"x": NaN}}')
    size = path.stat().st_size
    peak = peak_kb(_EDIT, str(path), str(tmp_path / "out.ipynb")) * 1024
    assert peak <= 4 * size + 60_000_000, f"{(peak - 60_000_000) / size:.1f} N + 60 MB"


@measured
@pytest.mark.slow
def test_a_gigabyte_of_spaces_around_a_notebook_is_read_and_kept(tmp_path: Path) -> None:
    path, out = tmp_path / "spaces.ipynb", tmp_path / "out.ipynb"
    spaces = b" " * 500_000_000
    cell = b'{"cell_type": "raw", "metadata": {}, "source": ""}'
    path.write_bytes(spaces + b'{"cells": [' + cell + b"," + cell + b'], "nbformat": 4}' + spaces)
    peak = peak_kb(_EDIT, str(path), str(out)) * 1024
    assert peak <= 4 * path.stat().st_size + 60_000_000
    assert out.read_bytes() == path.read_bytes().replace(cell + b"]", cell.replace(b'""', b'"edited"') + b"]")


@pytest.mark.slow
def test_a_gigabyte_of_spaces_and_nothing_else_is_refused() -> None:
    with pytest.raises(MalformedNotebook, match=r"^<notebook>:1:1: expected a notebook, got white space only$"):
        notebook_from_bytes(b" " * 1_000_000_000)
