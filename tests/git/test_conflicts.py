"""A notebook in a conflict: what git can still do, what stops, and each way out."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from tests.git.samples import FilteredRepository, notebook

OURS = notebook("ours")
THEIRS = notebook("theirs")
MESSAGE = (
    "nbkit: a.ipynb:10:1: expected a notebook, got git's conflict marker '<<<<<<< HEAD'; resolve the conflict first "
    "(git checkout --ours or --theirs takes one side, git merge --abort goes back)"
)


@pytest.fixture(scope="module")
def _conflicted_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("conflicted") / "repository"


@pytest.fixture
def conflicted(_conflicted_once: Path, tmp_path: Path) -> FilteredRepository:
    """A repository in the middle of a merge that a.ipynb is in conflict in. A copy of one that is made once."""
    if not _conflicted_once.exists():
        made = FilteredRepository(_conflicted_once, keeps_outputs=True)
        made.save("a.ipynb", notebook("base", output="base"))
        made.git("checkout", "-q", "-b", "other")
        made.save("a.ipynb", notebook("theirs", output="theirs"))
        made.git("checkout", "-q", "-")
        made.save("a.ipynb", notebook("ours", output="ours"))
        status, said = made.attempt("merge", "other")
        assert (status, "CONFLICT (content): Merge conflict in a.ipynb" in said) == (1, True)
    return FilteredRepository(copytree(_conflicted_once, tmp_path / "conflicted"), keeps_outputs=True)


def test_status_works_and_says_so(conflicted: FilteredRepository) -> None:
    assert conflicted.status() == "UU a.ipynb\n"


@pytest.mark.parametrize("command", [["diff"], ["commit", "-q", "-a", "-m", "x"], ["add", "a.ipynb"], ["reset", "-q"]])
def test_what_needs_the_notebook_stops_and_names_the_ways_out(
    conflicted: FilteredRepository, command: list[str]
) -> None:
    status, said = conflicted.attempt(*command)
    assert status != 0
    assert MESSAGE in said.splitlines()
    assert conflicted.status() == "UU a.ipynb\n"


@pytest.mark.parametrize(("side", "outputs"), [("ours", "ours"), ("theirs", "theirs")])
def test_taking_one_side_is_a_way_out(conflicted: FilteredRepository, side: str, outputs: str) -> None:
    conflicted.git("checkout", "-q", f"--{side}", "--", "a.ipynb")
    assert conflicted.read("a.ipynb") == notebook(side, output=outputs)
    conflicted.git("diff")
    conflicted.git("add", "a.ipynb")
    conflicted.git("commit", "-q", "-m", "merged")
    assert conflicted.blob("HEAD:a.ipynb") == notebook(side)
    assert conflicted.status() == ""


def test_resolving_by_hand_is_a_way_out(conflicted: FilteredRepository) -> None:
    conflicted.write("a.ipynb", notebook("ours", "theirs", output="both"))
    conflicted.git("commit", "-q", "-a", "-m", "merged")
    assert conflicted.blob("HEAD:a.ipynb") == notebook("ours", "theirs")
    assert conflicted.status() == ""


@pytest.mark.parametrize("command", [["merge", "--abort"], ["reset", "-q", "--hard"], ["checkout", "-q", "-f", "HEAD"]])
def test_going_back_is_a_way_out(conflicted: FilteredRepository, command: list[str]) -> None:
    conflicted.git(*command)
    assert conflicted.read("a.ipynb") == notebook("ours", output="ours")
    assert conflicted.status() == ""


def test_a_rebase_in_conflict_can_be_aborted(conflicted: FilteredRepository) -> None:
    conflicted.git("merge", "--abort")
    status, _ = conflicted.attempt("rebase", "other")
    assert status != 0
    assert conflicted.status() == "UU a.ipynb\n"
    conflicted.git("rebase", "--abort")
    assert conflicted.read("a.ipynb") == notebook("ours", output="ours")
    assert conflicted.status() == ""


def test_stash_stops_by_itself_while_the_index_has_the_conflict(conflicted: FilteredRepository) -> None:
    status, said = conflicted.attempt("stash")
    assert (status != 0, said) == (True, "a.ipynb: needs merge\n")
