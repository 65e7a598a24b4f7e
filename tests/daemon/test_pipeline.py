import asyncio
import os
from collections import deque
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from logship.daemon.pipeline import Shape
from logship.errors import SinkClosedError
from logship.files.joining import Joining
from logship.model import AS_TEXT, Batch, Block, Encoded, Limits, Outcome
from logship.records.multiline import parse_multiline
from tests.autojump import autojump
from tests.line_sink import DELIVERED, LineSink, errored
from tests.piping import GatedSink, Rig, numbered, settle, words

MIB = 1 << 20
Rigs = Callable[..., Rig]


@pytest.fixture
def rig(tmp_path: Path) -> Rigs:
    """Make rigs in a folder."""

    def make(sink: LineSink | None = None, joining: Joining | None = None, **shape: float) -> Rig:
        shape = {"batch_bytes": MIB, "batch_records": 10_000, "linger": 0.2, "share": 8 * MIB, **shape}
        return Rig(tmp_path, sink or LineSink(), Shape(**shape), joining)  # type: ignore[arg-type]

    return make


@autojump
async def test_everything_arrives_in_order_and_is_acknowledged(rig: Rigs) -> None:
    """Each file's lines come once, in order; its offset ends at its size; what was read is what was delivered."""
    made = rig()
    wanted = {name: numbered(at, at + 40_000) for at, name in ((0, "a"), (100_000, "b"), (200_000, "c"))}
    files = [made.open(name, data) for name, data in wanted.items()]
    await made.run_to_end()
    for file, data, first in zip(files, wanted.values(), "012", strict=True):
        assert [line for line in made.sink.stored if line[3] == first] == words(data)
        assert made.offset(file) == len(data)
    assert made.pipeline.held == 0
    assert made.balanced()


@autojump
async def test_a_full_share_stops_the_reading_until_there_is_room(rig: Rigs) -> None:
    """Nothing is read while a slow store holds the share, however many files wait; then it goes on to the end."""
    sink = GatedSink()
    made = rig(sink, share=MIB, batch_records=10**6)
    wanted = [numbered(100_000 * number, 100_000 * number + 26_000) for number in range(40)]
    files = [made.open(f"{number}", data) for number, data in enumerate(wanted)]
    made.end()
    running = asyncio.create_task(made.pipeline.run())
    await settle()
    assert made.value("logship_input_paused") == 1
    read = sum(file.offset for file in files)
    assert MIB // 4 < read < MIB
    assert made.pipeline.held < MIB + MIB // 2
    await settle()
    assert sum(file.offset for file in files) == read
    peak = 0
    while not running.done():
        if sink.waiting:
            sink.let(0)
        await settle()
        peak = max(peak, made.pipeline.held)
    await running
    assert peak < MIB + MIB // 2
    assert sorted(sink.stored) == sorted(words(b"".join(wanted)))
    assert made.value("logship_input_paused") == 0
    assert made.balanced()


@autojump
async def test_reading_that_waits_for_a_slow_store_says_so(rig: Rigs) -> None:
    """Also where not the share is full but the next batch can't be handed over yet."""
    sink = GatedSink()
    made = rig(sink, batch_records=1000)
    made.open("a", numbered(0, 20_000))
    made.end()
    running = asyncio.create_task(made.pipeline.run())
    await settle()
    assert made.pipeline.held < 8 * MIB
    assert made.value("logship_input_paused") == 1
    while not running.done():
        if sink.waiting:
            sink.let(0)
        await settle()
    assert made.value("logship_input_paused") == 0
    assert sink.stored == words(numbered(0, 20_000))


@autojump
async def test_batches_keep_within_the_limits(rig: Rigs) -> None:
    """The smaller of the setting and the store's own limit counts, in records and in encoded bytes."""
    sink = LineSink(limits=Limits(max_bytes=5000, max_records=700))
    made = rig(sink, batch_bytes=MIB, batch_records=300)
    made.open("a", numbered(0, 5000))
    await made.run_to_end()
    assert max(batch.records for batch in sink.batches) <= 300
    assert max(batch.nbytes for batch in sink.batches) <= 5000
    assert sum(batch.records > 100 for batch in sink.batches) > len(sink.batches) / 2
    assert sink.stored == words(numbered(0, 5000))


