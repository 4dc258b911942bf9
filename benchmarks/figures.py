"""Write measurements as Markdown, never without the machine, the versions and the command that made them."""

from __future__ import annotations

import os
import platform
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.sidebyside import Summary

README = Path(__file__).with_name("README.md")


@dataclass(frozen=True)
class Budget:
    """A promise of DESIGN section 8 beside what was measured."""

    what: str
    limit: float
    measured: float
    unit: str

    @property
    def is_held(self) -> bool:
        return self.measured <= self.limit


def format_seconds(seconds: float) -> str:
    """Return three significant digits, in ms below a second."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.1 else f"{seconds * 1000:.1f} ms"


def format_megabytes(size_bytes: int) -> str:
    """Return whole megabytes, of a million bytes each."""
    return f"{size_bytes / 1e6:.0f} MB"


def format_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; the first column is text, the others numbers."""
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [header, rule, *rows])


def format_summaries(summaries: Sequence[Summary], baseline: str) -> str:
    """Return a table with a row for each contestant; ratios are to `baseline`."""
    header = ["", "median", "min-max", f"ratio to {baseline}", "peak memory", "exit code"]
    return format_table(header, [format_summary(summary) for summary in summaries])


def format_summary(summary: Summary) -> list[str]:
    """Return the cells of one contestant's row."""
    return [
        summary.name,
        format_seconds(summary.median_s),
        f"{format_seconds(summary.fastest_s)} - {format_seconds(summary.slowest_s)}",
        "-" if summary.ratio is None else f"{summary.ratio:.2f}",
        format_megabytes(summary.peak_bytes),
        ", ".join(map(str, summary.exit_codes)),
    ]


def format_budgets(budgets: Sequence[Budget]) -> str:
    """Return a table that says of each budget whether it was held."""
    rows = [
        [
            budget.what,
            f"{budget.limit:.2f} {budget.unit}",
            f"{budget.measured:.2f} {budget.unit}",
            "held" if budget.is_held else "**missed**",
        ]
        for budget in budgets
    ]
    return format_table(["budget", "at most", "measured", ""], rows)


def format_provenance(arguments: Sequence[str], versions: Mapping[str, str]) -> str:
    """Return when, how, on what machine and with which versions the figures were made."""
    lines = [
        f"made on {datetime.now(UTC).date()} by `{format_command(arguments)}`",
        f"machine: {describe_machine()}",
        "versions: " + ", ".join(f"{name} {version}" for name, version in versions.items()),
    ]
    return "\n".join(f"- {line}" for line in lines)


def format_command(arguments: Sequence[str]) -> str:
    """Return the command line of this process, with absolute paths cut to their last part: they name people."""
    shown = [Path(argument).name if Path(argument).is_absolute() else argument for argument in arguments[1:]]
    return shlex.join(["python", f"benchmarks/{Path(arguments[0]).name}", *shown])


def describe_machine() -> str:
    """Return cores, processor, system and Python version; no host name."""
    system = platform.system()
    if system == "Linux":
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return f"{os.cpu_count()} cores, {processor_model()}, {system}, Python {platform.python_version()}"


def processor_model() -> str:
    """Return the model name as the system gives it, or the architecture where it gives none."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.partition(":")[2] for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        return names[0].strip() if names else platform.machine()
    if platform.system() == "Darwin":
        asked = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    return platform.machine()


def replace_section(document: str, name: str, body: str) -> str:
    """Return `document` with the text between the markers of section `name` replaced by `body`.

    Raises ValueError when the document does not hold each marker once, the begin before the end."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    if document.count(begin) != 1 or document.count(end) != 1 or document.index(begin) > document.index(end):
        raise ValueError(f"expected {begin} and then {end}, each once")
    before, _, rest = document.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{body.strip()}\n{end}{after}"


def write_section(name: str, body: str) -> None:
    """Replace section `name` of benchmarks/README.md."""
    README.write_text(replace_section(README.read_text(encoding="utf-8"), name, body), encoding="utf-8")
