"""Old notebooks to nbformat 4.5, through nbformat, the format's home."""

from __future__ import annotations

from typing import cast

from nbkit.document.doors import as_notebook
from nbkit.document.model import Notebook
from nbkit.document.values import JsonObject
from nbkit.errors import MalformedNotebook
from nbkit.location import Location


def upgrade_notebook(notebook: Notebook) -> Notebook:
    """Return the notebook in nbformat 4.5, as nbformat upgrades it; one of 4.5 or newer is returned as it is.

    Cells get ids. The result is a new document: it doesn't keep the old one's bytes. Raises
    MalformedNotebook where nbformat cannot make sense of an old notebook.
    """
    if (notebook.major, notebook.minor) >= (4, 5):
        return notebook
    return as_notebook(upgrade_tree(notebook.to_dict()))


def upgrade_tree(tree: JsonObject) -> JsonObject:
    """Return a notebook's plain content in nbformat 4.5, as nbformat upgrades it."""
    import warnings

    import nbformat
    from nbformat import v4

    try:
        with warnings.catch_warnings():
            # It warns of ids that it makes up itself and that now and then are the same.
            warnings.simplefilter("ignore")
            node = nbformat.from_dict(tree)  # type: ignore[no-untyped-call]
            if node.get("nbformat") != 4:
                node = nbformat.convert(node, 4)  # type: ignore[no-untyped-call]
            minor = node.get("nbformat_minor", 0)
            node = v4.upgrade(node, from_version=4, from_minor=minor)  # type: ignore[no-untyped-call]
    except Exception as error:  # nbformat raises whatever a damaged notebook makes it trip over
        got = f"one that nbformat cannot upgrade ({type(error).__name__}: {error})"
        raise MalformedNotebook(Location(), "a whole notebook", got) from error
    _drop_notes(node, tree)
    return cast(JsonObject, node)


def _drop_notes(node: JsonObject, tree: JsonObject) -> None:
    """Take out of `node` what nbformat noted about `tree` for its own use; it writes no file with it."""
    old, new = tree.get("metadata"), node.get("metadata")
    for key in ("orig_nbformat", "orig_nbformat_minor"):
        if isinstance(new, dict) and not (isinstance(old, dict) and key in old):
            new.pop(key, None)
