"""One sink's way through all files: which file is next, where it stands in each, and what was acknowledged."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress

from msgspec.structs import replace

from logship.daemon.behind import Behind
from logship.daemon.stubs import Stubs
from logship.files.framer import Place, TruncatedError
from logship.files.index import Index
from logship.files.joining import EARLY_SECONDS, Joining
from logship.files.queues import Order, in_queues
from logship.files.reading import READ_BYTES, read_on
from logship.files.strangers import PARSE, Strangers
from logship.files.tailing import TailedFile
from logship.files.watching import Watch
from logship.metrics import Metrics
from logship.model import NO_LIMIT, Block, Encoded, FileId, LineState, Tally
from logship.record_metrics import count
from logship.records.framing import LONGEST_CHARACTER, TRUNCATED
from logship.state.acks import Ledger
from logship.state.identity import Entry, Saved

READ_AT_ONCE = 2 << 20
OLDER = 8  # generations before one that are looked at once more before its first line: there may be thousands
LOOK_SECONDS = 0.05  # a record that is held back is not looked at more often


class Reader:
    """Reads every file for one sink, oldest generation of a lineage first, lineages in turn; listens to the intake."""

    def __init__(  # noqa: PLR0913 - the seams of one sink's way through all files
        self,
        name: str,
        metrics: Metrics,
        *,
        max_line_bytes: int,
        unsound: Callable[[], None],
        joining: Joining | None = None,
        strangers: Strangers | None = None,
        watch: Watch | None = None,
        order: Order | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make a reader of no file; ``joining`` makes it give whole records of several lines.

        ``order`` has all files read one after the other, in its order.
        """
        self.name = name
        self.ledger = Ledger()
        self.news = asyncio.Event()
        """Set when there may be something to read."""
        self._metrics = metrics
        self._sink = metrics.sink(name)
        self._max_line_bytes = max_line_bytes
        self._unsound = unsound
        self._joining = joining
        self._order = order
        self.watch = watch
        self.clock = clock
        self.block_bytes = READ_BYTES
        """What makes one block at the most, unless a line is longer."""
        self._files: dict[FileId, TailedFile] = {}
        self._ready: dict[FileId, Behind] = {}
        self._held: dict[FileId, float] = {}
        """Files of which a record is held back, and until when (monotonic seconds) if they don't grow."""
        self._turn, self._oldest_first = "", False
        self._lineages = Index[str, TailedFile]()
        self._begun: set[FileId] = set()
        self._strangers = strangers or Strangers()
        self._stubs = Stubs()
        self._times: dict[FileId, deque[tuple[int, int, int]]] = {}

    def opened(self, file: TailedFile, entry: Entry) -> None:
        """Take up a file."""
        saved = entry.offsets.get(self.name, Saved())
        self.ledger.open(file.file, saved)
        if saved.in_flight:
            self._times[file.file] = deque(saved.in_flight)
        self._files[file.file] = file
        self._lineages.add(file.lineage, file)
        for other in [self._files[held] for held in self._held if self._files[held].lineage == file.lineage]:
            self.grew(other)  # what it holds back comes first, and goes on no more
        if not (saved.offset and file.sound) or self._has_more(file):
            self.grew(file)

    def grew(self, file: TailedFile) -> None:
        """Note that there may be more to read."""
        if file.file in self._files:
            now = self.clock()
            self._ready.setdefault(file.file, Behind(now, file.size, now))
        self.news.set()

    def hurry(self) -> None:
        """Read what waits longest first from now on."""
        self._oldest_first = True

    def end(self) -> None:
        """Look at every file once more: nothing more will come."""
        for file in self._files.values():
            self.grew(file)
        self.news.set()

    def closed(self, file: TailedFile) -> None:
        """Let go of a file."""
        if self._files.pop(file.file, None):
            self._lineages.remove(file.lineage, file)
        self._begun.discard(file.file)
        self._ready.pop(file.file, None)
        self._held.pop(file.file, None)
        self._times.pop(file.file, None)
        self._strangers.forget(file.file)
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

    def read(self, limit: int = READ_AT_ONCE) -> list[Block]:
        """Read one stretch of each queue that has something new, in turn, until ``limit`` bytes are reached.

        Nothing when all is read. What is given has to be given to :meth:`took` before anything else is done.
        """
        now = self.clock()
        for file in [key for key, due in self._held.items() if due <= now + EARLY_SECONDS and self._files[key].sound]:
            del self._held[file]
            self._ready.setdefault(file, Behind(now, self._files[file].size, now))
        blocks: list[Block] = []
        nbytes = 0
        for lineage, files in self._in_turn() if self._ready else ():
            read = self._read_queue(files)
            blocks += read
            nbytes += sum(block.weight for block in read)
            if nbytes >= limit:
                self._turn = lineage
                break
        return blocks

    def _may_read(self, file: TailedFile) -> bool:
        return file.sound and (self._order is None or self._order.may_read(file.inode))

    def _read_queue(self, files: Iterable[TailedFile]) -> list[Block]:
        """Read of files that are read one after the other: several may be small."""
        blocks: list[Block] = []
        nbytes = 0
        for file in files:
            read = self._read_file(file)
            blocks += read
            nbytes += sum(block.weight for block in read)
            if nbytes >= READ_BYTES or (read and file.file in self._ready):
                break
        return blocks

    def _in_turn(self) -> Iterable[tuple[str, list[TailedFile]]]:
        """Give what is ready by lineage, each oldest first, beginning after the lineage that came last.

        In a drain, what waits longest comes first: there may be no time for all.
        """
        ready = (file for file in self._files.values() if file.file in self._ready and file.sound)
        if order := self._order:
            return [("", sorted(filter(self._may_read, ready), key=lambda file: order.rank(file.inode)))]
        queues = in_queues(ready)
        if self._oldest_first:
            return sorted(queues, key=lambda queue: min(self._ready[file.file].since for file in queue[1]))
        after = next((at for at, (lineage, _) in enumerate(queues, 1) if lineage == self._turn), 0)
        return queues[after:] + queues[:after]

    def took(self, part: Encoded) -> None:
        """Note, in read order, that a block goes on its way; what no other sink's reader counted yet is counted."""
        block, tally = part.block, part.tally
        self.ledger.sent(block)
        self._metrics.redactions.count(tally)
        self._stubs.saw(block, tally, self.clock())
        lines = part.records + tally.skipped_lines + tally.filtered_records  # counted by the encoder: once is enough
        self._sink.read(lines, block.end - block.start)
        lines += sum(block.data.count(b"\n", start - block.start, end - block.start) - 1 for start, end in block.joins)
        file = self._files.get(block.file)
        if file and block.end > file.counted:
            self._metrics.input_bytes.inc(block.end - max(file.counted, block.start))
            before = block.data.count(b"\n", 0, max(0, file.counted - block.start))  # where readers' blocks overlap
            self._metrics.input_lines.inc(max(0, lines - before))
            self._count_oddities(file, block, tally)
            file.counted = block.end

    @property
    def exhausted(self) -> bool:
        """Whether there is nothing to read now; what is not sound has to be mended first."""
        return not (self._ready and any(self._may_read(self._files[file]) for file in self._ready))

    @property
    def due(self) -> float | None:
        """When (monotonic seconds) a record is no longer held back; None if none is."""
        dues = (due for file, due in self._held.items() if self._files[file].sound)
        return min(dues, default=None) if self._held else None

    @property
    def brief(self) -> float | None:
        """When (monotonic seconds) the last line is given that is held back for a moment only; None if none is."""
        held = ((due, self._files[file]) for file, due in self._held.items())
        dues = (due for due, file in held if file.places[self.name].brief and file.sound)
        return max(dues, default=None) if self._held else None

    def oldest(self) -> float | None:
        """Give when the oldest byte that is not acknowledged was seen, in monotonic seconds; None if all are."""
        since = (behind.since for behind in self._ready.values())
        return min((*(block.seen for block in self.ledger.in_flight()), *since), default=None)

    def _count_oddities(self, file: TailedFile, block: Block, tally: Tally) -> None:
        if block.start >= file.counted:  # readers' blocks may overlap: then nobody can tell in which part it was
            count(self._metrics.lines_truncated, TRUNCATED in block.flags)
            count(self._metrics.multiline_records, len(block.joins))
            count(self._metrics.decode_errors, tally.decode_errors)
            self._metrics.records.count(tally)
            if tally.parsed or tally.unparsed:
                self._strangers.saw(PARSE, file.file, file.path or file.lineage, tally.unparsed, fits=tally.parsed > 0)

    def _read_file(self, file: TailedFile) -> list[Block]:
        place = file.places[self.name]
        size, time_ns, whole, stop = self._saved_time(file.file, place.offset)
        longest, now = self._max_line_bytes, self.clock()
        # An unterminated line that may have left is sent as it was: completed since, it would have the same id, and the
        # rest of it would be taken for a duplicate. A line that was cut at the limit is cut there again by itself.
        cut = whole and size < longest - LONGEST_CHARACTER
        joining = self._joining and replace(self._joining, stop=stop, late=self._is_superseded(file))
        try:
            blocks, after = read_on(file, place, longest, now, size=size, at_end=file.ended, cut=cut, joining=joining)
        except (TruncatedError, OSError) as error:
            if isinstance(error, OSError):
                file.fault = error.strerror or type(error).__name__
            self._unsound()
            return []
        if blocks and not self._order and self._older_grew(file):
            return []
        if self.watch:
            blocks, after = self.watch.marked(blocks, place, after)
        if time_ns is not None:
            blocks = [replace(block, time_ns=time_ns) for block in blocks]
        unterminated = file.ended and after.offset < file.size
        if after == place or (after.scanned >= file.size and not unterminated):
            del self._ready[file.file]
        else:
            self._ready[file.file].passed(after.offset, file.size, now)
        file.places[self.name] = after
        if after.held and joining:
            self._held[file.file] = max(joining.due(after, file.grown_at), now + LOOK_SECONDS)
        else:
            self._held.pop(file.file, None)
        return blocks

    def _is_superseded(self, file: TailedFile) -> bool:
        """Whether a newer file of its lineage is there: its writer has gone on to that."""
        return not self._lineages.is_last(file.lineage, file)

    def _older_grew(self, file: TailedFile) -> bool:
        """Say, once a file, whether older ones of its lineage have more to read first.

        Whoever wrote the first lines of this file had written its last ones there, maybe since the last look.
        """
        if file.file in self._begun:
            return False
        self._begun.add(file.file)
        same = self._lineages.of(file.lineage)
        grown = [other for other in same[: same.index(file)][-OLDER:] if self._has_more(other)]
        for other in grown:
            self.grew(other)
        return bool(grown)

    def _has_more(self, file: TailedFile) -> bool:
        with suppress(OSError):  # whoever looks at it next will see
            return file.sound and bool(file.read_at(1, file.places[self.name].scanned))
        return False

    def _saved_time(self, file: FileId, offset: int) -> tuple[int, int | None, bool, int]:
        """Give how much to read, and the event time to use, where a block may have left before a restart.

        And whether that much is exactly such a block, and where that one ended.
        """
        times = self._times.get(file)
        while times:
            start, end, time_ns = times[0]
            if start <= offset < end:
                return min(READ_BYTES, end - offset), time_ns, offset == start and end - offset <= READ_BYTES, end
            if offset < start:
                break
            times.popleft()
        return self.block_bytes, None, False, NO_LIMIT
