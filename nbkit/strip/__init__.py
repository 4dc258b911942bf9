"""Stripping: outputs, execution counts and what tools leave in metadata, and nothing else."""

from __future__ import annotations

from nbkit.strip.policy import DEFAULT_KEYS, StripPolicy, is_valid_key
from nbkit.strip.strip import strip_bytes, strip_notebook

__all__ = ["DEFAULT_KEYS", "StripPolicy", "is_valid_key", "strip_bytes", "strip_notebook"]
