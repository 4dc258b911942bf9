"""`nbkit-strip --check --staged`: what a commit would hold, whatever stands in the working tree."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import CLEAN, COMMAND, CONFLICT, DIRTY, make_notebooks, run
from tests.repositories import GitRepository


def check(repository: GitRepository, *arguments: str) -> tuple[int, str, str]:
    done = run("--check", "--staged", *arguments, cwd=repository.root)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_the_staged_notebook_counts_and_not_the_file(repository: GitRepository) -> None:
    repository.write("dirty.ipynb", DIRTY.decode())
    repository.write("clean.ipynb", CLEAN.decode())
    repository.git("add", ".")
    repository.write("dirty.ipynb", CLEAN.decode())
    repository.write("clean.ipynb", DIRTY.decode())
    assert check(repository, ".") == (1, "dirty.ipynb: would be stripped\n", "")
    assert check(repository, "clean.ipynb") == (0, "", "")


def test_outputs_in_the_working_tree_of_a_filtered_repository_are_no_fault(repository: GitRepository) -> None:
    repository.write("a.ipynb", DIRTY.decode())
    assert run("--install", cwd=repository.root).returncode == 0
    repository.git("add", ".")
    assert run("--check", ".", cwd=repository.root).returncode == 1
    assert check(repository, ".") == (0, "", "")


def test_a_clone_that_stages_raw_is_caught(repository: GitRepository) -> None:
    # It has the attributes and not the configuration; git says nothing and exits with 0.
    repository.write(".gitattributes", "*.ipynb filter=nbkit\n")
    repository.write("a.ipynb", DIRTY.decode())
    repository.git("add", ".")
    assert check(repository, ".") == (1, "a.ipynb: would be stripped\n", "")


def test_many_are_read_at_once_and_named_from_the_current_folder(repository: GitRepository) -> None:
    make_notebooks(repository.root / "odd names, ü" / "b", 30)
    repository.write("elsewhere.ipynb", DIRTY.decode())
    repository.git("add", ".")
    done = run("--check", "--staged", "b", cwd=repository.root / "odd names, ü")
    assert done.returncode == 1
    assert done.stdout.decode().splitlines() == [f"b/{number:04}.ipynb: would be stripped" for number in range(30)]


def test_a_name_is_no_pattern(repository: GitRepository) -> None:
    for name in ("[ab].ipynb", "a.ipynb"):
        repository.write(name, DIRTY.decode())
    repository.git("add", ".")
    assert check(repository, "[ab].ipynb") == (1, "[ab].ipynb: would be stripped\n", "")


def test_only_notebooks_are_looked_at_unless_forced(repository: GitRepository) -> None:
    repository.write("a.json", DIRTY.decode())
    repository.git("add", ".")
    assert check(repository, "a.json") == (0, "", "")
    assert check(repository, "--force", "a.json") == (1, "a.json: would be stripped\n", "")


def test_what_is_about_to_be_committed_counts_inside_a_hook(repository: GitRepository) -> None:
    # `git commit -a` tells its hooks of an index of its own.
    repository.write("a.ipynb", CLEAN.decode())
    repository.commit("a.ipynb")
    repository.write("a.ipynb", DIRTY.decode())
    hook = repository.write(".git/hooks/pre-commit", f'#!/bin/sh\nexec "{COMMAND}" --check --staged .\n')
    hook.chmod(0o755)
    with pytest.raises(subprocess.CalledProcessError) as caught:
        repository.git("commit", "-q", "-a", "-m", "dirty")
    assert "a.ipynb: would be stripped" in caught.value.stdout + caught.value.stderr
    repository.write("a.ipynb", CLEAN.decode().replace("SECRET", "more"))
    repository.git("commit", "-q", "-a", "-m", "clean")


def test_what_is_refused_is_said_and_fails(repository: GitRepository) -> None:
    repository.write("a.ipynb", CONFLICT.decode())
    repository.git("add", ".")
    code, out, err = check(repository, ".")
    assert (code, out) == (2, "")
    assert err.startswith("nbkit-strip: a.ipynb:1:1: ")


def test_a_notebook_in_conflict_is_not_passed_as_clean(repository: GitRepository) -> None:
    repository.write("a.ipynb", "{}")
    repository.commit("a.ipynb")
    repository.git("checkout", "-q", "-b", "other")
    repository.write("a.ipynb", '{"other": 1}')
    repository.commit("a.ipynb")
    repository.git("checkout", "-q", "-")
    repository.write("a.ipynb", '{"ours": 1}')
    repository.commit("a.ipynb")
    with pytest.raises(subprocess.CalledProcessError):
        repository.git("merge", "-q", "other")
    code, _, err = check(repository, ".")
    assert code == 2
    assert "a.ipynb: it is in conflict, so nothing of it is staged; resolve it first" in err


def test_a_file_that_git_does_not_have_is_not_passed_as_clean(repository: GitRepository) -> None:
    repository.write("a.ipynb", DIRTY.decode())
    code, _, err = check(repository, "a.ipynb")
    assert code == 2
    assert "did not match any file(s) known to git" in err


def test_outside_of_a_repository_it_says_so(tmp_path: Path) -> None:
    done = run("--check", "--staged", ".", cwd=tmp_path)
    assert done.returncode == 2
    assert b"not a git repository" in done.stderr


@pytest.mark.parametrize("arguments", [["--staged", "."], ["--staged", "--check"], ["--staged", "--diff", "."]])
def test_it_goes_with_a_check_of_paths(repository: GitRepository, arguments: list[str]) -> None:
    done = run(*arguments, cwd=repository.root)
    assert done.returncode == 2
    assert b"--staged goes with --check and paths" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="names are bytes elsewhere")
def test_a_name_that_is_no_utf8_comes_out_as_it_is(repository: GitRepository) -> None:
    path = os.fsencode(repository.root) + b"/\xff.ipynb"
    try:
        with open(path, "wb") as file:
            file.write(DIRTY)
    except OSError:
        pytest.skip("this file system has no such names")
    repository.git("add", ".")
    assert run("--check", "--staged", ".", cwd=repository.root).stdout == b"\xff.ipynb: would be stripped\n"
