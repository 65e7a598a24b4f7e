"""``logship status``: what the running daemon does, as a table."""

import argparse
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from logship import logs
from logship.commands.status_document import Document, Sink, fetch
from logship.logs import printable

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
    parser.add_argument("--listen", help="where the daemon listens (default: LOGSHIP_LISTEN, else [::]:8687)")


def run(parsed: argparse.Namespace) -> int:
    """Print it; raises LogshipError if no daemon answers."""
    earlier, body = fetch(parsed.listen)
    if parsed.json:
        sys.stdout.write(logs.document(orjson.loads(body), indent=True).decode() + "\n")
        return 0
    time.sleep(_RATE_SECONDS)
    show(fetch(parsed.listen)[0], earlier)
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
    from rich.console import Console  # noqa: PLC0415 - only for people

    console = Console()
    state = "ready" if document.ready else f"not ready: {document.cause}"
    console.print(printable(f"logship {document.version}, up {document.uptime_seconds:.0f} s, {state}"), markup=False)
    for problem in document.problems:
        console.print(printable(problem), markup=False, style="red")
    rows = [_row(document, earlier, sink) for sink in document.sinks]
    console.print(_table(("sink", "state", "rate", "oldest", "last success", "last error"), rows))
    files = [
        (file.name + (" (deleted)" if file.deleted else ""), str(file.size), str(file.offset), str(file.lag_bytes))
        for file in document.files[:_ROWS]
    ]
    console.print(_table(("file", "size", "offset", "lag"), files))
    if document.files_total > len(files):
        console.print(f"and {document.files_total - len(files)} more")
    for line in facts(document):
        console.print(printable(line), markup=False, highlight=False)


def _row(document: Document, earlier: Document, sink: Sink) -> tuple[str, ...]:
    from rich.filesize import decimal  # noqa: PLC0415 - only for people

    records, nbytes = rate(document, earlier, sink.name)
    waiting = f", {sink.waiting_records} waiting" if sink.waiting_records else ""
    speed = f"{records:.0f}/s {decimal(int(nbytes))}/s"
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
    checkpoint = document.checkpoint
    failing = f", fails since {checkpoint.failing_since}" if checkpoint.failing_since else ""
    yield f"checkpoint: saved {checkpoint.saved_at or 'never'}{failing}"
    for volume in document.volumes:
        room = f"{_size(volume.free_bytes)} of {_size(volume.size_bytes)} free"
        yield f"volume of {volume.holds}, {volume.path}: {room}, {volume.state}"
    memory = document.memory
    most = f" of {_size(memory.limit_bytes)}" if memory.limit_bytes else ""
    yield f"memory: {_size(memory.resident_bytes)}{most}"


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


def _size(nbytes: int) -> str:
    from rich.filesize import decimal  # noqa: PLC0415 - only for people

    return decimal(nbytes)


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Any:  # noqa: ANN401 - a rich table
    from rich.table import Table  # noqa: PLC0415 - only for people
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in titles:
        table.add_column(title, justify="right" if title in ("size", "offset", "lag") else "left", overflow="fold")
    for row in rows:
        table.add_row(*[Text(printable(cell)) for cell in row])
    return table
