"""Find notebooks on disk, read them without being fooled by what is no file, and replace them whole or not at all."""

from __future__ import annotations

from nbkit.files.find import FoundNotebooks, GitReader, find_notebooks
from nbkit.files.read import FileStamp, read_file, read_file_with_stamp
from nbkit.files.replace import ReplacementBatch, replace_file, write_file

__all__ = [
    "FileStamp",
    "FoundNotebooks",
    "GitReader",
    "ReplacementBatch",
    "find_notebooks",
    "read_file",
    "read_file_with_stamp",
    "replace_file",
    "write_file",
]
