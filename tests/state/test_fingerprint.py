import json
import zlib
from collections.abc import Generator
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logship.model import Block, FileId
from logship.state.fingerprint import (
    EARLY,
    GRID_BYTES,
    LATELY_BYTES,
    LATELY_FILES,
    MOST_POINTS,
    NEAR,
    RECENT_BYTES,
    RECENT_POINTS,
    Digest,
    Fingerprint,
    ReadAt,
    common,
    next_point,
    points_of,
)

DATA = b"".join(b"line %d of something\n" % number for number in range(25_000))
SIZE = len(DATA)

cuts = st.lists(st.integers(0, SIZE), max_size=80).map(sorted)


def taken(data: bytes, at: list[int]) -> Digest:
    """Take bytes in, cut at these offsets."""
    digest = Digest()
    for start, end in pairwise([0, *at, len(data)]):
        digest.take(data[start:end], start)
    return digest


def reading(data: bytes) -> ReadAt:
    """Read from bytes as from a file."""
    return lambda size, offset: data[offset : offset + size]


def ask(fingerprint: Fingerprint, data: bytes) -> int:
    """Ask how much of some bytes is known, and take all steps at once."""
    return finish(common(fingerprint, len(data), reading(data)))


def finish(steps: Generator[None, None, int]) -> int:
    """Take all steps, and give the answer."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return int(end.value)


def agreeing(fingerprint: Fingerprint, data: bytes) -> int:
    """Give the same answer as ``common``, plainly: every point is looked at by itself."""
    known = fingerprint.base
    for offset, crc in fingerprint.pairs:
        if offset > len(data) or zlib.crc32(data[fingerprint.base : offset]) != crc:
            break
        known = offset
    return known


@settings(deadline=None)
@given(cuts)
def test_every_point_is_the_crc_of_all_bytes_before_it(at: list[int]) -> None:
    """However the bytes were cut into reads; zlib's own function is the judge, and the end is always a point."""
    found = taken(DATA, at).fingerprint()
    assert found.end == SIZE
    assert all(zlib.crc32(DATA[:offset]) == crc for offset, crc in found.pairs)
    offsets = [offset for offset, _ in found.pairs]
    assert offsets == sorted(set(offsets))


