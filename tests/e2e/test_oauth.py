"""OAuth 2 client credentials with a real authorization server, which is not among our dependencies: pip brings it."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from benchmarks.processes import free_port
from tests.e2e.conftest import StartLogship
from tests.e2e.harness import wait_until

pytestmark = pytest.mark.e2e

AUTHLIB = "Authlib==1.9.10"
TOKEN_SECONDS = 4
LINES = 12


@pytest.fixture(scope="module")
def authlib(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install it into a folder of its own."""
    folder = tmp_path_factory.mktemp("authlib")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), AUTHLIB]
    if subprocess.run(command, check=False, timeout=300).returncode:
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up("the authorization server can't be installed")
    return folder


def count(port: int) -> dict[str, int]:
    """Ask the server what came of it; nothing while it does not listen."""
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/count", timeout=5) as answer:
        found: dict[str, int] = json.load(answer)
        return found
    return {}


@contextmanager
def authority(folder: Path, way: str) -> Iterator[int]:
    """Run it, and give its port."""
    port = free_port()
    command = [sys.executable, str(Path(__file__).with_name("authority.py")), str(port), way, str(TOKEN_SECONDS)]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(folder)}, stderr=subprocess.DEVNULL) as server:
        try:
            wait_until(lambda: bool(count(port)), "the server answers")
            yield port
        finally:
            server.terminate()


AZURE = "/dataCollectionRules/dcr-1/streams/Custom-Shop_CL?api-version=2023-01-01"
STORES: dict[str, dict[str, str]] = {
    "http": {"http_url": "/in"},
    "azure": {"http_url": AZURE, "http_format": "json", "http_compression": "gzip"},
    "elasticsearch": {"elasticsearch_url": "/_bulk"},
    "otlp": {"otlp_endpoint": "/"},
}
"""By store: the settings of its sink; what begins with a slash is at the server."""


@pytest.mark.parametrize(
    ("store", "way"),
    [
        ("http", "client_secret_basic"),
        ("azure", "client_secret_post"),
        ("elasticsearch", "client_secret_basic"),
        ("otlp", "client_secret_post"),
    ],
)
def test_a_stream_has_one_token_at_a_time(
    store: str, way: str, authlib: Path, new_logship: StartLogship, tmp_path: Path
) -> None:
    """It is renewed before its end, so that the store refuses nothing, whichever way the server wants the secret."""
    (tmp_path / "logs").mkdir()
    sink = next(iter(STORES[store])).partition("_")[0]
    with authority(authlib, way) as port:
        address = f"http://127.0.0.1:{port}"
        new_logship(
            paths=f"{tmp_path}/logs/*.log",
            sinks=sink,
            **{
                **{name: address + text if text[0] == "/" else text for name, text in STORES[store].items()},
                f"{sink}_oauth_token_url": f"{address}/token",
                f"{sink}_oauth_client_id": "agent",
                f"{sink}_oauth_client_secret": "of-the-test",
            },
        ).start()
        with (tmp_path / "logs" / "a.log").open("a", buffering=1) as log:
            for number in range(LINES):
                log.write(f"line {number}\n")
                time.sleep(1)
        wait_until(lambda: count(port).get("stored") == LINES, "all lines are stored")
        found = count(port)
    assert found["refused"] == 0
    assert 2 <= found["tokens"] <= 2 + LINES / (0.8 * TOKEN_SECONDS)
