"""What the filter took out of notebooks, kept in the repository's private git folder, so that it comes back.

One record a notebook's path and cleaned content: the notebook as it stood in the working tree,
compressed. A checkout of that content gets the very bytes back. For content that was never seen
in the working tree, as after a pull, each cell gets the outputs that the newest record of the
path has for its source, none among them: the last clean wins. Nothing here is ever pushed, and
nothing here makes git fail: at worst outputs are lost, with a warning.
"""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import BinaryIO, NamedTuple

from nbkit.document import Cell, Notebook, notebook_from_bytes, notebook_to_bytes
from nbkit.errors import NotebookError
from nbkit.strip import StripPolicy, strip_bytes, strip_notebook

DEFAULT_LIMIT_BYTES = 512 << 20

_SUFFIX = ".zlib"
# More records of one notebook than this are not looked through for a cell's outputs.
_MAX_RECORDS_READ = 16
# A record is a compressed notebook; one that unpacks to more than this is damaged or hostile.
_MAX_RECORD_BYTES = 1 << 30
# What running a cell leaves in it.
_RUN_KEYS = ("outputs", "execution_count", "prompt_number")
# After a prune there is room again for this share of the limit.
_ROOM = 0.1


class Record(NamedTuple):
    """A record on disk; `used_ns` is when it last stood in the working tree: seen there, or brought back."""

    file: str
    size_bytes: int
    used_ns: int


class OutputStore:
    """The records of one repository."""

    def __init__(self, folder: str, warn: Callable[[str], None], limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        """Use `folder`, which is made when something is to be kept. `warn` gets a line for what cannot be."""
        self._folder = folder
        self._warn = warn
        self._limit_bytes = limit_bytes
        self._has_written = False
        self._has_warned = False

    def remember(self, path: str, cleaned: bytes, raw: bytes) -> None:
        """Keep `raw`, the notebook at `path` that was cleaned to `cleaned`, in place of what was kept for that."""
        folder = self._folder_of(path)
        # A notebook that never had outputs needs no record that it has none.
        if _normalized(raw) == _normalized(cleaned) and not os.path.isdir(folder):
            return
        self._keep(path, cleaned, raw)

    def _keep(self, path: str, cleaned: bytes, raw: bytes) -> None:
        file = self._file_of(path, cleaned)
        data = zlib.compress(path.encode("utf-8", "surrogateescape") + b"\0" + raw, 1)
        try:
            if len(data) > self._limit_bytes:
                self.warn_once(f"local outputs are not kept: {path} alone takes more than nbkit.outputsLimit")
                _remove(file)
            elif _read_or_none(file) != data or not _mark_used(file):
                _write(file, data)
                self._has_written = True
        except OSError as error:
            self.warn_once(f"local outputs are not kept: {error.strerror or error}")

    def recall(self, path: str, cleaned: bytes, policy: StripPolicy) -> bytes:
        """Return the notebook at `path` with its outputs, or `cleaned` where none are known.

        What is returned is cleaned to `cleaned` again, byte for byte.
        """
        file = self._file_of(path, cleaned)
        raw = self._read(file)
        # The record may have been made with other line ends than this checkout is to have.
        for candidate in (raw, raw and _with_line_ends_of(cleaned, raw)):
            if candidate is not None and _is_cleaned_to(candidate, cleaned, policy):
                _mark_used(file)
                return candidate
        try:
            return self._recall_by_cell(path, cleaned, policy)
        except NotebookError:
            return cleaned

    def _recall_by_cell(self, path: str, cleaned: bytes, policy: StripPolicy) -> bytes:
        known = self._known_cells(path)
        notebook = notebook_from_bytes(cleaned)
        keys = [key for key, _ in _keyed_cells(notebook)]
        if known.keys().isdisjoint(keys):
            return cleaned
        full = notebook.map_cells(lambda index, cell: _with_outputs(cell, known.get(keys[index])))
        # Outputs that git has, as those of a cell with keep_output, are not ours to replace.
        cells, stripped = full.cells, strip_notebook(full, policy).cells
        if len(stripped) != len(cells):
            return cleaned
        restored = notebook_to_bytes(
            notebook.map_cells(lambda index, cell: cells[index] if stripped[index] == cell else cell)
        )
        if not _is_cleaned_to(restored, cleaned, policy):
            return cleaned
        self._keep(path, cleaned, restored)
        return restored

    def _known_cells(self, path: str) -> dict[tuple[str, int], Cell]:
        """Return the cells of the notebook at `path`, each as the newest record that has it has it."""
        known: dict[tuple[str, int], Cell] = {}
        for record in self._newest_of(path):
            raw = self._read(record.file)
            for key, cell in _read_cells(raw) if raw is not None else ():
                known.setdefault(key, cell)
        return known

    def _newest_of(self, path: str) -> list[Record]:
        records = [record for record in _list_records(self._folder_of(path)) if record.file.endswith(_SUFFIX)]
        return sorted(records, key=lambda record: -record.used_ns)[:_MAX_RECORDS_READ]

    def _read(self, file: str) -> bytes | None:
        """Return the notebook of a record, None if there is none; a damaged one is said and removed."""
        data = _read_or_none(file)
        if data is None:
            return None
        unpacked = _unpack(data)
        if unpacked is None:
            self.warn_once(f"a record of local outputs is damaged and was removed: {file}")
            _remove(file)
            return None
        return unpacked.partition(b"\0")[2]

    def records(self) -> list[tuple[str, Record]]:
        """Return every record with the path of its notebook, oldest first."""
        return [(_read_path(record.file), record) for record in self._oldest_first() if record.file.endswith(_SUFFIX)]

    def _oldest_first(self) -> list[Record]:
        return sorted(_list_records(self._folder, depth=1), key=lambda record: record.used_ns)

    def clear(self) -> int:
        """Forget everything, leaving no trace, and return how many records that were."""
        records = self._oldest_first()
        for record in records:
            _remove(record.file)
        _remove_folders(self._folder)
        _remove_folders(os.path.dirname(self._folder))
        return len(records)

    def prune(self, limit_bytes: int | None = None) -> int:
        """Forget the oldest records until the rest is within the limit, and return how many that were."""
        limit = self._limit_bytes if limit_bytes is None else limit_bytes
        records = self._oldest_first()
        total = sum(record.size_bytes for record in records)
        wanted = limit if total <= limit else int(limit * (1 - _ROOM))
        removed = 0
        for record in records:
            if total <= wanted:
                break
            _remove(record.file)
            total -= record.size_bytes
            removed += 1
        return removed

    def close(self) -> None:
        """Keep to the limit, if anything was written."""
        if self._has_written:
            self.prune()

    def _file_of(self, path: str, cleaned: bytes) -> str:
        return os.path.join(self._folder_of(path), _key_of(cleaned) + _SUFFIX)

    def _folder_of(self, path: str) -> str:
        return os.path.join(self._folder, sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:32])

    def warn_once(self, message: str) -> None:
        """Say what went wrong, but only the first of it: one fault has a line for each notebook."""
        if not self._has_warned:
            self._has_warned = True
            self._warn(message)


