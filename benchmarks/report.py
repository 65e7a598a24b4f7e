"""Results as a table and as JSON."""

import datetime as dt
import json
import os
import platform
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import logship


def spread(values: Iterable[float]) -> dict[str, float]:
    """Give median, min and max."""
    each = list(values)
    return {"median": statistics.median(each), "min": min(each), "max": max(each)}


def shown(values: Mapping[str, float], form: str = ".1f") -> str:
    """Write a spread: ``12.3 (11.9-13.0)``."""
    return f"{values['median']:{form}} ({values['min']:{form}}-{values['max']:{form}})"


def table(rows: Sequence[Sequence[str]], *, markdown: bool = False) -> str:
    """Line up columns, or write them as a page has them; the first row is their titles."""
    if markdown:
        return "\n".join("| " + " | ".join(row) + " |" for row in (rows[0], ["---"] * len(rows[0]), *rows[1:]))
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def surroundings(absent: Sequence[str]) -> dict[str, Any]:
    """Say where and when, and with what command, this was measured."""
    return {
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "command": "python -m benchmarks " + " ".join(sys.argv[1:]),
        "logship": logship.__version__,
        "python": platform.python_version(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "load_before": os.getloadavg()[0],
        "absent": list(absent),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def heading(about: Mapping[str, Any]) -> str:
    """Give the lines over the tables."""
    lines = [
        f"logship {about['logship']}, Python {about['python']}, {about['cores']} cores of {about['processor']}",
        f"{about['date']}, load before {about['load_before']:.1f}, {about['command']}",
        *(f"absent: {each}" for each in about["absent"]),
    ]
    if about["cores"] < 2:
        lines.append("only one core: the receiver takes time from the shipper, and figures are worse than they are")
    return "\n".join(lines)


def save(path: str, results: Mapping[str, Any]) -> None:
    """Write the results as JSON, if a file is named."""
    if path:
        Path(path).write_text(json.dumps(results, indent=2) + "\n")
