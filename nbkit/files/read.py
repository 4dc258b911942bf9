"""Read a whole file, and remember which state of it was read."""

from __future__ import annotations

import errno
import os
import stat
from typing import NamedTuple

from nbkit.errors import UnreadableFile
from nbkit.location import Location

# Without O_NONBLOCK, opening a named pipe that nobody writes to never returns.
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class FileStamp(NamedTuple):
    """Which state of which file was read: two stamps differ when the file was written to or replaced.

    A write of the same length within one tick of the file system's clock (4 ms on Linux) goes unseen.
    """

    device: int
    inode: int
    size_bytes: int
    mtime_ns: int


def stamp_of(status: os.stat_result) -> FileStamp:
    """Return the stamp of the file that `status` is about."""
    return FileStamp(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def read_file(path: str | os.PathLike[str]) -> bytes:
    """Return what the file at `path` holds; see `read_file_with_stamp` for what is raised."""
    return read_file_with_stamp(path)[0]


def read_file_with_stamp(path: str | os.PathLike[str]) -> tuple[bytes, FileStamp]:
    """Return what the file at `path` holds, and the stamp to hand to the replacement of it.

    Links are followed. Raises UnreadableFile, without ever waiting, for anything but an ordinary
    file (a folder, a named pipe, a device), for one that cannot be opened or read, and for one
    that was written to meanwhile: what was read may be half old and half new.
    """
    name = os.fspath(path)
    try:
        file = os.open(name, _OPEN_FLAGS)
        try:
            return _read_open_file(file, name)
        finally:
            os.close(file)
    except UnreadableFile:
        raise
    except OSError as error:
        raise unreadable(name, error) from error
    except ValueError as error:  # a NUL, which no file name can hold
        raise UnreadableFile(Location(name.replace("\0", "\\0")), f"cannot be read: {error}") from error


def unreadable(path: str, error: OSError) -> UnreadableFile:
    """Return the one-line error for a file or folder that the operating system refused to open or read."""
    if isinstance(error, UnreadableFile):
        return error
    if error.errno == errno.ENXIO:
        return _not_a_file(path, "a socket or a device without a driver")
    return UnreadableFile(Location(path), f"cannot be read: {error.strerror or error}")


def describe_kind(status: os.stat_result) -> str:
    """Return what `status` is about, as "a named pipe"."""
    return _KINDS.get(stat.S_IFMT(status.st_mode), "a special file")


def _not_a_file(path: str, kind: str) -> UnreadableFile:
    return UnreadableFile(Location(path), f"expected an ordinary file, got {kind}")


def _read_open_file(file: int, path: str) -> tuple[bytes, FileStamp]:
    before = os.fstat(file)
    if not stat.S_ISREG(before.st_mode):
        raise _not_a_file(path, describe_kind(before))
    with open(file, "rb", buffering=0, closefd=False) as raw:
        data = raw.readall()
    if stamp_of(os.fstat(file)) != stamp_of(before):
        raise UnreadableFile(Location(path), "changed while it was being read; run again")
    return data, stamp_of(before)
