"""``logship demo``: an application that rotates its logs fast, and a daemon that is killed in the middle of it."""

import argparse
import contextlib
import json
import logging
import logging.handlers
import math
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Final

from logship.commands.daemon_client import get
from logship.errors import LogshipError
from logship.settings.options import PREFIX

LINES_PER_SECOND: Final = 200
ROTATE_BYTES: Final = 16_000
KEEP: Final = 5
SHOW_EVERY: Final = 100
START_SECONDS: Final = 60.0
_SEQUENCE: Final = re.compile(r'"seq": ?(\d+)')


def arguments(parser: argparse.ArgumentParser, _: Sequence[str]) -> None:
    """Add the flags."""
    parser.add_argument("--seconds", type=seconds, default=8.0, help="how long the application writes (default: 8)")


def seconds(text: str) -> float:
    """Read how long something takes; raises ArgumentTypeError where that is none."""
    number = float(text)
    if not 0 < number < math.inf:
        message = f"{text} is no time that it could write for; write 8, say"
        raise argparse.ArgumentTypeError(message)
    return number


def run(parsed: argparse.Namespace) -> int:
    """Show it; 0 if every line arrived."""
    with tempfile.TemporaryDirectory(prefix="logship-demo-") as folder:
        return Demo(Path(folder)).run(parsed.seconds)


def say(text: str) -> None:
    """Tell the user what happens."""
    sys.stdout.write(f"# {text}\n")
    sys.stdout.flush()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class Application:
    """Writes numbered JSON lines by Python's RotatingFileHandler."""

    def __init__(self, path: Path) -> None:
        self.written = 0
        self.rotations = 0
        self._log = logging.handlers.RotatingFileHandler(path, maxBytes=ROTATE_BYTES, backupCount=KEEP)
        self._log.rotator = self._rotate

    def write_for(self, seconds: float) -> None:
        """Write at an even rate."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            line = json.dumps({"seq": self.written, "level": "info", "message": f"order {self.written} was paid"})
            self._log.emit(logging.makeLogRecord({"msg": line}))
            self.written += 1
            time.sleep(1 / LINES_PER_SECOND)

    def close(self) -> None:
        """End."""
        self._log.close()

    def _rotate(self, source: str, target: str) -> None:
        Path(source).rename(target)
        self.rotations += 1


class Demo:
    """The application, the daemon, and a count of what arrived."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._arrived: Counter[int] = Counter()
        self._readers: list[threading.Thread] = []
        self._listen = f"127.0.0.1:{_free_port()}"

    def run(self, seconds: float) -> int:
        """Write half, kill the daemon, go on writing, start it again, write the rest, drain; count."""
        logs = self._folder / "logs"
        logs.mkdir()
        application = Application(logs / "app.log")
        daemon = self._start()
        try:
            # As a pod with a native sidecar does: what was rotated before the very first start is not read.
            self._wait_until_started(daemon)
            say(f"an application writes {LINES_PER_SECOND} lines/s to {logs}/app.log, rotated every {ROTATE_BYTES} B")
            say(f"one line in {SHOW_EVERY} is shown, all are counted")
            application.write_for(seconds / 2)
            say("kill -9: the shipper is gone, the application writes on")
            daemon.kill()
            daemon.wait()
            application.write_for(min(1.0, seconds / 8))
            say("the shipper starts again, from its checkpoint")
            daemon = self._start()
            application.write_for(seconds * 3 / 8)
            say("SIGTERM: the shipper drains what is left")
        except KeyboardInterrupt:
            say("stopped by you: the shipper drains what is left")
        finally:
            application.close()
            code = self._stop(daemon)
        return self._report(application, code)

    def _start(self) -> "subprocess.Popen[str]":
        environ = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        environ |= {
            "LOGSHIP_PATHS": f"{self._folder}/logs/app.log",
            "LOGSHIP_STATE_DIR": f"{self._folder}/state",
            "LOGSHIP_LISTEN": self._listen,
            "LOGSHIP_LOG_LEVEL": "warning",
        }
        command = [sys.executable, "-m", "logship", "run"]
        daemon = subprocess.Popen(  # noqa: S603 - our own command
            command, env=environ, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        reader = threading.Thread(target=self._read, args=(daemon,))
        reader.start()
        self._readers.append(reader)
        return daemon

    def _wait_until_started(self, daemon: "subprocess.Popen[str]") -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and daemon.poll() is None:
            with contextlib.suppress(LogshipError):
                if get("/startupz", self._listen)[0] == HTTPStatus.OK:
                    return
            time.sleep(0.05)
        message = "the shipper did not start"
        raise LogshipError(message)

    def _read(self, daemon: "subprocess.Popen[str]") -> None:
        for line in daemon.stdout or ():
            found = _SEQUENCE.search(line)
            if found:
                self._arrived[int(found[1])] += 1
                if int(found[1]) % SHOW_EVERY == 0:
                    sys.stdout.write(line)
                    sys.stdout.flush()

    def _stop(self, daemon: "subprocess.Popen[str]") -> int:
        daemon.send_signal(signal.SIGTERM)
        code = daemon.wait()
        for reader in self._readers:
            reader.join()
        if daemon.stdout:
            daemon.stdout.close()
        return code

    def _report(self, application: Application, code: int) -> int:
        missing = application.written - len(self._arrived)
        repeated = sum(self._arrived.values()) - len(self._arrived)
        say(f"written {application.written}, rotated {application.rotations} times, arrived {len(self._arrived)},")
        say(f"missing {missing}, sent twice around the kill {repeated}; the shipper's exit code was {code}")
        return 1 if missing or code else 0
