"""Starts shippers on one core and the receiver on another, and reads off what they cost."""

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from benchmarks.rounds import FailedError

_CORES = sorted(os.sched_getaffinity(0))
SHIPPER_CORES = {_CORES[0]}
OTHER_CORES = {_CORES[-1]}
"""The receiver's, the writer's and this program's; the same where there is only one."""
_POLL_SECONDS = 0.02
_MIB = 1024
"""VmHWM counts KiB."""
_LAST_WORDS = 1000
_KILLED_SECONDS = 5.0
_TICKS = os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def on(cores: set[int]) -> Iterator[None]:
    """Whatever is started meanwhile inherits these cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def free_port() -> int:
    """Give a port of loopback that nobody listens on now, and that no connection of another process gets meanwhile."""
    first_ephemeral = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(10_000, first_ephemeral)
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


class Receiver:
    """The receiver's process."""

    def __init__(self) -> None:
        with on(OTHER_CORES):
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.receiver"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        assert self._process.stdout  # noqa: S101 - it is a pipe
        self.port = int(self._process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def get(self, path: str) -> str:
        """Ask it for a page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def reset(self) -> None:
        """Have it forget everything."""
        self.get("/_reset")

    def count(self) -> int:
        """Give the number of lines that arrived."""
        return int(self.get("/_count"))

    def arrived(self) -> tuple[int, int]:
        """Give the number of lines, maybe less while more arrives, and of requests."""
        lines, requests = self.get("/_arrived").split()
        return int(lines), int(requests)

    def outage(self, *, down: bool) -> None:
        """Have it close every connection without an answer, or take what is sent again."""
        self.fault("down" if down else "")

    def fault(self, name: str) -> None:
        """Have it fail as ``benchmarks.receiver`` says: ``down``, ``busy``, ``hang``, or not at all."""
        self.get(f"/_{name or 'up'}")

    def keep(self, *, bodies: bool) -> None:
        """Have it keep what arrives, or only count it."""
        self.get("/_keep" if bodies else "/_count_only")

    def report(self) -> dict[str, Any]:
        """Have it look at what arrived."""
        found: dict[str, Any] = json.loads(self.get("/_report"))
        return found


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process cost, from its start to its end, by the kernel's books."""

    code: int
    cpu_seconds: float
    wall_seconds: float
    peak_rss_mib: float
    """The largest that it ever was, the stage before an ``exec`` included."""


class Shipper:
    """A shipper that runs on its own core.

    Only :meth:`look` waits for it, as it needs the kernel's book; a signal of ``Popen`` might do so before.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], messages: Path) -> None:
        self._told = (command, environment, messages)
        self._messages = messages
        self.started = time.monotonic_ns()
        with on(SHIPPER_CORES), messages.open("ab") as file:
            self._process = subprocess.Popen(
                command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=file, stderr=file
            )
        self._peak_kib = 0
        self._cost: Cost | None = None

    def look(self) -> Cost | None:
        """Note its memory; gives what it cost once it has ended."""
        if self._cost:
            return self._cost
        with contextlib.suppress(OSError):
            self._peak_kib = max(self._peak_kib, self._memory("VmHWM"))
        pid, status, usage = os.wait4(self._process.pid, os.WNOHANG)
        if pid:
            code = os.waitstatus_to_exitcode(status)
            self._process.returncode = code
            wall = (time.monotonic_ns() - self.started) / 1e9
            self._cost = Cost(code, usage.ru_utime + usage.ru_stime, wall, self._peak_kib / _MIB)
        return self._cost

    def wait(self, seconds: float) -> Cost:
        """Wait for its end; a shipper that doesn't leave in time is killed."""
        deadline = time.monotonic() + seconds
        while not (cost := self.look()):
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
                deadline += seconds
            time.sleep(_POLL_SECONDS)
        return cost

    def stop(self, seconds: float = 15.0) -> Cost:
        """Ask it to leave, unless it has."""
        if not self.look():
            os.kill(self.pid, signal.SIGTERM)
        return self.wait(seconds)

    def killed(self) -> "Shipper":
        """Kill it; gives one that was started in its place, with what it left behind.

        Raises:
            FailedError: It had ended before, of itself.

        """
        if self.look():
            raise FailedError(self.last_words() or "it ended, and said nothing")
        os.kill(self.pid, signal.SIGKILL)
        self.wait(_KILLED_SECONDS)
        return Shipper(*self._told)

    def wait_for(
        self, receiver: Receiver, lines: int, quiet_seconds: float = 20.0, longest_seconds: float = 600.0
    ) -> None:
        """Return when so many lines have arrived, when none has for a while, when it takes too long, or at its end."""
        seen, since = (-1, -1), time.monotonic()
        deadline = since + longest_seconds
        while seen[0] < lines and time.monotonic() < min(deadline, since + quiet_seconds) and not self.look():
            arrived = receiver.arrived()
            if arrived != seen:
                seen, since = arrived, time.monotonic()
            time.sleep(_POLL_SECONDS)

    def last_words(self) -> str:
        """Give the end of its messages, for a run that went wrong."""
        return self._messages.read_text(errors="replace")[-_LAST_WORDS:]

    def cpu_seconds(self) -> float:
        """Give the CPU time so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def exact_cpu_seconds(self) -> float:
        """Give the CPU time so far of the threads that live, to the nanosecond, and of children that have ended."""
        tasks = Path(f"/proc/{self._process.pid}/task").iterdir()
        own = sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return own + (int(fields[13]) + int(fields[14])) / _TICKS

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def rss_mib(self) -> float:
        """Give the memory that is resident now."""
        return self._memory("VmRSS") / _MIB

    def forget_peak(self) -> None:
        """Have the kernel begin its book of the largest memory anew."""
        self.look()
        Path(f"/proc/{self._process.pid}/clear_refs").write_text("5")

    def peak_mib(self) -> float:
        """Give the largest memory since the last :meth:`forget_peak`."""
        return self._memory("VmHWM") / _MIB

    def _memory(self, name: str) -> int:
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1])
        return 0  # it has ended and was not waited for


def run_aside(module: str, *arguments: str, cores: set[int]) -> "subprocess.Popen[str]":
    """Start a helper of this package on the given cores."""
    with on(cores):
        return subprocess.Popen([sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True)
