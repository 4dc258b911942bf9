"""What installing changes, what it leaves alone, and what uninstalling leaves: nothing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.git.samples import NBKIT, FilteredRepository, nbkit, notebook
from tests.repositories import GitRepository

DIRTY = notebook("1", output="SECRET")
CLEAN = notebook("1")


def snapshot(*folders: Path) -> dict[str, bytes]:
    """Return every file below `folders` with its bytes, but for git's own bookkeeping."""
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return {str(file): file.read_bytes() for file in files if file.name not in ("index", "HEAD", "COMMIT_EDITMSG")}


def stages_clean(root: Path) -> bool:
    (root / "tried.ipynb").write_text(DIRTY)
    subprocess.run(["git", "add", "-f", "tried.ipynb"], cwd=root, check=True)
    shown = subprocess.run(["git", "show", ":./tried.ipynb"], cwd=root, check=True, capture_output=True).stdout.decode()
    subprocess.run(["git", "rm", "-q", "-f", "--cached", "tried.ipynb"], cwd=root, check=True)
    (root / "tried.ipynb").unlink()
    return shown == CLEAN


@pytest.mark.parametrize(
    ("options", "attributes"),
    [
        ([], None),
        ([], b""),
        ([], b"*.png binary"),
        (["--keep-local-outputs"], b"\n"),
        (["--keep-local-outputs"], None),
        (["--attributes", ".gitattributes"], None),
        (["--attributes", ".gitattributes"], b"*.ipynb diff=jupyter\r\n*.csv text\r\n"),
    ],
)
def test_uninstall_leaves_everything_as_it_was(
    repository: GitRepository, options: list[str], attributes: bytes | None
) -> None:
    place = repository.root / (".gitattributes" if "--attributes" in options else ".git/info/attributes")
    if attributes is not None:
        place.write_bytes(attributes)
    repository.git("config", "user.name", "someone")
    before = snapshot(repository.root)
    assert nbkit("git", "install", *options, cwd=repository.root)[0] == 0
    assert nbkit("git", "install", *options, cwd=repository.root)[0] == 0
    assert stages_clean(repository.root)
    after = [option for option in options if not option.startswith("--keep")]
    code, said = nbkit("git", "uninstall", *after, cwd=repository.root)
    assert (code, said.splitlines()[0]) == (0, "the filter is taken out")
    left = snapshot(repository.root)
    assert {name: data for name, data in left.items() if "/objects/" not in name} == before
    assert not (repository.root / ".git" / "nbkit").exists()
    assert nbkit("git", "uninstall", *after, cwd=repository.root)[1] == "no filter was installed here\n"


def test_install_again_changes_what_is_asked_for_and_nothing_twice(repository: GitRepository) -> None:
    for options in ([], ["--keep-local-outputs"], []):
        assert nbkit("git", "install", *options, cwd=repository.root)[0] == 0
        keeps = "--keep-local-outputs" in repository.git("config", "filter.nbkit.process")
        assert keeps == bool(options)
    assert (repository.root / ".git/info/attributes").read_text() == "*.ipynb filter=nbkit\n"
    assert len(repository.git("config", "--get-all", "filter.nbkit.process").splitlines()) == 1


def test_the_filter_is_required_and_has_a_smudge(filtered: FilteredRepository) -> None:
    names = filtered.git("config", "--name-only", "--get-regexp", r"^filter\.").split()
    assert names == ["filter.nbkit.process", "filter.nbkit.clean", "filter.nbkit.smudge", "filter.nbkit.required"]
    assert filtered.git("config", "filter.nbkit.required") == "true\n"


def test_a_linked_worktree_is_installed_where_git_reads_it(repository: GitRepository, tmp_path: Path) -> None:
    repository.write("b.txt")
    repository.commit("b.txt")
    repository.git("worktree", "add", "-q", "-b", "linked", str(tmp_path / "linked tree"))
    before = snapshot(repository.root / ".git")
    assert nbkit("git", "install", cwd=tmp_path / "linked tree")[0] == 0
    assert stages_clean(tmp_path / "linked tree")
    assert stages_clean(repository.root)
    assert nbkit("git", "status", cwd=tmp_path / "linked tree")[0] == 0
    assert nbkit("git", "uninstall", cwd=tmp_path / "linked tree")[0] == 0
    assert before.items() <= snapshot(repository.root / ".git").items()
    assert not (repository.root / ".git" / "info" / "attributes").exists()


def test_a_submodule_is_installed_where_git_reads_it(repository: GitRepository, tmp_path: Path) -> None:
    library = GitRepository(tmp_path / "library")
    library.write("b.txt")
    library.commit("b.txt")
    repository.git("submodule", "--quiet", "add", str(library.root), "vendor/my library")
    inner = repository.root / "vendor" / "my library"
    assert nbkit("git", "install", cwd=inner)[0] == 0
    assert stages_clean(inner)
    assert nbkit("git", "status", cwd=repository.root)[0] == 1


