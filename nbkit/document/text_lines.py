"""Multi-line strings: a notebook file may hold them as lists of lines, a reader sees them joined.

The rules are nbformat's (`rejoin_lines` and `split_lines` of its v3 and v4 `rwbase`).
"""

from __future__ import annotations

from collections.abc import Mapping

from nbkit.document.values import JsonObject, JsonValue, is_same

_SOURCE_KEYS = ("source",)
_OLD_SOURCE_KEYS = ("source", "input", "rendered")
_OLD_OUTPUT_KEYS = ("text", "html", "svg", "latex", "javascript", "json")
_SPLIT_MIME_TYPES = ("application/javascript", "image/svg+xml")


def join_lines(value: JsonValue, *, is_old: bool = False) -> JsonValue:
    """Return a list of lines as one string, and anything else as it is.

    Before nbformat 4 (`is_old`) a list may have been written without its line ends.
    """
    if not isinstance(value, list) or not all(isinstance(line, str) for line in value):
        return value
    lines = [line for line in value if isinstance(line, str)]
    if is_old and lines and not lines[0].endswith(("\n", "\r")):
        return "\n".join(lines)
    return "".join(lines)


def join_cell(cell: Mapping[str, JsonValue], *, is_old: bool = False) -> JsonObject:
    """Return the content of a cell as nbformat's reader gives it, with its multi-line strings joined."""
    joined = dict(cell)
    for key in _OLD_SOURCE_KEYS if is_old else _SOURCE_KEYS:
        if key in joined:
            joined[key] = join_lines(joined[key], is_old=is_old)
    if isinstance(outputs := joined.get("outputs"), list):
        joined["outputs"] = [join_output(output, is_old=is_old) for output in outputs]
    if isinstance(attachments := joined.get("attachments"), dict):
        joined["attachments"] = {name: _join_bundle(bundle) for name, bundle in attachments.items()}
    return joined


def join_output(output: JsonValue, *, is_old: bool = False) -> JsonValue:
    """Return an output as nbformat's reader gives it, with its multi-line strings joined."""
    if not isinstance(output, dict):
        return output
    joined = dict(output)
    if is_old:
        joined |= {key: join_lines(output[key], is_old=True) for key in _OLD_OUTPUT_KEYS if key in output}
    elif output.get("output_type") in ("execute_result", "display_data"):
        if "data" in output:
            joined["data"] = _join_bundle(output["data"])
    elif "text" in output:
        joined["text"] = join_lines(output["text"])
    return joined


def _join_bundle(bundle: JsonValue) -> JsonValue:
    if not isinstance(bundle, dict):
        return bundle
    return {mime: value if is_json_mime(mime) else join_lines(value) for mime, value in bundle.items()}


def is_json_mime(mime: str) -> bool:
    """Whether a value of this MIME type is JSON, so that a list in it is a list and not lines."""
    return mime == "application/json" or (mime.startswith("application/") and mime.endswith("+json"))


def split_cell(
    cell: Mapping[str, JsonValue], like: Mapping[str, JsonValue] | None = None, *, is_old: bool = False
) -> JsonObject:
    """Return the content of a cell with its multi-line strings as lists of lines, as nbformat 4 writes them.

    Where `like` is the cell it was made from, what joins to the same keeps the form it has there,
    and a source that was one string there stays one.
    """
    split = dict(cell)
    for key in _OLD_SOURCE_KEYS if is_old else _SOURCE_KEYS:
        if isinstance(value := cell.get(key), str):
            split[key] = _split_like(value, like.get(key) if like else None, is_old=is_old)
    if isinstance(outputs := cell.get("outputs"), list):
        split["outputs"] = _split_outputs(outputs, like.get("outputs") if like else None, is_old=is_old)
    if isinstance(attachments := cell.get("attachments"), dict):
        old = like.get("attachments") if like else None
        split["attachments"] = _split_attachments(attachments, old if isinstance(old, dict) else {})
    return split


def _split_like(value: str, old: JsonValue, *, is_old: bool) -> JsonValue:
    if isinstance(old, str):
        return value
    if not isinstance(old, list):
        return _lines(value, is_old=is_old)
    if join_lines(old, is_old=is_old) == value:
        return old
    without_ends = is_old and len(old) > 1 and not str(old[0]).endswith(("\n", "\r"))
    return _lines(value, is_old=is_old, keepends=not without_ends)


def _split_outputs(outputs: list[JsonValue], old: JsonValue, *, is_old: bool) -> JsonValue:
    known = old if isinstance(old, list) else []
    split: list[JsonValue] = []
    place = 0
    for output in outputs:
        same = _find_same(output, known, place, is_old=is_old)
        split.append(_split_output(output, is_old=is_old) if same is None else known[same])
        place = place if same is None else same + 1
    return split


def _find_same(output: JsonValue, known: list[JsonValue], place: int, *, is_old: bool) -> int | None:
    """Return where in `known`, from `place` on, an output that joins to the same stands."""
    joined = join_output(output, is_old=is_old)
    # 64: outputs are removed or added in small numbers; looking at all would be quadratic at 20,000.
    for index in range(place, min(place + 64, len(known))):
        if is_same(join_output(known[index], is_old=is_old), joined):
            return index
    return None


def _split_output(output: JsonValue, *, is_old: bool) -> JsonValue:
    if not isinstance(output, dict) or is_old:
        return output
    split = dict(output)
    if output.get("output_type") in ("execute_result", "display_data"):
        split |= {"data": _split_bundle(output["data"])} if "data" in output else {}
    elif output.get("output_type") == "stream" and isinstance(text := output.get("text"), str):
        split["text"] = _lines(text)
    return split


def _split_attachments(attachments: JsonObject, old: JsonObject) -> JsonObject:
    return {
        name: old[name]
        if name in old and is_same(_join_bundle(old[name]), _join_bundle(bundle))
        else _split_bundle(bundle)
        for name, bundle in attachments.items()
    }


def _split_bundle(bundle: JsonValue) -> JsonValue:
    if not isinstance(bundle, dict):
        return bundle
    return {
        mime: _lines(value) if isinstance(value, str) and _is_split_mime(mime) else value
        for mime, value in bundle.items()
    }


def _is_split_mime(mime: str) -> bool:
    return mime.startswith("text/") or mime in _SPLIT_MIME_TYPES


def _lines(text: str, *, is_old: bool = False, keepends: bool = True) -> JsonValue:
    lines: JsonValue = list(text.splitlines(keepends=True) if keepends else text.split("\n"))
    # Before nbformat 4 a reader guesses from the first line whether line ends are there, and may guess wrong.
    return text if is_old and join_lines(lines, is_old=True) != text else lines
