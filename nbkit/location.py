"""Where in a notebook something is: the first thing every message of nbkit says."""

from __future__ import annotations

from typing import NamedTuple


class Location(NamedTuple):
    """A place in a notebook file. Every part is optional; what is known is printed.

    `line` and `column` count from 1, columns in characters; they are known only where the
    notebook was read from bytes. `cell_index` counts from 0 over the whole notebook (over
    all worksheets before nbformat 4). `field` is the way to the value inside the cell, or
    inside the notebook when there is no cell, as in `metadata.kernelspec.name`.
    """

    path: str | None = None
    cell_index: int | None = None
    cell_id: str | None = None
    field: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """One token: `path:line:column` where the line is known, `path#cells[3].source` where it is not."""
        name = self.path if self.path is not None else "<notebook>"
        if self.line is not None:
            return f"{name}:{self.line}:{self.column if self.column is not None else 1}"
        return f"{name}#{self.pointer}" if self.pointer else name

    @property
    def pointer(self) -> str:
        """The place inside the notebook as `cells[3].metadata.tags`; empty for the notebook itself."""
        if self.cell_index is None:
            return self.field or ""
        return f"cells[{self.cell_index}]" + (f".{self.field}" if self.field else "")
