"""What a command says, where, and the exit code it ends with."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from enum import IntEnum

from nbkit.errors import NotebookError, UnwritableFile


class ExitCode(IntEnum):
    """The exit codes of every command; a higher one outweighs a lower one."""

    DONE = 0
    FOUND = 1
    """Something was found: a dirty notebook, a problem."""
    UNUSABLE = 2
    """Wrong usage, or an input that cannot be read or understood."""
    FAULT = 3
    """A fault of nbkit's own or of the machine."""
    INTERRUPTED = 130


class UsageError(Exception):
    """The command line asks for something that there is not; the message says what was expected."""


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the highest of `codes`, DONE if there are none."""
    return max(codes, default=ExitCode.DONE)


def exit_code_of(error: NotebookError) -> ExitCode:
    """Return the exit code that an error stands for: the machine's fault, or an input that cannot be used."""
    return ExitCode.FAULT if isinstance(error, UnwritableFile) else ExitCode.UNUSABLE


def report_errors(prog: str, errors: Sequence[NotebookError]) -> ExitCode:
    """Print each error on its line and return the worst exit code among them."""
    for error in errors:
        print_error(f"{prog}: {error}")
    return worst(exit_code_of(error) for error in errors)


def write_output(data: bytes) -> None:
    """Write `data` to standard output, whatever encoding the terminal has.

    Where whoever reads has enough, as `head` has, the rest is dropped: the exit code is still to come.
    """
    if sys.stdout is None:
        raise OSError("it is closed")
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
    except BrokenPipeError:
        drop_output()


def flush_output() -> None:
    """Write what is still buffered; raises what the system says, but that nobody reads any more."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        drop_output()


def drop_output() -> None:
    """Let what could not be written go, so that Python does not try again and complain when it ends."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_line(text: str) -> None:
    """Print one line to standard output; file names come out as the bytes they are."""
    write_output(os.fsencode(one_line(text)) + b"\n")


def print_error(text: str) -> None:
    """Print one line to standard error."""
    if sys.stderr is not None:
        print(one_line(text), file=sys.stderr, flush=True)  # noqa: T201 - this is where commands print


def printable(text: str) -> str:
    """Return `text` as Unicode: a byte of a file name that is no UTF-8 becomes `\\xff`."""
    return os.fsencode(text).decode("utf-8", "backslashreplace")


def one_line(text: str) -> str:
    """Return `text` with its line breaks, which a file name may hold, made visible."""
    return text.replace("\r", "\\r").replace("\n", "\\n")
