"""Spread work on files over the cores, where there is enough of it to pay for starting them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

Result = TypeVar("Result")
Work = Callable[[list[str]], list[Result]]

# A process costs some 10 ms to fork and join; a core strips some 150 MB a second.
_BYTES_PER_WORKER = 4 << 20


class WorkerDied(Exception):
    """A worker process was ended from outside, or by a fault in the work."""


def spread(paths: Sequence[str], work: Work[Result], *, max_workers: int | None = None) -> list[Result]:
    """Return what `work` gives for `paths`, one result a path and in their order.

    `work` is called with parts of `paths`, in forked processes and in this one. It must return a
    picklable result for each path. Where nothing forks (Windows) or there is little to do,
    it is called once with all. Raises WorkerDied when a process ended early.
    """
    shares = _share_out(paths, max_workers or _count_cores())
    if len(shares) < 2:
        return work(list(paths))
    children = [_start([paths[i] for i in share], work) for share in shares[1:]]
    results: dict[int, Result] = {}
    try:
        own = shares[0]
        results.update(zip(own, work([paths[i] for i in own]), strict=True))
    finally:
        answers = [_finish(child) for child in children]
    for share, answer in zip(shares[1:], answers, strict=True):
        if answer is None:
            raise WorkerDied(
                "a worker process was ended from outside, perhaps for want of memory; every file is whole, run again"
            )
        results.update(zip(share, answer, strict=True))
    return [results[i] for i in range(len(paths))]


def _count_cores() -> int:
    if not hasattr(os, "fork"):
        return 1
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _share_out(paths: Sequence[str], workers: int) -> list[list[int]]:
    """Return the places in `paths` that each worker gets, of about equal size in bytes."""
    if workers < 2:
        return [list(range(len(paths)))]
    sizes = [_size_of(path) for path in paths]
    count = min(workers, len(paths), 1 + sum(sizes) // _BYTES_PER_WORKER)
    shares: list[list[int]] = [[] for _ in range(count)]
    loads = [0] * count
    for index in sorted(range(len(paths)), key=lambda i: -sizes[i]):
        lightest = loads.index(min(loads))
        shares[lightest].append(index)
        loads[lightest] += sizes[index] + 20_000  # what a file costs whatever its size
    return [sorted(share) for share in shares]


def _size_of(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


class _Child(NamedTuple):
    process_id: int
    pipe: int


def _start(paths: list[str], work: Work[Result]) -> _Child:
    reader, writer = os.pipe()
    process_id = os.fork()
    if process_id:
        os.close(writer)
        return _Child(process_id, reader)
    status = 1
    try:
        import pickle

        os.close(reader)
        with open(writer, "wb") as pipe:
            pickle.dump(work(paths), pipe)
        status = 0
    finally:
        # Whatever happened: the rest of the program is the parent's to run.
        os._exit(status)


def _finish(child: _Child) -> list[Any] | None:
    with open(child.pipe, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child.process_id, 0)
    if status:
        return None
    import pickle

    answers: list[Any] = pickle.loads(answer)
    return answers
