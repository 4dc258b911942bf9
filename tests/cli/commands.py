"""The real commands, run as a user runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

COMMAND = str(Path(sys.executable).with_name("nbkit-strip"))

DIRTY = b"""{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": 1,
   "id": "a",
   "metadata": {
    "scrolled": true
   },
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "SECRET"
     ]
    }
   ],
   "source": [
    "print('SECRET')"
   ]
  }
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 5
}
"""

CLEAN = b"""{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "a",
   "metadata": {},
   "outputs": [],
   "source": [
    "print('SECRET')"
   ]
  }
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 5
}
"""

CONFLICT = b"<<<<<<< HEAD\n" + DIRTY + b"=======\n" + CLEAN + b">>>>>>> other\n"


def run(
    *arguments: str | os.PathLike[str] | bytes,
    data: bytes | None = None,
    cwd: str | os.PathLike[str] | None = None,
    stdout: int | IO[bytes] = subprocess.PIPE,
    env: Mapping[str, str] | None = None,
    timeout_s: float = 60,
    program: str = "nbkit-strip",
) -> subprocess.CompletedProcess[bytes]:
    """Run `program`, of those beside the interpreter, with `data` on its standard input, an empty one if None."""
    return subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        input=data or b"",
        stdout=stdout,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        timeout=timeout_s,
        check=False,
    )


def run_shell(
    script: str, *arguments: str | os.PathLike[str], timeout_s: float = 60
) -> subprocess.CompletedProcess[bytes]:
    """Run a bash script, in which $0 is nbkit-strip and $1, ... are `arguments`."""
    return subprocess.run(
        ["bash", "-c", script, COMMAND, *arguments],
        capture_output=True,
        timeout=timeout_s,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def make_notebooks(folder: Path, count: int, *, output_bytes: int = 0) -> list[Path]:
    """Write dirty notebooks, all different, each with an output of some size, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:04}.ipynb" for number in range(count)]
    for number, path in enumerate(paths):
        data = DIRTY.replace(b'"SECRET"\n     ]', b'"SECRET' + b"x" * output_bytes + b'"\n     ]')
        path.write_bytes(data.replace(b"print('SECRET')", b"%d" % number))
    return paths


def expected_clean(number: int) -> bytes:
    """What the notebook `number` that `make_notebooks` writes is when it is stripped."""
    return CLEAN.replace(b"print('SECRET')", b"%d" % number)


def list_names(folder: Path) -> Sequence[str]:
    """The names in `folder`, temporary files among them."""
    return sorted(os.listdir(folder))
