"""Install the tools that nbkit is compared with, each in an environment of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

DEFAULT_CACHE = Path(__file__).parents[1] / "build" / "benchmarks" / "envs"


def install_peer(name: str, version: str, cache: Path) -> Path:
    """Return the folder of programs of an environment that holds `name` at `version`, made on first use."""
    environment = cache.resolve() / f"{name}-{version}"
    # Written last: an environment without it was cut off while pip ran, and is made again.
    complete = environment / "complete"
    if not complete.exists():
        shutil.rmtree(environment, ignore_errors=True)
        print(f"installing {name} {version}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        subprocess.run(
            [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", f"{name}=={version}"],
            check=True,
            stdout=sys.stderr,
        )
        complete.touch()
    return environment / "bin"


def installed_version(python: Path, distribution: str) -> str:
    """Return the version of `distribution` that the interpreter `python` would import."""
    program = f"import importlib.metadata as m; print(m.version({distribution!r}))"
    answer = subprocess.run([str(python), "-c", program], check=True, capture_output=True, text=True)
    return answer.stdout.strip()
