"""agent-with-victorialogs: a request of the demo agent is found in the real store, by the page's own query."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.processes import free_port
from tests.e2e.harness import wait_until
from tests.k8s.process import logship
from tests.k8s.rendering import K8S, Manifest, of_kind, only_sidecar, render
from tests.k8s.test_agent import Agent
from tests.zoo_stores.server import Program
from tests.zoo_stores.servers.victorialogs import VERSION

EXAMPLE = K8S / "agent-with-victorialogs"
PAGE = EXAMPLE / "README.md"
SOON = 15.0
"""Seconds in which a record must be found; VictoriaLogs shows one a second after it took it."""


def of(kind: str, name: str) -> Manifest:
    """Give an object of the example."""
    (found,) = [each for each in of_kind(render(EXAMPLE), kind) if each["metadata"]["name"] == name]
    return found


def container() -> dict[str, Any]:
    """Give the store's container."""
    (found,) = of("Deployment", "victorialogs")["spec"]["template"]["spec"]["containers"]
    return dict(found)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[int]:
    """Run the store with the manifest's arguments; gives its port."""
    port = free_port()
    program = Program(tmp_path / "victorialogs.txt")
    run = K8S.parent / "tests" / "victorialogs" / "run.sh"
    places = ("-httpListenAddr=", "-storageDataPath=")  # which run.sh gives
    rest = [each for each in container()["args"] if not each.startswith(places)]
    program.start(["sh", run, port, tmp_path / "data", *rest])
    program.wait(f"http://127.0.0.1:{port}/health")
    yield port
    program.stop()


def query() -> str:
    """Give the page's command that looks for a request."""
    (found,) = re.findall(r"^curl .*THE_X_REQUEST_ID.*$", PAGE.read_text(), re.MULTILINE)
    return str(found)


@pytest.mark.e2e
def test_a_request_is_found_by_its_id(store: int, tmp_path: Path) -> None:
    """With the settings and arguments of the manifests, in seconds; both of its records, each once."""
    moved = {"http://victorialogs:9428": f"http://127.0.0.1:{store}"}
    shipper = logship(only_sidecar(EXAMPLE), tmp_path, moved).start()
    agent = Agent(tmp_path / "logs")
    try:
        request = agent.ask("is anybody there").headers["x-request-id"]
        command = query().replace("localhost:9428", f"127.0.0.1:{store}").replace("THE_X_REQUEST_ID", request)
        words = shlex.split(command)

        def found() -> list[str]:
            return subprocess.run([*words, "-s"], capture_output=True, text=True, check=True).stdout.splitlines()

        wait_until(lambda: any('"POST /ask was answered by 200"' in line for line in found()), "it is found", SOON)
        shipper.check_conservation()
        lines = found()
        assert len(lines) == len(set(lines))
        assert all(f'"request_id":"{request}"' in line and '"service.name":' in line for line in lines)
    finally:
        agent.close()
        shipper.close()


def test_the_store_is_the_one_that_was_tried() -> None:
    """Of the version that the tests build."""
    assert container()["image"] == f"victoriametrics/victoria-logs:v{VERSION}"


def test_the_settings_lead_to_the_store() -> None:
    """By its Service's name and port, which leads to the container's."""
    service = of("Service", "victorialogs")
    url = only_sidecar(EXAMPLE).environment["LOGSHIP_HTTP_URL"]
    assert url.startswith(f"http://victorialogs:{service['spec']['ports'][0]['port']}/insert/jsonline?")
    assert container()["ports"] == [{"name": "http", "containerPort": 9428}]
    assert "-httpListenAddr=:9428" in container()["args"]


def test_all_of_it_is_in_one_namespace_which_enforces_the_standard() -> None:
    """So that deleting the namespace leaves nothing."""
    namespace = of("Namespace", "agent-with-victorialogs")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    inside = [each for each in render(EXAMPLE) if each is not namespace]
    assert {each["metadata"]["namespace"] for each in inside} == {"agent-with-victorialogs"}
