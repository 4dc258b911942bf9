"""Run one command and print what it cost: `python -I -S launch.py STDOUT_PATH COMMAND...`.

A process of its own, because a child's peak memory starts at its parent's: Linux carries the peak over
an exec, so a 200 MB parent makes /bin/true look like 200 MB. This one stays below 10 MB by importing little.
Standard input and standard error are the command's; the one JSON line goes to standard output.
"""

from __future__ import annotations

import json
import os
import sys
import time


def measure(stdout_path: str, command: list[str]) -> dict[str, float]:
    """Return wall and processor seconds, peak memory in bytes and exit code (-N when ended by signal N).

    Processor time adds up the command and the processes it waited for; the peak is the largest single one's."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    started = time.perf_counter()
    pid = os.posix_spawnp(
        command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, stdout_path, flags, 0o644)]
    )
    _, status, usage = os.wait4(pid, 0)
    wall_s = time.perf_counter() - started
    # ru_maxrss is in bytes on macOS and in KiB everywhere else.
    peak_unit_bytes = 1 if sys.platform == "darwin" else 1024
    return {
        "wall_s": wall_s,
        "processor_s": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * peak_unit_bytes,
        "exit_code": os.waitstatus_to_exitcode(status),
    }


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], sys.argv[2:])))
