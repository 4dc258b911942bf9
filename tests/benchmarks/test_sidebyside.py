"""The parts of the benchmarks that compute; what they measure is not tested here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.figures import (
    README,
    Budget,
    format_budgets,
    format_command,
    format_seconds,
    format_summaries,
    replace_section,
)
from benchmarks.sidebyside import Turn, find_fastest, fresh_copy, measure, median_ratio, summarise, take_turns


def turn(wall_s: float, exit_code: int = 0) -> Turn:
    return Turn(wall_s=wall_s, processor_s=wall_s, peak_bytes=12_000_000, exit_code=exit_code)


ROUNDS = [
    {"ours": turn(1.0), "peer": turn(2.0)},
    {"ours": turn(9.0, exit_code=2), "peer": turn(30.0)},
    {"ours": turn(2.0), "peer": turn(2.0)},
]


def test_contestants_go_in_turn() -> None:
    calls: list[str] = []
    take_turns({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, rounds=2)
    assert calls == ["a", "b", "a", "b"]


def test_a_ratio_is_taken_inside_a_round() -> None:
    # The medians' own ratio would be 1.
    assert median_ratio([1.0, 9.0, 2.0], [2.0, 30.0, 2.0]) == 0.5


def test_a_summary_holds_every_exit_code() -> None:
    ours, peer = summarise(ROUNDS, baseline="peer")
    assert (ours.median_s, ours.fastest_s, ours.slowest_s, ours.ratio) == (2.0, 1.0, 9.0, 0.5)
    assert ours.exit_codes == (0, 2)
    assert peer.ratio == 1.0


def test_the_fastest_is_the_one_with_the_lowest_median() -> None:
    # One slow round must not decide.
    rounds = [{"a": turn(1.0), "b": turn(2.0)}, {"a": turn(1.0), "b": turn(2.0)}, {"a": turn(99.0), "b": turn(2.0)}]
    assert find_fastest(rounds, ["a", "b"]) == "a"


def test_the_table_names_its_baseline_and_has_a_row_for_each_contestant() -> None:
    assert format_summaries(summarise(ROUNDS, "peer"), "peer").splitlines() == [
        "|  | median | min-max | ratio to peer | peak memory | exit code |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        "| ours | 2.00 s | 1.00 s - 9.00 s | 0.50 | 12 MB | 0, 2 |",
        "| peer | 2.00 s | 2.00 s - 30.00 s | 1.00 | 12 MB | 0 |",
    ]


@pytest.mark.parametrize(("seconds", "text"), [(5.432, "5.43 s"), (0.2431, "243 ms"), (0.00526, "5.3 ms")])
def test_seconds_are_shown_with_a_fitting_unit(seconds: float, text: str) -> None:
    assert format_seconds(seconds) == text


def test_a_budget_is_held_up_to_its_limit() -> None:
    table = format_budgets([Budget("start", 60, 60, "ms"), Budget("memory", 460, 460.5, "MB")])
    assert "| start | 60.00 ms | 60.00 ms | held |" in table
    assert "| memory | 460.00 MB | 460.50 MB | **missed** |" in table


def test_the_command_is_shown_without_the_folders_of_whoever_ran_it() -> None:
    arguments = ["/home/someone/nbkit/benchmarks/strip.py", "/home/someone/notebooks", "--rounds", "5"]
    assert format_command(arguments) == "python benchmarks/strip.py notebooks --rounds 5"


def test_a_section_is_replaced_and_the_rest_stays() -> None:
    document = "# Top\n<!-- a:begin -->\nold\n<!-- a:end -->\n<!-- b:begin -->\nkept\n<!-- b:end -->\n"
    replaced = replace_section(document, "a", "\nnew\n")
    assert replaced == document.replace("old", "new")
    assert replace_section(replaced, "a", "new") == replaced


@pytest.mark.parametrize("document", ["", "<!-- a:begin -->", "<!-- a:end --><!-- a:begin -->"])
def test_a_section_without_its_markers_is_refused(document: str) -> None:
    with pytest.raises(ValueError, match="expected <!-- a:begin --> and then <!-- a:end -->"):
        replace_section(document, "a", "new")


def test_the_readme_has_the_section_that_is_written() -> None:
    text = README.read_text(encoding="utf-8")
    assert "new" in replace_section(text, "strip", "new")


@pytest.mark.skipif(sys.platform == "win32", reason="processes are measured with wait4")
def test_a_command_is_measured_on_a_copy(tmp_path: Path) -> None:
    original = tmp_path / "folder" / "a.txt"
    original.parent.mkdir()
    original.write_text("kept")
    program = "import pathlib, sys; pathlib.Path('folder/a.txt').write_text('changed'); sys.exit(3)"
    with fresh_copy(tmp_path, [Path("folder/a.txt")]) as folder:
        measured = measure([sys.executable, "-c", program], folder=folder)
        assert (folder / "folder/a.txt").read_text() == "changed"
    assert measured.exit_code == 3
    assert measured.wall_s > 0
    assert measured.peak_bytes > 1_000_000
    assert original.read_text() == "kept"
