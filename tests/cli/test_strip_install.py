"""nbstripout's options for git on `nbkit-strip`: its names, meanings and exit codes, with real git."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import CLEAN, COMMAND, DIRTY, run
from tests.repositories import GitRepository


def call(repository: GitRepository, *arguments: str) -> tuple[int, str, str]:
    done = run(*arguments, cwd=repository.root)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def is_installed(repository: GitRepository, *level: str) -> bool:
    code, out, err = call(repository, *level, "--is-installed")
    assert (out, err) == ("", "")
    return {0: True, 1: False}[code]


def stage(repository: GitRepository, data: bytes) -> str:
    """Add a notebook and return what git has of it."""
    repository.write("a.ipynb", data.decode())
    repository.git("add", "a.ipynb")
    return repository.git("show", ":a.ipynb")


def test_an_installed_filter_strips_what_is_added(repository: GitRepository) -> None:
    assert not is_installed(repository)
    assert call(repository, "--install")[0] == 0
    assert is_installed(repository)
    assert stage(repository, DIRTY) == CLEAN.decode()
    assert (repository.root / "a.ipynb").read_bytes() == DIRTY


def test_installing_twice_is_installing_once(repository: GitRepository) -> None:
    files = [repository.root / ".git" / name for name in ("config", "info/attributes")]
    call(repository, "--install")
    once = [file.read_bytes() for file in files]
    assert call(repository, "--install")[0] == 0
    assert [file.read_bytes() for file in files] == once


def test_uninstalling_leaves_what_was_there_before(repository: GitRepository) -> None:
    attributes = repository.write(".git/info/attributes", "*.txt text")
    config = (repository.root / ".git" / "config").read_bytes()
    call(repository, "--install")
    assert call(repository, "--uninstall")[0] == 0
    assert not is_installed(repository)
    assert attributes.read_text().split("\n")[0] == "*.txt text"
    assert (repository.root / ".git" / "config").read_bytes() == config


def test_uninstalling_what_is_not_there_is_no_failure(repository: GitRepository) -> None:
    assert call(repository, "--uninstall")[0] == 0


def test_uninstalling_leaves_the_line_of_another_tool(repository: GitRepository) -> None:
    # nbstripout deletes every line that starts with `*.ipynb filter`.
    line = "*.ipynb filter=lfs diff=lfs merge=lfs -text\n"
    attributes = repository.write(".git/info/attributes", line)
    call(repository, "--uninstall")
    assert attributes.read_text() == line


def test_attributes_go_into_the_file_that_is_named(repository: GitRepository) -> None:
    assert call(repository, "--install", "--attributes", ".gitattributes")[0] == 0
    assert (repository.root / ".gitattributes").read_text() == "*.ipynb filter=nbkit\n"
    assert not (repository.root / ".git" / "info" / "attributes").exists()
    assert stage(repository, DIRTY) == CLEAN.decode()
    assert call(repository, "--uninstall", "--attributes", ".gitattributes")[0] == 0
    assert not (repository.root / ".gitattributes").exists()


def test_global_is_for_all_repositories(repository: GitRepository, tmp_path: Path) -> None:
    assert call(repository, "--global", "--install")[0] == 0
    other = GitRepository(tmp_path / "other")
    assert is_installed(other, "--global")
    # As nbstripout has it: without --global the question is about the repository's own configuration.
    assert not is_installed(other)
    assert stage(other, DIRTY) == CLEAN.decode()
    assert call(repository, "--global", "--uninstall")[0] == 0
    assert not is_installed(other, "--global")


def test_system_is_for_every_user(repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = tmp_path / "etc" / "gitconfig"
    configuration.parent.mkdir()
    monkeypatch.delenv("GIT_CONFIG_NOSYSTEM")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", str(configuration))
    attributes = tmp_path / "etc" / "gitattributes"
    repository.git("config", "--file", str(configuration), "core.attributesFile", str(attributes))
    assert call(repository, "--system", "--install")[0] == 0
    assert is_installed(repository, "--system")
    assert attributes.read_text() == "*.ipynb filter=nbkit\n"
    assert stage(repository, DIRTY) == CLEAN.decode()
    assert call(repository, "--system", "--uninstall")[0] == 0
    assert "nbkit" not in configuration.read_text()


def test_the_interpreter_that_is_named_runs_the_filter(repository: GitRepository) -> None:
    link = repository.root / "other python"
    link.symlink_to(sys.executable)
    call(repository, "--install", "--python", str(link))
    assert f"'{link}' " in repository.git("config", "filter.nbkit.clean")


def test_status_says_what_is_installed(repository: GitRepository) -> None:
    assert call(repository, "--status") == (1, f"nbkit is not installed in repository '{repository.root}'\n", "")
    call(repository, "--install")
    code, out, err = call(repository, "--status")
    assert (code, err) == (0, "")
    assert out.startswith(f"nbkit is installed in repository '{repository.root}'\n\nFilter:\n  clean = ")
    assert out.endswith("\n\nAttributes:\n  *.ipynb: filter: nbkit\n")


def test_status_of_a_filter_that_fails_says_so(repository: GitRepository) -> None:
    call(repository, "--install")
    repository.git("config", "filter.nbkit.process", "false")
    _, out, _ = call(repository, "--status")
    assert "\nIt does not work: the filter fails" in out


def test_status_names_the_level(repository: GitRepository) -> None:
    assert call(repository, "--status", "--global")[:2] == (1, "nbkit is not installed globally\n")


@pytest.mark.parametrize("action", ["--install", "--uninstall"])
def test_outside_of_a_repository_there_is_nothing_to_install_into(tmp_path: Path, action: str) -> None:
    done = run(action, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"not a git repository" in done.stderr


@pytest.mark.parametrize("action", ["--is-installed", "--status"])
def test_outside_of_a_repository_nothing_is_installed_but_globally(tmp_path: Path, action: str) -> None:
    assert run(action, cwd=tmp_path).returncode == 1
    assert run(action, "--global", cwd=tmp_path).returncode == 1
    assert run("--install", "--global", cwd=tmp_path).returncode == 0
    assert run(action, "--global", cwd=tmp_path).returncode == 0


def test_without_git_it_fails_with_1(repository: GitRepository, tmp_path: Path) -> None:
    done = run("--install", cwd=repository.root, env={"PATH": str(tmp_path)})
    assert done.returncode == 1
    assert b"git cannot be started" in done.stderr


def test_another_filter_stays_and_nothing_is_installed(repository: GitRepository) -> None:
    repository.write(".gitattributes", "*.ipynb filter=lfs\n")
    code, _, err = call(repository, "--install")
    assert code == 1
    assert "notebooks here have filter=lfs already" in err
    assert not is_installed(repository)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--install", "--uninstall"], "argument --uninstall: not allowed with argument --install"),
        (["--install", "--check"], "argument --check: not allowed with argument --install"),
        (["--status", "--is-installed"], "argument --is-installed: not allowed with argument --status"),
        (["--install", "--global", "--system"], "argument --system: not allowed with argument --global"),
        (["--install", "--global", "--python", "x"], "argument --python: not allowed with argument --global"),
        (["--global"], "go with --install or --uninstall"),
        (["--attributes", ".gitattributes", "a.ipynb"], "go with --install or --uninstall"),
        (["--install", "a.ipynb"], "--install takes no paths, got 'a.ipynb'"),
        (["--install", "--keep-output"], "the filter heeds [tool.nbkit.strip] instead"),
        (["--status", "--keep-id"], "the filter heeds [tool.nbkit.strip] instead"),
        (["--install", "--config", "x.toml"], "the filter heeds [tool.nbkit.strip] instead"),
    ],
)
def test_what_would_not_be_heeded_is_refused(repository: GitRepository, arguments: list[str], message: str) -> None:
    code, out, err = call(repository, *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert not is_installed(repository)


def test_plain_stripping_loads_none_of_it(tmp_path: Path) -> None:
    program = (
        "import sys; from nbkit.cli import strip_main; strip_main(['.']); "
        "print([name for name in sys.modules if name in "
        "('nbkit.cli.strip_install', 'nbkit.cli.staged', 'nbkit.cli.git', 'nbkit.git.installation')])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_script_written_for_nbstripout_works(repository: GitRepository) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash")
    script = '"$0" --is-installed || "$0" --install --attributes .gitattributes; "$0" --is-installed && "$0" --status'
    subprocess.run([bash, "-c", script, COMMAND], cwd=repository.root, check=True, stdout=subprocess.DEVNULL)
    assert stage(repository, DIRTY) == CLEAN.decode()
