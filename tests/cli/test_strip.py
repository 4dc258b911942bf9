from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nbkit.cli import main, strip_main
from tests.cli.commands import CLEAN, CONFLICT, DIRTY, list_names, run, run_shell
from tests.repositories import GitRepository


class Said:
    """What a command run in this process said, and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


Strip = Callable[..., Said]


@pytest.fixture
def strip(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Strip:
    """Runs `nbkit-strip` in this process, in the folder of the test, with `data` as its standard input."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str | Path, data: bytes = b"") -> Said:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        code = strip_main([str(argument) for argument in arguments])
        out, err = capfdbinary.readouterr()
        return Said(code, out.decode(), err.decode())

    return call


# In place


def test_a_file_is_stripped_in_place_and_nothing_is_said(notebook: Path) -> None:
    done = run(notebook)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert notebook.read_bytes() == CLEAN
    assert list_names(notebook.parent) == ["a.ipynb"]


def test_a_clean_file_is_not_written_to(strip: Strip, notebook: Path) -> None:
    notebook.write_bytes(CLEAN)
    before = notebook.stat()
    assert strip(notebook).code == 0
    after = notebook.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_permissions_stay_and_links_are_followed(strip: Strip, notebook: Path) -> None:
    notebook.chmod(0o640)
    link = notebook.with_name("link.ipynb")
    link.symlink_to(notebook.name)
    assert strip(link).code == 0
    assert link.is_symlink()
    assert notebook.read_bytes() == CLEAN
    assert notebook.stat().st_mode & 0o777 == 0o640


