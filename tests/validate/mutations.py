"""Real notebooks with something changed at random: what a validator of the schema is tried on."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from nbkit.document import JsonObject, copy_value

CASES = Path(__file__).parent / "cases"

ODD_VALUES: list[Any] = [None, True, 0, -1, 1.0, 7, "", "a", "a,b", "code", "x" * 65, [], ["a"], [1], ["a", "a"], {}]
ODD_VALUES += [{"a": 1}, {"text/plain": 1}, {"application/json": [1]}, "stream", "auto", [[]], {"name": "x"}]
ODD_KEYS = ["id", "name", "tags", "attachments", "outputs", "execution_count", "extra", "collapsed", "title", "format"]
ODD_KEYS += ["jupyter", "execution", "scrolled", "authors", "orig_nbformat", "text", "application/x+json", "image/png"]


def mutate(notebook: JsonObject, seed: int) -> JsonObject:
    """Return a copy of `notebook` with one to three values changed, added or taken out."""
    chance = random.Random(seed)
    changed: Any = copy_value(notebook)
    for _ in range(chance.randint(1, 3)):
        _change_one(changed, chance)
    assert isinstance(changed, dict)
    return changed


def _change_one(root: Any, chance: random.Random) -> None:
    holder = root
    while True:
        inner = [child for child in (holder.values() if isinstance(holder, dict) else holder) if child]
        inner = [child for child in inner if isinstance(child, (dict, list))]
        if not inner or chance.random() < 0.25:
            break
        holder = chance.choice(inner)
    value = copy_value(chance.choice(ODD_VALUES))
    if isinstance(holder, dict):
        key = chance.choice([*holder, *ODD_KEYS] if chance.random() < 0.3 else list(holder) or ODD_KEYS)
        if chance.random() < 0.3:
            holder.pop(key, None)
        else:
            holder[key] = value
    elif holder and chance.random() < 0.6:
        holder[chance.randrange(len(holder))] = value
    else:
        holder.append(value)


def read_notebooks(folder: Path, limit_bytes: int) -> list[JsonObject]:
    """Return the notebooks of nbformat 4 below `folder` that Python's reader takes and that are not large."""
    found = []
    for path in sorted(folder.rglob("*.ipynb")):
        if path.stat().st_size > limit_bytes:
            continue
        try:
            notebook = json.loads(path.read_bytes().decode())
        except (ValueError, RecursionError):
            continue
        if isinstance(notebook, dict) and notebook.get("nbformat") == 4 and isinstance(notebook.get("cells"), list):
            found.append(notebook)
    return found
