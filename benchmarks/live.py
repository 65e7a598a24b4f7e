"""``live``: how long a line takes from its write to its receipt, and what following a file costs; then idling."""

import argparse
import itertools
import socket
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.processes import OTHER_CORES, Receiver, Shipper, run_aside
from benchmarks.report import heading, save, shown, spread, surroundings, table
from benchmarks.shippers import Job, Program, Start, present

SINKS = ("http",)
COMPRESSIONS = ("none",)
_PEER_START_SECONDS = 2.0
_SETTLE_SECONDS = 2.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--lines", type=int, default=20_000, help="lines a second (default: %(default)s)")
    parser.add_argument("--line-bytes", type=int, default=220, help="bytes of each (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=20, help="how long to write (default: %(default)s)")
    parser.add_argument("--idle-seconds", type=int, default=10, help="how long to idle (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=1, help="rounds, interleaved (default: %(default)s)")


def run(parsed: argparse.Namespace) -> int:
    """Measure and print; 0 if every line of every run arrived."""
    programs, absent = present()
    about = surroundings(absent)
    print(heading(about), flush=True)
    print(f"one file, {parsed.lines:,} lines/s of {parsed.line_bytes} bytes for {parsed.seconds} s\n", flush=True)
    jobs = [Job(*each) for each in itertools.product(parsed.sink, parsed.compression)]
    with tempfile.TemporaryDirectory(prefix="logship-bench-") as folder, Receiver() as receiver:
        rounds = [
            follow(
                program,
                job,
                receiver,
                Path(folder) / f"run-{number}-{program.name}-{job.sink}-{job.compression}",
                parsed,
            )
            for number in range(parsed.rounds)
            for job, program in itertools.product(jobs, programs)
            if program.takes(job)
        ]
    results = summary(rounds)
    print(text(results, markdown=parsed.markdown))
    save(parsed.json, {**about, "live": results})
    return 1 if any(each["missing"] for each in rounds) else 0


def follow(program: Program, job: Job, receiver: Receiver, folder: Path, parsed: argparse.Namespace) -> dict[str, Any]:
    """Have one shipper follow a writer, then idle."""
    folder.mkdir()
    file = folder / "live.log"
    file.touch()
    receiver.reset()
    start = Start(job, file, folder, receiver.port, live=True, listen=_free_port() if program.leaves else 0)
    shipper = Shipper(program.command(start), program.environment(start), folder / "messages.log")
    _wait_for_start(start.listen)
    if shipper.look():
        sys.exit(f"{program.name} does not run: {shipper.last_words()}")
    figures = _under_load(shipper, receiver, file, parsed)
    time.sleep(_SETTLE_SECONDS)
    if shipper.look():
        sys.exit(f"{program.name} has ended: {shipper.last_words()}")
    figures |= _idle(shipper, parsed.idle_seconds)
    cost = shipper.stop()
    return {
        "job": str(job),
        "shipper": program.name,
        "exit_code": cost.code,
        "peak_rss_mib": cost.peak_rss_mib,
        **figures,
    }


def _under_load(shipper: Shipper, receiver: Receiver, file: Path, parsed: argparse.Namespace) -> dict[str, Any]:
    before, since = shipper.cpu_seconds(), time.monotonic()
    numbers = map(str, (parsed.lines, parsed.seconds, parsed.line_bytes))
    writer = run_aside("benchmarks.writer", str(file), *numbers, cores=OTHER_CORES)
    time.sleep(parsed.seconds * 0.9)
    memory = shipper.rss_mib()
    written = int(writer.communicate()[0])
    cpu = (shipper.cpu_seconds() - before) / (time.monotonic() - since)
    shipper.wait_for(receiver, written)
    seen = receiver.report()
    return {
        "delay_p50_ms": seen["delay_ms"].get("p50", 0.0),
        "delay_p99_ms": seen["delay_ms"].get("p99", 0.0),
        "delay_max_ms": seen["delay_ms"].get("max", 0.0),
        "cpu_percent": cpu * 100,
        "rss_mib": memory,
        "missing": written - seen["distinct"],
        "repeated": seen["records"] - seen["distinct"],
    }


def _idle(shipper: Shipper, seconds: int) -> dict[str, float]:
    before, since = shipper.cpu_seconds(), time.monotonic()
    time.sleep(seconds)
    cpu = (shipper.cpu_seconds() - before) / (time.monotonic() - since)
    return {"idle_cpu_percent": cpu * 100, "idle_rss_mib": shipper.rss_mib()}


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for_start(port: int) -> None:
    """Wait for logship's own word; the peers get a fixed time."""
    deadline = time.monotonic() + (30.0 if port else _PEER_START_SECONDS)
    while time.monotonic() < deadline:
        try:
            if port and urllib.request.urlopen(f"http://127.0.0.1:{port}/startupz", timeout=1).status == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)


_MEASURES = (
    ("delay_p50_ms", "delay p50 ms", ".0f"),
    ("delay_p99_ms", "p99", ".0f"),
    ("delay_max_ms", "max", ".0f"),
    ("cpu_percent", "CPU %", ".1f"),
    ("rss_mib", "RSS MiB", ".1f"),
    ("idle_cpu_percent", "idle CPU %", ".2f"),
    ("idle_rss_mib", "idle RSS MiB", ".1f"),
    ("peak_rss_mib", "peak RSS MiB", ".1f"),
)


def summary(rounds: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Bring the rounds of each shipper on each job together."""
    found = []
    for job, shipper in dict.fromkeys((each["job"], each["shipper"]) for each in rounds):
        own = [each for each in rounds if (each["job"], each["shipper"]) == (job, shipper)]
        found.append(
            {
                "job": job,
                "shipper": shipper,
                **{name: spread(each[name] for each in own) for name, _, _ in _MEASURES},
                **{name: sum(each[name] for each in own) for name in ("missing", "repeated")},
                "exit_codes": [each["exit_code"] for each in own],
            }
        )
    return found


def text(results: Sequence[dict[str, Any]], *, markdown: bool) -> str:
    """Write the table: medians, with (min-max) if there were several rounds."""
    rows = [("job", "shipper", *(title for _, title, _ in _MEASURES), "missing", "repeated")]
    for each in results:
        several = len(each["exit_codes"]) > 1
        figures = [
            shown(each[name], form) if several else f"{each[name]['median']:{form}}" for name, _, form in _MEASURES
        ]
        rows.append((each["job"], each["shipper"], *figures, str(each["missing"]), str(each["repeated"])))
    return table(rows, markdown=markdown)
