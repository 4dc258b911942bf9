from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from benchmarks.corpus import find_accepted, find_corpus, holds_outputs
from benchmarks.synthetic import Shape, write_large_notebook, write_notebooks


def code_cell(**metadata: object) -> dict[str, object]:
    return {"cell_type": "code", "metadata": metadata, "outputs": [{"output_type": "stream"}]}


@pytest.mark.parametrize(
    ("notebook", "expected"),
    [
        ({"cells": [code_cell()]}, True),
        ({"worksheets": [{"cells": [code_cell()]}]}, True),
        ({"cells": [{"cell_type": "code", "outputs": []}]}, False),
        ({"cells": [code_cell(keep_output=True)]}, False),
        ({"cells": [code_cell(keep_output=False)]}, True),
        ({"cells": [code_cell(tags=["keep_output"])]}, False),
        ({"cells": [code_cell()], "metadata": {"keep_output": True}}, False),
        ([], False),
    ],
)
def test_outputs_count_unless_someone_asked_to_keep_them(*, notebook: object, expected: bool) -> None:
    assert holds_outputs(json.dumps(notebook).encode()) is expected


def test_the_refused_files_are_found_by_halving() -> None:
    files = [Path(f"{number}.ipynb") for number in range(100)]
    refused = {files[3], files[4], files[99]}
    calls: list[int] = []

    def accepts(some: list[Path]) -> bool:
        calls.append(len(some))
        return refused.isdisjoint(some)

    assert find_accepted(files, accepts) == [file for file in files if file not in refused]
    assert len(calls) < 50


def test_the_same_number_makes_the_same_notebooks(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_notebooks(tmp_path / name, 8)
    one, two = find_corpus(tmp_path / "one"), find_corpus(tmp_path / "two")
    assert len(one.files) == 8
    assert one.files == two.files
    assert all((one.folder / file).read_bytes() == (two.folder / file).read_bytes() for file in one.files)
    assert 0 < len(one.files_with_outputs()) < 8


@pytest.mark.parametrize("shape", get_args(Shape))
def test_a_large_notebook_is_a_notebook_of_the_size_asked_for(tmp_path: Path, shape: Shape) -> None:
    path = tmp_path / "large.ipynb"
    write_large_notebook(path, 200_000, shape)
    data = path.read_bytes()
    assert 200_000 <= len(data) < 300_000
    assert holds_outputs(data)
    assert (b"NaN" in data and b"\\ud83d" in data) is (shape == "nasty")
