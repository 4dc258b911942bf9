"""Real git repositories to test with, untouched by the configuration of whoever runs the tests."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

_SETTINGS = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always")


class GitRepository:
    """A repository in a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q")

    def git(self, *arguments: str) -> str:
        """Return what git says to `arguments`; an error of git's fails the test."""
        done = subprocess.run(
            ["git", *_SETTINGS, *arguments], cwd=self.root, capture_output=True, check=True, text=True, encoding="utf-8"
        )
        return done.stdout

    def attempt(self, *arguments: str) -> tuple[int, str]:
        """Return git's exit status, whatever it is, and all that git says."""
        done = subprocess.run(
            ["git", *_SETTINGS, *arguments],
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
            text=True,
            encoding="utf-8",
        )
        return done.returncode, done.stdout

    def write(self, path: str, text: str = "{}") -> Path:
        """Make the file `path` in the repository, with the folders that it needs."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
        return file

    def commit(self, *paths: str) -> None:
        """Commit `paths`, even ignored ones."""
        self.git("add", "-f", "--", *paths)
        self.git("commit", "-q", "-m", "more")


@pytest.fixture(autouse=True)
def _own_git_configuration(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_ATTR_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_EDITOR", "true")
    monkeypatch.delenv("GIT_DIR", raising=False)
    monkeypatch.delenv("GIT_INDEX_FILE", raising=False)


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """An empty repository."""
    return GitRepository(tmp_path / "repository")
