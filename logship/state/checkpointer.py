"""Saves the checkpoint: before a new file is read, each second while much moves, every five seconds else, and at exit.

What moves meanwhile is in the journal (DECISIONS 590): only the death of the node repeats it.
"""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from logship.errors import StateError
from logship.metrics import Metrics
from logship.model import Block, FileId
from logship.state.checkpoints import Checkpoints
from logship.state.identity import Entry, Saved
from logship.state.journal import Journal
from logship.ticks import Nap, near_tick, until_tick

logger = logging.getLogger(__name__)

SAVE_SECONDS = 1.0
MUCH_BYTES = 1 << 20
"""So much moved since the last save makes the next one due within a second; each block counts 4 KiB at least."""
IDLE_SECONDS = 5.0
"""How often it is saved while little moves; and looked, while no block moves, whether there is something to save, and
whether it is there still."""
SAY_AGAIN_SECONDS = 60.0
FINISH_SECONDS = 3.0


def _nothing() -> Iterable[Entry]:
    return ()


class Checkpointer:
    """One save at a time, in a thread: a slow disk must not stop deliveries.

    A failed save is tried again, and so is one whose file has gone: the folder may be removed, or unmounted.
    """

    def __init__(
        self,
        checkpoints: Checkpoints,
        journal: Journal,
        first_start_ns: int,
        metrics: Metrics,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.first_start_ns = first_start_ns
        self.entries: Callable[[], Iterable[Entry]] = _nothing
        self.looked_ns: Callable[[], int] = time.time_ns
        """Gives when all that is there was last seen, in epoch nanoseconds."""
        self.may_differ: Callable[[], bool] = lambda: True
        """Gives whether entries may be others than those last given, though no block moved."""
        self._checkpoints = checkpoints
        self._journal = journal
        self._metrics = metrics
        self._lock = asyncio.Lock()
        self._nap = Nap()
        self._last: list[Entry] | None = None
        self._covered: int | None = None
        """The journal's last file that a failed save was to cover; None after one that succeeded."""
        self._stirred, self._moved = True, 0
        """Whether a block moved, or a save failed, since entries were gathered, which costs a while; and how much."""
        self._clock = clock
        self.saved = True
        """Whether the last save, at the end, succeeded."""
        self._said_at: float | None = None
        """When a failure was last said; None while saves work."""
        self.saved_at: float | None = None
        """When it was last written, in epoch seconds, as the next."""
        self.failing_since: float | None = None
        self.error = ""
        """Why the last save failed; empty while saves work."""

    async def run(self) -> None:
        """Save what moves, for ever: what comes after a while, and what is much, within a second."""
        looked, saved = self._clock(), -math.inf
        while True:
            if await self._nap.sleep(self._rest(saved, looked)):
                continue  # that may be another time now
            now = self._clock()
            quiet = now - (saved if self._stirred else looked)
            if quiet > IDLE_SECONDS - SAVE_SECONDS / 2 or self._moved >= MUCH_BYTES or self.error:
                looked, saved = now, now if self._stirred else saved
                await self.save()

    def _rest(self, saved: float, looked: float) -> float:
        """Give how long nothing is to be done, unless what moves is the first, or becomes much. All falls on ticks."""
        now, on_loop = self._clock(), asyncio.get_running_loop().time()
        if self.error or self._moved >= MUCH_BYTES or (self._stirred and now - saved >= IDLE_SECONDS):
            return until_tick(on_loop, SAVE_SECONDS)
        return near_tick(on_loop + max(saved, looked) + IDLE_SECONDS - now, SAVE_SECONDS) - on_loop

    async def save(self) -> None:
        """Save what is acknowledged now; a failure is said once a minute and counted, and shipping goes on."""
        async with self._lock:
            changed, self._stirred, self._moved = self._stirred, False, 0
            if changed or self.may_differ() or self._last is None:
                entries = list(self.entries())
                changed = not self._same(entries)
            else:
                entries = self._last
            if not (changed or self._checkpoints.pending) and await asyncio.to_thread(self._checkpoints.kept):
                return
            covered = self._covered = self._turned()
            try:
                await asyncio.to_thread(self._checkpoints.save, entries, self.first_start_ns, self.looked_ns())
            except StateError as error:
                self._failed(error)
            else:
                self._journal.drop(covered)
                self._covered = None
                self._saved(entries)

    def _turned(self) -> int:
        """Give up to which of the journal's files the next checkpoint covers what was noted.

        While saves fail no other file is begun: each attempt would leave one. The last one is only opened again, in
        the folder that is there now; it goes with the save after the next that succeeds.
        """
        if self._covered is None:
            return self._journal.turn()
        self._journal.close()
        return self._covered

    def sent(self, sink: str, block: Block) -> None:
        """Note at once that a block is about to leave."""
        self._stir(block.weight)
        self._journal.sent(sink, block)

    def acked(self, file: FileId, sink: str, saved: Saved) -> None:
        """Note one acknowledgement at once."""
        self._stir(0)
        self._journal.acked(file, sink, saved)

    def _stir(self, nbytes: int) -> None:
        before, self._moved = self._moved, self._moved + nbytes
        if not self._stirred or before < MUCH_BYTES <= self._moved:
            self._stirred = True
            self._nap.wake()

    async def finish(self) -> None:
        """Save for the last time; a disk that hangs must not keep the process (DECISIONS 23)."""
        self.saved, self._stirred = False, True
        with suppress(TimeoutError):
            async with asyncio.timeout(FINISH_SECONDS):
                await self.save()
                self.saved = self._said_at is None

    def save_now(self) -> None:
        """Save without waiting for anybody: the process is about to leave."""
        try:
            self._checkpoints.save(list(self.entries()), self.first_start_ns, self.looked_ns())
        except StateError as error:
            self._failed(error)

    def _same(self, entries: list[Entry]) -> bool:
        last = self._last
        if last is None or len(last) != len(entries):
            return False
        return all(new is old or _essence(new) == _essence(old) for new, old in zip(entries, last, strict=True))

    def _saved(self, entries: list[Entry]) -> None:
        self._last = entries
        self._metrics.checkpoint_saved("saved")
        if self._said_at is not None:
            logger.info("the checkpoint can be saved again")
        self._said_at = self.failing_since = None
        self.saved_at, self.error = time.time(), ""

    def _failed(self, error: StateError) -> None:
        self._stirred = True
        self._metrics.checkpoint_saved("failed")
        self.error, self.failing_since = str(error), self.failing_since or time.time()
        now = self._clock()
        if self._said_at is None or now - self._said_at >= SAY_AGAIN_SECONDS:
            self._said_at = now
            logger.error(
                "the checkpoint can't be saved: after any restart, what is shipped meanwhile is shipped again",
                extra={"cause": self.error, "advice": "make room on that volume, or let this user write there"},
            )


def _essence(entry: Entry) -> tuple[object, ...]:
    return entry.file, entry.size, entry.inode, entry.offsets, entry.gone, entry.holes, entry.cuts
