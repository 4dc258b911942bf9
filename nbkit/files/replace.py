"""Replace files whole or not at all: written beside, synced, renamed over.

A process that is killed leaves each file as it was or as it should be, and perhaps temporary files
named `.NAME.nbkit-RANDOM`. Those are left for people to delete: whether their writer still lives
cannot be told safely (another container, another host), and no walk takes them for a notebook.
A power cut leaves the old file or the new one too, never an empty one; that the newest rename
survives it is not promised. Not kept: the owner, where only root may set it, and hard links, whose
other names go on showing the old file.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from types import TracebackType
from typing import NamedTuple, Self

from nbkit.errors import UnwritableFile
from nbkit.files.read import FileStamp, describe_kind, read_file, stamp_of
from nbkit.location import Location

# Bounds on what is written and not yet renamed: space on disk, and files left behind by a kill.
_MAX_PENDING_BYTES = 64 << 20
_MAX_PENDING_FILES = 1000

# One sync(2) takes 1 to 22 ms and waits for other programs' data too; fsync 0.2 ms a file (ext4, 770 files).
_MAX_FSYNCS = 16

_CREATE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)

# Attributes that a file system does not have, or that only the system may set, stay behind.
_UNSETTABLE = (errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.ENODATA, errno.EINVAL)


def replace_file(path: str | os.PathLike[str], data: bytes, *, stamp: FileStamp | None = None) -> None:
    """Make `data` what the file at `path` holds, keeping its permissions, owner and attributes.

    A link stays, and the file it leads to is replaced. Raises UnwritableFile, and leaves the old
    file whole, when the disk is full, when file or folder cannot be written to (a file without any
    write bit counts, even for root), when a link leads nowhere, or when the file is no longer the
    one that `stamp` was taken from.
    """
    _replace_one(path, data, stamp=stamp, may_create=False)


def write_file(path: str | os.PathLike[str], data: bytes) -> None:
    """Like `replace_file`, but makes the file where there is none."""
    _replace_one(path, data, stamp=None, may_create=True)


def _replace_one(path: str | os.PathLike[str], data: bytes, *, stamp: FileStamp | None, may_create: bool) -> None:
    with ReplacementBatch() as batch:
        batch.add(path, data, stamp=stamp, may_create=may_create)
    for error in batch.errors:
        raise error


class _Pending(NamedTuple):
    path: str
    target: str
    temporary: str
    stamp: FileStamp | None


class ReplacementBatch:
    """A context in which many files are replaced with one wait for the disk instead of one each.

    `add` writes beside; at the end, and whenever 64 MiB or 1,000 files have piled up, all are
    synced and renamed. Afterwards each path is in `replaced` or has an error in `errors`, in the
    order in which that became known. When an exception leaves the context (an interrupt), what
    was not renamed yet is dropped.
    """

    def __init__(self) -> None:
        self.replaced: list[str] = []
        self.errors: list[UnwritableFile] = []
        self._pending: list[_Pending] = []
        self._pending_bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.flush()
        finally:
            self._drop_pending()

    def add(
        self,
        path: str | os.PathLike[str],
        data: bytes,
        *,
        stamp: FileStamp | None = None,
        may_create: bool = False,
    ) -> None:
        """Have `data` replace the file at `path`; a failure goes to `errors` and is not raised.

        `stamp` says which state of the file `data` was made from; without it the state at this
        call counts. `may_create` allows that there is no file yet.
        """
        name = os.fspath(path)
        try:
            self._write_beside(name, data, stamp, may_create=may_create)
        except OSError as error:
            if _holds(name, data):  # another run was faster, with the same result
                self.replaced.append(name)
            else:
                self._fail(name, error)
            return
        self._pending_bytes += len(data)
        if self._pending_bytes >= _MAX_PENDING_BYTES or len(self._pending) >= _MAX_PENDING_FILES:
            self.flush()

    def flush(self) -> None:
        """Sync and rename what has been added so far."""
        # sync(2) waits for the disk on Linux only. It reports no error: one that the disk has
        # only after accepting the data is lost, as it would be for any program that does not sync.
        is_synced = sys.platform == "linux" and len(self._pending) > _MAX_FSYNCS
        if is_synced:
            os.sync()
        for pending in self._pending:
            try:
                _rename_over(pending, is_synced=is_synced)
            except OSError as error:
                is_done = _is_same(pending.temporary, pending.target)
                _remove(pending.temporary)
                if is_done:
                    self.replaced.append(pending.path)
                else:
                    self._fail(pending.path, error)
            else:
                self.replaced.append(pending.path)
        self._pending.clear()
        self._pending_bytes = 0

    def _write_beside(self, path: str, data: bytes, stamp: FileStamp | None, *, may_create: bool) -> None:
        target = _follow_link(path)
        before = _look_at(path, may_create=may_create)
        pending = _Pending(path, target, _name_temporary(target), stamp or (stamp_of(before) if before else None))
        # Known before it exists: an interrupt right after its creation must not leave it behind.
        self._pending.append(pending)
        try:
            _check_unchanged(path, before, pending.stamp)
            _create(pending.temporary, data, target, before)
            if before:
                _check_permission(target)
        except OSError:
            _remove(pending.temporary)
            self._pending.pop()
            raise

    def _fail(self, path: str, error: OSError) -> None:
        self.errors.append(error if isinstance(error, UnwritableFile) else _unwritable(path, error))

    def _drop_pending(self) -> None:
        for pending in self._pending:
            _remove(pending.temporary)
        self._pending.clear()


def _unwritable(path: str, error: OSError) -> UnwritableFile:
    return UnwritableFile(Location(path), f"cannot be replaced: {error.strerror or error}")


def _follow_link(path: str) -> str:
    """Return the file that `path` leads to. Raises UnwritableFile for a link to nothing, OSError for a circle."""
    if not os.path.islink(path):
        return path
    try:
        return os.path.realpath(path, strict=True)
    except FileNotFoundError as error:
        raise UnwritableFile(
            Location(path), "cannot be replaced: it is a link to a file that does not exist"
        ) from error


def _look_at(path: str, *, may_create: bool) -> os.stat_result | None:
    """Return the state of the file to replace, or None when there is none and there need not be one."""
    try:
        before = os.stat(path)
    except FileNotFoundError:
        if may_create:
            return None
        raise
    if not stat.S_ISREG(before.st_mode):
        raise UnwritableFile(Location(path), f"expected an ordinary file to replace, got {describe_kind(before)}")
    # Renaming over needs no permission on the file itself, so a read-only one is protected only by this.
    if not before.st_mode & 0o222:
        raise UnwritableFile(Location(path), "cannot be replaced: it is read-only; make it writable first")
    return before


def _check_unchanged(path: str, now: os.stat_result | None, stamp: FileStamp | None) -> None:
    if stamp is not None and (now is None or stamp_of(now) != stamp):
        raise UnwritableFile(Location(path), "changed while it was being worked on; run again")


def _check_permission(target: str) -> None:
    """Raise the operating system's own error when this user may not write to `target`."""
    if not os.access(target, os.W_OK):
        os.close(os.open(target, os.O_WRONLY))


