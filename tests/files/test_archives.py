import gzip
import os
import random
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logship.files import archives, decoding
from logship.files.archives import Contents
from logship.files.framer import Place
from logship.files.reading import read_on
from logship.files.tailing import TailedFile
from logship.state.identity import HEAD_BYTES
from tests.following import an_entry

Packed = Callable[[bytes], int]
MIB = 1 << 20


@pytest.fixture
def packed(tmp_path: Path) -> Iterator[Packed]:
    """Write bytes to a file and open it."""
    descriptors: list[int] = []

    def write(data: bytes) -> int:
        path = tmp_path / f"{len(descriptors)}.gz"
        path.write_bytes(data)
        descriptors.append(os.open(path, os.O_RDONLY))
        return descriptors[-1]

    yield write
    for fd in descriptors:
        os.close(fd)


def measured(fd: int) -> Contents:
    """Unpack it all, in its steps."""
    contents = Contents(fd)
    for _ in contents.measure():
        pass
    return contents


def text(size: int, seed: int = 0) -> bytes:
    """Make bytes that compress like logs."""
    rng = random.Random(seed)
    line = [b'{"level":"info","word":"%d"}\n' % rng.randrange(10**6) for _ in range(size // 25 + 1)]
    return b"".join(line)[:size]


@pytest.mark.parametrize("size", [1, 1000, MIB, 3 * MIB + 17])
@pytest.mark.parametrize("kind", ["text", "zeros", "noise"])
def test_contents_are_those_that_were_compressed(packed: Packed, kind: str, size: int) -> None:
    """Whatever the ratio: the size is exact, the end is reached, and a read gives what is there."""
    makers: dict[str, Callable[[int], bytes]] = {"text": text, "zeros": bytes, "noise": random.Random(1).randbytes}
    data = makers[kind](size)
    contents = measured(packed(gzip.compress(data, 6)))
    assert contents.size == size
    assert b"".join(contents.read_at(100_000, at) for at in range(0, size, 100_000)) == data
    assert contents.read_at(100, size) == b""
    assert contents.read_at(100, size - 1) == data[-1:]


LARGE = text(400_000)
LARGE_PACKED = gzip.compress(LARGE)


@given(st.lists(st.tuples(st.integers(0, 450_000), st.integers(1, 30_000)), max_size=5))
def test_any_place_can_be_read(places: list[tuple[int, int]]) -> None:
    """Forwards, within the window, and back behind it; no more than the window, a piece and the answer is kept."""
    fd = os.memfd_create("packed")
    os.write(fd, LARGE_PACKED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archives, "_WINDOW_BYTES", 64_000)
        patch.setattr(decoding, "OUTPUT_BYTES", 16_000)
        contents = Contents(fd)
        for offset, size in places:
            assert contents.read_at(size, offset) == LARGE[offset : offset + size]
            assert len(contents._places) <= 3
            assert all(len(each.window) <= 64_000 + 16_000 + 30_000 for each in contents._places)
    os.close(fd)


def test_members_follow_one_another(packed: Packed) -> None:
    """A file that was appended to has several; it is complete after each."""
    parts = [text(70_000, seed) for seed in range(3)]
    contents = measured(packed(b"".join(map(gzip.compress, parts))))
    assert contents.size == 210_000
    assert contents.read_at(210_000, 0) == b"".join(parts)


@pytest.mark.parametrize("cut", [1, 4, 8, 9, 200])
def test_an_incomplete_file_has_no_size(packed: Packed, cut: int) -> None:
    """Also where only the check sum, or part of it, is missing, or a second member is half there."""
    whole = gzip.compress(text(100_000))
    assert not measured(packed(whole[:-cut])).complete
    assert not measured(packed(whole + whole[:-cut])).complete
    assert not measured(packed(b"")).complete


def test_what_is_there_of_an_incomplete_file_can_be_read(packed: Packed) -> None:
    """Its head is needed to know whose it is."""
    data = text(100_000)
    assert Contents(packed(gzip.compress(data)[:-20])).head() == data[:HEAD_BYTES]


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"this is no gzip file\n" * 100,
        lambda whole: whole + b"rubbish behind it" * 10,
        lambda whole: whole[:5000] + bytes(100) + whole[5100:],
        lambda whole: whole[:-8] + bytes(4) + whole[-4:],
        zlib.compress,
    ],
    ids=["text", "trailer", "middle", "checksum", "zlib"],
)
def test_damage_gives_no_size_and_no_other_fault(packed: Packed, damage: Callable[[bytes], bytes]) -> None:
    """An application may write anything under such a name."""
    fd = packed(damage(gzip.compress(text(200_000))))
    assert not measured(fd).complete
    assert len(Contents(fd).head()) in {0, HEAD_BYTES}


