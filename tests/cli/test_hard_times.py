"""Full disks, closed pipes, signals, other programs: one line on standard error, and every file whole."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.commands import (
    CLEAN,
    COMMAND,
    CONFLICT,
    DIRTY,
    expected_clean,
    list_names,
    make_notebooks,
    run,
    run_shell,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="made of what Linux has")

MANY_OUTPUTS = b'    {"output_type": "x"},\n' * 60_000
"""So many that a notebook takes some tenths of a second where each is looked at."""


def make_slow_notebooks(folder: Path, count: int) -> dict[Path, tuple[bytes, bytes]]:
    """Write notebooks on which there is time to interfere; return for each what it is before and after."""
    found = {}
    for path in make_notebooks(folder, count):
        before = path.read_bytes().replace(b'"outputs": [\n', b'"outputs": [\n' + MANY_OUTPUTS)
        path.write_bytes(before)
        found[path] = (before, expected_clean(int(path.stem)))
    return found


# Looks at each output before it drops it.
SLOWLY = ["--keep-output-type=error"]


def start(*arguments: str | Path, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """Start nbkit-strip in a process group of its own."""
    return subprocess.Popen(
        [COMMAND, *arguments], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )


def wait_for(condition: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.002)


def find_children(process: subprocess.Popen[bytes]) -> list[int]:
    listing = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(child) for child in listing.split()]


def find_temporary(folder: Path) -> list[str]:
    return [name for name in list_names(folder) if ".nbkit-" in name]


def assert_whole(notebooks: dict[Path, tuple[bytes, bytes]]) -> None:
    for path, versions in notebooks.items():
        assert path.read_bytes() in versions


needs_two_cores = pytest.mark.skipif(
    sys.platform == "linux" and len(os.sched_getaffinity(0)) < 2, reason="workers are started for cores"
)


# Standard streams


@pytest.mark.parametrize("options", [[], ["--check"], ["--diff"], ["--dry-run"]])
def test_a_full_disk_behind_standard_output_is_3_and_one_line(options: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = run(*options, data=DIRTY, stdout=full)
    assert (done.returncode, done.stderr) == (3, b"nbkit-strip: standard output: No space left on device\n")


@pytest.mark.parametrize("options", [["--textconv"], ["--check"], ["--check", "--format", "json"], ["--diff"]])
def test_a_full_disk_behind_the_report_on_files_is_3_and_one_line(notebook: Path, options: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = run(*options, notebook, stdout=full)
    assert (done.returncode, done.stderr) == (3, b"nbkit-strip: standard output: No space left on device\n")


def test_a_large_notebook_meets_the_full_disk_while_it_is_written() -> None:
    with open("/dev/full", "wb") as full:
        done = run(data=CLEAN.replace(b"print", b"x" * 10_000_000), stdout=full)
    assert (done.returncode, done.stderr) == (3, b"nbkit-strip: standard output: No space left on device\n")


def test_closed_standard_output_is_3_where_something_is_to_be_put_out(notebook: Path) -> None:
    done = run_shell('"$0" < "$1" >&-', notebook)
    assert (done.returncode, done.stderr) == (3, b"nbkit-strip: standard output: it is closed\n")


def test_closed_standard_output_does_not_matter_where_nothing_is_put_out(notebook: Path) -> None:
    done = run_shell('"$0" "$1" >&-', notebook)
    assert (done.returncode, done.stderr) == (0, b"")
    assert notebook.read_bytes() == CLEAN


def test_closed_standard_input_is_2_and_puts_nothing_out() -> None:
    done = run_shell('"$0" <&-')
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"nbkit-strip: <stdin>: expected a notebook, got nothing: standard input is closed\n"


def test_closed_standard_input_does_not_matter_for_files(notebook: Path) -> None:
    done = run_shell('"$0" "$1" <&- >&- 2>&-', notebook)
    assert done.returncode == 0
    assert notebook.read_bytes() == CLEAN


def test_closed_standard_error_leaves_the_exit_code(notebook: Path) -> None:
    notebook.write_bytes(CONFLICT)
    done = run_shell('"$0" "$1" 2>&-', notebook)
    assert (done.returncode, done.stdout) == (2, b"")
    assert notebook.read_bytes() == CONFLICT


def test_standard_input_that_can_only_be_written_to_is_2(notebook: Path) -> None:
    done = run_shell('"$0" 0>> "$1"', notebook)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"nbkit-strip: <stdin>: cannot be read: Bad file descriptor\n"
    assert notebook.read_bytes() == DIRTY


# Files and folders


def test_a_file_system_without_room_leaves_the_old_file_and_is_3(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    before = DIRTY.replace(b"print", b"x" * 100_000)
    path.write_bytes(before)
    (tmp_path / "b.ipynb").write_bytes(DIRTY)
    done = run_shell('ulimit -f 16; "$0" "$1"', tmp_path)
    assert done.returncode == 3
    assert done.stderr == f"nbkit-strip: {path}: cannot be replaced: File too large\n".encode()
    assert path.read_bytes() == before
    assert (tmp_path / "b.ipynb").read_bytes() == CLEAN
    assert list_names(tmp_path) == ["a.ipynb", "b.ipynb"]


def test_a_read_only_file_is_left_and_named(notebook: Path) -> None:
    notebook.chmod(0o444)
    done = run(notebook)
    assert (done.returncode, done.stdout) == (3, b"")
    assert done.stderr.startswith(f"nbkit-strip: {notebook}: cannot be replaced: ".encode())
    assert done.stderr.count(b"\n") == 1
    assert notebook.read_bytes() == DIRTY
    assert list_names(notebook.parent) == ["a.ipynb"]
    assert run("--check", notebook).returncode == 1


def test_a_clean_read_only_file_is_fine(notebook: Path) -> None:
    notebook.write_bytes(CLEAN)
    notebook.chmod(0o444)
    assert run(notebook).returncode == 0


def test_a_link_to_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").symlink_to("absent.ipynb")
    done = run("a.ipynb", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, b"nbkit-strip: a.ipynb: cannot be read: No such file or directory\n")


def test_a_named_pipe_is_refused_at_once_and_skipped_in_a_folder(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.ipynb")
    done = run("a.ipynb", cwd=tmp_path, timeout_s=20)
    assert (done.returncode, done.stderr) == (2, b"nbkit-strip: a.ipynb: expected an ordinary file, got a named pipe\n")
    done = run(tmp_path, timeout_s=20)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("name", ["/dev/null", "/dev/zero"])
def test_a_device_is_refused_at_once(name: str) -> None:
    done = run("--force", name, timeout_s=20)
    assert done.returncode == 2
    assert done.stderr == f"nbkit-strip: {name}: expected an ordinary file, got a device\n".encode()


@pytest.fixture
def nobodys_folder() -> Iterator[Path]:
    """A folder of the user who runs what `as_nobody` runs; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
    yield folder
    for path in folder.rglob("*"):
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(folder)


