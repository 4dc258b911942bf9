"""What the filter does with a notebook: strip it on its way into git, and give it its outputs back on the way out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from nbkit.errors import NotebookError
from nbkit.git.caller import Caller
from nbkit.git.local_outputs import OutputStore
from nbkit.strip import StripPolicy, strip_bytes


class LocalOutputs:
    """The store of a repository, as the git command that runs the filter may use it."""

    def __init__(self, store: OutputStore, caller: Caller) -> None:
        self._store = store
        self._caller = caller

    def remember(self, path: str, cleaned: bytes, raw: bytes) -> None:
        """Keep the notebook `raw`, if it is what stands in the working tree at `path`."""
        if self._caller.reads_working_tree:
            self._store.remember(path, cleaned, raw)

    def recall(self, path: str, cleaned: bytes, load_policy: Callable[[], StripPolicy]) -> bytes:
        """Return the notebook with the outputs it had here, if it goes into the working tree."""
        if not cleaned or not self._caller.fills_working_tree:
            return cleaned
        try:
            return self._store.recall(path, cleaned, load_policy())
        except NotebookError as error:
            self._store.warn_once(f"local outputs are not brought back: {error}")
            return cleaned


class NotebookFilter:
    """Cleans and smudges notebooks; without local outputs, what git has is what the working tree gets."""

    def __init__(self, load_policy: Callable[[], StripPolicy], outputs: LocalOutputs | None = None) -> None:
        """Keep what is taken out in `outputs`.

        `load_policy` is called when a notebook is first cleaned. Not before: with a conflict in the
        file of the settings, `git merge --abort` must still be able to write notebooks.
        """
        self._load_policy = load_policy
        self._outputs = outputs

    @cached_property
    def _policy(self) -> StripPolicy:
        return self._load_policy()

    def clean(self, data: bytes, path: str) -> bytes:
        """Return the notebook without its outputs. Raises NotebookError for what is not understood."""
        cleaned = strip_bytes(data, self._policy, path)
        if self._outputs is not None:
            self._outputs.remember(path, cleaned, data)
        return cleaned

    def smudge(self, data: bytes, path: str) -> bytes:
        """Return the notebook with the outputs it had here, where a checkout asks for it, else as git has it."""
        return data if self._outputs is None else self._outputs.recall(path, data, lambda: self._policy)
