"""Notebooks for hypothesis: their content, the ways to spell it in bytes, and what can go wrong with those.

`notebooks()` gives plain dicts, valid nbformat 4.x; `old_notebooks()` nbformat 2 and 3; `notebook_bytes()`
spells either as some editor, or nobody, would; `damaged_bytes()` breaks that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

Content: TypeAlias = dict[str, object]

BOM = b"\xef\xbb\xbf"

_NUMBER = "number spelled "
"""Stands before the spelling of a number in a text that `spell` writes without quotes."""

_WEIRD = ["", "\n", "\r\n", "\r", "\u2028", "\x0b", "\x85", "\x00", "\x1b[31m", "\x7f", "é", "e\u0301", "😀", "\ufeff"]
_SURROGATES = ["\ud800", "\udc80", "\udfff", "x\udbff"]
_SOURCES = [
    "print(1)\n2",
    "'\\u00e9' \"\\\\\"",
    "# Title\n\ntext\n",
    '{"cells": [], "a": 1, "b": 2}',
    "</script>",
    "[",
    "}",
]


def _pair_surrogates(text: str) -> str:
    """Return `text` as JSON gives it back: two halves of a pair that meet are one character."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def texts(*, surrogates: bool = True) -> SearchStrategy[str]:
    pieces = [*_WEIRD, *_SOURCES, *(_SURROGATES if surrogates else [])]
    some = st.lists(st.sampled_from(pieces) | st.text(max_size=4), max_size=4).map("".join)
    return some.map(_pair_surrogates)


def numbers() -> SearchStrategy[int | float | str]:
    """Numbers of every kind; as text those whose spelling no writer would choose."""
    spelled = st.sampled_from(
        ["1.00", "1e400", "-1e400", "1E+2", "1e-400", "-0", "0.10", "12e0", "100000000000000000000.0"]
    )
    return st.one_of(
        st.integers(-3, 3),
        st.sampled_from([2**53 + 1, 2**63, 2**64, -(2**63) - 1, 10**40, -(10**4299)]),
        st.floats().map(lambda number: number + 0.0),  # no -0.0, which equals 0.0
        spelled.map(lambda text: _NUMBER + text),
    )


def json_values() -> SearchStrategy[object]:
    leaves = st.one_of(st.none(), st.booleans(), numbers(), texts())
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_free_keys(), inner, max_size=3),
        max_leaves=6,
    )


def _dicts(
    members: Mapping[str, SearchStrategy[object]], optional: Mapping[str, SearchStrategy[object]] | None = None
) -> SearchStrategy[Content]:
    made = st.fixed_dictionaries(dict(members), optional=dict(optional or {}))
    return made.map(dict[str, object])


def _free_keys() -> SearchStrategy[str]:
    """Keys that no schema says anything about, some of which mean something elsewhere in a notebook."""
    named = st.sampled_from(["x", "a", "cells", "outputs", "source", "é", "", 'say "hi"', "nbkit"])
    return named | texts().map(lambda text: f"x {text}")


@st.composite
def _multi_line(draw: DrawFn, *, split: bool | None = None) -> str | list[str]:
    """A multi-line string: joined, split as nbformat splits, or split anywhere."""
    text = draw(texts())
    form = draw(st.sampled_from(["joined", "split", "anywhere"])) if split is None else "split" if split else "joined"
    if form == "joined":
        return text
    if form == "split":
        return text.splitlines(keepends=True)
    place = draw(st.integers(0, len(text)))
    halves = [text[:place], text[place:]]
    # Halves of a pair in two lines would be two characters in one reader and one in the other.
    return halves if _pair_surrogates("".join(halves)) == text and not _ends_in_half(halves[0]) else [text]


def _ends_in_half(text: str) -> bool:
    return "\ud800" <= text[-1:] <= "\udbff"


def _metadata(**known: SearchStrategy[object]) -> SearchStrategy[Content]:
    free = st.dictionaries(_free_keys(), json_values(), max_size=2)
    return st.builds(lambda some, more: {**some, **more}, free, _dicts({}, optional=known))


def _bundles() -> SearchStrategy[Content]:
    texts_of = ["text/plain", "text/html", "image/svg+xml", "application/javascript", "image/png", "application/pdf"]
    return st.builds(
        lambda some, more: {**some, **more},
        st.dictionaries(st.sampled_from(texts_of), _multi_line(), max_size=2),
        st.dictionaries(st.sampled_from(["application/json", "application/x+json"]), json_values(), max_size=1),
    )


