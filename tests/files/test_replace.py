from __future__ import annotations

import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nbkit.errors import UnwritableFile
from nbkit.files import ReplacementBatch, find_notebooks, read_file_with_stamp, replace_file, write_file

if sys.platform == "win32":
    pytest.skip("permissions, links and signals of POSIX", allow_module_level=True)

import resource


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    file = tmp_path / "a.ipynb"
    file.write_bytes(b"old")
    return file


def list_leftovers(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if ".nbkit-" in name]


@contextmanager
def file_size_limit(limit_bytes: int) -> Iterator[None]:
    """Nothing can be written beyond `limit_bytes` of a file: the full disk that needs no mount."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_is_replaced_and_nothing_is_left_beside_it(notebook: Path) -> None:
    replace_file(notebook, b"new")
    assert notebook.read_bytes() == b"new"
    assert os.listdir(notebook.parent) == ["a.ipynb"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755, 0o4755])
def test_permissions_are_kept(notebook: Path, mode: int) -> None:
    notebook.chmod(mode)
    replace_file(notebook, b"new")
    assert stat.S_IMODE(notebook.stat().st_mode) == mode


@pytest.mark.skipif(os.getuid() != 0, reason="only root may give files away")
def test_owner_and_group_are_kept_by_root(notebook: Path) -> None:
    os.chown(notebook, 12345, 54321)
    replace_file(notebook, b"new")
    assert (notebook.stat().st_uid, notebook.stat().st_gid) == (12345, 54321)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make a file that belongs to somebody else")
def test_a_file_whose_group_cannot_be_kept_opens_to_nobody_new() -> None:
    script = """
