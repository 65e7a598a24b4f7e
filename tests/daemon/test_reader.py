import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from logship.daemon.reader import Reader
from logship.files.reading import READ_BYTES
from logship.files.tailing import TailedFile
from logship.metrics import Metrics
from logship.model import Block, Encoded, Tally
from logship.state.identity import Entry, Print, Saved
from tests.following import an_entry
from tests.set_clock import SetClock

Opening = Callable[..., TailedFile]


@pytest.fixture
def clock() -> SetClock:
    """Give a clock that stands still."""
    return SetClock(100.0)


@pytest.fixture
def metrics() -> Metrics:
    """Count for two sinks."""
    return Metrics(["a", "b"], "1")


@pytest.fixture
def reader(metrics: Metrics, clock: SetClock) -> Reader:
    """Give sink a's reader."""
    return Reader("a", metrics, max_line_bytes=1 << 20, unsound=asyncio.Event().set, clock=clock)


@pytest.fixture
def opened(tmp_path: Path, reader: Reader, clock: SetClock) -> Iterator[Opening]:
    """Write files and have them read."""
    files: list[TailedFile] = []

    def write(name: str, data: bytes, *, lineage: str = "", saved: Saved | None = None) -> TailedFile:
        path = tmp_path / name
        path.write_bytes(data)
        known = an_entry(name.ljust(22, "_"), lineage or str(path))
        file = TailedFile(known, os.open(path, os.O_RDONLY), str(path), None, clock())
        saved = saved or Saved()
        file.places = {
            sink: file.restore(replace(file.furthest, offset=saved.offset, scanned=saved.offset)) for sink in "ab"
        }
        files.append(file)
        reader.opened(file, Entry(file.file, str(path), 1, None, Print(), 0, 0.0, {"a": saved}))
        return file

    yield write
    for file in files:
        file.close()


def lines(count: int, of: bytes = b"x") -> bytes:
    """Make lines of 100 bytes."""
    return (of * 99 + b"\n") * count


def took(reader: Reader, blocks: list[Block]) -> list[Block]:
    """Take blocks as the pipeline does."""
    for block in blocks:
        reader.took(Encoded(block, block.data, block.lines))
    return blocks


def test_one_read_takes_no_more_than_it_may(reader: Reader, opened: Opening) -> None:
    """However many files have something new, a read ends at the stretch that reaches the limit."""
    for number in range(50):
        opened(str(number), lines(4000))
    blocks = reader.read(2 * READ_BYTES)
    assert 2 * READ_BYTES <= sum(len(block.data) for block in blocks) <= 3 * READ_BYTES


def test_what_has_nothing_new_since_the_last_start_is_not_read(reader: Reader, opened: Opening, tmp_path: Path) -> None:
    """A start with thousands of quiet files reads those that have more, or of which nothing was read."""
    known = Saved(len(lines(2)))
    quiet = opened("quiet", lines(2), saved=known)
    assert reader.exhausted
    longer = opened("longer", lines(3), saved=known)
    opened("new", b"")
    assert [(block.file, block.start) for block in reader.read()] == [(longer.file, 200)]
    (tmp_path / "quiet").write_bytes(lines(3))
    quiet.look(101.0)
    reader.grew(quiet)
    assert [(block.file, block.start) for block in reader.read()] == [(quiet.file, 200)]


def test_files_take_turns(reader: Reader, opened: Opening) -> None:
    """No file waits for more than one stretch of every other one, though each read ends early."""
    for number in range(5):
        opened(str(number), lines(9000))
    order = [block.name for _ in range(10) for block in took(reader, reader.read(1))]
    assert order == ["0", "1", "2", "3", "4"] * 2


def test_in_a_drain_what_waits_longest_comes_first(reader: Reader, opened: Opening, clock: SetClock) -> None:
    """There may be no time for all; within a lineage its older generation still comes first."""
    for number in range(5):
        opened(str(number), lines(9000))
        clock.now += 1.0
    assert [block.name for block in took(reader, reader.read(1))] == ["0"]
    reader.hurry()
    clock.now += 1.0
    order = [block.name for _ in range(25) for block in took(reader, reader.read(1))]
    assert order == sorted(order)
    assert set(order) == {"0", "1", "2", "3", "4"}
    assert reader.exhausted


