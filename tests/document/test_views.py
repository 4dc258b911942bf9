from __future__ import annotations

import pytest

from nbkit.document import Cell, ListView, ObjectView, copy_value


def test_a_view_reads_like_what_it_shows() -> None:
    view = Cell({"metadata": {"a": [1, {"b": None}], "c": "d"}}).metadata
    assert dict(view) == {"a": [1, {"b": None}], "c": "d"}
    assert (list(view), len(view), view["c"]) == (["a", "c"], 2, "d")
    inner = view["a"]
    assert isinstance(inner, ListView)
    assert list(inner[1:]) == [{"b": None}]
    assert dict(view) != {"a": [1, {"b": 0}], "c": "d"}
    assert repr(view) == "{'a': [1, {'b': None}], 'c': 'd'}"


def test_a_change_to_a_view_raises_however_deep_it_is() -> None:
    inner = Cell({"metadata": {"a": [{"b": []}]}}).metadata["a"]
    assert isinstance(inner, ListView)
    with pytest.raises(TypeError, match="does not support item assignment"):
        inner[0] = 1  # type: ignore[index]
    innermost = inner[0]
    assert isinstance(innermost, ObjectView)
    with pytest.raises(TypeError, match="does not support item assignment"):
        innermost["b"] = 1  # type: ignore[index]


def test_a_view_can_be_put_into_a_new_cell() -> None:
    cell = Cell({"metadata": {"a": [1]}})
    assert copy_value(cell.replace(metadata={**cell.metadata, "b": 2}).metadata) == {"a": [1], "b": 2}
    assert copy_value(cell.metadata) == {"a": [1]}
