"""Of any number of names those whose turn it is."""

from collections.abc import Iterator
from itertools import chain, islice

from msgspec import Struct, field

from logship.files.names import Candidate


class Turn(Struct):
    """Of any number of names, as many as may be tried: those from ``start`` on, then those before."""

    start: int
    size: int
    count: int = 0
    """How many there were."""
    _first: list[Candidate] = field(default_factory=list)
    _chosen: list[Candidate] = field(default_factory=list)

    def add(self, candidate: Candidate) -> None:
        """Let a name wait for its turn."""
        if self.start <= self.count < self.start + self.size:
            self._chosen.append(candidate)
        elif self.count < self.size:
            self._first.append(candidate)
        self.count += 1

    def __iter__(self) -> Iterator[Candidate]:
        """Give those whose turn it is."""
        return islice(chain(self._chosen, self._first), self.size)

    def after(self, tried: int) -> int:
        """Give where to begin when so many were tried."""
        return ((self.start if self._chosen else 0) + tried) % max(1, self.count)
