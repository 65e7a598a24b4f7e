"""The last tries of records that wait by themselves: how long a drain goes on for them."""

import asyncio

from logship.model import Batch, Block, Outcome
from tests.autojump import autojump
from tests.bench import Bench
from tests.line_sink import DELIVERED, block, errored


async def _nothing(_: Block) -> None:
    return


async def _drain(bench: Bench, *lines: str) -> float:
    """Deliver the lines in a drain that begins at once; gives how many seconds the drain took."""
    bench.draining.set()
    began = bench.loop.time()
    attending = asyncio.create_task(bench.delivery.waiting.attend(_nothing))
    await bench.deliver_quietly(block(*lines))
    bench.delivery.waiting.finish()
    await attending
    return bench.loop.time() - began


@autojump
async def test_a_drain_tries_again_while_the_store_itself_may_be_ill() -> None:
    """A store that answers 500 to everything may be back before the deadline: nobody knows of a record at fault."""
    bench = Bench()

    async def answer(batch: Batch) -> Outcome:
        del batch
        return errored("http_500") if bench.loop.time() < 15 else DELIVERED

    bench.sink.deliver = answer  # type: ignore[method-assign]
    await _drain(bench, "one", "two")
    assert not len(bench.delivery.waiting)
    assert bench.total("delivered")[0] == 2


@autojump
async def test_a_drain_does_not_wait_for_what_a_store_that_works_does_not_take() -> None:
    """Three more times, and it is left to the next start."""
    bench = Bench()

    async def answer(batch: Batch) -> Outcome:
        return errored("http_500") if b"bad" in batch.body.lower() else DELIVERED

    bench.sink.deliver = answer  # type: ignore[method-assign]
    assert await _drain(bench, "one", "bad", "two") < 10
    assert len(bench.delivery.waiting) == 1
    assert bench.total("delivered")[0] == 2


@autojump
async def test_a_run_that_ends_by_itself_does_not_wait_for_ever() -> None:
    """It has no deadline: what the store does not take is left to the next one, whoever is at fault."""
    bench = Bench()

    async def answer(batch: Batch) -> Outcome:
        del batch
        return errored("http_500")

    bench.sink.deliver = answer  # type: ignore[method-assign]
    attending = asyncio.create_task(bench.delivery.waiting.attend(_nothing))
    await bench.deliver_quietly(block("one"))
    bench.delivery.waiting.finish()
    await attending
    assert len(bench.delivery.waiting) == 1
