"""Sends a sink's dead letters again, beside the running daemon or without it.

A segment is taken by renaming it, and sent from its end: after each batch the file is cut, so what is left of it is
what is still to be sent. A killed replay loses nothing and repeats one batch, with the same ids. What is refused again
goes back to the dead letters with the new reason.
"""

import asyncio
import contextlib
import fcntl
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from logship.delivery.backoff import RetryPolicy
from logship.delivery.counting import Counts
from logship.delivery.deadletters import DeadLetters, Letter, decode_letter
from logship.delivery.delivery import Delivery
from logship.delivery.verdicts import coalesce
from logship.model import Batch, Block, Limits, Sink, Status

BATCH_BYTES: Final = 1 << 20
BATCH_RECORDS: Final = 1000
PATIENCE_SECONDS: Final = 60.0
UNREADABLE: Final = ".unreadable.ndjson"
"""Behind a sink's name: what stood among its dead letters and is none."""
_BEGINS: Final = b'{"time":"'


class Summary(Struct, frozen=True):
    """What a replay came to, in records."""

    delivered: int = 0
    duplicate: int = 0
    refused: int = 0
    """Back among the dead letters."""
    left: int = 0
    """Not tried, or not answered: still in the taken segment, and the first of the next replay."""
    lost: int = 0
    """Dead letters that had to go because the file is full."""
    dropped: int = 0
    """Refused by a store that did not say which they are."""
    unreadable: int = 0
    """Lines that are no dead letters, edited perhaps: kept beside them, and not sent."""
    reason: str = ""
    """Why something is left: the store's last error."""

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do."""
        return not (self.refused or self.left or self.lost or self.dropped or self.unreadable)


class _Tally(Counts):
    """Counts for the summary: what is put back is counted there, all else is not in it."""

    def __init__(self) -> None:
        self.records = {"delivered": 0, "duplicate": 0, "failure_store": 0, "dropped": 0}

    def delivered(self, records: int, nbytes: int) -> None:
        del nbytes
        self.records["delivered"] += records

    def duplicate(self, records: int, nbytes: int) -> None:
        del nbytes
        self.records["duplicate"] += records

    def failure_store(self, records: int, nbytes: int) -> None:
        del nbytes
        self.records["failure_store"] += records

    def dropped(self, reason: str, records: int, nbytes: int) -> None:
        del reason, nbytes
        self.records["dropped"] += records


class _Refused:
    """Gathers what one batch's delivery puts aside: it goes back only when the batch is done, and so only once."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    def put(self, letters: Sequence[Letter]) -> tuple[int, int]:
        self.letters += letters
        return 0, 0


class Segment:
    """A taken segment, read from its end."""

    def __init__(self, path: Path, fd: int) -> None:
        self._path, self._fd = path, fd
        self._starts = [0]
        with os.fdopen(os.dup(fd), "rb") as file:
            for line in file:
                self._starts.append(self._starts[-1] + len(line))

    @property
    def left(self) -> int:
        """How many lines it still has."""
        return len(self._starts) - 1

    def last(self, limits: Limits) -> tuple[list[Letter], list[bytes], int]:
        """Give the last letters, oldest first, lines that are none, without torn ones, and how many lines there are.

        One at least.
        """
        end = self._starts[-1]
        count = 1
        while count < min(self.left, limits.max_records) and end - self._starts[-2 - count] <= limits.max_bytes:
            count += 1
        start = self._starts[-1 - count]
        lines = os.pread(self._fd, end - start, start).splitlines()
        letters = [(line, decode_letter(line)) for line in lines]
        odd = [line for line, letter in letters if letter is None and line.strip() and not _torn(line)]
        return [letter for _, letter in letters if letter], odd, count

    def keep(self, odd: Sequence[bytes]) -> None:
        """Put lines that are no letters into ``<sink>.unreadable.ndjson`` beside it: they may have been edited."""
        beside = self._path.with_name(self._path.name.partition(".replay-")[0] + UNREADABLE)
        fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.writelines(line + b"\n" for line in odd)
            file.flush()
            os.fsync(fd)

    def cut(self, count: int) -> None:
        """Forget the last lines; the file goes when none is left."""
        del self._starts[-count:]
        os.ftruncate(self._fd, self._starts[-1])
        os.fsync(self._fd)
        if not self.left:
            self._path.unlink(missing_ok=True)


