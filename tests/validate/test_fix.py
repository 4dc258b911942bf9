from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from nbkit.document import notebook_from_bytes
from nbkit.validate import RULES, ValidateOptions, fix_bytes, validate_bytes
from nbkit.validate.new_ids import IdMaker
from tests.strategies import damaged_bytes
from tests.validate.mutations import CASES, mutate, read_notebooks

EVERYTHING = ValidateOptions(select=("ALL",))
SHIPPED = read_notebooks(CASES, 1_000_000)


def read_case(name: str) -> bytes:
    return (CASES / name / "in.ipynb").read_bytes()


def rules_of(data: bytes) -> Counter[str]:
    return Counter(problem.rule for problem in validate_bytes(data, options=EVERYTHING))


@given(damaged_bytes())
def test_repairing_damage_makes_nothing_worse_and_is_done_once(data: bytes) -> None:
    once = fix_bytes(data, "a.ipynb", EVERYTHING)
    assert rules_of(once.data) <= rules_of(data)
    twice = fix_bytes(once.data, "a.ipynb", EVERYTHING)
    assert (twice.data, twice.fixed) == (once.data, [])


@given(st.sampled_from(SHIPPED), st.integers(0, 2**32))
def test_a_repair_touches_no_cell_that_had_no_problem(content: dict[str, object], seed: int) -> None:
    before = json.dumps(mutate(content, seed), indent=1).encode()  # type: ignore[arg-type]
    result = fix_bytes(before, "a.ipynb", EVERYTHING)
    assert rules_of(result.data) <= rules_of(before)
    if not result.fixed:
        assert result.data is before
        return
    touched = {fix.where.cell_index for fix in result.fixed}
    pairs = zip(notebook_from_bytes(before).cells, notebook_from_bytes(result.data).cells, strict=True)
    for index, (old, new) in enumerate(pairs):
        assert index in touched or bytes(old.text or b"") == bytes(new.text or b"")


@given(st.sampled_from(SHIPPED), st.integers(0, 2**32))
def test_each_repair_has_a_rule_that_can_be_repaired_and_the_place_of_a_problem(
    content: dict[str, object], seed: int
) -> None:
    before = json.dumps(mutate(content, seed), indent=1).encode()  # type: ignore[arg-type]
    places = {(problem.rule, problem.where) for problem in validate_bytes(before, "a.ipynb", EVERYTHING)}
    for fix in fix_bytes(before, "a.ipynb", EVERYTHING).fixed:
        assert RULES[fix.rule].is_fixable
        assert (fix.rule, fix.where) in places


def test_only_what_is_selected_is_repaired() -> None:
    data = read_case("four_spaces_and_crlf")
    result = fix_bytes(data, "a.ipynb", ValidateOptions(ignore=("NB405",)))
    assert [fix.rule for fix in result.fixed] == ["NB107"]
    assert b"signature" in result.data
    assert result.remaining == []


def test_what_remains_is_told_with_its_new_places() -> None:
    result = fix_bytes(read_case("missing_members"), "a.ipynb", EVERYTHING)
    assert result.remaining == validate_bytes(result.data, "a.ipynb", EVERYTHING)
    assert len(result.remaining) == 5


def test_a_clean_file_comes_back_as_the_same_object() -> None:
    data = read_case("clean")
    assert fix_bytes(data) == (data, [], [])
    assert fix_bytes(data).data is data


def test_a_file_with_a_key_twice_is_left_alone() -> None:
    data = read_case("colab_user").replace(b'"status": "ok"', b'"status": "ok", "status": "ok"')
    result = fix_bytes(data, "a.ipynb", ValidateOptions(ignore=("NB006",)))
    assert (result.data, result.fixed) == (data, [])


def test_a_byte_order_mark_goes_even_where_nothing_else_can_be_read() -> None:
    result = fix_bytes(b"\xef\xbb\xbf{", "a.ipynb")
    assert result.data == b"{"
    assert [problem.rule for problem in result.remaining] == ["NB005"]


def test_a_notebook_before_nbformat_4_is_left_alone() -> None:
    data = read_case("old_version").replace(b'"name": "x"', b'"signature": "x"')
    assert fix_bytes(data, "a.ipynb", EVERYTHING).data is data


def test_new_ids_are_valid_unique_and_the_same_each_time() -> None:
    made = IdMaker([]).make(0, "code", "x")
    assert IdMaker([None]).make(0, "code", "x") == made
    second = IdMaker([made]).make(0, "code", "x")
    assert second != made
    assert IdMaker([]).make(1, "code", "x") != made
    assert IdMaker([]).make(0, "code", "\ud800").isalnum()


def test_ids_in_a_repaired_file_are_unique(tmp_path: Path) -> None:
    repaired = fix_bytes(read_case("duplicate_ids")).data
    ids = [cell.id for cell in notebook_from_bytes(repaired).cells]
    assert len(set(ids)) == len(ids)
    assert ids[:2] == ["a", "b"]
