"""Work with git on a repository of notebooks: without a filter, with nbkit's and with those of its peers."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.corpus import Corpus, find_corpus, holds_outputs
from benchmarks.figures import (
    Budget,
    format_budgets,
    format_megabytes,
    format_provenance,
    format_summaries,
    format_table,
    write_section,
)
from benchmarks.filters import NBKIT_KEEPING, NO_FILTER, Filter, make_filters, run_git
from benchmarks.peers import DEFAULT_CACHE
from benchmarks.sidebyside import (
    Rounds,
    Turn,
    find_fastest,
    fresh_copy,
    measure,
    median_ratio,
    summarise,
    take_turns,
    walls,
)
from benchmarks.strip import find_accepted_by_all, gather_tools, open_corpus
from benchmarks.strippers import NBKIT, PEERS

# It starts a Python and imports nbformat for each file, so a repository of 1,000 would take it most of an hour.
SLOW = "nbstripout"

# No step may start something in the background that the next one is measured beside.
QUIET = {"gc.auto": "0", "maintenance.auto": "false", "user.name": "nbkit", "user.email": "nbkit@example.org"}

QUICK_TURNS = 10

_FIRST_SOURCE = re.compile(rb'"source": \[(?=\s*")')


@dataclass(frozen=True)
class Day:
    """What was measured in one repository, in this order."""

    add: Turn
    status: Turn
    status_touched: Turn
    diff_touched: Turn
    checkout: Turn
    files_with_outputs: int
    """How many notebooks git has with outputs that nobody asked to keep."""


STEPS = {
    "add": "`git add` of all",
    "status": "`git status`, nothing changed",
    "status_touched": "`git status`, every notebook saved again unchanged",
    "diff_touched": "`git diff`, every notebook saved again unchanged",
    "checkout": "`git checkout` of all, from a branch without notebooks",
}


def main() -> None:
    options = parse_arguments()
    # What a person has configured, filters above all, stays out of it.
    os.environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ATTR_NOSYSTEM": "1"}
    tools = gather_tools(options)
    with tempfile.TemporaryDirectory(prefix="nbkit-benchmark-") as scratch, tempfile.TemporaryDirectory() as found:
        accepted = find_accepted_by_all(tools, open_corpus(options, Path(found)))
        repository = make_repository_files(accepted, options.files, Path(scratch))
        filters = make_filters(tools)
        about = describe(repository)
        text, budgets = compare(repository, [each for each in filters if each.name != SLOW], options.rounds)
        few = Corpus(
            repository.folder, repository.files[:: max(1, len(repository.files) // options.few)][: options.few]
        )
        if any(each.name == SLOW for each in filters):
            text += f"\n\n{compare_few(few, filters, options.rounds)}"
    body = "\n\n".join(
        [
            format_provenance(sys.argv, {tool.name: tool.version for tool in tools} | {"git": git_version()}),
            f"### Budgets\n\n{format_budgets(budgets)}",
            about,
            text,
        ]
    )
    print(body)
    if options.write:
        write_section("git", body)


def parse_arguments() -> argparse.Namespace:
    """Return the options, all of them consistent with each other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, nargs="?", help="folder of notebooks; only copies are worked on")
    parser.add_argument("--generate", type=int, metavar="N", help="make N notebooks instead, always the same")
    parser.add_argument("--files", type=int, default=1000, help="how many notebooks the repository has")
    parser.add_argument("--few", type=int, default=20, help=f"how many of them {SLOW} gets")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", nargs="*", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--nbkit", type=Path, default=Path(sys.executable).with_name("nbkit-strip"), metavar="PATH")
    parser.add_argument("--envs", type=Path, default=DEFAULT_CACHE, help="where the peers are installed")
    parser.add_argument("--write", action="store_true", help="replace the section of benchmarks/README.md")
    options = parser.parse_args()
    options.without_nbkit = False
    if (options.corpus is None) == (options.generate is None):
        parser.error("give a folder of notebooks or --generate, and not both")
    if options.corpus is not None and not options.corpus.is_dir():
        parser.error(f"{options.corpus}: expected a folder of notebooks")
    return options