def _outputs() -> SearchStrategy[Content]:
    counts = st.none() | st.integers(0, 9)
    return st.one_of(
        _dicts(
            {"output_type": st.just("stream"), "name": st.sampled_from(["stdout", "stderr"]), "text": _multi_line()}
        ),
        _dicts(
            {
                "output_type": st.just("error"),
                "ename": texts(),
                "evalue": texts(),
                "traceback": st.lists(texts(), max_size=2),
            }
        ),
        _dicts({"output_type": st.just("display_data"), "data": _bundles(), "metadata": _metadata()}),
        _dicts(
            {
                "output_type": st.just("execute_result"),
                "data": _bundles(),
                "metadata": _metadata(),
                "execution_count": counts,
            }
        ),
    )


def _cells() -> SearchStrategy[Content]:
    tags = st.lists(st.sampled_from(["parameters", "keep_output", "é"]), unique=True, max_size=2)
    metadata = _metadata(tags=tags, collapsed=st.booleans())
    attachments = st.dictionaries(st.sampled_from(["a.png", "é b.svg"]), _bundles(), max_size=2)
    code = {"cell_type": st.just("code"), "metadata": metadata, "source": _multi_line()}
    prose = {"cell_type": st.sampled_from(["markdown", "raw"]), "metadata": metadata, "source": _multi_line()}
    return st.one_of(
        _dicts({**code, "outputs": st.lists(_outputs(), max_size=2), "execution_count": st.none() | st.integers(0, 9)}),
        _dicts(prose, optional={"attachments": attachments}),
    )


@st.composite
def notebooks(draw: DrawFn, *, minor: int | None = None, min_cells: int = 0) -> Content:
    """The content of a valid notebook of nbformat 4, key order shuffled; cells have ids from 4.5 on.

    Numbers that have a spelling of their own are texts which only `spell` knows.
    """
    minor = draw(st.sampled_from([0, 2, 4, 5])) if minor is None else minor
    cells = draw(st.lists(_cells(), min_size=min_cells, max_size=4))
    if minor < 5:
        cells = [{key: value for key, value in cell.items() if minor > 0 or key != "attachments"} for cell in cells]
    else:
        cells = [{**cell, "id": f"cell-{number}_A"} for number, cell in enumerate(cells)]
    kernelspec = _dicts({"name": texts(), "display_name": texts()}, optional={"language": texts()})
    language_info = _dicts({"name": st.sampled_from(["python", "R"])})
    metadata = draw(_metadata(kernelspec=kernelspec, language_info=language_info, title=texts()))
    members = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": minor}
    return {key: members[key] for key in draw(st.permutations(list(members)))}


def _old_outputs() -> SearchStrategy[Content]:
    stream = {"output_type": st.just("stream"), "stream": st.just("stdout"), "text": _old_multi_line()}
    shown = {"output_type": st.just("display_data"), "metadata": st.just({})}
    error = {
        "output_type": st.just("pyerr"),
        "ename": texts(),
        "evalue": texts(),
        "traceback": st.lists(texts(), max_size=2),
    }
    mime = {"text": _old_multi_line(), "html": _old_multi_line(), "png": st.just("aGk=")}
    return _dicts(stream) | _dicts(shown, optional=mime) | _dicts(error)


def _old_multi_line() -> SearchStrategy[str | list[str]]:
    """A multi-line string: joined, or lines without their ends, as nbformat 2 wrote them and 3 reads them too."""
    return texts() | st.lists(st.text("ab é", max_size=4), max_size=3).map(list)


@st.composite
def old_notebooks(draw: DrawFn, *, major: int | None = None) -> Content:
    """The content of a notebook of nbformat 2 or 3."""
    code = {
        "cell_type": st.just("code"),
        "collapsed": st.booleans(),
        "input": _old_multi_line(),
        "language": st.just("python"),
        "outputs": st.lists(_old_outputs(), max_size=2),
        "prompt_number": st.integers(0, 9),
        "metadata": _metadata(),
    }
    prose = {
        "cell_type": st.sampled_from(["markdown", "raw", "html"]),
        "source": _old_multi_line(),
        "metadata": _metadata(),
    }
    heading = {**prose, "cell_type": st.just("heading"), "level": st.integers(1, 6)}
    cells = st.lists(st.one_of(*[_dicts(members) for members in (code, prose, heading)]), max_size=3)
    return {
        "metadata": {"name": draw(texts())},
        "nbformat": draw(st.sampled_from([2, 3])) if major is None else major,
        "nbformat_minor": 0,
        "worksheets": draw(st.lists(_dicts({"cells": cells, "metadata": _metadata()}), max_size=2)),
    }


@dataclass(frozen=True)
class Spelling:
    """A way to write JSON: `indent` None means all on one line."""

    indent: str | None = " "
    comma: str = ","
    colon: str = ": "
    newline: str = "\n"
    is_ascii: bool = False
    is_sorted: bool = True
    start: bytes = b""
    end: bytes = b"\n"


NBFORMAT = Spelling()


