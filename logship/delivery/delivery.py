"""From a finished batch to the store's word on each of its records.

The sink makes one attempt; tenacity decides from its Outcome whether there is another, and when (see
:mod:`logship.delivery.backoff`). Here is what happens in between: a partial answer settles what it settles, only the
rest is sent again, with the same ids; what is too large, or refused as a whole, is halved, or taken apart around the
record that the store blames; what the store refuses is put aside, under the rule of :mod:`logship.delivery.rejections`.
"""

import asyncio
import logging
import math
import random as random_module
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from msgspec.structs import replace
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, retry_if_result, wait_exponential

from logship.delivery.backoff import FullJitter, RetryLimit, RetryPolicy, Sleep, Work, work_of
from logship.delivery.deadletters import Letter
from logship.delivery.health import SinkHealth, State
from logship.delivery.rejections import Refusals
from logship.delivery.request_size import MIN_BYTES, RequestSize
from logship.delivery.verdicts import Refusal, Settled, around, one_reason, part_too_long, records, settle, too_long
from logship.errors import DeadLetterError, SinkClosedError, forget_frames
from logship.model import Batch, Outcome, Sink, Status

logger = logging.getLogger(__name__)

_SUSPECTS: Final = frozenset({"connection_reset", "timeout", "http_429", "http_500"})
"""Some servers say so to a request that is merely too large: a proxy cuts it, a small store calls it pressure."""
_SUSPECT_FAILURES: Final = 4
_DONE: Final = Outcome(Status.DELIVERED)


class Counts(Protocol):
    """What is counted; :class:`logship.metrics.SinkMetrics` does. Bytes are those of the file."""

    def delivered(self, records: int, nbytes: int) -> None:
        """End them: the store has them."""

    def duplicate(self, records: int, nbytes: int) -> None:
        """End them: the store had them."""

    def dead_lettered(self, records: int, nbytes: int) -> None:
        """End them: they are dead letters."""

    def dropped(self, reason: str, records: int, nbytes: int) -> None:
        """End them: they are lost."""

    def evicted(self, records: int, nbytes: int) -> None:
        """Count dead letters that had to go."""

    def request(self, outcome: Status, seconds: float) -> None:
        """Count an attempt."""

    def retried(self, reason: str) -> None:
        """Count what is sent again."""

    def succeeded(self, at: float) -> None:
        """Note when the store took something (epoch seconds)."""


class PutsAside(Protocol):
    """What is needed of :class:`logship.delivery.deadletters.DeadLetters`."""

    def put(self, letters: Sequence[Letter], /) -> tuple[int, int]:
        """Keep them; gives (records, file bytes) that had to go for them; raises DeadLetterError. Blocks."""


