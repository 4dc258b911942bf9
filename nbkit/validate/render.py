"""Problems as text for a terminal, as JSON, and as the annotations that GitHub shows beside the lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from nbkit.validate.problem import Problem


def render_text(problems: Iterable[Problem]) -> str:
    """Return a line for each problem: `path:line:column: RULE message`."""
    return "".join(f"{problem}\n" for problem in problems)


def render_json(problems: Iterable[Problem]) -> str:
    """Return a list of objects, one on each line; what is not known of a place is null."""
    lines = [msgspec.json.encode(_flatten(problem)).decode() for problem in problems]
    return "[" + ",".join(f"\n  {line}" for line in lines) + ("\n]\n" if lines else "]\n")


def _flatten(problem: Problem) -> dict[str, object]:
    return {
        "rule": problem.rule,
        "severity": problem.severity,
        "message": problem.message,
        **problem.where._asdict(),
    }


def render_github(problems: Iterable[Problem]) -> str:
    """Return a workflow command for each problem, which GitHub shows at its line.

    Source of the escapes: actions/toolkit, packages/core/src/command.ts.
    """
    return "".join(f"{_command(problem)}\n" for problem in problems)


def _command(problem: Problem) -> str:
    where = problem.where
    properties = {"file": where.path, "line": where.line, "col": where.column, "title": problem.rule}
    spelled = ",".join(
        f"{name}={_escape_property(str(value))}" for name, value in properties.items() if value is not None
    )
    place = f"{where.pointer}: " if where.line is None and where.pointer else ""
    return f"::{problem.severity} {spelled}::{_escape(place + problem.message)}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")


RENDERERS: dict[str, Callable[[Iterable[Problem]], str]] = {
    "text": render_text,
    "json": render_json,
    "github": render_github,
}