@autojump
async def test_a_block_too_large_for_a_batch_is_halved_on_a_line(rig: Rigs) -> None:
    """Its parts are whole lines that follow one another; a line that is too large alone leaves alone."""
    made = rig(LineSink(), batch_bytes=200)
    data = numbered(0, 50) + b"x" * 5000 + b"\n" + numbered(50, 100)
    file = made.open("a", data)
    await made.run_to_end()
    blocks = made.notes.sent_blocks
    assert [block.start for block in blocks] == [0, *(block.end for block in blocks[:-1])]
    assert all(block.data.endswith(b"\n") and len(block.data) == block.end - block.start for block in blocks)
    large = [batch for batch in made.sink.batches if batch.nbytes > 200]
    assert [batch.records for batch in large] == [1]
    assert made.sink.stored == words(data)
    assert made.offset(file) == len(data)


def joins() -> Joining:
    """Join what goes on with a stamped line."""
    multiline = parse_multiline("auto", max_lines=1000, max_bytes=MIB)
    assert multiline
    return Joining(multiline, 1.0)


@autojump
async def test_a_block_is_never_halved_within_a_record(rig: Rigs) -> None:
    """Of several lines; one that is too large alone leaves alone, and all lines and records are counted."""
    made = rig(LineSink(), joins(), batch_bytes=200)
    record = b"10:00:00 x\n" + b"more\n" * 30
    data = (record + b"10:00:01 y\n" * 3) * 20
    file = made.open("a", data)
    await made.run_to_end()
    blocks = made.notes.sent_blocks
    assert [block.start for block in blocks] == [0, *(block.end for block in blocks[:-1])]
    joined = [block.data[start - block.start : end - block.start] for block in blocks for start, end in block.joins]
    assert joined == [record] * 20
    assert made.offset(file) == len(data)
    value = made.metrics.registry.get_sample_value
    assert value("logship_multiline_records_total") == 20
    assert value("logship_input_lines_total") == 34 * 20
    assert value("logship_sink_read_records_total", {"sink": "s"}) == 4 * 20


@autojump
async def test_the_last_line_of_text_leaves_after_its_wait(rig: Rigs) -> None:
    """Whoever looks at it after that, nobody has to write more; JSON leaves at once."""
    made = rig(LineSink(), joins())
    made.open("a", b'{"a":1}\n')
    made.open("b", b"failed {\n")
    running = asyncio.create_task(made.pipeline.run())
    await asyncio.sleep(0.1)
    assert made.sink.stored == ['{"a":1}']
    await asyncio.sleep(0.8)
    assert made.sink.stored == ['{"a":1}']
    await asyncio.sleep(0.2)
    assert made.sink.stored == ['{"a":1}', "failed {"]
    made.end()
    await running


@autojump
async def test_a_line_that_is_held_back_for_a_moment_leaves_with_those_before_it(rig: Rigs) -> None:
    """What nobody knows the form of waits as long as a batch may: one request has all of it."""
    made = rig(LineSink(), joins())
    made.open("a", b"l0\nl1\nl2\n")
    running = asyncio.create_task(made.pipeline.run())
    await asyncio.sleep(0.15)
    assert made.sink.batches == []
    await asyncio.sleep(0.15)
    assert [batch.records for batch in made.sink.batches] == [3]
    made.end()
    await running


@autojump
async def test_a_rotated_file_is_not_waited_for(rig: Rigs) -> None:
    """What it holds back leaves before the first line of its successor."""
    made = rig(LineSink(), joins(), linger=0.0)
    old = made.open("a", b"text\n")
    running = asyncio.create_task(made.pipeline.run())
    await asyncio.sleep(0.1)
    assert made.sink.stored == []
    made.open("b", b'{"a":1}\n', lineage=old.lineage)
    await asyncio.sleep(0.1)
    assert made.sink.stored == ["text", '{"a":1}']
    made.end()
    await running


