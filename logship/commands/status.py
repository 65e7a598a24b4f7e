"""``logship status``: what the running daemon does, as a table; loads as little as a probe, beside the daemon."""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from logship.check.known import taken_out
from logship.commands.daemon_client import address
from logship.commands.status_document import Document, Sink, fetch
from logship.commands.text_tables import size_text, table
from logship.printable import printable

_RATE_SECONDS: Final = 1.0
_ROWS: Final = 40
_ODD: Final = {
    "without_level": "without level",
    "without_timestamp": "without time",
    "bad_timestamps": "with a time that can't be read",
    "future_timestamps": "dated ahead",
    "unparsed": "not of the form that LOGSHIP_PARSE names",
}


def arguments(parser: argparse.ArgumentParser, _: Sequence[str]) -> None:
    """Add the flags."""
    parser.add_argument("--json", action="store_true", help="the document as it is (docs/status.schema.json)")
    parser.add_argument("--listen", help="where the daemon listens (default: as the one of our state folder says)")


def run(parsed: argparse.Namespace) -> int:
    """Print it; raises LogshipError if no daemon answers."""
    listen = address(parsed.listen)
    earlier, body = fetch(listen)
    if parsed.json:
        sys.stdout.write(json.dumps(json.loads(body), indent=2, ensure_ascii=False) + "\n")
        return 0
    time.sleep(_RATE_SECONDS)
    show(fetch(listen)[0], earlier)
    return 0


def rate(later: Document, earlier: Document, sink: str) -> tuple[float, float]:
    """Give (records, bytes) that found their end in a second, for one sink, from two documents."""
    seconds = later.uptime_seconds - earlier.uptime_seconds
    before, after = (_ended(document, sink) for document in (earlier, later))
    if seconds <= 0:
        return 0.0, 0.0
    return (after[0] - before[0]) / seconds, (after[1] - before[1]) / seconds


def _ended(document: Document, name: str) -> tuple[int, int]:
    sink = next((sink for sink in document.sinks if sink.name == name), None)
    if sink is None:
        return 0, 0
    read, in_flight = sink.total("read"), sink.total("in_flight")
    return read.records - in_flight.records, read.bytes - in_flight.bytes


def show(document: Document, earlier: Document) -> None:
    """Print the tables."""
    state = "ready" if document.ready else f"not ready: {document.cause}"
    lines = [f"logship {document.version}, up {document.uptime_seconds:.0f} s, {state}", *document.problems]
    sys.stdout.writelines(f"{printable(line)}\n" for line in lines)
    rows = [_row(document, earlier, sink) for sink in document.sinks]
    sys.stdout.writelines(table(("sink", "state", "rate", "oldest", "last success", "last error"), rows))
    files = [
        (file.name + (" (deleted)" if file.deleted else ""), str(file.size), str(file.offset), str(file.lag_bytes))
        for file in document.files[:_ROWS]
    ]
    sys.stdout.writelines(table(("file", "size", "offset", "lag"), files, right=("size", "offset", "lag")))
    if document.files_total > len(files):
        sys.stdout.write(f"and {document.files_total - len(files)} more\n")
    sys.stdout.writelines(f"{printable(line)}\n" for line in facts(document))


def _row(document: Document, earlier: Document, sink: Sink) -> tuple[str, ...]:
    records, nbytes = rate(document, earlier, sink.name)
    waiting = f", {sink.waiting_records} waiting" if sink.waiting_records else ""
    speed = f"{records:.0f}/s {size_text(nbytes)}/s"
    oldest = f"{sink.oldest_undelivered_seconds:.1f} s"
    return sink.name, f"{sink.state}{waiting}", speed, oldest, sink.last_success or "never", sink.last_error


def facts(document: Document) -> Iterator[str]:
    """Give, a line each, where sinks deliver to, what did not arrive and why, and what room is left."""
    for sink in document.sinks:
        where = f" to {sink.where}" if sink.where else ""
        yield f"{sink.name}{where}: {', '.join(_ends(sink))}"
    if any(document.lost_bytes.values()):
        yield f"lost before they were read: {_by_reason(document.lost_bytes)} bytes"
    left = {"ignored": document.files_ignored, "left alone": document.files_left_alone}
    yield from _counted("files", left | {"waiting for a place": document.files_waiting})
    yield from _counted("records", {words: getattr(document, name) for name, words in _ODD.items()})
    if document.redactions:
        yield f"redaction: {taken_out(document.redactions, document.redacted_records, document.redaction_stubs)}"
    checkpoint = document.checkpoint
    failing = f", fails since {checkpoint.failing_since}" if checkpoint.failing_since else ""
    yield f"checkpoint: saved {checkpoint.saved_at or 'never'}{failing}"
    for volume in document.volumes:
        room = f"{size_text(volume.free_bytes)} of {size_text(volume.size_bytes)} free"
        yield f"volume of {volume.holds}, {volume.path}: {room}, {volume.state}"
    memory = document.memory
    most = f" of {size_text(memory.limit_bytes)}" if memory.limit_bytes else ""
    yield f"memory: {size_text(memory.resident_bytes)}{most}"


def _ends(sink: Sink) -> Iterator[str]:
    yield f"{sink.total('delivered').records + sink.total('duplicate').records} delivered"
    refused = sink.total("dead_lettered").records
    last = f", the last at {sink.last_refusal_at}" if sink.last_refusal_at else ""
    yield f"{refused} refused" + (f" ({sink.last_refusal or 'before this start'}{last})" if last else "")
    if elsewhere := sink.total("failure_store").records:
        yield f"{elsewhere} in the failure store"
    if sink.ignored_records:
        yield f"{sink.ignored_records} that the store may not show"
    for what, reasons in (("filtered", sink.filtered), ("dropped", sink.dropped)):
        yield f"{sum(reasons.values())} {what}" + (f" ({_by_reason(reasons)})" if any(reasons.values()) else "")


def _counted(what: str, counts: Mapping[str, int]) -> Iterator[str]:
    there = [f"{count} {words}" for words, count in counts.items() if count]
    if there:
        yield f"{what}: {', '.join(there)}"


def _by_reason(reasons: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in reasons.items() if count)
