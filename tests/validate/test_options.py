from __future__ import annotations

import msgspec
import pytest

from nbkit.errors import SettingsError
from nbkit.validate import RULES, ValidateOptions, enabled_codes, options_for_file, validate_bytes

DEFAULTS = {code for code, rule in RULES.items() if rule.is_default}


def codes(prefix: str) -> set[str]:
    return {code for code in RULES if code.startswith(prefix)}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (ValidateOptions(), DEFAULTS),
        (ValidateOptions(select=()), set()),
        (ValidateOptions(select=("ALL",)), set(RULES)),
        (ValidateOptions(select=("NB3",)), codes("NB3")),
        (ValidateOptions(select=("NB203",)), {"NB203"}),
        (ValidateOptions(extend_select=("NB203",)), DEFAULTS | {"NB203"}),
        (ValidateOptions(select=("NB3",), extend_select=("NB203",)), codes("NB3") | {"NB203"}),
        (ValidateOptions(ignore=("NB3",)), DEFAULTS - codes("NB3")),
        (ValidateOptions(select=("ALL",), ignore=("NB",)), set()),
        (ValidateOptions(ignore=("ALL",)), set()),
        (ValidateOptions(select=("NB3",), ignore=("NB3",)), set()),
        (ValidateOptions(select=("NB301",), ignore=("NB3",)), {"NB301"}),
        (ValidateOptions(select=("NB3",), ignore=("NB301",)), codes("NB3") - {"NB301"}),
        (ValidateOptions(extend_select=("NB301",), ignore=("NB3",)), DEFAULTS - codes("NB3") | {"NB301"}),
        (ValidateOptions(select=("NB30", "NB4"), ignore=("NB3", "NB404")), codes("NB3") | codes("NB4") - {"NB404"}),
    ],
)
def test_the_longest_name_decides_and_ignoring_wins_a_tie(options: ValidateOptions, expected: set[str]) -> None:
    assert enabled_codes(options) == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (ValidateOptions(select=("NB999",)), "expected rule codes or ALL, got 'NB999'; did you mean NB"),
        (ValidateOptions(ignore=("nb301",)), "expected rule codes or ALL, got 'nb301'; did you mean NB301?"),
        (ValidateOptions(extend_select=("",)), "expected rule codes or ALL, got ''; `nbkit validate --help` names"),
        (ValidateOptions(select=("duplicate-ids",)), "got 'duplicate-ids'; did you mean NB201?"),
        (
            ValidateOptions(per_file_ignores={"*": ("E501",)}),
            "per-file-ignores.*: expected rule codes or ALL, got 'E501'",
        ),
    ],
)
def test_a_name_that_stands_for_no_rule_is_refused_with_the_nearest(options: ValidateOptions, message: str) -> None:
    with pytest.raises(SettingsError) as refused:
        validate_bytes(b"", "a.ipynb", options)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("glob", "path", "is_ignored"),
    [
        ("*.ipynb", "/project/a.ipynb", True),
        ("a.ipynb", "/project/deep/down/a.ipynb", True),
        ("docs/*", "/project/docs/a.ipynb", True),
        ("docs/*", "/project/docs/more/a.ipynb", True),
        ("docs/**/*.ipynb", "/project/docs/more/a.ipynb", True),
        ("**/old/*", "/project/old/a.ipynb", True),
        ("**/old/*", "/project/very/old/a.ipynb", True),
        ("docs/*", "/project/src/a.ipynb", False),
        ("docs/*", "/project/src/docs/a.ipynb", False),
        ("!docs/*", "/project/src/a.ipynb", True),
        ("!docs/*", "/project/docs/a.ipynb", False),
    ],
)
def test_globs_start_at_the_folder_of_the_configuration(glob: str, path: str, *, is_ignored: bool) -> None:
    options = ValidateOptions(per_file_ignores={glob: ("NB3",)})
    for_file = options_for_file(options, path, "/project")
    assert enabled_codes(for_file) == (DEFAULTS - codes("NB3") if is_ignored else DEFAULTS)


def test_what_is_ignored_for_a_file_is_selected_by_no_longer_name() -> None:
    options = ValidateOptions(select=("NB301", "NB302"), per_file_ignores={"a.ipynb": ("NB3",), "b.ipynb": ("NB301",)})
    assert enabled_codes(options_for_file(options, "a.ipynb", ".")) == set()
    assert enabled_codes(options_for_file(options, "b.ipynb", ".")) == {"NB302"}
    assert enabled_codes(options_for_file(options, "c.ipynb", ".")) == {"NB301", "NB302"}


def test_options_come_from_toml_with_hyphens() -> None:
    text = 'select = ["ALL"]\nextend-select = ["NB2"]\nignore = ["NB4"]\n[per-file-ignores]\n"a.ipynb" = ["NB3"]\n'
    assert msgspec.toml.decode(text, type=ValidateOptions) == ValidateOptions(
        select=("ALL",), extend_select=("NB2",), ignore=("NB4",), per_file_ignores={"a.ipynb": ("NB3",)}
    )
    with pytest.raises(msgspec.ValidationError, match="Object contains unknown field `selct`"):
        msgspec.toml.decode('selct = ["ALL"]', type=ValidateOptions)
