"""`nbkit git`: install the filter, take it out, say whether it works; and what git runs itself."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

from nbkit import git
from nbkit.cli.parsing import HelpFormatter
from nbkit.cli.report import ExitCode, print_error, print_line, read_input, write_output
from nbkit.errors import NotebookError
from nbkit.location import Location
from nbkit.settings import load_settings
from nbkit.strip import StripPolicy

_EPILOG = """examples:
  nbkit git install                        strip notebooks as they are added to this repository
  nbkit git install --keep-local-outputs   and bring their outputs back on checkout
  nbkit git install --attributes .gitattributes    for everyone who clones; each still installs the filter
  nbkit git status                         what is installed and whether it works; exit code 1 if it doesn't
  nbkit git outputs list                   what is kept of local outputs

A clone has the attributes but not the configuration: git then stages notebooks raw, with exit code 0. The
pre-commit hook nbkit-strip-check, or 'nbkit-strip --check' in CI, catches that.
"""

# git's words for what is none.
_NO_FILTER = {"unspecified": "no filter", "unset": "no filter", "set": "no filter"}

_KEEP = "--keep-local-outputs"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EPILOG
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    install = _add_action(actions, "install", "set the filter up")
    _add_scope(install)
    install.add_argument(_KEEP, action="store_true", help="bring local outputs back on checkout")
    install.add_argument("--python", metavar="PATH", help="the interpreter that git is to run nbkit with")
    _add_scope(_add_action(actions, "uninstall", "take the filter out, and nothing else"))
    _add_scope(_add_action(actions, "status", "say what is installed and try it"))
    outputs = _add_action(actions, "outputs", "list, clear or prune the local outputs that are kept")
    outputs.add_argument("what", choices=("list", "clear", "prune"))
    outputs.add_argument("--limit", type=_parse_limit, metavar="SIZE", help="with prune: the size to get down to")
    process = _add_action(actions, "filter-process", "what git runs: git's long-running filter")
    process.add_argument(_KEEP, action="store_true")
    for name in ("clean", "smudge"):
        one = _add_action(actions, name, f"what git runs: {name} one notebook from standard input")
        one.add_argument(_KEEP, action="store_true")
        one.add_argument("path")


def _add_action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, summary: str
) -> argparse.ArgumentParser:
    # git waits for the filter's start: argparse's own formatter would load shutil and what that brings.
    return actions.add_parser(name, help=summary, formatter_class=HelpFormatter)


def _add_scope(parser: argparse.ArgumentParser) -> None:
    level = parser.add_mutually_exclusive_group()
    for name, where in (("global", "all of your repositories"), ("system", "every user of this machine")):
        level.add_argument(f"--{name}", dest="level", action="store_const", const=f"--{name}", help=f"for {where}")
    parser.set_defaults(level="--local")
    parser.add_argument("--attributes", metavar="FILE", help="the attributes file to use, such as .gitattributes")


def _parse_limit(text: str) -> int:
    units = {"K": 10**3, "M": 10**6, "G": 10**9}
    number, unit = (text[:-1], units[text[-1].upper()]) if text[-1:].upper() in units else (text, 1)
    if not number.isdigit():
        raise argparse.ArgumentTypeError(f"expected a size such as 500M, got {text!r}")
    return int(number) * unit


def run(arguments: argparse.Namespace) -> ExitCode:
    return _ACTIONS[arguments.action](arguments)


def _policy() -> StripPolicy:
    # git runs filters at the top of the working tree.
    return load_settings("strip", StripPolicy, start=os.curdir).value


def _install(arguments: argparse.Namespace) -> ExitCode:
    policy = _policy()
    scope = git.find_scope(arguments.level, arguments.attributes, os.curdir)
    git.install(scope, os.curdir, python=_python(arguments.python), keeps_outputs=arguments.keep_local_outputs)
    print_line(f"nbkit strips notebooks on their way into git now ({os.path.relpath(scope.attributes)})")
    _print_notebooks(git.find_notebooks(os.curdir, policy))
    print_line(
        "a clone has the attributes at most, and git then stages notebooks raw: each person runs this once, and "
        "the pre-commit hook nbkit-strip-check or 'nbkit-strip --check .' in CI catches the rest"
    )
    return ExitCode.DONE


def _python(given: str | None) -> str | None:
    # git runs it at the top of the working tree, and a plain name is looked for in PATH.
    return os.path.abspath(given) if given and os.path.dirname(given) else given


def _print_notebooks(found: git.Notebooks) -> None:
    if found.dirty:
        print_line(
            f"{_count(found.dirty)} committed with outputs and would show as modified; "
            "this stages them stripped: git add --renormalize ':/*.ipynb'"
        )
    for name in dict.fromkeys(found.elsewhere.values()):
        paths = [path for path, other in found.elsewhere.items() if other == name]
        more = ", ..." if paths[1:] else ""
        print_line(f"{_count(paths)} left to {_NO_FILTER.get(name, f'filter={name}')}: {paths[0]}{more}")


def _count(paths: list[str]) -> str:
    return "1 notebook is" if len(paths) == 1 else f"{len(paths)} notebooks are"


def _uninstall(arguments: argparse.Namespace) -> ExitCode:
    scope = git.find_scope(arguments.level, arguments.attributes, os.curdir)
    was_there = git.uninstall(scope, os.curdir)
    print_line("the filter is taken out" if was_there else "no filter was installed here")
    if arguments.level == "--local":
        _forget_outputs()
        if git.current_filter(os.curdir) == "nbkit":
            print_line("another attributes file still names the filter: 'nbkit git status' says what that means")
    return ExitCode.DONE


def _forget_outputs() -> None:
    count = git.open_store(os.curdir, _report).clear()
    if count:
        print_line(f"{count} records of local outputs are forgotten")


def _status(arguments: argparse.Namespace) -> ExitCode:
    level = None if arguments.level == "--local" else arguments.level
    status = git.read_status(os.curdir, _policy(), level)
    for name, value in sorted(status.settings.items()):
        print_line(f"filter.nbkit.{name} = {value}")
    print_line(f"*.ipynb filter = {status.filter or '(none)'}")
    _print_notebooks(git.find_notebooks(os.curdir, _policy()))
    print_line(
        f"it does not work: {status.fault}" if status.fault else "it works: a notebook that was tried came out stripped"
    )
    return ExitCode.FOUND if status.fault else ExitCode.DONE


def _outputs(arguments: argparse.Namespace) -> ExitCode:
    store = git.open_store(os.curdir, print_error)
    if arguments.what == "list":
        for path, record in store.records():
            print_line(f"{record.size_bytes:>12,} bytes  {path}")
    elif arguments.what == "clear":
        print_line(f"{store.clear()} records forgotten")
    else:
        print_line(f"{store.prune(arguments.limit)} records forgotten")
    return ExitCode.DONE


def _serve(arguments: argparse.Namespace) -> ExitCode:
    def work(notebooks: git.Filter) -> ExitCode:
        # Whatever PYTHONUNBUFFERED says: an answer must arrive whole, and in few writes.
        with open(sys.stdout.fileno(), "wb", buffering=1 << 17, closefd=False) as sink:
            git.serve(sys.stdin.buffer, sink, notebooks, _report)
        return ExitCode.DONE

    return _with_filter(arguments, work)


def _filter_one(arguments: argparse.Namespace) -> ExitCode:
    def work(notebooks: git.Filter) -> ExitCode:
        change = notebooks.clean if arguments.action == "clean" else notebooks.smudge
        write_output(change(read_input(arguments.path), arguments.path))
        return ExitCode.DONE

    return _with_filter(arguments, work)


def _with_filter(arguments: argparse.Namespace, work: Callable[[git.Filter], ExitCode]) -> ExitCode:
    store = _open_store() if arguments.keep_local_outputs else None
    outputs = git.LocalOutputs(store, git.Caller(lambda name: git.read_alias(name, os.curdir))) if store else None
    try:
        return work(git.NotebookFilter(_policy, outputs))
    except git.ProtocolError as error:
        raise NotebookError(Location("<git>"), str(error)) from error
    finally:
        if store is not None:
            store.close()


def _open_store() -> git.OutputStore | None:
    try:
        return git.open_store(os.curdir, _report)
    except git.GitError as error:
        _report(f"local outputs are not kept: {error}")
        return None


def _report(message: str) -> None:
    print_error(f"nbkit: {message}")


_ACTIONS: dict[str, Callable[[argparse.Namespace], ExitCode]] = {
    "install": _install,
    "uninstall": _uninstall,
    "status": _status,
    "outputs": _outputs,
    "filter-process": _serve,
    "clean": _filter_one,
    "smudge": _filter_one,
}
