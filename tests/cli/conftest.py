from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import DIRTY
from tests.repositories import _own_git_configuration, repository

__all__ = ["_own_git_configuration", "notebook", "repository"]


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """A dirty notebook, alone in a folder."""
    path = tmp_path / "a.ipynb"
    path.write_bytes(DIRTY)
    return path
