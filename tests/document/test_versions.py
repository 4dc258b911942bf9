from __future__ import annotations

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings

from nbkit.document import as_notebook, notebook_from_bytes, upgrade_notebook
from nbkit.errors import MalformedNotebook
from tests.strategies import Content, old_notebooks, settle, spell


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(old_notebooks(major=3))
def test_an_old_notebook_is_upgraded_as_nbformat_does_it_and_is_valid(content: Content) -> None:
    old = notebook_from_bytes(spell(content))
    new = upgrade_notebook(old)
    assert (new.major, new.minor) == (4, 5)
    assert [cell.source.splitlines() for cell in new.cells if cell.cell_type == "code"] == [
        cell.source.splitlines() for cell in old.cells if cell.cell_type == "code"
    ]
    assert all(cell.id for cell in new.cells)
    nbformat.validate(nbformat.from_dict(new.to_dict()))  # type: ignore[no-untyped-call]


def test_a_notebook_of_4_5_or_newer_is_returned_as_it_is() -> None:
    for minor in (5, 6):
        notebook = as_notebook({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": minor})
        assert upgrade_notebook(notebook) is notebook


def test_a_notebook_of_4_4_gets_ids_and_keeps_its_content() -> None:
    cell = {"cell_type": "raw", "metadata": {}, "source": "x"}
    old = as_notebook({"cells": [cell], "metadata": {"a": 1}, "nbformat": 4, "nbformat_minor": 4})
    new = upgrade_notebook(old)
    assert new.cells[0].id
    assert new.cells[0].replace(without=["id"]) == old.cells[0]
    # Without what nbformat notes while it upgrades, and takes out again when it writes.
    assert new.metadata == {"a": 1}
    assert old.minor == 4


def test_what_nbformat_cannot_upgrade_is_malformed() -> None:
    broken = as_notebook(settle({"worksheets": [{"cells": [{"cell_type": "code"}]}], "nbformat": 3, "metadata": {}}))
    with pytest.raises(
        MalformedNotebook, match=r"^<notebook>: expected a whole notebook, got one that nbformat cannot"
    ):
        upgrade_notebook(broken)
