"""The line that tells git which files the filter is for, and the file it belongs into."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from nbkit.files import read_file, write_file
from nbkit.git.command import GitError, run_git
from nbkit.location import Location

LINE = "*.ipynb filter=nbkit"

_PROBE = "nbkit-probe.ipynb"
_TRIED = "nbkit-tried"
_NO_VALUE = ("unspecified", "unset", "set")


class Scope(NamedTuple):
    """Where an installation belongs: git's configuration level, and the attributes file."""

    level: str
    """`--local`, `--global` or `--system`."""
    attributes: str
    """The path of the attributes file."""


def find_scope(level: str, attributes: str | None, cwd: str) -> Scope:
    """Return where to install for `level`, with `attributes` as the file if it is given.

    Raises GitError outside of a repository for `--local`, and where git has no such place.
    """
    if attributes is not None:
        return Scope(level, os.path.join(cwd, attributes))
    if level == "--local":
        # For a linked worktree this is the file of its main repository: git reads no other.
        relative = os.fsdecode(run_git(["rev-parse", "--git-path", "info/attributes"], cwd)).rstrip("\n")
        return Scope(level, os.path.join(cwd, relative))
    answer = run_git(["config", level, "--type=path", "--get", "core.attributesFile"], cwd, success=(0, 1))
    configured = os.fsdecode(answer).rstrip("\n")
    return Scope(level, os.path.join(cwd, configured) if configured else _default_file(level, cwd))


def _default_file(level: str, cwd: str) -> str:
    if level == "--global":
        configuration = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
        return os.path.join(configuration, "git", "attributes")
    answer = run_git(["var", "GIT_ATTR_SYSTEM"], cwd, success=(0, 1, 128, 129))
    return os.fsdecode(answer).rstrip("\n") or "/etc/gitattributes"


def add_line(file: str, cwd: str) -> None:
    """Add the line to the attributes file, which is made if need be.

    Raises GitError, with the file as it was, where git does not take the filter of notebooks from
    it for the repository at `cwd`.
    """
    before = _read_or_none(file)
    if before is not None and LINE.encode() in _lines_of(before):
        _check_filter(file, cwd)
        return
    os.makedirs(os.path.dirname(file) or os.curdir, exist_ok=True)
    is_read = False
    try:
        # Another file may name the filter already, so that only an attribute of its own shows whether this one is read.
        write_file(file, _with_line(before, f"{LINE} {_TRIED}"))
        is_read = _ask(_TRIED, cwd, _probe_of(file)) == "set"
        if is_read:
            write_file(file, _with_line(before, LINE))
            _check_filter(file, cwd)
    except GitError:
        _put_back(file, before)
        raise
    if not is_read:
        _put_back(file, before)
        raise GitError(
            Location(file), "check-attr", "git does not read this file for *.ipynb; .gitattributes is one that it reads"
        )


def _with_line(before: bytes | None, line: str) -> bytes:
    # A file that did not end in a line end, an empty one too, still doesn't: so `remove_line` can tell.
    if before is None or before.endswith(b"\n"):
        return (before or b"") + line.encode() + b"\n"
    return before + b"\n" + line.encode()


def remove_line(file: str) -> bool:
    """Take our line, and no other, out of the attributes file, and return whether it was there.

    What `add_line` left is then again as it was: a file that it made goes.
    """
    before = _read_or_none(file)
    if before is None or LINE.encode() not in _lines_of(before):
        return False
    kept = b"".join(line for line in before.splitlines(keepends=True) if line.strip() != LINE.encode())
    is_own_end = before.endswith(LINE.encode()) and kept.endswith(b"\n")
    _put_back(file, (kept[:-1] if is_own_end else kept) if kept else None)
    return True


def _lines_of(data: bytes) -> list[bytes]:
    return [line.strip() for line in data.splitlines()]


def _read_or_none(file: str) -> bytes | None:
    return read_file(file) if os.path.exists(file) else None


def _put_back(file: str, before: bytes | None) -> None:
    if before is not None:
        write_file(file, before)
    elif os.path.exists(file):
        os.unlink(file)


def current_filter(cwd: str, path: str = _PROBE) -> str | None:
    """Return the filter that git has for the notebook at `path`, None where there is none."""
    value = _ask("filter", cwd, path)
    return None if value in _NO_VALUE else value


def find_filters(paths: Sequence[str], top: str) -> list[str]:
    """Return the filter of each of `paths`, which are from the top of the working tree, in git's words."""
    if not paths:
        return []
    data = b"".join(os.fsencode(path) + b"\0" for path in paths)
    answer = os.fsdecode(run_git(["check-attr", "-z", "--stdin", "filter"], top, data=data)).split("\0")
    return answer[2::3]


def _ask(attribute: str, cwd: str, path: str) -> str:
    answer = os.fsdecode(run_git(["check-attr", "-z", attribute, "--", path], cwd)).split("\0")
    return answer[2] if len(answer) > 2 else "unspecified"


def _probe_of(file: str) -> str:
    """Return the path of a notebook that the attributes file is for: a .gitattributes is for those beside it."""
    if os.path.basename(file) == ".gitattributes":
        return os.path.join(os.path.dirname(os.path.abspath(file)), _PROBE)
    return _PROBE


def _check_filter(file: str, cwd: str) -> None:
    """Raise GitError unless notebooks have our filter, now that the file names it."""
    found = current_filter(cwd, _probe_of(file))
    if found != "nbkit":
        said = f"filter={found}" if found else "no filter"
        raise GitError(
            Location(file), "check-attr", f"names the filter, but git takes {said} from elsewhere for *.ipynb"
        )
