"""Every option of nbstripout 0.9.1 that strips has its name and its meaning here; ids stay unless asked otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.cli.commands import DIRTY, run

Cell: TypeAlias = dict[str, object]

STREAM = {"name": "stdout", "output_type": "stream", "text": "out"}
STDERR = {"name": "stderr", "output_type": "stream", "text": "error " * 100}
RESULT = {"data": {"text/plain": "1"}, "execution_count": 7, "metadata": {}, "output_type": "execute_result"}
ERROR = {"ename": "E", "evalue": "", "output_type": "error", "traceback": ["E " * 2000]}
UNCOUNTED = {**RESULT, "execution_count": None}


def make_cell(**changed: object) -> Cell:
    cell: Cell = {"cell_type": "code", "execution_count": 7, "id": "x", "metadata": {}, "source": "1"}
    return {**cell, "outputs": [STREAM, STDERR, RESULT, ERROR], **changed}


def make_notebook(*cells: Cell, metadata: dict[str, object] | None = None) -> bytes:
    return json.dumps({"cells": cells, "metadata": metadata or {}, "nbformat": 4, "nbformat_minor": 5}).encode()


CELL = make_cell()
BARE = make_cell(outputs=[], execution_count=None)


# The table: options, the cells before and the cells after.
EFFECTS: dict[str, tuple[list[str], list[Cell], list[Cell]]] = {
    "none": ([], [CELL], [BARE]),
    "keep_count": (["--keep-count"], [CELL], [make_cell(outputs=[])]),
    "keep_output": (
        ["--keep-output"],
        [CELL],
        [make_cell(outputs=[STREAM, STDERR, UNCOUNTED, ERROR], execution_count=None)],
    ),
    "keep_output_and_count": (["--keep-output", "--keep-count"], [CELL], [CELL]),
    "keep_id": (["--keep-id"], [CELL], [BARE]),
    "keep_id_wins": (["--ids", "sequential", "--keep-id"], [CELL], [BARE]),
    "ids_as_nbstripout_has_them": (["--ids", "sequential"], [CELL, CELL], [{**BARE, "id": "0"}, {**BARE, "id": "1"}]),
    "drop_output_type": (
        ["--keep-output", "--drop-output-type", "error", "stream:stderr"],
        [CELL],
        [make_cell(outputs=[STREAM, UNCOUNTED], execution_count=None)],
    ),
    "keep_output_type": (
        ["--keep-output-type", "stream:stdout", "execute_result"],
        [CELL],
        [make_cell(outputs=[STREAM, UNCOUNTED], execution_count=None)],
    ),
    "max_size": (["--max-size", "500"], [CELL], [make_cell(outputs=[STREAM, UNCOUNTED], execution_count=None)]),
    "max_size_k": (
        ["--max-size", "1k"],
        [CELL],
        [make_cell(outputs=[STREAM, STDERR, UNCOUNTED], execution_count=None)],
    ),
    "max_size_K": (
        ["--max-size", "5K"],
        [CELL],
        [make_cell(outputs=[STREAM, STDERR, UNCOUNTED, ERROR], execution_count=None)],
    ),
    "max_size_M": (
        ["--max-size", "1M"],
        [CELL],
        [make_cell(outputs=[STREAM, STDERR, UNCOUNTED, ERROR], execution_count=None)],
    ),
    "max_size_G": (
        ["--max-size", "1G"],
        [CELL],
        [make_cell(outputs=[STREAM, STDERR, UNCOUNTED, ERROR], execution_count=None)],
    ),
    "max_size_0": (["--max-size", "0"], [CELL], [BARE]),
    "extra_keys": (
        ["--extra-keys", "cell.metadata.foo  cell.metadata.bar.baz"],
        [make_cell(metadata={"foo": 1, "bar": {"baz": 2, "qux": 3}})],
        [{**BARE, "metadata": {"bar": {"qux": 3}}}],
    ),
    "keep_metadata_keys": (
        ["--keep-metadata-keys", "cell.metadata.collapsed cell.metadata.scrolled"],
        [make_cell(metadata={"collapsed": True, "scrolled": False, "hidden": True})],
        [{**BARE, "metadata": {"collapsed": True, "scrolled": False}}],
    ),
    "drop_empty_cells": (["--drop-empty-cells"], [make_cell(source=" \n"), CELL, make_cell(source=[])], [BARE]),
    "drop_tagged_cells": (
        ["--drop-tagged-cells", "a b"],
        [make_cell(metadata={"tags": ["x", "b"]}), CELL, make_cell(metadata={"tags": ["a"]})],
        [BARE],
    ),
    "init_cell": (
        [],
        [make_cell(metadata={"init_cell": True})],
        [make_cell(metadata={"init_cell": True}, outputs=[STREAM, STDERR, UNCOUNTED, ERROR], execution_count=None)],
    ),
    "strip_init_cells": (
        ["--strip-init-cells"],
        [make_cell(metadata={"init_cell": True})],
        [{**BARE, "metadata": {"init_cell": True}}],
    ),
}


@pytest.mark.parametrize("name", EFFECTS)
def test_an_option_has_nbstripouts_effect(name: str) -> None:
    options, before, after = EFFECTS[name]
    done = run(*options, data=make_notebook(*before))
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["cells"] == after


def test_options_may_follow_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(make_notebook(CELL))
    assert run(path, "--keep-output", "--keep-output-type", "error").returncode == 0
    assert json.loads(path.read_bytes())["cells"] == [make_cell(outputs=[ERROR], execution_count=None)]


def test_unix_newlines() -> None:
    data = DIRTY.replace(b"\n", b"\r\n")
    assert b"\r" not in run("--unix-newlines", data=data).stdout
    assert run(data=data).stdout.count(b"\r\n") == run(data=data).stdout.count(b"\n") > 10


def test_notebook_metadata_goes_as_with_nbstripout() -> None:
    metadata: dict[str, object] = {"signature": "x", "widgets": {}, "kernelspec": {"name": "x"}, "language_info": {}}
    done = run("--extra-keys", "metadata.kernelspec", data=make_notebook(metadata=metadata))
    assert json.loads(done.stdout)["metadata"] == {"language_info": {}}


@pytest.mark.parametrize("key", ["foo", "cells.metadata.foo", "metadata"])
def test_an_extra_key_that_names_no_metadata_is_said_and_left_out(key: str) -> None:
    done = run("--extra-keys", f"{key} cell.metadata.bar", data=make_notebook(make_cell(metadata={"foo": 1, "bar": 2})))
    assert (done.returncode, done.stderr.decode()) == (0, f"Ignoring invalid extra key `{key}`\n")
    assert json.loads(done.stdout)["cells"][0]["metadata"] == {"foo": 1}


def test_the_texts_are_nbstripouts(tmp_path: Path) -> None:
    dirty = make_notebook(CELL)
    path = tmp_path / "a.ipynb"
    path.write_bytes(dirty)
    assert run("--dry-run", data=dirty).stdout == b"Dry run: would have stripped input from stdin\n"
    assert run("--dry-run", path).stdout.decode() == f"Dry run: would have stripped {path}\n"
    assert run("--verify", data=dirty).stdout == b"Dry run: would have stripped input from stdin\n"
    assert b"No valid notebook detected on stdin" in run("--dry-run", data=b"{").stderr
    contradiction = make_cell(metadata={"keep_output": False, "tags": ["keep_output"]})
    done = run("--dry-run", data=make_notebook(contradiction))
    expected = "MetadataError: cell metadata contradicts tags: `keep_output` is false, but `keep_output` in tags"
    assert expected in done.stderr.decode()
    assert run("--dry-run", data=make_notebook(BARE)).stdout == b""


def test_the_exit_codes_of_dry_run_and_verify() -> None:
    dirty, clean = make_notebook(CELL), make_notebook(BARE)
    codes = {
        (options, name): run(*options, data=data).returncode
        for options in (("--dry-run",), ("--verify",), ("--dry-run", "--verify"))
        for name, data in (("dirty", dirty), ("clean", clean))
    }
    assert {key for key, code in codes.items() if code == 1} == {
        (("--verify",), "dirty"),
        (("--dry-run", "--verify"), "dirty"),
    }
    assert set(codes.values()) == {0, 1}


def test_version_prints_the_version_alone() -> None:
    done = run("--version")
    assert done.returncode == 0
    assert done.stdout.decode().strip().replace(".", "").isalnum()
