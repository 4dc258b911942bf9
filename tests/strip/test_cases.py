"""Golden cases: `cases/NAME/in.ipynb` stripped is `out.ipynb`; `options.toml` holds the policy, if there is one."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from nbkit.document import notebook_from_bytes, notebook_to_bytes
from nbkit.strip import StripPolicy, strip_bytes, strip_notebook

CASES = sorted(path.parent for path in Path(__file__).parent.glob("cases/*/in.ipynb"))
# What stands for an empty file or a pointer is no notebook, and line ends are changed in bytes only.
NOTEBOOKS = [case for case in CASES if not case.name.startswith(("empty_file", "git_lfs_", "unix_newlines"))]


def name_of(case: Path) -> str:
    return case.name


def read_policy(case: Path) -> StripPolicy:
    options = case / "options.toml"
    return msgspec.toml.decode(options.read_bytes(), type=StripPolicy) if options.exists() else StripPolicy()


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_case_is_stripped_to_its_golden_file(case: Path) -> None:
    before = (case / "in.ipynb").read_bytes()
    assert strip_bytes(before, read_policy(case), str(case)) == (case / "out.ipynb").read_bytes()


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_golden_file_is_clean(case: Path) -> None:
    golden = (case / "out.ipynb").read_bytes()
    assert strip_bytes(golden, read_policy(case), str(case)) == golden


@pytest.mark.parametrize("case", NOTEBOOKS, ids=name_of)
def test_the_plain_way_gives_the_golden_file_too(case: Path) -> None:
    notebook = notebook_from_bytes((case / "in.ipynb").read_bytes())
    stripped = strip_notebook(notebook, read_policy(case))
    assert notebook_to_bytes(stripped) == (case / "out.ipynb").read_bytes()


@pytest.mark.parametrize("case", NOTEBOOKS, ids=name_of)
def test_stripping_a_notebook_leaves_the_argument_as_it_was(case: Path) -> None:
    before = (case / "in.ipynb").read_bytes()
    notebook = notebook_from_bytes(before)
    strip_notebook(notebook, read_policy(case))
    assert notebook == notebook_from_bytes(before)
    assert notebook_to_bytes(notebook) == before


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_what_a_case_calls_secret_is_in_no_golden_file(case: Path) -> None:
    assert b"SECRET" not in (case / "out.ipynb").read_bytes()


def test_every_field_of_the_policy_has_a_case() -> None:
    options = [msgspec.toml.decode(path.read_bytes()) for path in Path(__file__).parent.glob("cases/*/options.toml")]
    assert {key for given in options for key in given} == set(StripPolicy.__struct_encode_fields__)
