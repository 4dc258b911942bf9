"""What cannot be understood is refused, and never passed as clean."""

from __future__ import annotations

import json
import re

import pytest

from nbkit.errors import ConflictedNotebook, MalformedNotebook, NotebookError, UnsupportedVersion
from nbkit.strip import StripPolicy, strip_bytes

SECRET = '[{"name": "stdout", "output_type": "stream", "text": "SECRET"}]'
CELL = '{"cell_type": "code", "metadata": {}, "outputs": [], "source": "x"}'
DIRTY_CELL = CELL.replace("[]", SECRET)


def make_notebook(cells: str, rest: str = '"metadata": {}, "nbformat": 4, "nbformat_minor": 5') -> bytes:
    return f'{{"cells": [{cells}], {rest}}}'.encode()


def with_members(text: str) -> str:
    """A cell that has `text` among its members."""
    return f'{{"cell_type": "code", {text}, "source": "x"}}'


CONFLICT = """{
 "cells": [],
<<<<<<< HEAD
 "metadata": {"a": 1},
=======
 "metadata": {"a": 2},
>>>>>>> other
 "nbformat": 4
}"""

MALFORMED = {
    "white_space": (b" \n\t\n", "<notebook>:1:1: expected a notebook, got white space only"),
    "list": (b"[]", "expected a notebook, got a list"),
    "text": (b'"cells"', "expected a notebook, got text"),
    "null": (b"null", "expected a notebook, got null"),
    "other_object": (b'{"a": 1}', "got an object with neither 'nbformat' nor 'cells'"),
    "truncated": (make_notebook(DIRTY_CELL)[:-30], "the file is cut off"),
    "cut_in_a_string": (make_notebook(CELL)[:15], "expected a closing double quote, got the end of the file"),
    "two_notebooks": (make_notebook(CELL) * 2, "expected the end of the file, got '{"),
    "trailing_comma": (make_notebook(CELL + ","), "expected a value, got ']"),
    "latin_1": (make_notebook(CELL.replace("x", "é")).decode().encode("latin-1"), "expected UTF-8, got byte 0xe9"),
    "bad_utf_8_in_an_output": (
        make_notebook(DIRTY_CELL).replace(b"SECRET", b"SEC\xffRET"),
        "expected UTF-8, got byte 0xff",
    ),
    "utf_16": (make_notebook(CELL).decode().encode("utf-16"), "expected UTF-8, got UTF-16 or UTF-32"),
    "utf_16_without_mark": (make_notebook(CELL).decode().encode("utf-16-le"), "expected UTF-8, got UTF-16 or UTF-32"),
    "utf_32": (make_notebook(CELL).decode().encode("utf-32"), "expected UTF-8, got UTF-16 or UTF-32"),
    "encoded_surrogate": (make_notebook(CELL).replace(b'"x"', b'"\xed\xa0\x80"'), "expected UTF-8, got byte 0xed"),
    "nul": (make_notebook(CELL).replace(b'"x"', b'"\x00"'), "got control character 0x00"),
    "cells_twice": (
        make_notebook(DIRTY_CELL, f'"cells": [{CELL}], "metadata": {{}}, "nbformat": 4'),
        "expected 'cells' once, got it twice",
    ),
    "outputs_twice_clean_last": (
        make_notebook(with_members(f'"metadata": {{}}, "outputs": {SECRET}, "outputs": []')),
        "expected 'outputs' once, got it twice",
    ),
    "outputs_twice_clean_first": (
        make_notebook(with_members(f'"metadata": {{}}, "outputs": [], "outputs": {SECRET}')),
        "expected 'outputs' once, got it twice",
    ),
    "outputs_twice_the_same": (
        make_notebook(with_members(f'"metadata": {{}}, "outputs": {SECRET}, "outputs": {SECRET}')),
        "expected 'outputs' once, got it twice",
    ),
    "outputs_twice_one_escaped": (
        make_notebook(with_members(f'"metadata": {{}}, "outp\\u0075ts": {SECRET}, "outputs": []')),
        "expected 'outputs' once, got it twice",
    ),
    "outputs_twice_the_last_escaped": (
        make_notebook(with_members(f'"metadata": {{}}, "outputs": [], "\\u006futputs": {SECRET}')),
        "expected 'outputs' once, got it twice",
    ),
    "metadata_twice_in_a_cell": (
        make_notebook(with_members(f'"metadata": {{"tags": ["keep_output"]}}, "metadata": {{}}, "outputs": {SECRET}')),
        "expected 'metadata' once, got it twice",
    ),
    "metadata_twice": (
        make_notebook(CELL, '"metadata": {"signature": "s"}, "metadata": {}, "nbformat": 4'),
        "expected 'metadata' once, got it twice",
    ),
    "nbformat_twice": (make_notebook(CELL, '"nbformat": 5, "nbformat": 4, "metadata": {}'), "expected 'nbformat' once"),
    "unknown_key_twice": (make_notebook(CELL, '"nbformat": 4, "x": 5, "x": 4, "metadata": {}'), "expected 'x' once"),
    "cell_that_is_text": (make_notebook(f'{CELL}, "SECRET"'), "expected a cell, got text"),
    "cell_that_is_null": (make_notebook("null"), "expected a cell, got null"),
    "cell_that_is_a_list": (make_notebook(f"[{DIRTY_CELL}]"), "expected a cell, got a list"),
    "cells_that_are_an_object": (b'{"cells": {"a": 1}, "nbformat": 4}', "expected a list, got an object"),
    "cells_that_are_null": (b'{"cells": null, "nbformat": 4}', "expected a list, got null"),
    "no_cells": (b'{"metadata": {}, "nbformat": 4}', "expected 'cells' in a notebook of nbformat 4"),
    "worksheets_in_4": (
        make_notebook(CELL, f'"nbformat": 4, "worksheets": [{{"cells": [{DIRTY_CELL}]}}]'),
        "expected no 'worksheets' in a notebook of nbformat 4",
    ),
    "cells_in_3": (
        make_notebook(DIRTY_CELL, '"nbformat": 3, "worksheets": [{"cells": []}]'),
        "expected no 'cells' in a notebook of nbformat 3",
    ),
    "worksheet_that_is_no_object": (b'{"nbformat": 3, "worksheets": ["SECRET"]}', "expected a worksheet, got text"),
    "worksheet_without_cells": (b'{"worksheets": [{"celLs": []}], "nbformat": 3}', "expected 'cells' in a worksheet"),
    "worksheet_with_cells_twice": (
        f'{{"nbformat": 3, "worksheets": [{{"cells": [{DIRTY_CELL}], "cells": []}}]}}'.encode(),
        "expected 'cells' once, got it twice",
    ),
    "version_that_is_text": (b'{"cells": [], "nbformat": "4"}', "expected a whole number as nbformat, got text"),
    "version_that_is_true": (b'{"cells": [], "nbformat": true}', "expected a whole number as nbformat, got true"),
    "version_that_is_broken": (b'{"cells": [], "nbformat": 4.5}', "expected a whole number as nbformat, got a number"),
    "pointer_with_more_after_it": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n" + make_notebook(DIRTY_CELL),
        "expected a value, got 'version https",
    ),
    "empty_but_for_a_mark": (b"\xef\xbb\xbf", "expected a value, got the end of the file"),
}

