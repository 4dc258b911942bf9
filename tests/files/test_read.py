from __future__ import annotations

import os
import pickle
import socket
import sys
import threading
from pathlib import Path

import pytest

from nbkit.errors import UnreadableFile
from nbkit.files import read_file, read_file_with_stamp

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes")


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.ipynb"
    file.write_bytes(b"\x00\r\n\xff" * 100_000)
    assert read_file(file) == file.read_bytes()


def test_the_stamp_stays_until_the_file_is_written_to_or_replaced(tmp_path: Path) -> None:
    file = tmp_path / "a.ipynb"
    file.write_bytes(b"1")
    first = read_file_with_stamp(file)[1]
    assert read_file_with_stamp(file)[1] == first
    file.write_bytes(b"12")
    second = read_file_with_stamp(file)[1]
    (tmp_path / "b").write_bytes(b"12")
    os.utime(tmp_path / "b", ns=(second.mtime_ns, second.mtime_ns))
    (tmp_path / "b").replace(file)
    third = read_file_with_stamp(file)[1]
    assert len({first, second, third}) == 3


def test_a_missing_file_is_an_error_of_one_line() -> None:
    with pytest.raises(UnreadableFile, match=r"^gone\.ipynb: cannot be read: No such file or directory$"):
        read_file("gone.ipynb")


def test_the_error_survives_a_process_pool() -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_file("gone.ipynb")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@needs_posix
def test_a_named_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ipynb")
    with pytest.raises(UnreadableFile, match=r"expected an ordinary file, got a named pipe$"):
        read_file(tmp_path / "pipe.ipynb")


@needs_posix
def test_a_folder_a_device_and_a_socket_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableFile, match=r"expected an ordinary file, got a folder$"):
        read_file(tmp_path)
    with pytest.raises(UnreadableFile, match=r"expected an ordinary file, got a device$"):
        read_file(os.devnull)
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.ipynb")
        with pytest.raises(UnreadableFile, match="expected an ordinary file, got a socket"):
            read_file("socket.ipynb")


def test_a_file_that_is_written_to_while_it_is_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.ipynb"
    file.write_bytes(bytes(1_000_000))
    is_done = threading.Event()

    def touch_again_and_again() -> None:
        time_ns = 0
        while not is_done.is_set():
            time_ns += 1_000_000_000
            os.utime(file, ns=(time_ns, time_ns))

    def read_again_and_again() -> None:
        for _ in range(10_000):
            read_file(file)

    writer = threading.Thread(target=touch_again_and_again)
    writer.start()
    try:
        with pytest.raises(UnreadableFile, match=r"a\.ipynb: changed while it was being read; run again$"):
            read_again_and_again()
    finally:
        is_done.set()
        writer.join()


def test_a_name_with_a_nul_is_unreadable_and_a_line_break_in_one_stays_in_the_line() -> None:
    for name, shown in (("a\0b", "a\\0b: cannot be read: "), ("a\nb", "a\\nb: cannot be read: ")):
        with pytest.raises(UnreadableFile) as caught:
            read_file(name)
        assert str(caught.value).startswith(shown)
        assert "\n" not in str(caught.value)
