"""The notebooks a benchmark works on, and what can be said of them without any of the tools."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Corpus:
    """A folder that is never written to, and notebooks in it, relative to it."""

    folder: Path
    files: list[Path]

    def size_bytes(self, file: Path) -> int:
        return (self.folder / file).stat().st_size

    def files_with_outputs(self) -> list[Path]:
        """Return the notebooks with an output that nobody asked to keep, smallest first."""
        dirty = [file for file in self.files if holds_outputs((self.folder / file).read_bytes())]
        return sorted(dirty, key=self.size_bytes)


def find_corpus(folder: Path) -> Corpus:
    """Return every *.ipynb below `folder`."""
    return Corpus(folder, sorted(path.relative_to(folder) for path in folder.rglob("*.ipynb")))


def find_accepted(files: list[Path], accepts: Callable[[list[Path]], bool]) -> list[Path]:
    """Return those of `files` that `accepts` agrees to, found by halving: few are refused."""
    if not files or accepts(files):
        return files
    if len(files) == 1:
        return []
    middle = len(files) // 2
    return find_accepted(files[:middle], accepts) + find_accepted(files[middle:], accepts)


def holds_outputs(data: bytes) -> bool:
    """Say whether a cell has an output nobody asked to keep; no, where this is no notebook that json can read."""
    try:
        notebook = json.loads(data)
    except (ValueError, RecursionError):
        return False
    if not isinstance(notebook, dict) or asks_to_keep(notebook):
        return False
    # Format 3 has its cells in worksheets.
    sheets: Sequence[dict[str, list[dict[str, object]]]] = [notebook, *notebook.get("worksheets", [])]
    cells = [cell for sheet in sheets for cell in sheet.get("cells", [])]
    return any(cell.get("outputs") and not asks_to_keep(cell) for cell in cells)


def asks_to_keep(item: dict[str, object]) -> bool:
    """Say whether a cell or a notebook asks for its outputs to be kept, in any of nbstripout's ways."""
    metadata = item.get("metadata")
    if not isinstance(metadata, dict):
        return False
    return "keep_output" in metadata.get("tags", []) or any(metadata.get(key) for key in ("keep_output", "init_cell"))
