"""Metadata: the language of the kernel, and what tools leave there that is about a person.

Each leftover has one right answer, to be removed, so a leftover is known by the way to the
member that goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from nbkit.document import JsonObject, JsonValue
from nbkit.validate.problem import Finding, Way

# Names of shared machines and images are nobody's.
_HOME = re.compile(
    r"(?:/home/|/Users/|[A-Za-z]:[\\/]{1,2}Users[\\/]{1,2})"
    r"(?!(?:jovyan|runner|vscode|codespace|Shared|Public|Default)(?:[\\/]|\Z))[^\\/\s]+"
)
_PATH_HOLDERS = (
    ("papermill", "input_path"),
    ("papermill", "output_path"),
    ("kernelspec",),
    ("vscode",),
    ("interpreter",),
)
_DEEPEST = 8
"""How many steps down a path is looked for: tools nest less, and hostile files more."""
_KEPT = (("kernelspec", "name"), ("kernelspec", "display_name"))
"""What the format requires; a path in one of them is for a person to change."""


class Leftover(NamedTuple):
    """Something to be removed from a notebook's or a cell's metadata: the rule, the way inside it, and what it is."""

    rule: str
    way: Way
    what: str


def check_metadata(metadata: JsonValue, findings: list[Finding]) -> None:
    """Add what is to be said about a notebook's metadata."""
    if not isinstance(metadata, dict):
        return
    _check_language(metadata, findings)
    findings.extend(_tell(leftover, ()) for leftover in find_leftovers(metadata))


def check_cell_metadata(metadata: JsonObject, way: Way, findings: list[Finding]) -> None:
    """Add what is to be said about the metadata of the cell at `way`."""
    findings.extend(_tell(leftover, way) for leftover in find_cell_leftovers(metadata))


def _tell(leftover: Leftover, way: Way) -> Finding:
    message = f"expected nothing personal in the metadata, got {leftover.what}; `nbkit validate --fix` removes it"
    if leftover.rule == "NB405":
        message = f"expected no signature in the metadata, got {leftover.what}; `nbkit validate --fix` removes it"
    return Finding(leftover.rule, (*way, "metadata", *leftover.way), message)


def _check_language(metadata: JsonObject, findings: list[Finding]) -> None:
    kernelspec, info = metadata.get("kernelspec"), metadata.get("language_info")
    if not isinstance(kernelspec, dict) or kernelspec.get("language"):
        return
    if not (isinstance(info, dict) and info.get("name")):
        message = "expected kernelspec.language or language_info.name, got neither; open it in Jupyter and save it"
        findings.append(Finding("NB401", ("metadata", "kernelspec"), message))


def find_cell_leftovers(metadata: JsonObject) -> Iterator[Leftover]:
    """Yield what in a cell's metadata is about a person."""
    info = metadata.get("executionInfo")
    user = info.get("user") if isinstance(info, dict) else None
    if isinstance(user, dict) and any(user.values()):
        held = ", ".join(sorted(key for key, value in user.items() if value)[:5])
        yield Leftover("NB402", ("executionInfo", "user"), f"who ran the cell in Colab ({held})")


def find_leftovers(metadata: JsonObject) -> Iterator[Leftover]:
    """Yield what in a notebook's metadata is about a person, or should have gone long ago."""
    colab = metadata.get("colab")
    if isinstance(colab, dict):
        if colab.get("provenance"):
            yield Leftover("NB403", ("colab", "provenance"), "ids of the files that Colab copied it from")
        if colab.get("authorship_tag"):
            yield Leftover("NB403", ("colab", "authorship_tag"), "Colab's authorship tag")
    for way in _PATH_HOLDERS:
        yield from _find_home_paths(metadata, way)
    if "signature" in metadata:
        yield Leftover("NB405", ("signature",), "one, which has no use there since nbformat 4")


def _find_home_paths(metadata: JsonObject, way: tuple[str, ...]) -> Iterator[Leftover]:
    value: JsonValue = metadata
    for name in way:
        value = value.get(name) if isinstance(value, dict) else None
    pending: list[tuple[JsonValue, tuple[str, ...]]] = [(value, way)]
    while pending:
        item, place = pending.pop()
        if isinstance(item, dict) and len(place) < _DEEPEST:
            pending.extend((child, (*place, name)) for name, child in item.items())
        elif place not in _KEPT and (path := _find_home_path(item)):
            yield Leftover("NB404", place, f"a path into a home folder ({path})")


def _find_home_path(value: JsonValue) -> str | None:
    """Return the home folder that a text, or a text in a list, leads into."""
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str) and (match := _HOME.search(text)):
            return match[0]
    return None
