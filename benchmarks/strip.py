"""Strip notebooks with nbkit and with its peers, side by side."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import get_args

from benchmarks.corpus import Corpus, find_accepted, find_corpus, holds_outputs
from benchmarks.figures import (
    Budget,
    format_budgets,
    format_megabytes,
    format_provenance,
    format_summaries,
    format_table,
    write_section,
)
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
from benchmarks.strippers import NBKIT, PEERS, Stripper, find_nbkit, find_peer
from benchmarks.synthetic import Shape, write_large_notebook, write_notebooks

BARE_PYTHON = "python -c pass"
READ_FILES = "import sys\nfor path in sys.argv[1:]:\n    open(path, 'rb').read()"

PARTS = ("batch", "small", "pipe", "memory")
# A process of milliseconds is cheap to repeat, and noise is a larger part of it.
ROUNDS_FACTOR_OF_ONE_FILE = 4
SMALL_BYTES = 2_000
MIDDLE_BYTES = 100_000


@dataclass(frozen=True)
class Findings:
    """What one part has to say: Markdown, and the budgets it can judge."""

    text: str
    budgets: list[Budget] = field(default_factory=list)


@dataclass(frozen=True)
class Effect:
    """What stripping cost, and in how many files it left outputs that nobody asked to keep."""

    turn: Turn
    files_with_outputs: int


@dataclass(frozen=True)
class Fate:
    """What became of one odd notebook."""

    is_refused: bool
    holds_outputs: bool
    is_emptied: bool


@dataclass(frozen=True)
class Steps:
    """The three things measured on one copy; None where a tool has no way to check."""

    check_dirty: Turn | None
    strip: Turn
    check_stripped: Turn | None = None


@dataclass(frozen=True)
class LargeFile:
    """The large notebook before and after stripping."""

    check: Turn | None
    strip: Turn
    size_after_bytes: int


def main() -> None:
    options = parse_arguments()
    tools = gather_tools(options)
    with tempfile.TemporaryDirectory(prefix="nbkit-benchmark-") as scratch:
        findings = list(run_parts(options, tools, open_corpus(options, Path(scratch))))
    budgets = [budget for part in findings for budget in part.budgets]
    body = "\n\n".join(
        [
            format_provenance(sys.argv, {tool.name: tool.version for tool in tools}),
            *([f"### Budgets\n\n{format_budgets(budgets)}"] if budgets else []),
            *(part.text for part in findings),
        ]
    )
    print(body)
    if options.write:
        write_section("strip", body)


def parse_arguments() -> argparse.Namespace:
    """Return the options, all of them consistent with each other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, nargs="?", help="folder of notebooks; only copies are worked on")
    parser.add_argument("--generate", type=int, metavar="N", help="make N notebooks instead, always the same")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--peers", nargs="*", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--nbkit", type=Path, default=Path(sys.executable).with_name("nbkit-strip"), metavar="PATH")
    parser.add_argument("--without-nbkit", action="store_true", help="measure the peers alone")
    parser.add_argument("--large-mb", type=int, default=100, help="size of the notebook that memory is measured on")
    parser.add_argument("--envs", type=Path, default=DEFAULT_CACHE, help="where the peers are installed")
    parser.add_argument("--write", action="store_true", help="replace the section of benchmarks/README.md")
    options = parser.parse_args()
    if (options.corpus is None) == (options.generate is None):
        parser.error("give a folder of notebooks or --generate, and not both")
    if options.corpus is not None and not options.corpus.is_dir():
        parser.error(f"{options.corpus}: expected a folder of notebooks")
    if options.write and set(options.parts) != set(PARTS):
        parser.error("--write replaces the whole section, so it needs all parts")
    if options.without_nbkit and not options.peers:
        parser.error("--without-nbkit and no peers leaves nobody to run")
    return options


def gather_tools(options: argparse.Namespace) -> list[Stripper]:
    """Return nbkit, unless it is to be left out, and the peers."""
    tools = [] if options.without_nbkit else [find_nbkit(options.nbkit.absolute())]
    return tools + [find_peer(name, options.envs) for name in options.peers]


def open_corpus(options: argparse.Namespace, scratch: Path) -> Corpus:
    """Return the corpus that was asked for, made in `scratch` where there is none."""
    if options.corpus is not None:
        return find_corpus(options.corpus.resolve())
    write_notebooks(scratch, options.generate)
    return find_corpus(scratch)


