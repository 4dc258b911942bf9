"""Real notebooks: no output is left, and no byte is touched but those that go."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbkit.errors import NotebookError
from nbkit.strip import StripPolicy, strip_bytes
from tests.strip.reference import strip_by_cutting

REFUSED = {
    "conformance/nbstripout/tests/e2e_notebooks/test_invalid_json.ipynb",
    "conformance/nbstripout/tests/e2e_notebooks/test_metadata_exception.ipynb",
    "conformance/nbstripout/tests/e2e_notebooks/test_zeppelin.zpln",
    "conformance/nbstripout/tests/e2e_notebooks/test_zeppelin.zpln.expected",
    "conformance/nbstripout/tests/test_keep_output_tags_exception.ipynb",
    "conformance/nbformat/tests/test3_no_worksheets.ipynb",
    "conformance/nbformat/tests/test3_worksheet_with_no_cells.ipynb",
    "odd/09b_whitespace.ipynb",
    "odd/10_invalid_json.ipynb",
    "odd/10b_conflict.ipynb",
    "odd/10c_not_nb_list.ipynb",
    "odd/10d_not_nb_obj.ipynb",
    "odd/13_duplicate_keys.ipynb",
    "odd/23_latin1.ipynb",
    "odd/24_utf16.ipynb",
    "odd/26_v5_future.ipynb",
}
NO_NOTEBOOKS = {"odd/09_empty.ipynb", "odd/25_lfs_pointer.ipynb"}

parts = pytest.mark.parametrize(
    "part", ["notebooks", "pairs", pytest.param("merges", marks=pytest.mark.slow), "conformance", "odd"]
)


@pytest.fixture
def _deep_recursion() -> Iterator[None]:
    """The reference recurses, and one notebook is nested a thousand deep."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    yield
    sys.setrecursionlimit(limit)


def list_files(corpus: Path, part: str) -> list[tuple[str, Path]]:
    files = sorted(path for path in (corpus / part).rglob("*") if path.is_file())
    return [(path.relative_to(corpus).as_posix(), path) for path in files]


@parts
@pytest.mark.usefixtures("_deep_recursion")
def test_the_corpus_is_stripped_as_by_cutting_spans(corpus: Path, part: str) -> None:
    differing, refused = set(), set()
    for name, path in list_files(corpus, part):
        data = path.read_bytes()
        try:
            stripped = strip_bytes(data, StripPolicy(), str(path))
        except NotebookError:
            refused.add(name)
            continue
        expected = data if name in NO_NOTEBOOKS else strip_by_cutting(data, StripPolicy())
        if stripped != expected:
            differing.add(name)
    assert not differing
    assert refused == {name for name in REFUSED if name.startswith(f"{part}/")}


@parts
@pytest.mark.usefixtures("_deep_recursion")
def test_the_stripped_corpus_holds_no_output(corpus: Path, part: str) -> None:
    left = set()
    for name, path in list_files(corpus, part):
        if name in REFUSED | NO_NOTEBOOKS:
            continue
        notebook = json.loads(strip_bytes(path.read_bytes()).decode("utf-8-sig"))
        cells = [cell for sheet in notebook.get("worksheets", [notebook]) for cell in sheet.get("cells", [])]
        if any(cell.get("outputs") and not says_keep(cell, notebook) for cell in cells):
            left.add(name)
    assert not left


def says_keep(cell: dict[str, dict[str, object]], notebook: dict[str, dict[str, object]]) -> bool:
    """Whether anything near the cell asks for outputs, true or not; a coarse net over the exact rule."""
    return any(
        word in json.dumps([cell.get("metadata"), notebook["metadata"]]) for word in ("keep_output", "init_cell")
    )