def test_reading_what_is_damaged_is_an_error_of_the_file(packed: Packed) -> None:
    """As if the disk could not read it: whoever reads files knows what to do then."""
    whole = gzip.compress(text(200_000))
    contents = Contents(packed(whole[:5000] + bytes(100) + whole[5100:]))
    with pytest.raises(OSError, match="not gzip"):
        contents.read_at(200_000, 0)


def test_a_bomb_is_left_alone(packed: Packed, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that unpacks to more than any log has no size; little of it is in memory at once."""
    monkeypatch.setattr(archives, "MAX_CONTENT_BYTES", 20 * MIB)
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    data = b"".join(bomb.compress(bytes(MIB)) for _ in range(64)) + bomb.flush()
    assert len(data) < 100_000
    fd = packed(data)
    assert not measured(fd).complete
    assert max(len(piece) for piece, _ in decoding.unpack(fd, "gzip")) <= MIB


def test_what_takes_long_comes_in_steps(packed: Packed) -> None:
    """Of a MiB at most; what lies before the place that was reached, and the head, is then there without unpacking."""
    data = text(20 * MIB)
    contents = Contents(packed(gzip.compress(data, 1)))
    head = contents.head()
    begun = contents.unpacked
    steps = [contents.unpacked for _ in contents.measure()]
    assert max(after - before for before, after in zip([begun, *steps], steps, strict=False)) <= MIB
    assert len(list(contents.reach(15 * MIB))) >= 14
    before = contents.unpacked
    assert contents.read_at(1000, 15 * MIB - 1000) == data[15 * MIB - 1000 : 15 * MIB]
    assert contents.read_at(HEAD_BYTES, 0) == head == data[:HEAD_BYTES]
    assert contents.unpacked == before


def test_a_generation_goes_on_in_its_archive(packed: Packed) -> None:
    """Offsets and markers are those of the contents; it does not grow, has no name, and has no holes."""
    data = text(3 * MIB) + b"\n"
    fd = packed(gzip.compress(data))
    file = TailedFile(an_entry("f" * 22, "/logs/a.log"), os.dup(fd), "", None, 5.0, contents=measured(fd))
    assert (file.size, file.path, file.deleted, file.grown_at) == (len(data), "", False, 5.0)
    assert not file.look(6.0)
    middle = data.index(b"\n", MIB) + 1
    place = file.restore(Place(middle, scanned=middle))
    read = b""
    while place.offset < len(data):
        blocks, place = read_on(file, place, MIB, 6.0)
        read += b"".join(block.data for block in blocks)
    assert read == data[middle:]
    assert file.data_start(7) == 7
    assert file.signature == (os.fstat(fd).st_size, os.fstat(fd).st_mtime_ns)
    file.close()


def test_archives_that_follow_each_other_are_split(packed: Packed) -> None:
    """Each part is read by itself, and knows where it is in the file."""
    first, second = gzip.compress(b"one\n" * 9), gzip.compress(b"two\n" * 7)
    contents = Contents(packed(first + second), "gzip", 0, len(first + second))
    for _ in contents.measure():
        pass
    assert contents.members == [(36, len(first)), (64, len(first + second))]
    before, after = contents.split(contents.members[0])
    assert (before.read_at(99, 0), after.read_at(99, 0)) == (b"one\n" * 9, b"two\n" * 7)
    assert (before.start, before.end, after.start, after.end) == (0, len(first), len(first), len(first + second))
    assert (before.size, before.members, after.size, after.members) == (36, [(36, before.end)], 28, [(28, after.end)])
