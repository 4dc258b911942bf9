"""Outputs that stay in the working tree through whatever git does to it, and go nowhere else."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from tests.git.samples import FilteredRepository, nbkit, notebook

FIRST = notebook("1", "2", output="FIRST")
SECOND = notebook("1", "3", output="SECOND")


def outputs_of(text: str) -> dict[str, str]:
    """Return the output of each cell that has one, under its source."""
    cells = json.loads(text)["cells"]
    return {cell["source"][0]: cell["outputs"][0]["text"][0] for cell in cells if cell["outputs"]}


@pytest.fixture(scope="module")
def _branches_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("branches") / "repository"


@pytest.fixture
def branches(_branches_once: Path, tmp_path: Path) -> FilteredRepository:
    """`main` has FIRST and `other` SECOND of a.ipynb; `main` is checked out. A copy of one that is made once."""
    if not _branches_once.exists():
        made = FilteredRepository(_branches_once, keeps_outputs=True)
        made.git("checkout", "-q", "-b", "main")
        made.save("a.ipynb", FIRST)
        made.git("checkout", "-q", "-b", "other")
        made.save("a.ipynb", SECOND)
        made.git("checkout", "-q", "main")
    copy = FilteredRepository(copytree(_branches_once, tmp_path / "branches"), keeps_outputs=True)
    copy.git("update-index", "-q", "--refresh")
    return copy


def test_switching_branches_brings_each_ones_outputs(branches: FilteredRepository) -> None:
    for command in (["checkout", "-q"], ["switch", "-q"]):
        for branch, text in (("other", SECOND), ("main", FIRST)):
            branches.git(*command, branch)
            assert branches.read("a.ipynb") == text
            assert branches.status() == ""


def test_an_alias_of_checkout_brings_outputs(branches: FilteredRepository) -> None:
    branches.git("config", "alias.co", "checkout -q")
    branches.git("config", "alias.again", "co")
    branches.git("co", "other")
    assert branches.read("a.ipynb") == SECOND
    branches.git("again", "main")
    assert branches.read("a.ipynb") == FIRST


def test_outputs_come_back_without_the_process_filter_too(branches: FilteredRepository) -> None:
    branches.git("config", "--unset", "filter.nbkit.process")
    branches.git("checkout", "-q", "other")
    assert branches.read("a.ipynb") == SECOND
    assert branches.status() == ""


def test_a_stash_and_its_pop_bring_outputs(branches: FilteredRepository) -> None:
    edited = notebook("1", "2", "new", output="EDITED")
    branches.write("a.ipynb", edited)
    branches.git("stash")
    assert branches.read("a.ipynb") == FIRST
    assert branches.status() == ""
    branches.git("stash", "pop", "-q")
    assert branches.read("a.ipynb") == edited
    assert branches.status() == " M a.ipynb\n"


def test_a_stash_that_keeps_the_index_brings_outputs(branches: FilteredRepository) -> None:
    branches.write("a.ipynb", notebook("1", "2", "staged", output="STAGED"))
    branches.git("add", "a.ipynb")
    branches.write("a.ipynb", notebook("1", "2", "staged", "more", output="MORE"))
    branches.git("stash", "--keep-index")
    assert outputs_of(branches.read("a.ipynb"))["staged"] == "staged: STAGED"
    assert branches.status() == "M  a.ipynb\n"


def test_a_rebase_brings_outputs(branches: FilteredRepository) -> None:
    branches.save("b.ipynb", notebook("b", output="B"))
    branches.git("checkout", "-q", "other")
    branches.git("rebase", "-q", "main")
    assert branches.read("a.ipynb") == SECOND
    assert branches.read("b.ipynb") == notebook("b", output="B")
    assert branches.status() == ""


def test_a_cherry_pick_and_a_revert_bring_outputs(branches: FilteredRepository) -> None:
    branches.git("cherry-pick", "other")
    assert branches.read("a.ipynb") == SECOND
    branches.git("revert", "--no-edit", "HEAD")
    assert branches.read("a.ipynb") == FIRST
    assert branches.status() == ""


def test_a_hard_reset_brings_the_outputs_that_git_last_saw(branches: FilteredRepository) -> None:
    branches.write("a.ipynb", SECOND)
    branches.git("reset", "-q", "--hard")
    assert branches.read("a.ipynb") == FIRST
    (branches.root / "a.ipynb").unlink()
    branches.git("restore", "a.ipynb")
    assert branches.read("a.ipynb") == FIRST
    assert branches.status() == ""


def test_a_patch_that_is_applied_leaves_the_other_cells_their_outputs(branches: FilteredRepository) -> None:
    patch = branches.root / "p.patch"
    patch.write_text(branches.git("diff", "main", "other"))
    branches.git("apply", "p.patch")
    patch.unlink()
    assert branches.read("a.ipynb") == SECOND


def test_a_new_worktree_gets_the_outputs(branches: FilteredRepository, tmp_path: Path) -> None:
    branches.git("worktree", "add", "-q", str(tmp_path / "second"), "other")
    second = tmp_path / "second"
    assert (second / "a.ipynb").read_bytes().decode() == SECOND
    status = subprocess.run(["git", "status", "--porcelain"], cwd=second, capture_output=True, check=True)
    assert status.stdout == b""


@pytest.mark.parametrize("arguments", [["--ff-only"], ["--rebase"]])
def test_a_pull_that_edits_one_cell_brings_the_other_cells_outputs_back(
    branches: FilteredRepository, tmp_path: Path, arguments: list[str]
) -> None:
    colleague = tmp_path / "colleague"
    branches.git("clone", "-q", "-b", "main", str(branches.root), str(colleague))
    (colleague / "a.ipynb").write_text(notebook("1", "edited", "2"))
    for command in (["add", "a.ipynb"], ["-c", "user.name=b", "-c", "user.email=b", "commit", "-q", "-m", "edit"]):
        subprocess.run(["git", *command], cwd=colleague, check=True)
    branches.git("pull", "-q", *arguments, str(colleague), "main")
    assert outputs_of(branches.read("a.ipynb")) == {"1": "1: FIRST", "2": "2: FIRST"}
    assert branches.blob("HEAD:a.ipynb") == notebook("1", "edited", "2")
    assert branches.status() == ""


def test_outputs_that_git_has_stay_and_do_not_cost_the_others(keeping: FilteredRepository) -> None:
    def with_kept_cell(kept: str, *sources: str, output: str | None) -> str:
        document = json.loads(notebook("kept", *sources, output=output))
        cell = document["cells"][0]
        cell["metadata"] = {"keep_output": True}
        cell["outputs"] = [{"name": "stdout", "output_type": "stream", "text": [kept]}]
        return json.dumps(document, indent=1) + "\n"

    keeping.save("a.ipynb", with_kept_cell("old", "1", output="RUN"))
    keeping.git("checkout", "-q", "-b", "other")
    keeping.save("a.ipynb", with_kept_cell("new", "1", "2", output=None))
    assert nbkit("git", "outputs", "clear", cwd=keeping.root)[0] == 0
    keeping.git("checkout", "-q", "-")
    keeping.write("a.ipynb", with_kept_cell("old", "1", output="RUN"))
    keeping.git("add", "a.ipynb")
    keeping.git("checkout", "-q", "other")
    assert outputs_of(keeping.read("a.ipynb")) == {"kept": "new", "1": "1: RUN"}
    assert keeping.status() == ""


def test_equal_notebooks_keep_each_its_own_outputs(keeping: FilteredRepository) -> None:
    texts = {"a.ipynb": notebook("1", output="A"), "b.ipynb": notebook("1", output="B")}
    for path, text in texts.items():
        keeping.write(path, text)
    keeping.git("add", "-A")
    assert keeping.git("rev-parse", ":a.ipynb") == keeping.git("rev-parse", ":b.ipynb")
    keeping.git("commit", "-q", "-m", "x")
    for path in texts:
        (keeping.root / path).unlink()
    keeping.git("checkout", "-q", "--", ".")
    assert {path: keeping.read(path) for path in texts} == texts


def test_equal_cells_of_a_notebook_keep_each_its_own_output(keeping: FilteredRepository) -> None:
    document = json.loads(notebook("1", "1", output="x"))
    document["cells"][1]["outputs"][0]["text"] = ["another"]
    keeping.save("a.ipynb", json.dumps(document))
    document["cells"].append({"cell_type": "markdown", "id": "m", "metadata": {}, "source": []})
    for cell in document["cells"][:2]:
        cell.update(outputs=[], execution_count=None)
    keeping.git("checkout", "-q", "-b", "other")
    oid = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"],
        cwd=keeping.root,
        input=json.dumps(document).encode(),
        capture_output=True,
        check=True,
    ).stdout.decode()
    keeping.git("update-index", "--cacheinfo", f"100644,{oid.strip()},a.ipynb")
    keeping.git("commit", "-q", "-m", "x")
    keeping.git("reset", "-q", "--hard")
    cells = json.loads(keeping.read("a.ipynb"))["cells"]
    assert [cell["outputs"][0]["text"] for cell in cells[:2]] == [["1: x"], ["another"]]


def test_cleared_outputs_stay_cleared(branches: FilteredRepository) -> None:
    branches.write("a.ipynb", notebook("1", "2"))
    branches.git("add", "a.ipynb")
    branches.git("checkout", "-q", "other")
    branches.git("checkout", "-q", "main")
    assert branches.read("a.ipynb") == notebook("1", "2")
    branches.git("checkout", "-q", "-b", "third")
    branches.save("a.ipynb", notebook("1", "2", "4"))
    branches.git("checkout", "-q", "main")
    assert branches.read("a.ipynb") == notebook("1", "2")


def test_old_notebooks_get_their_outputs_back(keeping: FilteredRepository) -> None:
    document = {
        "metadata": {"name": ""},
        "nbformat": 3,
        "nbformat_minor": 0,
        "worksheets": [
            {
                "cells": [
                    {
                        "cell_type": "code",
                        "collapsed": False,
                        "input": ["1"],
                        "language": "python",
                        "metadata": {},
                        "outputs": [{"output_type": "stream", "stream": "stdout", "text": ["OLD"]}],
                        "prompt_number": 7,
                    }
                ],
                "metadata": {},
            }
        ],
    }
    text = json.dumps(document, indent=1)
    keeping.save("a.ipynb", text)
    assert "OLD" not in keeping.staged("a.ipynb")
    (keeping.root / "a.ipynb").unlink()
    keeping.git("checkout", "-q", "--", ".")
    assert keeping.read("a.ipynb") == text


def test_a_notebook_with_other_line_ends_in_history_leaves_status_clean(keeping: FilteredRepository) -> None:
    keeping.save("a.ipynb", notebook("1", output="x", newline="\r\n"))
    keeping.git("checkout", "-q", "-b", "unix")
    keeping.save("a.ipynb", notebook("1", output="x"))
    for branch, newline in (("-", "\r\n"), ("-", "\n")):
        keeping.git("checkout", "-q", branch)
        assert keeping.read("a.ipynb") == notebook("1", output="x", newline=newline)
        assert keeping.status() == ""


def test_a_rename_keeps_the_outputs_once_git_has_looked_at_the_new_name(branches: FilteredRepository) -> None:
    branches.git("mv", "a.ipynb", "b c.ipynb")
    os.utime(branches.root / "b c.ipynb")
    branches.git("add", "b c.ipynb")
    branches.git("commit", "-q", "-m", "x")
    branches.git("checkout", "-q", "other")
    branches.git("checkout", "-q", "main")
    assert branches.read("b c.ipynb") == FIRST
    assert branches.status() == ""


def read_archive(repository: FilteredRepository) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(repository.git_bytes("archive", "HEAD"))) as archive:
        member = archive.extractfile("a.ipynb")
        assert member is not None
        return member.read()


def read_checkout_index(repository: FilteredRepository) -> bytes:
    repository.git("checkout-index", "--prefix=out/", "a.ipynb")
    return (repository.root / "out" / "a.ipynb").read_bytes()


def read_textconv(repository: FilteredRepository) -> bytes:
    repository.git("config", "diff.cat.textconv", "cat")
    repository.write(".gitattributes", "*.ipynb diff=cat\n")
    return repository.git_bytes("show", "HEAD") + repository.git_bytes("diff", "HEAD", "other")


def read_external_diff(repository: FilteredRepository) -> bytes:
    repository.git("config", "diff.external", 'cat "$2" "$5"; :')
    return b"".join(
        repository.git_bytes(*command)
        for command in (["diff", "main", "other"], ["show", "--ext-diff", "HEAD"], ["log", "-p", "--ext-diff"])
    )


def read_difftool(repository: FilteredRepository) -> bytes:
    return repository.git_bytes("difftool", "-y", "-x", "cat", "main", "other")


def read_directory_difftool(repository: FilteredRepository) -> bytes:
    show = repository.write(".git/show", '#!/bin/sh\ncat "$1"/* "$2"/*\n')
    show.chmod(0o700)
    return repository.git_bytes("difftool", "--dir-diff", "-y", "-x", str(show), "main", "other")


def read_stash(repository: FilteredRepository) -> bytes:
    repository.write("a.ipynb", notebook("stashed", output="STASHED FIRST"))
    repository.git("stash")
    repository.git("config", "diff.external", 'cat "$2" "$5"; :')
    return repository.git_bytes("stash", "show", "-p", "--ext-diff") + repository.git_bytes("stash", "list", "-p")


READERS: list[Callable[[FilteredRepository], bytes]] = [
    read_archive,
    read_checkout_index,
    read_textconv,
    read_external_diff,
    read_difftool,
    read_directory_difftool,
    read_stash,
    lambda repository: repository.git_bytes("cat-file", "--filters", "HEAD:a.ipynb"),
    lambda repository: repository.git_bytes("cat-file", "--textconv", "HEAD:a.ipynb"),
    lambda repository: repository.git_bytes("show", "HEAD:a.ipynb"),
    lambda repository: repository.git_bytes("show", "--textconv", "HEAD:a.ipynb"),
    lambda repository: repository.git_bytes("diff", "HEAD", "other"),
]


@pytest.mark.parametrize("read", READERS)
def test_nothing_but_the_working_tree_gets_outputs(
    branches: FilteredRepository, read: Callable[[FilteredRepository], bytes]
) -> None:
    data = read(branches)
    assert b'"cell_type"' in data or b'"source"' in data or b'"3"' in data
    assert b"FIRST" not in data
    assert b"SECOND" not in data


def test_nothing_of_it_is_pushed_or_in_the_objects(branches: FilteredRepository, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    branches.git("init", "-q", "--bare", str(bare))
    branches.git("push", "-q", str(bare), "--all")
    for root in (bare, branches.root):
        listing = subprocess.run(
            ["git", "cat-file", "--batch", "--batch-all-objects"], cwd=root, capture_output=True, check=True
        ).stdout
        assert b'"cell_type"' in listing
        assert b"FIRST" not in listing
        assert b"SECOND" not in listing
    assert not any("nbkit" in name for name in os.listdir(bare))


def test_the_outputs_that_are_kept_can_be_listed_cleared_and_pruned(branches: FilteredRepository) -> None:
    code, said = nbkit("git", "outputs", "list", cwd=branches.root)
    assert code == 0
    assert [line.split("  ")[-1] for line in said.splitlines()] == ["a.ipynb", "a.ipynb"]
    assert nbkit("git", "outputs", "prune", "--limit", "1G", cwd=branches.root) == (0, "0 records forgotten\n")
    assert nbkit("git", "outputs", "prune", "--limit", "400", cwd=branches.root) == (0, "1 records forgotten\n")
    assert nbkit("git", "outputs", "clear", cwd=branches.root) == (0, "1 records forgotten\n")
    assert nbkit("git", "outputs", "list", cwd=branches.root) == (0, "")
    assert not (branches.root / ".git" / "nbkit").exists()
    (branches.root / "a.ipynb").unlink()
    branches.git("checkout", "-q", "-f", "other")
    assert outputs_of(branches.read("a.ipynb")) == {}


def test_a_status_that_tries_the_filter_keeps_nothing(branches: FilteredRepository) -> None:
    before = nbkit("git", "outputs", "list", cwd=branches.root)
    assert nbkit("git", "status", cwd=branches.root)[0] == 0
    assert nbkit("git", "outputs", "list", cwd=branches.root) == before


def test_the_oldest_outputs_go_where_the_limit_is_reached(keeping: FilteredRepository) -> None:
    keeping.git("config", "nbkit.outputsLimit", "10k")
    texts = [notebook(str(number), output=os.urandom(1500).hex()) for number in range(8)]
    for number, text in enumerate(texts):
        keeping.save(f"{number}.ipynb", text)
    folder = keeping.root / ".git" / "nbkit"
    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) <= 10 << 10
    for number in range(8):
        (keeping.root / f"{number}.ipynb").unlink()
    keeping.git("checkout", "-q", "--", ".")
    found = [keeping.read(f"{number}.ipynb") == text for number, text in enumerate(texts)]
    assert found == sorted(found)
    assert found[-1]
    assert not found[0]
    assert keeping.status() == ""


def test_outputs_larger_than_the_limit_do_not_push_out_the_rest(keeping: FilteredRepository) -> None:
    keeping.git("config", "nbkit.outputsLimit", "2k")
    keeping.save("small.ipynb", notebook("1", output="small"))
    keeping.write("large.ipynb", notebook("1", output=os.urandom(5000).hex()))
    status, said = keeping.attempt("add", "large.ipynb")
    assert status == 0
    assert "nbkit: local outputs are not kept: large.ipynb alone takes more than nbkit.outputsLimit" in said
    (keeping.root / "small.ipynb").unlink()
    keeping.git("checkout", "-q", "--", "small.ipynb")
    assert keeping.read("small.ipynb") == notebook("1", output="small")


def test_a_limit_that_is_no_number_is_said_and_git_goes_on(keeping: FilteredRepository) -> None:
    keeping.git("config", "nbkit.outputsLimit", "much")
    keeping.write("a.ipynb", FIRST)
    status, said = keeping.attempt("add", "a.ipynb")
    assert status == 0
    assert "bad numeric config value 'much' for 'nbkit.outputslimit'" in said
    assert keeping.staged("a.ipynb") == notebook("1", "2")


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: b"\0" + data[1:],
        lambda data: data[:-20] + bytes(20),
    ],
)
def test_damaged_records_cost_outputs_at_most_and_are_said(
    branches: FilteredRepository, damage: Callable[[bytes], bytes]
) -> None:
    for file in (branches.root / ".git" / "nbkit").rglob("*.zlib"):
        file.write_bytes(damage(file.read_bytes()))
    assert nbkit("git", "outputs", "list", cwd=branches.root)[0] == 0
    (branches.root / "a.ipynb").unlink()
    status, said = branches.attempt("checkout", "-q", "-f", "other")
    assert status == 0
    assert "nbkit: a record of local outputs is damaged and was removed: " in said
    assert branches.read("a.ipynb") == notebook("1", "3")
    assert branches.status() == ""


def test_a_record_of_something_else_is_never_checked_out(branches: FilteredRepository) -> None:
    for file in (branches.root / ".git" / "nbkit").rglob("*.zlib"):
        file.write_bytes(zlib.compress(b"a.ipynb\0" + notebook("evil", output="x").encode()))
    (branches.root / "a.ipynb").unlink()
    branches.git("checkout", "-q", "-f", "other")
    assert branches.read("a.ipynb") == notebook("1", "3")
    assert branches.status() == ""


def test_a_store_that_cannot_be_written_costs_outputs_at_most_and_is_said(keeping: FilteredRepository) -> None:
    (keeping.root / ".git" / "nbkit").write_text("a file, not a folder")
    keeping.write("a.ipynb", FIRST)
    keeping.write("b.ipynb", FIRST)
    status, said = keeping.attempt("add", "-A")
    assert status == 0
    assert said.count("nbkit: local outputs are not kept: ") == 1
    keeping.git("commit", "-q", "-m", "x")
    (keeping.root / "a.ipynb").unlink()
    keeping.git("checkout", "-q", "--", ".")
    assert keeping.read("a.ipynb") == notebook("1", "2")
    assert nbkit("git", "outputs", "list", cwd=keeping.root) == (0, "")


@pytest.mark.skipif(hasattr(os, "getuid") and os.getuid() == 0, reason="root may write what is read-only")
def test_a_read_only_store_still_gives_its_outputs(branches: FilteredRepository) -> None:
    folder = branches.root / ".git" / "nbkit" / "outputs"
    for inner in (*folder.iterdir(), folder):
        inner.chmod(0o500)
    branches.git("checkout", "-q", "other")
    assert branches.read("a.ipynb") == SECOND
    branches.write("a.ipynb", notebook("5", output="x"))
    status, said = branches.attempt("add", "a.ipynb")
    assert (status, "local outputs are not kept: Permission denied" in said) == (0, True)


def test_a_full_disk_costs_outputs_at_most_and_is_said(keeping: FilteredRepository) -> None:
    # A limit on the size of a file stands in for the disk: what git writes is small, the outputs are not.
    keeping.write("a.ipynb", notebook("1", output=os.urandom(200_000).hex()))
    script = "ulimit -f 64; exec git add a.ipynb"
    done = subprocess.run(["bash", "-c", script], cwd=keeping.root, capture_output=True, check=False)
    assert done.returncode == 0
    assert done.stderr == b"nbkit: local outputs are not kept: File too large\n"
    assert keeping.staged("a.ipynb") == notebook("1")
    assert [file for file in (keeping.root / ".git" / "nbkit").rglob("*") if file.is_file()] == []


def test_what_a_killed_process_left_is_cleared_and_counts(branches: FilteredRepository) -> None:
    folder = next((branches.root / ".git" / "nbkit" / "outputs").iterdir())
    (folder / "x.zlib.1-2.tmp").write_bytes(b"x" * 10_000)
    assert nbkit("git", "outputs", "prune", "--limit", "5000", cwd=branches.root)[0] == 0
    assert nbkit("git", "outputs", "clear", cwd=branches.root)[0] == 0
    assert not (branches.root / ".git" / "nbkit").exists()


def add_and_check_out(root: Path, name: str, rounds: int, faults: list[str]) -> None:
    environment = {**os.environ, "GIT_INDEX_FILE": str(root / ".git" / f"index-{name}")}
    file = root / f"{name}.ipynb"
    for number in range(rounds):
        text = notebook(f"{number % 3}", "same", output=f"{name}-{number}")
        file.write_text(text)
        for command in (["add", file.name], ["checkout", "--", file.name]):
            if command[0] == "checkout":
                file.unlink()
            done = subprocess.run(["git", *command], cwd=root, env=environment, capture_output=True, check=False)
            if done.returncode or done.stderr.strip().startswith(b"nbkit"):
                faults.append(done.stderr.decode())
        if file.read_text() != text:
            faults.append(f"{name}-{number}: {file.read_text()[:2000]}")


@pytest.mark.parametrize("rounds", [2, pytest.param(200, marks=pytest.mark.slow)])
def test_eight_loops_of_add_and_checkout_at_once_lose_nothing(keeping: FilteredRepository, rounds: int) -> None:
    faults: list[str] = []
    loops = [
        threading.Thread(target=add_and_check_out, args=(keeping.root, f"n{number}", rounds, faults))
        for number in range(8)
    ]
    for loop in loops:
        loop.start()
    for loop in loops:
        loop.join()
    assert faults == []


def test_a_developers_day_ends_with_clean_commits_and_all_outputs(keeping: FilteredRepository, tmp_path: Path) -> None:
    origin = tmp_path / "origin"
    keeping.git("init", "-q", "--bare", "-b", "main", str(origin))
    keeping.git("checkout", "-q", "-b", "main")
    keeping.git("remote", "add", "origin", str(origin))
    keeping.save("analysis.ipynb", notebook("import a", "load()", "plot()", output="morning"))
    keeping.save("other.ipynb", notebook("x", output="x"))
    keeping.git("push", "-q", "-u", "origin", "main")

    # edit, run, add, commit on a branch of one's own
    keeping.git("checkout", "-q", "-b", "feature")
    keeping.write("analysis.ipynb", notebook("import a", "load(1)", "plot()", output="feature"))
    keeping.git("add", "-A")
    keeping.git("commit", "-q", "-m", "feature")

    # look at main, where everything is as it was this morning
    keeping.git("checkout", "-q", "main")
    assert keeping.read("analysis.ipynb") == notebook("import a", "load()", "plot()", output="morning")
    assert keeping.status() == ""

    # a colleague without the outputs edits the other end of the notebook
    colleague = FilteredRepository(tmp_path / "colleague")
    colleague.git("pull", "-q", str(origin), "main")
    colleague.save("analysis.ipynb", notebook("import a", "load()", "plot()", "save()"))
    colleague.git("push", "-q", str(origin), "HEAD:main")
    keeping.git("pull", "-q")
    assert outputs_of(keeping.read("analysis.ipynb")) == {
        "import a": "import a: morning",
        "load()": "load(): morning",
        "plot()": "plot(): morning",
    }
    assert keeping.status() == ""

    # rebase the branch on it: a cell that stood in main just now has the output that it had there
    keeping.git("checkout", "-q", "feature")
    keeping.git("rebase", "-q", "main")
    assert outputs_of(keeping.read("analysis.ipynb")) == {
        "import a": "import a: morning",
        "load(1)": "load(1): feature",
        "plot()": "plot(): morning",
    }
    assert keeping.status() == ""

    # run it all, put it away for a fix on main, and take it up again
    evening = notebook("import a", "load(2)", "plot()", "save()", output="evening")
    keeping.write("analysis.ipynb", evening)
    keeping.git("stash", "-q")
    keeping.git("checkout", "-q", "main")
    keeping.save("other.ipynb", notebook("x", "fix", output="fixed"))
    keeping.git("push", "-q")
    keeping.git("checkout", "-q", "feature")
    keeping.git("rebase", "-q", "main")
    keeping.git("stash", "pop", "-q")
    assert keeping.read("analysis.ipynb") == evening
    assert keeping.read("other.ipynb") == notebook("x", "fix", output="fixed")
    keeping.git("commit", "-q", "-a", "-m", "evening")
    assert keeping.status() == ""

    objects = keeping.git_bytes("cat-file", "--batch", "--batch-all-objects")
    for word in (b"morning", b'feature"', b": evening", b"fixed"):
        assert word not in objects


def test_stripping_a_file_loads_nothing_of_this() -> None:
    program = (
        "import sys\n"
        "from nbkit.cli import strip_main\n"
        "assert strip_main(['--check', sys.argv[1]]) == 1\n"
        "heavy = {'subprocess', 'zlib', 'hashlib', 'shlex', 'nbkit.git.local_outputs', 'nbkit.git.installation'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.ipynb"
        file.write_text(FIRST)
        done = subprocess.run([sys.executable, "-c", program, str(file)], capture_output=True, check=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"