# By looking at outputs and without, by numbering cells and without: no way round the checks.
POLICIES = [
    StripPolicy(),
    StripPolicy(keep_output=True, keep_count=True),
    StripPolicy(max_size=10**6),
    StripPolicy(keep_output_types=("stream",), drop_empty_cells=True),
    StripPolicy(ids="sequential", only_metadata_keys=("metadata.x",)),
]


@pytest.mark.parametrize("policy", POLICIES, ids=range(len(POLICIES)))
@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_notebook_is_refused(name: str, policy: StripPolicy) -> None:
    data, message = MALFORMED[name]
    with pytest.raises(MalformedNotebook, match=re.escape(message)):
        strip_bytes(data, policy)


def test_a_conflict_is_refused_as_one_and_says_what_to_do() -> None:
    with pytest.raises(ConflictedNotebook) as caught:
        strip_bytes(CONFLICT.encode(), path="a.ipynb")
    assert str(caught.value) == (
        "a.ipynb:3:1: expected a notebook, got git's conflict marker '<<<<<<< HEAD'; resolve the conflict first "
        "(git checkout --ours or --theirs takes one side, git merge --abort goes back)"
    )


@pytest.mark.parametrize("version", [5, 6, 10**30])
def test_a_newer_major_version_is_refused(version: int) -> None:
    with pytest.raises(
        UnsupportedVersion, match=rf"expected nbformat 1 to 4, got {version}; a newer nbkit may know it"
    ):
        strip_bytes(make_notebook(DIRTY_CELL, f'"nbformat": {version}'))


@pytest.mark.parametrize("version", [0, -1])
def test_a_version_that_never_was_is_refused(version: int) -> None:
    with pytest.raises(NotebookError, match=f"got {version}"):
        strip_bytes(make_notebook(DIRTY_CELL, f'"nbformat": {version}'))


def test_no_message_shows_what_was_put_out() -> None:
    for data, _ in MALFORMED.values():
        with pytest.raises(MalformedNotebook) as caught:
            strip_bytes(data)
        assert "SECRET" not in str(caught.value)
        assert "\n" not in str(caught.value)


