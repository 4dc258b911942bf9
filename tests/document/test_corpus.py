"""The same laws on real notebooks, where NBKIT_CORPUS names a folder of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4.rwbase import split_lines

from nbkit.document import Cell, Notebook, as_notebook, notebook_from_bytes, notebook_to_bytes, read_plain
from nbkit.errors import NotebookError
from tests.document.reading import canonical, is_notebook, load_json
from tests.strategies import BOM

MALFORMED = {
    "09_empty.ipynb": "1:1: expected a notebook, got an empty file",
    "09b_whitespace.ipynb": "1:1: expected a notebook, got white space only",
    "10_invalid_json.ipynb": "35:4: expected a closing double quote, got the end of the file",
    "10b_conflict.ipynb": "17:1: expected a notebook, got git's conflict marker '<<<<<<< HEAD'",
    "10c_not_nb_list.ipynb": "1:1: expected a notebook, got a list",
    "10d_not_nb_obj.ipynb": "1:1: expected a notebook, got an object with neither 'nbformat' nor 'cells'",
    "13_duplicate_keys.ipynb": "8:4: expected 'metadata' once, got it twice",
    "23_latin1.ipynb": "18:6: expected UTF-8, got byte 0xe9",
    "24_utf16.ipynb": "1:1: expected UTF-8, got UTF-16 or UTF-32",
    "25_lfs_pointer.ipynb": "1:1: expected a value, got 'version https://'",
    "26_v5_future.ipynb": "34:2: expected nbformat 1 to 4, got 5",
}


def files(corpus: Path) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(corpus.rglob("*.ipynb")):
        yield path, path.read_bytes()


def readable(corpus: Path) -> Iterator[tuple[bytes, Notebook]]:
    for _, data in files(corpus):
        try:
            yield data, notebook_from_bytes(data)
        except NotebookError:
            continue


def varied(corpus: Path) -> Iterator[tuple[bytes, Notebook]]:
    """All but the revisions of one notebook in pairs and merges, of which only what the merges gave is in."""
    near = [corpus / "pairs", corpus / "merges"]
    for path, data in files(corpus):
        if path.stem in ("base", "local", "remote") and any(folder in path.parents for folder in near):
            continue
        try:
            yield data, notebook_from_bytes(data)
        except NotebookError:
            continue


def is_understood(data: bytes) -> bool:
    try:
        return is_notebook(load_json(data))
    except ValueError:
        return False


def test_every_file_is_read_and_written_as_it_was_or_refused_with_its_place(corpus: Path) -> None:
    count = 0
    for path, data in files(corpus):
        if is_understood(data):
            assert notebook_to_bytes(notebook_from_bytes(data)) == data, path
            count += 1
        else:
            with pytest.raises(NotebookError, match=r"^a:\d+:\d+: expected "):
                notebook_from_bytes(data, "a")
    assert count > 700


def test_the_odd_files_that_are_no_notebooks_are_refused_and_the_others_work(corpus: Path) -> None:
    refused = {}
    for path in sorted((corpus / "odd").iterdir()):
        try:
            notebook_from_bytes(path.read_bytes(), path.name)
        except NotebookError as error:
            refused[path.name] = str(error)
    assert refused.keys() == MALFORMED.keys()
    for name, message in MALFORMED.items():
        assert refused[name].startswith(f"{name}:{message}")


def test_an_edit_of_each_third_cell_leaves_the_bytes_of_the_others(corpus: Path) -> None:
    for _, notebook in readable(corpus):
        changed = notebook.map_cells(lambda index, cell: cell.replace(source="edited") if index % 3 == 0 else cell)
        again = notebook_from_bytes(notebook_to_bytes(changed))
        assert len(again.cells) == len(notebook.cells)
        for index, (before, after) in enumerate(zip(notebook.cells, again.cells, strict=True)):
            if index % 3:
                assert bytes(after.text or b"") == bytes(before.text or b"")
            else:
                assert after.source == "edited"


def test_an_edit_that_is_taken_back_gives_an_equal_notebook(corpus: Path) -> None:
    for _, notebook in varied(corpus):
        old = notebook.cells
        changed = notebook.map_cells(lambda _, cell: cell.replace(source="edited"))
        again = notebook_from_bytes(notebook_to_bytes(changed))
        assert again.map_cells(lambda index, cell, old=old: back_to(cell, old[index])) == notebook  # type: ignore[misc]


def back_to(cell: Cell, old: Cell) -> Cell:
    if cell.source_key not in old.content:
        return cell.replace(without=[cell.source_key])
    return cell.replace(source=old.get(old.source_key))


def test_every_second_cell_can_be_dropped_and_moved(corpus: Path) -> None:
    for _, notebook in readable(corpus):
        if "worksheets" in notebook.tree:
            continue
        chosen = [*notebook.cells[::2]][::-1]
        again = notebook_from_bytes(notebook_to_bytes(notebook.replace(cells=chosen)))
        assert [bytes(cell.text or b"") for cell in again.cells] == [bytes(cell.text or b"") for cell in chosen]
        assert again.replace(cells=[]) == notebook.replace(cells=[])


def test_a_notebook_made_of_what_json_reads_is_equal_and_written_as_nbformat_writes_it(corpus: Path) -> None:
    count = 0
    for data, notebook in varied(corpus):
        made = as_notebook(json.loads(data.removeprefix(BOM)))
        written = notebook_to_bytes(made)
        assert made == notebook
        assert notebook_from_bytes(written) == notebook
        if notebook.major == 4 and (expected := spelled_by_nbformat(data)):
            assert written == expected
            count += 1
    assert count > 300


def spelled_by_nbformat(data: bytes) -> bytes | None:
    """Return `data` as nbformat writes it, what it drops as transient included; None where it fails."""
    node = nbformat.from_dict(json.loads(data.removeprefix(BOM)))  # type: ignore[no-untyped-call]
    try:
        split_lines(node)  # type: ignore[no-untyped-call]
    except (AttributeError, TypeError):
        return None
    text = json.dumps(node, sort_keys=True, indent=1, separators=(",", ": "), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def test_plain_reading_gives_what_json_reads(corpus: Path) -> None:
    count = 0
    for data, _ in readable(corpus):
        if (plain := read_plain(data)) is not None:
            count += 1
            cells = [cell for batch in plain.batches for cell in batch]
            assert canonical({**plain.members, "cells": cells}) == canonical(load_json(data))
    assert count > 700
