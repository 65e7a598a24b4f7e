"""The scenarios of k8s/LESSON.md with the real program: what is typed, and what it then prints.

Each gives the text of its commands by step. Where a store is in it, that is a small server which refuses credentials
as its own documentation says; nothing else is made up.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.harness import Logship, wait_until
from tests.e2e.receiver import Receiver
from tests.e2e.stores import Behaviour, Request, respond, store
from tests.k8s.rendering import K8S, only_sidecar

Steps = dict[str, str]
typed: set[str] = set()
"""Every command that was typed."""


@dataclass(slots=True)
class Lesson:
    """A pod's two folders, its Secret, its daemon, and a terminal in it."""

    folder: Path
    logship: Logship
    places: dict[str, str] = field(default_factory=dict)
    """What is there, and what the page says."""

    def write(self, name: str, text: str) -> None:
        """Write as the application does."""
        with (self.folder / "logs" / name).open("a") as file:
            file.write(text)

    def secret(self, **values: str) -> None:
        """Make the Secret, or change it."""
        for name, value in values.items():
            (self.folder / "secrets" / name).write_text(value)

    def type(self, words: str, stdin: str = "") -> str:
        """Give what a command prints, its exit code last, in the page's words for places."""
        typed.add(words)
        settings = {f"LOGSHIP_{name.upper()}": str(value) for name, value in self.logship.settings.items()}
        clean = {name: text for name, text in os.environ.items() if not name.startswith("LOGSHIP_")}
        command = [sys.executable, "-m", *words.split()]
        done = subprocess.run(
            command, env={**clean, **settings}, input=stdin, capture_output=True, text=True, check=False, timeout=60
        )
        return self.told(f"{done.stdout}{done.stderr}exit {done.returncode}\n")

    def messages(self) -> str:
        """Give the daemon's own messages."""
        return self.told(self.logship.stderr.read_text())

    def told(self, text: str) -> str:
        """Give a text in the page's words for places."""
        here = {f"{self.folder}/logs": "/var/log/agent", f"{self.folder}/secrets": "/run/secrets/logship"}
        for there, said in {**here, str(self.logship.state): "/var/lib/logship", **self.places}.items():
            text = text.replace(there, said)
        return text

    def wait(self, name: str, value: object) -> None:
        """Return when the first sink says that."""
        wait_until(lambda: self.logship.status()["sinks"][0][name] == value, f"{name} is {value}")

    def wait_delivered(self) -> None:
        """Return when something was delivered."""
        wait_until(lambda: self.logship.status()["sinks"][0]["totals"]["delivered"]["records"], "it is delivered")


@contextmanager
def lesson(**settings: Any) -> Iterator[Lesson]:
    """Give one whose daemon does not run yet."""
    with tempfile.TemporaryDirectory(prefix="logship-") as name:
        folder = Path(name)
        (folder / "logs").mkdir()
        (folder / "secrets").mkdir()
        found = {"paths": f"{folder}/logs/*.log", "secrets_dir": folder / "secrets", **settings}
        daemon = Logship(folder / "daemon", **found)
        try:
            yield Lesson(folder, daemon)
        finally:
            daemon.close()


def example(name: str) -> dict[str, str]:
    """Give the settings of an example's ConfigMap."""
    found = only_sidecar(K8S / name).environment
    return {
        name.removeprefix("LOGSHIP_").lower(): value
        for name, value in found.items()
        if re.match(r"LOGSHIP_(SINKS|DATADOG|CLOUDWATCH|HTTP|MAX_LINE)", name)
    }


def datadogs(key: str) -> Behaviour:
    """Answer as Datadog's intake does to one key and to others."""

    def behave(connection: Any, request: Request) -> None:
        right = request.headers.get("dd-api-key") == key
        asked = request.line.startswith("GET /api/v1/validate")
        body = b'{"valid":true}' if asked and right else b"{}" if right else b'{"errors":["Forbidden"]}'
        connection.sendall(respond(body, "403 Forbidden" if not right else "200 OK" if asked else "202 Accepted"))

    return behave


