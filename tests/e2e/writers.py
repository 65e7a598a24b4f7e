"""Applications that log: real processes with Python's own file handlers, or with plain writes, at a steady rate.

A rate is a promise never to be faster, not even after a pause: a file of so many bytes exists so long (DECISIONS 8).
"""

import argparse
import contextlib
import fcntl
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from logging.handlers import RotatingFileHandler, TimedRotatingFileHandler, WatchedFileHandler
from pathlib import Path
from typing import Protocol

from tests.e2e.arrivals import LINE_BYTES, line

ROTATE_BYTES = 256 * 1024
LIFE_SECONDS = 0.55
"""How long a file exists at the rates below: with file events, a little more than the promised 0.5 s."""


def lines_per_second(life: float = LIFE_SECONDS, nbytes: int = ROTATE_BYTES) -> int:
    """Give the rate at which it takes ``life`` seconds to write ``nbytes``."""
    return int(nbytes / LINE_BYTES / life)


# -- the test's side --------------------------------------------------------------------------------------------------


class Writer:
    """One application: ``lines`` lines named ``name``, numbered from ``first``, into ``path``."""

    def __init__(
        self, kind: str, path: Path, lines: int, *, name: str = "", first: int = 0, rate: int = 0, **options: object
    ) -> None:
        self.path = path
        self.name = name or path.stem
        self.lines = lines
        self.end = first + lines
        """How many lines there are of this name in the end, with those of earlier writers."""
        words = {"name": self.name, "lines": lines, "first": first, "rate": rate or lines_per_second(), **options}
        flags = [word for key, value in words.items() for word in (f"--{key.replace('_', '-')}", str(value))]
        self._process = subprocess.Popen([sys.executable, "-m", "tests.e2e.writers", kind, str(path), *flags])

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def busy(self) -> bool:
        """Whether it still writes; one that failed fails the test."""
        code = self._process.poll()
        assert not code, f"writer {self.name} ended with {code}"
        return code is None

    def finish(self, seconds: float = 110.0) -> None:
        """Wait until it has written everything."""
        assert self._process.wait(timeout=seconds) == 0

    def close(self) -> None:
        """Make sure that it has gone."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(timeout=10)


def finish_all(writers: Sequence[Writer], rotate: Callable[[], object] | None = None, every: float = 0.1) -> None:
    """Wait until all have written everything; meanwhile ``rotate`` every so many seconds."""
    while any(writer.busy for writer in writers):
        if rotate:
            rotate()
        time.sleep(every)


def shift(path: Path, keep: int) -> None:
    """Make room for ``path.1``: move ``.1`` to ``.2`` and so on; the last one goes."""
    for number in range(keep, 0, -1):
        old = path.with_name(f"{path.name}.{number}")
        if number == keep:
            old.unlink(missing_ok=True)
        elif old.exists():
            old.rename(path.with_name(f"{path.name}.{number + 1}"))


def move_large(path: Path, keep: int = 5, size: int = ROTATE_BYTES) -> None:
    """Rename a file that has become that large, as a script with ``mv`` would."""
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size >= size:
            shift(path, keep)
            path.rename(path.with_name(f"{path.name}.1"))


@contextlib.contextmanager
def paused(lock: Path) -> Iterator[None]:
    """Stop the writers that were given this lock between two lines."""
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Logrotate:
    """The real program with a configuration of its own."""

    def __init__(self, folder: Path, logs: str, *options: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.lock = folder / "lock"
        self._state = folder / "state"
        self._configuration = folder / "logrotate.conf"
        text = "\n".join(("rotate 5", "size 256k", "missingok", "sharedscripts", *options))
        self._configuration.write_text(f"{logs} {{\n{text}\n}}\n")
        self._configuration.chmod(0o600)

    def run(self) -> None:
        """Rotate what is large enough."""
        subprocess.run(["logrotate", "-s", self._state, self._configuration], check=True, timeout=30)

    def run_paused(self) -> None:
        """Do so while no line is written: logrotate itself loses what comes between its copy and its truncation."""
        with paused(self.lock):
            self.run()


# -- the process ------------------------------------------------------------------------------------------------------


class Log(Protocol):
    """Takes one line at a time."""

    def write(self, text: bytes, /) -> None:
        """Write a line, its newline included."""


class Logging:
    """A handler of the standard library; an error in it ends the writer."""

    def __init__(self, handler: logging.Handler) -> None:
        handler.setFormatter(logging.Formatter("%(message)s"))
        vars(handler)["handleError"] = self._fail
        self._handler = handler

    def write(self, text: bytes) -> None:
        """Emit a record."""
        self._handler.handle(logging.LogRecord("app", logging.INFO, "", 0, text[:-1].decode(), None, None))

    @staticmethod
    def _fail(_: logging.LogRecord) -> None:
        raise  # noqa: PLE0704 - called while the handler's error is being handled


class Plain:
    """A descriptor: with ``append`` the kernel finds the end of the file, without it the writer's own offset counts.

    With ``truncate_bytes`` it does as copytruncate does: copies the file, then truncates it. SIGHUP makes it open the
    name anew, after ``late`` more lines.
    """

    def __init__(self, path: Path, *, append: bool, truncate_bytes: int = 0, keep: int = 5, late: int = 0) -> None:
        self._path = path
        self._flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else 0)
        self._truncate_bytes = truncate_bytes
        self._keep = keep
        self._late = late
        self._due = 0
        self._written = 0
        signal.signal(signal.SIGHUP, self._hang_up)  # before the file is there: a test waits for that
        self._fd = os.open(path, self._flags, 0o644)

    def write(self, text: bytes) -> None:
        """Write a line with one call."""
        os.write(self._fd, text)
        self._written += len(text)
        if self._due:
            self._due -= 1
            if not self._due:
                os.close(self._fd)
                self._fd = os.open(self._path, self._flags, 0o644)
        if 0 < self._truncate_bytes <= self._written:
            self._written = 0
            shift(self._path, self._keep)
            shutil.copyfile(self._path, self._path.with_name(f"{self._path.name}.1"))
            os.ftruncate(self._fd, 0)

    def _hang_up(self, *_: object) -> None:
        self._due = self._late + 1


def _open(kind: str, path: Path, options: argparse.Namespace) -> Log:
    match kind:
        case "rotating":
            return Logging(RotatingFileHandler(path, maxBytes=options.bytes, backupCount=options.keep))
        case "timed":
            return Logging(TimedRotatingFileHandler(path, when="S", interval=1, backupCount=options.keep))
        case "watched":
            return Logging(WatchedFileHandler(path))
        case "append":
            return Plain(path, append=True, late=options.late)
        case "copytruncate":
            return Plain(path, append=True, truncate_bytes=options.bytes, keep=options.keep)
        case "nonappend":
            return Plain(path, append=False, truncate_bytes=options.bytes, keep=options.keep)
    raise ValueError(kind)


def _write(log: Log, options: argparse.Namespace) -> None:
    step = max(1, options.rate // 50)
    end = options.first + options.lines
    with Path(options.lock).open("a") if options.lock else contextlib.nullcontext() as lock:
        for start in range(options.first, end, step):
            began = time.monotonic()
            if lock:
                fcntl.flock(lock, fcntl.LOCK_SH)
            numbers = range(start, min(start + step, end))
            for number in numbers:
                log.write(line(options.name, number))
            if lock:
                fcntl.flock(lock, fcntl.LOCK_UN)
            time.sleep(max(0.0, began + len(numbers) / options.rate - time.monotonic()))


def main() -> None:
    """Write as the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind")
    parser.add_argument("path", type=Path)
    parser.add_argument("--name", required=True)
    parser.add_argument("--lines", type=int, required=True)
    parser.add_argument("--first", type=int, required=True)
    parser.add_argument("--rate", type=int, required=True, help="lines a second")
    parser.add_argument("--bytes", type=int, default=ROTATE_BYTES, help="rotate at this size")
    parser.add_argument("--keep", type=int, default=5, help="rotated files")
    parser.add_argument("--late", type=int, default=0, help="lines still written into the old file after SIGHUP")
    parser.add_argument("--lock", default="", help="pause while somebody holds this file")
    options = parser.parse_args()
    _write(_open(options.kind, options.path, options), options)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a Python that is about to end gives up its own handlers


if __name__ == "__main__":
    main()