AS_NOBODY = """
import locale, os, sys  # what is imported later may not be readable then
import nbkit.cli.strip
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
sys.exit(nbkit.cli.strip_main(sys.argv[1:]))
"""


def as_nobody(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    """Run nbkit-strip as a user whom permissions hold for."""
    command = [sys.executable, "-c", AS_NOBODY, *arguments]
    return subprocess.run(command, capture_output=True, cwd="/", check=False, timeout=60)


def give(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    return path


def test_a_folder_without_permission_is_named_and_the_rest_is_stripped(nobodys_folder: Path) -> None:
    path = give(nobodys_folder / "a.ipynb", DIRTY)
    closed = nobodys_folder / "closed"
    closed.mkdir()
    closed.chmod(0)
    if os.geteuid() == 0:
        os.chown(closed, 65534, 65534)
    done = as_nobody(nobodys_folder)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == f"nbkit-strip: {closed}: cannot be read: Permission denied\n".encode()
    assert path.read_bytes() == CLEAN


def test_a_file_without_permission_is_named(nobodys_folder: Path) -> None:
    path = give(nobodys_folder / "a.ipynb", DIRTY)
    path.chmod(0)
    done = as_nobody(path)
    assert (done.returncode, done.stderr) == (2, f"nbkit-strip: {path}: cannot be read: Permission denied\n".encode())


def test_a_folder_that_cannot_be_written_to_leaves_the_file(nobodys_folder: Path) -> None:
    path = give(nobodys_folder / "a.ipynb", DIRTY)
    nobodys_folder.chmod(0o555)
    done = as_nobody(path)
    assert (done.returncode, done.stderr) == (
        3,
        f"nbkit-strip: {path}: cannot be replaced: Permission denied\n".encode(),
    )
    assert path.read_bytes() == DIRTY


# Other programs at the same time


def test_a_file_that_changes_while_it_is_worked_on_keeps_the_change(tmp_path: Path) -> None:
    first, *others = notebooks = make_slow_notebooks(tmp_path, 2)
    process = start(*SLOWLY, *notebooks)
    wait_for(lambda: any(name.startswith(f".{first.name}") for name in list_names(tmp_path)), process)
    first.write_bytes(DIRTY + b"\n")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert err == f"nbkit-strip: {first}: changed while it was being worked on; run again\n".encode()
    assert first.read_bytes() == DIRTY + b"\n"
    assert [path.read_bytes() for path in others] == [expected_clean(1)]
    assert not find_temporary(tmp_path)


def test_runs_at_once_on_the_same_files_leave_them_clean(tmp_path: Path) -> None:
    notebooks = make_notebooks(tmp_path, 150)
    processes = [start(tmp_path) for _ in range(4)]
    said = [process.communicate(timeout=60)[1].decode() for process in processes]
    assert {process.returncode for process in processes} <= {0, 3}
    lines = [line for text in said for line in text.splitlines()]
    assert all(re.search(r"changed while it was being (worked on|read); run again$", line) for line in lines)
    for path in notebooks:
        assert path.read_bytes() == expected_clean(int(path.stem))
    assert list_names(tmp_path) == [path.name for path in notebooks]


# Many files


def make_batch(folder: Path) -> list[Path]:
    """More than 8 MB, from where on workers are started, with two files that are refused."""
    paths = make_notebooks(folder, 60, output_bytes=250_000)
    paths[7].write_bytes(CONFLICT)
    paths[50].write_bytes(b"[]")
    return paths


def test_a_batch_over_workers_is_what_it_is_in_one_process(tmp_path: Path) -> None:
    outcomes = []
    for cores in (sorted(os.sched_getaffinity(0)), [min(os.sched_getaffinity(0))]):
        folder = tmp_path / "batch"
        paths = make_batch(folder)
        limited = ["taskset", "-c", ",".join(map(str, cores)), COMMAND]
        found = subprocess.run([*limited, "--check", folder], capture_output=True, check=False)
        report = subprocess.run([*limited, "--check", "--format", "json", folder], capture_output=True, check=False)
        done = subprocess.run([*limited, folder], capture_output=True, check=False)
        assert (done.returncode, found.returncode) == (2, 2)
        assert [path.name for path in paths if b": would be stripped" not in found.stdout.splitlines()[0]] == []
        outcomes.append((found.stdout, found.stderr, report.stdout, done.stderr, [path.read_bytes() for path in paths]))
        assert list_names(folder) == [path.name for path in paths]
        shutil.rmtree(folder)
    assert outcomes[0] == outcomes[1]
    clean = [expected_clean(number) for number in range(60)]
    clean[7], clean[50] = CONFLICT, b"[]"
    assert outcomes[0][4] == clean


@needs_two_cores
def test_a_killed_worker_is_3_and_one_line_and_every_file_is_whole(tmp_path: Path) -> None:
    notebooks = make_slow_notebooks(tmp_path, 8)
    process = start(*SLOWLY, tmp_path)
    wait_for(lambda: find_children(process), process)
    os.kill(find_children(process)[0], signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (3, b"")
    assert err.count(b"\n") == 1
    assert b"a worker process was ended from outside" in err
    assert_whole(notebooks)
    assert run(*SLOWLY, tmp_path).returncode == 0
    assert [path.read_bytes() for path in notebooks] == [after for _, after in notebooks.values()]


# Interrupts


@pytest.mark.parametrize("is_whole_group", [True, False], ids=["as_by_ctrl_c", "one_process"])
def test_an_interrupt_is_130_and_leaves_every_file_whole_and_nothing_else(
    tmp_path: Path, *, is_whole_group: bool
) -> None:
    notebooks = make_slow_notebooks(tmp_path, 8)
    process = start(*SLOWLY, tmp_path)
    wait_for(lambda: find_temporary(tmp_path), process)
    if is_whole_group:
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"nbkit-strip: interrupted\n")
    assert_whole(notebooks)
    assert list_names(tmp_path) == [path.name for path in notebooks]


def test_an_interrupt_while_standard_input_is_read_is_130() -> None:
    process = start(stdin=subprocess.PIPE)
    assert process.stdin
    # More than a pipe holds: once it is written, the command is reading.
    process.stdin.write(b" " * 1_000_000)
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"nbkit-strip: interrupted\n")


def test_a_kill_leaves_every_file_whole(tmp_path: Path) -> None:
    notebooks = make_slow_notebooks(tmp_path, 6)
    process = start(*SLOWLY, tmp_path)
    wait_for(lambda: find_temporary(tmp_path), process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert_whole(notebooks)
    assert run(*SLOWLY, tmp_path).returncode == 0
    assert [path.read_bytes() for path in notebooks] == [after for _, after in notebooks.values()]


# Much


@pytest.mark.slow
def test_a_gigabyte_of_spaces_is_refused_within_the_memory_budget(tmp_path: Path) -> None:
    size = 1 << 30
    script = f"head -c {size} /dev/zero | tr '\\0' ' ' | exec \"$0\""
    # Of all children of this shell, the command is the one that needs much memory.
    process = subprocess.Popen(["bash", "-c", script, COMMAND], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    assert process.stderr
    with process.stdout, process.stderr:
        err, out = process.stderr.read(), process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert (process.returncode, out) == (2, b"")
    assert err == b"<stdin>:1:1: No valid notebook detected on stdin: expected a notebook, got white space only\n"
    assert usage.ru_maxrss * 1024 <= 4 * size + 60_000_000


def test_an_unbuffered_standard_output_that_takes_only_a_part_gets_the_rest() -> None:
    """As in a container with PYTHONUNBUFFERED, with a pipe whose reader stops for a while."""
    large = CLEAN.replace(b"print('SECRET')", b"x" * 3_000_000)
    script = 'PYTHONUNBUFFERED=1 "$0" < "$1" | (sleep 0.3; cat) | wc -c'
    with tempfile.NamedTemporaryFile(suffix=".ipynb") as file:
        file.write(large)
        file.flush()
        done = run_shell(script, file.name)
    assert int(done.stdout) == len(large)


def test_an_unbuffered_standard_output_without_room_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_bytes(CLEAN.replace(b"print('SECRET')", b"x" * 100_000))
    done = run_shell(
        'cd "$1"; ulimit -f 20; trap "" XFSZ; PYTHONUNBUFFERED=1 "$0" < a.ipynb > o.ipynb; echo "rc $?" >&2', tmp_path
    )
    assert done.stderr.endswith(b"rc 3\n")
    assert done.stderr.count(b"\n") == 2


def test_a_standard_input_that_does_not_block_is_read_to_its_end() -> None:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    process = subprocess.Popen([COMMAND], stdin=reader, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(reader)
    with open(writer, "wb") as stream:
        stream.write(DIRTY[:100])
        stream.flush()
        time.sleep(0.4)
        stream.write(DIRTY[100:])
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, CLEAN, b"")


def test_a_batch_that_is_told_to_end_takes_its_temporary_files_along(tmp_path: Path) -> None:
    make_notebooks(tmp_path, 400, output_bytes=60_000)
    process = subprocess.Popen([COMMAND, str(tmp_path)], stderr=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not any(".nbkit-" in name for name in os.listdir(tmp_path)):
        time.sleep(0.001)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    wait_for = time.monotonic() + 20
    while time.monotonic() < wait_for and any(".nbkit-" in name for name in os.listdir(tmp_path)):
        time.sleep(0.05)
    assert [name for name in list_names(tmp_path) if ".nbkit-" in name] == []


def test_a_run_that_another_was_faster_than_is_done(tmp_path: Path) -> None:
    paths = make_notebooks(tmp_path, 120, output_bytes=200)
    processes = [subprocess.Popen([COMMAND, str(tmp_path)], stderr=subprocess.PIPE) for _ in range(3)]
    for process in processes:
        _, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (0, b"")
    assert [path.read_bytes() for path in paths] == [expected_clean(number) for number in range(120)]
