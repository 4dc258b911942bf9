from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import nbkit.git
from nbkit.files import find_notebooks

pytestmark = pytest.mark.skipif(os.name != "posix", reason="names hold what other systems forbid")

TREE = (
    "1.ipynb",
    "A.ipynb",
    "#x.ipynb",
    "!y.ipynb",
    "a b.ipynb",
    "a.ipynb ",
    "b\\c.ipynb",
    "x[1].ipynb",
    "é.ipynb",
    "日本/ノート.ipynb",
    "a/1.ipynb",
    "a/b/1.ipynb",
    "a/b/c/1.ipynb",
    "a/b/c/2.ipynb",
    "build/1.ipynb",
    "build/keep/2.ipynb",
    "doc/build/1.ipynb",
    "foo/x/bar/1.ipynb",
    "foo/bar/1.ipynb",
    "foobar/1.ipynb",
)

TRICKY: dict[str, Mapping[str, bytes]] = {
    "negation": {"": b"*.ipynb\n!1.ipynb\n"},
    "negation below an ignored folder": {"": b"build/\n!build/keep/2.ipynb\n"},
    "everything but one folder": {"": b"/*\n!/a/\n/a/*\n!/a/b/\n"},
    "a folder taken back in does not take in its files": {"": b"*.ipynb\n", "a": b"!b/\n"},
    "anchored at the start": {"": b"/build\n"},
    "anchored by an inner slash": {"": b"doc/build\n"},
    "not anchored": {"": b"build/\n"},
    "stars at the start": {"": b"**/build\n"},
    "stars at the end": {"": b"a/**\n"},
    "stars in the middle": {"": b"foo/**/bar\n"},
    "stars beside a name": {"": b"foo**/bar\n"},
    "three stars": {"": b"a/***/1.ipynb\n"},
    "one star does not cross a slash": {"": b"a/*/1.ipynb\n"},
    "any folder": {"": b"*/\n"},
    "any folder on any level": {"": b"**/*/\n"},
    "spaces at the end": {"": b"1.ipynb   \n"},
    "an escaped space at the end": {"": b"a.ipynb\\ \n"},
    "an escaped hash": {"": b"\\#x.ipynb\n"},
    "a comment": {"": b"#x.ipynb\n"},
    "an escaped exclamation mark": {"": b"\\!y.ipynb\n"},
    "an escaped backslash": {"": b"b\\\\c.ipynb\n"},
    "a backslash at the end": {"": b"1.ipynb\\\n"},
    "escaped brackets": {"": b"x\\[1\\].ipynb\n"},
    "a set": {"": b"[0-9].ipynb\n"},
    "a set upside down": {"": b"[9-0].ipynb\n"},
    "a set that is never closed": {"": b"[1.ipynb\n"},
    "a negated set": {"": b"[!A].ipynb\n"},
    "a class": {"": b"[[:upper:]].ipynb\n"},
    "an unknown class": {"": b"[[:wrong:]].ipynb\n"},
    "a question mark is one byte": {"": b"?.ipynb\n"},
    "case counts": {"": b"a.ipynb\n"},
    "unicode": {"": "é.ipynb\n日本/\n".encode()},
    "line ends of Windows": {"": b"1.ipynb\r\nA.ipynb\r\n"},
    "a byte order mark": {"": b"\xef\xbb\xbf1.ipynb\n"},
    "no line end at the end": {"": b"1.ipynb"},
    "a nested file": {"a": b"/b/1.ipynb\nc/2.ipynb\n"},
    "a nested file undoes its parent": {"": b"1.ipynb\n", "a/b": b"!1.ipynb\n"},
    "slashes and marks alone": {"": b"/\n!\n//\n \n"},
}

PARTS = (
    "a", "b", "1", "build", "*", "**", "***", "/", "?", "[ab]", "[!a]", "[a-c]", "[]-]", "\\", "\\ ", " ", "#", "!",
    ".ipynb", "[[:alpha:]]", "[[:no:]]", "[", "]", "-", "é", "[é]", "[z-a]", "[\\]]", "\r", "\t", "foo", "bar",
)  # fmt: skip
LINES = st.lists(st.lists(st.sampled_from(PARTS), min_size=1, max_size=5).map("".join), max_size=4)
FOLDERS = ("", "a", "a/b", "foo", "build")


def write_tree(root: Path, ignore_files: Mapping[str, bytes]) -> None:
    for name in TREE:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    for folder, data in ignore_files.items():
        (root / folder / ".gitignore").write_bytes(data)


def list_with_git(root: Path) -> list[str]:
    arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    return sorted(set(map(os.fsdecode, run_git(root, *arguments).split(b"\0")[:-1])))


def list_with_nbkit(root: Path) -> list[str]:
    found = find_notebooks([root], git=nbkit.git, suffixes=("",))
    assert not found.errors
    return sorted(os.path.relpath(path, root) for path in found.paths)


def run_git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=True).stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    run_git(tmp_path, "init", "-q")
    return tmp_path


@pytest.mark.parametrize("ignore_files", TRICKY.values(), ids=TRICKY)
def test_a_tricky_rule_means_what_it_means_to_git(root: Path, ignore_files: Mapping[str, bytes]) -> None:
    write_tree(root, ignore_files)
    assert list_with_nbkit(root) == list_with_git(root)


@pytest.mark.parametrize("ignore_files", TRICKY.values(), ids=TRICKY)
def test_a_tricky_rule_does_not_hide_what_is_tracked(root: Path, ignore_files: Mapping[str, bytes]) -> None:
    write_tree(root, ignore_files)
    run_git(root, "add", "-f", "1.ipynb", "build/keep/2.ipynb", "a/b/c/2.ipynb", "foo/x/bar/1.ipynb")
    assert list_with_nbkit(root) == list_with_git(root)


@pytest.fixture(scope="module")
def tree() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        run_git(Path(folder), "init", "-q")
        write_tree(Path(folder), {})
        yield Path(folder)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rules=st.fixed_dictionaries(dict.fromkeys(FOLDERS, LINES)))
@example(rules={folder: ["!/*", "**"] for folder in FOLDERS})
def test_any_rules_mean_what_they_mean_to_git(tree: Path, rules: dict[str, list[str]]) -> None:
    for folder, lines in rules.items():
        (tree / folder / ".gitignore").write_bytes("\n".join(lines).encode())
    assert list_with_nbkit(tree) == list_with_git(tree)
