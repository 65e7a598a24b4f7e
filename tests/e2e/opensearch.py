"""A real OpenSearch for tests: started from ``tests/opensearch`` on a free port, or the one that is named.

``LOGSHIP_TEST_OPENSEARCH=http://…`` uses a running server with default settings. Where Java or Maven is missing the
tests are skipped, but fail if ``CI`` is ``true``: there a silent skip would be a hole.

A test module says ``pytest_plugins = ("tests.e2e.opensearch",)`` and then has the fixture ``opensearch``.
PYTEST_DONT_REWRITE: the module is imported before pytest loads it as a plugin.
"""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

RUN: Final = Path(__file__).parents[1] / "opensearch" / "run.sh"
START_SECONDS: Final = 180.0
BUILD_SECONDS: Final = 900.0
STREAM: Final = "logs-agent-default"
TEMPLATE: Final = Path(__file__).parents[2] / "k8s" / "agent-with-elasticsearch" / "index-template.json"
"""The docs' template for the stream."""


@dataclass(frozen=True, slots=True)
class OpenSearch:
    """A running server."""

    url: str

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Make a request; gives the parsed answer. Raises urllib.error.HTTPError for what is no 2xx."""
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        kind = "application/x-ndjson" if isinstance(body, bytes) else "application/json"
        request = urllib.request.Request(self.url + path, data, {"Content-Type": kind}, method=method)  # noqa: S310 - http
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server's address
            return json.loads(answer.read() or b"null")

    def put_template(self) -> None:
        """Put the docs' template in place."""
        self.ask("PUT", "/_index_template/logs-agent", json.loads(TEMPLATE.read_text()))

    @contextlib.contextmanager
    def with_template(self, stream: str) -> Iterator[str]:
        """Have a data stream with the docs' template, which both go in the end."""
        self.put_template()
        yield stream
        self.delete(stream)
        self.ask("DELETE", "/_index_template/logs-agent")

    def count(self, index: str) -> int:
        """Give the number of documents that can be found."""
        self.ask("POST", f"/{index}/_refresh")
        return int(self.ask("GET", f"/{index}/_count")["count"])

    def documents(self, index: str) -> list[dict[str, Any]]:
        """Give up to 10,000 documents, with their ids as ``_id``."""
        self.ask("POST", f"/{index}/_refresh")
        found = self.ask("GET", f"/{index}/_search?size=10000")["hits"]["hits"]
        return [{"_id": each["_id"], **each["_source"]} for each in found]

    def delete(self, index: str) -> None:
        """Delete an index or a data stream, if it is there."""
        for path in (f"/_data_stream/{index}", f"/{index}"):
            with contextlib.suppress(urllib.error.HTTPError):
                self.ask("DELETE", path)


def _missing() -> str:
    """Say why no server can be started; empty if one can."""
    if not shutil.which("java") and not os.environ.get("JAVA_HOME"):
        return "no java"
    if not (RUN.parent / "target" / "built").exists() and not shutil.which("mvn"):
        return "no mvn to build tests/opensearch with"
    return ""


@contextlib.contextmanager
def running(folder: Path, *settings: str, port: int = 0) -> Iterator[OpenSearch]:
    """Start a server with SETTING=VALUE settings; what is in ``folder`` stays, so that it can be started again.

    Skips the test, or fails it in CI, where that is not possible.
    """
    if why := _missing():
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up(f"OpenSearch can't be started: {why}; set LOGSHIP_TEST_OPENSEARCH to use a running one")
    _build()
    log = folder / "server.log"
    folder.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as errors:
        process = subprocess.Popen(
            ["sh", str(RUN), str(port), str(folder / "data"), *settings],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        yield OpenSearch(_address(process, log))
    finally:
        process.terminate()
        process.communicate(timeout=60)


def _build() -> None:
    """Build once, though several workers may ask at the same time."""
    lock = Path(tempfile.gettempdir()) / f"logship-opensearch-build-{os.getuid()}.lock"
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        subprocess.run(["sh", str(RUN), "build"], check=True, timeout=BUILD_SECONDS)


def _address(process: "subprocess.Popen[str]", log: Path) -> str:
    """Wait for the line that says where it listens."""
    assert process.stdout is not None
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    try:
        for line in process.stdout:
            if line.startswith("ready "):
                return line.split()[1]
    finally:
        watchdog.cancel()
    pytest.fail(f"OpenSearch did not start: {log.read_text()[-2000:]}")


@pytest.fixture(scope="session", name="opensearch")
def opensearch_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSearch]:
    """Give a server with default settings, and no template."""
    if url := os.environ.get("LOGSHIP_TEST_OPENSEARCH"):
        yield OpenSearch(url.rstrip("/"))
        return
    with running(tmp_path_factory.mktemp("opensearch")) as server:
        yield server