@autojump
async def test_a_batch_without_records_is_acknowledged_without_a_delivery(rig: Rigs) -> None:
    """Empty lines make no record: the offset moves, they are counted as skipped, and nothing is sent."""
    made = rig()
    file = made.open("a", b"\n" * 500)
    await made.run_to_end()
    assert made.sink.attempts == []
    assert made.offset(file) == 500
    assert made.metrics.sink("s").totals()["skipped"] == (500, 500)
    assert made.balanced()


@autojump
async def test_batches_leave_a_linger_apart(rig: Rigs) -> None:
    """What comes after a while leaves at once, what follows gathers; the file's growth is all that wakes the reader."""
    made = rig(linger=5.0)
    file = made.open("a", b"one\n")
    running = asyncio.create_task(made.pipeline.run())
    await asyncio.sleep(1)
    assert made.sink.attempts == [["one"]]
    made.append(file, b"two\n")
    await asyncio.sleep(2)
    made.append(file, b"three\n")
    await asyncio.sleep(1.9)
    assert made.sink.attempts == [["one"]]
    await asyncio.sleep(0.2)
    assert made.sink.attempts == [["one"], ["two", "three"]]
    await asyncio.sleep(5.1)
    made.append(file, b"four\n")
    await settle()
    assert made.sink.attempts == [["one"], ["two", "three"], ["four"]]
    made.end()
    await running


@autojump
async def test_a_drain_does_not_linger(rig: Rigs) -> None:
    """Once it is to stop, what is gathered leaves at once; the checkpoint is saved after each acknowledgement."""
    made = rig(linger=1000.0)
    file = made.open("a", b"one\n")
    running = asyncio.create_task(made.pipeline.run())
    await settle()
    made.append(file, b"two\n")
    await settle()
    assert made.sink.attempts == [["one"]]
    saves, before = made.notes.saves, len(made.sink.attempts)
    made.append(file, b"last")
    made.end()
    await running
    assert made.loop.time() < 1
    assert made.sink.stored == ["one", "two", "last"]
    assert made.notes.saves - saves == len(made.sink.attempts) - before
    assert made.offset(file) == 12


class SlowSink(LineSink):
    """Takes 50 ms for each request."""

    async def deliver(self, batch: Batch) -> Outcome:
        """Wait, then take it."""
        await asyncio.sleep(0.05)
        return await super().deliver(batch)


async def seconds_of(made: Rig) -> float:
    """Give how long 64 requests take."""
    made.open("a", numbered(0, 50_000))
    made.end()
    began = made.loop.time()
    await made.pipeline.run()
    assert len(made.sink.attempts) >= 64
    return made.loop.time() - began


@autojump
async def test_several_in_flight_do_not_wait_for_a_slow_store_one_by_one(tmp_path: Path) -> None:
    """Four at once are at least three times as fast, and one keeps the order."""
    shape = Shape(batch_bytes=8 * 1024, batch_records=10_000, linger=0.2, share=8 * MIB)
    for name in ("one", "four"):
        (tmp_path / name).mkdir()
    one = Rig(tmp_path / "one", SlowSink(), shape, None)
    four = Rig(tmp_path / "four", SlowSink(), replace(shape, in_flight=4), None)
    alone, together = await seconds_of(one), await seconds_of(four)
    assert one.sink.stored == words(numbered(0, 50_000))
    assert alone >= 3 * together
    assert sorted(four.sink.stored) == sorted(one.sink.stored)


@autojump
async def test_with_several_in_flight_the_acknowledged_prefix_stays_contiguous(rig: Rigs) -> None:
    """What is answered first does not move the offset over what is not answered yet."""
    sink = GatedSink()
    made = rig(sink, batch_records=10, in_flight=3)
    file = made.open("a", numbered(0, 40))
    made.end()
    running = asyncio.create_task(made.pipeline.run())
    await settle()
    ends = [batch.parts[-1].block.end for batch, _ in sink.waiting]
    assert len(ends) == 3
    sink.let(2)
    await settle()
    assert made.offset(file) == 0
    sink.let(0)
    await settle()
    assert made.offset(file) == ends[0]
    sink.let(0)
    await settle()
    assert made.offset(file) == ends[2]
    while not running.done():
        if sink.waiting:
            sink.let(0)
        await settle()
    await running
    assert made.notes.acked_offsets == sorted(made.notes.acked_offsets)
    assert made.offset(file) == 400


