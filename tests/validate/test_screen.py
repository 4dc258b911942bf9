from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given

from nbkit.document import JsonObject, JsonValue
from nbkit.validate import shapes
from nbkit.validate.cells import check_cell
from nbkit.validate.depth import is_deep_value, is_good_cell_deep
from nbkit.validate.problem import Finding
from nbkit.validate.screen import pick_cells
from tests.strategies import notebooks
from tests.validate.mutations import CASES, mutate, read_notebooks


def check_screened(notebook: JsonObject) -> None:
    cells = notebook["cells"]
    assert isinstance(cells, list)
    has_ids = any(isinstance(cell, dict) and "id" in cell for cell in cells)
    if not shapes.have_good_shape(cells, has_ids=has_ids):
        return
    picked = pick_cells(cells)
    for index, cell in enumerate(cells):
        assert is_good_cell_deep(cell) is is_deep_value(cell)
        if index not in picked:
            findings: list[Finding] = []
            check_cell(cell, ("cells", index), findings)
            assert findings == []
            assert not is_deep_value(cell)


@given(notebooks())
def test_what_the_screen_passes_has_no_findings(notebook: JsonObject) -> None:
    settled = json.loads(json.dumps(notebook))
    check_screened(settled)


def test_what_the_screen_passes_in_the_cases_has_no_findings() -> None:
    for number, notebook in enumerate(read_notebooks(CASES, 1_000_000)):
        check_screened(notebook)
        for seed in range(50):
            damaged = mutate(notebook, 100 * number + seed)
            if isinstance(damaged.get("cells"), list):
                check_screened(damaged)


def test_what_the_screen_passes_in_the_corpus_has_no_findings(corpus: Path) -> None:
    for notebook in read_notebooks(corpus, 300_000):
        check_screened(notebook)


def test_deep_values_are_found_wherever_the_schema_leaves_them_open() -> None:
    deep: JsonValue = 1
    for _ in range(600):
        deep = {"a": [deep]}
    display: JsonObject = {"output_type": "display_data", "metadata": {}, "data": {"application/x+json": deep}}
    titled: JsonObject = {"output_type": "display_data", "metadata": {"a": deep}, "data": {}}
    cells: list[JsonValue] = [
        {"cell_type": "code", "metadata": {"a": deep}, "source": "", "outputs": [], "execution_count": 1},
        {"cell_type": "code", "metadata": {}, "source": "", "outputs": [display], "execution_count": 1},
        {"cell_type": "code", "metadata": {}, "source": "", "outputs": [titled], "execution_count": 1},
    ]
    for cell in cells:
        assert shapes.have_good_shape([cell], has_ids=False)
        assert is_good_cell_deep(cell)
        assert pick_cells([cell]) == [0]