def run_parts(options: argparse.Namespace, tools: Sequence[Stripper], corpus: Corpus) -> Iterator[Findings]:
    """Yield the findings of each part that was asked for."""
    accepted = find_accepted_by_all(tools, corpus)
    yield describe_corpus(corpus, accepted)
    if "batch" in options.parts:
        yield strip_as_found(tools, corpus, options.rounds)
        yield strip_refused(tools, Corpus(corpus.folder, sorted(set(corpus.files) - set(accepted.files))))
        yield check_and_strip(tools, accepted, options.rounds)
    if "small" in options.parts:
        yield strip_one(tools, pick_one(accepted, SMALL_BYTES), options)
    if "pipe" in options.parts:
        middle = pick_one(accepted, MIDDLE_BYTES)
        yield strip_through_pipe(tools, middle.folder / middle.files[0], options.rounds)
    if "memory" in options.parts:
        for shape in get_args(Shape):
            yield strip_large(tools, options.large_mb * 1_000_000, shape)


def find_accepted_by_all(tools: Sequence[Stripper], corpus: Corpus) -> Corpus:
    """Return the notebooks that every tool strips with exit code 0: on these alone all do the same work."""
    files = corpus.files
    for tool in tools:
        print(f"finding what {tool.name} accepts", file=sys.stderr)
        # A copy for each: what one tool has rewritten, another may accept that refused it before.
        with fresh_copy(corpus.folder, files) as folder:
            files = find_accepted(files, partial(is_stripped_without_error, tool, folder))
    return Corpus(corpus.folder, files)


def is_stripped_without_error(tool: Stripper, folder: Path, files: list[Path]) -> bool:
    return measure(tool.strip_named_command(files), folder=folder).exit_code == 0


def pick_one(corpus: Corpus, at_least_bytes: int) -> Corpus:
    """Return the smallest notebook of that size that has outputs, or the largest where none is."""
    dirty = corpus.files_with_outputs()
    return Corpus(
        corpus.folder, [next((file for file in dirty if corpus.size_bytes(file) >= at_least_bytes), dirty[-1])]
    )


def describe_corpus(corpus: Corpus, accepted: Corpus) -> Findings:
    """Say what the parts work on."""
    size = format_megabytes(sum(map(corpus.size_bytes, corpus.files)))
    return Findings(
        f"Corpus: {len(corpus.files)} notebooks, {size}, {len(corpus.files_with_outputs())} of them with outputs that "
        f"nobody asked to keep. Every tool accepts {len(accepted.files)} of them."
    )


def strip_as_found(tools: Sequence[Stripper], corpus: Corpus, rounds: int) -> Findings:
    """Strip the corpus with the bad files in it; its baseline is the fastest peer of those that go on after one."""
    effects = take_turns({tool.name: partial(strip_and_look, tool, corpus) for tool in tools}, rounds)
    turns = [{name: effect.turn for name, effect in each.items()} for each in effects]
    baseline = find_baseline(turns, [tool for tool in tools if not tool.calls.stops_at_bad_file])
    left = [
        [
            tool.name,
            str(effects[-1][tool.name].files_with_outputs),
            "stops" if tool.calls.stops_at_bad_file else "goes on",
        ]
        for tool in tools
    ]
    text = (
        f"### The corpus as found, in place\n\n{format_summaries(summarise(turns, baseline), baseline)}\n\n"
        + format_table(["", "files with outputs left in", "at a bad file"], left)
    )
    return Findings(text, ratio_budget(f"the corpus as found, in place, to {baseline}", turns, NBKIT, baseline, 1.0))


def strip_and_look(tool: Stripper, corpus: Corpus) -> Effect:
    with fresh_copy(corpus.folder, corpus.files) as folder:
        turn = measure(tool.strip_command(corpus.files), folder=folder)
        return Effect(turn, len(Corpus(folder, corpus.files).files_with_outputs()))


def strip_refused(tools: Sequence[Stripper], corpus: Corpus) -> Findings:
    """Strip each notebook that some tool refuses in a call of its own, and say what became of them."""
    header = ["", "refused", "outputs left in, refused", "outputs left in, exit code 0", "emptied"]
    fates = {tool.name: [strip_one_refused(tool, corpus, file) for file in corpus.files] for tool in tools}
    rows = [
        [
            name,
            str(sum(fate.is_refused for fate in those)),
            str(sum(fate.is_refused and fate.holds_outputs for fate in those)),
            str(sum(not fate.is_refused and fate.holds_outputs for fate in those)),
            str(sum(fate.is_emptied for fate in those)),
        ]
        for name, those in fates.items()
    ]
    title = f"### The {len(corpus.files)} notebooks that some tool refuses, in place, one call each"
    return Findings(f"{title}\n\n{format_table(header, rows)}")


