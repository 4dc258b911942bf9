from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

import nbkit.git
from nbkit.errors import NotebookError, UnreadableFile
from nbkit.files import FoundNotebooks, find_notebooks
from nbkit.location import Location
from tests.repositories import GitRepository


def find_names(repository: GitRepository, *folders: str) -> list[str]:
    """What is found in `folders` of the repository (all of it when none is named), from its root."""
    found = find_notebooks([repository.root / folder for folder in folders or ("",)], git=nbkit.git)
    assert not found.errors
    return [Path(os.path.relpath(path, repository.root)).as_posix() for path in found.paths]


class CountingGit:
    """git, and how often it was asked for what."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def list_tracked(self, root: str) -> Iterable[str]:
        self.asked.append("tracked")
        return nbkit.git.list_tracked(root)

    def find_excludes_file(self, root: str) -> str | None:
        self.asked.append("excludes")
        return nbkit.git.find_excludes_file(root)


def test_files_are_taken_as_given_whatever_they_are_called(repository: GitRepository) -> None:
    repository.write(".gitignore", "*")
    paths = [repository.write("b.json"), repository.write("a.ipynb")]
    assert find_notebooks(paths) == FoundNotebooks([str(path) for path in paths], [])


def test_a_folder_gives_its_notebooks_sorted_and_nothing_else(repository: GitRepository) -> None:
    for name in ("c.ipynb", "a.ipynb", "b/d.ipynb", "b/c d é.ipynb", "readme.md", "x.ipynb.bak", ".hidden/e.ipynb"):
        repository.write(name)
    assert find_names(repository) == [".hidden/e.ipynb", "a.ipynb", "b/c d é.ipynb", "b/d.ipynb", "c.ipynb"]


def test_paths_that_overlap_give_each_notebook_once_in_the_order_asked_for(repository: GitRepository) -> None:
    for name in ("a/1.ipynb", "b/2.ipynb"):
        repository.write(name)
    assert find_names(repository, "b", "", "a/1.ipynb", "a/../b") == ["b/2.ipynb", "a/1.ipynb"]


def test_names_start_as_the_given_folder_does(repository: GitRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.write("a/1.ipynb")
    monkeypatch.chdir(repository.root)
    assert find_notebooks(["."]).paths == [os.path.join("a", "1.ipynb")]
    assert find_notebooks(["a"]).paths == [os.path.join("a", "1.ipynb")]
    monkeypatch.chdir(repository.root / "a")
    assert find_notebooks([".."]).paths == [os.path.join("..", "a", "1.ipynb")]


def test_other_suffixes_can_be_asked_for(repository: GitRepository) -> None:
    for name in ("a.ipynb", "b.json", "c.txt"):
        repository.write(name)
    found = find_notebooks([repository.root], suffixes=(".json", ".txt")).paths
    assert [os.path.basename(path) for path in found] == ["b.json", "c.txt"]


def test_a_missing_path_is_an_error_and_the_others_are_still_found(repository: GitRepository) -> None:
    present = str(repository.write("a.ipynb"))
    found = find_notebooks(["gone.ipynb", present, "gone/"])
    assert found.paths == [present]
    assert [type(error) for error in found.errors] == [UnreadableFile, UnreadableFile]
    assert [str(error) for error in found.errors] == [
        "gone.ipynb: cannot be read: No such file or directory",
        "gone/: cannot be read: No such file or directory",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="needs permission bits")
def test_a_folder_that_cannot_be_looked_into_is_an_error_and_the_others_are_still_found(tmp_path: Path) -> None:
    script = """
import os, sys, tempfile
from nbkit.files import find_notebooks
with tempfile.TemporaryDirectory() as folder:
    os.chmod(folder, 0o777)
    if os.getuid() == 0:
        os.setegid(65534); os.seteuid(65534)
    os.mkdir(folder + "/rules")
    for name in ("1.ipynb", ".gitignore"):
        open(folder + "/rules/" + name, "w").close()
    os.chmod(folder + "/rules/.gitignore", 0)
    os.mkdir(folder + "/closed"); open(folder + "/open.ipynb", "w").close()
    os.chmod(folder + "/closed", 0)
    found = find_notebooks([folder])
    os.chmod(folder + "/closed", 0o700)
    if os.getuid() == 0:
        os.seteuid(0); os.setegid(0)
    print([path[len(folder):] for path in found.paths], sorted(str(error)[len(folder):] for error in found.errors))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    problems = ["/closed: cannot be read: Permission denied", "/rules/.gitignore: cannot be read: Permission denied"]
    assert done.stdout == f"['/open.ipynb'] {problems}\n"


