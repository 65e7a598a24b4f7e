"""Thousands of shippers in virtual time, each with the product's own waits, request sizes and linger; pure.

What is asked of the product itself: how long to wait after a failure (:class:`FullJitter`), how large a request may be
(:class:`RequestSize`), what an answer means (:func:`classify`), when a batch closes and how large it is (its settings).
A test holds one of these shippers beside the product's ``Delivery``.
"""

import heapq
import math
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tenacity import RetryCallState
from tenacity.wait import wait_base

from benchmarks.fleet_store import Store
from logship.delivery.backoff import FullJitter, RetryPolicy, Work
from logship.delivery.request_size import RequestSize
from logship.model import Outcome, Status
from logship.settings.config import Config

DEFAULTS = Config()
CLOSED_BEHIND = 2
"""Batches that are closed behind the one that waits for its store: one in the queue, one that waits for its place."""
LINES_PER_SECOND = 1.0
LINE_BYTES = 700
"""A line of 220 bytes with its action and fields, as ``elasticsearch`` sends it, uncompressed."""
Waits = Callable[[Callable[[], float], Callable[[], float]], wait_base]
"""Makes a policy of a clock and a source of random numbers."""


def product(clock: Callable[[], float], chance: Callable[[], float]) -> wait_base:
    """Give the product's own policy with its default settings."""
    return FullJitter(RetryPolicy(DEFAULTS.retry_initial_seconds, DEFAULTS.retry_max_seconds), clock, chance)


@dataclass(slots=True)
class Shipper:
    """One pod's: a line a second, the store's answers, and what is left to send."""

    phase: float
    """Seconds, when its first line is written."""
    rate: float = LINES_PER_SECOND
    work: Work = field(default_factory=lambda: Work([], 0.0))
    size: RequestSize = field(default_factory=RequestSize)
    done: int = 0
    """Lines that the store has."""
    sent: int = 0
    """Lines in the request that is on its way, or waits for its next attempt."""
    small: int = 0
    """Batches that were closed with a line each before the reader had to stop."""
    new: bool = True
    """Whether it has no connection yet."""
    state: Any = None

    def written(self, now: float) -> int:
        """Give how many lines there are."""
        return max(0, math.floor((now - self.phase) * self.rate) + 1)

    def next_at(self, now: float) -> float:
        """Give when its next batch closes: at once if it is full, else its linger after its first line."""
        first = self.phase + self.done / self.rate
        return max(now, first + DEFAULTS.batch_timeout_seconds)

    def batch(self, now: float) -> int:
        """Give how many lines the next batch has."""
        ready = max(1, self.written(now) - self.done)
        if self.small:
            self.small -= 1
            return 1
        return min(ready, DEFAULTS.batch_max_records, max(1, DEFAULTS.batch_max_bytes // LINE_BYTES))


@dataclass(slots=True)
class Seen:
    """What came of it."""

    requests: Counter[int] = field(default_factory=Counter)
    """By the second."""
    refused: Counter[int] = field(default_factory=Counter)
    """Of those, by the second."""
    delivered: list[int] = field(default_factory=list)
    """Lines of each shipper within the window."""


class Fleet:
    """All of them, and the store that they share."""

    def __init__(self, shippers: Sequence[Shipper], store: Store, waits: Waits, seed: int) -> None:
        self.shippers, self.store = shippers, store
        self.now = 0.0
        self._wait = waits(lambda: self.now, random.Random(seed).random)
        self._due: list[tuple[float, int, Outcome | None]] = []
        for number, shipper in enumerate(shippers):
            shipper.state = RetryCallState(None, None, (shipper.work,), {})  # type: ignore[arg-type]
            self._push(shipper.next_at(shipper.phase), number, None)

    def run(self, until: float, window: tuple[float, float], ready: Callable[[], bool] = lambda: False) -> Seen:
        """Let the time pass; ``ready`` is asked once a second whether it may end."""
        seen = Seen(delivered=[0] * len(self.shippers))
        second = 0
        while self._due[0][0] < until:
            self.now, number, outcome = heapq.heappop(self._due)
            if self.now >= second:
                if ready():
                    break
                second = int(self.now) + 1
            if outcome is None:
                self._send(number, seen)
            else:
                self._answered(number, outcome, seen, window)
        return seen

    def behind(self, seconds: float) -> Iterator[Shipper]:
        """Give those with a line that is older than so many seconds and was not delivered."""
        return (each for each in self.shippers if self.now - (each.phase + each.done / each.rate) > seconds)

    def _send(self, number: int, seen: Seen) -> None:
        shipper = self.shippers[number]
        if not shipper.sent:
            shipper.sent = shipper.batch(self.now)
        while shipper.sent > 1 and not shipper.size.fits(shipper.sent * LINE_BYTES):
            shipper.sent = (shipper.sent + 1) // 2
        at, outcome = self.store.take(self.now, shipper.sent * LINE_BYTES, new=shipper.new)
        shipper.new = False
        second = int(self.now)
        seen.requests[second] += 1
        seen.refused[second] += outcome.status is Status.ERRORED
        self._push(at, number, outcome)

    def _answered(self, number: int, outcome: Outcome, seen: Seen, window: tuple[float, float]) -> None:
        shipper, work = self.shippers[number], self.shippers[number].work
        if outcome.status is Status.ERRORED:
            if not work.failures:
                shipper.small = CLOSED_BEHIND
            work.failures, work.last = work.failures + 1, outcome
            shipper.size.refused(outcome, work.failures, shipper.sent * LINE_BYTES)
            self._push(self.now + self._wait(shipper.state), number, None)
            return
        work.failures = 0
        shipper.size.taken()
        if window[0] <= self.now < window[1]:
            seen.delivered[number] += shipper.sent
        shipper.done, shipper.sent = shipper.done + shipper.sent, 0
        self._push(shipper.next_at(self.now), number, None)

    def _push(self, at: float, number: int, outcome: Outcome | None) -> None:
        heapq.heappush(self._due, (at, number, outcome))  # a shipper is there once: outcomes are never compared


def jain(values: Sequence[float]) -> float:
    """Give Jain's index of fairness: 1 where all have the same, 1/n where one has all (R. Jain and others, 1984)."""
    squares = len(values) * sum(value * value for value in values)
    return sum(values) ** 2 / squares if squares else 1.0
