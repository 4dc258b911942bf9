"""`.pre-commit-hooks.yaml`: each hook is run as pre-commit runs it, and, slowly, by pre-commit itself."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from identify.identify import tags_from_path

from nbkit.cli.report import ExitCode
from tests.cli.commands import CLEAN, CONFLICT, DIRTY
from tests.repositories import GitRepository, _own_git_configuration, repository

__all__ = ["_own_git_configuration", "repository"]

TOP = Path(__file__).parents[1]
FILE = TOP / ".pre-commit-hooks.yaml"
HOOKS: dict[str, dict[str, object]] = {hook["id"]: hook for hook in yaml.safe_load(FILE.read_bytes())}

BROKEN = CLEAN.replace(b'"cell_type": "code"', b'"cell_type": "coda"')


class Done(NamedTuple):
    code: int
    said: str


def call(repository: GitRepository, hook: str, *arguments: str, files: tuple[str, ...] = ("a.ipynb",)) -> Done:
    """Run a hook on files: its entry, the user's `args`, and the names behind them."""
    entry = shlex.split(str(HOOKS[hook]["entry"]))
    program = str(Path(sys.executable).with_name(entry[0]))
    done = subprocess.run(
        [program, *entry[1:], *arguments, *files],
        cwd=repository.root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout)


def stage(repository: GitRepository, data: bytes) -> Path:
    path = repository.write("a.ipynb", data.decode())
    repository.git("add", ".")
    return path


def test_there_are_the_three_hooks_and_they_get_notebooks() -> None:
    assert list(HOOKS) == ["nbkit-strip", "nbkit-strip-check", "nbkit-validate"]
    for hook in HOOKS.values():
        assert (hook["language"], hook["types"], hook["require_serial"]) == ("python", ["jupyter"], True)


def test_what_pre_commit_takes_for_a_notebook_is_one(tmp_path: Path) -> None:
    for name in ("a.ipynb", "a.py"):
        (tmp_path / name).write_bytes(CLEAN)
    assert "jupyter" in tags_from_path(str(tmp_path / "a.ipynb"))
    assert "jupyter" not in tags_from_path(str(tmp_path / "a.py"))


def test_strip_strips_in_place(repository: GitRepository) -> None:
    # pre-commit sees that the file is another one and stops the commit.
    path = stage(repository, DIRTY)
    assert call(repository, "nbkit-strip") == Done(ExitCode.DONE, "")
    assert path.read_bytes() == CLEAN


def test_strip_refuses_what_it_does_not_understand(repository: GitRepository) -> None:
    path = stage(repository, CONFLICT)
    assert call(repository, "nbkit-strip").code == ExitCode.UNUSABLE
    assert path.read_bytes() == CONFLICT


def test_an_option_that_takes_several_values_needs_dashes(repository: GitRepository) -> None:
    path = stage(repository, DIRTY)
    without = call(repository, "nbkit-strip", "--keep-output-type", "stream")
    assert without.code == ExitCode.UNUSABLE
    assert "'a.ipynb' is a path; put -- before the paths" in without.said
    assert call(repository, "nbkit-strip", "--keep-output-type", "stream", "--").code == ExitCode.DONE
    assert b'"SECRET"' in path.read_bytes()


def test_strip_check_fails_for_what_is_staged_with_outputs(repository: GitRepository) -> None:
    path = stage(repository, DIRTY)
    assert call(repository, "nbkit-strip-check") == Done(ExitCode.FOUND, "a.ipynb: would be stripped\n")
    assert path.read_bytes() == DIRTY
    stage(repository, CLEAN)
    assert call(repository, "nbkit-strip-check") == Done(ExitCode.DONE, "")


def test_strip_check_goes_with_the_filter_that_leaves_outputs_in_the_working_tree(repository: GitRepository) -> None:
    subprocess.run([Path(sys.executable).with_name("nbkit-strip"), "--install"], cwd=repository.root, check=True)
    path = stage(repository, DIRTY)
    assert call(repository, "nbkit-strip-check") == Done(ExitCode.DONE, "")
    assert path.read_bytes() == DIRTY


