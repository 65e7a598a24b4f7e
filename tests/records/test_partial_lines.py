import pytest

from logship.records.joining import More
from logship.records.parsers import open_parser
from logship.records.partial_lines import PartialLines

AT = b"2026-11-27T10:00:00.123456789Z stdout "


def lines(*tags: str, end: bytes = b"\n") -> bytes:
    """Give a line of CRI for each tag."""
    return b"".join(AT + tag.encode() + b" x" + end for tag in tags)


SIZE = len(lines("P"))


def cri(max_lines: int = 1000, max_bytes: int = 1 << 20) -> PartialLines:
    """Put lines of CRI together."""
    parser = open_parser("cri")
    assert parser
    assert parser.continues
    return PartialLines(parser.continues, max_lines, max_bytes)


@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_a_line_that_goes_on_is_held_back_until_the_next_is_there(end: bytes) -> None:
    """Behind it, all records before it leave."""
    size = len(lines("P", end=end))
    data = lines("F", "P", "P", "F", "P", end=end)
    found = cri().join(data, 1000, More.MAYBE)
    ((start, stop),) = found.frames[0].joins
    assert [(frame.start, frame.end, frame.data) for frame in found.frames] == [
        (1000, 1000 + 4 * size, lines("F", "P", "P", "F", end=end))
    ]
    assert (start, stop, found.held) == (1000 + size, 1000 + 4 * size, 1000 + 4 * size)


def test_where_it_is_not_waited_for_is_noted() -> None:
    """Unless that is known, or nothing can follow."""
    for more, cuts in ((More.LATE, ((3 * SIZE, ""),)), (More.NOTED, ()), (More.NEVER, ())):
        found = cri().join(lines("F", "P", "P"), 0, more)
        assert [(frame.end, frame.joins, frame.cuts) for frame in found.frames] == [
            (3 * SIZE, ((SIZE, 3 * SIZE),), cuts)
        ]
        assert found.held == 3 * SIZE


@pytest.mark.parametrize(("most", "nbytes"), [(2, 1 << 20), (1000, 2 * SIZE), (1000, 3 * SIZE - 1)])
def test_a_record_is_bounded(most: int, nbytes: int) -> None:
    """What is beyond is a record of its own."""
    found = cri(most, nbytes).join(lines("P", "P", "P", "P", "F", "F"), 0, More.MAYBE)
    assert [(frame.start, frame.end, frame.joins) for frame in found.frames] == [
        (0, 2 * SIZE, ((0, 2 * SIZE),)),
        (2 * SIZE, 4 * SIZE, ((2 * SIZE, 4 * SIZE),)),
        (4 * SIZE, 6 * SIZE, ()),
    ]


def test_a_line_alone_over_the_limit_stands_by_itself() -> None:
    """There is always one line in a record."""
    found = cri(max_bytes=1).join(lines("P", "F"), 0, More.MAYBE)
    assert [(frame.start, frame.end) for frame in found.frames] == [(0, SIZE), (SIZE, 2 * SIZE)]


def test_a_last_line_without_newline_is_left() -> None:
    """It may yet grow."""
    found = cri().join(lines("F") + AT, 0, More.LATE)
    assert [(frame.start, frame.end) for frame in found.frames] == [(0, SIZE)]
    assert found.held == SIZE
    assert cri().join(AT, 0, More.LATE) == ([], 0, False)