def test_checkpoints_and_gits_own_folder_are_skipped_even_when_tracked(repository: GitRepository) -> None:
    for name in ("a.ipynb", ".ipynb_checkpoints/a-checkpoint.ipynb", "b/.ipynb_checkpoints/c.ipynb", ".git/d.ipynb"):
        repository.write(name)
    repository.write(".gitignore", ".ipynb_checkpoints/\n")
    repository.commit("b/.ipynb_checkpoints/c.ipynb")
    assert find_names(repository) == ["a.ipynb"]


def test_ignore_files_hold_from_the_repository_root_down(repository: GitRepository) -> None:
    for name in ("a/b/1.ipynb", "a/b/2.ipynb", "a/b/3.ipynb", "a/b/4.ipynb", "a/b/5.ipynb"):
        repository.write(name)
    repository.write(".gitignore", "/a/b/1.ipynb\n2.ipynb\n")
    repository.write("a/.gitignore", "!2.ipynb\nb/3.ipynb\n")
    repository.write("a/b/.gitignore", "4.ipynb")
    assert find_names(repository, "a/b") == find_names(repository) == ["a/b/2.ipynb", "a/b/5.ipynb"]


def test_the_repositorys_exclude_file_and_the_users_count_after_the_ignore_files(repository: GitRepository) -> None:
    for name in ("1.ipynb", "2.ipynb", "3.ipynb", "4.ipynb"):
        repository.write(name)
    repository.write("excludes", "1.ipynb\n4.ipynb\n")
    repository.git("config", "core.excludesFile", str(repository.root / "excludes"))
    repository.write(".git/info/exclude", "2.ipynb\n3.ipynb\n!4.ipynb\n")
    repository.write(".gitignore", "!3.ipynb\n")
    assert find_names(repository) == ["3.ipynb", "4.ipynb"]


def test_a_linked_worktree_uses_the_exclude_file_of_its_repository(repository: GitRepository, tmp_path: Path) -> None:
    repository.write("1.ipynb")
    repository.commit("1.ipynb")
    repository.git("worktree", "add", "-q", str(tmp_path / "linked"))
    repository.write(".git/info/exclude", "2.ipynb\n")
    (tmp_path / "linked" / "2.ipynb").touch()
    assert find_notebooks([tmp_path / "linked"]).paths == [str(tmp_path / "linked" / "1.ipynb")]


def test_a_folder_that_is_ignored_is_walked_when_it_is_named(repository: GitRepository) -> None:
    repository.write(".gitignore", "build/\n*.tmp.ipynb\n")
    repository.write("build/1.ipynb")
    repository.write("build/2.tmp.ipynb")
    assert find_names(repository) == []
    assert find_names(repository, "build") == ["build/1.ipynb"]


def test_tracked_notebooks_count_though_ignored(repository: GitRepository) -> None:
    repository.write(".gitignore", "ignored/\n*.out.ipynb\n")
    for name in ("1.out.ipynb", "2.out.ipynb", "ignored/deep/3.ipynb", "ignored/4.ipynb", "gone.out.ipynb"):
        repository.write(name)
    repository.commit("1.out.ipynb", "ignored/deep/3.ipynb", "gone.out.ipynb")
    (repository.root / "gone.out.ipynb").unlink()
    assert find_names(repository) == ["1.out.ipynb", "ignored/deep/3.ipynb"]
    assert find_names(repository, "ignored/deep") == ["ignored/deep/3.ipynb"]


def test_git_is_asked_once_for_a_repository_and_only_when_something_is_ignored(repository: GitRepository) -> None:
    repository.write("a/1.ipynb")
    repository.write("b/2.ipynb")
    git = CountingGit()
    find_notebooks([repository.root / "a", repository.root / "b"], git=git)
    assert git.asked == ["excludes"]
    repository.write(".gitignore", "*.ipynb\n")
    git = CountingGit()
    find_notebooks([repository.root / "a", repository.root / "b"], git=git)
    assert git.asked == ["excludes", "tracked"]