class WordySink(LineSink):
    """Sends four times as many bytes as it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[int] = []
        """Bytes of each block that it encoded."""

    def encode(self, block: Block) -> Encoded:
        """Encode it so."""
        self.given.append(len(block.data))
        encoded = super().encode(block)
        return replace(encoded, body=encoded.body * 4)


@autojump
async def test_blocks_are_read_so_that_each_fits_a_batch(rig: Rigs) -> None:
    """Once the first has shown what lines come to, none is encoded in vain, and batches are nearly full."""
    sink, data = WordySink(), numbered(0, 300_000)
    made = rig(sink, batch_records=10**6)
    made.open("a", data)
    await made.run_to_end()
    assert all(0.9 * MIB < 4 * size <= MIB for size in sink.given[-6:-1])
    assert sum(sink.given) < len(data) + 2 * MIB


@autojump
async def test_an_outage_costs_no_memory_and_loses_nothing(rig: Rigs) -> None:
    """While the store answers 503, at most the share is held; afterwards everything arrives, in order."""
    refused = deque[Outcome | Callable[[Batch], Outcome]]([errored()] * 12)
    sink = LineSink(refused)
    made = rig(sink, share=MIB, batch_records=10**6)
    made.open("a", numbered(0, 300_000))
    running = asyncio.create_task(made.pipeline.run())
    await asyncio.sleep(30)
    assert made.pipeline.held < MIB + MIB // 2
    sink.otherwise = DELIVERED
    made.end()
    await running
    assert sink.stored == words(numbered(0, 300_000))


class ClosedSink(LineSink):
    """Its far end is gone."""

    async def deliver(self, batch: Batch) -> Outcome:
        """Say so."""
        raise SinkClosedError(str(batch.records))


@autojump
async def test_a_sink_that_is_closed_for_good_ends_the_pipeline(rig: Rigs) -> None:
    """Also while the reader waits for something to read."""
    made = rig(ClosedSink())
    made.open("a", b"one\n")
    with pytest.RaisesGroup(SinkClosedError):
        await made.pipeline.run()


@autojump
async def test_what_is_about_to_leave_is_noted_before_it_leaves(rig: Rigs) -> None:
    """Every block of a batch has been noted when the sink gets it."""
    made = rig()
    seen = []

    def answer(batch: Batch) -> Outcome:
        seen.append(all(part.block in made.notes.sent_blocks for part in batch.parts))
        return DELIVERED

    made.sink.otherwise = answer
    made.open("a", numbered(0, 50_000))
    await made.run_to_end()
    assert seen
    assert all(seen)


@autojump
async def test_a_file_may_be_closed_while_its_blocks_wait(rig: Rigs) -> None:
    """A file that was given up while the store is slow: what was read of it is delivered all the same."""
    sink = GatedSink()
    made = rig(sink, batch_records=100)
    files = [made.open(str(number), numbered(1000 * number, 1000 * number + 500)) for number in range(4)]
    running = asyncio.create_task(made.pipeline.run())
    await settle()
    for file in files:
        made.reader.closed(file)
    made.end()
    while not running.done():
        if sink.waiting:
            sink.let(0)
        await settle()
    await running
    assert sink.stored == [line for number in range(4) for line in words(numbered(1000 * number, 1000 * number + 500))]
    assert made.balanced()
    assert not made.reader.ledger._files


@autojump
async def test_a_truncation_during_the_drain_does_not_hold_it_up(rig: Rigs) -> None:
    """Nobody mends the file any more: its rest is left to the next start, and the other files are read to the end."""
    sink = GatedSink()
    made = rig(sink, share=MIB, batch_records=10**6)
    file = made.open("a", numbered(0, 200_000))
    made.open("b", numbered(500_000, 500_100))
    made.end()
    running = asyncio.create_task(made.pipeline.run())
    await settle()
    os.truncate(file.path, 0)
    while not running.done():
        if sink.waiting:
            sink.let(0)
        await settle()
    await running
    assert not file.sound
    assert "000500099" in sink.stored
    assert made.balanced()


@autojump
async def test_a_file_that_can_not_be_read_stops_no_other(rig: Rigs) -> None:
    """EIO or ESTALE marks the file, asks for somebody who lets go of it, and the others are shipped."""
    made = rig()
    bad = made.open("bad", numbered(0, 10))

    def fail(size: int, offset: int) -> bytes:
        raise OSError(5, f"Input/output error at {offset + size}")

    bad.read_at = fail  # type: ignore[method-assign]
    made.open("good", numbered(10, 20))
    await made.run_to_end()
    assert made.sink.stored == words(numbered(10, 20))
    assert bad.fault.startswith("Input/output error")
    assert made.unsound.is_set()


class FaultySink(LineSink):
    """Has a fault of its own: it can't encode a line with ``bad``, nor the text of one with ``worse``."""

    def encode(self, block: Block) -> Encoded:
        """Fail, or do it."""
        if b"worse" in block.data or (b"bad" in block.data and AS_TEXT not in block.flags):
            raise IndexError(block.data)
        return super().encode(block)


