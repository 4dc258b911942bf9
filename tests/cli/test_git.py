"""`nbkit git` on the command line: what is parsed, what is printed, and with which exit code it ends."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from nbkit.git.pktline import write_list
from tests.cli.commands import CLEAN, COMMAND, CONFLICT, DIRTY
from tests.repositories import GitRepository

NBKIT = COMMAND.removesuffix("-strip")


def run(*arguments: str, cwd: Path, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([NBKIT, "git", *arguments], cwd=cwd, input=data, capture_output=True, check=False)


@pytest.mark.parametrize("path", ["a.ipynb", "-a b.ipynb"])
def test_clean_and_smudge_are_filters_of_one_notebook(tmp_path: Path, path: str) -> None:
    cleaned = run("clean", "--", path, cwd=tmp_path, data=DIRTY)
    assert (cleaned.returncode, cleaned.stdout, cleaned.stderr) == (0, CLEAN, b"")
    smudged = run("smudge", "--", path, cwd=tmp_path, data=CLEAN)
    assert (smudged.returncode, smudged.stdout, smudged.stderr) == (0, CLEAN, b"")


def test_clean_refuses_a_conflict_and_prints_nothing(tmp_path: Path) -> None:
    done = run("clean", "--", "a.ipynb", cwd=tmp_path, data=CONFLICT)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"a.ipynb:1:1: expected a notebook, got git's conflict marker" in done.stderr


def test_smudge_lets_through_what_is_no_notebook(tmp_path: Path) -> None:
    assert run("smudge", "--", "a.ipynb", cwd=tmp_path, data=CONFLICT).stdout == CONFLICT


def test_local_outputs_outside_of_a_repository_are_said_to_be_lost(tmp_path: Path) -> None:
    done = run("clean", "--keep-local-outputs", "--", "a.ipynb", cwd=tmp_path, data=DIRTY)
    assert (done.returncode, done.stdout) == (0, CLEAN)
    assert done.stderr.startswith(b"nbkit: local outputs are not kept: .: git rev-parse: not a git repository")


def test_the_process_tells_a_person_that_git_runs_it(tmp_path: Path) -> None:
    done = run("filter-process", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == (b"nbkit git: <git>: expected git's greeting, got nothing; git runs this command by itself\n")


def test_the_process_ends_with_git(tmp_path: Path) -> None:
    done = run("filter-process", cwd=tmp_path, data=_greeting(tmp_path))
    assert (done.returncode, done.stderr) == (0, b"")


def _greeting(folder: Path) -> bytes:
    file = folder / "greeting"
    with open(file, "wb") as stream:
        write_list(stream, [b"git-filter-client", b"version=2"])
        write_list(stream, [b"capability=clean", b"capability=smudge"])
    return file.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], b"the following arguments are required: ACTION"),
        (["install", "--global", "--system"], b"not allowed with argument"),
        (["outputs", "prune", "--limit", "much"], b"expected a size such as 500M, got 'much'"),
        (["outputs", "prune", "--limit", "M"], b"expected a size such as 500M, got 'M'"),
        (["outputs"], b"the following arguments are required: what"),
    ],
)
def test_wrong_usage_is_said_and_ends_with_2(repository: GitRepository, arguments: list[str], message: bytes) -> None:
    done = run(*arguments, cwd=repository.root)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == b""


def test_help_shows_the_two_commands_and_what_no_filter_can_do(tmp_path: Path) -> None:
    done = run("--help", cwd=tmp_path)
    assert done.returncode == 0
    assert b"nbkit git install --keep-local-outputs" in done.stdout
    assert b"A clone has the attributes but not the configuration" in done.stdout
