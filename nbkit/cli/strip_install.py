"""nbstripout's options for git on `nbkit-strip`: what they mean, said by `nbkit git`."""

from __future__ import annotations

import argparse
import os

from nbkit import git
from nbkit.cli.main import load_verb, make_parser
from nbkit.cli.report import ExitCode, UsageError, print_error, print_line
from nbkit.cli.strip_options import has_policy_options
from nbkit.errors import NotebookError
from nbkit.settings import load_settings
from nbkit.strip import StripPolicy


def run_install_action(arguments: argparse.Namespace) -> ExitCode:
    """Install, uninstall or look, and return FOUND, which is nbstripout's 1, for whatever went wrong.

    Raises UsageError for what the filter would not heed.
    """
    action: str | None = arguments.install_action
    if action is None:
        raise UsageError("--attributes, --global, --system and --python go with --install or --uninstall")
    if arguments.paths:
        raise UsageError(f"--{action} takes no paths, got {arguments.paths[0]!r}")
    if arguments.config or has_policy_options(arguments):
        raise UsageError(f"--{action} takes no options for stripping; the filter heeds [tool.nbkit.strip] instead")
    try:
        if action in ("install", "uninstall"):
            return _run_git_verb(action, arguments)
        return _look(arguments.level or "--local", says_more=action == "status")
    except NotebookError as error:
        print_error(f"nbkit-strip: {error}")
        return ExitCode.FOUND


def _run_git_verb(action: str, arguments: argparse.Namespace) -> ExitCode:
    given = [action]
    if arguments.level:
        given.append(arguments.level)
    if arguments.attributes:
        given.append(f"--attributes={os.path.expanduser(arguments.attributes)}")
    if arguments.python and action == "install":
        given.append(f"--python={arguments.python}")
    return load_verb("git").run(make_parser("git", "nbkit git").parse_args(given))


def _look(level: str, *, says_more: bool) -> ExitCode:
    policy = load_settings("strip", StripPolicy, start=os.curdir).value
    status = git.read_status(os.curdir, policy, level)
    if says_more:
        _describe(status, level)
    return ExitCode.DONE if status.is_installed else ExitCode.FOUND


def _describe(status: git.Status, level: str) -> None:
    where = {"--global": "globally", "--system": "system-wide"}.get(level, f"in repository {os.getcwd()!r}")
    if not status.is_installed:
        print_line(f"nbkit is not installed {where}")
        return
    lines = [f"nbkit is installed {where}", "", "Filter:"]
    lines += [f"  {name} = {value}" for name, value in sorted(status.settings.items())]
    lines += ["", "Attributes:", f"  *.ipynb: filter: {status.filter}"]
    if status.fault:
        lines += ["", f"It does not work: {status.fault}"]
    for line in lines:
        print_line(line)
