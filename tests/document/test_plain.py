from __future__ import annotations

import json

import pytest
from hypothesis import given

from nbkit.document import NotPlainError, read_plain
from tests.strategies import NBFORMAT, Content, damaged_bytes, notebook_bytes, notebooks, spell

PADDING = '"' + "x" * 8_000_000 + '"'


def read(data: bytes) -> object:
    """Return the whole notebook as read plainly, None where that is refused."""
    plain = read_plain(data)
    if plain is None:
        return None
    try:
        return {**plain.members, "cells": [cell for batch in plain.batches for cell in batch]}
    except NotPlainError:
        return None


@given(notebook_bytes() | damaged_bytes())
def test_what_is_read_plainly_is_what_python_reads_without_a_key_twice(data: bytes) -> None:
    plain = read(data)
    if plain is not None:
        pairs: list[bool] = []
        json.loads(data, object_pairs_hook=lambda found: pairs.append(len(dict(found)) == len(found)))
        assert plain == json.loads(data)
        assert all(pairs)


@given(notebooks(min_cells=1))
def test_a_notebook_as_nbformat_writes_it_is_read_plainly_if_it_is_plain(content: Content) -> None:
    data = spell(content, NBFORMAT)
    if b"\\ud" not in data and b"NaN" not in data and b"Infinity" not in data and b"e400" not in data:
        assert read(data) is not None or b"0000000000000000000" in data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"cells": 1}',
        b'{"a": 1}',
        b'{"cells": [], "cells": []}',
        b'{"cells": [{"a": {"b": 1, "b": 1}}]}',
        b'{"cells": [], "a": [1e5, {"b": 1, "\\u0062": 2}]}',
        b'{"cells": [], "a": NaN}',
        b'{"cells": [], "a": "\xff"}',
        b'\xef\xbb\xbf{"cells": []}',
    ],
)
@pytest.mark.parametrize("is_large", [False, True])
def test_what_is_not_plain_is_refused_in_small_files_and_in_large(data: bytes, is_large: bool) -> None:  # noqa: FBT001
    if is_large and data.endswith(b"}"):
        data = data[:-1] + b', "padding": ' + PADDING.encode() + b"}"
    assert read(data) is None


def test_cells_of_a_large_file_come_one_by_one() -> None:
    data = b'{"cells": [{"a": 1e5}, {"a": 2}], "padding": ' + PADDING.encode() + b"}"
    plain = read_plain(data)
    assert plain is not None
    assert list(plain.batches) == [[{"a": 1e5}], [{"a": 2}]]
