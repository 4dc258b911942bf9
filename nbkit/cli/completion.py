"""`nbkit completion SHELL`: the script that teaches a shell nbkit's verbs and options."""

from __future__ import annotations

import argparse

from nbkit.cli.report import ExitCode, print_line

_EPILOG = """examples:
  nbkit completion bash > ~/.local/share/bash-completion/completions/nbkit
  nbkit completion zsh > ~/.zfunc/_nbkit
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EPILOG
    parser.add_argument("shell", choices=("bash", "zsh", "tcsh"), help="the shell to print the script for")


def run(arguments: argparse.Namespace) -> ExitCode:
    import shtab

    from nbkit.cli.main import make_full_parser

    for line in shtab.complete(make_full_parser(), shell=arguments.shell).splitlines():
        print_line(line)
    return ExitCode.DONE
