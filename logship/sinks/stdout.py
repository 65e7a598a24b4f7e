"""Records to a file descriptor, standard output by default: one write call a batch, and never a torn line.

A descriptor that takes no more is back-pressure. The write is made by a thread of this sink's own, in blocking mode:
non-blocking mode would be a property of the open file, and so would reach whoever shares it (a terminal, ``2>&1``).
"""

import asyncio
import os
import queue
import select
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from msgspec import Struct

from logship.errors import SinkClosedError
from logship.model import Batch, Finding, Limits, Outcome, Status
from logship.records.encoding import BlockEncoder, Encoder
from logship.records.enrichment import Enrichment
from logship.records.layouts import Lines
from logship.records.raw_encoding import RawEncoder
from logship.settings.config import SinkSettings, Verbatim, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(SinkSettings):
    """``LOGSHIP_STDOUT_…``."""

    prefix: Verbatim = setting("put before each record, for example `collected: `")


class _Written(Struct, frozen=True):
    """How far a write came, and what stopped it."""

    nbytes: int
    error: OSError | None = None


def write_all(fd: int, data: memoryview) -> _Written:
    """Write until all is written or an error comes; waits as long as the reader makes it wait. For a thread."""
    done = 0
    while done < len(data):
        try:
            done += os.write(fd, data[done:])
        except BlockingIOError:  # somebody else made the open file non-blocking
            poll = select.poll()
            poll.register(fd, select.POLLOUT)
            poll.poll()
        except OSError as error:
            return _Written(done, error)
    return _Written(done)


class _Writer:
    """A daemon thread that writes: one that hangs in a write must not keep the process from leaving."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._jobs: queue.SimpleQueue[tuple[memoryview, asyncio.Future[_Written]] | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._run, name="logship-stdout", daemon=True).start()

    def write(self, data: memoryview) -> asyncio.Future[_Written]:
        """Begin a write; it goes on whether or not anybody waits for the future."""
        future: asyncio.Future[_Written] = self._loop.create_future()
        self._jobs.put((data, future))
        return future

    def close(self) -> None:
        """Let the thread end after what it is doing."""
        self._jobs.put(None)

    def _run(self) -> None:
        while job := self._jobs.get():
            data, future = job
            written = write_all(self._fd, data)
            try:
                self._loop.call_soon_threadsafe(_settle, future, written)
            except RuntimeError:  # the loop is closed: nobody waits any more
                return


def _settle(future: asyncio.Future[_Written], written: _Written) -> None:
    if not future.done():
        future.set_result(written)


class StdoutSink:
    """Delivered means that the write call returned."""

    limits = Limits(separable=False)

    def __init__(self, encoder: Encoder, fd: int) -> None:
        self.encode = encoder.encode
        self.records = encoder.records
        self._fd = fd
        self._writer = _Writer(fd)
        self._lock = asyncio.Lock()
        self._batch: Batch | None = None
        self._rest = memoryview(b"")
        self._writing: asyncio.Future[_Written] | None = None

    async def deliver(self, batch: Batch) -> Outcome:
        """Write the batch; raises SinkClosedError if the reader is gone.

        A write whose attempt was given up still goes on: the same batch, given again, waits for its end, and another
        batch is written only after it. So an attempt that timed out is neither torn nor written twice.
        """
        async with self._lock:
            if self._batch is not batch:
                if outcome := await self._finish():
                    return outcome
                self._batch, self._rest = batch, memoryview(batch.body)
            return await self._finish() or Outcome(Status.DELIVERED)

    async def _finish(self) -> Outcome | None:
        """Write what is left; None once nothing is."""
        if not self._rest:
            return None
        self._writing = self._writing or self._writer.write(self._rest)
        written = await asyncio.shield(self._writing)
        self._writing, self._rest = None, self._rest[written.nbytes :]
        if isinstance(written.error, BrokenPipeError):
            message = "the reader of standard output is gone"
            raise SinkClosedError(message) from written.error
        if written.error is not None:
            return Outcome(Status.ERRORED, "write_failed", str(written.error))
        return None

    async def preflight(self, *, send: bool) -> Sequence[Finding]:
        """See whether the descriptor is open for writing; with ``send`` nothing more, since people read it."""
        del send
        try:
            await asyncio.to_thread(os.write, self._fd, b"")
        except OSError as error:
            return [Finding(good=False, subject="stdout", message=f"can't be written: {error.strerror}")]
        return [Finding(good=True, subject="stdout", message="can be written")]

    def close(self) -> None:
        """Let the writing thread go."""
        self._writer.close()


def encoder(settings: Settings, enrichment: Enrichment) -> Encoder:
    """Give what encodes its records; the same for the same settings."""
    prefix, when = settings.prefix.encode(), settings.when
    if enrichment.format == "raw":
        return RawEncoder(prefix, when=when, redaction=enrichment.redaction)
    return BlockEncoder(enrichment, Lines(prefix), when, most=StdoutSink.limits.max_record_bytes)


@asynccontextmanager
async def open_sink(settings: Settings, enrichment: Enrichment, fd: int = 1) -> AsyncIterator[StdoutSink]:
    """Open the sink on a descriptor, which stays the caller's."""
    sink = StdoutSink(encoder(settings, enrichment), fd)
    try:
        yield sink
    finally:
        sink.close()
