"""The contents of git's objects."""

from __future__ import annotations

import os
from collections.abc import Sequence

from nbkit.git.command import run_git


def read_objects(
    names: Sequence[str], cwd: str | os.PathLike[str], *, keeps_repository: bool = False
) -> list[bytes | None]:
    """Return the contents of the objects, in order; None for one that is not there, as in a partial clone."""
    if not names:
        return []
    wanted = "".join(f"{name}\n" for name in names).encode()
    answer = run_git(["cat-file", "--batch"], cwd, data=wanted, keeps_repository=keeps_repository)
    contents: list[bytes | None] = []
    pos = 0
    for _ in names:
        end = answer.index(b"\n", pos)
        size = answer[pos:end].split()[-1]
        pos = end + 1
        if not size.isdigit():
            contents.append(None)
            continue
        contents.append(answer[pos : pos + int(size)])
        pos += int(size) + 1
    return contents