def layouts() -> SearchStrategy[Spelling]:
    starts = st.sampled_from([b"", b"", b"", BOM, b" \n", BOM + b"\t"])
    ends = st.sampled_from([b"\n", b"\n", b"", b"\n\n\n", b"\r\n", b" \t "])
    common = {"is_ascii": st.booleans(), "is_sorted": st.booleans(), "start": starts, "end": ends}
    broken = st.builds(
        Spelling,
        indent=st.sampled_from(["", " ", "  ", "    ", "\t"]),
        comma=st.sampled_from([",", ",", ", "]),
        colon=st.sampled_from([": ", ": ", ":", " : "]),
        newline=st.sampled_from(["\n", "\n", "\r\n"]),
        **common,
    )
    flat = st.builds(
        Spelling, indent=st.none(), comma=st.sampled_from([",", ", "]), colon=st.sampled_from([":", ": "]), **common
    )
    return broken | flat


def spell(content: object, layout: Spelling = NBFORMAT) -> bytes:
    """Return `content` as JSON in UTF-8, spelled in `layout`; lone surrogates are written as escapes."""
    text = json.dumps(
        content,
        ensure_ascii=layout.is_ascii,
        indent=layout.indent,
        separators=(layout.comma, layout.colon),
        sort_keys=layout.is_sorted,
    )
    text = re.sub(f'"{_NUMBER}([^"]+)"', r"\1", text)
    data = text.replace("\n", layout.newline).encode("utf-8", "backslashreplace")
    return layout.start + data + layout.end


def settle(content: object) -> Content:
    """Return `content` as a reader of `spell(content)` has it: numbers with a spelling of their own are numbers."""
    settled = json.loads(spell(content, Spelling(is_sorted=False)))
    assert isinstance(settled, dict)
    return settled


def notebook_bytes(content: SearchStrategy[Content] | None = None) -> SearchStrategy[bytes]:
    """Notebooks in bytes, of any version and in any layout."""
    return st.builds(spell, content if content is not None else notebooks() | old_notebooks(), layouts())


_Damage: TypeAlias = Callable[[bytes, int], bytes]


def _line_start(data: bytes, place: int) -> int:
    return data.rfind(b"\n", 0, place) + 1


def _conflict(data: bytes, place: int) -> bytes:
    start = _line_start(data, place)
    lines = data[start:].splitlines(keepends=True)
    ours = lines[0] if lines else b""
    marked = b"<<<<<<< HEAD\n" + ours + b"=======\n" + ours + b">>>>>>> other\n"
    return data[:start] + marked + b"".join(lines[1:])


def _repeat_member(data: bytes, place: int) -> bytes:
    """Repeat the first member with a plain value that stands after `place`."""
    member = re.compile(rb'"[^"\\]*"\s*:\s*(?:"[^"\\]*"|-?[0-9.]+|null|\[\]|\{\})').search(data, place)
    return data[: member.end()] + b"," + member[0] + data[member.end() :] if member else data[:place]


_DAMAGES: dict[str, _Damage] = {
    "cut off": lambda data, place: data[:place],
    "a byte gone": lambda data, place: data[:place] + data[place + 1 :],
    "a bit flipped": lambda data, place: data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :],
    "a piece twice": lambda data, place: data[:place] + data[max(0, place - 9) : place] + data[place:],
    "a member twice": _repeat_member,
    "a conflict": _conflict,
    "a NUL": lambda data, place: data[:place] + b"\x00" + data[place:],
    "Latin-1": lambda data, place: data[:place] + b"\xe9" + data[place:],
    "a surrogate in UTF-8": lambda data, place: data[:place] + b"\xed\xa0\x80" + data[place:],
    "UTF-16": lambda data, place: data.decode(errors="replace").encode("utf-16"),
    "UTF-32 without a mark": lambda data, place: data.decode(errors="replace").encode("utf-32-le"),
    "deep nesting": lambda data, place: data[:place] + b"[" * 3000 + b"]" * 3000 + data[place:],
    "a value in a value": lambda data, place: data[:place] + b'{"cells": [' + data[place:],
    "a number": lambda data, place: data[:place] + b"-1.5e" + data[place:],
    "a comma": lambda data, place: data[:place] + b"," + data[place:],
    "a backslash": lambda data, place: data[:place] + b"\\" + data[place:],
}


@st.composite
def damaged_bytes(draw: DrawFn) -> bytes:
    """Bytes of a notebook after one to three accidents; a few of them are notebooks still."""
    data = draw(notebook_bytes())
    for name in draw(st.lists(st.sampled_from(sorted(_DAMAGES)), min_size=1, max_size=3)):
        data = _DAMAGES[name](data, draw(st.integers(0, len(data) - 1))) if data else data
    return data
