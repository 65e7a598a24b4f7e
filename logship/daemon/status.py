"""The status document: what ``/status`` and ``logship status`` show; pure.

It has no secret, no URL credential and no log content. File names are hostile text: bytes that are not UTF-8 are
escaped here, control characters by whoever prints them (JSON does).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import asdict

FILES_MAX: Final = 1000
_TIMES: Final = ("last_success", "last_error_at", "last_refusal_at", "since")


class FileStatus(Struct, frozen=True):
    """One followed file."""

    name: str
    """Without folder, or as the operator should see it."""
    size: int
    offsets: Mapping[str, int]
    """Acknowledged bytes by sink."""
    deleted: bool = False
    """Held open though it has no name any more."""
    unterminated: int = 0
    """Bytes at its end without a newline: no record comes of them before there is one."""
    before_start: bool = False
    """It was there before logship first started."""
    rotated: bool = False
    """It is no longer found under the name that it was first seen under."""
    quiet_seconds: float = 0.0
    """Since it last grew."""

    @property
    def lag(self) -> int:
        """Bytes that the slowest sink has not acknowledged."""
        return max(0, self.size - min(self.offsets.values(), default=0))


class SinkStatus(Struct, frozen=True):
    """One sink."""

    name: str
    state: str
    """``ok``, ``refusing``, ``retrying`` or ``holding``; see :class:`logship.delivery.health.SinkHealth`."""
    last_success: float = 0.0
    """Epoch seconds; 0: never."""
    last_error: str = ""
    """Reason and field, free of content."""
    oldest_undelivered_seconds: float = 0.0
    totals: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """(records, file bytes) by :data:`logship.metrics.Totals` key."""
    last_refusal: str = ""
    """Why the last dead letter was refused, free of content."""
    waiting_records: int = 0
    """Records that wait by themselves, since the store does not take them; what comes behind them goes on."""
    where: str = ""
    """``host:port`` or a folder, free of credentials; empty for standard output."""
    last_refusal_at: float | None = None
    """When the last record was put aside or dropped, in epoch seconds; None: never."""
    filtered: Mapping[str, int] = field(default_factory=dict)
    """Records that the operator did not want, by reason."""
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Records that are lost, by reason."""
    ignored_records: int = 0
    """Records that the store took and may leave out without a word."""
    since: float = 0.0
    """Epoch seconds: so long it has been in this state."""
    last_error_at: float = 0.0
    """Epoch seconds; 0: never."""
    retries: int = 0
    """Batches, or parts of one, that were sent again."""
    buffer_bytes: int = 0
    """Held in memory."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    """What goes into the document as it is."""


def document(
    *,
    version: str,
    started_at: float,
    now: float,
    ready: str,
    files: Sequence[FileStatus],
    sinks: Iterable[SinkStatus],
    problems: Sequence[str] = (),
    counts: Mapping[str, object] = MappingProxyType({}),
) -> dict[str, Any]:
    """Make the document, most lagging files first; times are epoch seconds, ``ready`` is empty or the cause.

    ``counts`` go into it as they are.
    """
    ranked = sorted(files, key=lambda file: (-file.lag, file.name))
    return {
        "version": version,
        "started_at": _rfc3339(started_at),
        "uptime_seconds": round(now - started_at, 3),
        "ready": not ready,
        "cause": ready,
        "problems": [_printable(problem) for problem in problems],
        "lag_bytes": sum(file.lag for file in files),
        "files_total": len(files),
        **counts,
        "files": [_file(file) for file in ranked[:FILES_MAX]],
        "sinks": [_sink(sink) for sink in sinks],
    }


def _file(file: FileStatus) -> dict[str, Any]:
    return {
        "name": _printable(file.name),
        "size": file.size,
        "offset": min(file.offsets.values(), default=0),
        "offsets": dict(file.offsets),
        "lag_bytes": file.lag,
        "deleted": file.deleted,
        "unterminated_bytes": file.unterminated,
        "before_start": file.before_start,
        "rotated": file.rotated,
        "quiet_seconds": round(file.quiet_seconds, 1),
    }


def _sink(sink: SinkStatus) -> dict[str, Any]:
    totals = {key: {"records": records, "bytes": nbytes} for key, (records, nbytes) in sink.totals.items()}
    times = {name: time_of(getattr(sink, name)) for name in _TIMES}
    texts = {name: _printable(getattr(sink, name)) for name in ("where", "last_error", "last_refusal")}
    shown = asdict(sink) | {"totals": totals} | times | texts
    return {name: value for name, value in shown.items() if name != "figures"} | dict(sink.figures)


def time_of(seconds: float | None) -> str | None:
    """Give epoch seconds as the document has times; null for never."""
    return _rfc3339(seconds) if seconds else None


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _rfc3339(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
