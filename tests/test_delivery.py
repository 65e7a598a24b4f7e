import asyncio
import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from logship.backoff import RetryPolicy
from logship.deadletters import Letter
from logship.delivery import Delivery
from logship.errors import DeadLetterError, SinkClosedError
from logship.metrics import Metrics, SinkMetrics
from logship.model import Batch, Block, Outcome, Status, Verdict
from tests.autojump import autojump
from tests.line_sink import DELIVERED, LineSink, block, errored, rejected

POLICY = RetryPolicy(initial_seconds=0.5, max_seconds=30, limit_seconds=0, request_timeout_seconds=30)
REFUSED = Outcome(Status.REJECTED, "http_400", "the store's words")


@dataclass(slots=True)
class Kept:
    """Dead letters in memory; ``broken`` many times they can't be written."""

    letters: list[Letter] = field(default_factory=list)
    broken: int = 0
    gone: tuple[int, int] = (0, 0)
    threads: set[str] = field(default_factory=set)

    def put(self, letters: Sequence[Letter]) -> tuple[int, int]:
        """Keep them, or fail."""
        self.threads.add(threading.current_thread().name)
        if self.broken:
            self.broken -= 1
            message = "No space left on device"
            raise DeadLetterError(message)
        self.letters += letters
        return self.gone

    @property
    def lines(self) -> list[str]:
        """Give their records."""
        return [letter.block.data.decode().strip() for letter in self.letters]


