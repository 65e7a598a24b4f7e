"""One sink's way through all files: which file is next, where it stands in each, and what was acknowledged."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace

from logship.acks import Ledger
from logship.framing import TRUNCATED
from logship.identity import Entry, Saved
from logship.metrics import Metrics
from logship.model import Block, Encoded, FileId, LineState
from logship.tailing import READ_BYTES, Place, TailedFile, TruncatedError


class Reader:
    """Reads every file for one sink, oldest generation of a lineage first, lineages in turn; listens to the intake."""

    def __init__(
        self,
        name: str,
        metrics: Metrics,
        *,
        max_line_bytes: int,
        truncated: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.ledger = Ledger()
        self.news = asyncio.Event()
        """Set when there may be something to read."""
        self._metrics = metrics
        self._sink = metrics.sink(name)
        self._max_line_bytes = max_line_bytes
        self._truncated = truncated
        self._clock = clock
        self._files: dict[FileId, TailedFile] = {}
        self._ready: dict[FileId, TailedFile] = {}
        self._lineages: Counter[str] = Counter()
        self._begun: set[FileId] = set()
        self._times: dict[FileId, deque[tuple[int, int, int]]] = {}
        self._behind_since: float | None = None

    # -- what the intake tells ------------------------------------------------------------------------------------

    def opened(self, file: TailedFile, entry: Entry) -> None:
        """Take up a file."""
        saved = entry.offsets.get(self.name, Saved())
        self.ledger.open(file.file, saved)
        if saved.in_flight:
            self._times[file.file] = deque(saved.in_flight)
        self._files[file.file] = file
        self._lineages[file.lineage] += 1
        self.grew(file)

    def grew(self, file: TailedFile) -> None:
        """Note that there may be more to read."""
        if file.file in self._files:
            self._ready[file.file] = file
            if self._behind_since is None:
                self._behind_since = self._clock()
        self.news.set()

    def end(self) -> None:
        """Look at every file once more: nothing more will come."""
        for file in self._files.values():
            self.grew(file)
        self.news.set()

    def closed(self, file: TailedFile) -> None:
        """Let go of a file."""
        if self._files.pop(file.file, None):
            self._lineages -= Counter((file.lineage,))
        self._begun.discard(file.file)
        self._ready.pop(file.file, None)
        self._times.pop(file.file, None)
        if not self.ledger.outstanding(file.file):
            self.ledger.forget(file.file)

    def settled(self, file: TailedFile) -> bool:
        """Whether nothing that was read of it is still on its way."""
        return not self.ledger.outstanding(file.file)

    def saved(self, file: TailedFile) -> Saved | None:
        """Give the acknowledged offset."""
        return self.ledger.saved(file.file)

    def skip(self, file: TailedFile, offset: int) -> None:
        """Go on from the first line that begins at or after ``offset``: what lies before is given up."""
        file.places[self.name] = Place(offset - 1, LineState.SKIPPING, offset - 1)
        self.grew(file)

    # -- reading --------------------------------------------------------------------------------------------------

    def read(self) -> list[Block]:
        """Read one stretch of every lineage that has something new; nothing when all is read."""
        blocks: list[Block] = []
        lineages: set[str] = set()
        for file in [file for file in self._files.values() if file.file in self._ready] if self._ready else ():
            if file.lineage not in lineages and not file.truncated:
                read = self._read_file(file)
                if read:
                    lineages.add(file.lineage)
                    blocks += read
        if not self._ready:
            self._behind_since = None
        return blocks

    def took(self, part: Encoded) -> None:
        """Note, in read order, that a block goes on its way; what no other sink's reader counted yet is counted."""
        block, tally = part.block, part.tally
        self.ledger.sent(block)
        self._sink.read(block.lines, block.end - block.start)
        file = self._files.get(block.file)
        if file and block.end > file.counted:
            self._metrics.input_bytes.inc(block.end - max(file.counted, block.start))
            self._metrics.input_lines.inc(block.lines)
            self._metrics.lines_truncated.inc(TRUNCATED in block.flags)
            self._metrics.decode_errors.inc(tally.decode_errors)
            self._metrics.overridden_fields.inc(tally.overridden)
            self._metrics.bad_timestamps.inc(tally.bad_times)
            file.counted = block.end

    @property
    def exhausted(self) -> bool:
        """Whether there is nothing left to read now."""
        return not self._ready

    def oldest(self) -> float | None:
        """Give when the oldest byte that is not acknowledged was seen, in monotonic seconds; None if all are."""
        seen = [block.seen for block in self.ledger.in_flight()]
        return min((*seen, *([] if self._behind_since is None else [self._behind_since])), default=None)

    def _read_file(self, file: TailedFile) -> list[Block]:
        place = file.places[self.name]
        size, time_ns = self._saved_time(file.file, place.offset)
        try:
            blocks, after = file.read(place, self._max_line_bytes, self._clock(), size=size, at_end=file.ended)
        except TruncatedError:
            self._truncated()
            return []
        if blocks and self._older_grew(file):
            return []
        if time_ns is not None:
            blocks = [replace(block, time_ns=time_ns) for block in blocks]
        unterminated = file.ended and after.offset < file.size
        if after == place or (after.scanned >= file.size and not unterminated):
            del self._ready[file.file]
        file.places[self.name] = after
        return blocks

    def _older_grew(self, file: TailedFile) -> bool:
        """Say, once a file, whether older ones of its lineage have more to read first.

        Whoever wrote the first lines of this file had written its last ones there, maybe since the last look.
        """
        if file.file in self._begun or self._lineages[file.lineage] == 1:
            return False
        self._begun.add(file.file)
        same = [other for other in self._files.values() if other.lineage == file.lineage]
        older = [other for other in same[: same.index(file)] if not other.truncated]
        grown = [other for other in older if other.read_at(1, other.places[self.name].scanned)]
        for other in grown:
            self.grew(other)
        return bool(grown)

    def _saved_time(self, file: FileId, offset: int) -> tuple[int, int | None]:
        """Give how much to read, and the event time to use, where a block may have left before a restart."""
        times = self._times.get(file)
        while times:
            start, end, time_ns = times[0]
            if start <= offset < end:
                return min(READ_BYTES, end - offset), time_ns
            if offset < start:
                break
            times.popleft()
        return READ_BYTES, None
