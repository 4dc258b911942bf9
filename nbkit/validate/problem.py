"""What validating gives: problems, each with its rule, place and sentence."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import msgspec

from nbkit.location import Location

Severity = Literal["error", "warning"]

Way: TypeAlias = tuple[str | int, ...]


class Problem(msgspec.Struct, frozen=True, order=False):
    """One thing that is wrong with a notebook; `message` says what was expected, what was found and what to do."""

    rule: str
    severity: Severity
    where: Location
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.rule} {self.message}"


class Fix(msgspec.Struct, frozen=True):
    """One thing that was repaired; `where` is its place before anything was."""

    rule: str
    where: Location
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.rule} {self.message}"


class Finding(NamedTuple):
    """A problem before its place is worked out: the way to it, or, for what is known by its bytes, an offset too."""

    rule: str
    way: Way
    message: str
    offset: int | None = None
