"""The applications of the soak, in one process: each writes, rotates and clears up in its own way, at a steady rate.

A rate is a promise never to be faster; every file keeps a name for longer than the daemon needs to start again.
"""

import fcntl
import itertools
import json
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO, Protocol

from tests.e2e.writers import Log, Logging, Plain, shift
from tests.soak.lines import Line

STEP_SECONDS = 0.02
REMOVE_SECONDS = 10.0
"""How long a file that nobody writes any more keeps its name."""


class Output(Protocol):
    """Takes one line at a time, and is told the time now and then."""

    def write(self, text: bytes, /) -> None:
        """Write a line, its newline included."""

    def flush(self) -> None:
        """Write all of it."""

    def tidy(self, now: float, /) -> None:
        """Clear up what is old enough."""


class Unbuffered:
    """A log that writes each line at once, and looks after its own files."""

    def __init__(self, log: Log) -> None:
        self.write = log.write

    def flush(self) -> None:
        """Do nothing: there is no buffer."""

    def tidy(self, _now: float) -> None:
        """Do nothing: it rotates while it writes."""


class Numbered:
    """A new file after so many bytes; what is finished is deleted a little later.

    It writes whole blocks, as a buffered stream does: the end of a block is in the middle of a line.
    """

    def __init__(self, folder: Path, name: str, nbytes: int, block: int) -> None:
        self._paths = (folder / f"{name}-{number}.log" for number in itertools.count())
        self._nbytes = nbytes
        self._block = block
        self._finished: deque[tuple[float, Path]] = deque()
        self._buffer = bytearray()
        self._open()

    def _open(self) -> None:
        self._path = next(self._paths)
        self._file = self._path.open("ab", buffering=0)
        self._written = 0

    def write(self, text: bytes) -> None:
        """Write what makes whole blocks."""
        self._buffer += text
        if self._written + len(self._buffer) >= self._nbytes:
            self._flush(len(self._buffer))
            self._file.close()
            self._finished.append((time.monotonic(), self._path))
            self._open()
        elif len(self._buffer) >= self._block:
            self._flush(len(self._buffer) // self._block * self._block)

    def _flush(self, nbytes: int) -> None:
        self._written += self._file.write(self._buffer[:nbytes])
        del self._buffer[:nbytes]

    def flush(self) -> None:
        """Write what is left of the buffer: the file then ends with a whole line."""
        self._flush(len(self._buffer))

    def tidy(self, now: float) -> None:
        """Delete what was finished long enough ago."""
        while self._finished and self._finished[0][0] < now - REMOVE_SECONDS:
            self._finished.popleft()[1].unlink()


class Renamed:
    """Renamed by its writer once it is large, as a script with ``mv`` would; the writer opens the name anew."""

    def __init__(self, path: Path, nbytes: int, keep: int) -> None:
        self._path, self._nbytes, self._keep = path, nbytes, keep
        self._file = path.open("ab", buffering=0)

    def write(self, text: bytes) -> None:
        """Write a line with one call."""
        self._file.write(text)

    def flush(self) -> None:
        """Do nothing: there is no buffer."""

    def tidy(self, _now: float) -> None:
        """Rotate what is large enough."""
        if self._file.tell() >= self._nbytes:
            self._file.close()
            shift(self._path, self._keep)
            self._path.rename(self._path.with_name(f"{self._path.name}.1"))
            self._file = self._path.open("ab", buffering=0)


@dataclass(slots=True)
class Application:
    """Writes numbered lines; ``burst_seconds`` apart, all that are due by then at once."""

    name: str
    rate: float
    output: Output
    text: bool = False
    burst_seconds: float = 0.0
    written: int = 0
    next_burst: float = 0.0

    def step(self, seconds: float) -> None:
        """Write what is due so many seconds after the start."""
        if seconds >= self.next_burst:
            self.next_burst = seconds + self.burst_seconds
            for number in range(self.written, int(seconds * self.rate)):
                line = Line(self.name, number, time.time())
                self.output.write(line.as_text() if self.text else line.as_json())
                self.written = number + 1


def applications(logs: Path) -> list[Application]:
    """Give those of the soak: about 3,000 lines/s together."""
    return [
        Application("renamed", 1500, Unbuffered(Logging(RotatingFileHandler(logs / "renamed.log", "a", 2_000_000, 6)))),
        Application(
            "copied",
            500,
            Unbuffered(Plain(logs / "copied.log", append=True, truncate_bytes=1_000_000, keep=6)),
            text=True,
        ),
        Application("deleted", 400, Numbered(logs, "deleted", 500_000, 4096)),
        Application("jobs", 20, Numbered(logs, "jobs", 10_000, 1)),
        Application("bursts", 667, Renamed(logs / "bursts.log", 4_000_000, 2), burst_seconds=15),
    ]


def write(each: Sequence[Application], seconds: float, lock: IO[bytes]) -> None:
    """Have them write for so long, less the time for which somebody else holds the lock.

    Nothing is cleared up while there is a file :func:`hold_of` the lock: the daemon is away, and what it never saw with
    a name is no loss of its own.
    """
    hold = hold_of(Path(lock.name))
    began, until = time.monotonic(), 0.0
    while until < seconds:
        until = min(time.monotonic() - began, seconds)
        for application in each:
            application.step(until)
            if not hold.exists():
                application.output.tidy(time.monotonic())
        began += pause(each, lock)
        time.sleep(STEP_SECONDS)


def hold_of(lock: Path) -> Path:
    """Give the name of the file that keeps the applications from clearing up."""
    return lock.with_suffix(".hold")


def pause(each: Sequence[Application], lock: IO[bytes]) -> float:
    """Wait, with whole lines in all files, while somebody holds the lock; give how long, in seconds."""
    began = time.monotonic()
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        for application in each:
            application.output.flush()
        fcntl.flock(lock, fcntl.LOCK_SH)
    fcntl.flock(lock, fcntl.LOCK_UN)
    return time.monotonic() - began


def main() -> None:
    """``load FOLDER LOCK SECONDS``: prints how many lines each application wrote."""
    made = applications(Path(sys.argv[1]))
    with Path(sys.argv[2]).open("ab") as lock:
        write(made, float(sys.argv[3]), lock)
    for each in made:
        each.output.flush()
    print(json.dumps({each.name: each.written for each in made}))  # noqa: T201 - to the soak


if __name__ == "__main__":
    main()