def test_the_older_generation_of_a_lineage_comes_first(reader: Reader, opened: Opening) -> None:
    """Its newer one is read once nothing is left of the older; other lineages do not wait."""
    opened("old", lines(READ_BYTES // 55, b"o"), lineage="/l/a.log")
    opened("new", lines(10, b"n"), lineage="/l/a.log")
    opened("other", lines(10, b"t"), lineage="/l/b.log")
    first = took(reader, reader.read())
    assert {block.data[:1] for block in first} == {b"o", b"t"}
    assert [block.data[:1] for block in took(reader, reader.read())] == [b"o", b"n"]
    assert reader.read() == []
    assert reader.exhausted


def test_an_incomplete_last_line_of_the_older_one_holds_up_nothing(reader: Reader, opened: Opening) -> None:
    """A generation that has nothing whole to give lets the next one pass."""
    opened("old", b"no newline", lineage="/l/a.log")
    opened("new", lines(1, b"n"), lineage="/l/a.log")
    assert [block.data[:1] for block in took(reader, reader.read())] == [b"n"]


def test_a_repeat_has_the_boundaries_and_the_time_of_the_first_try(reader: Reader, opened: Opening) -> None:
    """What may have left before a restart is read again in the same blocks; what follows is not."""
    saved = Saved(100, in_flight=((100, 300, 7), (300, 1000, 8)))
    opened("a", lines(50), saved=saved)
    blocks = []
    while not reader.exhausted:
        blocks += took(reader, reader.read(1))
    found = [(block.start, block.end) for block in blocks]
    assert found == [(100, 300), (300, 1000), (1000, 5000)]
    assert [block.time_ns for block in blocks[:2]] == [7, 8]
    assert blocks[2].time_ns > 8


def test_the_age_of_what_is_not_read_yet(reader: Reader, opened: Opening, clock: SetClock) -> None:
    """It counts from when a byte may have been seen first, and no longer once that one is read."""
    assert reader.oldest() is None
    more = READ_BYTES * 8 // 700  # lines of a block and a bit
    file = opened("a", lines(more))
    clock.now = 110.0
    assert reader.oldest() == 100.0
    (first,) = took(reader, reader.read(1))
    reader.ledger.ack(first)
    assert reader.oldest() == 100.0
    with Path(file.path).open("ab") as out:
        out.write(lines(more))
    clock.now = 120.0
    file.look(clock.now)
    reader.grew(file)
    for block in took(reader, reader.read(1)):
        reader.ledger.ack(block)
    assert not reader.exhausted
    assert reader.oldest() == 100.0
    (block,) = took(reader, reader.read(1))
    assert reader.oldest() == 120.0
    reader.ledger.ack(block)
    assert reader.oldest() is None


def test_a_reader_that_never_quite_catches_up_is_not_as_old_as_its_first_byte(
    reader: Reader, opened: Opening, clock: SetClock
) -> None:
    """A file that always has something new, but never much, is little behind."""
    file = opened("a", lines(3000))
    for _ in range(100):
        clock.now += 1
        with Path(file.path).open("ab") as out:
            out.write(lines(READ_BYTES // 100))
        file.look(clock.now)
        reader.grew(file)
        for block in took(reader, reader.read(1)):
            reader.ledger.ack(block)
    assert not reader.exhausted
    oldest = reader.oldest()
    assert oldest is not None
    assert clock.now - oldest <= 4


def test_each_byte_and_line_of_a_file_is_counted_once_for_all_sinks(
    metrics: Metrics, reader: Reader, opened: Opening, clock: SetClock
) -> None:
    """Also where the sinks' blocks do not begin and end at the same lines."""
    file = opened("a", lines(60))
    other = Reader("b", metrics, max_line_bytes=1 << 20, unsound=asyncio.Event().set, clock=clock)
    other.opened(file, Entry(file.file, file.path, 1, None, Print(), 0, 0.0))
    blocks = [
        Block(file.file, "a", start, end, lines((end - start) // 100), 1, 1.0)
        for start, end in ((0, 1000), (0, 2500), (1000, 6000), (2500, 6000))
    ]
    for block, each in zip(blocks, (reader, other, reader, other), strict=True):
        each.took(Encoded(block, block.data, block.lines, Tally(decode_errors=1)))
    value = metrics.registry.get_sample_value
    assert value("logship_input_bytes_total") == 6000
    assert value("logship_input_lines_total") == 60
    assert value("logship_input_decode_errors_total") == 1
    assert metrics.sink("a").totals()["read"] == metrics.sink("b").totals()["read"] == (60, 6000)


def test_nothing_of_a_closed_file_stays(reader: Reader, opened: Opening) -> None:
    """What was taken of it is remembered until it is acknowledged, and not longer."""
    file = opened("a", lines(3000), saved=Saved(0, in_flight=((0, 100, 7),)))
    (block,) = took(reader, reader.read(1))
    assert not reader.settled(file)
    reader.closed(file)
    reader.grew(file)
    assert reader.exhausted
    assert reader.saved(file) is not None
    reader.ledger.ack(block)
    assert reader.saved(file) is None
    assert not any((reader._files, reader._ready, reader._times, reader._begun, [*reader._lineages]))


def test_skipping_forward_goes_on_at_a_line(reader: Reader, opened: Opening) -> None:
    """What lies before the first line at or after the offset is a gap."""
    file = opened("a", lines(10))
    reader.skip(file, 250)
    blocks = took(reader, reader.read(1)) + took(reader, reader.read(1))
    assert [(block.start, block.end, block.skipped) for block in blocks] == [(249, 300, "overlong"), (300, 1000, "")]
