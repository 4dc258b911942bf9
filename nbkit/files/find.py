"""Find the notebooks that a command line names: files as given, folders walked as git would see them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from nbkit.errors import NotebookError
from nbkit.files.ignore import IgnoreRules
from nbkit.files.read import unreadable

_CHECKPOINTS = ".ipynb_checkpoints"


class GitReader(Protocol):
    """What only git can tell about the repository at `root`; the module `nbkit.git` is one."""

    def list_tracked(self, root: str) -> Iterable[str]:
        """Return every tracked path, from `root`, with forward slashes; a submodule ends in one."""

    def find_excludes_file(self, root: str) -> str | None:
        """Return the ignore file that the user has for all repositories, if there is one."""


class FoundNotebooks(NamedTuple):
    """The files to work on, in order, and what could not be looked at; the one does not stop the other."""

    paths: list[str]
    errors: list[NotebookError]


def find_notebooks(
    paths: Iterable[str | os.PathLike[str]],
    *,
    git: GitReader | None = None,
    suffixes: tuple[str, ...] = (".ipynb",),
) -> FoundNotebooks:
    """Return the notebooks that `paths` name, in the order of `paths`, sorted within a folder, none twice.

    A file is taken as it is, whatever it is called; so is a folder, even an ignored one. In a
    folder, files that end in one of `suffixes` count unless git would leave them out: ignored by
    a .gitignore up to the repository's root, by .git/info/exclude or by the user's own excludes
    file, and not tracked. Nested repositories are walked by their own rules, `.git` and
    `.ipynb_checkpoints` never. A link to a file is listed, a link to a folder not followed.
    Outside any repository the .gitignore files from the given folder down hold.

    `git` is asked for tracked files once for each repository where something was ignored, and
    for the excludes file once for each repository; without it neither counts. A path that does
    not exist or cannot be looked into is an UnreadableFile in `errors`.
    """
    repositories = _Repositories(git, suffixes)
    found: dict[str, str] = {}
    errors: list[NotebookError] = []
    for path in [os.fspath(path) for path in paths]:
        try:
            if stat.S_ISDIR(os.stat(path).st_mode):
                walk = _Walk(path, repositories, suffixes)
                for shown, real in sorted((shown, real) for real, shown in walk.matches.items()):
                    found.setdefault(real, shown)
                errors += walk.errors
            else:
                found.setdefault(os.path.realpath(path), path)
        except OSError as error:
            errors.append(unreadable(path, error))
    return FoundNotebooks(list(found.values()), errors + repositories.errors)


class _Repositories:
    """What holds in all of a repository, found out once for each."""

    def __init__(self, git: GitReader | None, suffixes: tuple[str, ...]) -> None:
        self.errors: list[NotebookError] = []
        self._git = git
        self._wanted = (*suffixes, "/")
        self._tracked: dict[str, list[str]] = {}
        self._rules: dict[str, tuple[IgnoreRules, ...]] = {}

    def read_rules(self, root: str) -> tuple[IgnoreRules, ...]:
        """Return the rules for the repository that are in none of its .gitignore files, nearest first."""
        if root not in self._rules:
            found = [_read_rules(_find_exclude_file(root), b"")]
            if excludes_file := self._find_excludes_file(root):
                found.append(_read_rules(excludes_file, b""))
            self._rules[root] = tuple(rules for rules in found if rules is not None)
        return self._rules[root]

    def list_tracked(self, root: str) -> list[str]:
        """Return the tracked notebooks, and the submodules with a slash at their end."""
        if root not in self._tracked:
            tracked: Iterable[str] = ()
            try:
                tracked = self._git.list_tracked(root) if self._git else ()
            except NotebookError as error:
                self.errors.append(error)
            self._tracked[root] = [path for path in tracked if path.endswith(self._wanted)]
        return self._tracked[root]

    def _find_excludes_file(self, root: str) -> str | None:
        try:
            return self._git.find_excludes_file(root) if self._git else None
        except NotebookError as error:
            self.errors.append(error)
            return None


class _Root(NamedTuple):
    """A repository's part of a walk: `shown` is what the user calls the folder at `inside`, counted from `path`."""

    path: str
    shown: str
    inside: str
    is_repository: bool


class _Folder(NamedTuple):
    shown: str
    real: str
    inside: bytes
    rules: tuple[IgnoreRules, ...]
    root: _Root


