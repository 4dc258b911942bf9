"""The options of `nbkit-strip`, nbstripout's among them, and the policy that they and the configuration make."""

from __future__ import annotations

import argparse
import os
import re

import msgspec

from nbkit.cli.report import print_error
from nbkit.settings import Loaded
from nbkit.strip import StripPolicy, is_valid_key

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9}
_SIZE = re.compile(r"([0-9]+)([KMG]?)", re.IGNORECASE)

_OUTPUT_TYPES = ("display_data", "error", "execute_result", "pyerr", "pyout", "stream", "update_display_data")

# Added to what the configuration says; any other option replaces it.
_ADDED = ("extra_keys", "keep_metadata_keys")


_INSTALL_ACTIONS = {
    "install": "set the filter up in this repository's git",
    "uninstall": "take the filter out again",
    "is-installed": "exit with 0 if the filter is installed, with 1 if not",
    "status": "the same, and say what is installed",
}


def add_install_options(parser: argparse.ArgumentParser, mode: argparse._MutuallyExclusiveGroup) -> None:
    """Add nbstripout's options for git. Like there, one action excludes another, and `--python` excludes a level."""
    for name, what in _INSTALL_ACTIONS.items():
        mode.add_argument(f"--{name}", dest="install_action", action="store_const", const=name, help=what)
    parser.add_argument("--attributes", metavar="FILEPATH", help="the attributes file to use, such as .gitattributes")
    level = parser.add_mutually_exclusive_group()
    for name, where in (("global", "all of your repositories"), ("system", "every user of this machine")):
        level.add_argument(f"--{name}", dest="level", action="store_const", const=f"--{name}", help=f"for {where}")
    level.add_argument("--python", metavar="PATH", help="the interpreter that git is to run nbkit with")


def has_install_options(arguments: argparse.Namespace) -> bool:
    """Whether anything is given that says how to install."""
    return any((arguments.attributes, arguments.level, arguments.python))


def add_policy_options(parser: argparse.ArgumentParser) -> None:
    """Add what says what to strip. Only options that are given appear in the parsed arguments."""
    options = parser.add_argument_group("what to keep and what to remove", argument_default=argparse.SUPPRESS)
    options.add_argument(
        "--keep-output",
        action=argparse.BooleanOptionalAction,
        help="keep all outputs; cells may say keep_output: false",
    )
    options.add_argument("--keep-count", action=argparse.BooleanOptionalAction, help="keep the execution counts")
    options.add_argument(
        "--ids", choices=("keep", "sequential"), help="keep cell ids, as by default, or number them from 0"
    )
    options.add_argument("--keep-id", action="store_true", help="keep cell ids, whatever --ids says")
    options.add_argument(
        "--extra-keys", type=str.split, metavar="KEYS", help="more metadata to remove: 'metadata.foo cell.metadata.bar'"
    )
    options.add_argument(
        "--keep-metadata-keys", type=str.split, metavar="KEYS", help="metadata to keep that would be removed"
    )
    options.add_argument("--only-metadata-keys", type=str.split, metavar="KEYS", help="remove all metadata but this")
    _add_cell_options(options)
    _add_output_options(options)
    options.add_argument(
        "--unix-newlines", action=argparse.BooleanOptionalAction, help="end lines with LF; by default as they are"
    )


def _add_cell_options(options: argparse._ArgumentGroup) -> None:
    options.add_argument(
        "--drop-empty-cells", action=argparse.BooleanOptionalAction, help="remove cells without a source"
    )
    options.add_argument(
        "--drop-tagged-cells", type=str.split, metavar="TAGS", help="remove cells with one of these tags"
    )
    options.add_argument(
        "--strip-init-cells",
        action=argparse.BooleanOptionalAction,
        help="strip cells with init_cell: true too, which otherwise keep their outputs",
    )


def _add_output_options(options: argparse._ArgumentGroup) -> None:
    options.add_argument(
        "--drop-output-type",
        dest="drop_output_types",
        nargs="+",
        type=_parse_output_type,
        metavar="TYPE",
        help="with --keep-output, outputs to remove all the same: 'error' or 'stream:stderr'",
    )
    options.add_argument(
        "--keep-output-type",
        dest="keep_output_types",
        nargs="+",
        type=_parse_output_type,
        metavar="TYPE",
        help="outputs to keep, and no others",
    )
    options.add_argument(
        "--keep-mime-type",
        dest="keep_mime_types",
        nargs="+",
        type=_parse_mime_type,
        metavar="MIME",
        help="what to keep of outputs by its MIME type: 'text/plain' or 'image/*'",
    )
    options.add_argument(
        "--max-size", type=_parse_size, metavar="SIZE", help="keep outputs of at most so many characters: 500, 10K, 1M"
    )


def _parse_output_type(text: str) -> str:
    if text.partition(":")[0] not in _OUTPUT_TYPES and (text.endswith(".ipynb") or os.path.exists(text)):
        raise _is_a_path(text)
    return text


def _parse_mime_type(text: str) -> str:
    if text.endswith((".ipynb", "/")) or ("/" not in text and os.path.exists(text)):
        raise _is_a_path(text)
    return text


def _is_a_path(text: str) -> argparse.ArgumentTypeError:
    # As with nbstripout these options take all that follows. Taken as a type, a path would stay as dirty as it is
    # while an empty standard input is stripped instead, with exit code 0: what pre-commit would see.
    return argparse.ArgumentTypeError(f"{text!r} is a path; put -- before the paths")


def _parse_size(text: str) -> int:
    match = _SIZE.fullmatch(text)
    if not match:
        raise argparse.ArgumentTypeError(f"expected a size such as 500, 10K or 1M, got {text!r}")
    return int(match[1]) * _UNITS[match[2].upper()]


def make_policy(arguments: argparse.Namespace, settings: Loaded[StripPolicy]) -> StripPolicy:
    """Return the configured policy with what the command line gives.

    Keys that name no metadata are said on standard error; the policy leaves them out.
    """
    given: dict[str, object] = {name: value for name, value in vars(arguments).items() if name in _FIELDS}
    if vars(arguments).get("keep_id"):
        given["ids"] = "keep"
    for name, value in given.items():
        if isinstance(value, list):
            before = getattr(settings.value, name) if name in _ADDED else ()
            given[name] = (*before, *value)
    policy = msgspec.structs.replace(settings.value, **given)
    for key in policy.extra_keys:
        if not is_valid_key(key):
            print_error(f"Ignoring invalid extra key `{key}`")
    return policy


def has_policy_options(arguments: argparse.Namespace) -> bool:
    """Whether anything is given that says what to strip."""
    return not vars(arguments).keys().isdisjoint(_FIELDS | {"keep_id"})


_FIELDS = frozenset(StripPolicy.__struct_fields__)
