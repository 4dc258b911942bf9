"""What to strip and what to keep, as one frozen value."""

from __future__ import annotations

from typing import Literal

import msgspec

DEFAULT_KEYS = (
    "metadata.signature",
    "metadata.widgets",
    "metadata.papermill",
    "metadata.vscode",
    "metadata.application/vnd.databricks.v1+notebook",
    "metadata.colab.provenance",
    "cell.metadata.collapsed",
    "cell.metadata.scrolled",
    "cell.metadata.ExecuteTime",
    "cell.metadata.execution",
    "cell.metadata.heading_collapsed",
    "cell.metadata.hidden",
    "cell.metadata.executionInfo",
    "cell.metadata.outputId",
    "cell.metadata.papermill",
    "cell.metadata.vscode",
    "cell.metadata.application/vnd.databricks.v1+cell",
    "cell.metadata.colab.background_save",
    "cell.metadata.colab.base_uri",
    "cell.metadata.colab.height",
    "cell.metadata.colab.output_embedded_package_id",
    "cell.metadata.colab.output_extras",
    "cell.metadata.colab.referenced_widgets",
    "cell.metadata.colab.resources",
    "cell.metadata.colab.width",
)
"""What goes by default: nbstripout 0.9.1's own list and what Colab, papermill, VS Code and Databricks leave behind.

Of a cell's `colab`, `autoexec` stays: it says how the cell is to be run. Of the notebook's,
`provenance` goes, which names the files and accounts that it was copied from.
"""


_TEXTS = (
    "extra_keys",
    "keep_metadata_keys",
    "only_metadata_keys",
    "drop_tagged_cells",
    "drop_output_types",
    "keep_output_types",
    "keep_mime_types",
)


class StripPolicy(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """What `strip_notebook` removes. The defaults are what belongs in no commit.

    Keys are dotted ways from the notebook (`metadata.foo`) or from a cell (`cell.metadata.foo`);
    a key that has dots in its name is matched whole before it is taken apart. Output types are
    nbformat's, a stream's name may follow (`stream:stderr`). Names and meanings are those of
    nbstripout 0.9.1 where it has them; ids are kept unless they are asked to be numbered.
    """

    keep_output: bool | None = None
    """Keep all outputs; None leaves it to `keep_output` in the notebook's metadata."""
    keep_count: bool = False
    ids: Literal["keep", "sequential"] = "keep"
    extra_keys: tuple[str, ...] = ()
    """Metadata to remove beside the default."""
    keep_metadata_keys: tuple[str, ...] = ()
    """Metadata to keep although it is in the default or in `extra_keys`."""
    only_metadata_keys: tuple[str, ...] = ()
    """If given, the only metadata to keep; everything else in the metadata goes."""
    drop_empty_cells: bool = False
    drop_tagged_cells: tuple[str, ...] = ()
    strip_init_cells: bool = False
    """Strip cells with `init_cell: true` too, which otherwise keep their outputs."""
    drop_output_types: tuple[str, ...] = ()
    keep_output_types: tuple[str, ...] = ()
    keep_mime_types: tuple[str, ...] = ()
    """Keep what outputs hold in these MIME types (`text/plain`, `image/*`), and nothing else of those outputs."""
    max_size: int = 0
    """Keep outputs of at most so many characters, all their texts added up; 0 keeps none for their size."""
    unix_newlines: bool = False

    def __post_init__(self) -> None:
        """Raise TypeError for text where a tuple of texts belongs, and ValueError for a negative size."""
        for name in _TEXTS:
            self._check_texts(name)
        if self.max_size < 0:
            raise ValueError(f"max_size: expected 0 or more, got {self.max_size}")

    def _check_texts(self, name: str) -> None:
        value = getattr(self, name)
        # A text is a sequence of texts too: `drop_tagged_cells="hide"` would drop cells tagged `id`.
        if not isinstance(value, tuple) or not all(isinstance(item, str) for item in value):
            raise TypeError(f"{name}: expected a tuple of texts, got {value!r}")

    @property
    def removed_keys(self) -> tuple[str, ...]:
        """The keys to remove: the default and `extra_keys`, less those to keep and those that name no metadata."""
        wanted = (*DEFAULT_KEYS, *self.extra_keys)
        return tuple(key for key in wanted if is_valid_key(key) and not self._is_kept(key))

    def _is_kept(self, key: str) -> bool:
        return any(key == kept or key.startswith(kept + ".") for kept in self.keep_metadata_keys)


def is_valid_key(key: str) -> bool:
    """Whether `key` begins where keys can: at `metadata.` or at `cell.`."""
    return key.startswith(("metadata.", "cell."))
