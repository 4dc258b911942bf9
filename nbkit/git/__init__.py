"""Everything that needs git: asking it, and being asked by it."""

from __future__ import annotations

from nbkit.git.command import GitError, GitMissing, NotARepository, run_git
from nbkit.git.worktree import find_excludes_file, list_tracked

__all__ = ["GitError", "GitMissing", "NotARepository", "find_excludes_file", "list_tracked", "run_git"]
