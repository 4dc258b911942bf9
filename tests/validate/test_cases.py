"""Golden cases: the problems of `cases/NAME/in.ipynb`, all rules on, are `problems.txt`.

Where something can be repaired, `fixed.ipynb` is the repaired file and `fixes.txt` says what was done.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nbkit.validate import RULES, ValidateOptions, fix_bytes, render_text, validate_bytes

CASES = sorted(path.parent for path in Path(__file__).parent.glob("cases/*/in.ipynb"))
EVERYTHING = ValidateOptions(select=("ALL",))


def name_of(case: Path) -> str:
    return case.name


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_case_has_the_problems_that_its_file_lists(case: Path) -> None:
    problems = validate_bytes((case / "in.ipynb").read_bytes(), "in.ipynb", EVERYTHING)
    assert render_text(problems) == read(case / "problems.txt")


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_case_is_repaired_to_its_golden_file(case: Path) -> None:
    before = (case / "in.ipynb").read_bytes()
    result = fix_bytes(before, "in.ipynb", EVERYTHING)
    golden = case / "fixed.ipynb"
    assert result.data == (golden.read_bytes() if golden.exists() else before)
    assert "".join(f"{fix}\n" for fix in result.fixed) == read(case / "fixes.txt")


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_repairing_twice_changes_nothing_the_second_time(case: Path) -> None:
    once = fix_bytes((case / "in.ipynb").read_bytes(), "in.ipynb", EVERYTHING)
    twice = fix_bytes(once.data, "in.ipynb", EVERYTHING)
    assert (twice.data, twice.fixed) == (once.data, [])
    assert twice.remaining == once.remaining


def test_every_rule_has_a_case() -> None:
    told = set(re.findall(r"NB[0-9]{3}", "".join(read(case / "problems.txt") for case in CASES)))
    assert told == RULES.keys()


def test_every_fixable_rule_has_a_case_that_is_repaired() -> None:
    told = set(re.findall(r"NB[0-9]{3}", "".join(read(case / "fixes.txt") for case in CASES)))
    assert told == {code for code, rule in RULES.items() if rule.is_fixable}


def test_every_message_is_one_line_that_says_what_was_expected_and_what_was_found() -> None:
    for case in CASES:
        for problem in validate_bytes((case / "in.ipynb").read_bytes(), options=EVERYTHING):
            assert re.fullmatch(r"expected .+, got .+", problem.message), problem
            assert problem.where.line is not None
            assert problem.where.column is not None
