"""``startup``: from ``exec`` to the probe's 200 and to the first line's receipt, in wall and CPU time."""

import argparse
import http.client
import time
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from benchmarks.processes import Shipper, free_port
from benchmarks.rounds import FailedError, Plan, Run
from benchmarks.shippers import Job, Program
from benchmarks.tables import Column

SINKS = ("elasticsearch",)
COMPRESSIONS = ("none",)
WORDS = "from exec to the start-up probe's 200 and to the first line's receipt"
COLUMNS = (
    Column("started_ms", "started ms", ".0f", compared="the time to start"),
    Column("started_cpu_ms", "CPU ms until then", ".0f", compared="the CPU until then"),
    Column("first_line_ms", "first line received ms", ".0f", compared="the time to the first line"),
    Column("rss_mib", "RSS MiB then"),
)
_LONGEST_SECONDS = 20.0
_POLL_SECONDS = 0.02
_LINE = b'{"timestamp": "2026-11-22T10:00:00Z", "level": "info", "seq": 0}\n'


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.set_defaults(rounds=5)


def plan(bench: Bench, options: argparse.Namespace) -> Plan:
    """Each shipper on a file of one line."""
    job = Job(options.sink[0], options.compression[0])
    file = one_line(bench)
    programs = [program for program in bench.programs if program.takes(job)]
    runs = [Run(str(job), program.name, partial(start, bench, program, job, file)) for program in programs]
    return Plan(runs, {"job": str(job), "probes": {program.name: program.probe for program in programs}})


def one_line(bench: Bench) -> Path:
    """Write a file of one line."""
    file = bench.fresh() / "one.log"
    file.write_bytes(_LINE)
    return file


def start(bench: Bench, program: Program, job: Job, file: Path) -> dict[str, Any]:
    """Start a shipper on a file of one line; gives what that takes."""
    port = free_port() if program.probe else 0
    shipper = bench.start(program, job, file, live=True, listen=port)
    try:
        return _watched(bench, shipper, program, port)
    finally:
        shipper.stop()


def _watched(bench: Bench, shipper: Shipper, program: Program, port: int) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    deadline = time.monotonic() + _LONGEST_SECONDS
    while port and "started_ms" not in figures:
        if shipper.look() or time.monotonic() > deadline:
            raise FailedError(shipper.last_words())
        if _answers(port, program.probe):
            cpu = shipper.exact_cpu_seconds() * 1e3
            figures |= {"started_ms": _age_ms(shipper), "started_cpu_ms": cpu, "rss_mib": shipper.rss_mib()}
        time.sleep(_POLL_SECONDS)
    shipper.wait_for(bench.receiver, 1, _LONGEST_SECONDS)
    seen = bench.receiver.report()
    if not seen["lines"]:
        raise FailedError(shipper.last_words())
    return figures | {"first_line_ms": (seen["first_at"] - shipper.started) / 1e6}


def _age_ms(shipper: Shipper) -> float:
    return (time.monotonic_ns() - shipper.started) / 1e6


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
