"""The two doors: bytes in, a notebook in; problems out."""

from __future__ import annotations

from collections.abc import Mapping

from nbkit.document import (
    BOM,
    JsonValue,
    Notebook,
    NotPlainError,
    PlainNotebook,
    copy_value,
    decode_value,
    find_value_oddities,
    read_plain,
)
from nbkit.validate import content, shapes
from nbkit.validate.depth import is_deep_value
from nbkit.validate.file import check_file, tell_oddity
from nbkit.validate.locate import CellTable, locate_problems
from nbkit.validate.options import ValidateOptions, enabled_codes
from nbkit.validate.problem import Problem


def validate_bytes(data: bytes, path: str | None = None, options: ValidateOptions | None = None) -> list[Problem]:
    """Return every problem of the notebook in `data`, in the order of the file. `path` is only for messages.

    Whatever `data` is, what is wrong with it is a problem and no exception. A file that is not
    JSON has no other problems than that. Raises SettingsError for options that name unknown rules.
    """
    enabled = enabled_codes(options or ValidateOptions())
    plain = read_plain(data)
    checked = _check_plain(plain) if plain else None
    if checked is None:
        return _look_closely(data, path, enabled)
    return locate_problems(checked.findings, checked.cells, path, data, enabled)


def validate_notebook(
    notebook: Notebook | Mapping[str, object], options: ValidateOptions | None = None
) -> list[Problem]:
    """Return every problem of a Notebook, an `nbformat.NotebookNode` or a plain dict that may be no notebook at all.

    Lines are known for a Notebook that was read and not changed; other problems are in the order
    of the cells. Raises TypeError, with the way to the value, for what JSON cannot hold.
    """
    path: str | None = None
    tree: JsonValue
    if isinstance(notebook, Notebook):
        if notebook.origin is not None and notebook.tree is notebook.origin.tree:
            return validate_bytes(notebook.origin.data, notebook.path, options)
        path, tree = notebook.path, notebook.to_dict()
    else:
        tree = copy_value(notebook)
    oddities = [tell_oddity(oddity)._replace(offset=None) for oddity in find_value_oddities(tree)]
    checked = content.check_tree(tree)
    enabled = enabled_codes(options or ValidateOptions())
    return locate_problems(oddities + checked.findings, checked.cells, path, None, enabled)


def _check_plain(plain: PlainNotebook) -> content.Checked | None:
    """Return what is to be said about a notebook of plain JSON; None where it needs a closer look."""
    minor = content.minor_version(plain.members)
    if not shapes.has_good_members(plain.members):
        return None
    findings = content.check_members(plain.members, minor)
    try:
        checked = content.check_cells(plain.batches, minor)
    except NotPlainError:
        return None
    if checked.is_deep or is_deep_value(plain.members):
        return None
    return content.Checked(findings + checked.findings, checked.cells)


def _look_closely(data: bytes, path: str | None, enabled: frozenset[str]) -> list[Problem]:
    """Return every problem of a file with which something is odd."""
    file = check_file(data)
    if file.text is None:
        return locate_problems(file.findings, CellTable(), path, data, enabled)
    start = len(BOM) if file.text.startswith(BOM) else 0
    checked = content.check_tree(decode_value(memoryview(file.text)[start:]))
    return locate_problems(file.findings + checked.findings, checked.cells, path, file.text, enabled)
