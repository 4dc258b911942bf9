"""Everything that needs git: asking it, and being asked by it.

What the filter and its installation need is loaded when it is first used: the walk of a folder
asks this room, too, and needs none of that.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from nbkit.git.command import GitError, GitMissing, NotARepository, run_git
from nbkit.git.worktree import find_excludes_file, list_tracked

if TYPE_CHECKING:
    from nbkit.git.attributes import Scope, current_filter, find_scope
    from nbkit.git.caller import Caller
    from nbkit.git.filter import Filter, serve
    from nbkit.git.installation import Notebooks, Status, find_notebooks, install, read_status, uninstall
    from nbkit.git.local_outputs import OutputStore
    from nbkit.git.notebooks import LocalOutputs, NotebookFilter
    from nbkit.git.objects import read_objects
    from nbkit.git.pktline import ProtocolError
    from nbkit.git.repository import open_store, read_alias

__all__ = [
    "Caller",
    "Filter",
    "GitError",
    "GitMissing",
    "LocalOutputs",
    "NotARepository",
    "NotebookFilter",
    "Notebooks",
    "OutputStore",
    "ProtocolError",
    "Scope",
    "Status",
    "current_filter",
    "find_excludes_file",
    "find_notebooks",
    "find_scope",
    "install",
    "list_tracked",
    "open_store",
    "read_alias",
    "read_objects",
    "read_status",
    "run_git",
    "serve",
    "uninstall",
]

_MODULES = {
    "Caller": "caller",
    "Filter": "filter",
    "LocalOutputs": "notebooks",
    "NotebookFilter": "notebooks",
    "Notebooks": "installation",
    "OutputStore": "local_outputs",
    "ProtocolError": "pktline",
    "Scope": "attributes",
    "Status": "installation",
    "current_filter": "attributes",
    "find_notebooks": "installation",
    "find_scope": "attributes",
    "install": "installation",
    "open_store": "repository",
    "read_alias": "repository",
    "read_objects": "objects",
    "read_status": "installation",
    "serve": "filter",
    "uninstall": "installation",
}


def __getattr__(name: str) -> object:
    if module := _MODULES.get(name):
        return getattr(import_module(f"nbkit.git.{module}"), name)
    raise AttributeError(f"module 'nbkit.git' has no attribute {name!r}")