TWICE = {
    "data": '{"data": {"text/html": "SECRET"}, "data": {"text/plain": "p"}, "output_type": "display_data"}',
    "data_escaped": '{"d\\u0061ta": {"text/html": "SECRET"}, "data": {"text/plain": "p"}}',
    "text": '{"output_type": "stream", "name": "stdout", "text": "SECRET", "text": ""}',
    "mime": '{"data": {"text/plain": "SECRET", "text/plain": "p"}, "output_type": "display_data"}',
    "type": '{"output_type": "stream", "output_type": "error", "name": "stdout", "text": "SECRET"}',
}


@pytest.mark.parametrize(
    "policy",
    [StripPolicy(max_size=30), StripPolicy(keep_mime_types=("text/plain",)), StripPolicy(keep_output_types=("error",))],
    ids=["size", "mime", "type"],
)
@pytest.mark.parametrize("name", TWICE)
def test_an_output_does_not_stay_for_what_only_one_of_two_equal_keys_says(name: str, policy: StripPolicy) -> None:
    data = make_notebook(CELL.replace("[]", f"[{TWICE[name]}]"))
    try:
        stripped = strip_bytes(data, policy)
    except MalformedNotebook as error:
        assert "once, got it twice" in str(error)  # noqa: PT017 - either is right
    else:
        assert b"SECRET" not in stripped


@pytest.mark.parametrize(
    "metadata",
    [
        '{"colab": {"provenance": ["SECRET"]}, "colab": {"name": "a"}}',
        '{"colab": {"provenance": ["SECRET"], "provenance": []}}',
        '{"widgets": ["SECRET"], "widgets": {}}',
        '{"widgets": ["SECRET"], "w\\u0069dgets": {}}',
    ],
)
@pytest.mark.parametrize("version", ['"nbformat": 4, "nbformat_minor": 5', '"nbformat": 4'], ids=["usual", "no_minor"])
def test_metadata_that_goes_does_not_stay_behind_an_equal_key(metadata: str, version: str) -> None:
    data = make_notebook(CELL, f'"metadata": {metadata}, {version}')
    try:
        stripped = strip_bytes(data)
    except MalformedNotebook as error:
        assert "once, got it twice" in str(error)  # noqa: PT017 - either is right
    else:
        assert b"SECRET" not in stripped


def test_outputs_without_a_policy_that_looks_at_them_go_with_their_equal_keys() -> None:
    data = make_notebook(", ".join(CELL.replace("[]", f"[{output}]") for output in TWICE.values()))
    assert strip_bytes(data) == make_notebook(", ".join([CELL] * len(TWICE)))


@pytest.mark.parametrize("version", ['"nbformat": 4, "nbformat_minor": 5', '"nbformat": 4'], ids=["usual", "no_minor"])
def test_metadata_of_a_cell_that_goes_does_not_stay_behind_an_equal_key(version: str) -> None:
    noise = '{"colab": {"resources": ["SECRET"]}, "colab": {"autoexec": {}}}'
    data = make_notebook(CELL.replace('"metadata": {}', f'"metadata": {noise}'), f'"metadata": {{}}, {version}')
    with pytest.raises(MalformedNotebook, match="expected 'colab' once, got it twice"):
        strip_bytes(data)


@pytest.mark.parametrize("is_metadata_first", [True, False])
@pytest.mark.parametrize("kept_elsewhere", [{"outputs": json.loads(SECRET)}, {"a": [{"outputs": json.loads(SECRET)}]}])
def test_outputs_go_although_the_same_text_stands_in_the_metadata(
    kept_elsewhere: dict[str, object], *, is_metadata_first: bool
) -> None:
    metadata, outputs = f'"metadata": {json.dumps(kept_elsewhere)}', f'"outputs": {SECRET}'
    order = "{0}, {1}" if is_metadata_first else "{1}, {0}"
    data = make_notebook(with_members(order.format(metadata, outputs)))
    assert strip_bytes(data) == make_notebook(with_members(order.format(metadata, '"outputs": []')))


@pytest.mark.parametrize("place", ["metadata", "source", "attachments"])
def test_words_that_look_like_outputs_elsewhere_stay(place: str) -> None:
    value = {"outputs": [{"text": "mine"}], "execution_count": 3, "list": ["outputs", "cells", '\\"outputs": [1]']}
    cell: dict[str, object] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": "x",
        place: value,
    }
    data = make_notebook(json.dumps(cell))
    assert strip_bytes(data) == data
    dirty = make_notebook(json.dumps({**cell, "outputs": value["outputs"], "execution_count": 3}))
    assert strip_bytes(dirty) == data
