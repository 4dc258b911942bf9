"""All rules. A code is for ever: it stands in people's configuration."""

from __future__ import annotations

from typing import NamedTuple

from nbkit.validate.problem import Severity


class Rule(NamedTuple):
    """A rule; `is_default`: it is on unless somebody asks otherwise; `is_fixable`: `--fix` can help, if not always."""

    code: str
    name: str
    description: str
    severity: Severity = "error"
    is_default: bool = True
    is_fixable: bool = False


_ALL = (
    # The file: bytes, JSON, and whether it is a notebook at all.
    Rule("NB001", "not-utf-8", "The file is not UTF-8."),
    Rule("NB002", "byte-order-mark", "The file begins with a byte order mark.", "warning", is_fixable=True),
    Rule("NB003", "empty-file", "The file is empty, or white space only."),
    Rule("NB004", "merge-conflict", "The file holds a merge conflict that nobody resolved."),
    Rule("NB005", "json-syntax", "The file is not JSON, or is cut off."),
    Rule("NB006", "duplicate-key", "A key stands twice in one object, and readers see only the last."),
    Rule("NB007", "no-json-number", "A number is NaN, infinite or too long, which JSON or its readers do not know."),
    Rule("NB008", "lone-surrogate", "A text holds half a character, which cannot be written as UTF-8."),
    Rule("NB009", "deep-nesting", "Values are nested deeper than Jupyter can read."),
    Rule("NB010", "not-a-notebook", "The file is JSON, but not a notebook."),
    Rule("NB011", "unknown-major", "The notebook is of a major version of the format that is not known."),
    Rule("NB012", "newer-minor", "The notebook is of a newer minor version than is known.", "warning"),
    # The schema: what nbformat refuses is exactly what one of these refuses.
    Rule("NB101", "missing-member", "Something that the format requires is missing.", is_fixable=True),
    Rule("NB102", "wrong-type", "A value is of another type than the format has there."),
    Rule("NB103", "unknown-member", "An object has a member that the format does not know there."),
    Rule("NB104", "wrong-value", "A value is of the right type, but not one that the format allows."),
    Rule("NB105", "unknown-cell-type", "A cell is neither code nor markdown nor raw."),
    Rule("NB106", "unknown-output-type", "An output is of a type that the format does not know."),
    Rule("NB107", "missing-id", "A cell has no id, which nbformat 4.5 requires.", is_fixable=True),
    Rule(
        "NB108", "malformed-id", "A cell's id is not 1 to 64 letters, digits, hyphens and underscores.", is_fixable=True
    ),
    Rule("NB109", "early-id", "A cell has an id, which the format knows only from 4.5 on."),
    Rule("NB110", "not-upgradable", "nbformat cannot read the notebook, which is of an old version, as a newer one."),
    # Cells, beyond the schema.
    Rule("NB201", "duplicate-id", "Two cells have the same id.", is_fixable=True),
    Rule("NB202", "outputs-without-run", "A cell has outputs, but no execution count: it never ran.", "warning"),
    Rule("NB203", "out-of-order", "A cell ran before the cell above it.", "warning", is_default=False),
    Rule("NB204", "conflict-in-source", "A cell's source holds the markers of a merge conflict.", "warning"),
    # What outputs and attachments hold.
    Rule("NB301", "bad-base64", "Binary data of an output or an attachment is not base64."),
    Rule("NB302", "missing-attachment", "A cell refers to an attachment that it does not have."),
    Rule("NB303", "unused-attachment", "A cell has an attachment that its source does not refer to.", "warning"),
    # Metadata.
    Rule("NB401", "no-language", "The kernelspec does not say which language the cells are in.", "warning"),
    Rule("NB402", "user", "Colab left the name or the id of whoever ran a cell.", "warning", is_fixable=True),
    Rule(
        "NB403",
        "provenance",
        "Colab left ids of files and accounts that the notebook came from.",
        "warning",
        is_fixable=True,
    ),
    Rule("NB404", "home-path", "A tool left a path into somebody's home folder.", "warning", is_fixable=True),
    Rule(
        "NB405",
        "signature",
        "The metadata holds a signature, which belongs into no file since nbformat 4.",
        "warning",
        is_fixable=True,
    ),
)

RULES: dict[str, Rule] = {rule.code: rule for rule in _ALL}
"""Every rule by its code, in order."""
