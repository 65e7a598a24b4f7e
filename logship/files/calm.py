"""How often files are looked at: four times a second while little is written, if that much; pure.

Each look at what has grown is a read, a request and notes of both, which cost the same for a line as for a thousand. So
lines gather in the file for as long as a batch may, from the first one on; not for longer, and not while much is
written: what is not read yet when its file is truncated may be lost. Whoever lets batches wait for long has fewer looks
still, as long as about so much gathers as four looks a second leave at the most.
"""

import math
from typing import Final

from msgspec import Struct

from logship.ticks import EARLY_SECONDS, TOGETHER_SECONDS, until_tick

TICK_SECONDS: Final = 0.05
"""Between two looks while much is written."""
CALM_SECONDS: Final = 0.25
"""Between two looks that find something, while little is, unless a batch may wait for longer."""
LITTLE_BYTES: Final = 128 << 10
"""So much between two looks is little."""
ACTIVE_SECONDS: Final = 2.0
"""So long after it last grew a file may well grow again soon."""


class Calm(Struct):
    """What the last looks found; all times in monotonic seconds."""

    poll: float
    """Between two looks, whatever events say, at the most."""
    gather: float
    """How long a record may wait for others."""
    told: bool = False
    """Whether an event came before the look that is next."""
    looked: float = 0.0
    grown: int = 0
    """Bytes that the last look found."""
    _rate: float = 0.0
    """In bytes a second, of what the last look found."""
    _noted: float = 0.0
    _found: float = 0.0
    """When a look last found something."""
    _trusted: bool = True
    """Whether an event had come when something was last found."""

    def note(self, now: float, grown: int, *, heard: bool) -> None:
        """Note what a look found, and whether an event has come by now."""
        self.grown = grown
        self._rate = grown / max(TICK_SECONDS, min(self._longest, now - self._noted))
        self._noted = now
        if grown > 0:
            self._found, self._trusted = now, heard or self.told
        self.told = False

    def next_look(self, now: float, until_sweep: float, *, active: bool) -> tuple[float, float]:
        """Give for how long what comes now gathers, in seconds, and when files are looked at again, whatever comes.

        Where no event came for what was found (network volumes have none), and while much is written, the time is
        fixed as long as files are ``active``.
        """
        much = self.grown > LITTLE_BYTES and self._rate * CALM_SECONDS > LITTLE_BYTES
        apart = min(self._longest, TICK_SECONDS if much else self._together)
        if active and (much or not self._trusted):
            fixed = max(0.0, self.looked + apart - now)
            return fixed, fixed
        least = max(0.0, self._found + apart - now)
        return least, max(least, self.rest(now, until_sweep))

    @property
    def _longest(self) -> float:
        return min(self.poll, self.gather + TICK_SECONDS)

    @property
    def _together(self) -> float:
        """Give what a look comes after while not much is written: a little of it, the last one right before a batch."""
        looks = max(1, math.ceil(self._longest * self._rate / LITTLE_BYTES))
        return max(CALM_SECONDS, (self._longest - EARLY_SECONDS / 2) / looks)

    def rest(self, now: float, until_sweep: float) -> float:
        """Give how long to wait for an event at most: files are looked at every ``poll`` seconds, at least."""
        if until_sweep <= 0:
            return min(self.poll, TICK_SECONDS)
        if self.grown > 0:  # to look again at a tick that comes sooner would be for nothing
            rest = max(0.0, self.looked + self.poll - now)
        else:
            rest = until_tick(now, self.poll) if self.poll >= TOGETHER_SECONDS else self.poll
        return min(rest, until_sweep)