def _torn(line: bytes) -> bool:
    """Whether a crash tore a line while it was written: its record was not acknowledged, and was read again."""
    return line[: len(_BEGINS)] == _BEGINS[: len(line)] and not line.rstrip().endswith(b"}")


@contextlib.contextmanager
def open_segment(path: Path) -> Iterator[Segment | None]:
    """Open a taken segment; None if it is gone or another replay has it."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        yield None
        return
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield Segment(path, fd)
    finally:
        os.close(fd)


class _Replay:
    """One sink's replay."""

    def __init__(self, name: str, sink: Sink, dead_letters: DeadLetters, policy: RetryPolicy, patience: float) -> None:
        self._sink, self._dead_letters, self._patience = sink, dead_letters, patience
        self._tally, self._refused = _Tally(), _Refused()  # type: ignore[abstract] # empty bodies count nothing, as is meant
        # No limit and no hold: what is refused goes back at once, what gets no answer stays where it is.
        policy = replace(policy, limit_seconds=0.0, hold_seconds=0.0)
        self._delivery = Delivery(
            name, sink, policy=policy, dead_letters=self._refused, metrics=self._tally, draining=asyncio.Event()
        )
        limits = sink.limits
        self._limits = Limits(min(BATCH_BYTES, limits.max_bytes), min(BATCH_RECORDS, limits.max_records))
        self._summary = Summary()

    async def run(self) -> Summary:
        for path in await asyncio.to_thread(self._dead_letters.take):
            with open_segment(path) as segment:
                if segment:
                    await self._send(segment)
        counts = self._tally.records
        gone = counts["dropped"]
        delivered = counts["delivered"] + counts["failure_store"]
        return replace(self._summary, delivered=delivered, duplicate=counts["duplicate"], dropped=gone)

    async def _send(self, segment: Segment) -> None:
        """Send until the store does not answer for too long; then the other segments are only counted."""
        while segment.left and not self._summary.reason:
            letters, odd, count = segment.last(self._limits)
            if not await self._deliver(letters):
                break
            if odd:
                segment.keep(odd)
                self._summary = replace(self._summary, unreadable=self._summary.unreadable + len(odd))
            segment.cut(count)
        self._summary = replace(self._summary, left=self._summary.left + segment.left)

    async def _deliver(self, letters: list[Letter]) -> bool:
        parts = [self._sink.encode(block) for block in coalesce(letter.block for letter in letters)]
        try:
            async with asyncio.timeout(self._patience):
                waiting = await self._delivery.deliver(Batch(tuple(parts)))
        except TimeoutError:
            self._refused.letters.clear()
            self._summary = replace(self._summary, reason=self._delivery.last_error or "timeout")
            return False
        self._refused.put([self._letter(block) for block in waiting])
        self._delivery.waiting.release()  # they go back: as many as ever may wait would keep the next from it
        await self._put_back()
        return True

    def _letter(self, block: Block) -> Letter:
        """Put back what makes the store fail, once more."""
        return Letter(block, self._delivery.last_error or "timeout", status=Status.ERRORED.value)

    async def _put_back(self) -> None:
        back, self._refused.letters = self._refused.letters, []
        if not back:
            return
        lost, _ = await asyncio.to_thread(self._dead_letters.put, back)
        self._summary = replace(
            self._summary, refused=self._summary.refused + len(back), lost=self._summary.lost + lost
        )


async def replay(
    name: str, sink: Sink, dead_letters: DeadLetters, policy: RetryPolicy, *, patience: float = PATIENCE_SECONDS
) -> Summary:
    """Send all of a sink's dead letters once; gives what came of it.

    A batch is tried again, as ``policy`` says, for ``patience`` seconds; then the replay ends, and all that is left
    stays for the next. Raises DeadLetterError if the folder can't be used, SinkClosedError if the sink is gone.
    """
    return await _Replay(name, sink, dead_letters, policy, patience).run()
