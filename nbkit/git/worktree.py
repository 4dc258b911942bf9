"""What the walk of a folder has to ask git (`nbkit.files.GitReader`)."""

from __future__ import annotations

import os

from nbkit.git.command import GitMissing, NotARepository, run_git

_SUBMODULE_MODE = b"160000 "


def list_tracked(root: str) -> list[str]:
    """Return every path that git tracks, from `root`, with forward slashes; a submodule ends in one.

    Nothing is tracked where there is no repository or no git. Raises GitError when git refuses,
    as it does in a repository that belongs to someone else.
    """
    try:
        listing = run_git(["ls-files", "-z", "--stage"], root)
    except (GitMissing, NotARepository):
        return []
    return [_read_entry(entry) for entry in listing.split(b"\0") if entry]


def find_excludes_file(root: str) -> str | None:
    """Return the ignore file for all of the user's repositories: `core.excludesFile`, or the one in git's own folder.

    None when git is missing or the setting is empty. Raises GitError when the configuration cannot be read.
    """
    try:
        answer = run_git(["config", "--type=path", "--get", "core.excludesFile"], root, success=(0, 1))
    except GitMissing:
        return None
    if not answer:
        return _default_excludes_file()
    configured = os.fsdecode(answer.removesuffix(b"\n"))
    return os.path.join(root, configured) if configured else None


def _read_entry(entry: bytes) -> str:
    facts, path = entry.split(b"\t", 1)
    return os.fsdecode(path) + ("/" if facts.startswith(_SUBMODULE_MODE) else "")


def _default_excludes_file() -> str:
    # An empty variable counts as one that is not set, by the XDG rules and in git.
    configuration = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(configuration, "git", "ignore")
