from __future__ import annotations

from tests.repositories import _own_git_configuration, repository

__all__ = ["_own_git_configuration", "repository"]
