"""The real daemon as a process, and whether its metrics add up."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from benchmarks.processes import free_port

_WAITING = re.compile(r"^logship_(?:input_lag|sink_in_flight)_bytes(?:{.*})? (.+)$", re.MULTILINE)
TERMS = ("delivered", "duplicate", "failure_store", "dead_lettered", "filtered", "dropped", "skipped", "in_flight")
"""What ``read`` is the sum of."""
SCALE = float(os.environ.get("LOGSHIP_TEST_SCALE", "1"))
"""1: the sizes that CI takes; smaller for a quick look."""


def scaled(number: int) -> int:
    """Give a size or a count as this run takes it."""
    return max(1, int(number * SCALE))


def wait_until(true: Callable[[], object], what: str, seconds: float = 60.0) -> None:
    """Return when the call gives something true; a test that waits longer fails and says for what.

    It looks for a tenth of the time at most: to read a page of metrics, or to count in a store, takes what others need.
    """
    deadline = time.monotonic() + seconds
    began = time.monotonic()
    while not true():
        looked = time.monotonic()
        assert looked < deadline, f"not in {seconds} s: {what}"
        time.sleep(min(max(0.02, 9 * (looked - began)), 0.5))
        began = time.monotonic()


@dataclass(frozen=True, slots=True)
class Samples:
    """One look at ``/metrics``."""

    values: Mapping[tuple[str, frozenset[tuple[str, str]]], float]

    @classmethod
    def of(cls, page: str) -> "Samples":
        """Read the page."""
        families = text_string_to_metric_families(page)
        return cls({(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples})

    def total(self, name: str, **labels: str) -> float:
        """Give the sum of a series over the labels that are not named; a name that there is not raises KeyError."""
        wanted = set(labels.items())
        found = [value for (each, have), value in self.values.items() if each == name and wanted <= have]
        if not found:
            raise KeyError(name, labels)
        return sum(found)

    def by(self, name: str, label: str) -> dict[str, float]:
        """Give a series by one of its labels, without the zeros."""
        found: Counter[str] = Counter()
        for (each, have), value in self.values.items():
            if each == name:
                found[dict(have)[label]] += value  # type: ignore[assignment]  # a Counter adds floats too
        return {key: value for key, value in found.items() if value}

    def sinks(self) -> set[str]:
        """Give the names of the sinks."""
        return {dict(labels)["sink"] for name, labels in self.values if name == "logship_sink_read_bytes_total"}

    @property
    def refused(self) -> int:
        """How many records no store would take."""
        each = [self.totals(sink) for sink in self.sinks()]
        return sum(totals[term][0] for totals in each for term in ("dead_lettered", "dropped"))

    def totals(self, sink: str) -> dict[str, tuple[int, int]]:
        """Give the terms of the conservation law: (records, bytes) each."""
        found = {}
        for term in ("read", *TERMS):
            pair = tuple(int(self._term(term, unit, sink)) for unit in ("records", "bytes"))
            found[term] = (pair[0], pair[1])
        return found

    def _term(self, term: str, unit: str, sink: str) -> float:
        if term == "in_flight":
            return self.total(f"logship_sink_in_flight_{unit}", sink=sink)
        if term in ("read", "dropped", "skipped"):
            return self.total(f"logship_sink_{term}_{unit}_total", sink=sink)
        return self.total(f"logship_sink_{unit}_total", sink=sink, outcome=term)


def assert_conserved(totals: Mapping[str, Mapping[str, tuple[int, int]]], *, idle: bool) -> None:
    """Check ``read`` against its terms, for each sink, in records and bytes; ``idle`` has nothing in flight."""
    for sink, terms in totals.items():
        for at, unit in enumerate(("records", "bytes")):
            assert terms["read"][at] == sum(terms[term][at] for term in TERMS), f"{sink}: {unit} don't add up: {terms}"
        assert not idle or terms["in_flight"] == (0, 0), f"{sink}: still in flight: {terms}"


class Logship:
    """``logship run`` under this Python. Settings are keyword arguments: ``poll_seconds=0.2`` is LOGSHIP_POLL_SECONDS.

    The state folder and the file of its messages are in ``folder``; ``start`` after an end goes on with the same state.
    ``prefix`` is a command that runs the daemon, by exec, for what only another program can set up; ``program`` another
    logship than this one.
    """

    def __init__(
        self,
        folder: Path,
        *,
        prefix: Sequence[str] = (),
        program: Sequence[str] = (sys.executable, "-m", "logship"),
        once: bool = False,
        flags: Sequence[str] = (),
        **settings: object,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.state = folder / "state"
        self.stderr = folder / "logship.stderr"
        self.port = free_port()
        self.settings: dict[str, object] = {
            "state_dir": self.state,
            "listen": f"127.0.0.1:{self.port}",
            "log_format": "json",
            **settings,
        }
        self._command = [*prefix, *program, "run", *(["--once"] if once else []), *flags]
        self._process: subprocess.Popen[bytes] | None = None
        self.last_totals: dict[str, dict[str, tuple[int, int]]] = {}
        """By sink, what ``/status`` said last before the end."""

    @property
    def pid(self) -> int:
        """The daemon's process id."""
        assert self._process
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self, *, ready: bool = True, stdout: Any = subprocess.DEVNULL, **settings: object) -> "Logship":
        """Start it, with changed settings if given; ``ready`` waits for the first sweep."""
        assert not self.running
        self.settings |= settings
        self.last_totals = {}
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LOGSHIP_")}
        for name, value in self.settings.items():
            environment[f"LOGSHIP_{name.upper()}"] = (
                ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            )
        with self.stderr.open("ab") as stderr:
            self._process = subprocess.Popen(
                self._command, env=environment, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr
            )
        if ready:
            self.wait_ready()
        return self

    # -- what it says ---------------------------------------------------------------------------------------------

    def get(self, path: str, timeout: float = 10.0) -> tuple[int, str]:
        """Give (status, body) of one of its pages; OSError where nobody listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except http.client.HTTPException as error:
            raise ConnectionResetError from error
        finally:
            connection.close()

    def probe(self, name: str) -> int:
        """Give the status of ``/livez``, ``/readyz`` or ``/startupz``; 0 where nobody listens."""
        try:
            return self.get(f"/{name}")[0]
        except OSError:
            return 0

    def wait_ready(self, seconds: float = 60.0) -> None:
        """Return when ``/readyz`` says 200."""
        wait_until(lambda: self.probe("readyz") == 200 or not self.running, "logship is ready", seconds)
        assert self.running, f"logship ended with {self.exit_code()}"

    def metrics(self) -> Samples:
        """Look at ``/metrics``."""
        status, page = self.get("/metrics")
        assert status == 200
        return Samples.of(page)

    def status(self) -> dict[str, Any]:
        """Give the ``/status`` document."""
        status, page = self.get("/status")
        assert status == 200
        document: dict[str, Any] = json.loads(page)
        return document

    def messages(self, text: str = "") -> list[dict[str, Any]]:
        """Give its own messages, of all starts, that contain the text; its stderr has nothing but JSON lines."""
        lines = self.stderr.read_text().split("\n")[:-1] if self.stderr.exists() else []  # the last may be half there
        return [message for message in map(json.loads, lines) if text in message["message"]]

    # -- its end --------------------------------------------------------------------------------------------------

    def kill(self) -> None:
        """SIGKILL."""
        assert self._process
        self._process.kill()
        self._process.wait(timeout=10)

    def signal(self, number: int = signal.SIGTERM) -> None:
        """Send a signal and return at once."""
        assert self._process
        self._process.send_signal(number)

    def terminate(self, seconds: float = 60.0) -> int:
        """Send SIGTERM and give the exit code."""
        self.signal()
        return self.exit_code(seconds)

    def exit_code(self, seconds: float = 60.0) -> int:
        """Wait for the end, looking at ``/status`` all the while; the last totals must add up."""
        assert self._process
        deadline = time.monotonic() + seconds
        while self._process.poll() is None:
            assert time.monotonic() < deadline, f"logship did not end in {seconds} s"
            self._look()
            time.sleep(0.02)
        assert_conserved(self.last_totals, idle=False)
        return self._process.returncode

    def _look(self) -> None:
        try:
            sinks = self.status()["sinks"]
        except (OSError, AssertionError, ValueError):
            return  # its server has gone, or never came
        self.last_totals = {
            sink["name"]: {term: (pair["records"], pair["bytes"]) for term, pair in sink["totals"].items()}
            for sink in sinks
        }

    def wait_idle(self, seconds: float = 60.0) -> Samples:
        """Return, with a look at the metrics, when all that is in the files has been acknowledged."""

        def idle() -> bool:
            status, page = self.get("/metrics")  # to parse all of it takes longer than it does to write it
            values = _WAITING.findall(page)
            assert status == 200
            assert len(values) > 1
            return not any(map(float, values))

        while True:
            wait_until(idle, "logship has shipped what is there", seconds)
            samples = self.metrics()
            if all(samples.totals(sink)["in_flight"] == (0, 0) for sink in samples.sinks()):  # else there is more now
                return samples

    def check_conservation(self, *, idle: bool = True) -> Samples:
        """Check that the metrics of the running daemon add up; ``idle``: wait until nothing is in flight."""
        samples = self.wait_idle() if idle else self.metrics()
        assert_conserved({sink: samples.totals(sink) for sink in samples.sinks()}, idle=idle)
        return samples

    def close(self) -> None:
        """Make sure that it has gone."""
        if self.running:
            self.kill()
        if self._process and self._process.stdout:
            self._process.stdout.close()
