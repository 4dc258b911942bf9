from __future__ import annotations

from pathlib import Path

import pytest

from tests.git.samples import FilteredRepository
from tests.repositories import _own_git_configuration, repository

__all__ = ["_own_git_configuration", "filtered", "keeping", "repository"]


@pytest.fixture
def filtered(tmp_path: Path) -> FilteredRepository:
    """A repository with the filter."""
    return FilteredRepository(tmp_path / "filtered")


@pytest.fixture
def keeping(tmp_path: Path) -> FilteredRepository:
    """A repository with the filter that keeps local outputs."""
    return FilteredRepository(tmp_path / "keeping", keeps_outputs=True)
