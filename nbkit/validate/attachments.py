"""Attachments of a cell: those that its source refers to, and those that it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from nbkit.document import JsonObject, JsonValue
from nbkit.validate.base64_data import check_bundle
from nbkit.validate.problem import Finding, Way

# Where Markdown or HTML has a target; elsewhere `attachment:` is only a word.
_REFERENCE = re.compile(r"""(?:\]\(\s*+<?|\]:[ \t]*+<?|(?:src|href)\s*+=\s*+["']?)attachment:(?=([^\n"'<>]{0,1024}))""")
_MENTION = re.compile(r"""attachment:(?=([^\n"'<>]{0,1024}))""")
_END = re.compile(r"[\s)]")
_ENDS_TRIED = 8
"""A name may hold spaces and brackets of its own, so that many times a target may go on after one."""


def check_attachments(cell: JsonObject, source: str, way: Way, findings: list[Finding]) -> None:
    """Add findings for attachments that are referred to and missing, never referred to, or no base64."""
    attachments = cell.get("attachments")
    held = attachments if isinstance(attachments, dict) else {}
    for name, bundle in held.items():
        check_bundle(bundle, (*way, "attachments", name), findings)
    if cell.get("cell_type") == "markdown":
        told = set()
        for text in _REFERENCE.findall(source):
            names = list(_possible_names(text))
            if not any(name in held for name in names) and names[0] not in told:
                told.add(names[0])
                findings.append(_missing(names[0], held, way))
    mentioned = {name for text in _MENTION.findall(source) for name in _possible_names(text)}
    for name in held:
        if name not in mentioned:
            message = f"expected a reference to the attachment '{name}' in the source, got none; remove it, or add one"
            findings.append(Finding("NB303", (*way, "attachments", name), message))


def _missing(name: str, held: dict[str, JsonValue], way: Way) -> Finding:
    got = f"only {', '.join(sorted(held)[:5])}" if held else "none"
    message = f"expected an attachment '{name}', which the source refers to, got {got}; insert the picture again"
    return Finding("NB302", (*way, "source"), message)


def _possible_names(text: str) -> Iterator[str]:
    """Yield the names that `text`, which follows `attachment:` on its line, may begin with; the likeliest first."""
    for number, match in enumerate(_END.finditer(text)):
        if number == _ENDS_TRIED:
            return
        yield unquote(text[: match.start()])
    yield unquote(text)
