"""Ids for cells that need one: the same for the same notebook, and no two alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import count


class IdMaker:
    """Makes ids, each of eight hexadecimal digits, that no cell has; `taken` are those that the cells have."""

    def __init__(self, taken: Iterable[str | None]) -> None:
        self._taken = set(taken)

    def make(self, index: int, cell_type: str, source: str) -> str:
        """Return the next id: that of the cell at `index` as far as it is free, derived from what the cell holds."""
        for attempt in count():
            seed = f"{attempt}\0{index}\0{cell_type}\0{source}"
            made = hashlib.sha256(seed.encode(errors="surrogatepass")).hexdigest()[:8]
            if made not in self._taken:
                self._taken.add(made)
                return made
        raise AssertionError("there are four billion ids")
