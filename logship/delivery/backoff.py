"""How long to wait between two attempts, and when to give up: the policy, in the terms of tenacity."""

import asyncio
from collections.abc import Callable
from typing import Final

from msgspec import Struct, field
from tenacity import RetryCallState
from tenacity.stop import stop_base
from tenacity.wait import wait_base

from logship.delivery.rejections import QUIET_SECONDS, Hold
from logship.delivery.search import Search
from logship.delivery.suspects import FAILURES, Suspect, suspicious
from logship.model import Batch, Block, Outcome, Status

_DOUBLINGS: Final = 3
"""How often a search that came to nothing doubles the failures before the next one."""
_PART_OF_FLOOR: Final = 0.5
DRAIN_SECONDS: Final = 0.25
"""The longest wait once the drain has begun."""


class RetryPolicy(Struct, frozen=True):
    """How a sink's failures are met; all in seconds."""

    initial_seconds: float = 0.5
    max_seconds: float = 30.0
    limit_seconds: float = 0.0
    """What could not be delivered for so long goes to the dead letters; 0: never. Where the store takes other records,
    that is the one record that it does not take."""
    request_timeout_seconds: float = 30.0
    hold_seconds: float = QUIET_SECONDS
    """See :mod:`logship.delivery.rejections`."""


class Work(Struct):
    """One batch on its way, as pieces that are still to be settled; the last one is the next."""

    pieces: list[Batch]
    started: float
    """Monotonic seconds."""
    failures: int = 0
    """Attempts in a row of which nothing came."""
    last: Outcome | None = None
    hold: Hold = field(default_factory=Hold)
    suspicious: int = 0
    """Of those that the next piece failed in a row, in a way that may be a record's fault."""
    blamed: Outcome = Outcome(Status.ERRORED)
    """The last of them."""
    unexplained: int = 0
    """Failures of that kind that no record was found for."""
    born: int = 0
    """What the store had accepted when they began."""
    search: Search | None = None
    """For the one record that makes a piece fail: ``probe`` is then the next piece, and in no other list."""
    probe: Batch | None = None
    sought: list[Block] = field(default_factory=list)
    """The records that are searched, by their numbers in the search."""
    found: Suspect | None = None
    """What a search came to in which nothing was accepted: whether it is to blame, the next piece tells."""
    doubts: int | None = None
    """How many searches came to nothing; None before the first search."""
    suspects: list[Suspect] = field(default_factory=list)
    """Those that are to wait by themselves."""

    @property
    def patience(self) -> int:
        """How many failures there are to be before the next search."""
        return FAILURES << min(self.doubts or 0, _DOUBLINGS)

    @property
    def searching(self) -> bool:
        """Whether a search is not yet at its end."""
        return self.search is not None or self.found is not None

    @property
    def holding(self) -> bool:
        """Whether its records are kept back because the store refuses all."""
        return self.hold.since < float("inf") and not self.hold.released


def work_of(state: RetryCallState) -> Work:
    """Give the work that tenacity was called for."""
    work = state.args[0]
    assert isinstance(work, Work)  # noqa: S101 - tenacity passes on what Delivery gave it
    return work


class FullJitter(wait_base):
    """A random part of an exponentially growing bound; a store's Retry-After is the floor, with the jitter on top.

    So ten thousand shippers that were told the same second do not come back in it: the bound is at least half of what
    they were told (DECISIONS 100).
    """

    def __init__(self, policy: RetryPolicy, clock: Callable[[], float], random: Callable[[], float]) -> None:
        self._policy, self._clock, self._random = policy, clock, random

    def __call__(self, retry_state: RetryCallState) -> float:
        """Give the seconds to wait."""
        work, policy = work_of(retry_state), self._policy
        doublings = 0 if work.search else min(max(work.failures - 1, 0), 32)
        bound = policy.max_seconds if work.holding else min(policy.max_seconds, policy.initial_seconds * 2.0**doublings)
        floor = (work.last.retry_after if work.last else None) or 0.0
        bound = max(bound, min(policy.max_seconds, floor * _PART_OF_FLOOR))
        seconds = floor + self._random() * bound
        if policy.limit_seconds:
            seconds = min(seconds, max(0.0, work.started + policy.limit_seconds - self._clock()))
        return seconds


class RetryLimit(stop_base):
    """Stops once the work has been tried for too long."""

    def __init__(self, policy: RetryPolicy, clock: Callable[[], float]) -> None:
        self._policy, self._clock = policy, clock

    def __call__(self, retry_state: RetryCallState) -> bool:
        """Say whether to give up."""
        limit, work = self._policy.limit_seconds, work_of(retry_state)
        found_out = not (work.searching and work.last and suspicious(work.last))  # else it is to give up one record
        return bool(limit) and found_out and self._clock() - work.started >= limit


class Sleep:
    """Between two attempts: the beginning of the drain ends it at once, and during the drain it is short."""

    def __init__(self, draining: asyncio.Event) -> None:
        self._draining = draining
        self._under_way: set[asyncio.Timeout] = set()

    async def __call__(self, seconds: float) -> None:
        """Sleep."""
        if self._draining.is_set():
            await asyncio.sleep(min(seconds, DRAIN_SECONDS))
            return
        try:
            async with asyncio.timeout(seconds) as limit:
                self._under_way.add(limit)
                await self._draining.wait()
        except TimeoutError:
            pass
        finally:
            self._under_way.discard(limit)

    def end(self) -> None:
        """End what is under way."""
        now = asyncio.get_running_loop().time()
        for limit in self._under_way:
            if not limit.expired():
                limit.reschedule(now)
