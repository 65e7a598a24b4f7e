"""What tells that a file still has what was read of it."""

from collections.abc import Callable

import pytest

from logship.files.evidence import has_before, has_head, has_known, punched_to
from logship.files.framer import Place
from logship.state.fingerprint import Digest
from logship.state.identity import HEAD_BYTES, Print

DATA = b"".join(b'{"line":%06d}\n' % number for number in range(500))


def reader(data: bytes) -> Callable[[int, int], bytes]:
    """Read from some bytes as from a file."""
    return lambda size, offset: data[offset : offset + size]


def taken(data: bytes) -> Digest:
    """Give the digest of a file of which all was read."""
    digest = Digest()
    digest.take(data, 0)
    return digest


@pytest.mark.parametrize(("data", "same"), [(DATA, True), (DATA + b"more", True), (b"x" + DATA, False), (b"", False)])
def test_the_head_is_the_first_sign(data: bytes, *, same: bool) -> None:
    """What begins otherwise, or is too short for its head, is another file."""
    assert has_head(Print.of(DATA[:HEAD_BYTES]), reader(data)) is same


def test_what_had_no_head_may_have_any() -> None:
    """An empty file begins as it did, whatever is in it now."""
    assert has_head(Print(), reader(DATA))


def test_lines_that_end_alike_are_told_by_what_is_before_them() -> None:
    """A place knows 64 bytes, the digest up to 1 KiB: bytes that differ before the last 64 are others."""
    end = len(DATA)
    place = Place(offset=end, tail=DATA[-64:])
    other = DATA[:-200] + b"X" * 100 + DATA[-100:]
    assert has_before(taken(DATA), place, reader(DATA))
    assert not has_before(taken(DATA), place, reader(other))
    assert has_before(Digest(), place, reader(other)), "nothing but the last 64 bytes is known"


def test_nothing_known_proves_nothing() -> None:
    """Of a file with neither head nor last bytes nobody can say that it is the same; with one of them, that decides."""
    assert not has_known(Print(), Digest(), 0, reader(DATA))
    assert has_known(Print.of(DATA[:HEAD_BYTES]), Digest(), 0, reader(DATA))
    assert has_known(Print(), taken(DATA), len(DATA), reader(DATA))
    assert not has_known(Print.of(DATA[:HEAD_BYTES]), taken(DATA), len(DATA), reader(DATA[:-1] + b"?"))


@pytest.mark.parametrize(
    ("data", "end"),
    [
        (bytes(4096) + DATA[4096:], 4096),
        (bytes(4096) + DATA[4096:-1] + b"?", 0),
        (bytes(len(DATA)), 0),
        (bytes(len(DATA) - 10) + DATA[-10:], 0),
        (DATA, 0),
    ],
    ids=["punched", "other bytes follow", "nothing else", "too little else", "not punched"],
)
def test_a_hole_in_the_place_of_the_head_needs_the_last_bytes(data: bytes, end: int) -> None:
    """A writer that goes on behind a truncation leaves a hole, too, but none of the bytes that were read."""
    assert punched_to(taken(DATA), Place(offset=len(DATA)), reader(data), lambda offset: offset) == end
