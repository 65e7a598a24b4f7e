"""Halves a group of records down to the one that makes its requests fail; pure.

The records are known by their numbers. Each answer tells which to send next: a half of those under suspicion, the other
half being sent with the rest at the end; after the first half that was taken, once the whole other half, to make sure
that there is a culprit at all. So one culprit in ``n`` costs at most log2(n) + 2 requests here and one for the rest,
and nothing that was taken is sent again.
"""

from typing import Final

from msgspec import Struct

Range = tuple[int, int]
_ALTERNATING: Final = 0xAAAA_AAAA


class Search(Struct):
    """A search among so many records, two at least, that is told of each request what came of it."""

    low: int
    high: int
    """Where the culprit is: ``low`` and on, before ``high``."""
    probe: Range
    """What to send next; of no use once :attr:`done`."""
    turns: int = 0
    """Which half comes first: of each step by its last bit, as if that had turned with each step. Another search among
    the same records, with another number, goes another way."""
    accepted: bool = False
    """Whether any probe was taken: the store is well."""
    rest: tuple[Range, ...] = ()
    """What was not sent since the search began, in no order; the culprit is not among it."""
    alone: bool = False
    """The culprit was sent alone, and failed."""
    done: bool = False

    @classmethod
    def among(cls, records: int, turns: int = 0) -> "Search":
        """Begin."""
        search = cls(0, records, (0, records), turns ^ _ALTERNATING)
        search._halve()
        return search

    @property
    def culprit(self) -> int | None:
        """The number of the record that is left, once :attr:`done`; None if everything was taken."""
        return self.low if self.low < self.high else None

    def taken(self) -> None:
        """Note that the request with the probe did not fail."""
        first, self.accepted = not self.accepted, True
        (other,) = self._others() or ((self.high, self.high),)
        self.low, self.high = other
        if first and self.low < self.high:
            self.probe = other
        else:
            self._halve()

    def failed(self) -> None:
        """Note that the request with the probe failed in a way that may be a record's fault."""
        self.alone = self.probe[1] - self.probe[0] == 1
        self.rest += self._others()
        self.low, self.high = self.probe
        self._halve()

    def unsent(self) -> tuple[Range, ...]:
        """Give what would be left to send if the probe were all that is done of the search."""
        return tuple(sorted((*self.rest, *self._others())))

    def _others(self) -> tuple[Range, ...]:
        start, stop = self.probe
        return tuple(each for each in ((self.low, start), (stop, self.high)) if each[0] < each[1])

    def _halve(self) -> None:
        self.done = self.high - self.low <= 1
        middle = (self.low + self.high) // 2
        self.probe = (middle, self.high) if self.turns & 1 else (self.low, middle)
        self.turns >>= 1
