from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from nbkit.cli.workers import WorkerDied, spread
from nbkit.errors import MalformedNotebook, UnwritableFile
from nbkit.location import Location

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="where nothing forks all is done in one process")


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    """Files of 20 MB together, most of them in one."""
    sizes = [1, 3_000_000, 12_000_000, 0, 5_000_000, 10]
    names = [str(tmp_path / str(number)) for number in range(len(sizes))]
    for name, size in zip(names, sizes, strict=True):
        with open(name, "wb") as file:
            file.truncate(size)
    return names


def test_results_come_in_the_order_of_the_paths(paths: list[str]) -> None:
    results = spread(paths, lambda share: [(path, os.getpid()) for path in share], max_workers=3)
    assert [path for path, _ in results] == paths
    assert len({process for _, process in results}) == 3


def test_little_work_stays_in_this_process(paths: list[str]) -> None:
    small = [paths[0], paths[3], paths[5]]
    assert set(spread(small, lambda share: [os.getpid()] * len(share), max_workers=4)) == {os.getpid()}


def test_no_path_is_no_result() -> None:
    assert spread([], list, max_workers=4) == []


def test_a_path_that_is_not_there_is_work_like_any_other(paths: list[str]) -> None:
    all_paths = [*paths, "absent"]
    assert spread(all_paths, list, max_workers=2) == all_paths


def test_errors_come_back_as_they_are(paths: list[str]) -> None:
    errors = [
        MalformedNotebook(Location("a", line=1, column=2), "x", "y", "z"),
        UnwritableFile(Location("b"), "cannot be replaced: File too large"),
    ]
    for error in errors:
        results = spread(paths, lambda share, error=error: [error] * len(share), max_workers=3)  # type: ignore[misc]
        assert {(type(result), str(result), result.where) for result in results} == {
            (type(error), str(error), error.where)
        }


@pytest.mark.parametrize("how", ["killed", "broken"])
def test_a_worker_that_ends_early_is_told_after_the_others_are_done(
    paths: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str], how: str
) -> None:
    parent = os.getpid()

    def work(share: list[str]) -> list[str]:
        if os.getpid() != parent and paths[4] in share:
            if how == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            raise ValueError("broken")
        (tmp_path / f"done {len(share)} {os.getpid()}").touch()
        return share

    with pytest.raises(WorkerDied, match="a worker process was ended from outside"):
        spread(paths, work, max_workers=3)
    assert len(list(tmp_path.glob("done *"))) == 2
    assert capfd.readouterr().err == ""


def test_a_failure_in_this_process_waits_for_the_workers(paths: list[str], tmp_path: Path) -> None:
    parent = os.getpid()

    def work(share: list[str]) -> list[str]:
        if os.getpid() == parent:
            raise ValueError("mine")
        (tmp_path / f"done {os.getpid()}").touch()
        return share

    with pytest.raises(ValueError, match="mine"):
        spread(paths, work, max_workers=3)
    assert len(list(tmp_path.glob("done *"))) == 2
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
