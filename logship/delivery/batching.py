"""Gathers encoded blocks into batches; closes one by bytes, records or age. Pure: the time is passed in."""

import math

from logship.model import Batch, Encoded


class Batcher:
    """Takes encoded blocks in read order and gives batches in that order.

    A batch never passes a limit, unless a single block does: a block is the smallest thing that is gathered.
    ``linger`` is in seconds; it runs from when the last batch was closed: what comes after a while leaves at once, what
    comes all the time in batches that are so far apart. So no block waits for longer.
    """

    def __init__(self, *, max_bytes: int, max_records: int, linger: float) -> None:
        self._max_bytes = max_bytes
        self._max_records = max_records
        self._linger = linger
        self._parts: list[Encoded] = []
        self._nbytes = 0
        self._records = 0
        self._since = 0.0
        self._closed = -math.inf

    @property
    def due(self) -> float | None:
        """When the open batch must be taken, on the clock that :meth:`add` is told; None if there is none."""
        return max(self._since, self._closed + self._linger) if self._parts else None

    def due_with(self, more: float | None) -> float | None:
        """Give the same where ``more`` comes then, if it comes at all within the linger: one request is enough."""
        due = self.due
        return due if due is None or more is None else max(due, min(more, self._since + self._linger))

    def fits(self, part: Encoded) -> bool:
        """Whether the block can join the open batch."""
        return not self._parts or (
            self._nbytes + len(part.body) <= self._max_bytes and self._records + part.records <= self._max_records
        )

    def add(self, part: Encoded, now: float) -> Batch | None:
        """Take a block; give the batch that this closes, if any. Where it doesn't fit, that batch is without it."""
        closed = None if self.fits(part) else self.take(now)
        if not self._parts:
            self._since = now
        self._parts.append(part)
        self._nbytes += len(part.body)
        self._records += part.records
        if closed is None and (self._nbytes >= self._max_bytes or self._records >= self._max_records):
            closed = self.take(now)
        return closed

    def take(self, now: float) -> Batch | None:
        """Close the open batch and give it; None if there is none."""
        if not self._parts:
            return None
        batch = Batch(tuple(self._parts))
        self._parts, self._nbytes, self._records, self._closed = [], 0, 0, now
        return batch
