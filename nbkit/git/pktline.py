"""git's packet lines: how git and a long-running filter talk over a pipe.

A packet is four hexadecimal digits, the length with those four in it, and as many bytes; `0000`
is a flush, which ends a list or a content. Source: gitprotocol-common(5), gitattributes(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

MAX_CONTENT_BYTES = 65516
"""The most that one packet may hold."""

_FLUSH = b"0000"
_LENGTH = re.compile(rb"[0-9a-fA-F]{4}")


class ProtocolError(Exception):
    """The other side said something that the protocol does not have; the message says what."""


def read_packet(stream: BinaryIO) -> bytes | None:
    """Return what the next packet holds, None for a flush.

    Raises EOFError where the stream ends before a packet, ProtocolError where it ends inside one
    or what comes is no packet.
    """
    head = stream.read(4)
    if not head:
        raise EOFError
    # int() alone would take signs, spaces and underscores for a length.
    size = int(head, 16) if _LENGTH.fullmatch(head) else -1
    if size < 0 or size in (1, 2, 3) or size > MAX_CONTENT_BYTES + 4:
        raise ProtocolError(f"expected the length of a packet, got {head!r}")
    if size == 0:
        return None
    content = stream.read(size - 4)
    if len(content) < size - 4:
        raise ProtocolError(f"expected {size - 4} bytes, got {len(content)}: the stream was cut off")
    return content


def read_list(stream: BinaryIO) -> list[bytes]:
    """Return the lines up to the next flush, without their line ends.

    Raises EOFError where the stream ends before the first, ProtocolError where it ends before the flush.
    """
    first = read_packet(stream)
    if first is None:
        return []
    return [line.removesuffix(b"\n") for line in (first, *_read_rest(stream))]


def read_content(stream: BinaryIO) -> bytes:
    """Return the bytes up to the next flush. Raises ProtocolError where the stream ends before it."""
    return b"".join(_read_rest(stream))


def _read_rest(stream: BinaryIO) -> Iterator[bytes]:
    try:
        while (packet := read_packet(stream)) is not None:
            yield packet
    except EOFError:
        raise ProtocolError("expected a packet, got nothing: the stream was cut off") from None


def write_list(stream: BinaryIO, lines: Iterable[bytes]) -> None:
    """Write lines and a flush."""
    stream.write(b"".join([*(b"%04x%b\n" % (len(line) + 5, line) for line in lines), _FLUSH]))


def write_content(stream: BinaryIO, content: bytes) -> None:
    """Write bytes, in as many packets as they need, and a flush."""
    rest = memoryview(content)
    while rest:
        part, rest = rest[:MAX_CONTENT_BYTES], rest[MAX_CONTENT_BYTES:]
        stream.write(b"%04x" % (len(part) + 4))
        stream.write(part)
    stream.write(_FLUSH)
