"""Notebooks with all that stripping looks at, policies, and notebooks in which outputs try to hide."""

from __future__ import annotations

import re

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from nbkit.strip import DEFAULT_KEYS, StripPolicy
from tests.strategies import Content, layouts, notebooks, old_notebooks, spell

_AGAIN = "again: "
"""Stands before a key that is to be spelled as another one of the object is."""

_ESCAPED = "escaped: "
"""Stands before a key whose first letter is to be spelled as an escape."""

_COLAB: list[object] = [
    {"height": 3},
    {"autoexec": {}, "base_uri": "x"},
    {"provenance": []},
    {"name": "x"},
    {},
    "colab",
]
_METADATA: dict[str, list[object]] = {
    **{key.rpartition("metadata.")[2]: [{}, {"x": 1}, "x", None] for key in DEFAULT_KEYS if ".colab." not in key},
    "colab": _COLAB,
    "keep_output": [True, False, "false", "x", 0, None],
    "init_cell": [True, False],
    "tags": [["keep_output"], ["drop"], ["x", "drop"], "keep_output", []],
    "mine": [{"a": 1, "b": {"c": 2}}, {"collapsed": True}, {"outputs": [1]}],
    "a.b": [1],
}
_NAMES = sorted(_METADATA)
_STREAM = {"name": "stdout", "output_type": "stream", "text": "x"}
_OUTPUTS: list[object] = [
    _STREAM,
    {**_STREAM, "name": "stderr", "text": ["x" * 20, "y"]},
    {"data": {"image/png": "aGk=", "text/plain": "x"}, "metadata": {}, "output_type": "display_data"},
    {"data": {"text/html": ["x"]}, "execution_count": 123, "metadata": {}, "output_type": "execute_result"},
    {"data": "x", "execution_count": None, "output_type": "execute_result"},
    {"ename": "x", "evalue": "y", "output_type": "error", "traceback": []},
    {"output_type": "pyout", "prompt_number": 3, "text": "x"},
    {},
    "x",
    None,
]


def policies() -> SearchStrategy[StripPolicy]:
    cell_keys = [f"cell.metadata.{name}" for name in [*_NAMES, "mine.a", "mine.b.c", "absent"] if name != "init_cell"]
    keys = [*cell_keys, *[f"metadata.{name}" for name in [*_NAMES, "mine.b", "kernelspec.name"]], "cell.id", "nonsense"]
    some_keys = st.lists(st.sampled_from(keys), max_size=3).map(tuple)
    types = st.sampled_from([(), (), ("stream",), ("stream:stderr", "error"), ("execute_result",)])
    return st.builds(
        StripPolicy,
        keep_output=st.sampled_from([None, None, True, False]),
        keep_count=st.booleans(),
        ids=st.sampled_from(["keep", "sequential"]),
        extra_keys=some_keys,
        keep_metadata_keys=some_keys,
        only_metadata_keys=st.just(()) | some_keys,
        drop_empty_cells=st.booleans(),
        drop_tagged_cells=st.sampled_from([(), (), ("drop",), ("x", "é")]),
        strip_init_cells=st.booleans(),
        drop_output_types=types,
        keep_output_types=types,
        keep_mime_types=st.sampled_from([(), (), ("text/*",), ("image/png", "text/plain")]),
        max_size=st.sampled_from([0, 0, 1, 15, 30, 1000]),
        unix_newlines=st.booleans(),
    )


# One policy in two is the default, or close to it: there is a fast way for it.
usual_policies = st.sampled_from(
    [StripPolicy(), StripPolicy(keep_count=True), StripPolicy(extra_keys=("cell.metadata.tags",))]
)
any_policies = usual_policies | policies()


def _noise(*, decides: bool) -> SearchStrategy[Content]:
    names = [name for name in _NAMES if decides or name not in ("keep_output", "init_cell", "tags")]
    pairs = st.sampled_from(names).flatmap(lambda name: st.tuples(st.just(name), st.sampled_from(_METADATA[name])))
    return st.lists(pairs, max_size=3).map(lambda pairs: {str(name): value for name, value in pairs})


def _cells_of(content: Content) -> list[Content]:
    sheets = content.get("worksheets", [content])
    assert isinstance(sheets, list)
    return [cell for sheet in sheets for cell in sheet["cells"]]


@st.composite
def dirty_contents(draw: DrawFn, *, decides: bool = True) -> Content:
    """The content of a notebook with outputs and noise; with `decides`, some of it says what is to stay."""
    content = draw(notebooks() | old_notebooks())
    for cell in _cells_of(content):
        metadata = cell.get("metadata", {})
        assert isinstance(metadata, dict)
        if not decides:
            metadata.pop("tags", None)
        cell["metadata"] = {**metadata, **draw(_noise(decides=decides))}
        if draw(st.booleans()):
            cell["outputs"] = draw(st.lists(st.sampled_from(_OUTPUTS), max_size=3))
        if draw(st.integers(0, 7)) == 0:
            cell["outputs"] = draw(st.sampled_from([None, {}, {"x": 1}, "x", []]))
        if draw(st.integers(0, 3)) == 0:
            cell["metadata"] = draw(st.sampled_from([{}, {"x": 1}])) | {"outputs": cell.get("outputs")}
    metadata = content["metadata"]
    assert isinstance(metadata, dict)
    content["metadata"] = {**metadata, **draw(_noise(decides=decides))}
    return content


@st.composite
def dirty_bytes(draw: DrawFn, *, decides: bool = True) -> bytes:
    """A notebook with outputs and noise, in any layout."""
    return spell(draw(dirty_contents(decides=decides)), draw(layouts()))


@st.composite
def hiding_bytes(draw: DrawFn) -> bytes:
    """A notebook, of which nothing says that outputs are to stay, with keys that stand twice or hold escapes."""
    content = draw(dirty_contents(decides=False))
    places: list[Content] = [content, *_cells_of(content)]
    places += [value for place in places for value in place.values() if isinstance(value, dict)]
    for _ in range(draw(st.integers(1, 2))):
        place = places[draw(st.integers(0, len(places) - 1))]
        if place:
            key = draw(st.sampled_from(sorted(place)))
            other = draw(st.sampled_from([place[key], [], {}, None, [_STREAM]]))
            place[draw(st.sampled_from([_AGAIN, _AGAIN + _ESCAPED])) + key] = other
            if draw(st.booleans()):
                place[key], place[_AGAIN + key] = other, place.pop(key)
    data = spell(content, draw(layouts())).replace(_AGAIN.encode(), b"")
    return re.sub(rb'"' + _ESCAPED.encode() + rb"([a-z])", lambda match: b'"\\u%04x' % ord(match[1]), data).replace(
        _ESCAPED.encode(), b""
    )
