import asyncio
import logging
import threading
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from logship.errors import SinkClosedError
from logship.model import Batch, Block, Limits, Outcome, Status, Verdict
from tests.autojump import autojump
from tests.bench import POLICY, REFUSED, Bench, ClosedSink, Kept
from tests.line_sink import DELIVERED, block, errored, rejected


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
async def test_a_record_longer_than_the_store_takes_is_never_sent() -> None:
    """It becomes a dead letter with both sizes; its neighbours are delivered without delay, in order."""
    bench = Bench()
    bench.sink.limits = Limits(max_record_bytes=4)
    await bench.deliver(block("one", "four4", "", "two"), block("toolong", start=15))
    assert bench.sink.attempts == [["one", "two"]]
    assert [(letter.reason, letter.detail) for letter in bench.kept.letters] == [
        ("record_too_large", "6 bytes, and the store takes 4"),
        ("record_too_large", "8 bytes, and the store takes 4"),
    ]
    assert bench.total("delivered") == (2, 8)
    assert bench.total("dead_lettered") == (2, 14)


@autojump
async def test_refused_records_that_nobody_names_are_dropped(caplog: pytest.LogCaptureFixture) -> None:
    """The store says how many, not which: nothing is sent again, so many are lost, with their share of the bytes."""
    bench = Bench(Outcome(Status.DELIVERED, "partial_success", unnamed=2))
    await bench.deliver(block("one", "", "three"), block("four", start=11))
    assert len(bench.sink.attempts) == 1
    assert bench.total("delivered") == (1, 5)
    assert bench.total("dropped") == (2, 10)
    assert bench.kept.letters == []
    [message] = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert (message.message, vars(message)["records"]) == (
        "records are lost: the store refused some and did not say which",
        2,
    )


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


def _naming(bad: set[str], first: int) -> Callable[[Batch], Outcome]:
    """Refuse any request that has a bad line in it, by the number of the first one; numbers begin with ``first``."""

    def answer(batch: Batch) -> Outcome:
        found = [n for n, line in enumerate(batch.body.decode().lower().split(), first) if line in bad]
        return replace(REFUSED, blamed=found[0]) if found else DELIVERED

    return answer


@autojump
async def test_a_record_that_is_blamed_is_parted_from_its_neighbours() -> None:
    """Where the store names the bad record, three more requests settle it: before it, it alone, after it."""
    lines = [f"line{n}" for n in range(100)]
    bench = Bench(otherwise=_naming({"line37", "line99"}, 0))
    await bench.deliver(block(*lines[:50]), block(*lines[50:], start=1000))
    assert [len(attempt) for attempt in bench.sink.attempts] == [100, 37, 1, 62, 61, 1]
    assert bench.kept.lines == ["line37", "line99"]
    assert bench.sink.stored == [line for line in lines if line not in bench.kept.lines]
    assert bench.loop.time() == 0


@pytest.mark.parametrize("first", [1, -1, 1000])
@autojump
async def test_a_record_that_is_blamed_wrongly_is_delivered(first: int) -> None:
    """If the store counts in another way, or names what was not sent, only the bad records become dead letters."""
    lines = [f"line{n}" for n in range(50)]
    bad = {"line0", "line20", "line21", "line49"}
    bench = Bench(otherwise=_naming(bad, first), policy=replace(POLICY, hold_seconds=0))
    await bench.deliver(block(*lines))
    assert set(bench.kept.lines) == bad
    assert bench.sink.stored == [line for line in lines if line not in bad]


