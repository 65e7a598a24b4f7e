"""From a finished batch to the store's word on each of its records.

The sink makes one attempt; tenacity decides from its Outcome whether there is another, and when (see
:mod:`logship.delivery.backoff`). Here is what happens in between: a partial answer settles what it settles, only the
rest is sent again, with the same ids; what is too large, or refused as a whole, is halved, or taken apart around the
record that the store blames; what the store refuses is put aside, under the rule of :mod:`logship.delivery.rejections`.
A piece that fails again and again in a way that may be one record's fault is searched for it
(:mod:`logship.delivery.search`); that record then waits by itself (:mod:`logship.delivery.waiting`).
"""

import asyncio
import math
import random as random_module
import time
from collections.abc import Callable, Sequence
from typing import Final

from msgspec.structs import replace
from tenacity import AsyncRetrying, RetryCallState, retry_if_result

from logship.delivery.attempts import CUT_OFF, Attempts
from logship.delivery.backoff import FullJitter, RetryLimit, RetryPolicy, Sleep, Work, work_of
from logship.delivery.counting import Counts, PutsAside
from logship.delivery.culprits import Culprits
from logship.delivery.endings import Endings
from logship.delivery.health import SinkHealth, State
from logship.delivery.rejections import Refusals
from logship.delivery.request_size import MIN_BYTES, RequestSize, all_go_along, goes_along
from logship.delivery.suspects import Suspects, suspicious
from logship.delivery.verdicts import (
    Refusal,
    apart,
    around,
    file_bytes,
    first_reason,
    one_reason,
    part_too_long,
    records,
    settle,
    too_long,
    without,
)
from logship.delivery.waiting import Waiting
from logship.model import Batch, Block, Outcome, Sink, Status

