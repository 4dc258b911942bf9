from __future__ import annotations

from io import BytesIO

import pytest

from nbkit.errors import MalformedNotebook
from nbkit.git import Filter, NotebookFilter, ProtocolError, serve
from nbkit.git.pktline import read_content, read_list, write_content, write_list
from nbkit.location import Location
from nbkit.strip import StripPolicy
from tests.git.samples import notebook

DIRTY = notebook("1", output="SECRET").encode()
CLEAN = notebook("1").encode()


class Answers:
    """What a filter said to git."""

    def __init__(self, data: bytes) -> None:
        self._stream = BytesIO(data)

    def list(self) -> list[bytes]:
        return read_list(self._stream)

    def content(self) -> bytes:
        return read_content(self._stream)

    @property
    def is_at_end(self) -> bool:
        return not self._stream.read()


def greet(*capabilities: bytes) -> BytesIO:
    stream = BytesIO()
    write_list(stream, [b"git-filter-client", b"version=2"])
    write_list(stream, [b"capability=" + name for name in capabilities or (b"clean", b"smudge", b"delay")])
    return stream


def ask(stream: BytesIO, command: bytes, path: bytes, data: bytes) -> None:
    write_list(stream, [b"command=" + command, b"pathname=" + path])
    write_content(stream, data)


def answer(stream: BytesIO, notebooks: Filter | None = None) -> tuple[Answers, list[str]]:
    said: list[str] = []
    sink = BytesIO()
    serve(BytesIO(stream.getvalue()), sink, notebooks or NotebookFilter(StripPolicy), said.append)
    return Answers(sink.getvalue()), said


def test_it_greets_and_says_that_it_cleans_and_smudges_but_never_delays() -> None:
    answers, _ = answer(greet())
    assert answers.list() == [b"git-filter-server", b"version=2"]
    assert answers.list() == [b"capability=clean", b"capability=smudge"]
    assert answers.is_at_end


def test_it_offers_nothing_that_git_did_not_name() -> None:
    answers, _ = answer(greet(b"clean"))
    answers.list()
    assert answers.list() == [b"capability=clean"]


def test_one_process_answers_request_after_request() -> None:
    stream = greet()
    ask(stream, b"clean", b"a.ipynb", DIRTY)
    ask(stream, b"smudge", b"a.ipynb", CLEAN)
    ask(stream, b"clean", b"empty.ipynb", b"")
    answers, said = answer(stream)
    answers.list()
    answers.list()
    for expected in (CLEAN, CLEAN, b""):
        assert answers.list() == [b"status=success"]
        assert answers.content() == expected
        assert answers.list() == []
    assert answers.is_at_end
    assert said == []


def test_a_refused_notebook_fails_alone_and_is_said() -> None:
    stream = greet()
    ask(stream, b"clean", b"a b.ipynb", b'{"cells": [')
    ask(stream, b"clean", b"b.ipynb", DIRTY)
    answers, said = answer(stream)
    answers.list()
    answers.list()
    assert answers.list() == [b"status=error"]
    assert answers.list() == [b"status=success"]
    assert answers.content() == CLEAN
    assert len(said) == 1
    assert said[0].startswith("a b.ipynb:1:12: expected ")


def test_a_refusal_does_not_end_the_process_whatever_refuses() -> None:
    class Refusing:
        def clean(self, data: bytes, path: str) -> bytes:
            raise MalformedNotebook(Location(path), "a notebook", "nothing")

        smudge = clean

    stream = greet()
    ask(stream, b"smudge", b"a.ipynb", CLEAN)
    answers, said = answer(stream, Refusing())
    assert said == ["a.ipynb: expected a notebook, got nothing"]
    answers.list()
    answers.list()
    assert answers.list() == [b"status=error"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "expected git's greeting, got nothing; git runs this command by itself"),
        (b"0000", r"expected git's greeting and version 2, got \[\]"),
        (b"0016git-filter-client\n000eversion=1\n0000", "expected git's greeting and version 2, got .*version=1"),
        (b"0016git-filter-client\n000eversion=2\n0000", "expected git's greeting, got nothing"),
        (b"hello", "expected the length of a packet, got b'hell'"),
    ],
)
def test_what_is_not_git_is_told_so(data: bytes, message: str) -> None:
    with pytest.raises(ProtocolError, match=message):
        answer(BytesIO(data))


def test_an_unknown_command_is_no_success() -> None:
    stream = greet()
    ask(stream, b"explode", b"a.ipynb", DIRTY)
    with pytest.raises(ProtocolError, match="expected clean or smudge, got 'explode'"):
        answer(stream)


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_stream_that_is_cut_off_in_the_middle_is_an_error_and_not_an_end(cut: int) -> None:
    stream = greet()
    ask(stream, b"clean", b"a.ipynb", DIRTY)
    with pytest.raises(ProtocolError, match=r"cut off|length of a packet"):
        answer(BytesIO(stream.getvalue()[:-cut]))


def test_a_request_without_a_command_is_an_error() -> None:
    stream = greet()
    write_list(stream, [b"pathname=a"])
    with pytest.raises(ProtocolError, match=r"expected a command, got \{'pathname': 'a'\}"):
        answer(stream)
