"""Each way in which a peer's filter was seen to stage outputs or change what is none (issue 3), tried on ours."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from nbkit.git import find_scope, install, uninstall
from tests.git.samples import FilteredRepository, notebook
from tests.repositories import GitRepository

DIRTY = notebook("1", output="SECRET")


def staged_or_refused(filtered: FilteredRepository, text: str) -> str | None:
    """Return what git has after an add, None if the add fails and nothing is staged."""
    filtered.write("a.ipynb", text)
    status, _ = filtered.attempt("add", "a.ipynb")
    if status:
        assert filtered.git("ls-files") == ""
        return None
    return filtered.staged("a.ipynb")


@pytest.mark.parametrize("place", ["source", "text"])
def test_a_lone_surrogate_lets_no_output_through(filtered: FilteredRepository, place: str) -> None:
    # nb-clean, nbwipers and nbstripout-fast exit with 0 and stage the outputs.
    text = DIRTY.replace('"1"\n', '"\\ud800"\n') if place == "source" else DIRTY.replace("SECRET", "SECRET \\ud800")
    assert "\\ud800" in text
    staged = staged_or_refused(filtered, text)
    assert staged is not None
    assert "SECRET" not in staged
    assert ("\\ud800" in staged) == (place == "source")


def test_outputs_of_nbformat_3_go(filtered: FilteredRepository) -> None:
    # nbstripout-fast leaves them in.
    cell = {"cell_type": "code", "input": ["1"], "language": "python", "metadata": {}, "prompt_number": 3}
    cell["outputs"] = [{"output_type": "pyout", "text": ["SECRET"], "prompt_number": 3}]
    document = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [cell], "metadata": {}}]}
    staged = staged_or_refused(filtered, json.dumps(document))
    assert staged is not None
    assert json.loads(staged)["worksheets"][0]["cells"][0]["outputs"] == []


def test_the_attributes_of_a_worktree_are_those_that_git_reads(repository: GitRepository, tmp_path: Path) -> None:
    # nbstripout writes to .git/worktrees/NAME/info/attributes, which git ignores.
    repository.write("b.txt")
    repository.commit("b.txt")
    linked = tmp_path / "linked"
    repository.git("worktree", "add", "-q", str(linked))
    install(find_scope("--local", None, str(linked)), str(linked))
    (linked / "a.ipynb").write_text(DIRTY)
    subprocess.run(["git", "add", "a.ipynb"], cwd=linked, check=True)
    shown = subprocess.run(["git", "show", ":a.ipynb"], cwd=linked, capture_output=True, check=True).stdout
    assert b'"cell_type"' in shown
    assert b"SECRET" not in shown


def test_uninstall_leaves_a_line_of_git_lfs(repository: GitRepository) -> None:
    # nbstripout deletes `*.ipynb filter=lfs`.
    lines = "*.ipynb filter=lfs diff=lfs\n*.ipynb filter=lfs\n"
    root = str(repository.root)
    file = repository.root / ".git" / "info" / "attributes"
    scope = find_scope("--local", None, root)
    install(scope, root)
    file.write_text(lines + file.read_text())
    assert uninstall(scope, root)
    assert file.read_text() == lines


def test_keep_output_false_is_no_keep(filtered: FilteredRepository) -> None:
    # nbwipers and nbstripout-fast keep it.
    text = DIRTY.replace('"metadata": {}', '"metadata": {"keep_output": false}')
    staged = staged_or_refused(filtered, text)
    assert staged is not None
    assert "SECRET" not in staged


def test_integers_of_30_digits_stay(filtered: FilteredRepository) -> None:
    # nbwipers makes floats of them.
    number = "123456789012345678901234567890"
    staged = staged_or_refused(filtered, DIRTY.replace('"metadata": {}', f'"metadata": {{"n": {number}}}'))
    assert staged is not None
    assert f'"n": {number}' in staged
    assert "SECRET" not in staged


def test_keys_stay_in_their_order_and_ids_as_they_are(filtered: FilteredRepository) -> None:
    # nbstripout sorts keys and numbers the ids.
    text = DIRTY.replace('"metadata": {}', '"metadata": {"z": 1, "a": 2}').replace("cell-0", "zebra")
    staged = staged_or_refused(filtered, text)
    assert staged is not None
    assert '{"z": 1, "a": 2}' in staged
    assert '"id": "zebra"' in staged


@pytest.mark.parametrize("setting", ["process", "clean"])
def test_a_missing_binary_stages_nothing(filtered: FilteredRepository, setting: str) -> None:
    # Without `required` git stages the raw notebook and exits with 0.
    filtered.git("config", "--unset", "filter.nbkit.process")
    filtered.git("config", f"filter.nbkit.{setting}", "/nowhere/nbkit git filter-process")
    assert staged_or_refused(filtered, DIRTY) is None


def test_a_refusal_in_the_process_stages_nothing(filtered: FilteredRepository) -> None:
    # status=error without `required` stages the raw notebook.
    assert staged_or_refused(filtered, DIRTY.replace('"nbformat": 4,', '"nbformat": 99,')) is None
    assert staged_or_refused(filtered, DIRTY[:-20]) is None


def test_a_checkout_works_although_the_filter_is_required(filtered: FilteredRepository) -> None:
    # A required process that does not advertise smudge makes a checkout die with 128.
    filtered.save("a.ipynb", DIRTY)
    (filtered.root / "a.ipynb").unlink()
    assert filtered.attempt("checkout", "--", "a.ipynb")[0] == 0
    assert filtered.read("a.ipynb") == notebook("1")


def test_what_others_committed_can_be_checked_out_whatever_it_is(filtered: FilteredRepository) -> None:
    filtered.write("a.ipynb", "not a notebook")
    process = filtered.git("config", "filter.nbkit.process").rstrip("\n")
    filtered.git("config", "--unset", "filter.nbkit.process")
    filtered.git("-c", "filter.nbkit.clean=cat", "add", "a.ipynb")
    filtered.git("config", "filter.nbkit.process", process)
    (filtered.root / "a.ipynb").unlink()
    assert filtered.attempt("checkout", "--", "a.ipynb")[0] == 0
    assert filtered.read("a.ipynb") == "not a notebook"
