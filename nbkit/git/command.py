"""The one place that runs git."""

from __future__ import annotations

import os
from collections.abc import Container, Sequence

from nbkit.errors import NotebookError
from nbkit.location import Location

# git sets these for its hooks, drivers and filters, and they would have it look at that repository and
# index whatever `cwd` says (pre-commit's no_git_env met the same). Dropped with them: what changes
# the meaning of paths. What a user sets for every command (GIT_CONFIG_*, GIT_SSH) is kept, and so are
# the object folders: while a push is being received, its commits are only there.
_PINNING_VARIABLES = frozenset(
    {
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_GLOB_PATHSPECS",
        "GIT_ICASE_PATHSPECS",
        "GIT_INDEX_FILE",
        "GIT_LITERAL_PATHSPECS",
        "GIT_NAMESPACE",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_PREFIX",
        "GIT_WORK_TREE",
    }
)

_SETTINGS = {
    "GIT_OPTIONAL_LOCKS": "0",  # reading must not make another git wait for the index
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",  # messages are recognized by their words
}

# core.fsmonitor may name a program, which a repository from elsewhere would have us run.
_COMMAND = ("git", "--no-pager", "-c", "core.fsmonitor=false")


class GitError(NotebookError):
    """git did not do what it was asked to; the message is git's own first line."""

    def __init__(self, where: Location, command: str, message: str) -> None:
        Exception.__init__(self, where, command, message)
        self.where = where
        self.command = command
        self.message = f"git {command}: {message}"


class GitMissing(GitError):
    """There is no git to run."""


class NotARepository(GitError):
    """The folder belongs to no repository."""


def run_git(
    arguments: Sequence[str | os.PathLike[str]],
    cwd: str | os.PathLike[str],
    *,
    data: bytes = b"",
    success: Container[int] = (0,),
    keeps_repository: bool = False,
) -> bytes:
    """Return what `git ARGUMENTS`, run in the folder `cwd` with `data` as its input, writes to its output.

    It works on the repository that holds `cwd`, whatever a surrounding git says in the environment;
    with `keeps_repository` on the one that the surrounding git works on, as a filter must. It takes
    no lock that it can do without and asks nothing. Raises GitMissing, NotARepository, or GitError
    when the exit status is not in `success`.
    """
    import subprocess  # costs 8 ms, and most runs of nbkit need no git

    where = Location(os.fspath(cwd))
    command = os.fspath(arguments[0])
    if not os.path.isdir(cwd):
        raise GitError(where, command, "expected a folder")
    try:
        done = subprocess.run(
            [*_COMMAND, *arguments],
            cwd=cwd,
            env=_make_environment(keeps_repository=keeps_repository),
            input=data,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise GitMissing(where, command, f"git cannot be started: {error.strerror or error}") from error
    if done.returncode not in success:
        raise _explain(where, command, done.stderr, done.returncode)
    return done.stdout


def _make_environment(*, keeps_repository: bool) -> dict[str, str]:
    dropped = frozenset() if keeps_repository else _PINNING_VARIABLES
    return {name: value for name, value in os.environ.items() if name not in dropped} | _SETTINGS


def _explain(where: Location, command: str, stderr: bytes, status: int) -> GitError:
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    message = lines[0].removeprefix("fatal: ") if lines else f"ended with status {status}"
    kind = NotARepository if message.startswith("not a git repository") else GitError
    return kind(where, command, message)
