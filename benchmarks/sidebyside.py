"""Measure several commands on the same data, in turn, and compare them.

Machines are shared and their speed drifts, so contestants go A B C A B C, and a ratio is taken inside a round
before the median is taken over the rounds.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

LAUNCHER = Path(__file__).with_name("launch.py")

T = TypeVar("T")
Rounds = Sequence[Mapping[str, T]]


@dataclass(frozen=True)
class Turn:
    """What one run of one command cost."""

    wall_s: float
    processor_s: float
    peak_bytes: int
    exit_code: int


@dataclass(frozen=True)
class Summary:
    """One contestant over all rounds; `ratio` is None where the baseline did not run."""

    name: str
    median_s: float
    fastest_s: float
    slowest_s: float
    ratio: float | None
    peak_bytes: int
    exit_codes: tuple[int, ...]


def measure(
    command: Sequence[str], *, folder: Path, stdin_path: Path | None = None, stdout_path: Path | None = None
) -> Turn:
    """Return what one run of `command` in `folder` cost, whatever its exit code.

    Raises CalledProcessError when it could not be started. Its standard error is thrown away: a tool that prints a
    backtrace for each file would otherwise be measured on the terminal."""
    # Without this, the kernel writes the fresh copies out during somebody's turn, and who calls fsync pays for them.
    os.sync()
    with Path(stdin_path or os.devnull).open("rb") as stdin:
        launched = subprocess.run(
            [sys.executable, "-I", "-S", str(LAUNCHER), str(stdout_path or os.devnull), *command],
            cwd=folder,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
        )
    return Turn(**json.loads(launched.stdout))


@contextmanager
def fresh_copy(source: Path, files: Sequence[Path]) -> Iterator[Path]:
    """Give a new folder with a copy of `files` (relative to `source`), writable and in the page cache.

    It lies in the system's temporary folder, never in this repository: a tool that asks git what is ignored
    would skip the whole of build/."""
    with tempfile.TemporaryDirectory(prefix="nbkit-benchmark-") as name:
        folder = Path(name)
        for file in files:
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / file, target)
        yield folder


def take_turns(contestants: Mapping[str, Callable[[], T]], rounds: int) -> list[dict[str, T]]:
    """Return, for each round, what each contestant's call gave; progress goes to standard error."""
    results = []
    for number in range(1, rounds + 1):
        print(f"round {number} of {rounds}: {', '.join(contestants)}", file=sys.stderr)
        results.append({name: take_turn() for name, take_turn in contestants.items()})
    return results


def median_ratio(numerators: Sequence[float], denominators: Sequence[float]) -> float:
    """Return the median of the ratios of the pairs, which must be of the same rounds."""
    return median(over / under for over, under in zip(numerators, denominators, strict=True))


def walls(rounds: Rounds[Turn], name: str) -> list[float]:
    """Return the wall seconds of one contestant, a number for each round."""
    return [turns[name].wall_s for turns in rounds]


def find_fastest(rounds: Rounds[Turn], names: Sequence[str]) -> str:
    """Return the one of `names` with the lowest median wall time."""
    return min(names, key=lambda name: median(walls(rounds, name)))


def summarise(rounds: Rounds[Turn], baseline: str) -> list[Summary]:
    """Return a summary for each contestant, in the order in which they ran."""
    return [summarise_one(rounds, name, baseline) for name in rounds[0]]


def summarise_one(rounds: Rounds[Turn], name: str, baseline: str) -> Summary:
    """Return the summary of one contestant."""
    own = walls(rounds, name)
    return Summary(
        name=name,
        median_s=median(own),
        fastest_s=min(own),
        slowest_s=max(own),
        ratio=median_ratio(own, walls(rounds, baseline)) if baseline in rounds[0] else None,
        peak_bytes=max(turns[name].peak_bytes for turns in rounds),
        exit_codes=tuple(sorted({turns[name].exit_code for turns in rounds})),
    )
