"""Records to compressed files on a volume: for places without a store, and for what must be kept beside one.

One file is open, under a name that ends in ``.open``. Each batch is appended to it, as a gzip member of its own, and is
delivered once it is on disk (fsync). A file that is full or old enough gets its final name by a rename, and stays so.
"""

import asyncio
import errno
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from logship.model import Batch, Finding, Limits, Outcome, Status
from logship.net.preflight import outcome_finding, sample_batch
from logship.records.encoding import BlockEncoder, Encoder
from logship.records.enrichment import Enrichment
from logship.records.layouts import Lines
from logship.records.raw_encoding import RawEncoder
from logship.settings.config import Seconds, SinkSettings, Size, setting

if TYPE_CHECKING:
    from logship.sinks.file.archive import Archive

_REASONS: Final = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EROFS: "read_only",
    errno.EACCES: "permission_denied",
    errno.EWOULDBLOCK: "in_use",
}
_FOLDER: Final = "file: folder"
_PREFIX: Final = re.compile(r"[A-Za-z0-9._-]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(SinkSettings):
    """``LOGSHIP_FILE_…``."""

    path: str = setting("folder to write to", required=True)
    prefix: str = setting("begins each file's name; else the pod's name, or `logship`")
    compression: Literal["gzip", "none"] = setting("`gzip` or `none`", "gzip")
    max_bytes: Size = setting("finishes a file: its bytes on disk", 64 << 20, minimum=1 << 16)
    max_seconds: Seconds = setting("finishes a file: seconds since its first record", 3600.0, minimum=1)

    def check(self) -> list[str]:
        """Give what is wrong, a line each."""
        faults = [] if self.path.startswith("/") else ["PATH is not absolute; write it from / on"]
        if self.prefix and not _PREFIX.fullmatch(self.prefix):
            faults.append("PREFIX has a character other than A-Z a-z 0-9 . _ -")
        return faults

    def where(self) -> str:
        """Give the folder."""
        return self.path

    def folder(self) -> str:
        """Give it."""
        return self.path


def _prefix(pod: str) -> str:
    return pod if _PREFIX.fullmatch(pod) else "logship"


def _look_at(folder: Path) -> Finding:
    """Say whether the folder can be written, or else made."""
    nearest = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    if not nearest.is_dir():
        return Finding(good=False, subject=_FOLDER, message=f"{nearest} is no folder: set FILE_PATH to one")
    if not os.access(nearest, os.W_OK | os.X_OK):
        why = f"{nearest} can't be written by user {os.geteuid()}: mount a volume there"
        return Finding(good=False, subject=_FOLDER, message=why)
    message = f"{folder} can be written" if nearest == folder else f"{folder} is not there yet: it will be made"
    return Finding(good=True, subject=_FOLDER, message=message)


class FileSink:
    """One append a batch, in a thread of its own: a slow disk must not stop the loop, and appends never overlap."""

    limits = Limits(separable=False)

    def __init__(self, encoder: Encoder, archive: "Archive", folder: Path, clock: Callable[[], float]) -> None:
        self.encode = encoder.encode
        self.records = encoder.records
        self._archive = archive
        self._folder = folder
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, "logship-file")
        self._timer: asyncio.TimerHandle | None = None

    async def deliver(self, batch: Batch) -> Outcome:
        """Append it. Of an attempt that was given up, the append may still come: then the batch is there twice."""
        now = self._clock()
        try:
            await self._run(self._archive.append, batch.body, now)
        except OSError as error:
            reason = _REASONS.get(error.errno or 0, "write_failed")
            return Outcome(Status.ERRORED, reason, str(error), fault=reason not in {"disk_full", "write_failed"})
        self._finish_in_time(now)
        return Outcome(Status.DELIVERED)

    def _finish_in_time(self, now: float) -> None:
        """See to it that the open file is finished even if nothing more comes; where that fails, the next append."""
        due = self._archive.due
        if self._timer:
            self._timer.cancel()
        if due is not None:
            submit = self._thread.submit
            self._timer = asyncio.get_running_loop().call_later(due - now, submit, self._archive.finish_old, due)

    async def preflight(self, *, send: bool) -> Sequence[Finding]:
        """See whether the folder is there; ``send`` appends a record, which needs that no daemon is at it."""
        findings = [await asyncio.to_thread(_look_at, self._folder)]
        if send and findings[0].good:
            findings.append(outcome_finding("file: delivery", await self.deliver(sample_batch(self))))
        return findings

    async def close(self) -> None:
        """Finish the open file, if that is possible."""
        if self._timer:
            self._timer.cancel()
        try:
            await self._run(self._archive.close)
        except OSError:  # the next start finishes it
            pass
        finally:
            self._thread.shutdown(wait=False)

    async def _run(self, call: Callable[..., None], *arguments: object) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, call, *arguments)


def encoder(settings: Settings, enrichment: Enrichment) -> Encoder:
    """Give what encodes its records; the same for the same settings."""
    if enrichment.format == "raw":
        return RawEncoder(when=settings.when, redaction=enrichment.redaction)
    return BlockEncoder(enrichment, Lines(), settings.when, most=FileSink.limits.max_record_bytes)


@asynccontextmanager
async def open_sink(
    settings: Settings, enrichment: Enrichment, clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[FileSink]:
    """Open the sink; leaving finishes its file."""
    from logship.sinks.file.archive import Archive  # noqa: PLC0415 - isal: not for whoever only reads settings

    prefix = settings.prefix or _prefix(str(enrichment.fields.get("k8s.pod.name", "")))
    folder, gzip = Path(settings.path), settings.compression == "gzip"
    archive = Archive(folder, prefix, gzip=gzip, max_bytes=settings.max_bytes, max_seconds=settings.max_seconds)
    sink = FileSink(encoder(settings, enrichment), archive, folder, clock)
    try:
        yield sink
    finally:
        await sink.close()
