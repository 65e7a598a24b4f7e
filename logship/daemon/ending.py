"""What a drain has still to deliver: said each second, kept as the container's last word, and judged at the deadline.

Nobody is told how much of a pod's grace is left, and SIGKILL comes without a word, 2 s after SIGTERM where the
application has used up all the rest. So the last word is written at once, and again before those 2 s are over.
"""

import asyncio
import logging
import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from logship.daemon.pipeline import Pipeline
from logship.daemon.shutdown import Stop
from logship.files.intake import Intake
from logship.files.tailing import TailedFile
from logship.model import FileId

logger = logging.getLogger(__name__)

SAY_SECONDS: Final = 0.9
"""Twice within the least grace."""
OWED_SECONDS: Final = 2.0
"""What is there so long after SIGTERM is to be delivered; what comes later is the next start's (DECISIONS 59)."""
COUNTED_BYTES: Final = 1 << 20
"""So much is read to count its lines; of more they are estimated."""
TERMINATION_LOG: Final = Path("/dev/termination-log")
"""What a kubelet mounts there, ``kubectl describe`` shows as the container's message; up to 4096 bytes
(https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/)."""
_MESSAGE_MAX: Final = 4096


class Left(Struct, frozen=True):
    """What some sink has not acknowledged."""

    nbytes: int
    records: int
    """Lines; about so many, where there are many."""
    errors: str
    """Of each sink that does not work, where it delivers to and why that failed last."""

    def fields(self) -> dict[str, object]:
        """Give them for a message."""
        errors = {"last_error": self.errors} if self.errors else {}
        return {"undelivered_bytes": self.nbytes, "undelivered_records": self.records, **errors}

    def words(self) -> str:
        """Give them for people."""
        why = f"; {self.errors}" if self.errors else ""
        return f"{self.nbytes} bytes ({self.records} records) undelivered{why}"


class Ending:
    """Watches the drain; ``message`` is the file for the last word, which is written only where it is there."""

    def __init__(
        self, intake: Intake, pipelines: Sequence[Pipeline], stop: Stop, *, message: Path | None = None
    ) -> None:
        self._intake = intake
        self._pipelines = pipelines
        self._stop = stop
        self._message = message or TERMINATION_LOG
        self._owed: dict[FileId, int] | None = None
        """Sizes of the files when OWED_SECONDS had passed; None before."""

    async def run(self) -> None:
        """Say once a second what is left, from the beginning of the drain on, for ever."""
        await self._stop.stopping.wait()
        loop = asyncio.get_running_loop()
        loop.call_later(OWED_SECONDS, self._note_owed)
        while True:
            left = self.left()
            self._write(f"draining, {self._stop.time_left():.1f} s left: {left.words()}")
            await asyncio.sleep(SAY_SECONDS)
            extra = {"seconds_left": round(self._stop.time_left(), 1), **self.left().fields()}
            logger.info("draining", extra=extra)

    def left(self) -> Left:
        """Give what is left now."""
        parts = [part for part in self._parts() if part[2] > 0]
        nbytes = self._intake.catalog.waiting.nbytes + sum(size for _, _, size in parts)
        failing = [each.delivery.health for each in self._pipelines if each.delivery.state in ("retrying", "holding")]
        errors = [f"{each.named}: {each.last_error}" for each in failing]
        return Left(nbytes, self._records(parts, nbytes), ", ".join(errors))

    def is_delivered(self) -> bool:
        """Whether all sinks have acknowledged the whole lines that were there OWED_SECONDS after the beginning."""
        if self._owed is None or self._intake.catalog.waiting.files:
            return False
        waits = any(len(pipeline.delivery.waiting) for pipeline in self._pipelines)
        return not waits and not any(self._owes(file, pipeline) for file, pipeline, _ in self._parts())

    def last_word(self, words: str) -> None:
        """Put the last word in the place of what was written during the drain; empty where all went well."""
        if self._stop.stopping.is_set():
            self._write(words)

    def _note_owed(self) -> None:
        self._owed = {file.file: file.size for file in self._intake.catalog.files.values()}

    def _parts(self) -> Iterable[tuple[TailedFile, Pipeline, int]]:
        for file in self._intake.catalog.files.values():
            for pipeline in self._pipelines:
                yield file, pipeline, file.size - pipeline.reader.ledger.offset(file.file)

    def _owes(self, file: TailedFile, pipeline: Pipeline) -> bool:
        offset = pipeline.reader.ledger.offset(file.file)
        owed = (self._owed or {}).get(file.file, 0) - offset
        # of a line that had only begun then, the next start has the rest, too
        return owed > 0 and (owed > COUNTED_BYTES or b"\n" in _read(file, offset, owed))

    def _records(self, parts: Sequence[tuple[TailedFile, Pipeline, int]], nbytes: int) -> int:
        if nbytes <= COUNTED_BYTES:
            return sum(
                _lines(_read(file, pipeline.reader.ledger.offset(file.file), size)) for file, pipeline, size in parts
            )
        if not parts:
            return 0
        sample, pipeline, size = max(parts, key=lambda part: part[2])
        data = _read(sample, pipeline.reader.ledger.offset(sample.file), min(size, COUNTED_BYTES))
        return nbytes * _lines(data) // max(1, len(data))

    def _write(self, words: str) -> None:
        write_message(self._message, words)


def write_message(path: Path, words: str) -> None:
    """Write the container's message, where a kubelet made a file for it; empty words empty it."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return
    try:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            text = f"logship: {words}\n".encode("utf-8", "backslashreplace")[:_MESSAGE_MAX] if words else b""
            os.pwrite(descriptor, text, 0)
            os.ftruncate(descriptor, len(text))
    except OSError:  # it is said on stderr, too
        pass
    finally:
        os.close(descriptor)


def _read(file: TailedFile, offset: int, size: int) -> bytes:
    try:
        return file.read_at(size, offset)
    except OSError:
        return b""


def _lines(data: bytes) -> int:
    return data.count(b"\n") + (bool(data) and not data.endswith(b"\n"))
