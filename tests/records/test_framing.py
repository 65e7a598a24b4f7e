"""Lines are cut the same way however the bytes arrive; the oracle looks at one line at a time."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logship.model import LineState
from logship.records.framing import (
    CONTINUATION,
    EMPTY,
    NUL,
    OVERLONG,
    TRUNCATED,
    Frame,
    frame_lines,
    frame_odd_line,
    frame_rest,
    utf8_boundary,
    within_lines,
)

LIMIT = 8
LINES = st.lists(
    st.one_of(
        st.binary(max_size=2 * LIMIT),
        st.text("a\0é€😀\r", max_size=2 * LIMIT).map(str.encode),
        st.integers(0, 2 * LIMIT).map(lambda size: b"x" * size),
        st.integers(0, 2 * LIMIT).map(lambda size: b"\0" * size),
    ).map(lambda line: line.replace(b"\n", b"") + b"\n"),
    min_size=1,
    max_size=12,
)


def frames_of(data: bytes, start: int = 0) -> list[Frame]:
    """Frame whole lines."""
    return list(frame_lines(data, start, LIMIT))


def one_line_each(frames: list[Frame]) -> Iterator[Frame]:
    """Take plain frames apart, so that only what each line became is compared."""
    for frame in frames:
        if frame.flags or frame.skipped:
            yield frame
            continue
        at = frame.start
        for line in frame.data.split(b"\n")[:-1]:
            yield Frame(at, at + len(line) + 1, line + b"\n")
            at += len(line) + 1


def oracle(lines: list[bytes], start: int) -> Iterator[Frame]:
    """Say what becomes of each line, in the words of DECISIONS 16 and 17."""
    for line in lines:
        text = line[:-1].lstrip(b"\0")
        at, end = start + len(line) - 1 - len(text), start + len(line)
        if at > start:
            yield Frame(start, at, skipped=NUL)
        if not text and at > start:
            yield Frame(at, end, skipped=EMPTY)
        elif len(text) > LIMIT:
            cut = longest_whole(text)
            yield Frame(at, at + cut, text[:cut], (TRUNCATED,), after=LineState.SKIPPING)
            yield Frame(at + cut, end, skipped=OVERLONG)
        else:
            yield Frame(at, end, text + b"\n")
        start = end


def longest_whole(text: bytes) -> int:
    """Give where the limit cuts a text: before the sequence that begins last before it, if it is cut there."""
    starts = [at for at in range(LIMIT - 3, LIMIT + 1) if at > 0 and text[at] & 0xC0 != 0x80]
    return max(starts, default=LIMIT)


@given(LINES, st.integers(0, 2**40))
def test_frames_cover_exactly_what_they_were_cut_from(lines: list[bytes], start: int) -> None:
    """Frames follow one another from the first to the last byte; data is what is at those offsets."""
    data = b"".join(lines)
    at = start
    for frame in frames_of(data, start):
        assert frame.start == at < frame.end
        assert frame.skipped or frame.data == data[frame.start - start : frame.end - start]
        assert not frame.skipped or not frame.data
        at = frame.end
    assert at == start + len(data)


@given(LINES)
def test_frames_equal_the_plain_oracle(lines: list[bytes]) -> None:
    """Each line becomes what it would become alone: no plain line is over the limit or begins with NUL."""
    frames = list(one_line_each(frames_of(b"".join(lines), 100)))
    assert frames == list(oracle(lines, 100))
    for frame in frames:
        assert not frame.data.startswith(b"\0")
        assert len(frame.data.removesuffix(b"\n")) <= LIMIT


@given(LINES, st.data())
def test_frames_do_not_depend_on_how_reads_fell(lines: list[bytes], choose: st.DataObject) -> None:
    """Read at once or in pieces that end at line ends, every line becomes the same."""
    cut = choose.draw(st.integers(0, len(lines)))
    first, second = b"".join(lines[:cut]), b"".join(lines[cut:])
    pieces = [*(frames_of(first) if first else []), *(frames_of(second, len(first)) if second else [])]
    assert list(one_line_each(pieces)) == list(one_line_each(frames_of(first + second)))


@given(st.text(min_size=1), st.integers(4, 40))
def test_utf8_is_never_cut_in_a_character(text: str, limit: int) -> None:
    """The cut text is valid, within the limit, and the next character would have passed the limit."""
    data = text.encode("utf-8", "replace")
    cut = utf8_boundary(data, limit)
    kept = data[:cut].decode()
    assert cut <= limit
    assert cut == len(data) or len((kept + data[cut:].decode()[0]).encode()) > limit


@given(st.binary(min_size=1), st.integers(4, 40))
def test_bad_utf8_is_cut_within_a_sequence_of_the_limit(data: bytes, limit: int) -> None:
    """Whatever the bytes, the cut is at most three bytes under the limit, and never 0."""
    cut = utf8_boundary(data, limit)
    assert min(len(data), limit) - 3 <= cut <= min(len(data), limit)
    assert cut > 0


@pytest.mark.parametrize(
    ("data", "state", "frame"),
    [
        (b"rest\nnext\n", LineState.SKIPPING, Frame(5, 10, skipped=OVERLONG)),
        (b"rest", LineState.SKIPPING, Frame(5, 9, skipped=OVERLONG, after=LineState.SKIPPING)),
        (b"rest\nnext\n", LineState.PARTIAL, Frame(5, 10, b"rest\n", (CONTINUATION,))),
        (b"rest", LineState.PARTIAL, Frame(5, 9, b"rest", (CONTINUATION,), after=LineState.PARTIAL)),
        (b"\nnext\n", LineState.PARTIAL, Frame(5, 6, skipped=EMPTY)),
    ],
)
def test_what_follows_within_a_line_ends_at_its_newline(data: bytes, state: LineState, frame: Frame) -> None:
    """The rest of an overlong line is a gap, of a partial one a continuation, up to and with the newline."""
    assert frame_rest(data, 5, state) == frame


def test_a_line_of_exactly_the_limit_is_whole() -> None:
    """The newline does not count, and a plain read is one frame."""
    data = b"x" * LIMIT + b"\n" + b"y\n"
    assert frames_of(data) == [Frame(0, len(data), data)]


def test_a_line_with_nul_inside_is_plain() -> None:
    """Only NULs at the start of a line are what a sparse file leaves."""
    assert frames_of(b"a\0b\n") == [Frame(0, 4, b"a\0b\n")]
    assert list(frame_odd_line(b"\0\0ab\n", 10, LIMIT)) == [Frame(10, 12, skipped=NUL), Frame(12, 15, b"ab\n")]


def test_what_has_no_beginning_of_a_character_is_cut_at_the_limit() -> None:
    """Four continuation bytes in a row belong to nothing."""
    assert utf8_boundary(b"\x80" * 10, 6) == 6


@given(st.lists(st.sampled_from([b'{"a":1}', b'{"}', b'{"a"', b'"a":1}', b"", b"{}", b'{"\r}', b'{"a":1}{"b":2}'])))
def test_what_lines_have_within_is_given_where_all_begin_and_end_so(lines: list[bytes]) -> None:
    """Each line's inside, if every line has both ends and they don't overlap; nothing at all else."""
    data = b"".join(line + b"\n" for line in lines)
    fits = all(line.startswith(b'{"') and line.endswith(b"}") and len(line) > 2 for line in lines)
    assert within_lines(data, b'{"', b"}\n") == ([line[2:-1] for line in lines] if fits else [])


def test_a_last_line_without_newline_has_no_inside() -> None:
    """What does not end as the others do is no such block."""
    assert within_lines(b'{"a":1}\n{"a":2}', b'{"', b"}\n") == []
    assert within_lines(b'{"a":1}\r\n', b'{"', b"}\r\n") == [b'a":1']