import os, stat, tempfile
from nbkit.files import replace_file
with tempfile.TemporaryDirectory() as folder:
    file = folder + "/a.ipynb"
    open(file, "w").close()
    os.chown(file, 12345, 12345)
    os.chmod(file, 0o676)
    os.chmod(folder, 0o777)
    os.setgroups([]); os.setegid(65534); os.setresuid(65534, 65534, 0)
    replace_file(file, b"new")
    os.setresuid(0, 0, 0)
    now = os.stat(file)
    print(now.st_uid, now.st_gid, oct(stat.S_IMODE(now.st_mode)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "65534 65534 0o666\n"


@pytest.mark.skipif(sys.platform != "linux", reason="Python reads extended attributes on Linux only")
def test_extended_attributes_are_kept(notebook: Path) -> None:
    try:
        os.setxattr(notebook, "user.origin", b"here")
    except OSError as error:
        pytest.skip(f"no extended attributes here: {error.strerror}")
    replace_file(notebook, b"new")
    assert os.getxattr(notebook, "user.origin") == b"here"


@pytest.mark.skipif(sys.platform != "linux", reason="access lists as extended attributes are Linux's")
def test_an_access_list_is_kept_and_the_folders_default_is_not_taken_on(notebook: Path) -> None:
    def access_list(user: int) -> bytes:
        tags = [(1, 6, -1), (2, 6, user), (4, 4, -1), (16, 6, -1), (32, 0, -1)]
        return b"\2\0\0\0" + b"".join(
            tag.to_bytes(2, "little") + permission.to_bytes(2, "little") + who.to_bytes(4, "little", signed=True)
            for tag, permission, who in tags
        )

    plain = notebook.with_name("plain.ipynb")
    plain.write_bytes(b"old")
    try:
        os.setxattr(notebook, "system.posix_acl_access", access_list(12345))
        os.setxattr(notebook.parent, "system.posix_acl_default", access_list(54321))
    except OSError as error:
        pytest.skip(f"no access lists here: {error.strerror}")
    replace_file(notebook, b"new")
    replace_file(plain, b"new")
    assert os.getxattr(notebook, "system.posix_acl_access") == access_list(12345)
    assert "system.posix_acl_access" not in os.listxattr(plain)


def test_a_link_stays_and_its_target_is_replaced(notebook: Path) -> None:
    (notebook.parent / "folder").mkdir()
    link = notebook.parent / "folder" / "link.ipynb"
    link.symlink_to("../a.ipynb")
    replace_file(link, b"new")
    assert link.is_symlink()
    assert notebook.read_bytes() == b"new"
    assert os.listdir(link.parent) == ["link.ipynb"]


def test_a_link_to_nothing_or_in_a_circle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dangling.ipynb").symlink_to("gone.ipynb")
    (tmp_path / "circle.ipynb").symlink_to("circle.ipynb")
    with pytest.raises(UnwritableFile, match=r"cannot be replaced: it is a link to a file that does not exist$"):
        replace_file(tmp_path / "dangling.ipynb", b"new")
    with pytest.raises(UnwritableFile, match=r"cannot be replaced: Too many levels of symbolic links$"):
        replace_file(tmp_path / "circle.ipynb", b"new")
    assert sorted(os.listdir(tmp_path)) == ["circle.ipynb", "dangling.ipynb"]


def test_another_hard_link_goes_on_showing_the_old_file(notebook: Path) -> None:
    os.link(notebook, notebook.parent / "other.ipynb")
    replace_file(notebook, b"new")
    assert (notebook.parent / "other.ipynb").read_bytes() == b"old"


def test_a_file_with_the_longest_name_there_can_be_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / ("é" * 124 + ".ipynb")
    file.write_bytes(b"old")
    replace_file(file, b"new")
    assert file.read_bytes() == b"new"


def test_what_is_no_ordinary_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ipynb")
    with pytest.raises(UnwritableFile, match=r"expected an ordinary file to replace, got a named pipe$"):
        replace_file(tmp_path / "pipe.ipynb", b"new")
    with pytest.raises(UnwritableFile, match=r"expected an ordinary file to replace, got a folder$"):
        replace_file(tmp_path, b"new")


def test_a_missing_file_is_refused_by_replace_and_made_by_write(tmp_path: Path) -> None:
    with pytest.raises(UnwritableFile, match=r"cannot be replaced: No such file or directory$"):
        replace_file(tmp_path / "a.ipynb", b"new")
    write_file(tmp_path / "a.ipynb", b"new")
    assert (tmp_path / "a.ipynb").read_bytes() == b"new"
    (tmp_path / "plain").write_bytes(b"")
    assert (tmp_path / "a.ipynb").stat().st_mode == (tmp_path / "plain").stat().st_mode
    write_file(tmp_path / "a.ipynb", b"newer")
    assert (tmp_path / "a.ipynb").read_bytes() == b"newer"


def test_a_read_only_file_is_refused_even_for_root(notebook: Path) -> None:
    notebook.chmod(0o444)
    with pytest.raises(UnwritableFile, match=r"a\.ipynb: cannot be replaced: it is read-only; make it writable first$"):
        replace_file(notebook, b"new")
    assert notebook.read_bytes() == b"old"
    assert not list_leftovers(notebook.parent)


@pytest.mark.parametrize(
    ("folder_mode", "file_owner", "file_mode"), [(0o555, 65534, 0o644), (0o777, 0, 0o644)], ids=["folder", "file"]
)
def test_without_permission_on_the_folder_or_the_file_the_old_file_stays(
    folder_mode: int, file_owner: int, file_mode: int
) -> None:
    if os.getuid() != 0 and file_owner == 0:
        pytest.skip("only root can make a file that belongs to somebody else")
    script = f"""
import os, tempfile
from nbkit.files import replace_file
folder = tempfile.mkdtemp()
file = folder + "/a.ipynb"
with open(file, "w") as stream:
    stream.write("old")
os.chmod(file, {file_mode})
if os.getuid() == 0:
    os.chown(file, {file_owner}, {file_owner})
os.chmod(folder, {folder_mode})
try:
    if os.getuid() == 0:
        os.setgroups([]); os.setegid(65534); os.seteuid(65534)
        os.setresuid(65534, 65534, 0)
    replace_file(file, b"new")
except Exception as error:
    print(type(error).__name__, error.message)
finally:
    if os.getresuid()[2] == 0:
        os.setresuid(0, 0, 0)
    os.chmod(folder, 0o700)
    print(open(file).read(), os.listdir(folder))
    os.unlink(file); os.rmdir(folder)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "UnwritableFile cannot be replaced: Permission denied\nold ['a.ipynb']\n"


def test_a_file_that_cannot_be_written_whole_leaves_the_old_one(notebook: Path) -> None:
    with (
        file_size_limit(10_000),
        pytest.raises(UnwritableFile, match=r"a\.ipynb: cannot be replaced: File too large$"),
    ):
        replace_file(notebook, b"new" * 10_000)
    assert notebook.read_bytes() == b"old"
    assert not list_leftovers(notebook.parent)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", tmp_path], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("a small disk cannot be mounted here")
    try:
        file = tmp_path / "a.ipynb"
        file.write_bytes(b"old")
        with pytest.raises(UnwritableFile, match=r"cannot be replaced: No space left on device$"):
            replace_file(file, b"new" * 100_000)
        assert file.read_bytes() == b"old"
        assert os.listdir(tmp_path) == ["a.ipynb"]
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_a_read_only_disk_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "a.ipynb"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "none", tmp_path], check=False, capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("a disk cannot be mounted here")
    try:
        file.write_bytes(b"old")
        subprocess.run(["mount", "-o", "remount,ro", tmp_path], check=True)
        with pytest.raises(UnwritableFile, match=r"cannot be replaced: Read-only file system$"):
            replace_file(file, b"new")
        assert file.read_bytes() == b"old"
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_a_file_that_changed_since_it_was_read_is_refused(notebook: Path) -> None:
    stamp = read_file_with_stamp(notebook)[1]
    replace_file(notebook, b"new", stamp=stamp)
    with pytest.raises(UnwritableFile, match=r"a\.ipynb: changed while it was being worked on; run again$"):
        replace_file(notebook, b"newer", stamp=stamp)
    assert notebook.read_bytes() == b"new"


def test_a_file_that_changes_while_the_batch_waits_is_refused(notebook: Path) -> None:
    with ReplacementBatch() as batch:
        batch.add(notebook, b"new")
        notebook.write_bytes(b"somebody else's")
    assert notebook.read_bytes() == b"somebody else's"
    assert [str(error) for error in batch.errors] == [f"{notebook}: changed while it was being worked on; run again"]
    assert not list_leftovers(notebook.parent)


@pytest.mark.parametrize("count", [3, 40])
def test_a_batch_replaces_what_it_can_and_names_what_it_cannot(tmp_path: Path, count: int) -> None:
    files = [tmp_path / f"{index:02}.ipynb" for index in range(count)]
    for file in files:
        file.write_bytes(b"old")
    files[1].chmod(0o444)
    with ReplacementBatch() as batch:
        for file in files:
            batch.add(file, b"new")
        assert {file.read_bytes() for file in files} == {b"old"}
    others = [file for file in files if file is not files[1]]
    assert batch.replaced == [str(file) for file in others]
    assert [error.where.path for error in batch.errors] == [str(files[1])]
    assert {file.read_bytes() for file in others} == {b"new"}
    assert files[1].read_bytes() == b"old"
    assert not list_leftovers(tmp_path)


def test_a_batch_does_not_pile_up_more_than_its_bounds(tmp_path: Path) -> None:
    files = [tmp_path / f"{index}.ipynb" for index in range(3)]
    for file in files:
        file.write_bytes(b"old")
    with ReplacementBatch() as batch:
        for file in files:
            batch.add(file, bytes(33 << 20))
        assert batch.replaced == [str(file) for file in files[:2]]
        assert len(list_leftovers(tmp_path)) == 1


def test_an_interrupt_leaves_every_file_as_it_was(tmp_path: Path, notebook: Path) -> None:
    def interrupted() -> None:
        with ReplacementBatch() as batch:
            batch.add(notebook, b"new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert notebook.read_bytes() == b"old"
    assert not list_leftovers(tmp_path)


REWRITER = """
import sys
from nbkit.files import ReplacementBatch
paths, size_bytes = sys.argv[2:], int(sys.argv[1])
print("ready", flush=True)
try:
    while True:
        for letter in (b"a", b"b"):
            with ReplacementBatch() as batch:
                for path in paths:
                    batch.add(path, letter * size_bytes)
            assert not batch.errors, batch.errors
except KeyboardInterrupt:
    pass
"""


def stop_rewriting_at_random(folder: Path, how: signal.Signals, *, rounds: int, size_bytes: int) -> None:
    """Have a process rewrite 20 files over and over, and stop it; each file must be whole then, each time."""
    files = [folder / f"{index}.ipynb" for index in range(20)]
    for file in files:
        file.write_bytes(b"a" * size_bytes)
    for _ in range(rounds):
        command = [sys.executable, "-c", REWRITER, str(size_bytes), *map(str, files)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(random.uniform(0.0, 0.2))
            process.send_signal(how)
        for file in files:
            assert file.read_bytes() in (b"a" * size_bytes, b"b" * size_bytes)


def test_a_killed_process_leaves_each_file_old_or_new_and_nothing_that_looks_like_a_notebook(tmp_path: Path) -> None:
    stop_rewriting_at_random(tmp_path, signal.SIGKILL, rounds=5, size_bytes=100_000)
    assert len(find_notebooks([tmp_path]).paths) == 20


def test_an_interrupted_process_leaves_each_file_old_or_new_and_nothing_beside_it(tmp_path: Path) -> None:
    stop_rewriting_at_random(tmp_path, signal.SIGINT, rounds=5, size_bytes=100_000)
    assert not list_leftovers(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("size_bytes", [1_000, 3_000_000])
def test_a_process_killed_again_and_again_never_leaves_a_torn_file(tmp_path: Path, size_bytes: int) -> None:
    stop_rewriting_at_random(tmp_path, signal.SIGKILL, rounds=100, size_bytes=size_bytes)
