"""Notebooks to put through the filter, and a repository in which it is installed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from nbkit.git import find_scope, install
from tests.repositories import GitRepository

NBKIT = str(Path(sys.executable).with_name("nbkit"))


def notebook(*sources: str, output: str | None = None, count: int | None = 1, newline: str = "\n") -> str:
    """Return a notebook of code cells; each has an output that names its source and says `output`, if that is given."""
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "execution_count": None if output is None else count,
            "id": f"cell-{index}",
            "metadata": {},
            "outputs": []
            if output is None
            else [{"name": "stdout", "output_type": "stream", "text": [f"{source}: {output}"]}],
            "source": [source],
        }
        for index, source in enumerate(sources)
    ]
    document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, indent=1).replace("\n", newline) + newline


class FilteredRepository(GitRepository):
    """A repository whose notebooks go through the filter."""

    def __init__(self, root: Path, *, keeps_outputs: bool = False) -> None:
        super().__init__(root)
        cwd = str(root)
        install(find_scope("--local", None, cwd), cwd, keeps_outputs=keeps_outputs)

    def read(self, path: str) -> str:
        return (self.root / path).read_bytes().decode()

    def staged(self, path: str) -> str:
        """Return what the index has of `path`."""
        return self.blob(f":{path}")

    def blob(self, name: str) -> str:
        return self.git_bytes("cat-file", "blob", name).decode()

    def git_bytes(self, *arguments: str) -> bytes:
        return subprocess.run(["git", *arguments], cwd=self.root, capture_output=True, check=True).stdout

    def status(self) -> str:
        return self.git("status", "--porcelain")

    def save(self, path: str, text: str, message: str = "more") -> None:
        """Write the file, add and commit it."""
        self.write(path, text)
        self.git("add", "--", path)
        self.git("commit", "-q", "-m", message)


def nbkit(*arguments: str, cwd: Path) -> tuple[int, str]:
    """Run nbkit and return its exit code and all that it says."""
    done = subprocess.run(
        [NBKIT, *arguments],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        check=False,
        text=True,
        encoding="utf-8",
    )
    return done.returncode, done.stdout
