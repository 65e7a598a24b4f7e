import argparse
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from benchmarks import faults
from benchmarks.bench import Bench, open_bench
from benchmarks.following import Follower
from benchmarks.processes import Shipper, free_port
from benchmarks.rounds import FailedError
from benchmarks.shippers import Job, logship_program


def options(*told: str) -> argparse.Namespace:
    """Read flags as the command does."""
    parser = argparse.ArgumentParser()
    parser.set_defaults(sink=list(faults.SINKS), compression=list(faults.COMPRESSIONS), budget=0.0, rounds=1)
    faults.arguments(parser)
    return parser.parse_args(told)


class Program(SimpleNamespace):
    """A shipper that takes one job."""

    def takes(self, job: Job) -> bool:
        """Say whether this is the job."""
        return bool(job == self.job)


class Doomed:
    """Stands for a follower; counts how often it is killed."""

    def __init__(self) -> None:
        self.killed = 0

    def kill(self) -> None:
        """Count."""
        self.killed += 1


def test_each_shipper_meets_each_fault_on_a_job_that_it_takes() -> None:
    """One that takes none of the jobs is left out."""
    programs = [
        Program(name="a", job=Job("elasticsearch", "none")),
        Program(name="b", job=Job("http", "gzip")),
        Program(name="c", job=Job("http", "zip")),
    ]
    plan = faults.plan(cast("Bench", SimpleNamespace(programs=programs)), options())
    assert [(run.case, run.shipper) for run in plan.runs] == [(name, who) for name in faults.FAULTS for who in "ab"]
    assert plan.facts["jobs"] == {"a": "elasticsearch", "b": "http, gzip"}


def test_a_shipper_is_killed_until_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every three seconds, the last time when the writer ends."""
    now = [0.0]
    monkeypatch.setattr(
        faults, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=lambda s: now.append(now.pop() + s))
    )
    doomed = Doomed()
    happens = faults.FAULTS["kill -9 every 3 s"][0]
    happens(cast("Bench", None), cast("Follower", doomed), 10.0)
    assert (doomed.killed, now) == (4, [10.0])


def test_what_was_killed_is_started_again_with_what_it_left(tmp_path: Path) -> None:
    """The same command in another process; the first is gone."""
    script = "import pathlib, time; p = pathlib.Path('%s'); p.write_text(p.read_text() + 'x'); time.sleep(60)"
    (tmp_path / "runs").touch()
    first = Shipper([sys.executable, "-c", script % (tmp_path / "runs")], {}, tmp_path / "messages")
    _wait(tmp_path / "runs", "x")
    second = first.killed()
    try:
        _wait(tmp_path / "runs", "xx")
        assert first.look()
        assert not second.look()
    finally:
        second.stop()


def test_what_ended_of_itself_is_not_killed_but_says_why(tmp_path: Path) -> None:
    """No figure is given for a shipper that was away, and who started it hears its last words."""
    shipper = Shipper([sys.executable, "-c", "print('the port is in use')"], {}, tmp_path / "messages")
    ended = shipper.wait(20)
    with pytest.raises(FailedError, match="the port is in use"):
        shipper.killed()
    assert shipper.stop() == ended


def test_a_port_is_none_that_a_connection_may_get() -> None:
    """A shipper that was killed needs the same again: the kernel gives none below its range to who connects."""
    first, _ = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    assert all(10_000 <= free_port() < int(first) for _ in range(100))


def _wait(path: Path, text: str) -> None:
    until = time.monotonic() + 20
    while path.read_text() != text:
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize("fault", ["503 for 8 s", "kill -9 every 3 s"])
def test_logship_loses_nothing(fault: str, capfd: pytest.CaptureFixture[str]) -> None:
    """The real one, some seconds of a slow file: all lines arrive, and the figures say so."""
    told = options("--lines=50", "--seconds=4")
    with open_bench() as bench:
        bench.programs = [logship_program()]
        runs = faults.plan(bench, told).runs
        (run,) = [each for each in runs if each.case == fault]
        figures: dict[str, Any] = run.measure()
    assert (figures["lines"], figures["missing"]) == (200, 0)
    assert figures["recovery_seconds"] >= 0
    assert "Traceback" not in capfd.readouterr().err