def _name_temporary(target: str) -> str:
    folder, name = os.path.split(target)
    # 50 characters are at most 200 bytes: a name may have 255, and this adds 24.
    return os.path.join(folder, f".{name[:50]}.nbkit-{os.urandom(8).hex()}")


def _create(temporary: str, data: bytes, target: str, before: os.stat_result | None) -> None:
    # Nobody may read a private notebook while its copy has not been given its permissions yet.
    file = os.open(temporary, _CREATE_FLAGS, 0o600 if before else 0o666)
    try:
        _write_all(file, data)
        if before:
            _keep_access(file, temporary, target, before)
    finally:
        # Some network file systems say only here that the disk is full.
        os.close(file)


def _write_all(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


def _keep_access(file: int, temporary: str, target: str, before: os.stat_result) -> None:
    """Give the new file the old one's owner, attributes and permissions, as far as this user may."""
    if sys.platform == "win32":
        os.chmod(temporary, stat.S_IMODE(before.st_mode))
    else:
        mode = _keep_owner(file, before)
        if sys.platform == "linux":
            _keep_attributes(file, target)
        os.fchmod(file, mode)


if sys.platform != "win32":

    def _keep_owner(file: int, before: os.stat_result) -> int:
        """Give `file` the owner and group of `before`, or the group alone, and return the mode that then fits."""
        mode = stat.S_IMODE(before.st_mode)
        now = os.fstat(file)
        if (now.st_uid, now.st_gid) == (before.st_uid, before.st_gid):
            return mode
        for owner, fitting_mode in ((before.st_uid, mode), (-1, mode & 0o777)):
            try:
                os.fchown(file, owner, before.st_gid)
            except OSError:
                continue
            return fitting_mode
        # The file now belongs to another group, which may do no more than everyone could before.
        return mode & 0o707 | mode & (mode & 0o007) << 3


if sys.platform == "linux":

    def _keep_attributes(file: int, target: str) -> None:
        """Give `file` the extended attributes of `target`, access control list included, and no others."""
        try:
            wanted = os.listxattr(target)
            inherited = [name for name in os.listxattr(file) if name not in wanted]
        except OSError as error:
            if error.errno not in _UNSETTABLE:
                raise
            return
        for name in wanted:
            _copy_attribute(file, target, name)
        # A folder with a default access list gives each new file one that the old file may not have had.
        for name in inherited:
            _remove_attribute(file, name)

    def _copy_attribute(file: int, target: str, name: str) -> None:
        try:
            os.setxattr(file, name, os.getxattr(target, name))
        except OSError as error:
            if error.errno not in _UNSETTABLE:
                raise

    def _remove_attribute(file: int, name: str) -> None:
        try:
            os.removexattr(file, name)
        except OSError as error:
            if error.errno not in _UNSETTABLE:
                raise


def _rename_over(pending: _Pending, *, is_synced: bool) -> None:
    """Put the new file in the old one's place. Raises UnwritableFile when the old one changed meanwhile."""
    if not is_synced:
        _sync(pending.temporary)
    if pending.stamp is not None:
        _check_unchanged(pending.path, os.stat(pending.target), pending.stamp)
    os.replace(pending.temporary, pending.target)


def _is_same(temporary: str, target: str) -> bool:
    try:
        with open(temporary, "rb") as file:
            return _holds(target, file.read())
    except OSError:
        return False


def _holds(path: str, data: bytes) -> bool:
    """Whether the file at `path` holds `data` already."""
    try:
        return read_file(path) == data
    except OSError:
        return False


def _sync(path: str) -> None:
    # Windows flushes only what is open for writing; elsewhere the mode just given may forbid that.
    file = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        if sys.platform == "darwin":
            import fcntl

            # There, fsync leaves the data in the drive's own cache.
            fcntl.fcntl(file, fcntl.F_FULLFSYNC)
        else:
            os.fsync(file)
    finally:
        os.close(file)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        # Not there, or not ours to remove: the error that led here says more.
        return
