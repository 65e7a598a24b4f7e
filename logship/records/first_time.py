"""When the first record of some lines was written, by its event time; pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from logship.model import Block, FileId
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.layouts import Rows, Woven
from logship.records.time_range import ALL_TIMES
from logship.records.timestamps import rfc3339


class FirstTime:
    """Reads times as they are read of every record."""

    def __init__(self, enrichment: Enrichment) -> None:
        self._layout = _Stamps()
        plain = replace(enrichment, times=ALL_TIMES, sample={}, drop=(), rename={}, only=())
        self._encoder = None if enrichment.format == "raw" else BlockEncoder(plain, self._layout)

    def of(self, lines: bytes, near_ns: int) -> int | None:
        """Give the first event time in whole lines, in epoch nanoseconds; None if there is none.

        ``near_ns``: when their file was last written to.
        """
        if self._encoder is None or not lines:
            return None
        self._encoder.encode(Block(FileId(""), "", 0, len(lines), lines, near_ns, 0.0))
        none = rfc3339(near_ns)
        first = next((stamp for stamp in self._layout.stamps if stamp != none), None)
        if first is None:
            return None
        moment = datetime.fromisoformat(first[1:-2].decode()).replace(tzinfo=UTC)
        return int(moment.replace(microsecond=0).timestamp()) * 10**9 + moment.microsecond * 1000


class _Stamps:
    """A layout that writes nothing, and keeps the times."""

    wants: Sequence[str] = ()

    def __init__(self) -> None:
        self.stamps: Sequence[bytes] = ()

    def write(self, rows: Rows) -> Woven:
        """Take the times of a block."""
        self.stamps = rows.stamps
        return Woven(())
