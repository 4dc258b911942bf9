from __future__ import annotations

import pytest

from nbkit.document import Positions, locate_offset
from nbkit.location import Location

DATA = b'\xef\xbb\xbf {"a": [1, {"b": 2}],\r\n "\xc3\xa9": {"c": 3, "c": 4}}\n'


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ((), b"{"),
        (("a",), b"[1"),
        (("a", 0), b"1,"),
        (("a", 1, "b"), b"2}"),
        (("é", "c"), b"4}"),
    ],
)
def test_a_value_is_found_by_its_way(way: tuple[str | int, ...], expected: bytes) -> None:
    assert DATA[Positions(DATA).offset(way) :].startswith(expected)


def test_a_key_is_found_by_the_way_to_its_value() -> None:
    assert DATA[Positions(DATA).offset(("a", 1, "b"), of_key=True) :].startswith(b'"b": 2')


def test_where_the_way_ends_early_the_last_value_on_it_counts() -> None:
    positions = Positions(DATA)
    assert positions.offset(("a", 7)) == positions.offset(("a",))
    assert positions.offset(("a", 0, "x", 1)) == positions.offset(("a", 0))
    assert positions.offset(("x",)) == positions.offset(())


def test_all_places_of_a_duplicate_key_are_found() -> None:
    found = Positions(DATA).offsets(("é", "c"), of_key=True)
    assert [DATA[offset : offset + 6] for offset in found] == [b'"c": 3', b'"c": 4']


@pytest.mark.parametrize(
    ("part", "line", "column"), [(b"{", 1, 2), (b'"b"', 1, 13), (b'"c": 4', 2, 16), (b"\n", 1, 23)]
)
def test_lines_and_columns_count_from_1_in_characters(part: bytes, line: int, column: int) -> None:
    offset = DATA.index(part)
    assert locate_offset(DATA, offset, "a") == Location("a", line=line, column=column)
    assert Positions(DATA, "a").locate(offset) == Location("a", line=line, column=column)


def test_the_end_of_the_file_has_a_place() -> None:
    assert locate_offset(DATA, len(DATA), None) == Location(line=3, column=1)
    assert Positions(DATA).locate(len(DATA)) == Location(line=3, column=1)


def test_places_are_the_same_in_whatever_order_they_are_asked_for() -> None:
    data = '{"é": 1, "ü": 2,\n "ö": 3}'.encode()
    positions = Positions(data)
    starts = [offset for offset in range(len(data) + 1) if data[offset : offset + 1] not in (b"\xa9", b"\xbc", b"\xb6")]
    offsets = [*starts, *reversed(starts)]
    assert [positions.locate(offset) for offset in offsets] == [locate_offset(data, offset, None) for offset in offsets]


def test_places_asked_for_one_after_the_other_are_the_places_asked_for_alone() -> None:
    data = b"\xef\xbb\xbf" + '{"é": ["ü\u2028", 1,\n "é😀", 2]}\n'.encode()
    starts = [index for index, byte in enumerate(data) if byte & 0xC0 != 0x80 and index >= 3]
    for order in (starts, starts[::-1], starts[::3] + starts[::2], [0, *starts]):
        positions = Positions(data)
        assert [positions.locate(offset) for offset in order] == [locate_offset(data, offset, None) for offset in order]
