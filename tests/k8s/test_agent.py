"""The demo agent: what its log has of a request, and that the record reaches a store."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.processes import free_port
from tests.e2e.harness import Logship, wait_until
from tests.e2e.receiver import Receiver

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
AGENT = ROOT / "k8s" / "agent"
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"
RECORD = {"timestamp", "level", "message", "request_id", "latency_ms", "status", "trace_id"}


class Agent:
    """The real agent as a process."""

    def __init__(self, folder: Path, **environ: object) -> None:
        self.folder = folder
        self.port, self.metrics_port = free_port(), free_port()
        given = {
            "LOG_DIR": folder,
            "HOST": "127.0.0.1",
            "PORT": self.port,
            "METRICS_PORT": self.metrics_port,
            **environ,
        }
        self._stderr = (folder.parent / "agent.stderr").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, str(AGENT / "app.py")],
            env={**os.environ, **{name: str(value) for name, value in given.items()}},
            stderr=self._stderr,
        )
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30)
        wait_until(self._answers, "the agent answers")

    def ask(self, question: str, **headers: str) -> httpx.Response:
        """Ask a question."""
        return self.client.post("/ask", json={"question": question}, headers=headers)

    def stop(self) -> int:
        """Send SIGTERM, as a kubelet does, and give the exit code."""
        self._process.terminate()
        return self._process.wait(timeout=30)

    def close(self) -> None:
        """Make sure that it has gone."""
        self.client.close()
        self._process.kill()
        self._process.wait()
        self._stderr.close()

    def _answers(self) -> bool:
        assert self._process.poll() is None, (self.folder.parent / "agent.stderr").read_text()
        try:
            return self.client.get("/healthz").is_success
        except httpx.TransportError:
            return False


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    """Give a running agent."""
    folder = tmp_path_factory.mktemp("agent") / "logs"
    folder.mkdir()
    started = Agent(folder)
    yield started
    started.close()


@pytest.fixture
def shipped(tmp_path: Path) -> Iterator[tuple[Agent, Logship, Receiver]]:
    """Give an agent that rotates its ``inference.log`` every few requests, and ship that to a store."""
    folder = tmp_path / "logs"
    folder.mkdir()
    with Receiver(tmp_path) as receiver:
        logship = Logship(tmp_path / "daemon", paths=f"{folder}/*.log", sinks="http", http_url=receiver.url)
        logship.start()
        agent = Agent(folder, LOG_FILE="inference.log", LOG_MAX_BYTES=20_000)
        yield agent, logship, receiver
        agent.close()
        logship.close()


def test_a_request_is_traced_from_the_answer_to_the_store(shipped: tuple[Agent, Logship, Receiver]) -> None:
    """By the id in the answer's header and the caller's trace id; rotation loses none of 200 requests."""
    agent, logship, receiver = shipped
    answer = agent.ask("where do my logs go", traceparent=PARENT)
    assert answer.json() == {"answer": "That question has 5 words.", "request_id": answer.headers["x-request-id"]}
    assert re.fullmatch(rf"00-{TRACE}-[0-9a-f]{{16}}-01", answer.headers["traceparent"])
    asked = [agent.ask(f"question {number}").headers["x-request-id"] for number in range(200)]
    assert agent.stop() == 0
    ended: dict[str, dict[str, Any]] = {}

    def arrived() -> bool:
        ended.update({each["request_id"]: each for each in receiver.records() if "latency_ms" in each})
        return ended.keys() >= {answer.headers["x-request-id"], *asked}

    wait_until(arrived, "every request's record is in the store")
    record = ended[answer.headers["x-request-id"]]
    assert record.keys() >= RECORD | {"@timestamp", "log.file.name"}
    assert (record["trace_id"], record["status"], record["level"]) == (TRACE, 200, "info")
    assert record["latency_ms"] > 0
    assert record["log.file.name"] == "inference.log"
    assert len({each["trace_id"] for each in ended.values()}) == 201
    assert list(agent.folder.glob("inference.log.*")), "it was not rotated"
    assert logship.terminate() == 0
    assert "the agent stops" in {each["message"] for each in receiver.records()}


def test_what_goes_wrong_is_logged_with_its_status(agent: Agent) -> None:
    """A fault of the caller's, of the model, of the program: the answer has an id each time, and no stack trace."""
    answers = [agent.ask(""), agent.ask("please fail"), agent.ask("please crash"), agent.client.get("/nothing")]
    assert [answer.status_code for answer in answers] == [422, 503, 500, 404]
    assert "Traceback" not in answers[2].text
    records = [json.loads(line) for line in (agent.folder / "requests.log").read_text().splitlines()]
    by_id = {record["request_id"]: record for record in records if "latency_ms" in record}
    seen = [by_id[answer.headers["x-request-id"]] for answer in answers]
    assert [record["status"] for record in seen] == [422, 503, 500, 404]
    assert [record["level"] for record in seen] == ["info", "error", "error", "info"]
    assert seen[3]["path"] == "other"
    crash = next(record for record in records if "error" in record)
    assert crash["request_id"] == answers[2].headers["x-request-id"]
    assert "RuntimeError" in crash["error"]


