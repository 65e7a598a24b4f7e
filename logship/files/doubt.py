"""A size that is smaller than what was read, one sign of two that a file was cut off; or smaller than what was seen."""

from logship.model import NO_LIMIT
from logship.state.identity import MARKER_BYTES

DOUBT_SECONDS, DOUBT_LOOKS = 1.0, 5
"""It is believed after so long, and so many looks, while the head still is the same: network file systems give an old
size for a moment."""


class Doubt:
    """Looks in a row that found a file too small; times in monotonic seconds."""

    __slots__ = ("_had", "_has", "_short_since", "_since", "lasts", "looks", "lowest", "smallest")

    def __init__(self) -> None:
        self.looks = 0
        self.lasts = False
        """Whether another look is needed, though nothing changes: asked of each file at each look."""
        self.smallest = self.lowest = NO_LIMIT
        """The smallest size seen; and that, or where bytes began to be others."""
        self._since = self._short_since = 0.0
        self._had = self._has = 0
        """What nobody had read went between these sizes, it seems."""

    def suspect(self) -> None:
        """Have the next look tell."""
        self.looks += 1
        self.lasts = True

    def note(self, size: int, kept: int, now: float) -> bool:
        """Note such a look, and up to where bytes are as they were; gives whether it has been so for long enough."""
        self._since = self._since if self.looks > 1 else now
        self.suspect()
        self.smallest, self.lowest = min(self.smallest, size), min(self.lowest, kept)
        return now - self._since >= DOUBT_SECONDS and self.looks >= DOUBT_LOOKS

    def clear(self) -> None:
        """Note that all that was read is there."""
        self.looks, self.smallest, self.lowest = 0, NO_LIMIT, NO_LIMIT
        self.lasts = self._had > 0

    def note_sizes(self, before: int, size: int, now: float) -> None:
        """Note one size after the other of a file that has all that was read, but maybe not what nobody has read yet.

        One that soon is as large as it was had an old size for a moment. A few bytes are what a writer goes back over.
        """
        if self._had and size >= self._had and now - self._short_since < DOUBT_SECONDS:
            self._had = 0
        elif self._had:
            self._has = min(self._has, size)
        elif size < before - MARKER_BYTES:
            self._had, self._has, self._short_since = before, size, now
        self.lasts = self.looks > 0 or self._had > 0

    def cut_unread(self, now: float, *, sure: bool) -> int:
        """Give, once, how many bytes were cut off that nobody had read; ``sure``: nothing more will come."""
        if not (self._had and (sure or now - self._short_since >= DOUBT_SECONDS)):
            return 0
        cut, self._had, self.lasts = self._had - self._has, 0, self.looks > 0
        return cut
