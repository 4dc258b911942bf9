"""`nbkit validate` as people call it: what it prints, what it repairs, and how it ends."""

from __future__ import annotations

import json
import os
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.cli import commands

GOOD = b"""{
 "cells": [],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 5
}
"""
NO_ID = GOOD.replace(
    b'"cells": []', b'"cells": [\n  {\n   "cell_type": "markdown",\n   "metadata": {},\n   "source": []\n  }\n ]'
)


def run(program: str, *arguments: str, data: bytes = b"", cwd: Path | str | None = None) -> CompletedProcess[bytes]:
    return commands.run(*arguments, program=program, data=data, cwd=cwd)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.ipynb").write_bytes(GOOD)
    (tmp_path / "no_id.ipynb").write_bytes(NO_ID)
    return tmp_path


def test_notebooks_without_a_problem_say_nothing_and_exit_with_0(folder: Path) -> None:
    done = run("nbkit", "validate", "good.ipynb", cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_problem_is_a_line_with_its_place_and_exits_with_1(folder: Path) -> None:
    done = run("nbkit", "validate", ".", cwd=folder)
    assert done.returncode == 1
    assert done.stdout.startswith(b"no_id.ipynb:3:3: NB107 expected an id")
    assert done.stdout.count(b"\n") == 1


def test_a_conflicted_notebook_is_a_problem_and_a_missing_one_is_unreadable(folder: Path) -> None:
    (folder / "conflict.ipynb").write_bytes(b'{\n<<<<<<< ours\n"a": 1\n=======\n"a": 2\n>>>>>>> theirs\n}\n')
    done = run("nbkit", "validate", "conflict.ipynb", cwd=folder)
    assert done.returncode == 1
    assert done.stdout.startswith(b"conflict.ipynb:2:1: NB004 ")
    done = run("nbkit", "validate", "conflict.ipynb", "missing.ipynb", cwd=folder)
    assert done.returncode == 2
    assert done.stdout.startswith(b"conflict.ipynb:2:1: NB004 ")
    assert done.stderr == b"nbkit validate: missing.ipynb: cannot be read: No such file or directory\n"


def test_json_holds_every_problem_with_its_place(folder: Path) -> None:
    done = run("nbkit", "validate", "--format", "json", "no_id.ipynb", cwd=folder)
    (problem,) = json.loads(done.stdout)
    assert done.returncode == 1
    assert (problem["rule"], problem["severity"], problem["path"]) == ("NB107", "error", "no_id.ipynb")
    assert (problem["line"], problem["column"], problem["cell_index"]) == (3, 3, 0)


def test_github_annotations_name_file_line_and_rule(folder: Path) -> None:
    done = run("nbkit", "validate", "--format", "github", "no_id.ipynb", cwd=folder)
    assert done.stdout.startswith(b"::error file=no_id.ipynb,line=3,col=3,title=NB107::expected an id")


def test_fix_repairs_in_place_and_says_what_it_did(folder: Path) -> None:
    before = os.stat(folder / "good.ipynb").st_mtime_ns
    done = run("nbkit", "validate", "--fix", ".", cwd=folder)
    assert done.returncode == 0
    assert done.stdout == b""
    assert done.stderr.startswith(b"fixed no_id.ipynb:3:3: NB107 ")
    assert (folder / "no_id.ipynb").read_bytes().replace(b"\n", b"").count(b'"id": ') == 1
    assert run("nbkit", "validate", ".", cwd=folder).returncode == 0
    assert os.stat(folder / "good.ipynb").st_mtime_ns == before


def test_what_cannot_be_fixed_is_still_told(folder: Path) -> None:
    (folder / "no_id.ipynb").write_bytes(NO_ID.replace(b'"markdown"', b'"marked"'))
    done = run("nbkit", "validate", "--fix", "no_id.ipynb", cwd=folder)
    assert done.returncode == 1
    assert b"NB105 " in done.stdout


@pytest.mark.parametrize(
    "options",
    [
        ["--ignore", "NB107"],
        ["--ignore", "NB1"],
        ["--select", "NB2,NB3"],
        ["--per-file-ignores", "no_*:NB107", "--"],
    ],
)
def test_rules_can_be_chosen(folder: Path, options: list[str]) -> None:
    done = run("nbkit", "validate", *options, "no_id.ipynb", cwd=folder)
    assert (done.returncode, done.stdout) == (0, b"")


def test_a_longer_selection_outweighs_an_ignored_prefix(folder: Path) -> None:
    done = run("nbkit", "validate", "--ignore", "NB1", "--extend-select", "NB107", "no_id.ipynb", cwd=folder)
    assert done.returncode == 1


def test_an_unknown_rule_is_wrong_usage_and_names_the_nearest(folder: Path) -> None:
    done = run("nbkit", "validate", "--select", "NB999", "good.ipynb", cwd=folder)
    assert done.returncode == 2
    assert done.stderr.startswith(b"nbkit validate: ")
    assert b"got 'NB999'" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_the_configuration_chooses_rules_and_ignores_them_for_files(folder: Path) -> None:
    config = '[tool.nbkit.validate]\nignore = ["NB2"]\nper-file-ignores = {"no_*" = ["NB107"]}\n'
    (folder / "pyproject.toml").write_text(config)
    assert run("nbkit", "validate", ".", cwd=folder).returncode == 0
    assert run("nbkit", "validate", str(folder), cwd="/").returncode == 0
    (folder / "pyproject.toml").write_text('[tool.nbkit.validate]\nignroe = ["NB2"]\n')
    done = run("nbkit", "validate", ".", cwd=folder)
    assert done.returncode == 2
    assert b"ignore" in done.stderr


def test_standard_input_is_validated_but_not_fixed() -> None:
    done = run("nbkit", "validate", "-", data=NO_ID)
    assert done.returncode == 1
    assert done.stdout.startswith(b"<stdin>:3:3: NB107 ")
    done = run("nbkit", "validate", "--fix", "-", data=NO_ID)
    assert done.returncode == 2
    assert b"nothing to repair on standard input" in done.stderr


def test_no_path_is_wrong_usage() -> None:
    done = run("nbkit", "validate")
    assert done.returncode == 2
    assert done.stderr == b"nbkit validate: expected files or folders, or - for standard input, got nothing\n"


def test_all_rules_are_listed() -> None:
    done = run("nbkit", "validate", "--list-rules")
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 0
    assert lines[0].startswith("NB001 not-utf-8 (error): ")
    assert any(line.startswith("NB203 out-of-order (warning, off by default): ") for line in lines)


def test_a_clean_notebook_loads_neither_nbformat_nor_jsonschema(folder: Path) -> None:
    code = (
        "import sys; from nbkit.cli import main; main(['validate', 'good.ipynb']);"
        "print(sorted({'nbformat', 'jsonschema', 'rich', 'torch', 'jupyter_server'} & set(sys.modules)))"
    )
    assert run("python", "-c", code, cwd=folder).stdout == b"[]\n"


def test_standard_input_beside_paths_is_wrong_usage(folder: Path) -> None:
    done = run("nbkit", "validate", "good.ipynb", "-", cwd=folder)
    assert done.returncode == 2
    assert done.stderr == b"nbkit validate: expected paths, or - alone for standard input, got both\n"
