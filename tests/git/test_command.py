from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path

import pytest

from nbkit.git import GitError, GitMissing, NotARepository, run_git
from tests.repositories import GitRepository


def test_the_output_comes_back_as_it_is(repository: GitRepository) -> None:
    repository.write("é.ipynb")
    assert run_git(["ls-files", "-z", "--others"], repository.root) == "é.ipynb\0".encode()


def test_input_reaches_git(repository: GitRepository) -> None:
    identifier = run_git(["hash-object", "-w", "--stdin"], repository.root, data=b"\0\xff\r\n").decode().strip()
    assert run_git(["cat-file", "blob", identifier], repository.root) == b"\0\xff\r\n"


def test_a_failure_is_one_line_with_gits_own_words(repository: GitRepository) -> None:
    with pytest.raises(GitError, match=r": git rev-parse: Needed a single revision$") as caught:
        run_git(["rev-parse", "--verify", "nothing"], repository.root)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_an_exit_status_can_be_an_answer(repository: GitRepository) -> None:
    assert run_git(["config", "--get", "no.such"], repository.root, success=(0, 1)) == b""


def test_a_folder_without_a_repository_has_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(NotARepository, match="not a git repository"):
        run_git(["status"], tmp_path)


def test_a_missing_folder_is_not_taken_for_a_missing_git(tmp_path: Path) -> None:
    with pytest.raises(GitError, match=r"gone: git status: expected a folder$"):
        run_git(["status"], tmp_path / "gone")


def test_a_missing_git_has_an_error_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitMissing, match=r"git status: git cannot be started: No such file or directory$"):
        run_git(["status"], tmp_path)


def test_the_repository_of_a_surrounding_hook_is_not_the_one_that_is_asked(
    repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = GitRepository(tmp_path / "other")
    other.write("other.ipynb")
    other.commit("other.ipynb")
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.root / ".git" / "index"))
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    assert run_git(["ls-files", "*.ipynb"], repository.root) == b""
    assert run_git(["ls-files", "*.ipynb"], other.root) == b"other.ipynb\n"


def test_configuration_given_for_every_git_command_holds(
    repository: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "nbkit.here")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "yes")
    assert run_git(["config", "nbkit.here"], repository.root) == b"yes\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell script")
def test_a_program_that_the_repository_names_is_not_run(repository: GitRepository, tmp_path: Path) -> None:
    script = tmp_path / "monitor"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path / 'was-run'}\n")
    script.chmod(0o755)
    repository.git("config", "core.fsmonitor", str(script))
    run_git(["status"], repository.root)
    run_git(["ls-files"], repository.root)
    assert not (tmp_path / "was-run").exists()


def test_messages_are_recognized_in_any_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "de")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    with pytest.raises(NotARepository):
        run_git(["status"], tmp_path)
    assert os.environ["LC_ALL"] == "de_DE.UTF-8"
