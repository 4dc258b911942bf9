from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbkit.git.pktline import MAX_CONTENT_BYTES, ProtocolError, read_content, read_list, write_content, write_list


@given(st.binary(max_size=200_000))
def test_a_content_of_any_length_is_read_as_it_was_written(content: bytes) -> None:
    stream = BytesIO()
    write_content(stream, content)
    stream.seek(0)
    assert read_content(stream) == content
    assert stream.read() == b""


@pytest.mark.parametrize("size", [0, 1, MAX_CONTENT_BYTES - 1, MAX_CONTENT_BYTES, MAX_CONTENT_BYTES + 1])
def test_no_packet_holds_more_than_git_takes(size: int) -> None:
    stream = BytesIO()
    write_content(stream, b"x" * size)
    data = stream.getvalue()
    assert data.endswith(b"0000")
    assert data[:4] == (b"%04x" % (min(size, MAX_CONTENT_BYTES) + 4) if size else b"0000")


def test_a_list_is_lines_and_a_flush() -> None:
    stream = BytesIO()
    write_list(stream, [b"a=1", b""])
    assert stream.getvalue() == b"0008a=1\n0005\n0000"
    stream.seek(0)
    assert read_list(stream) == [b"a=1", b""]


def test_a_stream_that_ends_before_a_list_is_at_its_end() -> None:
    with pytest.raises(EOFError):
        read_list(BytesIO())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"0008a=1\n", "the stream was cut off"),
        (b"0008a=", "expected 4 bytes, got 2: the stream was cut off"),
        (b"00", "expected the length of a packet, got b'00'"),
        (b"zzzz", "expected the length of a packet, got b'zzzz'"),
        (b"+008a=1\n", "expected the length of a packet"),
        (b" 008a=1\n", "expected the length of a packet"),
        (b"0_08a=1\n", "expected the length of a packet"),
        (b"0003", "expected the length of a packet"),
        (b"fff1", "expected the length of a packet"),
    ],
)
def test_a_stream_that_is_cut_or_is_no_packets_is_an_error(data: bytes, message: str) -> None:
    with pytest.raises(ProtocolError, match=message.replace("+", r"\+")):
        read_list(BytesIO(data))