@autojump
async def test_what_the_store_kept_before_the_record_that_it_blames_is_not_sent_again() -> None:
    """A store that takes record by record and stops at a bad one: it, and those after it, are sent."""
    stored: list[str] = []
    bad = {"line37", "line38", "line99"}

    def stop_at(batch: Batch) -> Outcome:
        lines = batch.body.decode().lower().splitlines()
        first = next((at for at, line in enumerate(lines) if line in bad), len(lines))
        stored.extend(lines[:first])
        return replace(REFUSED, blamed=first, kept=True) if first < len(lines) else DELIVERED

    bench = Bench(otherwise=stop_at)
    lines = [f"line{n}" for n in range(100)]
    await bench.deliver(block(*lines))
    assert sorted(stored) == sorted(set(lines) - bad)
    assert bench.kept.lines == sorted(bad)
    assert bench.loop.time() == 0


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
    """Some servers cut what is too large for them instead of saying so: after 3 attempts the request is halved."""
    bench = Bench(otherwise=lambda batch: errored("connection_reset") if batch.nbytes > 100_000 else DELIVERED)
    await bench.deliver(block(*["x" * 999] * 180))
    assert [len(lines) for lines in bench.sink.attempts] == [180] * 3 + [90, 90]


@autojump
async def test_a_limit_that_was_met_is_remembered() -> None:
    """Later batches are sent in pieces that fit at once; after a hundred of them a larger one is tried again."""
    too_large = Outcome(Status.ERRORED, "http_413", too_large=True)
    bench = Bench(otherwise=lambda batch: too_large if batch.nbytes > 100_000 else DELIVERED)
    for n in range(60):
        await bench.deliver(block(*["x" * 999] * 180, start=n * 180_000))
    assert [len(lines) for lines in bench.sink.attempts] == [180] + [90] * 100 + [180] + [90] * 20


@autojump
async def test_an_outage_is_searched_ever_more_seldom_and_keeps_the_order() -> None:
    """What fails whole is put together again: while nothing is accepted, no record is to blame."""
    lines = [f"line{number}" for number in range(64)]
    bench = Bench(*[errored("connection_reset")] * 60)
    await bench.deliver(block(*lines))
    sizes = [len(lines) for lines in bench.sink.attempts]
    assert sizes[:10] == [64] * 3 + [32, 16, 8, 4, 2, 1, 63]
    assert sizes[10:23] == [64] * 6 + [32, 16, 8, 4, 2, 1, 63]
    assert sizes[23:42] == [64] * 12 + [32, 16, 8, 4, 2, 1, 63]
    assert bench.sink.stored == lines


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
async def test_who_gives_up_at_once_says_why(caplog: pytest.LogCaptureFixture) -> None:
    """A first attempt that takes the whole limit has no message of its own; that about dead letters has it."""
    refused = Outcome(Status.ERRORED, "http_401", fault=True)
    bench = Bench(otherwise=refused, policy=replace(POLICY, limit_seconds=20))
    bench.sink.seconds = 21
    await bench.deliver(block("a"))
    (said,) = (vars(record) for record in caplog.records)
    assert (said["reason"], said["cause"]) == ("retry_limit", "http_401")
    assert said["advice"].startswith("the credentials are refused")


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
async def test_dead_letters_that_had_to_go_are_counted() -> None:
    """What is lost of the dead letters has a series of its own: each record ended as a dead letter before."""
    bench = Bench(rejected(0), rejected(0), kept=Kept(gone=(1, 4)))
    await bench.deliver(block("bad", "good"))
    await bench.deliver(block("bad", "good"))
    assert bench.total("dead_lettered") == (2, 8)
    evicted = {
        sample.name: sample.value
        for metric in bench.registry.collect()
        for sample in metric.samples
        if "evicted" in sample.name and sample.name.endswith("_total")
    }
    assert evicted == {
        "logship_dead_letters_evicted_records_total": 2,
        "logship_dead_letters_evicted_bytes_total": 8,
    }


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


def _unwritable(scopes: set[str]) -> Callable[[Batch], Outcome]:
    """Take lines but those for such an index, which is their first letter."""

    def answer(batch: Batch) -> Outcome:
        lines = batch.body.decode().lower().split()
        verdicts = [
            Verdict(number, Status.ERRORED, "shard_limit", scope=line[0])
            for number, line in enumerate(lines)
            if line[0] in scopes
        ]
        return Outcome(Status.DELIVERED, verdicts=tuple(verdicts), fault=bool(verdicts))

    return answer


