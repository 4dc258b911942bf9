from __future__ import annotations

import json

import pytest

from nbkit.location import Location
from nbkit.validate import RENDERERS, Problem

PLACED = Problem("NB301", "error", Location("a b.ipynb", 3, "x", "outputs[0]", 12, 5), "expected this, got 'é'")
UNPLACED = Problem("NB405", "warning", Location("n.ipynb", 3, None, "metadata"), "expected this")


def test_text_is_a_line_for_each_problem() -> None:
    rendered = RENDERERS["text"]([PLACED, UNPLACED])
    assert rendered == "a b.ipynb:12:5: NB301 expected this, got 'é'\nn.ipynb#cells[3].metadata: NB405 expected this\n"


def test_json_is_a_list_of_flat_objects() -> None:
    assert json.loads(RENDERERS["json"]([PLACED, UNPLACED])) == [
        {
            "rule": "NB301",
            "severity": "error",
            "message": "expected this, got 'é'",
            "path": "a b.ipynb",
            "cell_index": 3,
            "cell_id": "x",
            "field": "outputs[0]",
            "line": 12,
            "column": 5,
        },
        {
            "rule": "NB405",
            "severity": "warning",
            "message": "expected this",
            "path": "n.ipynb",
            "cell_index": 3,
            "cell_id": None,
            "field": "metadata",
            "line": None,
            "column": None,
        },
    ]


@pytest.mark.parametrize(("form", "empty"), [("text", ""), ("json", "[]\n"), ("github", "")])
def test_no_problems_render_as_nothing(form: str, empty: str) -> None:
    assert RENDERERS[form]([]) == empty


def test_github_is_a_command_for_each_problem() -> None:
    assert RENDERERS["github"]([PLACED, UNPLACED]) == (
        "::error file=a b.ipynb,line=12,col=5,title=NB301::expected this, got 'é'\n"
        "::warning file=n.ipynb,title=NB405::cells[3].metadata: expected this\n"
    )


def test_github_commands_escape_what_would_end_them() -> None:
    problem = Problem("NB301", "error", Location("a,b:c%\r\n.ipynb", line=1, column=2), "100%: a,\r\nb::error::")
    assert RENDERERS["github"]([problem]) == (
        "::error file=a%2Cb%3Ac%25%0D%0A.ipynb,line=1,col=2,title=NB301::100%25: a,%0D%0Ab::error::\n"
    )
