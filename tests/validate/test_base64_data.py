from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbkit.document import JsonValue
from nbkit.validate.base64_data import check_bundle
from nbkit.validate.problem import Finding


def find(value: JsonValue, mime: str = "image/png") -> list[str]:
    findings: list[Finding] = []
    check_bundle({mime: value}, (), findings)
    return [finding.message for finding in findings]


@given(st.binary(), st.integers(1, 80))
def test_whatever_was_encoded_is_base64_with_line_breaks_or_without(data: bytes, width: int) -> None:
    text = base64.b64encode(data).decode()
    lines = [text[start : start + width] + "\n" for start in range(0, len(text), width)]
    assert find(text) == []
    assert find("".join(lines)) == []
    assert find(list(lines)) == []


@given(st.text("ABZaz09+/=é! ", max_size=12))
def test_the_verdict_is_that_of_the_grammar(text: str) -> None:
    # Not that of binascii's strict mode, which takes "0000=" on Python 3.11.
    quads = r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
    assert (find(text) == []) is bool(re.fullmatch(quads, text.replace(" ", "")))


@pytest.mark.parametrize("mime", ["image/svg+xml", "text/plain", "application/json", "text/html", "application/x"])
def test_text_need_not_be_base64(mime: str) -> None:
    assert find("<b>", mime) == []


@pytest.mark.parametrize("mime", ["image/png", "image/jpeg", "image/gif", "audio/wav", "video/mp4", "application/pdf"])
def test_binary_data_of_any_kind_must_be(mime: str) -> None:
    assert find("<b>", mime) == [f"expected base64 as {mime}, got the character '<'; write the output anew"]
