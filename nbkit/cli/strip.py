"""`nbkit strip`, which is `nbkit-strip`: in place, from standard input to standard output, or only looking."""

from __future__ import annotations

import argparse
import gc
import os
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from nbkit import files, git
from nbkit.cli.parsing import add_version
from nbkit.cli.paths import STDIN, STDIN_NAME, common_folder
from nbkit.cli.report import (
    ExitCode,
    UsageError,
    exit_code_of,
    print_error,
    print_line,
    printable,
    read_input,
    report_errors,
    worst,
    write_output,
)
from nbkit.cli.strip_options import add_install_options, add_policy_options, has_install_options, make_policy
from nbkit.cli.workers import spread
from nbkit.errors import MalformedNotebook, NotebookError
from nbkit.location import Location
from nbkit.settings import load_settings
from nbkit.strip import StripPolicy, strip_bytes

_EPILOG = """examples:
  nbkit-strip analysis.ipynb notebooks/     strip in place; folders are walked as git sees them
  nbkit-strip < analysis.ipynb > clean.ipynb
  nbkit-strip --check .                     write nothing, list what is dirty, exit with 1 if anything is
  nbkit-strip --check --staged .            the same for what git has staged, which is what a commit will hold
  nbkit-strip --diff analysis.ipynb         show what would go
  nbkit-strip --keep-output --drop-output-type stream:stderr -- analysis.ipynb
  nbkit-strip --install                     strip on the way into git: 'nbkit git install', which can do more

exit codes: 0 done, 1 with --check or --verify: something is dirty, 2 wrong usage or unreadable input,
3 a fault of nbkit's own or of the machine. What cannot be understood is never passed as clean.
With --install, --uninstall, --is-installed and --status: 0 or 1, as with nbstripout.
"""

FORMATS = ("text", "json", "github")

_ADVICE = "expected a stripped notebook, got outputs or noise; nbkit-strip removes them"

_SUFFIXES = (".ipynb", ".zpln")
"""Other files are left alone without --force, as nbstripout does it; --check looks at whatever is named.

A Zeppelin notebook is not left alone but refused: nbstripout would strip it."""


class Mode(Enum):
    """What happens to a stripped notebook."""

    IN_PLACE = "in place"
    CHECK = "check"
    DRY_RUN = "dry run"
    DIFF = "diff"
    TEXTCONV = "textconv"


class Outcome(NamedTuple):
    """What became of one notebook; `text` is what the mode prints of it."""

    path: str
    is_dirty: bool = False
    error: NotebookError | None = None
    text: bytes = b""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EPILOG
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders; none, or -: standard input")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--check", action="store_true", help="write nothing, list what is dirty; exit code 1 if anything is"
    )
    mode.add_argument("--dry-run", action="store_true", help="write nothing, say what would be stripped")
    mode.add_argument("--diff", action="store_true", help="write nothing, show what would go")
    mode.add_argument("--textconv", "-t", action="store_true", help="print the stripped files to standard output")
    add_install_options(parser, mode)
    parser.add_argument("--verify", action="store_true", help="like --dry-run, with exit code 1 if anything is dirty")
    parser.add_argument(
        "--staged", action="store_true", help="with --check, look at what git has staged, not at the files"
    )
    parser.add_argument("--force", "-f", action="store_true", help="strip files of any name, not only *.ipynb")
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to report on files")
    # nbstripout's scripts may say it; its other mode, for Zeppelin, is not there.
    parser.add_argument("--mode", "-m", choices=("jupyter",), help=argparse.SUPPRESS)
    parser.add_argument("--config", metavar="FILE", help="the configuration to use, instead of the nearest")
    add_version(parser)
    add_policy_options(parser)


