"""The git filters of nbkit and of the tools it is compared with, as each of them installs its own."""

from __future__ import annotations

import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.strippers import NBKIT, Stripper

NO_FILTER = "no filter"
NBKIT_KEEPING = "nbkit --keep-local-outputs"

# What `nb-clean add-filter`, `nbwipers install local` and `nbstripout --install` write, with the whole path of
# the program; nbstripout-fast has no command for it, this is what its documentation says.
PEER_SETTINGS = {
    "nb-clean": {"clean": "{program} clean"},
    "nbwipers": {
        "clean": "{program} clean - --stdin-file-name %f --respect-exclusions",
        "smudge": "{program} smudge %f",
    },
    "nbstripout-fast": {"clean": "{program}", "smudge": "cat", "required": "true"},
    "nbstripout": {"clean": "{python} -m nbstripout", "smudge": "cat", "required": "true"},
}


@dataclass(frozen=True)
class Filter:
    """A way to set a repository up: settings of `filter.NAME`, or a command that installs."""

    name: str
    settings: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()

    def install(self, repository: Path) -> None:
        """Set the repository up, with nothing of this machine's configuration in it."""
        if self.command:
            subprocess.run(self.command, cwd=repository, check=True, stdout=subprocess.DEVNULL)
        for key, value in self.settings.items():
            run_git(repository, "config", f"filter.{self.name}.{key}", value)
        if self.settings:
            attributes = repository / ".git" / "info" / "attributes"
            attributes.parent.mkdir(exist_ok=True)
            attributes.write_text(f"*.ipynb filter={self.name}\n")


def make_filters(tools: list[Stripper]) -> list[Filter]:
    """Return no filter, and those of `tools`; nbkit has two."""
    filters = [Filter(NO_FILTER)]
    for tool in tools:
        if tool.name == NBKIT:
            install = (str(tool.program.with_name("nbkit")), "git", "install")
            filters += [
                Filter(NBKIT, command=install),
                Filter(NBKIT_KEEPING, command=(*install, "--keep-local-outputs")),
            ]
        else:
            words = {"program": tool.program, "python": tool.program.with_name("python")}
            quoted = {name: shlex.quote(str(path)) for name, path in words.items()}
            settings = PEER_SETTINGS[tool.name]
            filters.append(Filter(tool.name, {key: value.format(**quoted) for key, value in settings.items()}))
    return filters


def run_git(repository: Path, *arguments: str) -> None:
    """Run git outside of any measurement; what it says goes to standard error, and a failure ends the run."""
    subprocess.run(["git", *arguments], cwd=repository, check=True, stdout=sys.stderr)
