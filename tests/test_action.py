"""`action.yml`: its shell steps, run with bash the way GitHub runs those of a composite action."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.cli.commands import CLEAN, DIRTY

TOP = Path(__file__).parents[1]
ACTION: dict[str, Any] = yaml.safe_load((TOP / "action.yml").read_bytes())
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
INPUTS: dict[str, dict[str, str]] = ACTION["inputs"]

BAD_ID = CLEAN.replace(b'"id": "a"', b'"id": "has space"')

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")


class Ran(NamedTuple):
    """A step that was run: its exit code, and what it said."""

    code: int
    said: str


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Put values where GitHub would put those of expressions; one that is not known fails the test."""
    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda match: values[match[1]], text)


def is_wanted(step: Mapping[str, Any], values: Mapping[str, str]) -> bool:
    """Work out a condition: comparisons with strings and functions, all of them joined with `&&`."""
    terms = str(step.get("if", "always()")).split(" && ")
    return all(is_true(term, values) for term in terms)


def is_true(term: str, values: Mapping[str, str]) -> bool:
    if term in ("always()", "!cancelled()"):
        return True
    name, wanted = term.split(" == ")
    return values[name] == wanted.strip("'")


def run_action(
    workspace: Path, temporary: Path, *, installs: bool = False, inputs: Mapping[str, str] | None = None
) -> dict[str, Ran]:
    """Run the shell steps in `workspace`, and return what those that were wanted did."""
    given = {name: description["default"] for name, description in INPUTS.items()} | dict(inputs or {})
    values = {
        **{f"inputs.{name}": value for name, value in given.items()},
        "github.action_path": str(TOP),
        "steps.python.outputs.python-path": sys.executable,
        "steps.install.outcome": "success",
    }
    done = {}
    has_failed = False
    for step in STEPS:
        if "uses" in step or (step.get("id") == "install" and not installs):
            continue
        # Without a function that says otherwise, a step runs only where all before it went well.
        if (has_failed and "cancelled()" not in str(step.get("if"))) or not is_wanted(step, values):
            continue
        ran = run_step(step, workspace, temporary, values)
        has_failed = has_failed or ran.code != 0
        if step.get("id") == "install":
            values["steps.install.outcome"] = "failure" if ran.code else "success"
        done[step["name"]] = ran
    return done


def run_step(step: Mapping[str, Any], workspace: Path, temporary: Path, values: Mapping[str, str]) -> Ran:
    assert step["shell"] == "bash"
    # An input in the text of a script could be a command.
    assert "${{" not in step["run"]
    script = temporary / "step.sh"
    script.write_text(step["run"], encoding="utf-8")
    variables = {name: fill_in(value, values) for name, value in step["env"].items()}
    ran = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
        cwd=workspace,
        env={**os.environ, **variables, "RUNNER_TEMP": str(temporary)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """The runner's temporary folder, with nbkit in the place where the action installs it."""
    folder = tmp_path / "temporary"
    (folder / "nbkit").mkdir(parents=True)
    (folder / "nbkit" / "bin").symlink_to(Path(sys.executable).parent)
    return folder


STRIP, VALIDATE = "Check that notebooks are stripped", "Validate notebooks"


def test_clean_notebooks_pass_without_a_word(workspace: Path, temporary: Path) -> None:
    (workspace / "a.ipynb").write_bytes(CLEAN)
    assert run_action(workspace, temporary) == {STRIP: Ran(0, ""), VALIDATE: Ran(0, "")}


def test_both_checks_annotate_and_fail(workspace: Path, temporary: Path) -> None:
    (workspace / "dirty.ipynb").write_bytes(DIRTY)
    (workspace / "odd.ipynb").write_bytes(BAD_ID)
    done = run_action(workspace, temporary)
    assert [ran.code for ran in done.values()] == [1, 1]
    assert done[STRIP].said.startswith("::error file=dirty.ipynb,title=nbkit-strip::")
    assert done[VALIDATE].said.startswith("::error file=odd.ipynb,line=6,col=")


def test_what_cannot_be_read_fails_both(workspace: Path, temporary: Path) -> None:
    (workspace / "a.ipynb").write_bytes(DIRTY[:100])
    done = run_action(workspace, temporary)
    assert done[STRIP].code == 2
    assert done[STRIP].said.startswith("::error file=a.ipynb,line=")
    assert done[VALIDATE].code == 1
    assert done[VALIDATE].said.startswith("::error file=a.ipynb,line=")


@pytest.mark.parametrize(("turned_off", "left"), [("strip", VALIDATE), ("validate", STRIP)])
def test_each_check_can_be_turned_off(workspace: Path, temporary: Path, turned_off: str, left: str) -> None:
    assert list(run_action(workspace, temporary, inputs={turned_off: "false"})) == [left]


def test_paths_are_lines_and_never_commands(workspace: Path, temporary: Path) -> None:
    names = ["with space", "$(touch hacked)", "-x", "*"]
    for name in names:
        (workspace / name).mkdir()
        (workspace / name / "a.ipynb").write_bytes(DIRTY)
    (workspace / "other").mkdir()
    (workspace / "other" / "a.ipynb").write_bytes(DIRTY)
    done = run_action(workspace, temporary, inputs={"paths": "\n".join([*names, ""]), "validate": "false"})
    assert [line.split(",")[0] for line in done[STRIP].said.splitlines()] == [
        f"::error file={name}/a.ipynb" for name in names
    ]
    assert not (workspace / "hacked").exists()


@pytest.mark.parametrize("paths", ["", "\n"])
def test_no_paths_are_no_pass(workspace: Path, temporary: Path, paths: str) -> None:
    done = run_action(workspace, temporary, inputs={"paths": paths})
    assert [ran.code for ran in done.values()] == [2, 2]


def test_a_path_that_is_not_there_fails(workspace: Path, temporary: Path) -> None:
    assert [ran.code for ran in run_action(workspace, temporary, inputs={"paths": "absent"}).values()] == [2, 2]


@pytest.mark.slow
def test_the_action_installs_itself_beside_the_python_of_the_job(workspace: Path, tmp_path: Path) -> None:
    temporary = tmp_path / "empty"
    temporary.mkdir()
    (workspace / "dirty.ipynb").write_bytes(DIRTY)
    done = run_action(workspace, temporary, installs=True)
    assert [ran.code for ran in done.values()] == [0, 1, 0]
    assert (temporary / "nbkit" / "bin" / "nbkit-strip").exists()


def test_a_version_that_cannot_be_installed_fails_and_nothing_is_checked(workspace: Path, tmp_path: Path) -> None:
    temporary = tmp_path / "empty"
    (temporary / "nbkit" / "bin").mkdir(parents=True)
    pip = temporary / "nbkit" / "bin" / "python"
    pip.write_text('#!/bin/sh\necho "$@"; exit 1\n')
    pip.chmod(0o755)
    values = {
        "steps.python.outputs.python-path": "true",  # in place of making an environment
        "github.action_path": str(TOP),
        "inputs.version": "9.9.9",
    }
    [step] = [step for step in STEPS if step.get("id") == "install"]
    ran = run_step(step, workspace, temporary, values)
    assert ran.code == 1
    assert ran.said.endswith("jupyter-nbkit==9.9.9\n")
    [validate] = [step for step in STEPS if step["name"] == VALIDATE]
    assert not is_wanted(validate, {"inputs.validate": "true", "steps.install.outcome": "failure"})