@autojump
async def test_a_record_that_can_not_be_encoded_is_sent_as_text_and_stops_no_other(
    rig: Rigs, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of ours is told once a minute and counted, without what the record says; the file goes on."""
    made = rig(FaultySink())
    lines = numbered(0, 50) + b"a bad line\n" + numbered(50, 100) + b"bad\n"
    made.open("a", lines)
    await made.run_to_end()
    assert made.sink.stored == words(lines)
    assert made.value("logship_input_paused") == 0
    assert made.metrics.records.repaired.totals[AS_TEXT] == 2
    assert made.balanced()
    (message,) = [record for record in caplog.records if record.name == "logship.own_faults"]
    assert "please report it" in message.getMessage()
    assert (message.__dict__["type"], message.__dict__["offset"]) == ("IndexError", 500)
    assert "bad" not in message.__dict__["at"]


@autojump
async def test_a_record_of_which_not_even_the_text_can_be_sent_is_left_out_and_counted(rig: Rigs) -> None:
    """All others are sent, also those in the same block."""
    made = rig(FaultySink())
    made.open("a", numbered(0, 50) + b"worse\n" + numbered(50, 100))
    await made.run_to_end()
    assert made.sink.stored == words(numbered(0, 100))
    assert made.metrics.sink("s").totals()["skipped"] == (1, len("worse\n"))
    assert made.balanced()


@autojump
async def test_the_offset_does_not_pass_a_record_that_waits_and_what_is_behind_it_goes_on(rig: Rigs) -> None:
    """One record makes every request fail: all others arrive, the offset stops before it until it is a dead letter."""
    bad = "000000037"

    def answer(batch: Batch) -> Outcome:
        return errored("http_500") if bad in batch.body.decode() else DELIVERED

    made = rig(LineSink(otherwise=answer), linger=0.0)
    file = made.open("a", numbered(0, 100))
    running = asyncio.create_task(made.pipeline.run())
    await asyncio.sleep(10)
    assert len(made.sink.stored) == 99
    assert made.offset(file) == 370
    assert made.value("logship_sink_waiting_records") == 1
    assert made.pipeline.held == 10, "of the block only the record itself is kept"
    for number in range(100, 140):
        made.append(file, numbered(number, number + 1))
        await asyncio.sleep(1)
        assert made.offset(file) in (370, 10 * (number + 1))
    assert made.kept.lines == [bad]
    assert made.offset(file) == 1400
    made.end()
    await running
    assert made.pipeline.held == 0
    assert made.balanced()


@autojump
async def test_a_drain_ends_though_a_record_waits(rig: Rigs) -> None:
    """It is sent a few times more, and left where it is: the next start begins with it."""
    made = rig(LineSink(otherwise=lambda batch: errored("http_500") if b"9\n" in batch.body else DELIVERED), linger=0.0)
    file = made.open("a", numbered(0, 10))
    running = asyncio.create_task(made.pipeline.run())
    await asyncio.sleep(10)
    made.end()
    await running
    assert made.loop.time() < 12
    assert made.offset(file) == 90
    assert len(made.pipeline.delivery.waiting) == 1
    assert made.kept.lines == []
