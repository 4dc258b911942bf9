from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import pytest

from nbkit.errors import SettingsError, UnreadableFile
from nbkit.settings import Loaded, load_settings
from nbkit.strip import StripPolicy


class Strip(msgspec.Struct, frozen=True):
    keep_output: bool = False
    max_size_bytes: Annotated[int, msgspec.Meta(ge=0)] | None = None
    extra_keys: tuple[str, ...] = ()
    ids: Literal["keep", "sequential"] = "keep"
    per_file_ignores: dict[str, list[str]] = msgspec.field(default_factory=dict)


KEYS = "keep-output, max-size-bytes, extra-keys, ids, per-file-ignores"


class Renamed(msgspec.Struct, frozen=True, rename="kebab"):
    keep_output: bool = False


@dataclass(frozen=True)
class Plain:
    keep_output: bool = False


def load(folder: Path, name: str, text: str) -> Loaded[Strip]:
    (folder / name).write_text(text)
    return load_settings("strip", Strip, start=folder)


def message_of(folder: Path, text: str, name: str = "pyproject.toml") -> str:
    """What loading `text` complains about, without the folder in front."""
    with pytest.raises(SettingsError) as caught:
        load(folder, name, text)
    return str(caught.value).removeprefix(f"{folder}/")


def test_without_a_file_the_settings_are_the_defaults(tmp_path: Path) -> None:
    assert load_settings("strip", Strip, start=tmp_path) == Loaded(Strip(), None)


def test_a_pyproject_table_is_read_with_hyphens_in_its_keys(tmp_path: Path) -> None:
    text = '[tool.nbkit.strip]\nkeep-output = true\nextra-keys = ["a", "b"]\nids = "sequential"\n'
    expected = Strip(keep_output=True, extra_keys=("a", "b"), ids="sequential")
    assert load(tmp_path, "pyproject.toml", text) == Loaded(expected, str(tmp_path / "pyproject.toml"))


def test_the_files_own_name_needs_no_prefix(tmp_path: Path) -> None:
    loaded = load(tmp_path, "nbkit.toml", "strip.keep-output = true\n")
    assert loaded == Loaded(Strip(keep_output=True), str(tmp_path / "nbkit.toml"))


@pytest.mark.parametrize("model", [Renamed, Plain])
def test_dataclasses_and_renamed_structs_are_filled_alike(tmp_path: Path, model: type[Renamed | Plain]) -> None:
    (tmp_path / "nbkit.toml").write_text("[strip]\nkeep-output = true\n")
    assert load_settings("strip", model, start=tmp_path).value.keep_output


def test_the_nearest_folder_wins_and_nbkit_toml_within_it(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    (tmp_path / "nbkit.toml").write_text("[strip]\nmax-size-bytes = 1\n")
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.nbkit.strip]\nmax-size-bytes = 2\n")
    assert load_settings("strip", Strip, start=folder).value.max_size_bytes == 2
    (tmp_path / "a" / "nbkit.toml").write_text("[strip]\nmax-size-bytes = 3\n")
    assert load_settings("strip", Strip, start=folder).value.max_size_bytes == 3
    assert load_settings("strip", Strip, start=tmp_path).value.max_size_bytes == 1


@pytest.mark.parametrize(
    "text", ["[project]\nname = 'a'\n", "[tool.ruff]\n", "[project]\ndependencies = ['nbkit']\n", "not [ toml"]
)
def test_a_pyproject_without_our_table_does_not_stop_the_search(tmp_path: Path, text: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "nbkit.toml").write_text("[strip]\nkeep-output = true\n")
    (tmp_path / "a" / "pyproject.toml").write_text(text)
    assert load_settings("strip", Strip, start=tmp_path / "a").value.keep_output


def test_an_empty_table_stops_the_search(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "nbkit.toml").write_text("[strip]\nkeep-output = true\n")
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.nbkit]\n")
    loaded = load_settings("strip", Strip, start=tmp_path / "a")
    assert loaded == Loaded(Strip(), str(tmp_path / "a" / "pyproject.toml"))


def test_a_given_file_is_used_instead_of_what_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "nbkit.toml").write_text("[strip]\nmax-size-bytes = 1\n")
    (tmp_path / "other.toml").write_text("[strip]\nmax-size-bytes = 2\n")
    loaded = load_settings("strip", Strip, start=tmp_path, config=tmp_path / "other.toml")
    assert loaded == Loaded(Strip(max_size_bytes=2), str(tmp_path / "other.toml"))


