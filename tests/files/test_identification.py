import bz2
import gzip
import lzma
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logship.files.archives import Contents
from logship.files.framer import Place
from logship.files.identification import Known, Part, Source, View, identify
from logship.files.reading import read_on
from logship.files.snapshot import entry_of
from logship.files.steps import finish
from logship.files.tailing import TailedFile
from logship.state.fingerprint import Digest
from logship.state.identity import HEAD_BYTES, MARKER_BYTES, SHORT_HEAD_BYTES, Entry, Print, Saved, new_file_id
from tests.following import append, lines

BANNER = b"service 1.2.3 starting\n" * 100
DATA = lines(0, 400)


@dataclass
class Bytes:
    """Bytes that are asked about."""

    data: bytes

    @property
    def size(self) -> int:
        """How many."""
        return len(self.data)

    def read_at(self, size: int, offset: int, /) -> bytes:
        """Read some of them."""
        assert offset >= 0
        return self.data[offset : offset + size]


def saved(data: bytes, *, step: int = 1000, digested: int | None = None) -> Source:
    """Give a generation that was read to the end of ``data``, ``step`` bytes at a time, and saved then."""
    digest = Digest()
    end = len(data) if digested is None else digested
    for at in range(0, end, step):
        digest.take(data[at : min(at + step, end)], at)
    offset = Saved(len(data), marker=Print.of(data[-MARKER_BYTES:]))
    head = Print.of(data[:HEAD_BYTES])
    entry = Entry(
        new_file_id(), "/logs/a.log", 7, 1, head, len(data), 1.0, {"sink": offset}, digest=digest.fingerprint()
    )
    return Source.saved(entry)


Open = Callable[[bytes], TailedFile]


@pytest.fixture
def opened(logs: Path) -> Iterator[Open]:
    """Open files and read them to the end."""
    files: list[TailedFile] = []

    def read(data: bytes) -> TailedFile:
        path = logs / f"{len(files)}.log"
        append(path, data)
        entry = Entry(new_file_id(), str(path), 0, None, Print(), 0, 1.0)
        file = TailedFile(entry, os.open(path, os.O_RDONLY), str(path), None, 0.0)
        files.append(file)
        place = Place()
        while place.scanned < len(data):
            _, place = read_on(file, place, 1 << 20, 0.0, size=4096)
        file.places["sink"] = place
        return file

    yield read
    for file in files:
        file.close()


def ask(view: View | bytes, *sources: Source, growing: bool = False, rotated: bool = False) -> Known | None:
    """Ask, and take all steps at once."""
    view = Bytes(view) if isinstance(view, bytes) else view
    return finish(identify(view, sources, growing=growing, rotated=rotated))


def how_much(view: View | bytes, *sources: Source) -> int:
    """Give how much of it is known."""
    known = ask(view, *sources)
    return known.common if known else 0


def test_an_equal_copy_is_all_of_it() -> None:
    """All that was read is there, and no more."""
    known = ask(DATA, saved(DATA))
    assert known
    assert (known.common, known.whole, known.read) == (len(DATA), True, len(DATA))


def test_a_copy_of_a_file_that_is_read_on_while_it_is_asked_about(opened: Open) -> None:
    """What was read last is compared where it was when the question began, whatever is read in between."""
    file = opened(DATA)
    source = Source.open(file)
    os.truncate(file.path, 0)  # so that digests decide
    file.replaced = True
    steps = identify(Bytes(DATA[:-10] + b"z" * 100_000), [source])
    file.digest.take(lines(400, 500), len(DATA))
    known = finish(steps)
    assert known
    assert known.common == len(DATA) - 10


def test_a_file_that_is_truncated_while_it_is_compared_with_proves_nothing_of_what_it_lacks(opened: Open) -> None:
    """The copy has bytes where the file has none any more."""
    file = opened(DATA)
    append(Path(file.path), b"x" * 600_000)
    copy = Path(file.path).read_bytes()
    file.size = len(copy)
    steps = identify(Bytes(copy + b"y" * 1000), [Source.open(file)])
    next(steps)  # the first piece is compared
    os.truncate(file.path, 300_000)
    known = finish(steps)
    assert known
    assert known.common == 300_000


def test_a_longer_copy_is_all_of_it_and_more() -> None:
    """What is behind it was not read yet."""
    known = ask(DATA + lines(400, 410), saved(DATA))
    assert known
    assert (known.common, known.whole) == (len(DATA), True)


@settings(deadline=None)
@given(st.integers(HEAD_BYTES, len(DATA) - 1))
def test_a_shorter_copy_is_known_to_its_end(size: int) -> None:
    """Wherever it was cut: each digest that can be asked agrees, from 1 KiB on; of less, many lines begin alike."""
    known = ask(DATA[:size], saved(DATA))
    assert known
    assert known.common == size
    assert not known.whole


