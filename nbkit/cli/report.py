"""What a command says, where, and the exit code it ends with."""

from __future__ import annotations

import os
import re
import select
import sys
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import BinaryIO, cast

from nbkit.errors import NotebookError, UnreadableFile, UnwritableFile
from nbkit.location import Location


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
        _write_all(sys.stdout.buffer, data)
    except BrokenPipeError:
        drop_output()


def _write_all(stream: BinaryIO, data: bytes) -> None:
    # With PYTHONUNBUFFERED, as containers have it, this is the bare file: it may take a part (a disk
    # that fills up, a pipe after a stop) or, where it does not block, nothing for now.
    rest = memoryview(data)
    while rest:
        taken = cast("int | None", stream.write(rest))
        if taken is None:
            select.select([], [stream], [])
        else:
            rest = rest[taken:]


def read_input(name: str) -> bytes:
    """Return all of standard input, which messages call `name`. Raises UnreadableFile where it can't be read."""
    if sys.stdin is None:
        raise UnreadableFile(Location(name), "expected a notebook, got nothing: standard input is closed")
    parts = []
    try:
        while (part := sys.stdin.buffer.read()) != b"":
            if part is None:  # it does not block, and there is nothing for now
                select.select([sys.stdin.buffer], [], [])
            else:
                parts.append(part)
    except OSError as error:
        raise UnreadableFile(Location(name), f"cannot be read: {error.strerror or error}") from error
    return b"".join(parts)


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


# A file name may hold what breaks a line or steers a terminal.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")


def one_line(text: str) -> str:
    """Return `text` with its control characters, tabs aside, made visible."""
    return _CONTROL.sub(lambda match: repr(match[0])[1:-1], text)
