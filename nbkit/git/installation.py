"""Install the filter into git's configuration, take it out again, and say whether it works."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import NamedTuple

from nbkit.errors import NotebookError
from nbkit.git.attributes import Scope, add_line, current_filter, find_filters, remove_line
from nbkit.git.command import GitError, NotARepository, run_git
from nbkit.git.objects import read_objects
from nbkit.location import Location
from nbkit.strip import StripPolicy, strip_bytes

_SECTION = "filter.nbkit"

# How `git ls-files --stage` begins and ends what it says of a file: not of a link or a submodule,
# and not of one of the sides of a conflict.
_FILE_MODE = b"100"
_MERGED_STAGE = b" 0"

_PROBE = b"""{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": 1,
   "metadata": {},
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "nbkit tries its filter\\n"
     ]
    }
   ],
   "source": []
  }
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 4
}
"""


class Notebooks(NamedTuple):
    """What the notebooks in the index are to the filter: paths from the top of the working tree."""

    dirty: list[str]
    """Those that hold what it would take out."""
    elsewhere: dict[str, str]
    """Those that have another filter, each with it: `unset` and `unspecified` are git's words for none."""


class Status(NamedTuple):
    """What is installed, and whether it works; `fault` is empty when it does."""

    settings: dict[str, str]
    filter: str | None
    fault: str

    @property
    def is_installed(self) -> bool:
        """Whether notebooks go through the filter here."""
        return self.filter == "nbkit" and bool(self.settings)


def install(scope: Scope, cwd: str, *, python: str | None = None, keeps_outputs: bool = False) -> None:
    """Set the filter up. Raises GitError where another filter has the notebooks, or git cannot be configured.

    Nothing of another tool is changed: a `filter=lfs` for notebooks, say, stays, and nothing is installed.
    """
    with _some_repository(cwd) as place:
        if (other := current_filter(place)) not in (None, "nbkit"):
            raise GitError(
                Location(scope.attributes),
                "check-attr",
                f"notebooks here have filter={other} already, which stays; take it out of the attributes first",
            )
        others = {path: name for path, name in _tracked_filters(place).items() if name not in ("nbkit", "unspecified")}
        add_line(scope.attributes, place)
        _check_others_stay(scope.attributes, place, others)
    try:
        for name, value in make_settings(python or sys.executable, keeps_outputs=keeps_outputs).items():
            run_git(["config", scope.level, f"{_SECTION}.{name}", value], cwd)
    except GitError:
        # Attributes without the configuration would have git stage notebooks raw, without a word.
        if not _read_settings(cwd, scope.level):
            remove_line(scope.attributes)
        raise


def _check_others_stay(file: str, cwd: str, others: dict[str, str]) -> None:
    """Raise GitError, with our line taken out again, where it takes notebooks from another filter."""
    now = _tracked_filters(cwd) if others else {}
    lost = [path for path, name in others.items() if now.get(path) != name]
    if lost:
        remove_line(file)
        name = f"filter={others[lost[0]]}" if others[lost[0]] != "unset" else "no filter"
        raise GitError(
            Location(file),
            "check-attr",
            f"{lost[0]} has {name} already, which this file would override; "
            "install with --attributes .gitattributes, which leaves it",
        )


def make_settings(python: str, *, keeps_outputs: bool) -> dict[str, str]:
    """Return the settings of the filter, run by the interpreter `python`.

    `required`, because without it git stages a notebook raw, with exit code 0, when the filter
    fails or is missing. `smudge` is there because a required filter without one makes a checkout
    die. `clean` and `smudge` serve a git that starts no process filter.
    """
    keep = " --keep-local-outputs" if keeps_outputs else ""
    return {
        "process": _command(python, f"git filter-process{keep}"),
        "clean": _command(python, f"git clean{keep} -- %f"),
        "smudge": _command(python, f"git smudge{keep} -- %f"),
        "required": "true",
    }


def _command(python: str, arguments: str) -> str:
    """Return a shell command that runs nbkit, and says what to do where that cannot be run."""
    # git runs it at the top of the working tree, where -m alone would let a typing.py of the
    # repository's stand in for Python's own: -P.
    quoted = shlex.quote(python.replace(os.sep, "/"))
    # nbkit itself never ends with these: Python does where there is no nbkit, sh where there is no Python.
    # A single quote in the sentence would end the shell's; the interpreter is named outside of it.
    return (
        f"{quoted} -P -m nbkit {arguments}; code=$?; case $code in 1|126|127) echo nbkit: {quoted} "
        "'cannot run nbkit: it was moved or removed. Notebooks cannot be stripped, so git stops. "
        "Install nbkit again and run: nbkit git install' >&2;; esac; exit $code"
    )


