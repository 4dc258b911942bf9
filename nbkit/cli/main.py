"""`nbkit VERB`: load the one verb asked for, run it, and turn what went wrong into one line and an exit code."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from importlib import import_module
from types import FrameType
from typing import NamedTuple, Protocol, cast

from nbkit.cli.parsing import HelpFormatter, add_version
from nbkit.cli.report import ExitCode, UsageError, drop_output, exit_code_of, flush_output, print_error
from nbkit.cli.workers import WorkerDied
from nbkit.errors import NotebookError


class Verb(Protocol):
    """What the module of a verb has."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, arguments: argparse.Namespace) -> ExitCode: ...


class _Entry(NamedTuple):
    module: str
    summary: str


VERBS = {
    "strip": _Entry("nbkit.cli.strip", "remove outputs and noise from notebooks"),
    "validate": _Entry("nbkit.cli.validate", "find what is wrong with notebooks, and fix what has one right answer"),
    "git": _Entry("nbkit.cli.git", "strip notebooks on their way into git, and keep local outputs"),
    "completion": _Entry("nbkit.cli.completion", "print the completion script for a shell"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `nbkit` with `arguments`, those of the process unless given, and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in VERBS:
        return _run(given[0], f"nbkit {given[0]}", given[1:])
    return _guard("nbkit", lambda: _parse_without_verb(given))


def strip_main(arguments: Sequence[str] | None = None) -> int:
    """Run `nbkit-strip`, which is `nbkit strip`."""
    return _run("strip", "nbkit-strip", list(sys.argv[1:] if arguments is None else arguments))


def load_verb(name: str) -> Verb:
    """Return the module of the verb `name`."""
    return cast(Verb, import_module(VERBS[name].module))


def make_parser(name: str, prog: str) -> argparse.ArgumentParser:
    """Return the parser of one verb."""
    parser = argparse.ArgumentParser(
        prog=prog, description=_sentence(VERBS[name].summary), formatter_class=HelpFormatter
    )
    load_verb(name).add_arguments(parser)
    return parser


def make_full_parser() -> argparse.ArgumentParser:
    """Return the parser of `nbkit` with every verb in it, which only help and completion need whole."""
    parser = argparse.ArgumentParser(
        prog="nbkit",
        description="One tool for the life of a Jupyter notebook.",
        epilog="'nbkit VERB --help' says more about a verb, with examples.",
    )
    add_version(parser)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, entry in VERBS.items():
        verb = verbs.add_parser(
            name,
            help=entry.summary,
            description=_sentence(entry.summary),
            formatter_class=HelpFormatter,
        )
        load_verb(name).add_arguments(verb)
    return parser


def _sentence(summary: str) -> str:
    return f"{summary[0].upper()}{summary[1:]}."


def _run(name: str, prog: str, given: list[str]) -> int:
    def run() -> ExitCode:
        arguments = make_parser(name, prog).parse_args(given)
        return load_verb(name).run(arguments)

    return _guard(prog, run)


def _parse_without_verb(given: list[str]) -> ExitCode:
    make_full_parser().parse_args(given)
    raise AssertionError("a verb is required")


def _end(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _guard(prog: str, run: Callable[[], ExitCode]) -> int:
    """Run a command; whatever it raises becomes one line on standard error and an exit code."""
    # Ended by a signal, a batch must still take its temporary files along.
    if hasattr(signal, "SIGTERM") and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _end)
    try:
        code = run()
        flush_output()
    except NotebookError as error:
        print_error(f"{prog}: {error}")
        return exit_code_of(error)
    except UsageError as error:
        print_error(f"{prog}: {error}")
        return ExitCode.UNUSABLE
    except WorkerDied as error:
        print_error(f"{prog}: {error}")
        return ExitCode.FAULT
    except KeyboardInterrupt:
        print_error(f"{prog}: interrupted")
        return ExitCode.INTERRUPTED
    except OSError as error:
        print_error(f"{prog}: {error.filename or 'standard output'}: {error.strerror or error}")
        drop_output()
        return ExitCode.FAULT
    except MemoryError:
        print_error(f"{prog}: out of memory")
        return ExitCode.FAULT
    except Exception as error:
        if os.environ.get("NBKIT_TRACEBACK"):
            raise
        print_error(f"{prog}: a fault of nbkit's own: {type(error).__name__}: {error} (NBKIT_TRACEBACK=1 says where)")
        return ExitCode.FAULT
    return code
