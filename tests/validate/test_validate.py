from __future__ import annotations

import json
import pickle
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbkit.document import JsonObject, JsonValue, notebook_from_bytes
from nbkit.validate import Problem, ValidateOptions, fix_bytes, validate_bytes, validate_notebook
from tests.strategies import damaged_bytes, notebook_bytes

CASES = Path(__file__).parent / "cases"
EVERYTHING = ValidateOptions(select=("ALL",))
CLEAN = (CASES / "clean" / "in.ipynb").read_bytes()
MANY = 20_000


def notebook(*cells: JsonValue, metadata: JsonValue = None) -> JsonObject:
    return {"cells": list(cells), "metadata": metadata or {}, "nbformat": 4, "nbformat_minor": 4}


def run_fresh(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


@given(damaged_bytes())
def test_no_damage_is_more_than_a_problem(data: bytes) -> None:
    problems = validate_bytes(data, "a.ipynb", EVERYTHING)
    assert all(problem.where.line and problem.where.column for problem in problems)
    assert all(str(problem).isprintable() for problem in problems)
    msgspec.json.encode(problems)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_notebook_are_always_a_problem(data: bytes) -> None:
    assert validate_bytes(data, "a.ipynb")


@given(st.integers(0, len(CLEAN) - 2), st.binary(max_size=3))
def test_a_notebook_with_some_bytes_replaced_has_problems_or_is_json(place: int, new: bytes) -> None:
    data = CLEAN[:place] + new + CLEAN[place + len(new) :]
    if not validate_bytes(data, "a.ipynb"):
        json.loads(data.decode())


@given(notebook_bytes())
def test_the_same_bytes_have_the_same_problems(data: bytes) -> None:
    assert validate_bytes(data) == validate_bytes(bytes(bytearray(data)))


@given(notebook_bytes())
def test_a_notebook_has_the_problems_of_its_bytes(data: bytes) -> None:
    assert validate_notebook(notebook_from_bytes(data), EVERYTHING) == validate_bytes(data, None, EVERYTHING)


def test_nothing_in_the_corpus_is_more_than_a_problem(corpus: Path) -> None:
    for path in sorted(corpus.rglob("*.ipynb")):
        data = path.read_bytes()
        problems = validate_bytes(data, str(path), EVERYTHING)
        if len(data) < 1_000_000:
            result = fix_bytes(data, str(path), EVERYTHING)
            again = fix_bytes(result.data, str(path), EVERYTHING)
            assert (again.data, again.fixed) == (result.data, []), path
            assert len(result.remaining) <= len(problems), path


def test_importing_validate_loads_neither_nbformat_nor_jsonschema() -> None:
    loaded = run_fresh("import sys, nbkit.validate; print('nbformat' in sys.modules, 'jsonschema' in sys.modules)")
    assert loaded == "False False\n"


@pytest.mark.parametrize("case", ["clean", "bad_base64", "wrong_types", "newer_minor", "duplicate_key"])
def test_a_notebook_of_nbformat_4_is_validated_without_nbformat(case: str) -> None:
    path = CASES / case / "in.ipynb"
    code = "import sys; from nbkit.validate import validate_bytes; validate_bytes(open(sys.argv[1], 'rb').read())"
    code = code.replace("sys.argv[1]", repr(str(path)))
    loaded = run_fresh(code + "; print('nbformat' in sys.modules, 'jsonschema' in sys.modules)")
    assert loaded == "False False\n"


def test_problems_go_through_pickle_and_msgspec() -> None:
    problems = validate_bytes((CASES / "bad_base64" / "in.ipynb").read_bytes(), "a.ipynb")
    assert pickle.loads(pickle.dumps(problems)) == problems
    assert msgspec.json.decode(msgspec.json.encode(problems), type=list[Problem]) == problems


def test_a_problem_says_in_which_cell_and_field_it_is() -> None:
    (first, second) = validate_bytes((CASES / "duplicate_ids" / "in.ipynb").read_bytes(), "a.ipynb")
    assert first.where == ("a.ipynb", 2, "a", "id", 23, 4)
    assert second.where == ("a.ipynb", 3, "a", "id", 31, 4)


def test_a_dict_and_a_notebook_node_have_places_without_lines() -> None:
    plain = notebook({"cell_type": "markdown", "metadata": {}, "source": 1})
    for value in (plain, nbformat.from_dict(plain)):  # type: ignore[no-untyped-call]
        (problem,) = validate_notebook(value)
        assert problem.where == (None, 0, None, "source", None, None)
        assert str(problem) == "<notebook>#cells[0].source: NB102 expected text or a list of lines, got 1".replace(
            "lines,", "lines as source,"
        )


def test_a_changed_notebook_is_validated_as_it_is_now() -> None:
    read = notebook_from_bytes(CLEAN, "a.ipynb")
    changed = read.replace(metadata={"signature": "x"})
    (problem,) = validate_notebook(changed)
    assert problem.rule == "NB405"
    assert problem.where == ("a.ipynb", None, None, "metadata.signature", None, None)


def test_what_json_cannot_hold_is_found_in_a_dict() -> None:
    bad = notebook(metadata={"a": [float("nan"), float("inf")], "b\ud800": "\udc00"})
    rules = sorted(problem.rule for problem in validate_notebook(bad))
    assert rules == ["NB007", "NB007", "NB008", "NB008"]


def test_a_value_of_another_type_than_json_has_raises_with_the_way_to_it() -> None:
    with pytest.raises(TypeError, match=r"metadata\.a: expected a JSON value, got object"):
        validate_notebook(notebook(metadata={"a": object()}))  # type: ignore[dict-item]


def test_a_large_notebook_is_validated_as_a_small_one_is() -> None:
    padding = "x" * 8_000_000
    cell: JsonValue = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": [padding]}
    large = {**notebook(cell, cell), "nbformat_minor": 5}
    (problem,) = validate_bytes(json.dumps(large).encode())
    assert problem.rule == "NB201"
    twice = json.dumps(large).encode().replace(b'"metadata": {}, "source"', b'"metadata": {}, "metadata": {}, "source"')
    assert [problem.rule for problem in validate_bytes(twice)] == ["NB006", "NB201", "NB006"]
    twice = json.dumps(large).encode().replace(b'"nbformat": 4', b'"nbformat": 4, "nbformat": 4')
    assert [problem.rule for problem in validate_bytes(twice)] == ["NB201", "NB006"]


def nested(opening: str, closing: str, depth: int = MANY) -> str:
    return opening * depth + closing * depth


def spell(metadata: str = "{}", cells: str = "") -> str:
    return f'{{"nbformat":4,"nbformat_minor":4,"metadata":{metadata},"cells":[{cells}]}}'


def markdown(metadata: str = "{}", source: str = '""', more: str = "") -> str:
    return f'{{"cell_type":"markdown","metadata":{metadata},"source":{source}{more}}}'


def some(text: str, count: int = MANY) -> str:
    return ",".join(text.replace("#", str(number)) for number in range(count))


HOSTILE = {
    "deep_list": (spell(f'{{"x":{nested("[", "]")}}}'), {"NB009": 1}),
    "deep_object": (spell("{" + '"a":{' * MANY + "}" * (MANY + 1)), {"NB009": 1}),
    "deep_root": (nested("[", "]"), {"NB009": 1, "NB010": 1}),
    "deep_and_cut_off": ("[" * MANY, {"NB005": 1}),
    "deep_cell": (spell(cells=nested("[", "]")), {"NB009": 1, "NB102": 1}),
    "deep_tags": (spell(cells=markdown(f'{{"tags":{nested("[", "]")}}}')), {"NB009": 1, "NB102": 1}),
    "deep_duplicates": (spell('{"x":' + '{"a":1,"a":' * MANY + "1" + "}" * MANY + "}"), {"NB006": MANY, "NB009": 1}),
    "deep_home_paths": (
        spell('{"vscode":' + '{"a":"/home/ada/x","b":' * MANY + "1" + "}" * MANY + "}"),
        {"NB009": 1, "NB404": 7},
    ),
    "duplicates": (spell("{" + some('"a":1') + "}"), {"NB006": MANY - 1}),
    "tags_that_are_objects": (spell(cells=markdown('{"tags":[' + some("{}") + "]}")), {"NB102": MANY}),
    "tags_that_are_one": (spell(cells=markdown('{"tags":[' + some('"a"') + "]}")), {"NB104": MANY - 1}),
    "not_numbers": (spell('{"é":[' + some("NaN") + "]}"), {"NB007": MANY}),
    "surrogates": (spell('{"a":[' + some('"\\ud800é"') + "]}"), {"NB008": MANY}),
    "conflicts": ("\n".join(["<<<<<<< a", "x", "=======", "y", ">>>>>>> b"] * MANY), {"NB004": MANY, "NB005": 1}),
    "open_conflicts": ("<<<<<<< a\n" * MANY, {"NB004": MANY}),
    "references": (spell(cells=markdown(source='"' + "![](attachment:a.png) " * MANY + '"')), {"NB302": 1}),
    "attachments": (spell(cells=markdown(more=',"attachments":{' + some('"#":{}') + "}")), {"NB303": MANY}),
    "odd_lines": (spell(cells=markdown(source="[" + some("1") + "]")), {"NB102": MANY}),
    "odd_cells": (spell(cells=some("1")), {"NB102": MANY}),
    "a_long_number": (spell('{"a":' + "9" * 1_000_000 + "}"), {"NB007": 1}),
    "a_long_exponent": (spell('{"a":1e' + "9" * 1_000_000 + "}"), {"NB007": 1}),
    "spaces_before": (" " * 20_000_000 + spell(), {}),
    "spaces_after": ('{"a":NaN}' + " " * 20_000_000, {"NB007": 1, "NB010": 1}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_told_in_full_and_in_time(name: str) -> None:
    text, expected = HOSTILE[name]
    start = time.process_time()
    problems = validate_bytes(text.encode(), "a.ipynb", EVERYTHING)
    # Each takes below 1 s; what is quadratic takes minutes.
    assert time.process_time() - start < 20
    found = sorted(problem.rule for problem in problems)
    assert {rule: found.count(rule) for rule in found} == expected


@pytest.mark.parametrize("name", [name for name in HOSTILE if name.startswith(("deep", "dup", "tags", "odd"))])
def test_a_hostile_file_is_repaired_in_time_or_left_alone(name: str) -> None:
    start = time.process_time()
    data = HOSTILE[name][0].encode()
    result = fix_bytes(data, "a.ipynb", EVERYTHING)
    assert time.process_time() - start < 20
    assert fix_bytes(result.data, "a.ipynb", EVERYTHING).data == result.data
