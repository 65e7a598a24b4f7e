"""Sends the records that wait by themselves, one at a time, beside the stream that went on without them.

When each is sent, and when it is given up: :mod:`logship.delivery.suspects`.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence

from msgspec.structs import replace

from logship.delivery.attempts import Attempts
from logship.delivery.backoff import Sleep
from logship.delivery.counting import Counts
from logship.delivery.endings import Endings
from logship.delivery.rejections import Hold
from logship.delivery.suspects import APART_SECONDS, FAILURES, Suspect, Suspects, suspicious
from logship.delivery.verdicts import Refusal, Settled, settle
from logship.model import Batch, Block, Outcome, Sink, Status


class Waiting:
    """Those of one sink."""

    def __init__(  # noqa: PLR0913 - the seams that delivery passes on
        self,
        sink: Sink,
        suspects: Suspects,
        attempts: Attempts,
        endings: Endings,
        metrics: Counts,
        *,
        accepted: Callable[[Settled], None],
        must_hold: Callable[[Hold, str], bool],
        complain: Callable[[str, int], None],
        draining: asyncio.Event,
        clock: Callable[[], float],
    ) -> None:
        self._sink, self._suspects, self._attempts, self._endings = sink, suspects, attempts, endings
        self._metrics, self._accepted, self._must_hold, self._complain = metrics, accepted, must_hold, complain
        self._draining, self._sleep, self._clock = draining, Sleep(draining), clock
        self._news = asyncio.Event()
        self._last = False

    def __len__(self) -> int:
        """How many there are."""
        return len(self._suspects)

    def take(self, suspects: Iterable[Suspect]) -> None:
        """Let them wait; :meth:`attend` must be told of them already, or be told later."""
        for suspect in suspects:
            self._suspects.add(suspect, self._clock())
            self._metrics.overtaken(1)
            self._complain(suspect.refusal.reason, len(self))
        self._metrics.waiting(len(self))
        self._news.set()

    def release(self) -> None:
        """Let go of all: who had their batch delivered sees to them. Not while :meth:`attend` runs."""
        self._suspects.clear()
        self._metrics.waiting(0)

    def heard(self) -> None:
        """Note that the store accepted something, which may make a failure count."""
        if self._suspects:
            self._news.set()

    def finish(self) -> None:
        """Say that nothing will come behind them any more."""
        self._last = True
        self._news.set()

    async def attend(self, ended: Callable[[Block], Awaitable[None]]) -> None:
        """Send them until none is left after :meth:`finish`, or none that is worth it; tells of each that has ended."""
        while not self._last:
            self._news.clear()
            suspect = self._suspects.due(self._clock())
            if suspect is None:
                await self._wait(self._suspects.next_at() - self._clock())
            else:
                await self._send(suspect, ended)
        await self._send_last(ended)

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(None if seconds == math.inf else seconds):
                await self._news.wait()
        except TimeoutError:
            pass

    async def _send_last(self, ended: Callable[[Block], Awaitable[None]]) -> None:
        """Send each some times more, in a drain without delay; an answer that says nothing of it does not count.

        Nor does one, in a drain, that may be the store's own fault: the deadline ends that.
        """
        tries: Counter[int] = Counter()
        while left := [each for each in self._suspects if tries[id(each)] < FAILURES]:
            for suspect in left:
                blamed = await self._send(suspect, ended)
                tries[id(suspect)] += blamed and (self._suspects.proven(suspect) or not self._draining.is_set())
            if any(tries[id(each)] < FAILURES for each in self._suspects):
                await self._sleep(APART_SECONDS)

    async def _send(self, suspect: Suspect, ended: Callable[[Block], Awaitable[None]]) -> bool:
        """Send one alone, or with its mates; gives whether it failed in a way that may be its own fault."""
        mates = self._suspects.mates(suspect)
        batch = Batch(tuple(self._sink.encode(each.refusal.record.block) for each in mates))
        decides = suspect.failures + 1 >= self._suspects.needed
        outcome = await self._attempts.make(batch, None if decides or suspect.scope else 0)
        verdicts = {verdict.index: (verdict,) for verdict in outcome.verdicts}
        blamed = False
        for number, each in enumerate(mates):
            own = replace(outcome, verdicts=tuple(replace(one, index=0) for one in verdicts.get(number, ())))
            blamed = await self._judge(each, Batch((batch.parts[number],)), own) or blamed
            if each not in self._suspects:
                self._metrics.waiting(len(self))
                await ended(each.refusal.record.block)
        return blamed

    async def _judge(self, suspect: Suspect, batch: Batch, outcome: Outcome) -> bool:
        settled = settle(batch, outcome, self._sink)
        self._endings.count(settled, outcome)
        if settled.mended:
            mended = Batch(tuple(settled.mended))
            return await self._judge(suspect, mended, await self._attempts.make(mended, 0))
        refused = settled.refused or ([suspect.refusal] if outcome.too_large else [])
        held = [refusal for refusal, _ in settled.held]
        if settled.accepted:
            self._suspects.remove(suspect)
            self._suspects.unreliable(0 if suspect.scope else max(1, suspect.cost))
            self._accepted(settled)
        elif refused and not self._must_hold(suspect.hold, refused[0].reason):
            await self._end(suspect, refused[0], Status.REJECTED)
        elif settled.suspects or held or (suspicious(outcome) and not outcome.verdicts):
            await self._failed(suspect, outcome, [*settled.suspects, *held])
            return True
        elif not settled.dropped:
            self._suspects.postponed(suspect, self._clock(), outcome.retry_after or 0.0)
            await self._end_overdue(suspect)
        else:
            self._suspects.remove(suspect)
        return False

    async def _failed(self, suspect: Suspect, outcome: Outcome, why: Sequence[Refusal]) -> None:
        reason, detail = (why[0].reason, why[0].detail) if why else (outcome.reason, outcome.detail)
        self._suspects.failed(suspect, Refusal(suspect.refusal.record, reason, detail), self._clock())
        self._complain(reason, len(self))
        if self._suspects.hopeless(suspect):
            await self._end(suspect, suspect.refusal, Status.ERRORED)
        else:
            await self._end_overdue(suspect)

    async def _end_overdue(self, suspect: Suspect) -> None:
        if self._suspects.overdue(suspect.started, self._clock()):
            refusal = Refusal(suspect.refusal.record, "retry_limit", suspect.refusal.reason)
            await self._end(suspect, refusal, Status.ERRORED)

    async def _end(self, suspect: Suspect, refusal: Refusal, status: Status) -> None:
        await self._endings.put_aside([refusal], status)
        self._suspects.remove(suspect)
