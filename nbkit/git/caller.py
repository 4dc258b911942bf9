"""Which git command runs the filter: only one that fills the working tree is given outputs back.

git smudges for `git archive`, `cat-file --filters`, external diffs and difftool too, and what it
sends with the request does not tell them from a branch switch. So the command line of the git
that started us decides, and whatever cannot be told gets cleaned bytes.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence
from functools import cached_property

_FILLING = frozenset(
    {
        "am",
        "apply",
        "bisect",
        "checkout",
        "cherry-pick",
        "clone",
        "merge",
        "pull",
        "read-tree",
        "rebase",
        "reset",
        "restore",
        "revert",
        "sparse-checkout",
        "stash",
        "submodule",
        "switch",
        "worktree",
    }
)
"""The commands of git that write files of the working tree."""

_SHOWING = frozenset(
    {("stash", "show"), ("stash", "list"), ("am", "--show-current-patch"), ("rebase", "--show-current-patch")}
)
"""What some of them do instead: print."""

# Options of `git` itself that take the next word as their value.
_WITH_VALUE = frozenset({"-C", "-c", "--git-dir", "--work-tree", "--namespace", "--super-prefix", "--config-env"})

_READING_ELSEWHERE = (["hash-object"], ["blame"], ["annotate"])
"""The commands that clean, under the name of a file, what may have been given them some other way."""

# An alias may stand for another.
_MAX_ALIASES = 5
# sh may stand between git and us, and a launcher between sh and us.
_MAX_ANCESTORS = 6


class Caller:
    """The git command that started this process."""

    def __init__(self, expand_alias: Callable[[str], str | None]) -> None:
        """`expand_alias` gives what an alias stands for, None if it is none."""
        self._expand_alias = expand_alias

    @cached_property
    def _command(self) -> list[str]:
        return _find_git(os.getppid()) or []

    @cached_property
    def fills_working_tree(self) -> bool:
        """Whether what is smudged goes into the working tree; False where it cannot be told."""
        return is_filling(self._command, self._expand_alias)

    @cached_property
    def reads_working_tree(self) -> bool:
        """Whether what is cleaned comes from the working tree; True where it cannot be told."""
        return not self._command or _without_options(self._command)[:1] not in _READING_ELSEWHERE


def is_filling(command: Sequence[str], expand_alias: Callable[[str], str | None]) -> bool:
    """Whether `command`, the command line of a git process, writes files of the working tree."""
    words = _without_options(command) if command else []
    for _ in range(_MAX_ALIASES):
        if not words:
            return False
        if words[0] in _FILLING:
            return tuple(word.partition("=")[0] for word in words[:2]) not in _SHOWING
        meaning = _split_alias(expand_alias(words[0]))
        words = [*meaning, *words[1:]] if meaning else []
    return False


def _split_alias(meaning: str | None) -> list[str]:
    if meaning is None or meaning.startswith("!"):
        return []  # not ours to follow: what a shell runs has a command line of its own
    try:
        return _without_options(["git", *shlex.split(meaning)])
    except ValueError:
        return []


def _without_options(command: Sequence[str]) -> list[str]:
    """Return the words of a git command line from the command's name on."""
    name = os.path.basename(command[0])
    if name.startswith("git-"):
        return [name.removeprefix("git-").removesuffix(".exe"), *command[1:]]
    words = list(command[1:])
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option in _WITH_VALUE and words:
            words.pop(0)
    return words


def _find_git(process_id: int) -> list[str] | None:
    for _ in range(_MAX_ANCESTORS):
        found = _look_at(process_id)
        if found is None:
            return None
        parent, command = found
        name = os.path.basename(command[0]) if command else ""
        if name in ("git", "git.exe") or name.startswith("git-"):
            return command
        process_id = parent
    return None


def _look_at(process_id: int) -> tuple[int, list[str]] | None:
    """Return the parent and the command line of a process, None where they cannot be known."""
    if process_id <= 1 or os.name != "posix":
        return None
    return _look_in_proc(process_id) if os.path.isdir("/proc/self") else _ask_ps(process_id)


def _look_in_proc(process_id: int) -> tuple[int, list[str]] | None:
    try:
        with open(f"/proc/{process_id}/cmdline", "rb") as file:
            command = [os.fsdecode(word) for word in file.read().split(b"\0")[:-1]]
        with open(f"/proc/{process_id}/stat", "rb") as file:
            # The name, in parentheses, may hold anything; the parent is the second field after it.
            parent = int(file.read().rpartition(b")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return parent, command


def _ask_ps(process_id: int) -> tuple[int, list[str]] | None:
    import subprocess

    try:
        answer = subprocess.run(
            ["ps", "-o", "ppid=", "-o", "args=", "-p", str(process_id)], capture_output=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    parent, *command = answer.decode("utf-8", "replace").split()
    return int(parent), command
