"""The filter in real repositories: what git has is stripped, or git stops."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from nbkit.git import find_scope, install
from tests.git.samples import FilteredRepository, notebook
from tests.repositories import GitRepository

DIRTY = notebook("1", "2", output="SECRET")
CLEAN = notebook("1", "2")


def count_filters(trace: Path) -> int:
    return trace.read_text().count("git filter-process") if trace.exists() else 0


@pytest.mark.parametrize(
    "name",
    ["a.ipynb", "folder/a b.ipynb", "é ü 北.ipynb", "new\nline.ipynb", "-f.ipynb", 'it\'s "quoted" $HOME %f.ipynb'],
)
@pytest.mark.parametrize("has_process", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_what_is_added_is_stripped_whatever_it_is_called(
    filtered: FilteredRepository, name: str, *, has_process: bool
) -> None:
    if not has_process:
        filtered.git("config", "--unset", "filter.nbkit.process")
    filtered.write(name, DIRTY)
    filtered.git("add", "-A")
    assert filtered.staged(name) == CLEAN
    assert filtered.read(name) == DIRTY
    filtered.git("commit", "-q", "-m", "x")
    (filtered.root / name).unlink()
    filtered.git("checkout", "-q", "--", ".")
    assert filtered.read(name) == CLEAN
    assert filtered.status() == ""


def test_a_file_name_that_is_no_utf_8_goes_through(filtered: FilteredRepository) -> None:
    path = os.fsencode(filtered.root) + b"/\xff.ipynb"
    with open(path, "wb") as file:
        file.write(DIRTY.encode())
    filtered.git("add", "-A")
    assert filtered.git_bytes("show", b":\xff.ipynb".decode("utf-8", "surrogateescape")).decode() == CLEAN


def test_other_files_are_left_alone(filtered: FilteredRepository) -> None:
    filtered.write("a.json", DIRTY)
    filtered.git("add", "-A")
    assert filtered.staged("a.json") == DIRTY


def test_one_process_serves_an_add_of_500_files(
    filtered: FilteredRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(500):
        filtered.write(f"{number}.ipynb", notebook(str(number), output="SECRET"))
    trace = tmp_path / "trace"
    monkeypatch.setenv("GIT_TRACE", str(trace))
    filtered.git("add", "-A")
    assert count_filters(trace) == 1
    monkeypatch.delenv("GIT_TRACE")
    assert b"SECRET" not in filtered.git_bytes("grep", "--cached", "-h", "")
    assert len(filtered.git("ls-files").splitlines()) == 500


def test_a_status_and_a_diff_of_an_unchanged_tree_start_no_process(
    keeping: FilteredRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = keeping.write("a.ipynb", DIRTY)
    os.utime(file, (1_600_000_000, 1_600_000_000))  # else it is as new as the index, and git looks again
    keeping.git("add", "-A")
    keeping.git("commit", "-q", "-m", "x")
    trace = tmp_path / "trace"
    monkeypatch.setenv("GIT_TRACE", str(trace))
    keeping.git("status")
    keeping.git("diff")
    keeping.git("diff", "--cached")
    assert count_filters(trace) == 0


def test_a_large_notebook_goes_through_in_many_packets(filtered: FilteredRepository) -> None:
    source = "x" * 300_000
    filtered.save("a.ipynb", notebook(source, output="SECRET" * 100_000))
    assert filtered.staged("a.ipynb") == notebook(source)
    filtered.git("rm", "-q", "--cached", "a.ipynb")
    filtered.git("checkout", "-q", "-f", "HEAD")
    assert filtered.read("a.ipynb") == notebook(source)


def test_a_notebook_that_is_not_understood_stops_the_add_and_nothing_is_staged(filtered: FilteredRepository) -> None:
    filtered.write("a.ipynb", DIRTY)
    filtered.write("b.ipynb", '{"cells": [')
    status, said = filtered.attempt("add", "-A")
    assert status != 0
    assert re.search(r"^nbkit: b\.ipynb:1:12: expected ", said, re.MULTILINE)
    assert filtered.git("ls-files") == ""


def test_a_filter_that_dies_in_the_middle_stops_the_add_and_nothing_is_staged(
    filtered: FilteredRepository, tmp_path: Path
) -> None:
    program = tmp_path / "die.py"
    program.write_text(
        "import os, sys\n"
        "from nbkit.git import NotebookFilter, serve\n"
        "from nbkit.strip import StripPolicy\n"
        "class Dying(NotebookFilter):\n"
        "    def clean(self, data, path):\n"
        "        if path == '5.ipynb':\n"
        "            os._exit(9)\n"
        "        return super().clean(data, path)\n"
        "serve(sys.stdin.buffer, sys.stdout.buffer, Dying(StripPolicy), print)\n"
    )
    filtered.git("config", "filter.nbkit.process", f"'{sys.executable}' '{program}'")
    for number in range(10):
        filtered.write(f"{number}.ipynb", DIRTY)
    status, said = filtered.attempt("add", "-A")
    assert status != 0
    assert "filter 'nbkit' failed" in said
    assert filtered.git("ls-files") == ""
    status, _ = filtered.attempt("commit", "-q", "-a", "-m", "x")
    assert status != 0


@pytest.mark.parametrize("has_process", [True, pytest.param(False, marks=pytest.mark.slow)])
@pytest.mark.parametrize("fate", ["moved", "without nbkit"])
def test_an_environment_that_is_gone_stops_the_add_with_what_to_run(
    tmp_path: Path, fate: str, *, has_process: bool
) -> None:
    root = tmp_path / "a repository"
    filtered = FilteredRepository(root)
    environment = tmp_path / "an environment's folder"
    venv.create(environment, symlinks=True, with_pip=False)
    python = environment / "bin" / "python"
    install(find_scope("--local", None, str(root)), str(root), python=str(python))
    if not has_process:
        filtered.git("config", "--unset", "filter.nbkit.process")
    if fate == "moved":  # the other one is there, and has no nbkit
        environment.rename(tmp_path / "elsewhere")
    filtered.write("a.ipynb", DIRTY)
    status, said = filtered.attempt("add", "-A")
    assert status != 0
    assert f"nbkit: {python} cannot run nbkit: it was moved or removed." in said
    assert "Install nbkit again and run: nbkit git install" in said
    assert filtered.git("ls-files") == ""


def test_modules_of_the_repository_do_not_run_in_place_of_pythons_own(filtered: FilteredRepository) -> None:
    for name in ("typing.py", "re.py", "nbkit.py", "nbkit/__init__.py", "msgspec.py"):
        filtered.write(name, "raise SystemExit('the repository runs')")
    filtered.write("a.ipynb", DIRTY)
    filtered.git("add", "a.ipynb")
    assert filtered.staged("a.ipynb") == CLEAN


def test_the_settings_of_the_repository_say_what_to_strip(filtered: FilteredRepository) -> None:
    filtered.write("nbkit.toml", "[strip]\nkeep-output = true\n")
    filtered.save("folder/a.ipynb", DIRTY)
    assert "SECRET" in filtered.staged("folder/a.ipynb")


def test_settings_in_a_conflict_stop_the_add_but_not_the_way_back(keeping: FilteredRepository) -> None:
    keeping.save("nbkit.toml", "[strip]\nkeep-count = false\n")
    keeping.save("m.ipynb", notebook("base", output="base"))
    keeping.git("checkout", "-q", "-b", "other")
    keeping.write("nbkit.toml", "[strip]\nids = 'keep'\n")
    keeping.save("m.ipynb", notebook("other", output="other"))
    keeping.git("commit", "-q", "-a", "-m", "x")
    keeping.git("checkout", "-q", "-")
    keeping.write("nbkit.toml", "[strip]\nkeep-count = true\n")
    keeping.git("commit", "-q", "-a", "-m", "x")
    assert keeping.attempt("merge", "other")[0] == 1
    assert "<<<<<<<" in keeping.read("nbkit.toml")
    keeping.write("new.ipynb", DIRTY)
    status, said = keeping.attempt("add", "new.ipynb")
    assert status != 0
    assert re.search(r"^nbkit: .*nbkit\.toml:2:1: expected TOML", said, re.MULTILINE)
    (keeping.root / "new.ipynb").unlink()
    status, said = keeping.attempt("checkout", "other", "--", "m.ipynb")
    assert status == 0
    assert re.search(r"^nbkit: local outputs are not brought back: .*nbkit\.toml:2:1: ", said, re.MULTILINE)
    assert keeping.read("m.ipynb") == notebook("other")
    keeping.git("checkout", "--ours", "--", "nbkit.toml")
    keeping.git("merge", "--abort")
    assert keeping.read("m.ipynb") == notebook("base", output="base")
    assert keeping.status() == ""


def test_a_renamed_and_an_ignored_notebook_are_stripped(filtered: FilteredRepository) -> None:
    filtered.save("a.ipynb", DIRTY)
    filtered.git("mv", "a.ipynb", "b.ipynb")
    filtered.save(".gitignore", "*.ipynb\n")
    filtered.write("ignored.ipynb", DIRTY)
    filtered.git("add", "-f", "ignored.ipynb", "b.ipynb")
    assert filtered.staged("ignored.ipynb") == CLEAN
    assert filtered.staged("b.ipynb") == CLEAN
    assert "R" not in filtered.status()


def test_two_git_processes_at_once_both_strip(filtered: FilteredRepository, tmp_path: Path) -> None:
    filtered.save("seed.ipynb", DIRTY)
    roots = [filtered.root, tmp_path / "second"]
    filtered.git("worktree", "add", "-q", str(roots[1]))
    for root in roots:
        for number in range(40):
            (root / f"{number}.ipynb").write_text(DIRTY)
    running = [subprocess.Popen(["git", "add", "-A"], cwd=root) for root in roots]
    assert [process.wait() for process in running] == [0, 0]
    for root in roots:
        staged = subprocess.run(["git", "grep", "--cached", "-c", ""], cwd=root, capture_output=True, check=True)
        assert staged.stdout.count(b"\n") == 41
        found = subprocess.run(["git", "grep", "--cached", "SECRET"], cwd=root, capture_output=True, check=False)
        assert found.stdout == b""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("autocrlf", ["false", "input", "true"])
@pytest.mark.parametrize("keeps", [pytest.param(False, marks=pytest.mark.slow), True])
def test_line_ends_are_gits_own_business(tmp_path: Path, newline: str, autocrlf: str, *, keeps: bool) -> None:
    repository = FilteredRepository(tmp_path / "r", keeps_outputs=keeps)
    repository.git("config", "core.autocrlf", autocrlf)
    dirty = notebook("1", "2", output="SECRET", newline=newline)
    repository.save("a.ipynb", dirty)
    clean = notebook("1", "2", newline=newline)
    assert repository.blob("HEAD:a.ipynb") == (clean if autocrlf == "false" else CLEAN)
    (repository.root / "a.ipynb").unlink()
    repository.git("checkout", "-q", "--", ".")
    assert repository.status() == ""
    wanted = dirty if keeps else clean
    # What git does to any text file: CRLF with true, LF with input for what is in the repository as LF.
    ends = {"false": newline, "input": "\n", "true": "\r\n"}[autocrlf]
    assert repository.read("a.ipynb") == wanted.replace("\r\n", "\n").replace("\n", ends)


def test_a_sparse_checkout_leaves_out_and_brings_back(keeping: FilteredRepository) -> None:
    keeping.save("in/a.ipynb", DIRTY)
    keeping.save("out/b.ipynb", notebook("3", output="three"))
    keeping.git("sparse-checkout", "set", "in")
    assert not (keeping.root / "out").exists()
    assert keeping.status() == ""
    keeping.git("sparse-checkout", "disable")
    assert keeping.read("out/b.ipynb") == notebook("3", output="three")
    assert keeping.status() == ""


def test_a_submodule_has_a_filter_of_its_own(tmp_path: Path, filtered: FilteredRepository) -> None:
    library = GitRepository(tmp_path / "library")
    library.write("a.ipynb", CLEAN)
    library.commit("a.ipynb")
    filtered.git("submodule", "--quiet", "add", str(library.root), "vendor/library")
    inner = filtered.root / "vendor" / "library"
    install(find_scope("--local", None, str(inner)), str(inner))
    (inner / "a.ipynb").write_text(DIRTY)
    subprocess.run(["git", "add", "-A"], cwd=inner, check=True)
    diff = subprocess.run(["git", "diff", "--cached"], cwd=inner, check=True, capture_output=True)
    assert diff.stdout == b""
    filtered.git("submodule", "--quiet", "update", "--force")


def test_a_shallow_clone_and_a_merge_of_two_edits_work(filtered: FilteredRepository, tmp_path: Path) -> None:
    filtered.save("a.ipynb", notebook("1", "2", "3", output="x"))
    filtered.save("b.ipynb", notebook("1", output="x"))
    shallow = tmp_path / "shallow"
    filtered.git("clone", "-q", "--depth=1", f"file://{filtered.root}", str(shallow))
    install(find_scope("--local", None, str(shallow)), str(shallow))
    clone = FilteredRepository(shallow)
    clone.git("checkout", "-q", "-b", "other")
    clone.save("a.ipynb", notebook("1", "2", "33", output="x"))
    clone.git("checkout", "-q", "-")
    clone.save("a.ipynb", notebook("11", "2", "3", output="x"))
    clone.git("merge", "-q", "-m", "m", "other")
    assert clone.blob("HEAD:a.ipynb") == notebook("11", "2", "33")
    assert clone.status() == ""


def test_a_clone_without_the_configuration_stages_raw_and_that_is_caught(
    repository: GitRepository, tmp_path: Path
) -> None:
    from tests.git.samples import NBKIT, nbkit

    root = str(repository.root)
    install(find_scope("--local", ".gitattributes", root), root)
    repository.write("b.txt", "x")
    repository.commit(".gitattributes", "b.txt")
    clone = GitRepository(tmp_path / "clone")
    clone.git("pull", "-q", root)
    clone.write("a.ipynb", DIRTY)
    status, _ = clone.attempt("add", "a.ipynb")
    assert status == 0
    assert "SECRET" in clone.git("show", ":a.ipynb")  # the hole: no filter can close it
    code, said = nbkit("git", "status", cwd=clone.root)
    assert code == 1
    assert "git is not configured: notebooks are staged with their outputs" in said
    done = subprocess.run([NBKIT + "-strip", "--check", "."], cwd=clone.root, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"a.ipynb: would be stripped\n")


def test_without_nbkit_on_the_path_git_still_finds_it(filtered: FilteredRepository, tmp_path: Path) -> None:
    git = shutil.which("git")
    assert git is not None
    filtered.write("a.ipynb", DIRTY)
    subprocess.run([git, "add", "-A"], cwd=filtered.root, env={**os.environ, "PATH": "/usr/bin:/bin"}, check=True)
    assert filtered.staged("a.ipynb") == CLEAN
