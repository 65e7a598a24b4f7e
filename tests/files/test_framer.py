from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from logship.files.framer import Framer, Place, advance
from logship.model import LineState
from logship.state.fingerprint import ReadAt

LIMIT = 20
texts = st.lists(
    st.sampled_from([b"", b"one", b"two words", b"x" * 19, b"x" * 20, b"x" * 21, b"y" * 95, "é".encode() * 15])
)


def reading(data: bytes) -> ReadAt:
    """Read from bytes as from a file."""
    return lambda size, offset: data[offset : offset + size]


def framed(data: bytes, cuts: list[int]) -> Iterator[tuple[int, int, bytes, tuple[str, ...], str]]:
    """Read a file that grew to these sizes, as its reader does, in reads of 16 bytes at most."""
    place = Place()
    for size in [*sorted(cut for cut in cuts if cut < len(data)), len(data)]:
        seen = data[:size]
        framer = Framer(reading(seen), LIMIT)
        while more := seen[place.scanned : place.scanned + 16]:
            frames = framer.frames(place, more)
            yield from ((each.start, each.end, each.data, each.flags, each.skipped) for each in frames)
            place = advance(place, frames, len(more))


@given(texts, st.lists(st.integers(0, 500)))
def test_frames_do_not_depend_on_how_the_file_grew(parts: list[bytes], cuts: list[int]) -> None:
    """Lines are the same, one after the other, whatever was there at which time; a long one is cut once."""
    data = b"".join(part + b"\n" for part in parts)
    got = list(framed(data, cuts))
    records = [(line, flags) for _, _, text, flags, _ in got for line in text.splitlines() if line]
    assert records == [(_cut(part), ("truncated",) if len(part) > LIMIT else ()) for part in parts if part]
    assert [start for start, *_ in got] == [0, *(end for _, end, *_ in got)][: len(got)]
    assert got[-1][1] == len(data) if got else not data


def _cut(part: bytes) -> bytes:
    """Give what of a line is shipped: up to the limit, and no half character."""
    return part[:LIMIT].decode(errors="ignore").encode()


@given(st.binary(min_size=1, max_size=LIMIT).filter(lambda data: b"\n" not in data and b"\0" not in data))
def test_what_has_no_newline_is_no_frame_until_it_must_be(data: bytes) -> None:
    """Then it is partial, once, and what follows it is its continuation."""
    whole = data + b" more\n"
    framer = Framer(reading(whole), LIMIT + 10)
    assert framer.frames(Place(), data) == []
    place = advance(Place(), [], len(data))
    assert (place.offset, place.scanned) == (0, len(data))
    rest = framer.rest(place, len(data))
    assert [(each.data, each.flags) for each in rest] == [(data, ("partial",))]
    place = advance(place, rest, 0)
    assert (place.offset, place.state, place.tail) == (len(data), LineState.PARTIAL, data)
    after = framer.frames(place, b" more\n")
    assert [(each.data.rstrip(b"\n"), each.flags) for each in after] == [(b" more", ("continuation",))]
    assert advance(place, after, 6).state is LineState.WHOLE


def test_the_tail_is_what_was_read_last() -> None:
    """Up to 64 bytes before the offset, by which a truncation is noticed."""
    data = b"x" * 99 + b"\n"
    framer = Framer(reading(data), 1000)
    place = advance(Place(), framer.frames(Place(), data), len(data))
    assert (place.offset, place.tail) == (100, data[-64:])