def make_repository_files(corpus: Corpus, count: int, folder: Path) -> Corpus:
    """Write `count` notebooks, the corpus over and over, into `folder`.

    Each gets a line of its own in its first cell: git stores the same content once, and skips the work.
    """
    # Fewer are taken from all over it.
    files = corpus.files[:: max(1, len(corpus.files) // count)]
    for number in range(count):
        data = (corpus.folder / files[number % len(files)]).read_bytes()
        target = folder / f"{number // 100:02}" / f"{number:04}.ipynb"
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(mark(data, number))
    return find_corpus(folder)


def mark(data: bytes, number: int) -> bytes:
    """Return the notebook with a line of its own in the first cell that has any, else as it is."""
    return _FIRST_SOURCE.sub(b'"source": [\n    "# notebook %d\\\\n",' % number, data, count=1)


def describe(repository: Corpus) -> str:
    """Say what is worked on."""
    size = format_megabytes(sum(map(repository.size_bytes, repository.files)))
    return (
        f"A repository of {len(repository.files)} notebooks, {size}, {len(repository.files_with_outputs())} of them "
        "with outputs that nobody asked to keep: copies of those of the corpus that every tool strips, each with a "
        "line of its own."
    )


def compare(repository: Corpus, filters: Sequence[Filter], rounds: int) -> tuple[str, list[Budget]]:
    """Work with git with each filter in turn, and return a table for each step and the budgets."""
    days = take_turns({each.name: partial(spend_day, each, repository) for each in filters}, rounds)
    parts = []
    budgets = []
    for step, title in STEPS.items():
        turns = [{name: getattr(day, step) for name, day in each.items()} for each in days]
        parts.append(f"### {title}\n\n{format_summaries(summarise(turns, NO_FILTER), NO_FILTER)}")
        budgets += judge(step, title, turns)
    left = [[name, str(day.files_with_outputs)] for name, day in days[-1].items()]
    parts.append(f"### What git has then\n\n{format_table(['', 'notebooks with outputs'], left)}")
    return "\n\n".join(parts), budgets


def judge(step: str, title: str, turns: Rounds[Turn]) -> list[Budget]:
    """Return the budgets that a step has: those of issue 3, for adding and for a status of an unchanged tree."""
    own = walls(turns, NBKIT)
    if step == "status":
        # git starts no filter for it, so what there is is noise, and a ratio of milliseconds would be all noise.
        return [
            Budget(f"{title}, {name}, more than {NO_FILTER}", 5, longer_ms(turns, name, NO_FILTER), "ms")
            for name in (NBKIT, NBKIT_KEEPING)
        ]
    if step != "add":
        return []
    budgets = [Budget(f"{title}, to {NO_FILTER}", 1.0, ratio(turns, NBKIT, NO_FILTER), "x")]
    peers = [name for name in turns[0] if name in PEERS]
    if peers:
        fastest = find_fastest(turns, peers)
        budgets.append(Budget(f"{title}, to {fastest}", 0.5, median_ratio(own, walls(turns, fastest)), "x"))
    return budgets


def ratio(turns: Rounds[Turn], name: str, baseline: str) -> float:
    return median_ratio(walls(turns, name), walls(turns, baseline))


def longer_ms(turns: Rounds[Turn], name: str, baseline: str) -> float:
    pairs = zip(walls(turns, name), walls(turns, baseline), strict=True)
    return 1000 * median(own - other for own, other in pairs)


def compare_few(repository: Corpus, filters: Sequence[Filter], rounds: int) -> str:
    """Add few notebooks with every filter, the slow one too."""
    turns = take_turns({each.name: partial(add_few, each, repository) for each in filters}, rounds)
    title = f"### `git add` of {len(repository.files)} notebooks, since {SLOW} starts a Python for each"
    return f"{title}\n\n{format_summaries(summarise(turns, NO_FILTER), NO_FILTER)}"


def add_few(each: Filter, repository: Corpus) -> Turn:
    with fresh_copy(repository.folder, repository.files) as folder:
        set_up(folder, each)
        return measure(["git", "add", "."], folder=folder)


def spend_day(each: Filter, repository: Corpus) -> Day:
    """Measure each step once, in a fresh repository."""
    with fresh_copy(repository.folder, repository.files) as folder:
        set_up(folder, each)
        add = measure(["git", "add", "."], folder=folder)
        run_git(folder, "commit", "-q", "-m", "notebooks")
        status = measure_often(["git", "status"], folder)
        touch(folder, repository.files, seconds=10)
        # --no-optional-locks: otherwise it notes what it found, and the diff has nothing left to do.
        status_touched = measure(["git", "--no-optional-locks", "status"], folder=folder)
        diff_touched = measure(["git", "--no-optional-locks", "diff", "--stat"], folder=folder)
        run_git(folder, "add", ".")
        run_git(folder, "checkout", "-q", "--orphan", "empty")
        run_git(folder, "rm", "-rfq", ".")
        run_git(folder, "commit", "-q", "--allow-empty", "-m", "empty")
        checkout = measure(["git", "checkout", "-q", "main"], folder=folder)
        return Day(add, status, status_touched, diff_touched, checkout, count_with_outputs(folder))


def measure_often(command: Sequence[str], folder: Path) -> Turn:
    """Return the fastest of several turns: what takes milliseconds is mostly noise."""
    return min((measure(command, folder=folder) for _ in range(QUICK_TURNS)), key=lambda turn: turn.wall_s)


def set_up(folder: Path, each: Filter) -> None:
    run_git(folder, "init", "-q", "-b", "main")
    for name, value in QUIET.items():
        run_git(folder, "config", name, value)
    each.install(folder)


def touch(folder: Path, files: Sequence[Path], *, seconds: int) -> None:
    """Make every file look saved `seconds` later than it was."""
    for file in files:
        path = folder / file
        saved = path.stat().st_mtime + seconds
        os.utime(path, (saved, saved))


def count_with_outputs(folder: Path) -> int:
    """Return how many notebooks of the commit on `main` hold outputs."""
    names = subprocess.run(
        ["git", "ls-tree", "-r", "--name-only", "main"], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.split()
    blobs = (
        subprocess.run(["git", "show", f"main:{name}"], cwd=folder, check=True, capture_output=True) for name in names
    )
    return sum(holds_outputs(blob.stdout) for blob in blobs)


def git_version() -> str:
    answer = subprocess.run(["git", "version"], check=True, capture_output=True, text=True)
    return answer.stdout.split()[2]


if __name__ == "__main__":
    main()