class Delivery:
    """Delivers the batches of one sink, several at a time if asked; safe to cancel at any time.

    A cancelled ``deliver`` leaves its batch unsettled, though some of its records may be counted.
    """

    def __init__(  # noqa: PLR0913 - the seams of the one place where a sink's policy comes together
        self,
        name: str,
        sink: Sink,
        *,
        policy: RetryPolicy,
        dead_letters: PutsAside,
        metrics: Counts,
        draining: asyncio.Event,
        time_left: Callable[[], float] = lambda: math.inf,
        clock: Callable[[], float] = time.monotonic,
        random: Callable[[], float] = random_module.random,
    ) -> None:
        self._sink, self._policy, self._dead_letters, self._metrics = sink, policy, dead_letters, metrics
        self._time_left, self._clock = time_left, clock
        self._sleep = Sleep(draining)
        self._size = RequestSize()
        self._refusals = Refusals(policy.hold_seconds)
        self._complaints = SinkHealth(name, clock)
        self._retrying = AsyncRetrying(
            retry=retry_if_result(lambda outcome: outcome.status is Status.ERRORED),
            wait=FullJitter(policy, clock, random),
            stop=RetryLimit(policy, clock),
            before_sleep=self._complain,
            retry_error_callback=self._give_up,
            sleep=self._sleep,
        )
        self._keeping = AsyncRetrying(
            retry=retry_if_exception_type(DeadLetterError),
            wait=wait_exponential(policy.initial_seconds, max=policy.max_seconds),
            before_sleep=self._complain_of_dead_letters,
            sleep=self._sleep,
        )

    @property
    def state(self) -> State:
        """``ok``, ``retrying`` or ``holding``."""
        return self._complaints.state

    @property
    def last_error(self) -> str:
        """The last failure's reason; no log content."""
        return self._complaints.last_error

    @property
    def last_refusal(self) -> str:
        """Why the last dead letter was refused; no log content."""
        return self._complaints.last_refusal

    @property
    def last_error_at(self) -> float | None:
        """Epoch seconds, as the next two."""
        return self._complaints.last_error_at

    @property
    def last_success_at(self) -> float | None:
        """When the store last took something."""
        return self._complaints.last_success_at

    @property
    def failing_since(self) -> float | None:
        """When the failures began that have not ended."""
        return self._complaints.failing_since

    async def deliver(self, batch: Batch) -> None:
        """Return once every record is delivered, a duplicate, a dead letter or dropped; raises SinkClosedError."""
        work = Work([batch], self._clock())
        first = await self._advance(work)
        if first.status is Status.ERRORED:  # only then: tenacity's own work is a fifth of all that one request costs
            await self._retrying.copy()(self._resume, work, [first])

    async def _resume(self, work: Work, known: list[Outcome]) -> Outcome:
        """Give the outcome that is known already, then go on."""
        return known.pop() if known else await self._advance(work)

    async def _advance(self, work: Work) -> Outcome:
        """Settle piece after piece; gives the outcome of the first attempt that has to be repeated."""
        while work.pieces:
            piece = work.pieces[-1]
            if piece.records > 1 and not self._size.fits(piece.nbytes):
                self._divide(work, piece)
                continue
            if too_long(piece, self._sink):
                work.pieces[-1], refused = part_too_long(piece, self._sink)
                await self._put_aside(refused)
                continue
            outcome = await self._attempt(piece) if piece.records else _DONE
            work.last = outcome
            again = await self._settle(work, piece, outcome)
            if again is not None:
                return again
        return _DONE

    async def _attempt(self, piece: Batch) -> Outcome:
        began = self._clock()
        try:
            async with asyncio.timeout(min(self._policy.request_timeout_seconds, max(self._time_left(), 0.0))):
                outcome = await self._sink.deliver(piece)
        except TimeoutError as error:
            forget_frames(error)
            outcome = Outcome(Status.ERRORED, "timeout")
        except SinkClosedError:
            raise
        except Exception as error:  # noqa: BLE001 - a sink's own fault must not end the daemon that holds the files
            # Only the type: an exception's text may quote a record.
            logger.error("the sink failed", extra={"type": type(error).__name__})  # noqa: TRY400
            forget_frames(error)
            outcome = Outcome(Status.ERRORED, "internal_error")
        self._metrics.request(outcome.status, self._clock() - began)
        return outcome

    async def _settle(self, work: Work, piece: Batch, outcome: Outcome) -> Outcome | None:
        """Do what the outcome says; gives it back if the attempt has to be repeated."""
        if not outcome.verdicts and outcome.status is Status.ERRORED and not outcome.too_large:
            return self._errored(work, piece, outcome)
        if not outcome.verdicts and (outcome.too_large or outcome.status is Status.REJECTED):
            return await self._refused_whole(work, piece, outcome)
        settled = settle(piece, outcome, self._sink)
        self._count(settled, outcome.reason)
        if settled.accepted:
            self._accepted(work)
        elif settled.refused and self._holds(work, one_reason(settled.refused), single=True):
            return replace(outcome, status=Status.ERRORED, reason=one_reason(settled.refused))
        work.pieces.pop()
        if settled.again:
            work.pieces.append(Batch(tuple(settled.again)))
            work.failures = 1 if settled.accepted else work.failures + 1
        await self._put_aside(settled.refused)
        if not settled.again:
            return None
        return replace(outcome, status=Status.ERRORED, reason=_first_reason(outcome))

    def _errored(self, work: Work, piece: Batch, outcome: Outcome) -> Outcome:
        work.failures += 1
        suspect = outcome.reason in _SUSPECTS and work.failures % _SUSPECT_FAILURES == 0
        if suspect and piece.records > 1 and piece.nbytes > MIN_BYTES:
            self._size.too_large(piece.nbytes)
        return outcome

    async def _refused_whole(self, work: Work, piece: Batch, outcome: Outcome) -> Outcome | None:
        reason = "too_large" if outcome.too_large else outcome.reason
        single = piece.records == 1
        if (single or not outcome.too_large) and self._holds(work, reason, single=single):
            return replace(outcome, status=Status.ERRORED, reason=reason)
        if not single and not work.hold.released:
            self._metrics.retried(reason)
            if outcome.too_large:
                self._size.too_large(piece.nbytes)
            self._divide(work, piece, outcome.blamed)
            return None
        work.pieces.pop()
        refused = [Refusal(record, reason, outcome.detail) for record in records(piece, self._sink)]
        await self._put_aside(refused)
        return None

    def _divide(self, work: Work, piece: Batch, blamed: int | None = None) -> None:
        work.pieces[-1:] = reversed(around(piece, blamed, self._sink))

    def _holds(self, work: Work, reason: str, *, single: bool) -> bool:
        holds = self._refusals.must_hold(work.hold, reason, self._clock(), single=single)
        work.failures += 1
        return holds

    def _accepted(self, work: Work) -> None:
        work.failures = 0
        self._size.taken()
        self._refusals.accepted(work.hold, self._clock())
        self._complaints.working()
        self._metrics.succeeded(self._complaints.last_success_at or 0.0)

    def _count(self, settled: Settled, reason: str) -> None:
        for counts, count in (
            (settled.delivered, self._metrics.delivered),
            (settled.duplicate, self._metrics.duplicate),
        ):
            if counts:
                count(counts["records"], counts["bytes"])
        if settled.dropped:
            self._metrics.dropped(reason, settled.dropped["records"], settled.dropped["bytes"])
            self._complaints.dropped(reason, settled.dropped["records"])

    async def _put_aside(self, refused: Sequence[Refusal], status: Status = Status.REJECTED) -> None:
        """Return once they are dead letters; waits for as long as they can't be written."""
        if not refused:
            return
        letters = [Letter(each.record.block, each.reason, each.detail, status.value) for each in refused]
        gone: tuple[int, int] = await self._keeping.copy()(asyncio.to_thread, self._dead_letters.put, letters)
        self._metrics.dead_lettered(len(refused), sum(each.record.nbytes for each in refused))
        if gone != (0, 0):
            self._metrics.evicted(*gone)
            self._complaints.lost(*gone)
        self._complaints.put_aside(one_reason(refused), len(refused))

    async def _give_up(self, state: RetryCallState) -> Outcome:
        """Put what is left aside: the retry limit has passed."""
        work = work_of(state)
        left = Batch(tuple(part for piece in reversed(work.pieces) for part in piece.parts))
        detail = work.last.reason if work.last else ""
        work.pieces.clear()
        refused = [Refusal(record, "retry_limit", detail) for record in records(left, self._sink)]
        await self._put_aside(refused, Status.ERRORED)
        return _DONE

    def _complain(self, state: RetryCallState) -> None:
        work, outcome = work_of(state), state.outcome.result() if state.outcome else _DONE
        self._metrics.retried(outcome.reason)
        self._complaints.failing(
            outcome.reason, fault=outcome.fault, holding=work.holding, seconds=state.upcoming_sleep
        )

    def _complain_of_dead_letters(self, state: RetryCallState) -> None:
        self._complaints.failing("dead_letters", fault=True, holding=True, seconds=state.upcoming_sleep)

    def hurry(self) -> None:
        """Make the next attempt now, if one is waited for."""
        self._sleep.end()


def _first_reason(outcome: Outcome) -> str:
    errored = (verdict.reason for verdict in outcome.verdicts if verdict.status is Status.ERRORED)
    return next(errored, outcome.reason)