def uninstall(scope: Scope, cwd: str) -> bool:
    """Take out what `install` put in, and nothing else; return whether anything was there."""
    settings = _read_settings(cwd, scope.level)
    if settings:
        run_git(["config", scope.level, "--remove-section", _SECTION], cwd)
    return remove_line(scope.attributes) or bool(settings)


def read_status(cwd: str, policy: StripPolicy, level: str | None = None) -> Status:
    """Return what is installed for the repository at `cwd`, having tried it. `level` looks at one level only.

    Outside of a repository it is what a new one would have; with no `level` that raises NotARepository.
    """
    with _some_repository(cwd, is_needed=level is None) as place:
        settings = _read_settings(place, level)
        filter_name = current_filter(place)
        return Status(settings, filter_name, _find_fault(place, policy, settings, filter_name))


def _read_settings(cwd: str, level: str | None) -> dict[str, str]:
    scope = [level] if level else []
    answer = run_git(["config", *scope, "-z", "--get-regexp", r"^filter\.nbkit\."], cwd, success=(0, 1))
    pairs = [entry.partition("\n") for entry in os.fsdecode(answer).split("\0") if entry]
    return {name.removeprefix(f"{_SECTION}."): value for name, _, value in pairs}


def _find_fault(cwd: str, policy: StripPolicy, settings: dict[str, str], filter_name: str | None) -> str:
    if filter_name != "nbkit":
        return (
            f"notebooks have filter={filter_name}, not nbkit" if filter_name else "no attributes file names the filter"
        )
    if not settings:
        return "the attributes name the filter, but git is not configured: notebooks are staged with their outputs"
    if settings.get("required") != "true":
        return "filter.nbkit.required is not true: notebooks are staged with their outputs when the filter fails"
    try:
        through = run_git(["hash-object", "--stdin", "--path=nbkit-probe.ipynb"], cwd, data=_PROBE)
        wanted = run_git(["hash-object", "--stdin", "--no-filters"], cwd, data=strip_bytes(_PROBE, policy))
    except GitError as error:
        return f"the filter fails: {error.message}"
    return "" if through == wanted else "git did not strip a notebook that was tried"


def find_notebooks(cwd: str, policy: StripPolicy) -> Notebooks:
    """Return what the notebooks in the index of the repository at `cwd` are to the filter; none outside of one.

    What cannot be read as a notebook is not dirty: git will say so when it is next touched.
    """
    top = _top_of(cwd)
    blobs = _list_blobs(top) if top else {}
    filters = dict(zip(blobs, find_filters(list(blobs), top), strict=True))
    ours = [path for path, name in filters.items() if name == "nbkit"]
    contents = read_objects([blobs[path].decode() for path in ours], top)
    dirty = [path for path, data in zip(ours, contents, strict=True) if data is not None and _is_dirty(data, policy)]
    return Notebooks(dirty, {path: name for path, name in filters.items() if name != "nbkit"})


def _tracked_filters(cwd: str) -> dict[str, str]:
    """Return what git's attributes say of the filter of each notebook in the index."""
    top = _top_of(cwd)
    paths = list(_list_blobs(top)) if top else []
    return dict(zip(paths, find_filters(paths, top), strict=True))


def _top_of(cwd: str) -> str:
    """Return the top of the working tree, an empty text where there is none."""
    try:
        return os.fsdecode(run_git(["rev-parse", "--show-toplevel"], cwd)).rstrip("\n")
    except GitError:
        return ""


def _list_blobs(top: str) -> dict[str, bytes]:
    """Return git's object of each notebook in the index."""
    listing = run_git(["ls-files", "-z", "--stage", "--", "*.ipynb"], top)
    entries = [entry.partition(b"\t") for entry in listing.split(b"\0") if entry]
    return {
        os.fsdecode(path): facts.split()[1]
        for facts, _, path in entries
        if facts.startswith(_FILE_MODE) and facts.endswith(_MERGED_STAGE)
    }


def _is_dirty(data: bytes, policy: StripPolicy) -> bool:
    try:
        return strip_bytes(data, policy) != data
    except NotebookError:
        return False


@contextmanager
def _some_repository(cwd: str, *, is_needed: bool = False) -> Iterator[str]:
    """Yield `cwd` if it is in a repository, else the folder of an empty one, which goes afterwards."""
    try:
        run_git(["rev-parse", "--git-dir"], cwd)
    except NotARepository:
        if is_needed:
            raise
        with TemporaryDirectory(prefix="nbkit-") as folder:
            run_git(["init", "--quiet", "--template="], folder)
            yield folder
    else:
        yield cwd
