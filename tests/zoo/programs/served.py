"""A writer that sends its lines to a logging daemon's stream socket; the daemon is ended when its files stand still.

``python -m tests.zoo.programs.served --socket S --folder logs --daemon 'rsyslogd …' --first 0 --lines 100 --rate 50``
"""

import argparse
import shlex
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.zoo.programs.lines import pace, text

_START_SECONDS = 10.0
_STILL_SECONDS = 0.5


def _connected(path: Path) -> socket.socket:
    """Give a connection once the daemon accepts one."""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        stream = socket.socket(socket.AF_UNIX)
        try:
            stream.connect(str(path))
        except OSError:
            stream.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return stream


def _state(folder: Path) -> set[tuple[str, int]]:
    found = set()
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            found.add((path.name, path.stat().st_size))
    return found


def _wait_still(folder: Path) -> None:
    seen, since = _state(folder), time.monotonic()
    while time.monotonic() - since < _STILL_SECONDS:
        time.sleep(0.05)
        if (now := _state(folder)) != seen:
            seen, since = now, time.monotonic()


def main() -> int:
    """Run both; the daemon's exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--daemon", required=True)
    parser.add_argument("--first", type=int, required=True)
    parser.add_argument("--lines", type=int, required=True)
    parser.add_argument("--rate", type=int, required=True)
    options = parser.parse_args()
    daemon = subprocess.Popen(shlex.split(options.daemon))
    try:
        with _connected(options.socket) as stream:
            pace(
                options.first,
                options.lines,
                options.rate,
                lambda number: stream.sendall(text(number).encode() + b"\n"),
            )
        _wait_still(options.folder)
    finally:
        daemon.terminate()
    return daemon.wait(timeout=30)


if __name__ == "__main__":
    sys.exit(main())