def run(arguments: argparse.Namespace) -> ExitCode:
    # The garbage collector finds nothing here, since notebooks hold no cycles, and costs a tenth of the time.
    gc.disable()
    if arguments.install_action or has_install_options(arguments):
        from nbkit.cli.strip_install import run_install_action

        return run_install_action(arguments)
    paths: list[str] = arguments.paths
    is_stdin = not paths or paths == [STDIN]
    if STDIN in paths and not is_stdin:
        raise UsageError("expected paths, or - alone for standard input, got both")
    if arguments.staged and (is_stdin or not arguments.check):
        raise UsageError("--staged goes with --check and paths, as in: nbkit-strip --check --staged .")
    start = os.curdir if is_stdin else common_folder(paths)
    policy = make_policy(arguments, load_settings("strip", StripPolicy, start=start, config=arguments.config))
    mode = _mode_of(arguments)
    fails_if_dirty = arguments.check or arguments.verify
    if is_stdin:
        return _strip_stdin(arguments, mode, policy, fails_if_dirty=fails_if_dirty)
    return _strip_paths(arguments, mode, policy, fails_if_dirty=fails_if_dirty)


def _mode_of(arguments: argparse.Namespace) -> Mode:
    for mode, is_asked in (
        (Mode.CHECK, arguments.check),
        (Mode.DIFF, arguments.diff),
        (Mode.DRY_RUN, arguments.dry_run or arguments.verify),
        (Mode.TEXTCONV, arguments.textconv),
    ):
        if is_asked:
            return mode
    return Mode.IN_PLACE


def _strip_stdin(arguments: argparse.Namespace, mode: Mode, policy: StripPolicy, *, fails_if_dirty: bool) -> ExitCode:
    data = read_input(STDIN_NAME)
    try:
        stripped = strip_bytes(data, policy, STDIN_NAME)
    except MalformedNotebook as error:
        # nbstripout's words, which scripts look for.
        print_error(f"{error.where}: No valid notebook detected on stdin: {error.message}")
        return ExitCode.UNUSABLE
    is_dirty = stripped != data
    if mode in (Mode.IN_PLACE, Mode.TEXTCONV):
        write_output(stripped)
    elif mode is Mode.DIFF:
        write_output(_diff(STDIN_NAME, data, stripped))
    elif arguments.format != "text":
        write_output(_render([Outcome(STDIN_NAME, is_dirty)], mode, arguments.format))
    elif is_dirty:
        print_line(_announce(mode, "input from stdin"))
    return ExitCode.FOUND if is_dirty and fails_if_dirty else ExitCode.DONE


def _strip_paths(arguments: argparse.Namespace, mode: Mode, policy: StripPolicy, *, fails_if_dirty: bool) -> ExitCode:
    outcomes = _check_staged(arguments, policy) if arguments.staged else _strip_found(arguments, mode, policy)
    if arguments.format == "text":
        _print_outcomes(outcomes, mode)
    else:
        write_output(_render(outcomes, mode, arguments.format))
    code = report_errors("nbkit-strip", [outcome.error for outcome in outcomes if outcome.error])
    is_dirty = any(outcome.is_dirty for outcome in outcomes)
    return worst([code, ExitCode.FOUND if is_dirty and fails_if_dirty else ExitCode.DONE])


def _strip_found(arguments: argparse.Namespace, mode: Mode, policy: StripPolicy) -> list[Outcome]:
    wanted = [path for path in arguments.paths if _is_wanted(path, force=arguments.force or arguments.check)]
    found = files.find_notebooks(wanted, git=git)
    outcomes = spread(found.paths, lambda paths: _strip_files(paths, mode, policy))
    return outcomes + [Outcome(error.where.path or "", error=error) for error in found.errors]


def _check_staged(arguments: argparse.Namespace, policy: StripPolicy) -> list[Outcome]:
    from nbkit.cli.staged import list_staged, read_staged

    staged = list_staged(arguments.paths, ("",) if arguments.force else _SUFFIXES)

    def check(names: list[str]) -> list[Outcome]:
        contents = read_staged([staged[name] for name in names])
        return [_check_bytes(name, data, policy) for name, data in zip(names, contents, strict=True)]

    return spread(list(staged), check)