def test_validate_fails_for_what_is_wrong(repository: GitRepository) -> None:
    stage(repository, BROKEN)
    done = call(repository, "nbkit-validate")
    assert done.code == ExitCode.FOUND
    assert done.said.startswith("a.ipynb:4:")
    stage(repository, DIRTY)
    assert call(repository, "nbkit-validate") == Done(ExitCode.DONE, "")
    assert call(repository, "nbkit-validate", "--per-file-ignores", "drafts/*:NB4", "--").code == ExitCode.DONE


# With pre-commit itself, which installs nbkit into an environment of its own; that takes a package index.


@pytest.fixture
def source(tmp_path: Path) -> GitRepository:
    """A repository with what installing nbkit takes, as it stands here, committed or not."""
    source = GitRepository(tmp_path / "source")
    for name in ("nbkit", "jupyter_extension"):
        shutil.copytree(TOP / name, source.root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", FILE.name):
        shutil.copy(TOP / name, source.root / name)
    source.commit(".")
    return source


@pytest.fixture
def hooked(repository: GitRepository, source: GitRepository, monkeypatch: pytest.MonkeyPatch) -> GitRepository:
    """A repository whose commits go through the two hooks that only look."""
    # pre-commit keeps its environments there, and git must not look for a person's hooks.
    monkeypatch.setenv("PRE_COMMIT_HOME", str(source.root.parent / "pre-commit"))
    hooks = [{"id": "nbkit-strip-check"}, {"id": "nbkit-validate"}, {"id": "nbkit-strip", "stages": ["manual"]}]
    repo = {"repo": str(source.root), "rev": source.git("rev-parse", "HEAD").strip(), "hooks": hooks}
    repository.write(".pre-commit-config.yaml", yaml.safe_dump({"repos": [repo]}))
    repository.git("add", ".")
    installed = run_pre_commit(repository, "install", "--install-hooks")
    assert installed.code == 0, installed.said
    return repository


def run_pre_commit(repository: GitRepository, *arguments: str) -> Done:
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", *arguments],
        cwd=repository.root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout)


@pytest.mark.slow
def test_pre_commit_stops_the_commit_of_a_clone_without_the_filter(hooked: GitRepository) -> None:
    path = stage(hooked, DIRTY)
    code, said = hooked.attempt("commit", "-m", "dirty")
    assert code == 1
    assert "a.ipynb: would be stripped" in said

    # The hook that strips changes the file, which fails it once.
    assert run_pre_commit(hooked, "run", "nbkit-strip", "--hook-stage", "manual").code == 1
    assert path.read_bytes() == CLEAN
    hooked.git("add", ".")
    assert run_pre_commit(hooked, "run", "nbkit-strip", "--hook-stage", "manual").code == 0
    assert hooked.attempt("commit", "-m", "clean")[0] == 0

    stage(hooked, BROKEN)
    code, said = hooked.attempt("commit", "-m", "broken")
    assert code == 1
    assert "a.ipynb:4:" in said

    # With the filter, outputs in the working tree stop nothing, and they stay. pre-commit puts what is not
    # staged aside for a moment, by `git checkout` and `git apply`.
    nbkit = Path(sys.executable).with_name("nbkit")
    subprocess.run([nbkit, "git", "install", "--keep-local-outputs"], cwd=hooked.root, check=True)
    path = stage(hooked, DIRTY)
    unstaged = hooked.write("b.ipynb", DIRTY.decode())
    hooked.git("add", ".")
    code, said = hooked.attempt("commit", "-m", "two")
    assert code == 0, said
    edited = DIRTY.replace(b"print('SECRET')", b"1")
    path.write_bytes(edited)
    hooked.git("add", "a.ipynb")
    unstaged.write_bytes(edited)
    code, said = hooked.attempt("commit", "-m", "one of two")
    assert code == 0, said
    assert "Stashing unstaged files" in said
    assert (path.read_bytes(), unstaged.read_bytes()) == (edited, edited)
    assert "SECRET" not in hooked.git("show", "HEAD:a.ipynb")
    assert hooked.git("status", "--short") == " M b.ipynb\n"