@settings(deadline=None)
@given(st.integers(0, len(DATA) - 1))
def test_an_edited_file_is_known_at_most_up_to_the_edit(at: int) -> None:
    """Never a byte more; and at least up to the last point before it."""
    edited = DATA[:at] + bytes([DATA[at] ^ 1]) + DATA[at + 1 :]
    source = saved(DATA)
    points = [0, *(offset for offset, _ in source.digest.pairs if offset >= SHORT_HEAD_BYTES)]
    assert max(point for point in points if point <= at) <= how_much(edited, source) <= at


def test_another_file_with_the_same_banner_is_known_by_the_banner_alone() -> None:
    """A beginning in common, which is not all of it: whoever asks takes it for a new file."""
    known = ask(BANNER + lines(500, 900), saved(BANNER + lines(0, 400), step=100))
    assert known
    assert known.common <= len(BANNER) + len(b'{"seq":')
    assert not known.whole


def test_few_equal_bytes_prove_nothing() -> None:
    """Under 64 bytes may be the same by chance."""
    assert ask(b"a line\n", saved(b"a line\n")) is None
    assert ask(b"x" * 63, saved(b"x" * 63)) is None
    assert how_much(b"x" * 64, saved(b"x" * 64)) == 64
    assert ask(b"", saved(DATA)) is None


def test_nothing_is_known_of_other_bytes() -> None:
    """Nor where there is nobody to ask."""
    assert ask(lines(500, 900), saved(DATA)) is None
    assert ask(DATA) is None


def test_behind_a_hole_that_is_elsewhere_nothing_is_proved() -> None:
    """A generation whose digests begin behind a hole, and a file that is cut off in front of that."""
    digest = Digest()
    digest.take(DATA, 9000)
    offset = Saved(9000 + len(DATA))
    entry = Entry(
        new_file_id(), "/a.log", 7, 1, Print.of(DATA[:64]), 9000, 1.0, {"sink": offset}, digest=digest.fingerprint()
    )
    for view in (Bytes(DATA[:500]), Bytes(DATA * 2)):
        assert finish(identify(view, [Source.saved(entry)], cut=True)) is None


@pytest.mark.parametrize(("equal", "known"), [(1, 0), (63, 0), (64, 9064), (500, 9500)])
@pytest.mark.parametrize("size", [500, 5000])
def test_few_bytes_behind_what_was_not_read_prove_nothing(size: int, equal: int, known: int) -> None:
    """A banner begins both, and so many bytes are equal where reading went on: fewer than 64 may be in any line."""
    digest = Digest()
    for start, end in pairwise((0, 1, 63, 64, 500, size)):
        digest.take(DATA[start:end], 9000 + start)
    head, end = Print.of(BANNER[:HEAD_BYTES]), 9000 + size
    entry = Entry(new_file_id(), "/a.log", 7, 1, head, end, 1.0, {"sink": Saved(end)}, digest=digest.fingerprint())
    view = BANNER.ljust(9000, b"?") + DATA[:equal] + b"?" * 5000
    assert how_much(view, Source.saved(entry)) == known


def test_a_few_bytes_behind_what_was_not_read_are_known_where_there_were_no_more() -> None:
    """All that was read behind a hole is there."""
    digest = Digest()
    digest.take(DATA[:20], 9000)
    head, offsets = Print.of(BANNER[:HEAD_BYTES]), {"sink": Saved(9020)}
    entry = Entry(new_file_id(), "/a.log", 7, 1, head, 9020, 1.0, offsets, digest=digest.fingerprint())
    assert how_much(BANNER.ljust(9000, b"\0") + DATA[:20], Source.saved(entry)) == 9020


def test_of_several_the_one_of_which_most_is_there() -> None:
    """Of generations that begin alike, in whatever order."""
    short, long, other = saved(DATA[:5000]), saved(DATA[:15_000]), saved(lines(500, 900))
    for sources in ((short, long, other), (other, long, short)):
        known = ask(DATA, *sources)
        assert known
        assert known.source is long


def test_what_was_seen_and_not_read_is_known_by_its_head() -> None:
    """A sink that is down has read nothing: a generation is known by its first KiB."""
    data = DATA[:5000]
    entry = Entry(new_file_id(), "/logs/a.log", 7, 1, Print.of(data[:HEAD_BYTES]), 5000, 1.0, {"sink": Saved(0)})
    assert how_much(DATA, Source.saved(entry)) == HEAD_BYTES


def test_what_was_seen_behind_what_was_read_counts(opened: Open, logs: Path) -> None:
    """Half a line was read, the rest was seen in the head: of a file that only begins so not all is there."""
    line = b'{"seq":63,"pad":""}\n'
    file = opened(line[:7])
    append(logs / "0.log", line[7:])
    file.look(1.0)
    source = Source.saved(entry_of(file, {"sink": Saved()}))
    os.truncate(logs / "0.log", 0)
    file.look(2.0)
    for each in (Source.open(file), source):
        assert ask(line[:7] + b"other", each, rotated=True) is None
        known = ask(line + b"more\n", each, rotated=True)
        assert known
        assert (known.common, known.whole) == (len(line), True)