def test_global_is_for_every_repository_and_goes_again(tmp_path: Path, repository: GitRepository) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text("[user]\n\tname = someone\n")
    home = Path(os.environ["HOME"])
    before = snapshot(home)
    assert nbkit("git", "status", "--global", cwd=outside)[0] == 1
    assert nbkit("git", "install", "--global", cwd=outside)[0] == 0
    assert (home / "config" / "git" / "attributes").read_text() == "*.ipynb filter=nbkit\n"
    assert stages_clean(repository.root)
    assert nbkit("git", "status", cwd=repository.root)[0] == 0
    assert nbkit("git", "status", "--global", cwd=outside)[0] == 0
    assert nbkit("git", "uninstall", "--global", cwd=outside) == (0, "the filter is taken out\n")
    assert snapshot(home) == before


def test_system_uses_the_systems_configuration(
    tmp_path: Path, repository: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = tmp_path / "system"
    system.write_text(f"[core]\n\tattributesFile = {tmp_path / 'system attributes'}\n")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", str(system))
    monkeypatch.delenv("GIT_CONFIG_NOSYSTEM")
    before = system.read_bytes()
    assert nbkit("git", "install", "--system", cwd=repository.root)[0] == 0
    assert (tmp_path / "system attributes").read_text() == "*.ipynb filter=nbkit\n"
    assert stages_clean(repository.root)
    assert nbkit("git", "uninstall", "--system", cwd=repository.root)[0] == 0
    assert system.read_bytes() == before
    assert not (tmp_path / "system attributes").exists()


def test_an_attributes_file_for_a_folder_is_tried_there(repository: GitRepository) -> None:
    folder = repository.root / "my notebooks"
    folder.mkdir()
    assert nbkit("git", "install", "--attributes", "my notebooks/.gitattributes", cwd=repository.root)[0] == 0
    assert stages_clean(folder)
    assert not stages_clean(repository.root)


@pytest.mark.parametrize("is_installed", [False, True])
def test_a_file_that_git_does_not_read_is_left_alone(repository: GitRepository, *, is_installed: bool) -> None:
    if is_installed:
        assert nbkit("git", "install", cwd=repository.root)[0] == 0
    repository.write("docs/attributes", "*.png binary")
    before = snapshot(repository.root)
    code, said = nbkit("git", "install", "--attributes", "docs/attributes", cwd=repository.root)
    assert code == 2
    assert "docs/attributes: git check-attr: git does not read this file for *.ipynb" in said
    assert snapshot(repository.root) == before


def test_a_line_of_another_tool_stays_and_is_said(repository: GitRepository) -> None:
    repository.write(".gitattributes", "*.ipynb filter=lfs diff=lfs merge=lfs -text\n")
    before = snapshot(repository.root)
    code, said = nbkit("git", "install", cwd=repository.root)
    assert code == 2
    assert "notebooks here have filter=lfs already, which stays" in said
    assert snapshot(repository.root) == before
    code, said = nbkit("git", "status", cwd=repository.root)
    assert code == 1
    assert "it does not work: notebooks have filter=lfs, not nbkit" in said
    assert nbkit("git", "uninstall", cwd=repository.root) == (0, "no filter was installed here\n")
    assert snapshot(repository.root) == before


def test_notebooks_of_a_folder_that_another_tool_has_are_said_and_not_counted(repository: GitRepository) -> None:
    for path in ("a.ipynb", "lfs/b.ipynb", "raw/c.ipynb"):
        repository.write(path, DIRTY)
    repository.write("lfs/.gitattributes", "*.ipynb filter=lfs\n")
    repository.write("raw/.gitattributes", "*.ipynb -filter\n")
    repository.commit("a.ipynb", "lfs/b.ipynb", "raw/c.ipynb")
    code, said = nbkit("git", "install", cwd=repository.root)
    assert code == 2
    assert "lfs/b.ipynb has filter=lfs already, which this file would override" in said
    assert not (repository.root / ".git" / "info" / "attributes").exists()
    code, said = nbkit("git", "install", "--attributes", ".gitattributes", cwd=repository.root)
    assert code == 0
    assert "1 notebook is committed with outputs" in said
    assert "1 notebook is left to filter=lfs: lfs/b.ipynb" in said
    assert "1 notebook is left to no filter: raw/c.ipynb\n" in said
    assert repository.git("status", "--porcelain", "raw").splitlines() == ["?? raw/.gitattributes"]


def test_committed_outputs_are_counted_and_the_command_that_is_named_takes_them_out(
    repository: GitRepository,
) -> None:
    for path in ("a.ipynb", "folder/b c.ipynb"):
        repository.write(path, DIRTY)
    repository.write("clean.ipynb", CLEAN)
    repository.write("broken.ipynb", "not JSON")
    repository.write("crlf.txt", "a\r\n")
    repository.commit("a.ipynb", "folder/b c.ipynb", "clean.ipynb", "crlf.txt")
    code, said = nbkit("git", "install", cwd=repository.root / "folder")
    assert code == 0
    message = next(line for line in said.splitlines() if "committed with outputs" in line)
    assert message.startswith("2 notebooks are committed with outputs and would show as modified; ")
    command = message.rpartition(": ")[2] if "':/" not in message else message[message.index("git add") :]
    assert command == "git add --renormalize ':/*.ipynb'"
    subprocess.run(command, shell=True, cwd=repository.root / "folder", check=True)
    assert repository.git("show", ":folder/b c.ipynb") == CLEAN
    assert repository.git("diff", "--cached", "--name-only", "-z").split("\0")[:2] == ["a.ipynb", "folder/b c.ipynb"]
    repository.git("commit", "-q", "-m", "strip")
    assert repository.git("status", "--porcelain") == "?? broken.ipynb\n"
    assert "committed with outputs" not in nbkit("git", "install", cwd=repository.root)[1]


def test_install_names_the_second_line(repository: GitRepository) -> None:
    _, said = nbkit("git", "install", cwd=repository.root)
    assert "the pre-commit hook nbkit-strip-check or 'nbkit-strip --check .' in CI catches the rest" in said


@pytest.mark.parametrize("is_bare", [False, True])
def test_a_repository_without_commits_and_a_bare_one_can_have_the_filter(tmp_path: Path, *, is_bare: bool) -> None:
    root = tmp_path / "r"
    subprocess.run(["git", "init", "-q", str(root), *(["--bare"] if is_bare else [])], check=True)
    assert nbkit("git", "install", cwd=root)[0] == 0
    assert nbkit("git", "status", cwd=root)[0] == 0
    assert nbkit("git", "uninstall", cwd=root)[0] == 0
    assert nbkit("git", "status", cwd=root)[0] == 1


def test_status_says_what_is_there_and_whether_it_works(filtered: FilteredRepository) -> None:
    code, said = nbkit("git", "status", cwd=filtered.root)
    assert code == 0
    assert "filter.nbkit.required = true\n" in said
    assert "*.ipynb filter = nbkit\n" in said
    assert "it works: a notebook that was tried came out stripped\n" in said


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (
            ["config", "--remove-section", "filter.nbkit"],
            "git is not configured: notebooks are staged with their outputs",
        ),
        (["config", "filter.nbkit.required", "false"], "filter.nbkit.required is not true"),
        (["config", "filter.nbkit.process", "cat"], "the filter fails: git hash-object: "),
        (["config", "filter.nbkit.process", "/gone/python -m nbkit"], "the filter fails: git hash-object: "),
    ],
)
def test_status_tries_it_and_fails_where_it_does_not_work(
    filtered: FilteredRepository, command: list[str], message: str
) -> None:
    filtered.git(*command)
    code, said = nbkit("git", "status", cwd=filtered.root)
    assert code == 1
    assert "it does not work: " in said
    assert message in said


