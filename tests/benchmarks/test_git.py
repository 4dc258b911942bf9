"""The parts of the git benchmark that compute; what it measures is not tested here."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from benchmarks.corpus import find_corpus, holds_outputs
from benchmarks.figures import README, replace_section
from benchmarks.filters import NBKIT_KEEPING, NO_FILTER, PEER_SETTINGS, Filter, make_filters
from benchmarks.git import count_with_outputs, judge, make_repository_files, mark, set_up
from benchmarks.sidebyside import Turn
from benchmarks.strippers import NBKIT, NBKIT_CALLS, PEERS, Stripper
from benchmarks.synthetic import write_notebooks
from tests.cli.commands import DIRTY
from tests.repositories import _own_git_configuration

__all__ = ["_own_git_configuration"]


def turns(**seconds: float) -> list[dict[str, Turn]]:
    names = {"none": NO_FILTER, "ours": NBKIT, "keeping": NBKIT_KEEPING, "fast": "nb-clean", "slow": "nbwipers"}
    return [{names[name]: Turn(wall_s, wall_s, 0, 0) for name, wall_s in seconds.items()}]


def test_each_copy_is_a_content_of_its_own_and_still_a_notebook(tmp_path: Path) -> None:
    write_notebooks(tmp_path / "corpus", 8)
    (tmp_path / "repository").mkdir()
    made = make_repository_files(find_corpus(tmp_path / "corpus"), 24, tmp_path / "repository")
    contents = [(made.folder / file).read_bytes() for file in made.files]
    assert len(contents) == len(set(contents)) == 24
    assert all(json.loads(content)["cells"] for content in contents)


def test_the_line_goes_into_a_source_and_nowhere_else() -> None:
    marked = mark(DIRTY, 7)
    before, after = json.loads(DIRTY), json.loads(marked)
    after["cells"][0]["source"].remove("# notebook 7\n")
    assert before == after


@pytest.mark.parametrize("data", [b'{"cells": [{"source": []}]}', b'{"cells": [{"source": "x"}]}'])
def test_a_notebook_without_a_line_stays_as_it_is(data: bytes) -> None:
    assert mark(data, 7) == data


def test_every_peer_has_a_filter() -> None:
    assert PEER_SETTINGS.keys() == PEERS.keys()


def test_a_program_with_a_space_in_its_path_is_quoted() -> None:
    tools = [Stripper(name, "1", Path("/with space") / name, NBKIT_CALLS) for name in (NBKIT, "nb-clean", "nbstripout")]
    none, ours, keeping, nb_clean, nbstripout = make_filters(tools)
    assert none == Filter(NO_FILTER)
    assert ours.command == ("/with space/nbkit", "git", "install")
    assert keeping.command == (*ours.command, "--keep-local-outputs")
    assert nb_clean.settings == {"clean": "'/with space/nb-clean' clean"}
    assert nbstripout.settings["clean"] == "'/with space/python' -m nbstripout"


def test_what_git_has_with_outputs_is_counted(tmp_path: Path) -> None:
    for each, expected in ((Filter(NO_FILTER), 1), (Filter("empty", {"clean": "echo {}"}), 0)):
        folder = tmp_path / each.name
        folder.mkdir()
        set_up(folder, each)
        (folder / "a.ipynb").write_bytes(DIRTY)
        subprocess.run(["git", "add", "."], cwd=folder, check=True)
        subprocess.run(["git", "commit", "-q", "-m", "a"], cwd=folder, check=True)
        assert holds_outputs((folder / "a.ipynb").read_bytes())
        assert count_with_outputs(folder) == expected


def test_adding_is_compared_with_no_filter_and_with_the_fastest_peer() -> None:
    budgets = judge("add", "add", turns(none=2.0, ours=1.0, keeping=1.5, fast=4.0, slow=9.0))
    assert [(budget.what, budget.measured, budget.is_held) for budget in budgets] == [
        ("add, to no filter", 0.5, True),
        ("add, to nb-clean", 0.25, True),
    ]


def test_without_peers_there_is_nobody_to_be_faster_than() -> None:
    assert len(judge("add", "add", turns(none=2.0, ours=3.0, keeping=1.5))) == 1


def test_a_status_may_add_nothing_but_noise() -> None:
    budgets = judge("status", "status", turns(none=0.002, ours=0.004, keeping=0.1))
    assert [budget.is_held for budget in budgets] == [True, False]


def test_the_readme_has_the_section_that_is_written() -> None:
    assert "new" in replace_section(README.read_text(encoding="utf-8"), "git", "new")
