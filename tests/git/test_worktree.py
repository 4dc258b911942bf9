from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbkit.git import GitError, find_excludes_file, list_tracked
from tests.repositories import GitRepository


def test_tracked_paths_are_listed_from_the_root_whatever_they_are_called(repository: GitRepository) -> None:
    names = ["a/b c.ipynb", "a/tab\t.ipynb", "new\nline.ipynb", "é.ipynb"]
    for name in names:
        repository.write(name)
    repository.write("untracked.ipynb")
    repository.commit(*names)
    assert sorted(list_tracked(str(repository.root))) == names


def test_what_is_added_and_not_committed_is_tracked(repository: GitRepository) -> None:
    repository.write("a.ipynb")
    repository.git("add", "a.ipynb")
    assert list_tracked(str(repository.root)) == ["a.ipynb"]


def test_a_submodule_ends_in_a_slash(repository: GitRepository, tmp_path: Path) -> None:
    other = GitRepository(tmp_path / "other")
    other.write("1.ipynb")
    other.commit("1.ipynb")
    repository.git("submodule", "--quiet", "add", str(other.root), "vendor/other")
    assert list_tracked(str(repository.root)) == [".gitmodules", "vendor/other/"]


def test_nothing_is_tracked_without_a_repository_or_without_git(
    tmp_path: Path, repository: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.write("a.ipynb")
    repository.commit("a.ipynb")
    assert list_tracked(str(tmp_path)) == []
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list_tracked(str(repository.root)) == []
    assert find_excludes_file(str(repository.root)) is None


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root may give files away")
def test_a_repository_of_somebody_else_is_an_error(repository: GitRepository) -> None:
    for folder in (repository.root, repository.root / ".git"):
        os.chown(folder, 12345, 12345)
    with pytest.raises(GitError, match="git ls-files: detected dubious ownership in repository"):
        list_tracked(str(repository.root))


def test_the_excludes_file_is_the_configured_one(repository: GitRepository) -> None:
    repository.git("config", "core.excludesFile", "~/ignored")
    assert find_excludes_file(str(repository.root)) == os.path.join(os.environ["HOME"], "ignored")
    repository.git("config", "core.excludesFile", "")
    assert find_excludes_file(str(repository.root)) is None


def test_without_configuration_the_excludes_file_is_in_gits_own_folder(
    repository: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = str(repository.root)
    assert find_excludes_file(root) == os.path.join(os.environ["XDG_CONFIG_HOME"], "git", "ignore")
    monkeypatch.setenv("XDG_CONFIG_HOME", "")
    assert find_excludes_file(root) == os.path.join(os.environ["HOME"], ".config", "git", "ignore")
