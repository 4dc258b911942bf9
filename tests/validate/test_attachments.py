from __future__ import annotations

import pytest

from nbkit.validate.attachments import check_attachments
from nbkit.validate.problem import Finding


def find(source: str, *names: str, cell_type: str = "markdown") -> list[tuple[str, str]]:
    findings: list[Finding] = []
    cell = {"cell_type": cell_type, "attachments": {name: {} for name in names}}
    check_attachments(cell, source, ("cells", 0), findings)  # type: ignore[arg-type]
    return [(finding.rule, finding.message.split("'")[1]) for finding in findings]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("![](attachment:a.png)", "a.png"),
        ("![x](attachment:a.png 'a title')", "a.png"),
        ("![x](<attachment:a b.png>)", "a b.png"),
        ("![x](attachment:a%20b.png)", "a b.png"),
        ("![x](attachment:a%20%281%29.png)", "a (1).png"),
        ("![x](attachment:a(1).png) and (more)", "a(1).png"),
        ("![x][y]\n\n[y]: attachment:a.png", "a.png"),
        ("<img src='attachment:a.png' width=3>", "a.png"),
        ("<img src=attachment:a.png>", "a.png"),
        ("[file](attachment:a.png)", "a.png"),
    ],
)
def test_a_reference_is_known_however_it_is_spelled(source: str, name: str) -> None:
    assert find(source, name) == []
    assert [rule for rule, _ in find(source)] == ["NB302"]


def test_each_missing_attachment_is_told_once() -> None:
    source = "![](attachment:a.png) ![](attachment:b.png) ![](attachment:a.png)"
    assert find(source) == [("NB302", "a.png"), ("NB302", "b.png")]


def test_the_word_attachment_is_no_reference() -> None:
    assert find("Write `attachment:name` in a cell.") == []
    assert find("![](attachment:a.png)", cell_type="raw") == [], "a raw cell is for another reader"


def test_a_mention_anywhere_is_use_enough() -> None:
    assert find("see attachment:a.png", "a.png", "b.png") == [("NB303", "b.png")]
