"""The document: the only room that knows how a notebook is spelled in bytes.

`read_notebook` and `notebook_from_bytes` give a `Notebook`, `write_notebook` and
`notebook_to_bytes` take one; between the two, what nobody changed keeps its bytes.
"""

from __future__ import annotations

from nbkit.document.decode import (
    SyntaxFault,
    check_text,
    find_conflict_marker,
    find_syntax_fault,
    kind_of,
    notebook_from_bytes,
    raise_syntax_error,
)
from nbkit.document.doors import as_notebook, read_notebook, write_notebook
from nbkit.document.encode import notebook_to_bytes, patch_object
from nbkit.document.layout import BOM, Layout, detect_layout
from nbkit.document.model import Cell, Notebook
from nbkit.document.oddities import READER_DEPTH, Oddity, OddityKind, find_oddities, find_value_oddities
from nbkit.document.plain import NotPlainError, PlainNotebook, read_plain
from nbkit.document.positions import Positions, Way, locate_offset
from nbkit.document.scan import is_empty_array
from nbkit.document.text_lines import is_json_mime, join_cell, join_lines, join_output
from nbkit.document.values import JsonObject, JsonValue, copy_value, decode_value, is_same
from nbkit.document.versions import upgrade_notebook, upgrade_tree
from nbkit.document.views import ListView, ObjectView, ValueView

__all__ = [
    "BOM",
    "READER_DEPTH",
    "Cell",
    "JsonObject",
    "JsonValue",
    "Layout",
    "ListView",
    "NotPlainError",
    "Notebook",
    "ObjectView",
    "Oddity",
    "OddityKind",
    "PlainNotebook",
    "Positions",
    "SyntaxFault",
    "ValueView",
    "Way",
    "as_notebook",
    "check_text",
    "copy_value",
    "decode_value",
    "detect_layout",
    "find_conflict_marker",
    "find_oddities",
    "find_syntax_fault",
    "find_value_oddities",
    "is_empty_array",
    "is_json_mime",
    "is_same",
    "join_cell",
    "join_lines",
    "join_output",
    "kind_of",
    "locate_offset",
    "notebook_from_bytes",
    "notebook_to_bytes",
    "patch_object",
    "raise_syntax_error",
    "read_notebook",
    "read_plain",
    "upgrade_notebook",
    "upgrade_tree",
    "write_notebook",
]
