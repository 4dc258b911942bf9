"""The tools that strip notebooks, and how each of them is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers import install_peer, installed_version

NBKIT = "nbkit"


@dataclass(frozen=True)
class Calls:
    """The arguments of each kind of call: before the paths, or all of them for `pipe`."""

    strip: tuple[str, ...] = ()
    check: tuple[str, ...] | None = None
    pipe: tuple[str, ...] = ()
    walks_folders: bool = True
    # The rest of the list is then left as it was, so the wall time of a corpus with bad files says nothing.
    stops_at_bad_file: bool = False


@dataclass(frozen=True)
class Stripper:
    """A tool as it is installed here."""

    name: str
    version: str
    program: Path
    calls: Calls

    def strip_command(self, files: Sequence[Path]) -> list[str]:
        """Return the command that strips `files`, which must be all the notebooks of the folder it runs in."""
        return [str(self.program), *self.calls.strip, *self._paths(files)]

    def strip_named_command(self, files: Sequence[Path]) -> list[str]:
        """Return the command that strips `files` and no other notebook."""
        return [str(self.program), *self.calls.strip, *map(str, files)]

    def check_command(self, files: Sequence[Path]) -> list[str] | None:
        """Return the command that says whether any of `files` needs stripping, None where the tool has none."""
        if self.calls.check is None:
            return None
        return [str(self.program), *self.calls.check, *self._paths(files)]

    def pipe_command(self) -> list[str]:
        """Return the command that strips standard input to standard output."""
        return [str(self.program), *self.calls.pipe]

    def _paths(self, files: Sequence[Path]) -> list[str]:
        return ["."] if self.calls.walks_folders else [str(file) for file in files]


NBKIT_CALLS = Calls(check=("--check",))

# Without --isolated and --ignore-git-nb-config they would read whatever configuration lies above the copies.
PEERS = {
    "nb-clean": ("5.0.0", Calls(strip=("clean",), check=("check",), pipe=("clean",))),
    "nbwipers": (
        "0.7.2",
        Calls(
            strip=("clean-all", "--yes", "--isolated"),
            check=("check", "--isolated"),
            pipe=("clean", "--isolated", "-"),
        ),
    ),
    "nbstripout-fast": (
        "1.1.2",
        Calls(
            strip=("--ignore-git-nb-config",),
            pipe=("--ignore-git-nb-config",),
            walks_folders=False,
            stops_at_bad_file=True,
        ),
    ),
    "nbstripout": ("0.9.1", Calls(check=("--verify",), walks_folders=False, stops_at_bad_file=True)),
}


def find_nbkit(program: Path) -> Stripper:
    """Return nbkit as the interpreter beside `program` has it installed."""
    return Stripper(NBKIT, installed_version(program.with_name("python"), "jupyter-nbkit"), program, NBKIT_CALLS)


def find_peer(name: str, cache: Path) -> Stripper:
    """Return a peer of nbkit, installed below `cache` where it is not yet."""
    version, calls = PEERS[name]
    programs = install_peer(name, version, cache)
    return Stripper(name, installed_version(programs / "python", name), programs / name, calls)
