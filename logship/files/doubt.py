"""A size that is smaller than what was read: one sign of two that a file was cut off."""

from logship.model import NO_LIMIT

DOUBT_SECONDS, DOUBT_LOOKS = 1.0, 5
"""It is believed after so long, and so many looks, while the head still is the same: network file systems give an old
size for a moment."""


class Doubt:
    """Looks in a row that found a file too small; times in monotonic seconds."""

    __slots__ = ("_since", "looks", "lowest", "smallest")

    def __init__(self) -> None:
        self.looks = 0
        self.smallest = self.lowest = NO_LIMIT
        """The smallest size seen; and that, or where bytes began to be others."""
        self._since = 0.0

    def note(self, size: int, kept: int, now: float) -> bool:
        """Note such a look, and up to where bytes are as they were; gives whether it has been so for long enough."""
        self._since = self._since if self.looks > 1 else now
        self.looks += 1
        self.smallest, self.lowest = min(self.smallest, size), min(self.lowest, kept)
        return now - self._since >= DOUBT_SECONDS and self.looks >= DOUBT_LOOKS

    def clear(self) -> None:
        """Note that all that was read is there."""
        self.looks, self.smallest, self.lowest = 0, NO_LIMIT, NO_LIMIT
