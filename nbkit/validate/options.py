"""Which rules are on, as ruff's users know it: `select`, `extend-select`, `ignore`, `per-file-ignores`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache

import msgspec

from nbkit.errors import SettingsError
from nbkit.location import Location
from nbkit.validate.rules import RULES

_ALL = "ALL"
_PREFIX = re.compile(r"NB[0-9]{0,3}")


class ValidateOptions(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """Which rules `validate_bytes` applies.

    A rule is named by its code (`NB301`), by the beginning of codes (`NB3`), or by `ALL`. Where
    one is both selected and ignored, the longer name decides, and of equal ones the ignoring.
    """

    select: tuple[str, ...] | None = None
    """The rules to apply; None: those that are on by default."""
    extend_select: tuple[str, ...] = ()
    """Rules to apply beside these."""
    ignore: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = {}
    """More rules to ignore in files whose path, or name, matches a glob; `!` in front: that does not match."""


def enabled_codes(options: ValidateOptions) -> frozenset[str]:
    """Return the codes of the rules that `options` turn on, those for single files aside.

    Raises SettingsError where a name stands for no rule.
    """
    for glob, names in options.per_file_ignores.items():
        _check_names(names, f"per-file-ignores.{glob}")
    return _enabled(options.select, options.extend_select, options.ignore)


@lru_cache(maxsize=64)
def _enabled(select: tuple[str, ...] | None, extend: tuple[str, ...], ignore: tuple[str, ...]) -> frozenset[str]:
    _check_names(select or (), "select")
    _check_names(extend, "extend-select")
    _check_names(ignore, "ignore")
    return frozenset(code for code in RULES if _is_enabled(code, select, extend, ignore))


def _is_enabled(code: str, select: tuple[str, ...] | None, extend: tuple[str, ...], ignore: tuple[str, ...]) -> bool:
    default = 0 if select is None and RULES[code].is_default else -1
    selected = max(default, _specificity(code, (*(select or ()), *extend)))
    return selected > _specificity(code, ignore)


def _specificity(code: str, names: Iterable[str]) -> int:
    """Return how long the longest of `names` is that stands for `code`: `ALL` is 0, and none -1."""
    return max((0 if name == _ALL else len(name) for name in names if _stands_for(name, code)), default=-1)


def _stands_for(name: str, code: str) -> bool:
    return name == _ALL or code.startswith(name)


def _check_names(names: Iterable[str], field: str) -> None:
    for name in names:
        if name != _ALL and not (_PREFIX.fullmatch(name) and any(code.startswith(name) for code in RULES)):
            raise SettingsError(Location(field=field), f"expected rule codes or ALL, got '{name}'; {_suggest(name)}")


def _suggest(name: str) -> str:
    import difflib  # costs 3 ms, for messages only

    by_name = {rule.name: rule.code for rule in RULES.values()}
    nearest = difflib.get_close_matches(name, [*RULES, *by_name, _ALL], n=1, cutoff=0.5)
    if not nearest:
        return "`nbkit validate --help` names the rules"
    return f"did you mean {by_name.get(nearest[0], nearest[0])}?"


def options_for_file(options: ValidateOptions, path: str, folder: str) -> ValidateOptions:
    """Return `options` with what they ignore in the file at `path`; globs start at `folder`, the configuration's."""
    if not options.per_file_ignores:
        return options
    relative = os.path.relpath(os.path.abspath(path), os.path.abspath(folder)).replace(os.sep, "/")
    names = [name for glob, names in options.per_file_ignores.items() if _matches(relative, glob) for name in names]
    # By their full codes, so that no longer name selects them again.
    codes = tuple(code for code in RULES if any(_stands_for(name, code) for name in names))
    return msgspec.structs.replace(options, ignore=(*options.ignore, *codes), per_file_ignores={})


def _matches(path: str, glob: str) -> bool:
    if glob.startswith("!"):
        return not _matches(path, glob[1:])
    tried = [glob, glob.replace("**/", "")] if glob.startswith("**/") else [glob]
    return any(fnmatchcase(path, each) or fnmatchcase(path.rpartition("/")[2], each) for each in tried)
