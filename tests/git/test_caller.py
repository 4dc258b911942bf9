from __future__ import annotations

import subprocess
import sys

import pytest

from nbkit.git.caller import is_filling

ALIASES = {
    "co": "checkout",
    "sw": "-c core.x='a b' switch",
    "again": "co",
    "loop": "loop",
    "shell": "!git checkout",
    "broken": "checkout 'a",
    "peek": "stash show",
    "bare": "-p",
}


@pytest.mark.parametrize(
    "command",
    [
        "git checkout main",
        "/usr/bin/git -C folder -c a=b --no-pager checkout main",
        "git --git-dir=x --work-tree y stash pop",
        "git stash",
        "git rebase main",
        "git pull",
        "git worktree add x",
        "git-checkout main",
        "git.exe switch main",
        "git co main",
        "git sw main",
        "git again main",
        "git read-tree -u HEAD",
        "git cherry-pick show",
    ],
)
def test_what_writes_the_working_tree_gets_outputs(command: str) -> None:
    assert is_filling(command.split(), ALIASES.get)


@pytest.mark.parametrize(
    "command",
    [
        "",
        "git",
        "git --version",
        "git -c",
        "git archive checkout",
        "git archive HEAD",
        "git cat-file --filters HEAD:a",
        "git diff",
        "git difftool --dir-diff",
        "git show",
        "git log -p",
        "git stash show -p",
        "git stash list -p",
        "git am --show-current-patch=diff",
        "git checkout-index -a",
        "git lfs checkout",
        "git-lfs checkout",
        "git shell main",
        "git broken",
        "git loop",
        "git peek",
        "git bare",
        "git add -A",
    ],
)
def test_anything_else_gets_cleaned_bytes(command: str) -> None:
    assert not is_filling(command.split(), ALIASES.get)


def test_a_process_that_no_git_started_fills_nothing() -> None:
    program = "from nbkit.git import Caller; c = Caller(lambda name: None); print(c.fills_working_tree)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert done.stdout == "False\n"