@autojump
async def test_a_hold_concerns_one_index() -> None:
    """What is for another goes on; what waited arrives once the index can be written, and nothing is put aside."""
    scopes = {"b"}
    bench = Bench(otherwise=_unwritable(scopes))
    ended: list[str] = []

    async def note(record: Block) -> None:
        ended.append(record.data.decode().strip())

    attending = asyncio.create_task(bench.delivery.waiting.attend(note))
    for number in range(60):
        await bench.deliver_quietly(block(f"a{number}", f"b{number}", f"c{number}", start=100 * number))
        await asyncio.sleep(1)
    assert [line for line in bench.sink.stored if line[0] != "b"] == [f"{x}{n}" for n in range(60) for x in "ac"]
    assert len(bench.delivery.waiting) == 60
    scopes.clear()
    await asyncio.sleep(61)
    assert sorted(ended) == sorted(f"b{number}" for number in range(60))
    assert bench.kept.letters == []
    assert bench.total("in_flight") == (0, 0)
    attending.cancel()


@autojump
async def test_one_record_whose_index_can_not_be_made_is_put_aside() -> None:
    """A date of 1970: it waits alone for its index, while others are accepted, and goes the way of all culprits."""
    bench = Bench(otherwise=_unwritable({"b"}))

    async def note(_: Block) -> None:
        pass

    attending = asyncio.create_task(bench.delivery.waiting.attend(note))
    await bench.deliver_quietly(block("a", "b", "c"))
    for number in range(30):
        await bench.deliver_quietly(block(f"a{number}", start=100 * number))
        await asyncio.sleep(1)
    assert bench.kept.lines == ["b"]
    assert bench.kept.letters[0].reason == "shard_limit"
    attending.cancel()


@autojump
async def test_what_is_all_for_an_index_that_can_not_be_written_is_held() -> None:
    """Nothing is accepted, so nothing waits aside: the stream does, in order."""
    scopes = {"b"}
    bench = Bench(otherwise=_unwritable(scopes))
    task = asyncio.create_task(bench.deliver_quietly(block("b1", "b2")))
    await asyncio.sleep(3600)
    assert bench.kept.letters == []
    assert len(bench.delivery.waiting) == 0
    scopes.clear()
    await task
    assert bench.sink.stored == ["b1", "b2"]


@autojump
async def test_what_went_to_the_failure_store_is_counted_apart(caplog: pytest.LogCaptureFixture) -> None:
    """It is not delivered, and told; it is not sent again."""
    bench = Bench(Outcome(Status.DELIVERED, verdicts=(Verdict(1, Status.FAILURE_STORE, "failure_store"),)))
    await bench.deliver(block("one", "two", "three"))
    assert (bench.total("delivered"), bench.total("failure_store")) == ((2, 10), (1, 4))
    assert len(bench.sink.attempts) == 1
    assert [each.message for each in caplog.records] == [
        "the store could not index records, and keeps them in its failure store"
    ]


class Keeping:
    """Stores the good lines of a request, and then refuses it for one that is too long."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.stored: list[str] = []

    def __call__(self, batch: Batch) -> Outcome:
        """Answer."""
        lines = batch.body.decode().lower().splitlines()
        self.stored += [line for line in lines if len(line) <= self.limit]
        return REFUSED if any(len(line) > self.limit for line in lines) else DELIVERED


@autojump
async def test_a_store_that_keeps_what_is_good_and_then_refuses_stores_nothing_twice() -> None:
    """A line over 128 KiB goes alone."""
    store = Keeping(256 << 10)
    bench = Bench(otherwise=store)
    lines = [f"{number:05}" for number in range(1000)]
    long, longer = "a" * (200 << 10), "b" * (300 << 10)
    await bench.deliver(block(*lines[:400], long, *lines[400:500], longer, *lines[500:]))
    assert sorted(store.stored) == sorted([*lines, long])
    assert bench.kept.lines == [longer]
    assert len(bench.sink.attempts) == 5


@autojump
async def test_a_long_line_goes_alone_though_the_store_took_one_as_long() -> None:
    """A store may answer 200 and have dropped the line, and what is with it as well."""
    bench = Bench()
    long = "a" * (200 << 10)
    for start in (0, 10**6):
        await bench.deliver(block("one", long, "two", start=start))
        assert bench.sink.attempts[-3:] == [["one"], [long], ["two"]]
