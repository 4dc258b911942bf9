from __future__ import annotations

import pytest

from nbkit.document import JsonObject
from nbkit.validate.metadata import find_cell_leftovers, find_leftovers


@pytest.mark.parametrize(
    "path", ["/home/ada/x", "/Users/ada/x", "C:\\Users\\ada\\x", "file:///home/ada/x", "/home/ada"]
)
def test_a_path_into_a_home_folder_is_personal(path: str) -> None:
    for metadata in ({"papermill": {"input_path": path}}, {"kernelspec": {"argv": ["python", path]}}):
        (leftover,) = find_leftovers(metadata)  # type: ignore[arg-type]
        assert leftover.rule == "NB404"


@pytest.mark.parametrize("path", ["/home/jovyan/x", "/Users/Shared/x", "/home/runner", "/root/x", "home/ada", "/opt/x"])
def test_a_path_that_is_nobodys_is_not(path: str) -> None:
    assert list(find_leftovers({"papermill": {"input_path": path}})) == []


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"executionInfo": None},
        {"executionInfo": {"user": None}},
        {"executionInfo": {"user": {}}},
        {"executionInfo": {"user": {"displayName": "", "userId": ""}}},
    ],
)
def test_an_empty_user_is_nobody(metadata: JsonObject) -> None:
    assert list(find_cell_leftovers(metadata)) == []


def test_a_path_in_what_the_format_requires_is_not_removed() -> None:
    assert list(find_leftovers({"kernelspec": {"name": "/home/ada/x", "display_name": "/home/ada/x"}})) == []
