"""What the filter asks about the repository that git runs it for."""

from __future__ import annotations

import os
from collections.abc import Callable

from nbkit.git.command import GitError, run_git
from nbkit.git.local_outputs import DEFAULT_LIMIT_BYTES, OutputStore

_LIMIT_SETTING = "nbkit.outputsLimit"


def open_store(cwd: str, warn: Callable[[str], None]) -> OutputStore:
    """Return the store of local outputs of the repository at `cwd`, shared by all of its worktrees.

    `nbkit.outputsLimit` in git's configuration (`256m`) bounds it. Raises GitError outside of a repository.
    """
    common = os.fsdecode(run_git(["rev-parse", "--git-common-dir"], cwd, keeps_repository=True)).rstrip("\n")
    folder = os.path.join(os.path.abspath(os.path.join(cwd, common)), "nbkit", "outputs")
    return OutputStore(folder, warn, _read_limit(cwd, warn))


def _read_limit(cwd: str, warn: Callable[[str], None]) -> int:
    try:
        answer = run_git(["config", "--type=int", "--get", _LIMIT_SETTING], cwd, success=(0, 1), keeps_repository=True)
    except GitError as error:
        warn(str(error))
        return DEFAULT_LIMIT_BYTES
    return int(answer) if answer.strip() else DEFAULT_LIMIT_BYTES


def read_alias(name: str, cwd: str) -> str | None:
    """Return what a git alias stands for, None if there is no such alias."""
    try:
        answer = run_git(["config", "--get", f"alias.{name}"], cwd, success=(0, 1), keeps_repository=True)
    except GitError:
        return None
    return os.fsdecode(answer).rstrip("\n") or None
