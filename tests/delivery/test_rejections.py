import asyncio
from collections.abc import Callable

from logship.model import Batch, Outcome
from tests.autojump import autojump
from tests.bench import REFUSED, Bench
from tests.line_sink import DELIVERED, block, rejected


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
    assert (bench.delivery.state, bench.sink.stored) == ("refusing", ["c", "d"])  # it did, within the last hour


@autojump
async def test_what_is_too_old_never_holds() -> None:
    """A backlog from before the store's retention is put aside as fast as it is refused: the lines of today wait."""
    bench = Bench(otherwise=rejected(0, 1, reason="too_old"))
    for first in range(0, 200, 2):
        await bench.deliver(block(str(first), str(first + 1)))
    assert bench.kept.lines == [str(number) for number in range(200)]
    assert bench.loop.time() == 0


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