def datadog() -> Steps:
    """Apply the example with its placeholder for a key; mend the Secret."""
    with lesson(**example("sinks/datadog")) as made, store() as server:
        server.behaviour = datadogs("right")
        made.logship.settings["datadog_url"] = f"http://localhost:{server.port}"
        made.places = {f"http://localhost:{server.port}": "https://http-intake.logs.datadoghq.com"}
        made.places |= {f"localhost:{server.port}": "http-intake.logs.datadoghq.com:443"}
        made.secret(logship_datadog_api_key="change-me")
        made.logship.start()
        made.write("requests.log", '{"timestamp": "2026-11-28T09:00:00Z", "level": "info", "message": "one"}\n')
        made.wait("last_error", "http_403")
        steps = {"refused": made.type("logship check"), "said": made.messages()}
        made.secret(logship_datadog_api_key="right")
        made.wait_delivered()
        return {**steps, "sent": made.type("logship check --send"), "mended": made.messages()}


def cloudwatch() -> Steps:
    """Give CloudWatch a key that it does not know."""

    def unknown(connection: Any, _: Request) -> None:
        connection.sendall(respond(b'{"__type":"UnrecognizedClientException","message":"no"}', "400 Bad Request"))

    with lesson(**example("sinks/cloudwatch")) as made, store() as server:
        server.behaviour = unknown
        made.logship.settings |= {"cloudwatch_endpoint": f"http://localhost:{server.port}", "pod_name": "agent-0"}
        made.places = {f"localhost:{server.port}": "logs.eu-central-1.amazonaws.com:443"}
        made.secret(logship_cloudwatch_access_key_id="change-me", logship_cloudwatch_secret_access_key="change-me")
        made.logship.start()
        made.write("requests.log", '{"timestamp": "2026-11-28T09:00:00Z", "level": "info", "message": "one"}\n')
        wait_until(lambda: made.logship.status()["sinks"][0]["last_error"], "it is refused")
        return {"refused": made.type("logship check"), "said": made.messages()}


def nothing_arrives() -> Steps:
    """Let the application write another name than is looked for, and the receiver refuse the token."""

    def refuse(connection: Any, request: Request) -> None:
        right = request.headers.get("authorization") == "Bearer right"
        connection.sendall(respond(b"", "200 OK" if right else "401 Unauthorized"))

    with lesson(sinks="http") as made, store() as server:
        server.behaviour = refuse
        made.logship.settings["http_url"] = f"http://localhost:{server.port}/logs"
        made.places = {f"localhost:{server.port}": "receiver:8080"}
        made.secret(logship_http_bearer_token="wrong")
        made.logship.start()
        record = '{"timestamp": "2026-11-28T09:00:00Z", "level": "info", "message": "one"}\n'
        made.write("requests.json", record)
        wait_until(lambda: made.logship.status()["problems"], "it is seen")
        steps = {"pattern": made.type("logship check"), "full": made.type("logship check --full")}
        made.logship.terminate()
        made.logship.start(paths=f"{made.folder}/logs/*.json")
        made.wait("last_error", "http_401")
        steps |= {"token": made.type("logship check"), "status": made.type("logship status")}
        made.secret(logship_http_bearer_token="right")
        made.wait_delivered()
        steps |= {"mended": made.type("logship check"), "sent": made.type("logship check --send")}
        local = '{"timestamp": "2026-11-28 11:00:00", "level": "info", "message": "one"}\n'
        return {**steps, "lines": made.type("logship check --lines - --timestamp-zone Europe/Berlin", local)}


def crash() -> Steps:
    """Kill the logging sidecar while the application writes; a kubelet starts it again."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Receiver(Path(folder)) as receiver,
        lesson(sinks="http", http_url=receiver.url) as made,
    ):
        made.places = {f"127.0.0.1:{receiver.port}": "receiver:8080"}
        made.logship.start()
        made.write("requests.log", "".join(f'{{"number": {n}}}\n' for n in range(100)))
        wait_until(lambda: receiver.counts().records == 100, "the first lines have arrived")
        made.logship.wait_idle()
        time.sleep(1.5)  # in which a checkpoint is saved
        made.logship.kill()
        made.write("requests.log", "".join(f'{{"number": {n}}}\n' for n in range(100, 200)))
        (made.folder / "logs" / "requests.log").rename(made.folder / "logs" / "requests.log.1")
        made.write("requests.log", "".join(f'{{"number": {n}}}\n' for n in range(200, 300)))
        made.logship.start()
        wait_until(lambda: receiver.counts().records >= 300, "all has arrived")
        made.logship.wait_idle()
        arrived = [each["number"] for each in receiver.records()]
        return {"arrived": f"{len(arrived)} arrived, {len(set(arrived))} different", "said": made.messages()}