def test_without_digests_head_and_marker_are_asked() -> None:
    """A checkpoint of an older version, or the first second of a generation: both have to be right."""
    source = saved(DATA, digested=0)
    assert how_much(DATA + b"more\n", source) == len(DATA)
    edited = DATA[:-10] + b"?" * 10
    assert how_much(edited + b"more\n", source) == 0


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lambda data: lzma.compress(data, preset=1)])
@pytest.mark.parametrize("more", [b"", lines(400, 500)], ids=["equal", "longer"])
def test_an_archive_is_asked_about_by_its_contents(pack: Callable[[bytes], bytes], more: bytes) -> None:
    """Offsets are those of what was packed."""
    fd = os.memfd_create("packed")
    os.write(fd, pack(DATA + more))
    contents = Contents(fd)
    assert finish(contents.measure())
    known = ask(contents, saved(DATA))
    assert known
    assert (known.common, known.whole) == (len(DATA), True)
    os.close(fd)


def test_a_part_is_what_is_behind_an_offset() -> None:
    """One generation was appended to another."""
    part = Part(Bytes(lines(500, 600) + DATA), len(lines(500, 600)))
    assert part.size == len(DATA)
    assert how_much(part, saved(DATA)) == len(DATA)


# -- open files -------------------------------------------------------------------------------------------------------


def test_an_open_file_is_compared_byte_by_byte(opened: Open) -> None:
    """While it has its bytes: also those that nobody has read yet."""
    file = opened(DATA)
    append(Path(file.path), lines(400, 410))
    file.look(1.0)
    known = ask(DATA + lines(400, 405), Source.open(file))
    assert known
    assert (known.common, known.file, known.whole) == (len(DATA + lines(400, 405)), file, False)
    known = ask(DATA + lines(400, 420), Source.open(file))
    assert known
    assert (known.common, known.whole) == (len(DATA + lines(400, 410)), True)


def test_of_an_open_file_that_lost_its_bytes_digests_speak(opened: Open) -> None:
    """It was truncated: what was read decides, and what is behind that in a copy is the rest."""
    file = opened(DATA)
    os.truncate(file.path, 0)
    append(Path(file.path), lines(900, 950))
    file.look(1.0)
    assert not file.sound
    known = ask(DATA + lines(400, 410), Source.open(file))
    assert known
    assert (known.common, known.whole, known.read) == (len(DATA), True, len(DATA))
    assert ask(lines(900, 950), Source.open(file)) is None


@settings(deadline=None)
@given(back=st.integers(1, 1023))
def test_where_a_writer_went_back_is_known_exactly(back: int) -> None:
    """Up to 1 KiB, as the bytes that were read last are remembered."""
    fd = os.memfd_create("log")
    os.write(fd, DATA)
    file = TailedFile(Entry(new_file_id(), "/logs/a.log", 0, None, Print(), 0, 1.0), fd, "", None, 0.0)
    place = Place()
    while place.scanned < len(DATA):
        _, place = read_on(file, place, 1 << 20, 0.0, size=4096)
    file.places["sink"] = place
    at = len(DATA) - back
    edited = DATA[:at] + bytes([DATA[at] ^ 1]) + DATA[at + 1 :]
    os.pwrite(fd, edited[at:], at)
    file.replaced = True
    assert how_much(edited, Source.open(file)) == at
    file.close()


def test_a_growing_copy_of_an_open_file_is_known_however_little_there_is(opened: Open) -> None:
    """It has just been begun."""
    file = opened(DATA)
    assert ask(DATA[:10], Source.open(file)) is None
    known = ask(DATA[:10], Source.open(file), growing=True)
    assert known
    assert known.common == 10
    assert ask(b"other", Source.open(file), growing=True) is None


def test_what_a_file_had_before_is_enough_if_it_is_the_same_file(opened: Open) -> None:
    """Of the file that it was in itself, one byte in common is known: the tail was cut off, say."""
    file = opened(DATA)
    assert ask(DATA[:20], Source.open(file)) is None
    known = ask(DATA[:20], Source.open(file, here=True))
    assert known
    assert known.common == 20


def test_a_long_question_comes_in_steps(opened: Open) -> None:
    """So that nobody else has to wait."""
    data = lines(0, 40_000)
    assert len(list(identify(Bytes(data), [Source.open(opened(data))]))) >= 8


def test_of_a_file_that_begins_with_the_same_nuls_and_goes_on_otherwise_little_is_read(opened: Open) -> None:
    """A sparse writer's copies begin with megabytes of NULs: fifty of them are not compared with each other in full."""
    nuls, read = b"\0" * (1 << 20), []

    class Counted(Bytes):
        def read_at(self, size: int, offset: int, /) -> bytes:
            read.append(super().read_at(size, offset))
            return read[-1]

    files = [opened(b"") for _ in range(3)]
    for number, file in enumerate(files):
        append(Path(file.path), nuls + lines(number * 1000, number * 1000 + 100))
        file.look(1.0)
    sources = [Source.open(file) for file in files]
    assert ask(Counted(nuls + lines(9000, 9100)), *sources) is None
    assert sum(map(len, read)) < 1.5 * len(nuls)
    known = ask(nuls + lines(1000, 1300), *sources)
    assert known
    assert known.file is files[1]
