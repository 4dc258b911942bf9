from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.validator import get_validator

from nbkit.document import JsonObject, JsonValue
from nbkit.validate import ValidateOptions, schema, shapes, validate_bytes, validate_notebook
from nbkit.validate.content import check_latest
from tests.strategies import notebooks
from tests.validate.mutations import CASES, mutate, read_notebooks

SCHEMA_RULES = ValidateOptions(select=("NB1",))
KEYWORDS = {"type", "required", "properties", "patternProperties", "additionalProperties", "items", "uniqueItems"}
KEYWORDS |= {"enum", "minimum", "maximum", "minLength", "maxLength", "pattern", "oneOf", "not", "$ref"}
SHIPPED = read_notebooks(CASES, 1_000_000)


def is_valid(notebook: JsonValue) -> bool:
    """Whether nbformat's own validator, on jsonschema, has nothing to say."""
    assert isinstance(notebook, dict)
    minor = notebook.get("nbformat_minor")
    known = minor if isinstance(minor, int) and not isinstance(minor, bool) and minor >= 0 else 0
    validator = get_validator(4, known, relax_add_props=False, name="jsonschema")  # type: ignore[no-untyped-call]
    return next(iter(validator.iter_errors(notebook)), None) is None


def has_schema_problem(notebook: JsonObject) -> bool:
    return any(finding.rule.startswith("NB1") for finding in check_latest(notebook).findings)


def is_quickly_good(notebook: JsonObject) -> bool:
    """Whether the fast path says yes."""
    members = {key: value for key, value in notebook.items() if key != "cells"}
    cells = notebook.get("cells")
    if not shapes.has_good_members(members) or not isinstance(cells, list):
        return False
    return shapes.have_good_shape(cells, has_ids=members["nbformat_minor"] == 5)


def keywords_of(value: Any, *, is_map: bool = False) -> Iterator[str]:
    """Yield the keywords of a schema; `is_map`: what holds schemas under names of its own."""
    if isinstance(value, list):
        for item in value:
            yield from keywords_of(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if not is_map:
                yield key
            if is_map or key not in ("enum", "required"):
                yield from keywords_of(inner, is_map=key in ("properties", "patternProperties", "definitions"))


@pytest.mark.parametrize("minor", range(schema.LATEST_MINOR + 2))
def test_the_schemas_use_no_keyword_that_is_not_understood(minor: int) -> None:
    told_apart = {"$schema", "description", "definitions", "misc"}
    # These stand where a schema would have keywords, and mean nothing there; `item` is a slip for `items`.
    slips = {"item", "source_hidden", "outputs_hidden"}
    misc = set(schema.load_schema(minor)["definitions"]["misc"])
    assert set(keywords_of(schema.load_schema(minor))) - told_apart - slips - misc <= KEYWORDS


def test_the_latest_schema_known_here_is_the_latest_that_nbformat_has() -> None:
    from nbformat.v4 import nbformat_minor

    assert nbformat_minor == schema.LATEST_MINOR


@given(notebooks())
def test_the_fast_path_takes_no_notebook_that_nbformat_refuses(notebook: JsonObject) -> None:
    settled = json.loads(json.dumps(notebook))
    assert is_valid(settled) or not is_quickly_good(settled)


@given(st.sampled_from(SHIPPED), st.integers(0, 2**32))
def test_the_verdict_on_damaged_notebooks_is_nbformats(notebook: JsonObject, seed: int) -> None:
    damaged = mutate(notebook, seed)
    assert has_schema_problem(damaged) is not is_valid(damaged)
    assert is_valid(damaged) or not is_quickly_good(damaged)


@pytest.mark.parametrize("minor", range(6))
def test_the_verdict_is_nbformats_in_every_minor_version(minor: int) -> None:
    for number, notebook in enumerate(SHIPPED):
        for seed in range(20):
            damaged = {**mutate(notebook, 1000 * number + seed), "nbformat": 4, "nbformat_minor": minor}
            assert has_schema_problem(damaged) is not is_valid(damaged), damaged
            assert is_valid(damaged) or not is_quickly_good(damaged), damaged


def test_the_verdict_on_the_corpus_is_nbformats(corpus: Path) -> None:
    for path in sorted(corpus.rglob("*.ipynb")):
        try:
            notebook = json.loads(path.read_bytes().decode())
        except (ValueError, RecursionError):
            continue
        if isinstance(notebook, dict) and notebook.get("nbformat") == 4:
            problems = validate_bytes(path.read_bytes(), str(path), SCHEMA_RULES)
            assert bool(problems) is not is_valid(notebook), path


def test_the_verdict_on_the_damaged_corpus_is_nbformats(corpus: Path) -> None:
    for number, notebook in enumerate(read_notebooks(corpus, 30_000)):
        for seed in range(2):
            damaged = mutate(notebook, 10 * number + seed)
            assert has_schema_problem(damaged) is not is_valid(damaged), damaged
            assert is_valid(damaged) or not is_quickly_good(damaged), damaged


def test_most_of_the_corpus_takes_the_fast_path(corpus: Path) -> None:
    found = read_notebooks(corpus / "notebooks", 10**9)
    assert all(is_quickly_good(notebook) for notebook in found)


def test_each_fault_of_a_cell_is_told_and_not_only_the_first() -> None:
    cell: JsonValue = {"cell_type": "code", "source": 1, "outputs": {}, "metadata": None, "execution_count": -1}
    notebook: JsonObject = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    fields = [problem.where.field for problem in validate_notebook(notebook)]
    assert fields == ["source", "outputs", "metadata", "execution_count"]


@pytest.mark.parametrize(
    ("tags", "expected"), [(["a", "a"], "expected each of the tags once, got 'a' again; remove one of the two")]
)
def test_a_tag_that_stands_twice_is_told(tags: list[JsonValue], expected: str) -> None:
    cell: JsonValue = {"cell_type": "markdown", "source": "", "metadata": {"tags": tags}}
    notebook: JsonObject = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    assert [problem.message for problem in validate_notebook(notebook)] == [expected]