def strip_one_refused(tool: Stripper, corpus: Corpus, file: Path) -> Fate:
    size_before_bytes = corpus.size_bytes(file)
    with fresh_copy(corpus.folder, [file]) as folder:
        exit_code = measure(tool.strip_named_command([file]), folder=folder).exit_code
        data = (folder / file).read_bytes()
        return Fate(exit_code != 0, holds_outputs(data), size_before_bytes > 0 and not data)


def check_and_strip(tools: Sequence[Stripper], corpus: Corpus, rounds: int) -> Findings:
    """Check, strip and check again what all accept, beside a plain read of it, which nobody can beat."""
    takers = {tool.name: partial(take_steps, tool, corpus) for tool in tools}
    files = list(map(str, corpus.files))
    takers["plain read (python)"] = partial(read_only, [sys.executable, "-c", READ_FILES, *files], corpus)
    takers["plain read (cat)"] = partial(read_only, ["cat", *files], corpus)
    steps = take_turns(takers, rounds)
    strips = [{name: each.strip for name, each in turns.items()} for turns in steps]
    baseline = find_baseline(strips, tools)
    text = [
        f"### The {len(corpus.files)} notebooks that all accept, in place",
        format_summaries(summarise(strips, baseline), baseline),
    ]
    budgets = ratio_budget(f"in place, to {baseline}", strips, NBKIT, baseline, 1.0)
    stripping = f"{baseline} in place"
    for title, field_name in (("with outputs", "check_dirty"), ("stripped before", "check_stripped")):
        checks = [collect_checks(turns, field_name) | {stripping: turns[baseline].strip} for turns in steps]
        text += [f"### The same, check only, {title}", format_summaries(summarise(checks, stripping), stripping)]
        budgets += ratio_budget(f"check, {title}, to {stripping}", checks, NBKIT, stripping, 0.5)
    return Findings("\n\n".join(text), budgets)


def collect_checks(turns: dict[str, Steps], field_name: str) -> dict[str, Turn]:
    """Return one of the two checks of each tool that has one."""
    checks = {name: getattr(steps, field_name) for name, steps in turns.items()}
    return {name: check for name, check in checks.items() if check is not None}


def take_steps(tool: Stripper, corpus: Corpus) -> Steps:
    """Measure on one fresh copy, stripped by the tool itself: each calls clean what it leaves itself."""
    with fresh_copy(corpus.folder, corpus.files) as folder:
        check = tool.check_command(corpus.files)
        return Steps(
            check_dirty=measure(check, folder=folder) if check else None,
            strip=measure(tool.strip_command(corpus.files), folder=folder),
            check_stripped=measure(check, folder=folder) if check else None,
        )


def read_only(command: Sequence[str], corpus: Corpus) -> Steps:
    with fresh_copy(corpus.folder, corpus.files) as folder:
        return Steps(check_dirty=None, strip=measure(command, folder=folder))


def strip_one(tools: Sequence[Stripper], corpus: Corpus, options: argparse.Namespace) -> Findings:
    """Strip one small file, beside the bare interpreter that runs nbkit."""
    # nbkit's own, since what its site-packages add to every start is not nbkit's doing.
    python = Path(sys.executable) if options.without_nbkit else options.nbkit.absolute().with_name("python")
    takers = {tool.name: partial(strip_copy, tool.strip_command(corpus.files), corpus) for tool in tools}
    takers[BARE_PYTHON] = partial(strip_copy, [str(python), "-c", "pass"], corpus)
    turns = take_turns(takers, options.rounds * ROUNDS_FACTOR_OF_ONE_FILE)
    [file] = corpus.files
    text = f"### One file of {corpus.size_bytes(file)} bytes, in place\n\n"
    text += format_summaries(summarise(turns, BARE_PYTHON), BARE_PYTHON)
    return Findings(text, start_budget(turns))


def start_budget(turns: Rounds[Turn]) -> list[Budget]:
    """Return how much longer than the bare interpreter nbkit took, nothing where it did not run."""
    if NBKIT not in turns[0]:
        return []
    pairs = zip(walls(turns, NBKIT), walls(turns, BARE_PYTHON), strict=True)
    longer_ms = 1000 * median(own - bare for own, bare in pairs)
    return [Budget(f"one small file, more than {BARE_PYTHON}", 60, longer_ms, "ms")]


