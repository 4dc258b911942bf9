"""The fast way to strip: cut the outputs out of the bytes, then look at the little that is left.

msgspec finds the texts of each cell's members in one pass that decodes nothing. Where the outputs
stand is found by looking for the key `"outputs"`, each time from the end of the last ones on. Why
nothing can hide from that:

- The text at a cut is compared with what msgspec found, so each cut takes one whole value of a
  key `outputs`, and as many are cut as there are cells with outputs.
- In what is left, each key behind which something could hide must stand as often as msgspec
  counted it, those inside metadata aside. A key that stands twice in an object, or a value spelled
  like a key, breaks the count.
- A key can be spelled otherwise only by escapes of ASCII characters; what is left must hold none.

Whatever doesn't add up gives None, and the plain way has it. A property test holds the two equal.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter

import msgspec

from nbkit.document import decode_value, patch_object
from nbkit.strip import plain
from nbkit.strip.policy import StripPolicy

_MAX_PASSES = 8

_ABSENT = msgspec.Raw(b"")


class _Cell(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    cell_type: msgspec.Raw = _ABSENT
    source: msgspec.Raw = _ABSENT
    metadata: msgspec.Raw = _ABSENT
    outputs: msgspec.Raw = _ABSENT
    execution_count: msgspec.Raw = _ABSENT
    id: msgspec.Raw = _ABSENT
    attachments: msgspec.Raw = _ABSENT


class _Notebook(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    cells: list[_Cell]
    metadata: msgspec.Raw
    nbformat: int
    nbformat_minor: msgspec.Raw


_decode = msgspec.json.Decoder(_Notebook).decode
_after_key = re.compile(rb"[ \t\n\r]*+:[ \t\n\r]*+")
_ascii_escape = re.compile(rb"\\u00[2-7]")
_usual_count = re.compile(rb'"execution_count": -?+[0-9]++(?=[ \t\n\r,}])')
_count = re.compile(rb'("execution_count"[ \t\n\r]*+:[ \t\n\r]*+)-?+[0-9]++(?=[ \t\n\r,}])')
# What makes metadata a matter for the plain way: it decides that outputs stay, or has a key that is
# looked for elsewhere; a backslash, because a key may be spelled with escapes.
_unusual = re.compile(rb'keep_output|init_cell|"outputs"|"execution_count"|\\')


def strip_fast(data: bytes, policy: StripPolicy) -> bytes | None:
    """Return the notebook in `data` stripped, `data` itself if it is clean; None if it needs the plain way."""
    if not _is_for_texts(policy):
        return None
    try:
        notebook = _decode(data)
        if not data.isascii():
            data.decode()
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    cells = notebook.cells
    metadata = b"".join([notebook.metadata, *[cell.metadata for cell in cells]])
    if notebook.nbformat != 4 or _unusual.search(metadata):
        return None
    outputs, counts = _given(cells, "outputs"), _given(cells, "execution_count")
    cut = _without_outputs(data, outputs)
    if cut is None or not _adds_up(cut, cells, metadata):
        return None
    uncounted = cut if policy.keep_count else _without_counts(cut, counts)
    quiet = None if uncounted is None else _without_noise(uncounted, notebook, metadata, policy)
    return quiet if quiet is None or policy.ids == "keep" else _number_cells(quiet, cells)


def _is_for_texts(policy: StripPolicy) -> bool:
    """Whether all outputs go unseen, all cells stay, and nothing else but metadata changes."""
    looks_at_outputs = policy.keep_output or policy.keep_output_types or policy.keep_mime_types or policy.max_size
    drops_cells = policy.drop_empty_cells or policy.drop_tagged_cells
    return not (looks_at_outputs or drops_cells or _touches_members(policy))


@lru_cache(maxsize=16)
def _touches_members(policy: StripPolicy) -> bool:
    return any(key.startswith("cell.") and not key.startswith("cell.metadata.") for key in policy.removed_keys)


def _given(cells: Sequence[_Cell], key: str) -> list[msgspec.Raw]:
    """Return the texts of one member in all the cells that have it."""
    return list(filter(len, map(attrgetter(key), cells)))


def _without_outputs(data: bytes, outputs: Sequence[msgspec.Raw]) -> bytes | None:
    if _are_all(outputs, b"[]"):
        return data if data.count(b'"outputs"') == len(outputs) else None
    return _replace_values(data, b'"outputs"', ((text, _emptied(text)) for text in map(bytes, outputs)))


def _are_all(texts: Sequence[msgspec.Raw], wanted: bytes) -> bool:
    return set(map(len, texts)) <= {len(wanted)} and b"".join(texts) == wanted * len(texts)


def _emptied(outputs: bytes) -> bytes:
    return outputs if outputs in (b"[]", b"null") or _is_spread_out(outputs) else b"[]"


def _is_spread_out(outputs: bytes) -> bool:
    """Whether this is an empty list with white space in it."""
    return outputs[:1] == b"[" and outputs[1:-1].isspace()


def _replace_values(data: bytes, key: bytes, values: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """Return `data` with the value of each `key` replaced, `data` itself if each is replaced by itself.

    `values` gives the old and the new text for each place, in order. None where another text
    stands, and where the key stands in more places, those inside the values aside.
    """
    parts: list[bytes] = []
    kept_from = pos = 0
    for old, new in values:
        pos = _find_value(data, key, pos)
        if not data.startswith(old, pos):
            return None
        if new is not old:
            parts += (data[kept_from:pos], new)
            kept_from = pos + len(old)
        pos += len(old)
    if _find_value(data, key, pos) < len(data):
        return None
    if not parts:
        return data
    parts.append(data[kept_from:])
    return b"".join(parts)


def _find_value(data: bytes, key: bytes, pos: int) -> int:
    """Return where the value of the next `key` from `pos` on begins, the end of `data` if there is none."""
    while (found := data.find(key, pos)) >= 0:
        pos = found + len(key)
        if data[pos : pos + 2] == b": ":
            return pos + 2
        if match := _after_key.match(data, pos):  # else it is a value that is spelled like the key
            return match.end()
    return len(data)


def _adds_up(cut: bytes, cells: Sequence[_Cell], metadata: bytes) -> bool:
    """Whether each key that could hide something stands in `cut` as often as msgspec found it, none with escapes."""
    expected = {
        b'"cells"': 1,
        b'"nbformat"': 1,
        b'"metadata"': len(_given(cells, "metadata")) + 1,
        b'"execution_count"': len(_given(cells, "execution_count")),
    }
    for key, count in expected.items():
        # What stands inside metadata is known to be no key of a notebook or a cell.
        if (found := cut.count(key)) != count and found != count + metadata.count(key):
            return False
    return b"\\u00" not in cut or not _ascii_escape.search(cut)


def _without_counts(cut: bytes, counts: Sequence[msgspec.Raw]) -> bytes | None:
    if _are_all(counts, b"null"):
        return cut
    wanted = sum([1 for text in map(bytes, counts) if text != b"null"])
    # A replacement without groups is made in C, ten times as fast as one with.
    uncounted, found = _usual_count.subn(b'"execution_count": null', cut)
    if found != wanted:
        uncounted, found = _count.subn(rb"\1null", cut)
    return uncounted if found == wanted else None


def _number_cells(quiet: bytes, cells: Sequence[_Cell]) -> bytes | None:
    numbered = [(bytes(cell.id), b'"%d"' % number) for number, cell in enumerate(cells) if len(cell.id)]
    return _replace_values(quiet, b'"id"', [(old, old if new == old else new) for old, new in numbered])


def _without_noise(cut: bytes, notebook: _Notebook, metadata: bytes, policy: StripPolicy) -> bytes | None:
    """Return `cut` without the metadata that goes; None if the notebook's own stands before the cells'."""
    if not policy.only_metadata_keys and not _words(policy).search(metadata):
        return cut
    texts = list(map(bytes, _given(notebook.cells, "metadata")))
    places = Counter(texts)
    cleaned: dict[bytes, bytes] = {}
    for text in places:
        if (new := _clean(text, "cell", policy)) is None:
            return None
        cleaned[text] = new
    own = bytes(notebook.metadata)
    own_cleaned = _clean(own, "metadata", policy)
    if own_cleaned is None:
        return None
    changes = {text: new for text, new in (*cleaned.items(), (own, own_cleaned)) if new is not text}
    # Most of a notebook's cells have the same few metadata, so a few passes in C replace them all.
    if len(changes) <= _MAX_PASSES and own not in places and cut.count(b'"metadata"') == len(texts) + 1:
        places[own] = 1
        replaced = _replace_everywhere(cut, changes, places)
        if replaced is not None:
            return replaced
    return _replace_values(cut, b'"metadata"', [*((text, cleaned[text]) for text in texts), (own, own_cleaned)])


def _replace_everywhere(cut: bytes, changes: Mapping[bytes, bytes], places: Mapping[bytes, int]) -> bytes | None:
    """Return `cut` with each old metadata of `changes` replaced; None if one is not where its key usually has it."""
    size = len(cut)
    for old, new in changes.items():
        cut = cut.replace(b'"metadata": ' + old, b'"metadata": ' + new)
        size -= places[old] * (len(old) - len(new))
        if len(cut) != size:
            return None
    return cut


@lru_cache(maxsize=16)
def _words(policy: StripPolicy) -> re.Pattern[bytes]:
    """Return what metadata must hold for anything in it to go."""
    names = {key.partition("metadata.")[2] for key in policy.removed_keys}
    heads = {name.partition(".")[0] for name in names}
    # A name may hold a lone surrogate: from a command line that is not UTF-8.
    spelled = sorted(name.encode(errors="surrogatepass") for name in names | heads)
    return re.compile(rb'"(?:' + b"|".join(map(re.escape, spelled)) + rb')"')


def _clean(text: bytes, root: str, policy: StripPolicy) -> bytes | None:
    """Return the metadata of a cell (`root` is `cell`) or of the notebook without what goes, the plain way.

    None where what goes in part may hide behind a key that stands twice.
    """
    if text == b"{}":
        return text
    return (_clean_short if len(text) < 200 else _clean_any)(text, root, policy)


def _clean_any(text: bytes, root: str, policy: StripPolicy) -> bytes | None:
    value = decode_value(text)
    if not isinstance(value, dict):
        return text
    if plain.may_go_in_part(value, policy, root) and plain.find_equal_key(text):
        return None
    kept = plain.remove_keys(value if root == "metadata" else {"metadata": value}, root, policy, ())
    inner = kept if root == "metadata" else kept["metadata"]
    assert isinstance(inner, dict)
    return text if inner is value else patch_object(text, value, inner)


# A repository's notebooks have the same few metadata, too.
_clean_short = lru_cache(maxsize=1000)(_clean_any)
