"""What all tests share: how hard hypothesis looks, and where a folder of real notebooks is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No deadline: a slow machine is not a failure. `pytest --hypothesis-profile=fuzz` picks another one.
settings.register_profile("default", deadline=None)
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("fuzz", deadline=None, max_examples=20_000, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def find_corpus() -> Path | None:
    """The folder of real notebooks that NBKIT_CORPUS names, None where it is unset or no folder."""
    name = os.environ.get("NBKIT_CORPUS")
    return Path(name) if name and Path(name).is_dir() else None


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real notebooks; a test that asks for it is skipped where there is none."""
    found = find_corpus()
    if found is None:
        pytest.skip("NBKIT_CORPUS names no folder of real notebooks")
    return found