def test_status_sees_a_filter_that_strips_nothing(filtered: FilteredRepository) -> None:
    filtered.git("config", "--unset", "filter.nbkit.process")
    filtered.git("config", "filter.nbkit.clean", "cat")
    code, said = nbkit("git", "status", cwd=filtered.root)
    assert (code, "it does not work: git did not strip a notebook that was tried" in said) == (1, True)


def test_uninstall_says_that_an_attributes_file_still_names_the_filter(repository: GitRepository) -> None:
    assert nbkit("git", "install", "--attributes", ".gitattributes", cwd=repository.root)[0] == 0
    code, said = nbkit("git", "uninstall", cwd=repository.root)
    assert code == 0
    assert "another attributes file still names the filter" in said
    assert (repository.root / ".gitattributes").read_text() == "*.ipynb filter=nbkit\n"


@pytest.mark.parametrize("action", [["install"], ["uninstall"], ["status"], ["outputs", "list"]])
def test_outside_of_a_repository_it_says_so(tmp_path: Path, action: list[str]) -> None:
    code, said = nbkit("git", *action, cwd=tmp_path)
    assert code == 2
    assert said.startswith("nbkit git: .: git ")
    assert "not a git repository" in said


def test_a_configuration_that_cannot_be_written_leaves_no_attributes(repository: GitRepository) -> None:
    (repository.root / ".git" / "config.lock").write_text("")
    code, said = nbkit("git", "install", cwd=repository.root)
    assert code == 2
    assert "could not lock config file" in said
    assert not (repository.root / ".git" / "info" / "attributes").exists()


def test_the_interpreter_can_be_named(repository: GitRepository) -> None:
    python = os.path.join(os.path.dirname(NBKIT), "python")
    for given, expected in ((python, python), ("python3", "python3"), ("./bin/python", "bin/python")):
        assert nbkit("git", "install", "--python", given, cwd=repository.root)[0] == 0
        command = repository.git("config", "filter.nbkit.process").split()[0]
        assert command.endswith(expected)
        assert os.path.isabs(command) == ("/" in given)
