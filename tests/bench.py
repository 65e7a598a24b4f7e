"""A delivery to a sink in memory, with everything around it."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from logship.delivery.backoff import RetryPolicy
from logship.delivery.deadletters import Letter
from logship.delivery.delivery import Delivery
from logship.errors import DeadLetterError, SinkClosedError
from logship.metrics import Metrics, SinkMetrics
from logship.model import Batch, Block, Outcome, Status
from tests.line_sink import DELIVERED, LineSink

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
        metrics = Metrics(["s"], "1")
        self.registry = metrics.registry
        self.metrics: SinkMetrics = metrics.sink("s")
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


def noting(times: list[float], outcome: Any) -> Callable[[Batch], Outcome]:
    """Give an answer that notes when it was asked for."""

    def answer(_: Batch) -> Outcome:
        times.append(asyncio.get_running_loop().time())
        return outcome  # type: ignore[no-any-return]  # the scripts of these tests hold outcomes only

    return answer
