from __future__ import annotations

import pytest

from nbkit.errors import ContradictoryMetadata
from nbkit.strip import DEFAULT_KEYS, StripPolicy, is_valid_key, strip_bytes, strip_notebook

CONTRADICTION = b"""{"cells": [
 {"cell_type": "markdown", "metadata": {}, "source": []},
 {"cell_type": "code", "id": "c1", "metadata": {"keep_output": false, "tags": ["keep_output"]}, "outputs": []}
], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"""

# Every key that issue 2 names, and Colab's user and output data one by one.
PROMISED = {
    "metadata.signature",
    "metadata.widgets",
    "metadata.papermill",
    "metadata.vscode",
    "metadata.application/vnd.databricks.v1+notebook",
    "metadata.colab.provenance",
    "cell.metadata.collapsed",
    "cell.metadata.scrolled",
    "cell.metadata.ExecuteTime",
    "cell.metadata.execution",
    "cell.metadata.heading_collapsed",
    "cell.metadata.hidden",
    "cell.metadata.executionInfo",
    "cell.metadata.outputId",
    "cell.metadata.papermill",
    "cell.metadata.vscode",
    "cell.metadata.application/vnd.databricks.v1+cell",
}


def test_the_default_is_what_is_promised_and_colabs_parts_of_a_cell() -> None:
    assert {key for key in DEFAULT_KEYS if not key.startswith("cell.metadata.colab.")} == PROMISED


def test_no_default_key_takes_all_of_colab() -> None:
    assert not {"metadata.colab", "cell.metadata.colab"} & set(DEFAULT_KEYS)


@pytest.mark.parametrize("key", ["metadata.a", "cell.b", "cell.metadata.c", "metadata.a.b.c"])
def test_a_key_begins_at_the_notebooks_metadata_or_at_a_cell(key: str) -> None:
    assert is_valid_key(key)


@pytest.mark.parametrize(
    "key", ["", "foo", "metadata", "cell", "cells.metadata", "nbformat", ".metadata.a", "Metadata.a"]
)
def test_a_key_that_begins_elsewhere_is_invalid(key: str) -> None:
    assert not is_valid_key(key)


def test_removed_keys_are_the_default_and_the_extra_ones_less_the_kept() -> None:
    policy = StripPolicy(
        extra_keys=("cell.metadata.a", "nonsense", "metadata.b.c"),
        keep_metadata_keys=("metadata.widgets", "metadata.b"),
    )
    assert set(policy.removed_keys) == set(DEFAULT_KEYS) - {"metadata.widgets"} | {"cell.metadata.a"}


def test_a_kept_key_does_not_keep_one_that_only_begins_like_it() -> None:
    assert "cell.metadata.executionInfo" in StripPolicy(keep_metadata_keys=("cell.metadata.execution",)).removed_keys


def test_a_policy_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="immutable"):
        StripPolicy().keep_count = True  # type: ignore[misc]


def test_metadata_that_contradicts_its_tags_is_refused_with_its_place() -> None:
    with pytest.raises(ContradictoryMetadata) as caught:
        strip_bytes(CONTRADICTION, path="a.ipynb")
    assert str(caught.value) == (
        "a.ipynb:3:36: MetadataError: cell metadata contradicts tags: `keep_output` is false, but `keep_output` in tags"
    )
    assert (caught.value.where.cell_index, caught.value.where.cell_id) == (1, "c1")


def test_init_cell_is_asked_before_what_contradicts() -> None:
    data = CONTRADICTION.replace(b'"keep_output": false', b'"init_cell": true, "keep_output": false')
    assert strip_bytes(data) == data


def test_a_plain_dict_can_be_stripped_and_stays_as_it_is() -> None:
    cell = {
        "cell_type": "code",
        "execution_count": 1,
        "metadata": {},
        "outputs": [{"output_type": "stream"}],
        "source": "x",
    }
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    stripped = strip_notebook(notebook)
    assert stripped.cells[0].content == {**cell, "execution_count": None, "outputs": []}
    assert cell["outputs"] == [{"output_type": "stream"}]


def test_a_clean_notebook_is_the_same_object() -> None:
    clean = strip_notebook({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    assert strip_notebook(clean) is clean


def test_clean_bytes_are_the_same_object() -> None:
    data = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    assert strip_bytes(data) is data


@pytest.mark.parametrize("value", ["hide", ["hide"], (1,), None])
def test_what_is_no_tuple_of_texts_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match=r"^drop_tagged_cells: expected a tuple of texts, got "):
        StripPolicy(drop_tagged_cells=value)  # type: ignore[arg-type]


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(ValueError, match="max_size: expected 0 or more, got -5"):
        StripPolicy(max_size=-5)


def test_only_bytes_are_stripped_as_bytes() -> None:
    with pytest.raises(TypeError, match="expected bytes, got memoryview"):
        strip_bytes(memoryview(b""))  # type: ignore[arg-type]