def test_ids_that_make_no_sense_are_not_taken(agent: Agent) -> None:
    """A caller's own id is kept; what could forge a line or a label is not."""
    assert agent.ask("x", **{"X-Request-ID": "order-17.a"}).headers["x-request-id"] == "order-17.a"
    for bad in ("00-" + "0" * 32 + "-b7ad6b7169203331-01", "nonsense", PARENT.upper()):
        answer = agent.ask("x", **{"X-Request-ID": '"}{"', "traceparent": bad})
        assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])
        assert re.fullmatch("00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-01", answer.headers["traceparent"])


def test_its_metrics_have_a_port_of_their_own(agent: Agent) -> None:
    """Probes are counted and not logged; no label holds what a caller made up."""
    agent.ask("x")
    agent.client.get("/secret-path")
    page = httpx.get(f"http://127.0.0.1:{agent.metrics_port}/metrics").text
    for path, status in (("/ask", 200), ("/healthz", 200), ("other", 404)):
        assert f'agent_requests_total{{path="{path}",status="{status}"}}' in page
    assert "secret-path" not in page
    assert "healthz" not in (agent.folder / "requests.log").read_text()


def test_make_demo_agent_follows_one_request() -> None:
    """Ctrl-C, as a terminal sends it to the whole group, ends it: the shipper drains, and no record is missing."""
    words = (sys.executable, str(AGENT / "demo.py"), "--seconds", "60")
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True) as demo:
        assert demo.stdout
        shown = []
        for line in demo.stdout:
            shown.append(line)
            if "the same trace id" in line:
                break
        os.killpg(demo.pid, signal.SIGINT)
        shown += demo.stdout
    assert demo.returncode == 0, shown
    found = re.search(r"X-Request-ID: (\w+)\n.*\"request_id\": \"(\w+)\"", "".join(shown), re.DOTALL)
    assert found
    assert found[1] == found[2]
    assert "records of 0 missing" in shown[-1]


def test_its_image_is_well_made() -> None:
    """Hadolint finds no fault; it runs as a number that is not root, and everything is pinned with hashes."""
    dockerfile = AGENT / "Dockerfile"
    done = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), dockerfile], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    text = dockerfile.read_text()
    assert "\nUSER 10001:10001\n" in text
    assert "--require-hashes" in text
    pins = (AGENT / "requirements.txt").read_text()
    wanted = [
        re.split("[>=<]", line)[0] for line in (AGENT / "requirements.in").read_text().splitlines() if line[:1] != "#"
    ]
    assert all(re.search(rf"^{name}==[^ ]+ \\\n    --hash=sha256:", pins, re.MULTILINE) for name in wanted)
    blocks = re.findall(r"^\S+==.*?(?=^\S|\Z)", pins, re.MULTILINE | re.DOTALL)
    assert all("--hash=sha256:" in block for block in blocks)
