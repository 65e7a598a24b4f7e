"""A real server as a process of a cell: started, asked whether it is there, stopped by a signal, started again."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from tests.zoo_stores.judging import Stored

ROOT = Path(__file__).parents[1]
START_SECONDS = 120.0
_JAVAS = Path("/usr/lib/jvm")
_JAVA_21 = "*-2[1-9]-*"


class Server(Protocol):
    """A store that can be stopped and started again with the data that it has."""

    def start(self, *, throttled: bool = False) -> None:
        """Start it, and return when it answers; ``throttled``: such that it has enough at once."""

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it by a signal."""

    def stored(self) -> list[Stored]:
        """Give all that it has."""


class Program:
    """A process, and the file of what it says."""

    def __init__(self, said: Path) -> None:
        said.parent.mkdir(parents=True, exist_ok=True)
        self.said = said
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process
        return self._process.pid

    def start(self, command: Sequence[object], environment: Mapping[str, str] | None = None) -> None:
        """Start it."""
        with self.said.open("ab") as said:
            self._process = subprocess.Popen(
                [*map(str, command)], stdout=said, stderr=said, env={**os.environ, **(environment or {})}
            )

    def wait(self, url: str = "", said: str = "") -> None:
        """Return when the address answers with 2xx, or when it has said that; AssertionError if it does not come."""
        begun = self.said.stat().st_size if said else 0
        deadline = time.monotonic() + START_SECONDS
        while not (answers(url) if url else said.encode() in self.said.read_bytes()[max(begun - 4096, 0) :]):
            assert self._process
            assert self._process.poll() is None, f"the server ended: {self.tail()}"
            assert time.monotonic() < deadline, f"the server does not answer: {self.tail()}"
            time.sleep(0.05)
        assert self._process
        assert self._process.poll() is None, f"another answers in its place: {self.tail()}"

    def tail(self) -> str:
        """Give the end of what it said."""
        return self.said.read_text(errors="replace")[-600:]

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it by a signal, if it runs; one that does not go within a minute is killed."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(number)
            try:
                self._process.wait(60)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
        self._process = None


def java_of(folder: str, version: str) -> dict[str, str]:
    """Give what ``tests/opensearch/run.sh`` needs for a version; the pinned one is built as the other tests have it."""
    if folder != "opensearch" or version.startswith("2."):
        return {}
    java = os.environ.get("LOGSHIP_TEST_JAVA21") or next(map(str, sorted(_JAVAS.glob(_JAVA_21))), "")
    return {"OPENSEARCH_VERSION": version, **({"JAVA_HOME": java} if java else {})}


def answers(url: str) -> bool:
    """Say whether an address answers with 2xx."""
    try:
        ask(url)
    except OSError:
        return False
    return True


def ask(url: str, data: bytes | None = None, method: str = "", **headers: str) -> bytes:
    """Make a request; OSError for what is no 2xx, with what was answered."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data, named, method=method or ("POST" if data else "GET"))  # noqa: S310 - ours
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 - as above
            body: Any = answer.read()
            return bytes(body)
    except urllib.error.HTTPError as error:
        raise OSError(error.code, error.read()[:500].decode(errors="replace")) from error


def build(folder: str, version: str) -> str:
    """Build a server by its script; gives why that is not possible, empty if it is."""
    command = ["sh", str(ROOT / folder / "run.sh"), "build"]
    environment = {**os.environ, **java_of(folder, version)}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    return f"tests/{folder} can't be built: {done.stderr[-300:]}" if done.returncode else ""
