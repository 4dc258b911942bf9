"""git's long-running filter: one process strips all the notebooks of a `git add`.

Source of the protocol: gitattributes(5), "Long Running Filter Process", version 2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import BinaryIO, NamedTuple, Protocol

from nbkit.errors import NotebookError
from nbkit.git import pktline


class Request(NamedTuple):
    """What git asks for: `clean` or `smudge`, and the path from the top of the working tree."""

    command: str
    path: str
    facts: Mapping[str, str]


class Filter(Protocol):
    """What is done with the content of files."""

    def clean(self, data: bytes, path: str) -> bytes:
        """Return what of a file in the working tree git is to have. Raises NotebookError to refuse it."""

    def smudge(self, data: bytes, path: str) -> bytes:
        """Return what the working tree is to have of what git has."""


def serve(source: BinaryIO, sink: BinaryIO, notebooks: Filter, report: Callable[[str], None]) -> None:
    """Answer git's requests from `source` on `sink` until git closes the pipe.

    A notebook that is refused is said through `report`, and git is told that it failed: since the
    filter is `required`, git then stops instead of taking the file as it is. Raises ProtocolError
    where the other side is not git.
    """
    _shake_hands(source, sink)
    while True:
        try:
            request = _read_request(source)
        except EOFError:
            return
        data = pktline.read_content(source)
        try:
            answer = _answer(request, data, notebooks)
        except NotebookError as error:
            report(str(error))
            pktline.write_list(sink, [b"status=error"])
        else:
            pktline.write_list(sink, [b"status=success"])
            pktline.write_content(sink, answer)
            pktline.write_list(sink, [])
        sink.flush()


def _shake_hands(source: BinaryIO, sink: BinaryIO) -> None:
    greeting = _read_greeting(source)
    if greeting[:1] != [b"git-filter-client"] or b"version=2" not in greeting:
        raise pktline.ProtocolError(f"expected git's greeting and version 2, got {greeting!r}")
    pktline.write_list(sink, [b"git-filter-server", b"version=2"])
    sink.flush()
    offered = _read_greeting(source)
    pktline.write_list(sink, [name for name in (b"capability=clean", b"capability=smudge") if name in offered])
    sink.flush()


def _read_greeting(source: BinaryIO) -> list[bytes]:
    try:
        return pktline.read_list(source)
    except EOFError:
        raise pktline.ProtocolError("expected git's greeting, got nothing; git runs this command by itself") from None


def _read_request(source: BinaryIO) -> Request:
    facts = {}
    for line in pktline.read_list(source):
        name, _, value = line.partition(b"=")
        facts[name.decode("utf-8", "surrogateescape")] = value.decode("utf-8", "surrogateescape")
    if "command" not in facts:
        raise pktline.ProtocolError(f"expected a command, got {facts!r}")
    return Request(facts["command"], facts.get("pathname", ""), facts)


def _answer(request: Request, data: bytes, notebooks: Filter) -> bytes:
    if request.command == "clean":
        return notebooks.clean(data, request.path)
    if request.command == "smudge":
        return notebooks.smudge(data, request.path)
    raise pktline.ProtocolError(f"expected clean or smudge, got {request.command!r}")