def test_a_given_file_that_cannot_be_used_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"gone\.toml: cannot be read: No such file or directory$"):
        load_settings("strip", Strip, start=tmp_path, config=tmp_path / "gone.toml")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    with pytest.raises(SettingsError, match=r"pyproject\.toml: expected a \[tool\.nbkit\] table, got none$"):
        load_settings("strip", Strip, start=tmp_path, config=tmp_path / "pyproject.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[tool.nbkit.strip]\nkeep-ouput = true\n",
            "pyproject.toml:2:1: unknown key keep-ouput in [tool.nbkit.strip]; did you mean keep-output?",
        ),
        (
            "[tool.nbkit.strip]\nkeep_output = true\n",
            "pyproject.toml:2:1: unknown key keep_output in [tool.nbkit.strip]; did you mean keep-output?",
        ),
        (
            "[tool.nbkit.strip]\nxyz = true\n",
            f"pyproject.toml:2:1: unknown key xyz in [tool.nbkit.strip]; known are {KEYS}",
        ),
        (
            "\n[tool.nbkit.stripp]\nkeep-output = true\n",
            "pyproject.toml:2:1: unknown section tool.nbkit.stripp; did you mean strip?",
        ),
        (
            "[tool.nbkit]\nstrip = true\n",
            "pyproject.toml:2:1: expected a table [tool.nbkit.strip], got true",
        ),
        ("[tool]\nnbkit = 1\n", "pyproject.toml#tool.nbkit: expected a table, got a whole number"),
        (
            "[tool.nbkit.strip]\n\nkeep-output = 'yes'\n",
            "pyproject.toml:3:1: keep-output: expected true or false, got a string",
        ),
        (
            "[tool.nbkit.strip]\nmax-size-bytes = '5k'\n",
            "pyproject.toml:2:1: max-size-bytes: expected a whole number or nothing, got a string",
        ),
        (
            "[tool.nbkit.strip]\nmax-size-bytes = -1\n",
            "pyproject.toml:2:1: max-size-bytes: expected a whole number >= 0",
        ),
        (
            "[tool.nbkit.strip]\nextra-keys = ['a', 1]\n",
            "pyproject.toml:2:1: extra-keys[1]: expected a string, got a whole number",
        ),
        (
            "[tool.nbkit.strip.per-file-ignores]\n'*.ipynb' = 'NB1'\n",
            "pyproject.toml#tool.nbkit.strip.per-file-ignores: per-file-ignores[...]: expected a list, got a string",
        ),
        (
            "[tool.nbkit]\nstrip = { ids = 'random' }\n",
            "pyproject.toml#tool.nbkit.strip.ids: ids: expected one of 'keep', 'sequential', got 'random'",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place_and_its_remedy(tmp_path: Path, text: str, message: str) -> None:
    assert message_of(tmp_path, text) == message


def test_the_prefix_of_pyproject_in_our_own_file_is_explained(tmp_path: Path) -> None:
    message = "nbkit.toml#tool: unknown section tool; write [strip] instead of [tool.nbkit.strip]"
    assert message_of(tmp_path, "[tool.nbkit.strip]\n", "nbkit.toml").replace(":1:1", "#tool") == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[strip]\nkeep-output = yes\n", "nbkit.toml:2:15: expected TOML: Invalid value"),
        ("[strip]\nids = [", "nbkit.toml:2:1: expected TOML: Invalid value"),
    ],
)
def test_what_is_not_toml_is_named_with_line_and_column(tmp_path: Path, text: str, message: str) -> None:
    assert message_of(tmp_path, text, "nbkit.toml").startswith(message)


def test_what_is_not_utf8_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "nbkit.toml").write_bytes(b"[strip]\n\n# \xe9\n")
    with pytest.raises(SettingsError, match=r"nbkit\.toml:3:1: expected UTF-8, got the byte 0xe9$"):
        load_settings("strip", Strip, start=tmp_path)


def test_another_sections_keys_are_left_to_it_but_its_name_is_checked(tmp_path: Path) -> None:
    assert load(tmp_path, "nbkit.toml", "[diff]\nwhatever = 1\n").value == Strip()


def test_a_section_that_we_do_not_know_ourselves_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected one of convert, diff"):
        load_settings("stripp", Strip, start=tmp_path)


@pytest.mark.parametrize("kind", ["folder", "pipe", "dangling"])
def test_what_is_no_file_of_settings_does_not_pass_for_none(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "nbkit.toml"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(tmp_path / "absent")
    for config in (None, path):
        with pytest.raises(UnreadableFile, match=r"expected a file of settings|cannot be read: No such file"):
            load_settings("strip", StripPolicy, start=tmp_path, config=config)
