"""Make notebooks for benchmarks where no real ones are at hand. The same arguments give the same bytes."""

from __future__ import annotations

import base64
import json
import random
import textwrap
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Literal

Shape = Literal["ordinary", "nasty"]
Json = dict[str, object]

LANGUAGE: Json = {"language_info": {"name": "python", "version": "3.11.7"}}


def write_notebooks(folder: Path, how_many: int) -> None:
    """Write `how_many` notebooks of 1 to 60 cells, one in four of them without outputs."""
    for number in range(how_many):
        target = folder / f"part{number % 7}" / f"notebook{number:04}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        randomness = random.Random(number)
        cells = [make_cell(randomness, index) for index in range(randomness.randint(1, 60))]
        if number % 4 == 0:
            cells = [cell | {"outputs": [], "execution_count": None} if "outputs" in cell else cell for cell in cells]
        notebook = {"cells": cells, "metadata": LANGUAGE, "nbformat": 4, "nbformat_minor": 5}
        target.write_text(json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def write_large_notebook(path: Path, size_bytes: int, shape: Shape) -> None:
    """Write one notebook of at least `size_bytes`, most of it images.

    The nasty one is what a fast JSON reader refuses and Jupyter opens: a lone surrogate in its first cell, NaN in
    the notebook's metadata (which comes last, when all the work is done), and it is indented by two."""
    indent = 1 if shape == "ordinary" else 2
    metadata = LANGUAGE if shape == "ordinary" else LANGUAGE | {"loss": float("nan")}
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("{\n" + " " * indent + '"cells": [\n')
        for number, cell in enumerate(large_cells(shape)):
            text = json.dumps(cell, indent=indent, sort_keys=True)
            file.write((",\n" if number else "") + textwrap.indent(text, " " * indent * 2))
            if file.tell() >= size_bytes:
                break
        rest = json.dumps({"metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=indent)
        file.write("\n" + " " * indent + "]," + rest.removeprefix("{") + "\n")


def large_cells(shape: Shape) -> Iterator[Json]:
    """Yield cells without end, each with some text and an image of about 50 kB."""
    randomness = random.Random(0)
    for index in count():
        cell = make_cell(randomness, 0)
        cell["id"] = f"cell-{index}"
        cell["outputs"] = [make_stream(randomness), make_image(randomness, 40_000)]
        if shape == "nasty" and index == 0:
            cell["source"] = ['half = "\ud83d"\n']
        yield cell


def make_cell(randomness: random.Random, index: int) -> Json:
    """Return a Markdown cell for every fourth `index` but the first, else a code cell that ran."""
    cell: Json = {"id": f"cell-{index}", "metadata": {}, "source": make_lines(randomness, 12)}
    if index % 4 == 3:
        return cell | {"cell_type": "markdown"}
    outputs = [make_output(randomness, index) for _ in range(randomness.randint(0, 2))]
    return cell | {"cell_type": "code", "execution_count": index + 1, "outputs": outputs}


def make_output(randomness: random.Random, index: int) -> Json:
    """Return a stream, a result or an image, the last of 1 to 60 kB."""
    kind = randomness.choice(["stream", "result", "image"])
    if kind == "stream":
        return make_stream(randomness)
    if kind == "image":
        return make_image(randomness, randomness.randint(750, 45_000))
    return {
        "data": {"text/html": make_lines(randomness, 40), "text/plain": make_lines(randomness, 20)},
        "execution_count": index + 1,
        "metadata": {},
        "output_type": "execute_result",
    }


def make_stream(randomness: random.Random) -> Json:
    """Return what a few calls of print leave behind."""
    return {"name": "stdout", "output_type": "stream", "text": make_lines(randomness, 30)}


def make_image(randomness: random.Random, size_bytes: int) -> Json:
    """Return a picture of `size_bytes`, a third more in base64."""
    image = base64.b64encode(randomness.randbytes(size_bytes)).decode("ascii")
    data = {"image/png": image + "\n", "text/plain": ["<Figure size 640x480 with 1 Axes>"]}
    return {"data": data, "metadata": {}, "output_type": "display_data"}


def make_lines(randomness: random.Random, at_most: int) -> list[str]:
    """Return 1 to `at_most` lines that need escapes and more than ASCII now and then."""
    words = ["loss", "=", 'f("x")', "\\n", "größe", "模型", "0.12345", "# why"]
    how_many = randomness.randint(1, at_most)
    return [" ".join(randomness.choices(words, k=randomness.randint(1, 12))) + "\n" for _ in range(how_many)]