_DONE: Final = Outcome(Status.DELIVERED)


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
        where: str = "",
        clock: Callable[[], float] = time.monotonic,
        random: Callable[[], float] = random_module.random,
    ) -> None:
        self._sink, self._metrics = sink, metrics
        self._clock, self._sleep = clock, Sleep(draining)
        self._size = RequestSize()
        self._refusals = Refusals(policy.hold_seconds)
        self._complaints = SinkHealth(name, clock, where=where)
        self._suspects = Suspects(policy.max_seconds, policy.limit_seconds)
        self._culprits = Culprits(sink, self._suspects)
        self._attempts = Attempts(name, sink, metrics, policy.request_timeout_seconds, time_left=time_left, clock=clock)
        self._endings = Endings(
            metrics,
            dead_letters,
            self._complaints,
            initial_seconds=policy.initial_seconds,
            max_seconds=policy.max_seconds,
            sleep=self._sleep,
        )
        self.waiting = Waiting(
            sink,
            self._suspects,
            self._attempts,
            self._endings,
            metrics,
            accepted=lambda settled: self._accepted(Work([], 0.0), settled.taken, settled.answers),
            must_hold=lambda hold, reason: self._refusals.must_hold(hold, reason, clock(), single=True),
            complain=self._complaints.waiting,
            draining=draining,
            clock=clock,
        )
        """The records that wait by themselves."""
        self._retrying = AsyncRetrying(
            retry=retry_if_result(lambda outcome: outcome.status is Status.ERRORED),
            wait=FullJitter(policy, clock, random),
            stop=RetryLimit(policy, clock),
            before_sleep=self._complain,
            retry_error_callback=self._give_up,
            sleep=self._sleep,
        )

    @property
    def state(self) -> State:
        """``ok``, ``refusing``, ``retrying`` or ``holding``."""
        return self._complaints.state

    @property
    def health(self) -> SinkHealth:
        """What is known of the sink's health."""
        return self._complaints

    @property
    def last_error(self) -> str:
        """The last failure's reason; no log content."""
        return self._complaints.last_error

    @property
    def last_success_at(self) -> float | None:
        """When the store last took something, in epoch seconds."""
        return self._complaints.last_success_at

    async def deliver(self, batch: Batch) -> Sequence[Block]:
        """Return once every record is delivered, a duplicate, a dead letter or dropped; raises SinkClosedError.

        Gives those records, seldom any, that are none of this yet: they wait by themselves, and :attr:`waiting` will
        say of each when it has found its end.
        """
        work = Work([batch], self._clock())
        first = await self._advance(work)
        if first.status is Status.ERRORED:  # only then: tenacity's own work is a fifth of all that one request costs
            await self._retrying.copy()(self._resume, work, [first])
        return self._hand_over(work) if work.suspects or work.found else ()

    def _hand_over(self, work: Work) -> Sequence[Block]:
        suspects = [*work.suspects, *([work.found] if work.found else [])]
        self.waiting.take(suspects)
        return [suspect.refusal.record.block for suspect in suspects]

    async def _resume(self, work: Work, known: list[Outcome]) -> Outcome:
        """Give the outcome that is known already, then go on."""
        return known.pop() if known else await self._advance(work)

    async def _advance(self, work: Work) -> Outcome:
        """Settle piece after piece; gives the outcome of the first attempt that has to be repeated."""
        while work.pieces:
            piece = work.pieces[-1]
            records = piece.records
            divisible = records > 1 and piece is not work.probe
            if divisible and not self._size.fits(piece.nbytes):
                self._divide(work, piece)
                continue
            if divisible and self._sink.limits.separable and not all_go_along(piece):
                pieces = apart(piece, goes_along, self._sink)
                if len(pieces) > 1:
                    work.pieces[-1:] = reversed(pieces)
                    continue
            if too_long(piece, self._sink):
                work.pieces[-1], refused = part_too_long(piece, self._sink)
                await self._endings.put_aside(refused)
                continue
            outcome = await self._attempts.make(piece, work.doubts) if records else _DONE
            work.last = outcome
            again = await self._settle(work, piece, outcome)
            if work.search or work.found:
                self._search_on(work, piece)
            if again is not None:
                return again
        return _DONE

    def _search_on(self, work: Work, piece: Batch) -> None:
        """Tell the search of a probe that is settled."""
        if piece is work.probe and not (work.pieces and work.pieces[-1] is piece):
            sent = sum(len(block.data) for block in work.sought)
            self._culprits.taken(work, self._clock())
            if not work.searching and not work.suspects and sent > MIN_BYTES:
                self._size.too_large(sent)  # each of its parts was taken
        self._culprits.believe(work)

    async def _settle(self, work: Work, piece: Batch, outcome: Outcome) -> Outcome | None:
        """Do what the outcome says; gives it back if the attempt has to be repeated."""
        if outcome == _DONE and not any(part.mended for part in piece.parts):
            self._taken_whole(work, piece)
            return None
        if not outcome.verdicts and outcome.status is Status.ERRORED and not outcome.too_large:
            return self._errored(work, piece, outcome)
        if not outcome.verdicts and (outcome.too_large or outcome.status is Status.REJECTED):
            return await self._refused_whole(work, piece, outcome)
        return await self._settle_apart(work, piece, outcome)

    async def _settle_apart(self, work: Work, piece: Batch, outcome: Outcome) -> Outcome | None:
        """Do it record by record."""
        settled = settle(piece, outcome, self._sink)
        self._endings.count(settled, outcome)
        if settled.accepted:
            self._accepted(work, settled.taken, settled.answers)
            if outcome.fault and not outcome.verdicts:
                self._complaints.misused(outcome.reason)
        elif settled.refused and not settled.mended and self._holds(work, one_reason(settled.refused), single=True):
            return replace(outcome, status=Status.ERRORED, reason=one_reason(settled.refused))
        work.pieces.pop()
        if settled.suspects:
            self._culprits.errored_apart(work, settled, self._clock())
        if settled.held and settled.accepted and not self._suspects.full:
            self._culprits.hold(work, settled.held)
            settled.again = without(settled.again, [refusal for refusal, _ in settled.held], self._sink)
        if settled.again:
            work.pieces.append(Batch(tuple(settled.again)))
            work.failures = 1 if settled.accepted else work.failures + 1
        work.pieces += await self._endings.refused(settled, self._sink)
        if not settled.again or settled.mended:
            return None
        return replace(outcome, status=Status.ERRORED, reason=first_reason(outcome))

    def _errored(self, work: Work, piece: Batch, outcome: Outcome) -> Outcome | None:
        work.failures += 1
        if not (self._sink.limits.separable and suspicious(outcome)):
            self._size.refused(outcome, work.failures, piece.nbytes)
            return outcome
        return self._culprits.errored(work, piece, outcome, self._clock())

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
            if outcome.kept and 0 < (outcome.blamed or 0) < piece.records:
                # the store has kept it, and refused the request for what is behind it
                await self._settle(work, work.pieces[-1], _DONE)
            return None
        work.pieces.pop()
        refused = [Refusal(record, reason, outcome.detail) for record in records(piece, self._sink)]
        await self._endings.put_aside(refused)
        return None

    def _divide(self, work: Work, piece: Batch, blamed: int | None = None) -> None:
        work.pieces[-1:] = reversed(around(piece, blamed, self._sink))

    def _holds(self, work: Work, reason: str, *, single: bool) -> bool:
        holds = self._refusals.must_hold(work.hold, reason, self._clock(), single=single)
        work.failures += 1
        return holds

    def _taken_whole(self, work: Work, piece: Batch) -> None:
        """Do the same where nothing is to be told apart: nearly every request ends so."""
        records = piece.records
        self._metrics.delivered(records, sum(map(file_bytes, piece.parts)))
        if records:
            self._accepted(work, records)
        work.pieces.pop()

    def _accepted(self, work: Work, taken: int, answers: int = 1) -> None:
        work.failures = 0
        self._size.taken()
        self._refusals.accepted(work.hold, self._clock())
        self._suspects.accepted(answers)
        if work.unexplained and not work.searching:
            self._suspects.unreliable(min(work.unexplained, taken))
            work.suspicious = work.unexplained = 0
        self._complaints.working()
        self._metrics.succeeded(self._complaints.last_success_at or 0.0)
        self.waiting.heard()

    async def _give_up(self, state: RetryCallState) -> Outcome:
        """Put what is left aside: the retry limit has passed."""
        work = work_of(state)
        self._culprits.abandon(work)
        left = Batch(tuple(part for piece in reversed(work.pieces) for part in piece.parts))
        detail = work.last.reason if work.last else ""
        work.pieces.clear()
        refused = [Refusal(record, "retry_limit", detail) for record in records(left, self._sink)]
        await self._endings.put_aside(refused, Status.ERRORED)
        return _DONE

    def _complain(self, state: RetryCallState) -> None:
        work, outcome = work_of(state), state.outcome.result() if state.outcome else _DONE
        self._metrics.retried(outcome.reason)
        if outcome.reason == CUT_OFF:
            return
        self._complaints.failing(
            outcome.reason, fault=outcome.fault, holding=work.holding, seconds=state.upcoming_sleep
        )

    def hurry(self) -> None:
        """Make the next attempt now, if one is waited for."""
        self._sleep.end()