def test_what_git_cannot_answer_is_an_error_beside_the_files(repository: GitRepository) -> None:
    class BrokenGit(CountingGit):
        def list_tracked(self, root: str) -> Iterable[str]:
            raise NotebookError(Location(root), "git refuses")

    repository.write("1.ipynb")
    repository.write("2.ipynb")
    repository.write(".gitignore", "2.ipynb\n")
    found = find_notebooks([repository.root], git=BrokenGit())
    assert found.paths == [str(repository.root / "1.ipynb")]
    assert [str(error) for error in found.errors] == [f"{repository.root}: git refuses"]


def test_a_nested_repository_is_walked_by_its_own_rules(repository: GitRepository) -> None:
    repository.write(".gitignore", "1.ipynb\n")
    nested = GitRepository(repository.root / "nested")
    nested.write(".gitignore", "2.ipynb\n")
    for name in ("1.ipynb", "2.ipynb", "3.ipynb"):
        nested.write(name)
        repository.write(name)
    nested.commit("2.ipynb")
    assert find_names(repository) == [
        "2.ipynb",
        "3.ipynb",
        "nested/1.ipynb",
        "nested/2.ipynb",
        "nested/3.ipynb",
    ]


def test_a_submodule_in_an_ignored_folder_is_walked(repository: GitRepository, tmp_path: Path) -> None:
    other = GitRepository(tmp_path / "other")
    other.write("1.ipynb")
    other.commit("1.ipynb")
    repository.git("submodule", "--quiet", "add", str(other.root), "vendor/other")
    repository.write("vendor/2.ipynb")
    repository.write(".gitignore", "vendor/\n")
    assert find_names(repository) == ["vendor/other/1.ipynb"]


def test_outside_a_repository_the_ignore_files_from_the_folder_down_hold(tmp_path: Path) -> None:
    for name in ("top/1.ipynb", "top/2.ipynb", "top/3.ipynb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".gitignore").write_text("1.ipynb\n")
    (tmp_path / "top" / ".gitignore").write_text("2.ipynb\n")
    found = find_notebooks([tmp_path / "top"], git=nbkit.git)
    assert [os.path.basename(path) for path in found.paths] == ["1.ipynb", "3.ipynb"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs symbolic links")
def test_links_to_files_are_listed_links_to_folders_and_to_nothing_are_not(repository: GitRepository) -> None:
    outside = repository.write("../outside/1.ipynb")
    repository.write("2.ipynb")
    (repository.root / "link.ipynb").symlink_to(outside)
    (repository.root / "folder").symlink_to(outside.parent)
    (repository.root / "folder.ipynb").symlink_to(outside.parent)
    (repository.root / "dangling.ipynb").symlink_to("nothing")
    (repository.root / "circle.ipynb").symlink_to("circle.ipynb")
    assert find_names(repository) == ["2.ipynb", "link.ipynb"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs symbolic links")
def test_a_link_and_the_notebook_it_leads_to_are_one(repository: GitRepository) -> None:
    target = repository.write("1.ipynb")
    (repository.root / "2.ipynb").symlink_to(target)
    assert len(find_names(repository)) == 1
    assert find_names(repository, "2.ipynb", "") == ["2.ipynb"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs symbolic links")
def test_a_folder_named_through_a_link_keeps_the_rules_of_its_repository(repository: GitRepository) -> None:
    repository.write(".gitignore", "/a/1.ipynb\n")
    repository.write("a/1.ipynb")
    repository.write("a/2.ipynb")
    link = repository.root.parent / "link"
    link.symlink_to(repository.root / "a")
    assert find_notebooks([link]).paths == [str(link / "2.ipynb")]


@pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes")
def test_pipes_and_sockets_in_a_folder_are_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe.ipynb")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.ipynb")
        assert find_notebooks(["."]) == FoundNotebooks([], [])


@pytest.mark.skipif(sys.platform == "win32", reason="paths are shorter there")
def test_a_tree_deeper_than_pythons_recursion_limit_is_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = os.path.join("top", *["d"] * 1200)
    # Python's own makedirs and rmtree give up on such a tree.
    subprocess.run(["mkdir", "-p", folder], check=True)
    try:
        Path(folder, "1.ipynb").touch()
        assert find_notebooks(["."]).paths == [os.path.join(folder, "1.ipynb")]
    finally:
        subprocess.run(["rm", "-rf", "top"], check=True)
