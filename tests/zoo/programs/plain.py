"""A writer that rotates nothing: one ``write`` a line, to a file or to stdout. ``SIGHUP`` opens the file again.

``python -m tests.zoo.programs.plain --first 0 --lines 100 --rate 50 [--path app.log] [--when-moved]``
"""

import argparse
import os
import signal
import sys
from pathlib import Path

from tests.zoo.programs.lines import pace, text


class Log:
    """The open file; stdout without a path."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file = self._open()
        self.due = False
        """A signal asked for the file to be opened again, before the next line."""

    def _open(self) -> int:
        if self._path is None:
            return sys.stdout.fileno()
        return os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def reopen(self) -> None:
        """Open what has the name now."""
        self.due = False
        old, self._file = self._file, self._open()
        os.close(old)

    def write(self, number: int) -> None:
        """Write one line."""
        if self.due:
            self.reopen()
        os.write(self._file, text(number).encode() + b"\n")

    def write_where_the_name_is(self, number: int) -> None:
        """Write one line by a file opened for it, as a shell's ``>>`` does."""
        assert self._path
        with self._path.open("ab", buffering=0) as file:
            file.write(text(number).encode() + b"\n")


def main() -> None:
    """Write as the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--path", type=Path)
    parser.add_argument("--first", type=int, required=True)
    parser.add_argument("--lines", type=int, required=True)
    parser.add_argument("--rate", type=int, required=True)
    parser.add_argument("--each", action="store_true", help="open the file for each line")
    options = parser.parse_args()
    log = Log(options.path)
    if options.path:
        signal.signal(signal.SIGHUP, lambda *_: setattr(log, "due", True))
    pace(options.first, options.lines, options.rate, log.write_where_the_name_is if options.each else log.write)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a Python that is about to end gives up its own handlers


if __name__ == "__main__":
    main()