class _Walk:
    """The walk of one given folder; `matches` leads from the real path to the shown one."""

    def __init__(self, path: str, repositories: _Repositories, suffixes: tuple[str, ...]) -> None:
        self.matches: dict[str, str] = {}
        self.errors: list[NotebookError] = []
        self._repositories = repositories
        self._suffixes = suffixes
        self._roots: dict[str, _Root] = {}
        self._roots_with_ignored: list[_Root] = []
        self._todo = [self._start_at(path)]
        self._look_into_all()
        while self._roots_with_ignored:
            self._add_tracked(self._roots_with_ignored.pop())
            self._look_into_all()

    def _start_at(self, path: str) -> _Folder:
        real = os.path.realpath(path)
        shown = "" if path == os.curdir else path
        root = _find_root(real)
        if root is None:
            return _Folder(shown, real, b"", (), self._add_root(_Root(real, shown, "", is_repository=False)))
        inside = _path_inside(real, root)
        rules = self._repositories.read_rules(root)
        for parent in _parents_inside(inside):
            rules = _with_rules_of(os.path.join(root, parent), os.fsencode(parent), rules)
        part = self._add_root(_Root(root, shown, inside, is_repository=True))
        return _Folder(shown, real, os.fsencode(inside), rules, part)

    def _enter_repository(self, shown: str, path: str) -> _Folder:
        root = self._add_root(_Root(path, shown, "", is_repository=True))
        return _Folder(shown, path, b"", self._repositories.read_rules(path), root)

    def _add_root(self, root: _Root) -> _Root:
        self._roots[root.path] = root
        return root

    def _look_into_all(self) -> None:
        while self._todo:
            folder = self._todo.pop()
            try:
                self._look_into(folder)
            except OSError as error:
                self.errors.append(unreadable(folder.shown or os.curdir, error))

    def _look_into(self, folder: _Folder) -> None:
        with os.scandir(folder.real) as listing:
            entries = list(listing)
        names = {entry.name for entry in entries}
        if ".git" in names and folder.real not in self._roots and _is_repository(folder.real):
            folder = self._enter_repository(folder.shown, folder.real)
        if ".gitignore" in names:
            folder = folder._replace(rules=_with_rules_of(folder.real, folder.inside, folder.rules))
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                self._queue(entry, folder)
            elif entry.name.endswith(self._suffixes):
                self._match(entry, folder)

    def _queue(self, entry: os.DirEntry[str], folder: _Folder) -> None:
        if entry.name in (".git", _CHECKPOINTS):
            return
        inside = folder.inside + os.fsencode(entry.name)
        if _is_ignored(inside, folder.rules, is_folder=True):
            self._note_ignored(folder.root)
            return
        shown = os.path.join(folder.shown, entry.name)
        self._todo.append(_Folder(shown, entry.path, inside + b"/", folder.rules, folder.root))

    def _match(self, entry: os.DirEntry[str], folder: _Folder) -> None:
        if _is_ignored(folder.inside + os.fsencode(entry.name), folder.rules, is_folder=False):
            self._note_ignored(folder.root)
        elif entry.is_file(follow_symlinks=False):
            self.matches[entry.path] = os.path.join(folder.shown, entry.name)
        elif entry.is_symlink() and os.path.isfile(entry.path):
            self.matches.setdefault(os.path.realpath(entry.path), os.path.join(folder.shown, entry.name))

    def _note_ignored(self, root: _Root) -> None:
        if root.is_repository and root not in self._roots_with_ignored:
            self._roots_with_ignored.append(root)

    def _add_tracked(self, root: _Root) -> None:
        """Add the notebooks that git tracks although they are ignored, and queue such submodules."""
        for tracked in self._repositories.list_tracked(root.path):
            real = os.path.join(root.path, tracked.rstrip("/"))
            if real in self.matches or not tracked.startswith(root.inside) or _CHECKPOINTS in tracked.split("/"):
                continue
            shown = os.path.join(root.shown, tracked[len(root.inside) :].rstrip("/"))
            if not _is_in_real_folder(real):
                continue
            if tracked.endswith("/"):
                self._queue_submodule(shown, real)
            elif os.path.isfile(real):
                self.matches.setdefault(os.path.realpath(real), shown)

    def _queue_submodule(self, shown: str, path: str) -> None:
        if path not in self._roots and _is_repository(path):
            self._todo.append(self._enter_repository(shown, path))


def _is_ignored(path: bytes, rules: tuple[IgnoreRules, ...], *, is_folder: bool) -> bool:
    for layer in rules:
        decision = layer.decide(path, is_folder=is_folder)
        if decision is not None:
            return decision
    return False


def _with_rules_of(folder: str, inside: bytes, rules: tuple[IgnoreRules, ...]) -> tuple[IgnoreRules, ...]:
    """Return `rules` with those of the folder's own .gitignore before them. Raises UnreadableFile."""
    path = os.path.join(folder, ".gitignore")
    if os.path.islink(path):  # git reads no .gitignore through a link, since 2.32
        return rules
    own = _read_rules(path, inside)
    return rules if own is None else (own, *rules)


def _read_rules(path: str, folder: bytes) -> IgnoreRules | None:
    if not os.path.isfile(path):
        return None
    try:
        with open(path, "rb") as file:
            return IgnoreRules(file.read(), folder)
    except OSError as error:
        raise unreadable(path, error) from error


def _find_root(folder: str) -> str | None:
    """Return the root of the repository that the real path `folder` is in."""
    while not _is_repository(folder):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder


def _is_repository(folder: str) -> bool:
    git = os.path.join(folder, ".git")
    return os.path.exists(os.path.join(git, "HEAD")) or os.path.isfile(git)


def _find_exclude_file(root: str) -> str:
    """Return where the repository's info/exclude is: a linked worktree shares the one of its main repository."""
    git = os.path.join(root, ".git")
    if os.path.isfile(git):
        git = os.path.join(root, _read_line(git).removeprefix("gitdir:").strip())
    common = os.path.join(git, "commondir")
    if os.path.isfile(common):
        git = os.path.join(git, _read_line(common))
    return os.path.join(git, "info", "exclude")


def _read_line(path: str) -> str:
    with open(path, "rb") as file:
        return os.fsdecode(file.readline().rstrip(b"\r\n"))


def _path_inside(folder: str, root: str) -> str:
    """Return the way from `root` to `folder` with forward slashes and one at its end, or nothing."""
    way = folder[len(root) :].replace(os.sep, "/").strip("/")
    return f"{way}/" if way else ""


def _parents_inside(inside: str) -> Iterator[str]:
    """Yield the folders above `inside`, from the repository's root (nothing) down, each with a slash at its end."""
    names = inside.split("/")[:-1]
    for depth in range(len(names)):
        yield "".join(f"{name}/" for name in names[:depth])


def _is_in_real_folder(path: str) -> bool:
    """Whether no folder on the way is a link: git tracks nothing behind one."""
    folder = os.path.dirname(path)
    return os.path.realpath(folder) == folder