def _check_bytes(path: str, data: bytes, policy: StripPolicy) -> Outcome:
    try:
        return Outcome(path, strip_bytes(data, policy, path) != data)
    except NotebookError as error:
        return Outcome(path, error=error)


def _is_wanted(path: str, *, force: bool) -> bool:
    if force or path.lower().endswith(_SUFFIXES) or not os.path.isfile(path):
        return True
    print_error(f"nbkit-strip: {path}: left alone, since its name does not end in .ipynb; --force strips it")
    return False


def _strip_files(paths: list[str], mode: Mode, policy: StripPolicy) -> list[Outcome]:
    """Strip each file and return what became of it, in order. The files are replaced at the end, all at once."""
    with files.ReplacementBatch() as batch:
        outcomes = [_strip_file(path, mode, policy, batch) for path in paths]
    failed = {error.where.path: error for error in batch.errors}
    return [_with_failure(outcome, failed) for outcome in outcomes] if failed else outcomes


def _with_failure(outcome: Outcome, failed: Mapping[str | None, NotebookError]) -> Outcome:
    error = failed.get(outcome.path)
    return outcome._replace(error=error) if error else outcome


def _strip_file(path: str, mode: Mode, policy: StripPolicy, batch: files.ReplacementBatch) -> Outcome:
    try:
        data, stamp = files.read_file_with_stamp(path)
        stripped = strip_bytes(data, policy, path)
    except NotebookError as error:
        return Outcome(path, error=error)
    is_dirty = stripped != data
    if mode is Mode.IN_PLACE and is_dirty:
        batch.add(path, stripped, stamp=stamp)
    if mode is Mode.DIFF and is_dirty:
        return Outcome(path, is_dirty, text=_diff(path, data, stripped))
    return Outcome(path, is_dirty, text=stripped if mode is Mode.TEXTCONV else b"")


def _print_outcomes(outcomes: Sequence[Outcome], mode: Mode) -> None:
    for outcome in outcomes:
        if outcome.text:
            write_output(outcome.text)
        elif outcome.is_dirty and mode in (Mode.CHECK, Mode.DRY_RUN):
            print_line(_announce(mode, outcome.path))


def _announce(mode: Mode, name: str) -> str:
    return f"Dry run: would have stripped {name}" if mode is Mode.DRY_RUN else f"{name}: would be stripped"


def _render(outcomes: Sequence[Outcome], mode: Mode, format_name: str) -> bytes:
    return _as_json(outcomes) if format_name == "json" else _as_annotations(outcomes, mode)


def _as_annotations(outcomes: Sequence[Outcome], mode: Mode) -> bytes:
    """Return what GitHub shows beside the files: an error for each that is not clean."""
    from nbkit.validate import RENDERERS, Problem

    problems = [
        Problem("nbkit-strip", "error", outcome.error.where, outcome.error.message)
        if outcome.error
        else Problem("nbkit-strip", "error", Location(outcome.path), _ADVICE)
        for outcome in outcomes
        if outcome.error or (outcome.is_dirty and mode is not Mode.IN_PLACE)
    ]
    return RENDERERS["github"](problems).encode("utf-8", "surrogateescape")


def _as_json(outcomes: Sequence[Outcome]) -> bytes:
    import msgspec

    report = [
        {
            "path": printable(outcome.path),
            "dirty": None if outcome.error else outcome.is_dirty,
            "error": printable(str(outcome.error)) if outcome.error else None,
            "exit_code": int(exit_code_of(outcome.error)) if outcome.error else 0,
        }
        for outcome in outcomes
    ]
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def _diff(name: str, before: bytes, after: bytes) -> bytes:
    from difflib import diff_bytes, unified_diff

    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    shown = os.fsencode(name)
    lines = diff_bytes(unified_diff, old, new, shown, shown + b" (stripped)")
    return b"".join(line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n" for line in lines)