def strip_copy(command: Sequence[str], corpus: Corpus) -> Turn:
    with fresh_copy(corpus.folder, corpus.files) as folder:
        return measure(command, folder=folder)


def strip_through_pipe(tools: Sequence[Stripper], notebook: Path, rounds: int) -> Findings:
    """Strip a notebook of middle size from standard input to standard output, beside cat."""
    takers = {tool.name: partial(pipe, tool.pipe_command(), notebook) for tool in tools}
    takers["cat"] = partial(pipe, ["cat"], notebook)
    turns = take_turns(takers, rounds * ROUNDS_FACTOR_OF_ONE_FILE)
    baseline = find_baseline(turns, tools)
    text = f"### Standard input to standard output, {notebook.stat().st_size} bytes\n\n"
    return Findings(text + format_summaries(summarise(turns, baseline), baseline))


def pipe(command: Sequence[str], notebook: Path) -> Turn:
    with tempfile.TemporaryDirectory(prefix="nbkit-benchmark-") as folder:
        return measure(command, folder=Path(folder), stdin_path=notebook, stdout_path=Path(folder, "stdout"))


def strip_large(tools: Sequence[Stripper], size_bytes: int, shape: Shape) -> Findings:
    """Measure the memory that one large notebook takes; once, since it hardly varies."""
    with tempfile.TemporaryDirectory(prefix="nbkit-benchmark-") as name:
        notebook = Path(name, "large.ipynb")
        write_large_notebook(notebook, size_bytes, shape)
        corpus = find_corpus(Path(name))
        [measured] = take_turns({tool.name: partial(strip_large_copy, tool, corpus) for tool in tools}, 1)
        actual_bytes = notebook.stat().st_size
    rows = [format_large(name, large) for name, large in measured.items()]
    header = ["", "peak memory, in place", "exit code", "size after", "peak memory, check", "exit code"]
    text = f"### One {shape} notebook of {format_megabytes(actual_bytes)}\n\n{format_table(header, rows)}"
    return Findings(text, memory_budgets(measured, actual_bytes, shape))


def strip_large_copy(tool: Stripper, corpus: Corpus) -> LargeFile:
    with fresh_copy(corpus.folder, corpus.files) as folder:
        check = tool.check_command(corpus.files)
        return LargeFile(
            check=measure(check, folder=folder) if check else None,
            strip=measure(tool.strip_command(corpus.files), folder=folder),
            size_after_bytes=Corpus(folder, corpus.files).size_bytes(corpus.files[0]),
        )


def format_large(name: str, large: LargeFile) -> list[str]:
    """Return the cells of one tool's row."""
    check = ["-", "-"]
    if large.check is not None:
        check = [format_megabytes(large.check.peak_bytes), str(large.check.exit_code)]
    strip = [format_megabytes(large.strip.peak_bytes), str(large.strip.exit_code)]
    return [name, *strip, format_megabytes(large.size_after_bytes), *check]


def memory_budgets(measured: dict[str, LargeFile], size_bytes: int, shape: Shape) -> list[Budget]:
    """Return how nbkit keeps to 4 N + 60 MB, nothing where it did not run."""
    if NBKIT not in measured:
        return []
    limit_mb = 4 * size_bytes / 1e6 + 60
    title = f"memory, {shape} notebook of {format_megabytes(size_bytes)}"
    steps = {"in place": measured[NBKIT].strip, "check": measured[NBKIT].check}
    # With the exit code, since refusing a notebook takes little memory.
    return [
        Budget(f"{title}, {what}, exit code {turn.exit_code}", limit_mb, peak_mb(turn), "MB")
        for what, turn in steps.items()
        if turn is not None
    ]


def peak_mb(turn: Turn) -> float:
    return turn.peak_bytes / 1e6


def find_baseline(turns: Rounds[Turn], tools: Sequence[Stripper]) -> str:
    """Return the fastest of the peers in `tools`, or nbkit where it runs alone."""
    names = [tool.name for tool in tools if tool.name != NBKIT]
    return find_fastest(turns, names) if names else next(iter(turns[0]))


def ratio_budget(what: str, turns: Rounds[Turn], name: str, baseline: str, limit: float) -> list[Budget]:
    """Return how `name` compares with `baseline`, nothing where it did not run or has nobody to compare with."""
    if name not in turns[0] or baseline == name:
        return []
    return [Budget(what, limit, median_ratio(walls(turns, name), walls(turns, baseline)), "x")]


if __name__ == "__main__":
    main()