def _normalized(data: bytes) -> bytes:
    # With autocrlf=input git cleans CRLF and smudges LF.
    return data.replace(b"\r\n", b"\n")


def _key_of(cleaned: bytes) -> str:
    return sha256(_normalized(cleaned)).hexdigest()[:40]


def _with_line_ends_of(cleaned: bytes, raw: bytes) -> bytes:
    # Inside a JSON string a line end is always an escape, so this changes white space only.
    unix = _normalized(raw)
    return unix.replace(b"\n", b"\r\n") if b"\r\n" in cleaned else unix


def _is_cleaned_to(raw: bytes, cleaned: bytes, policy: StripPolicy) -> bool:
    try:
        return strip_bytes(raw, policy) == cleaned
    except NotebookError:
        return False


def _unpack(data: bytes) -> bytes | None:
    """Return what a record holds, None if it is damaged: cut off, too."""
    decompressor = zlib.decompressobj()
    try:
        unpacked = decompressor.decompress(data, _MAX_RECORD_BYTES)
    except zlib.error:
        return None
    return unpacked if decompressor.eof else None


def _read_path(file: str) -> str:
    """Return the path of the notebook that a record is of."""
    try:
        head = zlib.decompressobj().decompress(_read_or_none(file) or b"", 65536)
    except zlib.error:
        head = b""
    path, end, _ = head.partition(b"\0")
    return path.decode("utf-8", "surrogateescape") if end else "(damaged)"


def _read_cells(raw: bytes) -> list[tuple[tuple[str, int], Cell]]:
    try:
        return list(_keyed_cells(notebook_from_bytes(raw)))
    except NotebookError:
        return []  # an empty file, a git-lfs pointer


def _keyed_cells(notebook: Notebook) -> Iterator[tuple[tuple[str, int], Cell]]:
    """Yield each cell under its source and how many of the same source stand before it."""
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        source = f"{cell.cell_type}\0{cell.source}"
        count = seen[source] = seen.get(source, -1) + 1
        yield (source, count), cell


def _with_outputs(cell: Cell, known: Cell | None) -> Cell:
    """Return the cell with the outputs and the count of `known`, a cell of the same source."""
    if known is None:
        return cell
    members = {key: known.content[key] for key in _RUN_KEYS if key in cell.content and key in known.content}
    return cell.with_content({**cell.content, **members}) if members else cell


def _list_records(folder: str, depth: int = 0) -> list[Record]:
    """Return all files of the store, also what a process that was killed has left half written."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if depth and entry.is_dir(follow_symlinks=False):
                    found += _list_records(entry.path, depth - 1)
                elif entry.is_file(follow_symlinks=False) and (record := _look_at(entry)):
                    found.append(record)
    except OSError:
        return found  # not there yet
    return found


def _look_at(entry: os.DirEntry[str]) -> Record | None:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return None  # just removed by another git
    return Record(entry.path, status.st_size, status.st_mtime_ns)


def _read_or_none(file: str) -> bytes | None:
    try:
        with open(file, "rb") as stream:
            return stream.read()
    except OSError:
        return None


def _write(file: str, data: bytes) -> None:
    temporary = f"{file}.{os.getpid()}-{time.monotonic_ns()}.tmp"
    try:
        with _create(temporary) as stream:
            stream.write(data)
        os.replace(temporary, file)
    except BaseException:
        _remove(temporary)
        raise


def _create(file: str) -> BinaryIO:
    folder = os.path.dirname(file)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    try:
        return open(file, "xb")
    except FileNotFoundError:
        # Another process has just cleared the store.
        os.makedirs(folder, mode=0o700, exist_ok=True)
        return open(file, "xb")


def _mark_used(file: str) -> bool:
    try:
        os.utime(file)
    except OSError:
        return False
    return True


def _remove(file: str) -> None:
    try:
        os.unlink(file)
    except OSError:
        return


def _remove_folders(folder: str) -> None:
    """Remove the folder and those in it, as far as they are empty: another git may be at work."""
    try:
        for name in os.listdir(folder):
            _remove_folder(os.path.join(folder, name))
    except OSError:
        return  # not there
    _remove_folder(folder)


def _remove_folder(folder: str) -> None:
    try:
        os.rmdir(folder)
    except OSError:
        return