@settings(deadline=None)
@given(cuts)
def test_points_lie_close_together_near_the_end_and_early_ones_stay(at: list[int]) -> None:
    """Between two of them lie at most 64 KiB, or a third of the way to the end."""
    offsets = [offset for offset, _ in taken(DATA, at).fingerprint().pairs]
    assert set(EARLY) <= set(offsets)
    assert all(b - a <= max(GRID_BYTES, (SIZE - a) // 3) for a, b in pairwise([0, *offsets]))


def test_far_from_the_end_of_its_file_a_block_has_the_points_of_the_grid_alone() -> None:
    """Nobody goes back to there; and a block that follows it has points close together again."""
    digest = Digest()
    digest.take(DATA[: 3 * GRID_BYTES + 5], 0, close=False)
    assert digest.fingerprint().points[::2] == (*EARLY, *range(GRID_BYTES, 3 * GRID_BYTES + 5, GRID_BYTES), digest.end)
    digest.take(DATA[digest.end :], digest.end)
    assert {SIZE - near for near in NEAR} <= {*digest.fingerprint().points[::2]}
    assert all(crc == zlib.crc32(DATA[:at]) for at, crc in digest.fingerprint().pairs)


def test_a_large_file_keeps_its_last_points_and_thins_the_others() -> None:
    """Of 128 MiB: points near the end are there, early ones too, and no gap is beyond a third."""
    digest, block = Digest(), bytes(range(256)) * 256
    for number in range(2048):
        digest.take(block, number * GRID_BYTES)
    offsets = [offset for offset, _ in digest.fingerprint().pairs]
    assert len(offsets) <= MOST_POINTS
    assert len([offset for offset in offsets if offset >= 2044 * GRID_BYTES]) >= RECENT_POINTS - 4
    assert {2048 * GRID_BYTES - near for near in (0, *NEAR)} <= set(offsets)
    assert set(EARLY) <= set(offsets)
    assert all(b - a <= max(GRID_BYTES, (offsets[-1] - a) // 3) for a, b in pairwise(offsets))


def test_a_fingerprint_that_is_seldom_taken_has_no_more_points() -> None:
    """Points that are not left out yet cost memory, never room on disk, and none of the last block is missing."""
    digest, block = Digest(), b"a line of text\n" * 40_000
    for number in range(8):
        digest.take(block, number * len(block))
    points = digest.within(7 * len(block), 8 * len(block))
    assert len(points) > 20
    assert [*points] == points_of(Block(FileId("a"), "a.log", 7 * len(block), 8 * len(block), block, 1, 1.0))
    assert len(digest.fingerprint().pairs) <= MOST_POINTS


@pytest.mark.parametrize("size", [1, 50, 4096, GRID_BYTES])
def test_a_fingerprint_takes_less_than_4_kib(size: int) -> None:
    """As JSON, however small the reads were and however far the file has come."""
    digest = Digest(Fingerprint(0, (10**15, 2**32 - 1)))
    for number in range(3000):
        digest.take(b"x" * size, 10**15 + number * size)
        assert len(digest.fingerprint().pairs) <= MOST_POINTS
    text = msgspec.json.encode(digest.fingerprint())
    assert len(text) < 4096
    assert json.loads(text)["base"] == 0


@settings(deadline=None)
@given(st.integers(0, SIZE), st.integers(0, SIZE), st.integers(0, SIZE))
def test_what_is_taken_twice_counts_once(first: int, start: int, end: int) -> None:
    """Several sinks read the same bytes: what is known already is passed over."""
    digest = taken(DATA[:first], [])
    start = min(start, first)
    digest.take(DATA[start:end], start)
    assert digest.end == max(first, end if end > start else 0)
    assert all(zlib.crc32(DATA[:offset]) == crc for offset, crc in digest.fingerprint().pairs)


@settings(deadline=None)
@given(st.integers(0, 1000), st.integers(1, 1000), st.integers(1, 5000))
def test_a_gap_begins_the_digest_anew(first: int, gap: int, size: int) -> None:
    """What was left out is in no digest: points count from where it went on."""
    digest, start = taken(DATA[:first], []), first + gap
    digest.take(DATA[start : start + size], start)
    found = digest.fingerprint()
    assert (found.base, found.end) == (start, start + size)
    assert all(zlib.crc32(DATA[start:offset]) == crc for offset, crc in found.pairs)
    assert ask(found, b"?" * start + DATA[start : start + size]) == start + size


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_what_is_remembered_ends_where_the_digest_does(size: int, offset: int) -> None:
    """After a cut between two points, too: there it would be compared with bytes at other offsets, or before a file."""
    digest = taken(DATA[:size], [])
    digest.cut(offset)
    before = digest.before(digest.end)
    assert len(before) <= digest.end
    assert DATA[: digest.end].endswith(before)


@settings(deadline=None)
@given(cuts, st.integers(0, SIZE))
def test_after_a_cut_it_goes_on_as_if_the_rest_had_never_been(at: list[int], offset: int) -> None:
    """No point past the cut is left, and other bytes give true digests again."""
    digest = taken(DATA, at)
    digest.cut(offset)
    kept = digest.end
    assert kept <= offset
    other = DATA[:kept] + DATA[kept:].upper()
    digest.take(other[kept:], kept)
    assert all(zlib.crc32(other[:end]) == crc for end, crc in digest.fingerprint().pairs)


@settings(deadline=None)
@given(cuts)
def test_it_is_the_same_after_a_restart(at: list[int]) -> None:
    """Saved, read back and gone on with, it gives the points that one who never stopped has."""
    middle = SIZE // 2
    halves = taken(DATA[:middle], [cut for cut in at if cut < middle])
    saved = msgspec.json.decode(msgspec.json.encode(halves.fingerprint()), type=Fingerprint)
    resumed = Digest(saved)
    for each in (halves, resumed):
        each.take(DATA[middle:], middle)
    assert resumed.fingerprint() == halves.fingerprint()


@settings(deadline=None)
@given(cuts, st.integers(0, SIZE))
def test_a_beginning_is_known_up_to_the_last_point_in_it(at: list[int], size: int) -> None:
    """A copy that is shorter than what was read."""
    found = taken(DATA, at).fingerprint()
    assert ask(found, DATA[:size]) == max((point for point, _ in found.pairs if point <= size), default=0)


@settings(deadline=None)
@given(cuts, st.integers(0, SIZE - 1))
def test_bytes_that_differ_end_what_is_known(at: list[int], changed: int) -> None:
    """One changed byte: every point up to it agrees, none after it does."""
    found = taken(DATA, at).fingerprint()
    other = DATA[:changed] + bytes([DATA[changed] ^ 1]) + DATA[changed + 1 :]
    assert ask(found, other) == agreeing(found, other)
    assert ask(found, other) == max((point for point, _ in found.pairs if point <= changed), default=0)


@settings(deadline=None)
@given(cuts, st.binary(max_size=300))
def test_all_of_it_is_known_in_a_longer_file(at: list[int], more: bytes) -> None:
    """What was appended is in no digest."""
    assert ask(taken(DATA, at).fingerprint(), DATA + more) == SIZE


def test_what_nobody_can_read_ends_what_is_known() -> None:
    """A file that is shorter than its size said, as while it is being cut, is known as far as it goes."""
    found = taken(DATA, [100, 200]).fingerprint()
    assert finish(common(found, SIZE, reading(DATA[:250]))) == 200


def test_a_long_comparison_comes_in_steps() -> None:
    """About one a mebibyte, so that nobody else has to wait."""
    data = bytes(5 << 20)
    assert 4 <= len(list(common(taken(data, []).fingerprint(), len(data), reading(data)))) <= 5


@settings(deadline=None)
@given(cuts, st.integers(0, SIZE + 10))
def test_the_next_point_is_the_first_past_an_offset(at: list[int], offset: int) -> None:
    """The end where there is none."""
    found = taken(DATA, at).fingerprint()
    assert next_point(found, offset) == min((point for point, _ in found.pairs if point > offset), default=SIZE)


def test_of_nothing_nothing_is_known() -> None:
    """A file of which no byte was read has no point."""
    assert Fingerprint().end == 0
    assert Digest().fingerprint() == Fingerprint()
    assert ask(Fingerprint(), DATA) == next_point(Fingerprint(), 5) == 0


def a_block(start: int, end: int, points: tuple[tuple[int, int], ...] = ()) -> Block:
    """Make a block of some of the data."""
    return Block(FileId("a"), "a.log", start, end, DATA[start:end], 1, 1.0, points=points)


@settings(deadline=None)
@given(cuts, st.integers(0, SIZE), st.integers(1, 2000))
def test_the_points_of_a_block_are_those_that_were_made_when_it_was_read(at: list[int], start: int, size: int) -> None:
    """From the running digest, without reading it again; where it has none, of the bytes: either way they are true."""
    digest, end = taken(DATA[:start], at), min(SIZE, start + size)
    digest.take(DATA[start:end], start, end)
    block = a_block(start, end, digest.within(start, end) if end > start else ())
    for points in (points_of(block), points_of(a_block(start, end))):
        assert [(offset, zlib.crc32(DATA[start:offset])) for offset, _ in points] == list(points)
        assert (points[0][0], points[-1][0]) == (start, end)


@pytest.mark.parametrize("lines", [1, 500, 2001])
def test_the_block_that_was_taken_last_has_its_points(lines: int) -> None:
    """However much is taken at once, and however much was before: else each question takes its checksum again."""
    digest, start, data = Digest(), 0, (b"x" * 261 + b"\n") * lines
    for _ in range(40):
        end = start + len(data)
        digest.take(data, start, end)
        points = digest.within(start, end)
        assert points[0] == (start, 0)
        assert points[-1] == (end, zlib.crc32(data))
        start = end


def test_a_part_of_what_was_read_has_points_of_its_own() -> None:
    """A block that is cut in two keeps the points of the whole, which are not the halves'."""
    digest = Digest()
    digest.take(DATA[:1000], 0, 1000)
    whole = digest.within(0, 1000)
    assert whole[-1] == (1000, zlib.crc32(DATA[:1000]))
    for start, end in ((0, 500), (500, 1000)):
        assert points_of(a_block(start, end, whole))[-1] == (end, zlib.crc32(DATA[start:end]))


@settings(deadline=None)
@given(cuts, st.integers(0, SIZE))
def test_a_digest_goes_on_by_checksums(at: list[int], start: int) -> None:
    """As if the bytes had been taken in; nothing is taken in that does not begin at a point."""
    digest, whole = taken(DATA[:start], [each for each in at if each < start]), taken(DATA, at)
    digest.extend(start, points_of(a_block(start, SIZE))[1:])
    assert digest.end == SIZE
    assert digest.fingerprint().pairs[-1] == whole.fingerprint().pairs[-1]
    other = Digest()
    other.extend(10, [(20, 1)])
    assert other.end == 0


def test_of_many_files_those_that_were_read_last_remember_more() -> None:
    """64 KiB of sixteen, 1 KiB of all others, and always the bytes before the end."""
    digests = [Digest() for _ in range(LATELY_FILES + 4)]
    for digest in digests:
        for turn in range(3):
            digest.take(DATA[turn * 50_000 : (turn + 1) * 50_000], turn * 50_000)
    assert [len(digest.recent) for digest in digests] == [RECENT_BYTES] * 4 + [LATELY_BYTES] * LATELY_FILES
    assert all(DATA[: digest.end].endswith(digest.recent) for digest in digests)
    assert digests[-1].before(149_000) == DATA[149_000 - RECENT_BYTES : 149_000]


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_how_many_bytes_are_kept(size: int, changed: int) -> None:
    """Of a file that got smaller: up to the first byte that is another."""
    digest = Digest()
    digest.take(DATA[:3000], 0)
    there = DATA[:changed] + bytes(byte ^ 1 for byte in DATA[changed:size])
    assert digest.kept(size, lambda count, at: there[at : at + count]) == min(size, changed)