def test_a_folder_is_walked_and_only_notebooks_are_taken(strip: Strip, tmp_path: Path) -> None:
    for name in ("a.ipynb", "b/c.ipynb", "b/.ipynb_checkpoints/c-checkpoint.ipynb", "b/d.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_bytes(DIRTY)
    assert strip(tmp_path).code == 0
    stripped = [path.name for path in sorted(tmp_path.rglob("*")) if path.is_file() and path.read_bytes() == CLEAN]
    assert stripped == ["a.ipynb", "c.ipynb"]


def test_a_folder_is_walked_as_git_sees_it(strip: Strip, repository: GitRepository) -> None:
    for name in ("a.ipynb", "ignored.ipynb", "tracked.ipynb"):
        repository.write(name, DIRTY.decode())
    repository.write(".gitignore", "ignored.ipynb\ntracked.ipynb\n")
    repository.commit("tracked.ipynb")
    said = strip("--check", repository.root)
    assert [Path(line.split(":")[0]).name for line in said.out.splitlines()] == ["a.ipynb", "tracked.ipynb"]
    assert said.code == 1


def test_an_ignored_file_that_is_named_is_stripped(strip: Strip, repository: GitRepository) -> None:
    path = repository.write("ignored.ipynb", DIRTY.decode())
    repository.write(".gitignore", "*.ipynb\n")
    assert strip(path).code == 0
    assert path.read_bytes() == CLEAN


def test_one_bad_file_does_not_stop_the_others(strip: Strip, tmp_path: Path) -> None:
    contents = {"a.ipynb": CONFLICT, "b.ipynb": DIRTY, "c.ipynb": b"[]", "d.ipynb": b"", "e.ipynb": DIRTY}
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    said = strip(tmp_path)
    assert said.code == 2
    assert said.out == ""
    assert [line.split(": ")[1] for line in said.err.splitlines()] == [
        f"{tmp_path}/a.ipynb:1:1",
        f"{tmp_path}/c.ipynb:1:1",
    ]
    after = {name: (tmp_path / name).read_bytes() for name in contents}
    assert after == {**contents, "b.ipynb": CLEAN, "e.ipynb": CLEAN}


def test_a_file_that_is_not_there_is_named(strip: Strip, notebook: Path) -> None:
    said = strip("absent.ipynb", notebook)
    assert (said.code, said.err) == (2, "nbkit-strip: absent.ipynb: cannot be read: No such file or directory\n")
    assert notebook.read_bytes() == CLEAN


@pytest.mark.parametrize("data", [b"", b"version https://git-lfs.github.com/spec/v1\noid sha256:00ff\nsize 12\n"])
def test_an_empty_file_and_a_pointer_pass(strip: Strip, notebook: Path, data: bytes) -> None:
    notebook.write_bytes(data)
    assert strip(notebook).code == 0
    assert strip("--check", notebook).code == 0
    assert notebook.read_bytes() == data
    said = strip(data=data)
    assert (said.code, said.out.encode(), said.err) == (0, data, "")


# Other names, and --force


def test_a_file_of_another_name_is_left_alone_and_named(strip: Strip, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(DIRTY)
    said = strip("a.json")
    assert said.code == 0
    assert said.err == "nbkit-strip: a.json: left alone, since its name does not end in .ipynb; --force strips it\n"
    assert path.read_bytes() == DIRTY


@pytest.mark.parametrize("option", ["--force", "-f"])
def test_force_strips_a_file_of_any_name(strip: Strip, tmp_path: Path, option: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(DIRTY)
    assert strip(option, path).code == 0
    assert path.read_bytes() == CLEAN


def test_force_does_not_make_a_folder_hold_more(strip: Strip, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(DIRTY)
    assert strip("--force", tmp_path).code == 0
    assert (tmp_path / "a.json").read_bytes() == DIRTY


def test_a_zeppelin_notebook_is_refused_not_passed(strip: Strip, tmp_path: Path) -> None:
    (tmp_path / "a.zpln").write_bytes(b'{"paragraphs": [{"results": {"msg": "SECRET"}}]}')
    said = strip(tmp_path / "a.zpln")
    assert said.code == 2
    assert "expected a notebook, got an object with neither 'nbformat' nor 'cells'" in said.err


# Standard input


@pytest.mark.parametrize("arguments", [[], ["-"], ["--textconv"], ["-t", "-"]])
def test_standard_input_goes_to_standard_output(arguments: list[str]) -> None:
    done = run(*arguments, data=DIRTY)
    assert (done.returncode, done.stdout, done.stderr) == (0, CLEAN, b"")


def test_clean_standard_input_passes_byte_for_byte() -> None:
    data = b"\xef\xbb\xbf" + CLEAN.replace(b"\n", b"\r\n") + b"\r\n \n"
    assert run(data=data).stdout == data


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (CONFLICT, "<stdin>:1:1: No valid notebook detected on stdin: expected a notebook, got git's conflict marker"),
        (DIRTY[:-20], "No valid notebook detected on stdin"),
        (b" \n", "<stdin>:1:1: No valid notebook detected on stdin: expected a notebook, got white space only"),
        (b"[]", "No valid notebook detected on stdin: expected a notebook, got a list"),
        (DIRTY.replace(b'"nbformat": 4', b'"nbformat": 5'), "<stdin>:25:2: expected nbformat 1 to 4, got 5"),
        (DIRTY.replace(b"SECRET", b"\xff"), "No valid notebook detected on stdin: expected UTF-8, got byte 0xff"),
        (
            DIRTY.replace(b'"scrolled": true', b'"keep_output": false, "tags": ["keep_output"]'),
            "<stdin>:7:4: MetadataError: cell metadata contradicts tags: `keep_output` is false, but",
        ),
    ],
    ids=["conflict", "cut_off", "space", "list", "newer", "not_utf_8", "contradiction"],
)
def test_a_refusal_is_one_line_and_puts_nothing_out(data: bytes, message: str) -> None:
    done = run(data=data)
    assert done.returncode == 2
    assert done.stdout == b""
    assert message in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1
    assert b"Traceback" not in done.stderr


# Only looking


def test_check_lists_what_is_dirty_and_writes_nothing(strip: Strip, notebook: Path, tmp_path: Path) -> None:
    (tmp_path / "clean.ipynb").write_bytes(CLEAN)
    said = strip("--check", "a.ipynb", "clean.ipynb")
    assert (said.code, said.out, said.err) == (1, "a.ipynb: would be stripped\n", "")
    assert notebook.read_bytes() == DIRTY
    assert strip("--check", "clean.ipynb").code == 0


def test_check_with_a_file_that_cannot_be_understood_is_2(strip: Strip, notebook: Path, tmp_path: Path) -> None:
    (tmp_path / "b.ipynb").write_bytes(b"{")
    said = strip("--check", "a.ipynb", "b.ipynb")
    assert (said.code, said.out) == (2, "a.ipynb: would be stripped\n")
    assert (
        said.err
        == "nbkit-strip: b.ipynb:1:2: expected a key in double quotes, got the end of the file; the file is cut off\n"
    )


def test_check_of_standard_input(strip: Strip) -> None:
    said = strip("--check", data=DIRTY)
    assert (said.code, said.out) == (1, "input from stdin: would be stripped\n")
    assert (strip("--check", data=CLEAN).code, strip("--check", data=CLEAN).out) == (0, "")


def test_dry_run_says_what_it_would_do_and_is_0(strip: Strip, notebook: Path) -> None:
    said = strip("--dry-run", "a.ipynb")
    assert (said.code, said.out) == (0, "Dry run: would have stripped a.ipynb\n")
    assert notebook.read_bytes() == DIRTY


@pytest.mark.parametrize("options", [["--verify"], ["--verify", "--dry-run"]])
def test_verify_says_what_a_dry_run_says_and_is_1(strip: Strip, notebook: Path, options: list[str]) -> None:
    said = strip(*options, "a.ipynb")
    assert (said.code, said.out) == (1, "Dry run: would have stripped a.ipynb\n")
    assert notebook.read_bytes() == DIRTY
    notebook.write_bytes(CLEAN)
    said = strip(*options, "a.ipynb")
    assert (said.code, said.out) == (0, "")


def test_diff_shows_what_would_go(strip: Strip, notebook: Path) -> None:
    said = strip("--diff", "a.ipynb")
    assert said.code == 0
    assert said.out.startswith("--- a.ipynb\n+++ a.ipynb (stripped)\n@@ -2,20 +2,10 @@\n")
    assert [line for line in said.out.splitlines()[2:] if line.startswith("+")] == [
        '+   "execution_count": null,',
        '+   "metadata": {},',
        '+   "outputs": [],',
    ]
    assert notebook.read_bytes() == DIRTY
    assert strip("--diff", "--verify", "a.ipynb").code == 1
    notebook.write_bytes(CLEAN)
    assert (strip("--diff", "a.ipynb").out, strip("--diff", data=CLEAN).out) == ("", "")


def test_diff_of_standard_input_without_a_final_newline(strip: Strip) -> None:
    compact = b'{"cells": [{"cell_type": "code", "outputs": [1], "source": []}], "nbformat": 4}'
    assert strip("--diff", data=compact).out == (
        "--- <stdin>\n+++ <stdin> (stripped)\n@@ -1 +1 @@\n"
        f"-{compact.decode()}\n\\ No newline at end of file\n"
        f"+{compact.decode().replace('[1]', '[]')}\n\\ No newline at end of file\n"
    )


def test_textconv_prints_the_stripped_file_and_leaves_it(strip: Strip, notebook: Path) -> None:
    said = strip("--textconv", "a.ipynb")
    assert (said.code, said.out.encode()) == (0, CLEAN)
    assert notebook.read_bytes() == DIRTY
    notebook.write_bytes(CLEAN)
    assert strip("-t", "a.ipynb").out.encode() == CLEAN


def test_textconv_of_a_file_that_cannot_be_understood_prints_nothing(strip: Strip, notebook: Path) -> None:
    notebook.write_bytes(CONFLICT)
    said = strip("--textconv", "a.ipynb")
    assert (said.code, said.out) == (2, "")


def test_json_reports_each_file(strip: Strip, notebook: Path, tmp_path: Path) -> None:
    (tmp_path / "b.ipynb").write_bytes(b"[]")
    (tmp_path / "c.ipynb").write_bytes(CLEAN)
    said = strip("--check", "--format", "json", "a.ipynb", "b.ipynb", "c.ipynb", "absent.ipynb")
    malformed = "b.ipynb:1:1: expected a notebook, got a list"
    absent = "absent.ipynb: cannot be read: No such file or directory"
    assert json.loads(said.out) == [
        {"path": "a.ipynb", "dirty": True, "error": None, "exit_code": 0},
        {"path": "b.ipynb", "dirty": None, "error": malformed, "exit_code": 2},
        {"path": "c.ipynb", "dirty": False, "error": None, "exit_code": 0},
        {"path": "absent.ipynb", "dirty": None, "error": absent, "exit_code": 2},
    ]
    assert (said.code, said.err) == (2, f"nbkit-strip: {malformed}\nnbkit-strip: {absent}\n")


def test_json_reports_standard_input(strip: Strip) -> None:
    said = strip("--check", "--format", "json", data=DIRTY)
    assert json.loads(said.out) == [{"path": "<stdin>", "dirty": True, "error": None, "exit_code": 0}]
    assert said.code == 1


def test_json_in_place_says_what_was_stripped(strip: Strip, notebook: Path) -> None:
    assert [entry["dirty"] for entry in json.loads(strip("--format", "json", "a.ipynb").out)] == [True]
    assert [entry["dirty"] for entry in json.loads(strip("--format", "json", "a.ipynb").out)] == [False]
    assert notebook.read_bytes() == CLEAN


def test_annotations_stand_beside_what_is_dirty_or_refused(strip: Strip, notebook: Path, tmp_path: Path) -> None:
    (tmp_path / "b,c.ipynb").write_bytes(DIRTY)
    (tmp_path / "clean.ipynb").write_bytes(CLEAN)
    (tmp_path / "conflict.ipynb").write_bytes(CONFLICT)
    said = strip("--check", "--format", "github", ".")
    dirty = "title=nbkit-strip::expected a stripped notebook, got outputs or noise; nbkit-strip removes them"
    assert said.code == 2
    assert said.out.splitlines()[:2] == [f"::error file=a.ipynb,{dirty}", f"::error file=b%2Cc.ipynb,{dirty}"]
    assert said.out.splitlines()[2].startswith("::error file=conflict.ipynb,line=1,")
    assert len(said.out.splitlines()) == 3


def test_no_annotation_stands_beside_what_was_just_stripped(strip: Strip, notebook: Path) -> None:
    said = strip("--format", "github", "a.ipynb")
    assert (said.code, said.out, notebook.read_bytes()) == (0, "", CLEAN)


# Configuration


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[tool.nbkit.strip]\nkeep-count = true\nkeep-output = true\n"),
        ("nbkit.toml", "[strip]\nkeep-count = true\nkeep-output = true\n"),
    ],
)
def test_the_projects_configuration_holds(strip: Strip, tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    (tmp_path / "folder").mkdir()
    path = tmp_path / "folder" / "a.ipynb"
    path.write_bytes(DIRTY)
    expected = DIRTY.replace(b'{\n    "scrolled": true\n   }', b"{}")
    assert strip(data=DIRTY).out.encode() == expected
    assert strip(path).code == 0
    assert path.read_bytes() == expected


def test_the_command_line_wins_over_the_configuration(strip: Strip, tmp_path: Path) -> None:
    (tmp_path / "nbkit.toml").write_text(
        '[strip]\nkeep-count = true\nkeep-output = true\nids = "sequential"\nmax-size = 9\nunix-newlines = true\n'
    )
    crlf = DIRTY.replace(b"\n", b"\r\n")
    options = ["--no-keep-count", "--no-keep-output", "--ids", "keep", "--max-size", "0", "--no-unix-newlines"]
    assert strip(*options, data=crlf).out.encode() == CLEAN.replace(b"\n", b"\r\n")
    assert '"id": "a"' in strip("--keep-id", data=DIRTY).out
    assert '"id": "0"' in strip(data=DIRTY).out


def test_keys_on_the_command_line_are_added_to_those_of_the_configuration(strip: Strip, tmp_path: Path) -> None:
    (tmp_path / "nbkit.toml").write_text(
        '[strip]\nextra-keys = ["cell.metadata.a"]\nkeep-metadata-keys = ["cell.metadata.scrolled"]\n'
    )
    data = DIRTY.replace(b'"scrolled": true', b'"a": 1, "b": 2, "hidden": true, "scrolled": true')
    said = strip("--extra-keys", "cell.metadata.b", "--keep-metadata-keys", "cell.metadata.hidden", data=data)
    assert json.loads(said.out)["cells"][0]["metadata"] == {"hidden": True, "scrolled": True}


def test_config_names_another_file(strip: Strip, tmp_path: Path) -> None:
    (tmp_path / "nbkit.toml").write_text("[strip]\nkeep-output = true\n")
    (tmp_path / "other.toml").write_text("[strip]\nkeep-count = true\n")
    cell = json.loads(strip("--config", "other.toml", data=DIRTY).out)["cells"][0]
    assert (cell["execution_count"], cell["outputs"]) == (1, [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[strip]\nkeep-outputs = true\n", "unknown key keep-outputs in [strip]; did you mean keep-output?"),
        ("[strip]\nmax-size = 'x'\n", "nbkit.toml:2:1: max-size: expected a whole number, got a string"),
        ("[strip\n", "expected TOML"),
    ],
)
def test_a_wrong_configuration_strips_nothing(strip: Strip, notebook: Path, text: str, message: str) -> None:
    (notebook.parent / "nbkit.toml").write_text(text)
    said = strip("a.ipynb")
    assert said.code == 2
    assert message in said.err
    assert said.err.count("\n") == 1
    assert notebook.read_bytes() == DIRTY


def test_a_configuration_that_is_not_there_is_named(strip: Strip, notebook: Path) -> None:
    said = strip("--config", "absent.toml", "a.ipynb")
    assert (said.code, said.err) == (2, "nbkit-strip: absent.toml: cannot be read: No such file or directory\n")
    assert notebook.read_bytes() == DIRTY


# Usage


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--nonsense"], "unrecognized arguments: --nonsense"),
        (["--check", "--dry-run"], "not allowed with argument --check"),
        (["--max-size", "1X"], "argument --max-size: expected a size such as 500, 10K or 1M, got '1X'"),
        (["--max-size", "-1"], "argument --max-size"),
        (["--ids", "random"], "argument --ids: invalid choice: 'random'"),
        (["--drop-output-type"], "argument --drop-output-type: expected at least one argument"),
        (["--keep-output-type", "error", "absent.ipynb"], "'absent.ipynb' is a path; put -- before the paths"),
        (["--drop-output-type", "error", "/"], "argument --drop-output-type: '/' is a path; put -- before the paths"),
        (["--keep-mime-type", "text/plain", "notebooks/"], "argument --keep-mime-type: 'notebooks/' is a path"),
        (["--keep-mime-type", "text/plain", "."], "argument --keep-mime-type: '.' is a path"),
        (["--format", "xml"], "argument --format: invalid choice: 'xml'"),
    ],
)
def test_wrong_usage_is_2_and_strips_nothing(notebook: Path, arguments: list[str], message: str) -> None:
    done = run(notebook, *arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert message in done.stderr.decode()
    assert notebook.read_bytes() == DIRTY


def test_a_file_called_like_an_output_type_does_not_hide_the_type(strip: Strip, tmp_path: Path) -> None:
    (tmp_path / "stream").write_bytes(b"")
    assert "SECRET" in str(json.loads(strip("--keep-output-type", "stream", data=DIRTY).out)["cells"][0]["outputs"])


def test_nbkit_strip_is_nbkit_space_strip(
    notebook: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["strip", "--check", str(notebook)]) == 1
    assert capfdbinary.readouterr().out == os.fsencode(notebook) + b": would be stripped\n"
    assert main(["strip", str(notebook)]) == 0
    assert notebook.read_bytes() == CLEAN


def test_help_has_examples_and_every_option_of_the_policy(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        strip_main(["--help"])
    assert caught.value.code == 0
    shown = capsys.readouterr().out
    assert "nbkit-strip --check ." in shown
    for option in (
        "--keep-output",
        "--keep-count",
        "--ids",
        "--keep-id",
        "--extra-keys",
        "--keep-metadata-keys",
        "--only-metadata-keys",
        "--drop-empty-cells",
        "--drop-tagged-cells",
        "--strip-init-cells",
        "--drop-output-type",
        "--keep-output-type",
        "--keep-mime-type",
        "--max-size",
        "--unix-newlines",
    ):
        assert option in shown


def test_a_fault_of_our_own_is_one_line_and_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # An object where text belongs stands for a mistake in nbkit; only with NBKIT_TRACEBACK does it show its trace.
    monkeypatch.delenv("NBKIT_TRACEBACK", raising=False)
    broken = ["--config", 3]
    assert main(["strip", *broken]) == 3  # type: ignore[list-item]
    err = capsys.readouterr().err
    assert err.startswith("nbkit strip: a fault of nbkit's own: ")
    assert err.endswith("(NBKIT_TRACEBACK=1 says where)\n")
    assert err.count("\n") == 1
    monkeypatch.setenv("NBKIT_TRACEBACK", "1")
    with pytest.raises(Exception, match="int"):
        main(["strip", *broken])  # type: ignore[list-item]


# File names


def test_a_name_with_a_line_break_is_told_on_one_line(strip: Strip, tmp_path: Path) -> None:
    path = tmp_path / "a\nb\r.ipynb"
    path.write_bytes(DIRTY)
    assert strip("--check", tmp_path).out == f"{tmp_path}/a\\nb\\r.ipynb: would be stripped\n"
    path.write_bytes(b"[]")
    assert strip(tmp_path).err == f"nbkit-strip: {tmp_path}/a\\nb\\r.ipynb:1:1: expected a notebook, got a list\n"


@pytest.mark.skipif(sys.platform == "darwin", reason="its file names are Unicode")
def test_a_name_that_is_no_utf_8_comes_out_as_the_bytes_that_it_is(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff.ipynb"
    with open(path, "wb") as file:
        file.write(DIRTY)
    assert run("--check", path).stdout == path + b": would be stripped\n"
    assert json.loads(run("--check", "--format", "json", path).stdout)[0]["path"] == f"{tmp_path}/\\xff.ipynb"
    done = run("--extra-keys", b"cell.metadata.\xff", path)
    assert (done.returncode, done.stderr) == (0, b"")
    with open(path, "rb") as file:
        assert file.read() == CLEAN
    with open(path, "wb") as file:
        file.write(b"[]")
    done = run(path)
    assert done.returncode == 2
    assert done.stderr.endswith(b"\\udcff.ipynb:1:1: expected a notebook, got a list\n")


def test_a_name_that_looks_like_an_option_can_follow_two_dashes(strip: Strip, tmp_path: Path) -> None:
    (tmp_path / "--check.ipynb").write_bytes(DIRTY)
    (tmp_path / "-t").mkdir()
    (tmp_path / "-t" / "a.ipynb").write_bytes(DIRTY)
    assert strip("--", "--check.ipynb", "-t").code == 0
    assert (tmp_path / "--check.ipynb").read_bytes() == (tmp_path / "-t" / "a.ipynb").read_bytes() == CLEAN


def test_a_file_named_twice_is_worked_on_once(strip: Strip, notebook: Path) -> None:
    assert strip("--check", "a.ipynb", "./a.ipynb", notebook).out == "a.ipynb: would be stripped\n"


# What is loaded


def list_modules(folder: Path, *arguments: str | Path, data: bytes = b"") -> set[str]:
    program = (
        "import sys\nfrom nbkit.cli import strip_main\ncode = strip_main(sys.argv[1:])\n"
        "print(*sys.modules, sep='\\n', file=sys.stderr)\nsys.exit(code)"
    )
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, cwd=folder, input=data, capture_output=True, check=True)
    return set(done.stderr.decode().split())


SLOW = {
    "difflib",
    "jsonschema",
    "jupyter_server",
    "nbformat",
    "pathspec",
    "rich",
    "subprocess",
    "tomllib",
    "torch",
    "zmq",
}


def test_stripping_a_file_and_standard_input_loads_nothing_slow(notebook: Path, tmp_path: Path) -> None:
    assert not SLOW & list_modules(tmp_path, notebook)
    assert not SLOW & list_modules(tmp_path, data=DIRTY)
    assert (
        not {"pickle", "shutil", "asyncio", "dataclasses", "inspect"}
        & list_modules(tmp_path, notebook) - _loaded_anyway()
    )


def _loaded_anyway() -> set[str]:
    """What msgspec, argparse and Python's own start bring."""
    program = "import argparse, enum, msgspec, json, dataclasses, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    return set(done.stdout.decode().split())


def test_importing_nbkit_loads_no_room_and_no_msgspec() -> None:
    program = "import nbkit, sys; print(*[name for name in sys.modules if name.startswith(('nbkit', 'msgspec'))])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert set(done.stdout.decode().split()) == {"nbkit", "nbkit._version"}


# Pipes


def test_a_reader_that_has_enough_does_not_hide_what_was_found(tmp_path: Path) -> None:
    for number in range(3000):
        (tmp_path / f"{number:0>100}.ipynb").write_bytes(DIRTY)
    (tmp_path / "z.ipynb").write_bytes(b"[]")
    done = run_shell('"$0" --check "$1" | head -c1 >/dev/null; exit "${PIPESTATUS[0]}"', tmp_path)
    assert done.returncode == 2
    assert done.stderr == f"nbkit-strip: {tmp_path}/z.ipynb:1:1: expected a notebook, got a list\n".encode()


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(CLEAN.replace(b"print", b"x" * 1_000_000))
    done = run_shell('"$0" < "$1" | head -c1; exit "${PIPESTATUS[0]}"', path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"{", b"")


def test_check_looks_at_a_file_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "A.IPYNB").write_bytes(DIRTY)
    (tmp_path / "old.bak").write_bytes(DIRTY)
    done = run("--check", "A.IPYNB", "old.bak", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout == b"A.IPYNB: would be stripped\nold.bak: would be stripped\n"


def test_a_name_that_steers_a_terminal_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m\n.ipynb").write_bytes(b"[]")
    done = run("--check", ".", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == b"nbkit-strip: a\\x1b[31m\\n.ipynb:1:1: expected a notebook, got a list\n"
