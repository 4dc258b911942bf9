"""What git has staged: the notebooks that a commit made now would hold, whatever stands in the working tree."""

from __future__ import annotations

import os
from collections.abc import Sequence

from nbkit import git
from nbkit.errors import NotebookError
from nbkit.location import Location


def list_staged(paths: Sequence[str], suffixes: tuple[str, ...]) -> dict[str, str]:
    """Return the staged files at or below `paths` whose name ends in a suffix, each with its object's name.

    Raises GitError outside of a repository or where a file that is named is not in the index, and
    NotebookError for a conflicted file: nothing of it is staged.
    """
    strictly = [] if all(os.path.isdir(path) for path in paths) else ["--error-unmatch"]
    listing = _ask_git(["--literal-pathspecs", "ls-files", "-z", "--stage", *strictly, "--", *paths])
    staged = {}
    for entry in listing.split(b"\0")[:-1]:
        facts, _, name = entry.partition(b"\t")
        mode, object_name, stage = facts.decode().split()
        path = os.fsdecode(name)
        if not mode.startswith("100") or not path.endswith(suffixes):
            continue
        if stage != "0":
            raise NotebookError(Location(path), "it is in conflict, so nothing of it is staged; resolve it first")
        staged[path] = object_name
    return staged


def read_staged(object_names: Sequence[str]) -> list[bytes]:
    """Return the contents of git's objects, in order. Raises NotebookError for one that is missing."""
    contents = []
    for name, data in zip(object_names, git.read_objects(object_names, os.curdir, keeps_repository=True), strict=True):
        if data is None:
            raise NotebookError(Location(name), "git does not have this object")
        contents.append(data)
    return contents


def _ask_git(arguments: list[str], data: bytes = b"") -> bytes:
    # While `git commit -a` runs its hooks, what it is about to commit is in an index of its own.
    return git.run_git(arguments, os.curdir, data=data, keeps_repository=True)
