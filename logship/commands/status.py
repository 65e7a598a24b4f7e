"""``logship status``: what the running daemon does, as a table."""

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from logship import logs
from logship.commands.daemon_client import get
from logship.errors import LogshipError
from logship.logs import printable

_OK: Final = 200
_RATE_SECONDS: Final = 1.0
_ROWS: Final = 40


def arguments(parser: argparse.ArgumentParser, _: Sequence[str]) -> None:
    """Add the flags."""
    parser.add_argument("--json", action="store_true", help="the document as it is")
    parser.add_argument("--listen", help="where the daemon listens (default: LOGSHIP_LISTEN, else [::]:8687)")


def run(parsed: argparse.Namespace) -> int:
    """Print it; raises LogshipError if no daemon answers."""
    document = _fetch(parsed.listen)
    if parsed.json:
        sys.stdout.write(logs.document(document, indent=True).decode() + "\n")
        return 0
    time.sleep(_RATE_SECONDS)
    show(_fetch(parsed.listen), document)
    return 0


def _fetch(listen: str | None) -> dict[str, Any]:
    status, body = get("/status", listen)
    if status != _OK:
        message = f"the daemon answered {status}"
        raise LogshipError(message)
    document: dict[str, Any] = orjson.loads(body)
    return document


def rate(later: Mapping[str, Any], earlier: Mapping[str, Any], sink: str) -> tuple[float, float]:
    """Give (records, bytes) that found their end in a second, for one sink, from two documents."""
    seconds = later["uptime_seconds"] - earlier["uptime_seconds"]
    before, after = (_ended(document, sink) for document in (earlier, later))
    if seconds <= 0:
        return 0.0, 0.0
    return (after[0] - before[0]) / seconds, (after[1] - before[1]) / seconds


def _ended(document: Mapping[str, Any], name: str) -> tuple[int, int]:
    totals: dict[str, Any] = next((sink["totals"] for sink in document["sinks"] if sink["name"] == name), {})
    none = {"records": 0, "bytes": 0}
    read, in_flight = totals.get("read", none), totals.get("in_flight", none)
    return read["records"] - in_flight["records"], read["bytes"] - in_flight["bytes"]


def show(document: Mapping[str, Any], earlier: Mapping[str, Any]) -> None:
    """Print the tables."""
    from rich.console import Console  # noqa: PLC0415 - only for people
    from rich.filesize import decimal  # noqa: PLC0415

    console = Console()
    state = "ready" if document["ready"] else f"not ready: {document['cause']}"
    about = f"logship {document['version']}, up {document['uptime_seconds']:.0f} s, {state}"
    console.print(printable(about), markup=False)
    for problem in document["problems"]:
        console.print(printable(problem), markup=False, style="red")
    sinks = []
    for sink in document["sinks"]:
        records, nbytes = rate(document, earlier, sink["name"])
        oldest = f"{sink['oldest_undelivered_seconds']:.1f} s"
        speed = f"{records:.0f}/s {decimal(int(nbytes))}/s"
        waiting = sink.get("waiting_records", 0)
        state = f"{sink['state']}, {waiting} waiting" if waiting else sink["state"]
        sinks.append((sink["name"], state, speed, oldest, sink["last_success"] or "never", sink["last_error"]))
    console.print(_table(("sink", "state", "rate", "oldest", "last success", "last error"), sinks))
    files = [
        (file["name"] + (" (deleted)" if file["deleted"] else ""), *map(str, _sizes(file)))
        for file in document["files"][:_ROWS]
    ]
    console.print(_table(("file", "size", "offset", "lag"), files))
    if document["files_total"] > len(files):
        console.print(f"and {document['files_total'] - len(files)} more")


def _sizes(file: Mapping[str, Any]) -> tuple[int, int, int]:
    return file["size"], file["offset"], file["lag_bytes"]


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Any:  # noqa: ANN401 - a rich table
    from rich.table import Table  # noqa: PLC0415 - only for people
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in titles:
        table.add_column(title, justify="right" if title in ("size", "offset", "lag") else "left", overflow="fold")
    for row in rows:
        table.add_row(*[Text(printable(cell)) for cell in row])
    return table
