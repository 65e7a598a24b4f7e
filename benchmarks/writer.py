"""An application that logs at a steady rate: ``python -m benchmarks.writer FILE --rate LINES_PER_SECOND …``.

Each line is one write, and carries the monotonic time of it; prints what it did as JSON once it has closed the file.
"""

import argparse
import json
import os
import shutil
import time
from itertools import pairwise
from pathlib import Path

HOW = ("rename", "copytruncate", "copy-over")
"""By a new name, by a copy under a new name, by a copy over the last one."""
NEW_NAME = "new-name"
"""Each file has another name, and stays; as a session's or a request's has."""
_TICK_SECONDS = 0.002


class Log:
    """A file that is rotated at a size; ``how`` is one of :data:`HOW`, as logrotate does it, ``new-name`` or empty."""

    def __init__(self, path: Path, how: str, most_bytes: int, keep: int) -> None:
        self._path = path
        self._how = how
        self._most_bytes = most_bytes
        self._keep = keep
        self._size = 0
        self.rotations = 0
        self._descriptor = self._open()

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def write(self, line: bytes) -> None:
        """Write a line, into a new file if this one is full."""
        if self._how and self._size + len(line) > self._most_bytes:
            self._rotate()
        os.write(self._descriptor, line)
        self._size += len(line)

    def _rotate(self) -> None:
        if self._how == NEW_NAME:
            os.close(self._descriptor)
            self._path = self._path.with_name(f"session-{self.rotations:06d}.log")
            self._descriptor = self._open()
        else:
            self._move_away()
        self._size = 0
        self.rotations += 1

    def _move_away(self) -> None:
        names = [self._path.with_name(f"{self._path.name}.{number}") for number in range(self._keep, 0, -1)]
        for older, newer in pairwise(names) if self._how != "copy-over" else ():
            if newer.exists():
                newer.rename(older)
        if self._how == "rename":
            os.close(self._descriptor)
            self._path.rename(names[-1])
            self._descriptor = self._open()
        else:
            shutil.copyfile(self._path, names[-1])
            os.truncate(self._path, 0)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def line(number: int, line_bytes: int) -> bytes:
    """Give a line of the present moment."""
    head = b'{"timestamp": "2026-11-22T10:00:00.%06dZ", "level": "info", "seq": %d, "at": %d, "message": "' % (
        number % 1_000_000,
        number,
        time.monotonic_ns(),
    )
    return head + b"x" * (line_bytes - len(head) - 3) + b'"}\n'


def write(log: Log, total: int, rate: int, line_bytes: int) -> None:
    """Write what is due at each tick."""
    number, start = 0, time.monotonic()
    while number < total:
        due = min(total, 1 + int((time.monotonic() - start) * rate))
        while number < due:
            log.write(line(number, line_bytes))
            number += 1
        time.sleep(_TICK_SECONDS)


def main() -> None:
    """Write against the clock."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.writer")
    parser.add_argument("file", type=Path)
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--line-bytes", type=int, default=220)
    parser.add_argument("--rotate", choices=("", *HOW, NEW_NAME), default="")
    parser.add_argument("--rotate-bytes", type=int, default=4 << 20)
    parser.add_argument("--keep", type=int, default=5)
    told = parser.parse_args()
    log = Log(told.file, told.rotate, told.rotate_bytes, told.keep)
    total = max(1, int(told.rate * told.seconds))
    began = time.monotonic()
    write(log, total, told.rate, told.line_bytes)
    log.close()
    print(json.dumps({"lines": total, "seconds": time.monotonic() - began, "rotations": log.rotations}), flush=True)


if __name__ == "__main__":
    main()
