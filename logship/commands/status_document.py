"""The status document (docs/status.schema.json) as a client reads it; what does not fit is another program's."""

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Struct

from logship.commands.daemon_client import named, status_body
from logship.errors import LogshipError


class Amount(Struct, frozen=True):
    """So much."""

    records: int = 0
    bytes: int = 0


class Volume(Struct, frozen=True):
    """A file system that the daemon depends on."""

    path: str
    holds: str
    free_bytes: int
    size_bytes: int
    state: str


class Memory(Struct, frozen=True):
    """What the daemon has, and may have."""

    resident_bytes: int = 0
    limit_bytes: int | None = None


class Checkpoint(Struct, frozen=True):
    """What a restart goes on from."""

    saved_at: str | None = None
    failing_since: str | None = None
    error: str = ""


class File(Struct, frozen=True):
    """An open file."""

    name: str
    size: int
    offset: int
    lag_bytes: int
    deleted: bool = False


class Sink(Struct, frozen=True):
    """A sink."""

    name: str
    state: str
    oldest_undelivered_seconds: float
    totals: Mapping[str, Amount]
    where: str = ""
    last_success: str | None = None
    last_error: str = ""
    last_refusal: str = ""
    last_refusal_at: str | None = None
    filtered: Mapping[str, int] = {}
    dropped: Mapping[str, int] = {}
    waiting_records: int = 0
    ignored_records: int = 0

    def total(self, name: str) -> Amount:
        """Give a term of the conservation law."""
        return self.totals.get(name, Amount())


class Document(Struct, frozen=True):
    """What a daemon says of itself; what an older one does not say is as if there were none of it."""

    version: str
    uptime_seconds: float
    ready: bool
    cause: str
    files_total: int
    files: tuple[File, ...]
    sinks: tuple[Sink, ...]
    problems: tuple[str, ...] = ()
    lost_bytes: Mapping[str, int] = {}
    files_ignored: int = 0
    files_left_alone: int = 0
    files_waiting: int = 0
    bad_timestamps: int = 0
    future_timestamps: int = 0
    without_timestamp: int = 0
    without_level: int = 0
    unparsed: int = 0
    redactions: Mapping[str, int] = {}
    redacted_records: int = 0
    redaction_stubs: int = 0
    checkpoint: Checkpoint = Checkpoint()
    volumes: tuple[Volume, ...] = ()
    memory: Memory = Memory()


_decoder: Final = msgspec.json.Decoder(Document)


def fetch(listen: str | None) -> tuple[Document, bytes]:
    """Give what the daemon says, read and as it came; raises LogshipError if none answers, or another program."""
    body = status_body(listen)
    try:
        return _decoder.decode(body), body
    except (ValueError, RecursionError) as error:  # msgspec's are such
        message = f"what answers at {named(listen)} is not logship ({error}): see LOGSHIP_LISTEN, or use --listen"
        raise LogshipError(message) from error
