from __future__ import annotations

import pytest
from hypothesis import given, settings

from nbkit.document import plain, read_plain
from nbkit.document.plain import NotPlainError
from tests.document.reading import canonical, load_json
from tests.strategies import notebook_bytes, notebooks


@settings(max_examples=40)
@given(notebook_bytes(notebooks()))
def test_what_is_read_plainly_is_what_json_reads(data: bytes) -> None:
    if (found := read_plain(data)) is not None:
        cells = [cell for batch in found.batches for cell in batch]
        assert canonical({**found.members, "cells": cells}) == canonical(load_json(data))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"cells": {}}',
        b'{"cells": [NaN]}',
        b'{"cells": [1e400]}',
        b'{"cells": ["\\ud800"]}',
        b'{"cells": ["\xff"]}',
        b'\xef\xbb\xbf{"cells": []}',
        b'{"cells": [1], "cells": []}',
        b'{"cells": [{"metadata": {"a": {"b": 1, "b": 1}}}]}',
        b'{"cells": [], "metadata": {"a": 1, "\\u0061": 1}}',
        b'{"cells": [' + b"[" * 5000 + b"]" * 5000 + b"]}",
    ],
)
def test_what_needs_a_closer_look_is_not_read(data: bytes) -> None:
    assert read_plain(data) is None


@pytest.mark.parametrize("number", [b"1E+2", b"1.00", b'"\\u0061"', b'"\\/"', b"123456789012345678901234567890"])
def test_an_unusual_spelling_is_plain(number: bytes) -> None:
    found = read_plain(b'{"cells": [%s], "nbformat": 4}' % number)
    assert found is not None
    assert found.members == {"nbformat": 4}


def large(cell: bytes) -> bytes:
    filler = b'{"source": "' + b"x" * plain._LARGE_BYTES + b'"}'
    return b'{"nbformat": 4, "cells": [%s, %s]}' % (filler, cell)


def test_a_large_notebook_is_read_cell_by_cell() -> None:
    found = read_plain(large(b'{"a": 1}'))
    assert found is not None
    assert found.members == {"nbformat": 4}
    assert [len(batch) for batch in found.batches] == [1, 1]


def test_an_oddity_in_a_large_notebook_is_told_when_its_cell_is_taken() -> None:
    found = read_plain(large(b'{"a": 1, "a": 2}'))
    assert found is not None
    next(found.batches)
    with pytest.raises(NotPlainError):
        next(found.batches)
    assert read_plain(large(b"1").replace(b'"nbformat": 4', b'"cells": [], "nbformat": 4')) is None
