"""How records end: counted, and put aside where the store will never take them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential

from logship.delivery.counting import Counts, PutsAside
from logship.delivery.deadletters import Letter
from logship.delivery.health import SinkHealth
from logship.delivery.verdicts import Refusal, Settled, again, one_reason
from logship.errors import DeadLetterError
from logship.model import Batch, Outcome, Sink, Status


class Endings:
    """Ends the records of one sink; ``sleep`` waits between attempts to write a dead letter (all in seconds)."""

    def __init__(
        self,
        metrics: Counts,
        dead_letters: PutsAside,
        complaints: SinkHealth,
        *,
        initial_seconds: float,
        max_seconds: float,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._metrics, self._dead_letters, self._complaints = metrics, dead_letters, complaints
        self._keeping = AsyncRetrying(
            retry=retry_if_exception_type(DeadLetterError),
            wait=wait_exponential(initial_seconds, max=max_seconds),
            before_sleep=self._complain,
            sleep=sleep,
        )

    def count(self, settled: Settled, outcome: Outcome) -> None:
        """Count what an answer ended."""
        for counts, count in (
            (settled.delivered, self._metrics.delivered),
            (settled.duplicate, self._metrics.duplicate),
            (settled.failure_store, self._metrics.failure_store),
        ):
            if counts:
                count(counts["records"], counts["bytes"])
        for what, records in settled.repaired.items():
            self._metrics.repaired(what, records)
        if settled.failure_store:
            self._complaints.failure_store(settled.failure_store["records"])
        if settled.dropped:
            self._metrics.dropped(outcome.reason, settled.dropped["records"], settled.dropped["bytes"])
            self._complaints.dropped(outcome.reason, settled.dropped["records"])
        if outcome.ignored:
            self._complaints.ignored(outcome.reason, outcome.ignored)

    async def refused(self, settled: Settled, sink: Sink) -> list[Batch]:
        """Put aside what was refused, and give what is to be sent at once, the last first.

        What was mended is sent before anything is put aside, unless the store took others: it may take nothing at all.
        """
        left = [] if settled.accepted or not settled.mended else [refusal.record for refusal in settled.refused]
        if not left:
            await self.put_aside(settled.refused)
        return [Batch(tuple(parts)) for parts in (again(left, sink), settled.mended) if parts]

    async def put_aside(self, refused: Sequence[Refusal], status: Status = Status.REJECTED) -> None:
        """Return once they are dead letters, on disk; waits for as long as they can't be written."""
        if not refused:
            return
        letters = [Letter(each.record.block, each.reason, each.detail, status.value) for each in refused]
        gone: tuple[int, int] = await self._keeping.copy()(asyncio.to_thread, self._dead_letters.put, letters)
        self._metrics.dead_lettered(len(refused), sum(each.record.nbytes for each in refused))
        if gone != (0, 0):
            self._metrics.evicted(*gone)
            self._complaints.lost(*gone)
        cause = refused[0].detail if refused[0].reason == "retry_limit" else ""
        self._complaints.put_aside(one_reason(refused), len(refused), cause)

    def _complain(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        self._complaints.unwritable(str(error), state.upcoming_sleep)
