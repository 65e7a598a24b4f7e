from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from logship.state.fingerprint import ReadAt
from logship.state.identity import (
    HEAD_BYTES,
    MARKER_BYTES,
    SHORT_HEAD_BYTES,
    Entry,
    Print,
    Saved,
    holds,
    new_file_id,
    same_content,
    same_file,
)

CONTENT = bytes(at % 251 for at in range(5000))


def reading(data: bytes) -> ReadAt:
    """Read from bytes as from a file."""

    def read_at(size: int, offset: int) -> bytes:
        assert offset >= 0
        return data[offset : offset + size]

    return read_at


def saved_at(data: bytes, offset: int) -> Saved:
    """Give what is saved of a reader that stands there."""
    return Saved(offset, marker=Print.of(data[max(0, offset - MARKER_BYTES) : offset]))


def entry_of(data: bytes, *offsets: int) -> Entry:
    """Give what is saved of a file with this content."""
    saved = {f"sink{number}": saved_at(data, offset) for number, offset in enumerate(offsets)}
    return Entry(new_file_id(), "/logs/a.log", 7, 100, Print.of(data[:HEAD_BYTES]), len(data), 1.0, saved)


def is_same(entry: Entry, data: bytes, inode: int = 7, birth_ns: int | None = 100) -> bool:
    """Ask whether a file with this content is that generation."""
    return same_file(entry, inode, birth_ns, len(data), reading(data))


def test_an_identity_is_random_and_short() -> None:
    """128 bits in 22 characters that need no quoting anywhere."""
    made = {new_file_id() for _ in range(1000)}
    assert len(made) == 1000
    assert {len(each) for each in made} == {22}
    assert all(each.replace("-", "").replace("_", "").isalnum() for each in made)


@given(st.binary(), st.binary())
def test_a_print_matches_what_begins_the_same(data: bytes, more: bytes) -> None:
    """And nothing else; the print of nothing matches everything."""
    print_ = Print.of(data)
    assert print_.matches(data + more)
    assert print_.matches(more) == more.startswith(data)
    assert Print().matches(more)


@given(st.integers(0, 2000), st.integers(0, 2000))
def test_a_file_that_grew_is_the_same(size: int, growth: int) -> None:
    """Whatever was read of it, up to all."""
    data = CONTENT[:size]
    for offset in {0, size // 2, size}:
        assert is_same(entry_of(data, offset), CONTENT[: size + growth])


def test_what_tells_another_file_under_the_same_inode() -> None:
    """Another head, other bytes before the offset, a size below it; another inode is never the same."""
    entry = entry_of(CONTENT, 3000)
    assert is_same(entry, CONTENT)
    assert not is_same(entry, b"X" + CONTENT[1:])
    assert not is_same(entry, CONTENT[:2990] + b"X" + CONTENT[2991:])
    assert is_same(entry, CONTENT[:4000] + b"X" + CONTENT[4001:])
    assert is_same(entry, CONTENT[:3000])
    assert not is_same(entry, CONTENT[:2999])
    assert not is_same(entry, CONTENT, inode=8)


def test_the_furthest_sink_decides() -> None:
    """What any sink has read must still be there."""
    entry = entry_of(CONTENT, 1200, 4000, 0)
    assert entry.furthest.offset == 4000
    assert not is_same(entry, CONTENT[:3999])
    assert replace(entry, offsets={}).furthest == Saved()


def test_a_short_head_needs_the_birth_time() -> None:
    """Many files begin with the same few bytes; without a birth time nothing proves that it is this one."""
    short = CONTENT[: SHORT_HEAD_BYTES - 1]
    assert is_same(entry_of(short, 10), short)
    assert not is_same(entry_of(short, 10), short, birth_ns=101)
    assert not is_same(entry_of(short, 10), short, birth_ns=None)
    assert not is_same(replace(entry_of(short, 10), birth_ns=None), short, birth_ns=None)
    long = CONTENT[:SHORT_HEAD_BYTES]
    assert is_same(replace(entry_of(long, 10), birth_ns=None), long, birth_ns=None)
    assert is_same(entry_of(long, 10), long, birth_ns=None)


def test_another_birth_time_proves_nothing_beside_head_and_marker() -> None:
    """Overlays copy files up, network file systems lack the time: content decides."""
    assert is_same(entry_of(CONTENT, 3000), CONTENT, birth_ns=101)


def test_an_offset_without_marker_is_held_by_the_size_alone() -> None:
    """After a gap the bytes before it are not known."""
    assert holds(Saved(100), 100, reading(CONTENT[:100]))
    assert not holds(Saved(100), 99, reading(CONTENT[:99]))


def test_a_copy_is_told_by_head_and_marker() -> None:
    """Wherever it is; a head that is too short proves nothing."""
    entry = entry_of(CONTENT, 3000)
    assert same_content(entry, 5000, reading(CONTENT))
    assert not same_content(entry, 2000, reading(CONTENT[:2000]))
    assert not same_content(entry, 5000, reading(CONTENT[:2990] + b"X" * 2010))
    short = CONTENT[: SHORT_HEAD_BYTES - 1]
    assert not same_content(entry_of(short, 0), len(short), reading(short))
