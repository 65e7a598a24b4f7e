"""``logship status``: what the running daemon does, as a table; loads as little as a probe, beside the daemon."""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from logship.commands.daemon_client import address, fetch
from logship.commands.text_tables import size_text, table
from logship.printable import printable

_RATE_SECONDS: Final = 1.0
_ROWS: Final = 40


def arguments(parser: argparse.ArgumentParser, _: Sequence[str]) -> None:
    """Add the flags."""
    parser.add_argument("--json", action="store_true", help="the document as it is")
    parser.add_argument("--listen", help="where the daemon listens (default: as the one of our state folder says)")


def run(parsed: argparse.Namespace) -> int:
    """Print it; raises LogshipError if no daemon answers."""
    listen = address(parsed.listen)
    document = fetch(listen)
    if parsed.json:
        sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
        return 0
    time.sleep(_RATE_SECONDS)
    show(fetch(listen), document)
    return 0


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
    state = "ready" if document["ready"] else f"not ready: {document['cause']}"
    lines = [f"logship {document['version']}, up {document['uptime_seconds']:.0f} s, {state}", *document["problems"]]
    sys.stdout.writelines(f"{printable(line)}\n" for line in lines)
    sinks = []
    for sink in document["sinks"]:
        records, nbytes = rate(document, earlier, sink["name"])
        oldest = f"{sink['oldest_undelivered_seconds']:.1f} s"
        speed = f"{records:.0f}/s {size_text(nbytes)}/s"
        waiting = sink.get("waiting_records", 0)
        state = f"{sink['state']}, {waiting} waiting" if waiting else sink["state"]
        sinks.append((sink["name"], state, speed, oldest, sink["last_success"] or "never", sink["last_error"]))
    files = [
        (file["name"] + (" (deleted)" if file["deleted"] else ""), *map(str, _sizes(file)))
        for file in document["files"][:_ROWS]
    ]
    titles = ("sink", "state", "rate", "oldest", "last success", "last error")
    sys.stdout.writelines(table(titles, sinks))
    sys.stdout.writelines(table(("file", "size", "offset", "lag"), files, right=("size", "offset", "lag")))
    if document["files_total"] > len(files):
        sys.stdout.write(f"and {document['files_total'] - len(files)} more\n")


def _sizes(file: Mapping[str, Any]) -> tuple[int, int, int]:
    return file["size"], file["offset"], file["lag_bytes"]