class Bench:
    """A delivery to a scripted sink, with everything around it in memory; made inside a running loop."""

    def __init__(
        self, *script: Outcome | Callable[[Batch], Outcome], policy: RetryPolicy = POLICY, **more: Any
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self.sink = LineSink(deque(script), more.pop("otherwise", DELIVERED))
        self.kept = more.pop("kept", None) or Kept()
        self.metrics: SinkMetrics = Metrics(["s"], "1").sink("s")
        self.draining = asyncio.Event()
        self.delivery = Delivery(
            "s",
            more.pop("sink", self.sink),
            policy=policy,
            dead_letters=self.kept,
            metrics=self.metrics,
            draining=self.draining,
            clock=self.loop.time,
            random=more.pop("random", lambda: 1.0),
            **more,
        )

    async def deliver(self, *blocks: Block) -> None:
        """Deliver the blocks as one batch, alone."""
        await self.deliver_quietly(*blocks)
        assert self.metrics.totals()["in_flight"] == (0, 0), "every record is counted once, with all its bytes"

    async def deliver_quietly(self, *blocks: Block) -> None:
        """Deliver the blocks as one batch, beside others."""
        parts = tuple(self.sink.encode(each) for each in blocks)
        for part in parts:
            self.metrics.read(part.block.lines, len(part.block.data))
            for reason, lines, size in part.tally.skipped:
                self.metrics.skipped(reason, lines, size)
        await self.delivery.deliver(Batch(parts))

    async def deliver_all(self, blocks: Iterable[Block]) -> None:
        """Deliver each block as one batch, one after the other."""
        for each in blocks:
            await self.deliver(each)

    def total(self, key: str) -> tuple[int, int]:
        """Give a term of the conservation law."""
        return self.metrics.totals()[key]


@autojump
async def test_a_delivered_batch_is_one_attempt() -> None:
    """What the store takes at once is sent once, counted in file bytes without the skipped ones."""
    bench = Bench()
    await bench.deliver(block("one", "", "two"), block("three", start=9))
    assert bench.sink.attempts == [["one", "two", "three"]]
    assert bench.total("delivered") == (3, 14)
    assert bench.delivery.state == "ok"
    assert bench.delivery.last_success_at is not None


@autojump
async def test_backoff_grows_to_its_bound() -> None:
    """Waits double from the initial bound to the largest, each a random part of its bound."""
    bench = Bench(*[errored()] * 8)
    times: list[float] = []
    bench.sink.script = deque([_noting(times, each) for each in bench.sink.script])
    await bench.deliver(block("one"))
    gaps = [round(later - earlier, 6) for earlier, later in itertools.pairwise([*times, bench.loop.time()])]
    assert gaps == [0.5, 1, 2, 4, 8, 16, 30, 30]


@autojump
async def test_jitter_is_full() -> None:
    """The wait is the random part, from nothing on."""
    bench = Bench(errored(), errored(), random=iter([0.0, 0.5]).__next__)
    await bench.deliver(block("one"))
    assert bench.loop.time() == pytest.approx(0.5)


@autojump
async def test_retry_after_is_the_floor() -> None:
    """The store's wish is kept, and the jitter comes on top so that not all come back in the same instant."""
    bench = Bench(errored("http_429", retry_after=20))
    await bench.deliver(block("one"))
    assert bench.loop.time() == pytest.approx(20.5)


@autojump
async def test_a_hanging_attempt_ends_in_time() -> None:
    """An attempt is given up after the request timeout, and repeated."""
    bench = Bench(sink=(sink := HangingSink(1)))
    await bench.deliver(block("one"))
    assert sink.cancelled == 1
    assert bench.loop.time() == pytest.approx(30.5)
    assert bench.delivery.last_error == "timeout"


@autojump
async def test_the_drain_ends_the_wait() -> None:
    """When the drain begins, the sleep ends at once; after that no sleep is longer than 0.25 s."""
    bench = Bench(*[errored(retry_after=1000)] * 4)
    times: list[float] = []
    bench.sink.script = deque([_noting(times, each) for each in bench.sink.script])
    bench.loop.call_later(3, bench.draining.set)
    await bench.deliver(block("one"))
    assert times == pytest.approx([0, 3, 3.25, 3.5])


@autojump
async def test_the_drain_cuts_the_timeout() -> None:
    """An attempt takes no longer than the time that is left to the deadline."""
    bench = Bench(sink=HangingSink(1), time_left=lambda: 2.0)
    await bench.deliver(block("one"))
    assert bench.loop.time() == pytest.approx(2.5)


@autojump
async def test_cancelling_gives_up_at_once() -> None:
    """The caller ends a drain by cancelling: nothing is put aside and nothing counted."""
    bench = Bench(otherwise=errored())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(100):
            await bench.delivery.deliver(Batch((bench.sink.encode(block("one")),)))
    assert bench.kept.letters == []
    assert bench.total("delivered") == (0, 0)


@autojump
async def test_only_the_errored_records_are_sent_again() -> None:
    """A partial answer settles what it settles; neighbours among the rest travel together again, with their offsets."""
    fates = {1: Status.ERRORED, 2: Status.ERRORED, 3: Status.DUPLICATE, 5: Status.ERRORED}
    first = Outcome(
        Status.DELIVERED,
        verdicts=tuple(Verdict(i, status, "es_rejected_execution_exception") for i, status in fates.items()),
    )
    bench = Bench(first)
    await bench.deliver(block("a", "bb", "ccc"), block("d", "e", "ff", start=9))
    assert bench.sink.attempts[1] == ["bb", "ccc", "ff"]
    assert [(part.block.start, part.block.end) for part in bench.sink.batches[1].parts] == [(2, 9), (13, 16)]
    assert bench.total("duplicate") == (1, 2)
    assert bench.total("delivered") == (5, 14)


@autojump
async def test_blocks_of_different_files_stay_apart() -> None:
    """Records are put together again only with neighbours of their own file."""
    again = Outcome(Status.ERRORED, verdicts=(Verdict(0, Status.DELIVERED), Verdict(3, Status.DELIVERED)))
    bench = Bench(again)
    await bench.deliver(block("a", "b", file="f"), block("c", "d", start=4, file="g"))
    assert [part.block.file for part in bench.sink.batches[1].parts] == ["f", "g"]


@autojump
async def test_a_batch_of_duplicates_is_not_taken_apart() -> None:
    """After a restart whole batches are answered by 409: they are counted, not split."""
    everything = Outcome(Status.DELIVERED, verdicts=tuple(Verdict(i, Status.DUPLICATE) for i in range(3)))
    bench = Bench(everything)
    bench.sink.records = None  # type: ignore[method-assign, assignment]  # any use of it fails
    await bench.deliver(block("a", "b", "c"))
    assert bench.total("duplicate") == (3, 6)


@autojump
async def test_a_bad_record_hurts_only_itself() -> None:
    """A refused record goes to the dead letters with the store's words; its neighbours are delivered."""
    bench = Bench(rejected(1))
    await bench.deliver(block("good", "bad", "fine"))
    assert bench.sink.stored == ["good", "fine"]
    assert [(each.reason, each.detail, each.status) for each in bench.kept.letters] == [
        ("mapper_parsing_exception", "secret words", "rejected")
    ]
    assert bench.kept.lines == ["bad"]
    assert (bench.kept.letters[0].block.start, bench.kept.letters[0].block.end) == (5, 9)
    assert bench.total("dead_lettered") == (1, 4)
    assert threading.current_thread().name not in bench.kept.threads, "fsync must not stop the loop"


def _whole(bad: set[str], outcome: Outcome = REFUSED) -> Callable[[Batch], Outcome]:
    """Refuse any request that has a bad line in it, without saying which."""
    return lambda batch: outcome if bad.intersection(batch.body.decode().lower().split()) else DELIVERED


@autojump
async def test_a_refused_request_is_halved_to_the_bad_record() -> None:
    """Where the store refuses the request as a whole, halving finds the one bad record, in few requests."""
    lines = [f"line{n}" for n in range(100)]
    bench = Bench(otherwise=_whole({"line37"}))
    await bench.deliver(block(*lines))
    assert bench.kept.lines == ["line37"]
    assert bench.sink.stored == [line for line in lines if line != "line37"]
    assert len(bench.sink.attempts) <= 15


@autojump
async def test_a_too_large_request_is_halved() -> None:
    """413 halves at once, in order; a single record that is too large alone becomes a dead letter."""
    too_large = Outcome(Status.ERRORED, "http_413", too_large=True)
    bench = Bench(otherwise=lambda batch: too_large if batch.nbytes > 12 else DELIVERED)
    await bench.deliver(block("aaaa", "bbbb", "c" * 20, "dddd"))
    assert bench.sink.stored == ["aaaa", "bbbb", "dddd"]
    assert [(letter.reason, letter.block.data[:1]) for letter in bench.kept.letters] == [("too_large", b"c")]
    assert bench.loop.time() == 0


@autojump
async def test_a_big_request_that_is_always_reset_is_halved() -> None:
    """Some servers cut what is too large for them instead of saying so: after 4 attempts the request is halved."""
    bench = Bench(otherwise=lambda batch: errored("connection_reset") if batch.nbytes > 100_000 else DELIVERED)
    await bench.deliver(block(*["x" * 999] * 180))
    assert [len(lines) for lines in bench.sink.attempts] == [180] * 4 + [90, 90]


@autojump
async def test_a_limit_that_was_met_is_remembered() -> None:
    """Later batches are sent in pieces that fit at once; after a hundred of them a larger one is tried again."""
    too_large = Outcome(Status.ERRORED, "http_413", too_large=True)
    bench = Bench(otherwise=lambda batch: too_large if batch.nbytes > 100_000 else DELIVERED)
    for n in range(60):
        await bench.deliver(block(*["x" * 999] * 180, start=n * 180_000))
    assert [len(lines) for lines in bench.sink.attempts] == [180] + [90] * 100 + [180] + [90] * 20


@autojump
async def test_a_small_request_is_never_halved_for_a_reset() -> None:
    """In an outage the pieces do not crumble."""
    bench = Bench(*[errored("connection_reset")] * 20)
    await bench.deliver(block("a", "b"))
    assert [len(lines) for lines in bench.sink.attempts] == [2] * 21


@autojump
async def test_the_retry_limit_puts_the_rest_aside() -> None:
    """What could not be delivered in time becomes dead letters with that reason; the wait is cut to the limit."""
    bench = Bench(otherwise=errored(retry_after=3600), policy=replace(POLICY, limit_seconds=60))
    await bench.deliver(block("a", "b"))
    assert [(letter.reason, letter.detail, letter.status) for letter in bench.kept.letters] == [
        ("retry_limit", "http_503", "errored")
    ] * 2
    assert bench.total("dead_lettered") == (2, 4)
    assert bench.loop.time() == pytest.approx(60)


@autojump
async def test_dead_letters_that_cannot_be_written_hold_the_sink() -> None:
    """A record is never dropped because its dead letter can't be written: the sink waits and tries again."""
    bench = Bench(rejected(0), kept=Kept(broken=5))
    task = asyncio.create_task(bench.deliver(block("bad", "good")))
    await asyncio.sleep(1)
    assert bench.delivery.state == "holding"
    assert bench.delivery.last_error == "dead_letters"
    await task
    assert bench.kept.lines == ["bad"]
    assert bench.sink.attempts == [["bad", "good"]]


@autojump
async def test_dead_letters_that_had_to_go_are_counted_as_dropped() -> None:
    """The numbers add up although the lost letters are older ones."""
    bench = Bench(rejected(0), rejected(0), kept=Kept(gone=(1, 4)))
    await bench.deliver(block("bad", "good"))
    await bench.deliver(block("bad", "good"))
    assert bench.total("dropped") == (2, 8)
    assert bench.total("dead_lettered") == (0, 0)


@autojump
async def test_two_refused_batches_in_a_row_hold() -> None:
    """A wrong mapping must not push the stream through the dead letters: the second batch is kept and tried slowly."""
    bench = Bench(otherwise=rejected(0, 1))
    await bench.deliver(block("a", "b"))
    assert bench.kept.lines == ["a", "b"]
    task = asyncio.create_task(bench.deliver(block("c", "d")))
    await asyncio.sleep(299)
    assert (bench.delivery.state, bench.kept.lines) == ("holding", ["a", "b"])
    assert len(bench.sink.attempts) == 2 + 9
    bench.sink.otherwise = DELIVERED
    await task
    assert (bench.delivery.state, bench.sink.stored) == ("ok", ["c", "d"])


@autojump
async def test_a_hold_ends() -> None:
    """Two bad lines in a row do not stop a quiet stream for ever: after 5 minutes the next batch is tried."""
    bench = Bench(otherwise=_verdicts_on({"bad1", "bad2"}))
    for line in ("bad1", "bad2", "good"):
        await bench.deliver(block(line))
    assert bench.kept.lines == ["bad1", "bad2"]
    assert bench.sink.stored == ["good"]
    assert 300 <= bench.loop.time() <= 330


def _verdicts_on(bad: set[str]) -> Callable[[Batch], Outcome]:
    def answer(batch: Batch) -> Outcome:
        lines = batch.body.decode().lower().split()
        return rejected(*(i for i, line in enumerate(lines) if line in bad))

    return answer


@autojump
async def test_holds_get_longer() -> None:
    """Under a setting that stays wrong at most a batch an hour is put aside."""
    bench = Bench(otherwise=rejected(0))
    await bench.deliver(block("first"))
    lengths = []
    for n in range(6):
        began = bench.loop.time()
        await bench.deliver(block(str(n)))
        lengths.append(round((bench.loop.time() - began) / 60))
    assert lengths == [5, 10, 20, 40, 60, 60]


@autojump
async def test_refusals_among_accepted_records_never_hold() -> None:
    """While the store takes others, each refused batch is put aside at once."""
    bench = Bench(DELIVERED, otherwise=rejected(0))
    await bench.deliver(block("good"))
    for n in range(20):
        await bench.deliver(block(f"bad{n}"))
    assert len(bench.kept.letters) == 20
    assert bench.loop.time() == 0


@autojump
async def test_many_refusals_in_a_row_hold_even_after_success() -> None:
    """A mapping that breaks in mid-stream may not cost five minutes' worth of the stream."""
    bench = Bench(DELIVERED, otherwise=rejected(0))
    await bench.deliver(block("good"))
    task = asyncio.create_task(bench.deliver_all(block(f"bad{n}") for n in range(1000)))
    await asyncio.sleep(200)
    task.cancel()
    assert len(bench.kept.letters) == 49
    assert bench.delivery.state == "holding"


@autojump
async def test_different_reasons_do_not_hold() -> None:
    """One reason for all looks like a setting; several look like bad records."""
    bench = Bench(*(rejected(0, reason=f"reason_{n}") for n in range(4)))
    for n in range(4):
        await bench.deliver(block(str(n)))
    assert len(bench.kept.letters) == 4
    assert bench.loop.time() == 0


@autojump
async def test_a_store_that_refuses_every_request_holds_after_a_few() -> None:
    """A wrong address that answers 400 to all is not asked 2000 times, and no stream is thrown away."""
    bench = Bench(otherwise=REFUSED)
    lines = [f"line{n}" for n in range(1000)]
    task = asyncio.create_task(bench.deliver(block(*lines)))
    await asyncio.sleep(290)
    assert bench.kept.lines == ["line0"]
    assert len(bench.sink.attempts) < 30
    bench.sink.otherwise = DELIVERED
    await task
    assert bench.sink.stored == lines[1:]


@autojump
async def test_the_end_of_such_a_hold_takes_the_whole_batch() -> None:
    """What is left of the batch is put aside in as few requests as there are pieces."""
    bench = Bench(otherwise=REFUSED)
    lines = [f"line{n}" for n in range(1000)]
    await bench.deliver(block(*lines))
    assert sorted(bench.kept.lines) == sorted(lines)
    assert len(bench.sink.attempts) < 60


@autojump
async def test_a_fault_keeps_the_data() -> None:
    """A wrong credential is retried for as long as it takes."""
    bench = Bench(*[replace(errored("http_401"), fault=True)] * 50)
    await bench.deliver(block("a"))
    assert bench.sink.stored == ["a"]
    assert bench.kept.letters == []


@autojump
async def test_one_message_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """An hour's outage is sixty messages, with the number of attempts, and one that it is over; no store's text."""
    caplog.set_level(logging.INFO, logger="logship")
    bench = Bench(otherwise=Outcome(Status.ERRORED, "http_503", "Preview of field's value: 'password=hunter2'"))
    task = asyncio.create_task(bench.deliver(block("a")))
    await asyncio.sleep(3600)
    bench.sink.otherwise = DELIVERED
    await task
    failed = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert 40 <= len(failed) <= 61
    assert len(failed) + sum(vars(record)["repeated"] for record in failed) == pytest.approx(
        len(bench.sink.attempts), abs=3
    )
    assert [record.message for record in caplog.records if record.levelno == logging.INFO] == ["delivery works again"]
    assert not any("hunter2" in str(vars(record)) for record in caplog.records)


@autojump
async def test_a_closed_sink_ends_the_delivery() -> None:
    """SinkClosedError is the caller's to see."""
    bench = Bench(sink=ClosedSink())
    with pytest.raises(SinkClosedError):
        await bench.delivery.deliver(Batch((bench.sink.encode(block("a")),)))


@autojump
async def test_a_fault_of_the_sink_itself_is_survived(caplog: pytest.LogCaptureFixture) -> None:
    """An exception that no sink should raise neither ends the daemon nor loses the batch, nor is its text shown."""
    bench = Bench(_raising)
    await bench.deliver(block("a"))
    assert bench.sink.stored == ["a"]
    assert "hunter2" not in caplog.text + str([vars(record) for record in caplog.records])


def _raising(_: Batch) -> Outcome:
    message = "password=hunter2"
    raise RuntimeError(message)


@autojump
async def test_batches_of_no_records_are_not_sent() -> None:
    """A batch of gaps and empty lines is settled without a request."""
    bench = Bench()
    await bench.deliver(block("", ""))
    assert bench.sink.attempts == []


@autojump
async def test_several_batches_at_once() -> None:
    """Deliveries in flight together do not disturb one another's retries."""
    bench = Bench(*[errored()] * 5)
    await asyncio.gather(*(bench.deliver_quietly(block(str(n))) for n in range(3)))
    assert sorted(bench.sink.stored) == ["0", "1", "2"]
    assert bench.total("in_flight") == (0, 0)


class HangingSink(LineSink):
    """Hangs so many times before it takes anything."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left = times
        self.cancelled = 0

    async def deliver(self, batch: Batch) -> Outcome:
        """Hang, or take it."""
        if self.left:
            self.left -= 1
            try:
                await asyncio.sleep(10**6)
            finally:
                self.cancelled += 1
        return await super().deliver(batch)


class ClosedSink(LineSink):
    """Its reader is gone."""

    async def deliver(self, batch: Batch) -> Outcome:
        """Fail for good."""
        del batch
        raise SinkClosedError


def _noting(times: list[float], outcome: Any) -> Callable[[Batch], Outcome]:
    def answer(_: Batch) -> Outcome:
        times.append(asyncio.get_running_loop().time())
        return outcome  # type: ignore[no-any-return]  # the scripts of these tests hold outcomes only

    return answer
