"""`nbkit validate`: a line for each problem, and with `--fix` repairs of what has one right answer."""

from __future__ import annotations

import argparse
import gc
import os
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from nbkit import files, git
from nbkit.cli.paths import STDIN, STDIN_NAME, common_folder
from nbkit.cli.report import ExitCode, UsageError, print_error, read_input, report_errors, worst, write_output
from nbkit.cli.workers import spread
from nbkit.errors import NotebookError, SettingsError
from nbkit.location import Location
from nbkit.settings import Loaded, load_settings
from nbkit.validate import (
    RENDERERS,
    RULES,
    Fix,
    Problem,
    ValidateOptions,
    enabled_codes,
    fix_bytes,
    options_for_file,
    validate_bytes,
)

_EPILOG = """examples:
  nbkit validate notebooks/                   a line each: path:line:column: RULE message
  nbkit validate --fix notebooks/             repair what has one right answer, say what was done
  nbkit validate --select NB1,NB2 a.ipynb     only rules whose code begins so
  nbkit validate --ignore NB202 --per-file-ignores 'drafts/*:NB4' .
  nbkit validate --format github .            annotations for GitHub Actions

exit codes: 0 nothing found, 1 a problem was found, 2 wrong usage or a file that could not be read,
3 a fault of nbkit's own or of the machine.
"""


class _Outcome(NamedTuple):
    path: str
    problems: Sequence[Problem] = ()
    fixes: Sequence[Fix] = ()
    error: NotebookError | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EPILOG
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders; -: standard input")
    parser.add_argument("--fix", action="store_true", help="repair what has one right answer, in place")
    parser.add_argument("--format", choices=tuple(RENDERERS), default="text", help="how to print problems")
    parser.add_argument("--select", type=_split, metavar="RULES", help="the rules to apply, by code, prefix or ALL")
    parser.add_argument("--extend-select", type=_split, metavar="RULES", help="rules to apply beside these")
    parser.add_argument("--ignore", type=_split, metavar="RULES", help="rules to leave out")
    parser.add_argument(
        "--per-file-ignores",
        type=_parse_per_file,
        nargs="+",
        metavar="GLOB:RULES",
        help="rules to leave out in files that match",
    )
    parser.add_argument("--config", metavar="FILE", help="the configuration to use, instead of the nearest")
    parser.add_argument("--list-rules", action="store_true", help="print all rules and leave")


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.replace(",", " ").split())


def _parse_per_file(text: str) -> tuple[str, tuple[str, ...]]:
    glob, colon, codes = text.rpartition(":")
    if not colon or not glob:
        raise argparse.ArgumentTypeError(f"expected GLOB:RULES, as 'drafts/*:NB4', got {text!r}")
    return glob, _split(codes)


def run(arguments: argparse.Namespace) -> ExitCode:
    # Notebooks hold no cycles for the collector to find.
    gc.disable()
    paths: list[str] = arguments.paths
    if arguments.list_rules:
        return _list_rules()
    if not paths:
        print_error("nbkit validate: expected files or folders, or - for standard input, got nothing")
        return ExitCode.UNUSABLE
    if STDIN in paths and paths != [STDIN]:
        raise UsageError("expected paths, or - alone for standard input, got both")
    start = os.curdir if paths == [STDIN] else common_folder(paths)
    settings = load_settings("validate", ValidateOptions, start=start, config=arguments.config)
    options = _options(arguments, settings)
    if paths == [STDIN]:
        return _validate_stdin(arguments, options)
    return _validate_paths(arguments, options, os.path.dirname(settings.path) if settings.path else os.curdir)


def _list_rules() -> ExitCode:
    lines = [
        f"{rule.code} {rule.name} ({rule.severity}{'' if rule.is_default else ', off by default'}"
        f"{', --fix' if rule.is_fixable else ''}): {rule.description}\n"
        for rule in RULES.values()
    ]
    write_output("".join(lines).encode())
    return ExitCode.DONE


def _options(arguments: argparse.Namespace, settings: Loaded[ValidateOptions]) -> ValidateOptions:
    """Return the configured options with what the command line gives. Raises SettingsError for unknown rules."""
    given = {name: getattr(arguments, name) for name in ("select", "extend_select", "ignore")}
    options = msgspec.structs.replace(settings.value, **{name: value for name, value in given.items() if value})
    if arguments.per_file_ignores:
        together = {**options.per_file_ignores, **dict(arguments.per_file_ignores)}
        options = msgspec.structs.replace(options, per_file_ignores=together)
    try:
        enabled_codes(options)
    except SettingsError as error:
        # Whether the option or the file holds the name, this is where it was looked for.
        path = settings.path if not any(given.values()) and not arguments.per_file_ignores else "command line"
        raise SettingsError(Location(path, field=error.where.field), error.message) from None
    return options


def _validate_stdin(arguments: argparse.Namespace, options: ValidateOptions) -> ExitCode:
    if arguments.fix:
        print_error("nbkit validate: --fix repairs files in place; it has nothing to repair on standard input")
        return ExitCode.UNUSABLE
    data = read_input(STDIN_NAME)
    problems = validate_bytes(data, STDIN_NAME, options)
    _print(problems, arguments.format)
    return ExitCode.FOUND if problems else ExitCode.DONE


def _validate_paths(arguments: argparse.Namespace, options: ValidateOptions, folder: str) -> ExitCode:
    found = files.find_notebooks(arguments.paths, git=git)
    outcomes = spread(found.paths, lambda paths: _validate_files(paths, options, folder, is_fixing=arguments.fix))
    for outcome in outcomes:
        for fix in outcome.fixes:
            print_error(f"fixed {fix}")
    problems = [problem for outcome in outcomes for problem in outcome.problems]
    _print(problems, arguments.format)
    code = report_errors("nbkit validate", [*found.errors, *(o.error for o in outcomes if o.error)])
    return worst([code, ExitCode.FOUND if problems else ExitCode.DONE])


def _print(problems: Sequence[Problem], format_name: str) -> None:
    write_output(RENDERERS[format_name](problems).encode("utf-8", "surrogateescape"))


def _validate_files(paths: list[str], options: ValidateOptions, folder: str, *, is_fixing: bool) -> list[_Outcome]:
    with files.ReplacementBatch() as batch:
        outcomes = [_validate_file(path, options_for_file(options, path, folder), batch, is_fixing) for path in paths]
    failed = {error.where.path: error for error in batch.errors}
    return [o._replace(error=failed[o.path], fixes=()) if o.path in failed else o for o in outcomes]


def _validate_file(
    path: str,
    options: ValidateOptions,
    batch: files.ReplacementBatch,
    is_fixing: bool,  # noqa: FBT001 - named where it is asked for
) -> _Outcome:
    try:
        data, stamp = files.read_file_with_stamp(path)
    except NotebookError as error:
        return _Outcome(path, error=error)
    if not is_fixing:
        return _Outcome(path, validate_bytes(data, path, options))
    result = fix_bytes(data, path, options)
    if result.data != data:
        batch.add(path, result.data, stamp=stamp)
    return _Outcome(path, result.remaining, result.fixed)
