"""Validating: every problem of a notebook, with its rule, its place and what to do, and repairs where one is right."""

from __future__ import annotations

from nbkit.validate.fix import FixResult, fix_bytes
from nbkit.validate.options import ValidateOptions, enabled_codes, options_for_file
from nbkit.validate.problem import Fix, Problem, Severity
from nbkit.validate.render import RENDERERS, render_github, render_json, render_text
from nbkit.validate.rules import RULES, Rule
from nbkit.validate.validate import validate_bytes, validate_notebook

__all__ = [
    "RENDERERS",
    "RULES",
    "Fix",
    "FixResult",
    "Problem",
    "Rule",
    "Severity",
    "ValidateOptions",
    "enabled_codes",
    "fix_bytes",
    "options_for_file",
    "render_github",
    "render_json",
    "render_text",
    "validate_bytes",
    "validate_notebook",
]
