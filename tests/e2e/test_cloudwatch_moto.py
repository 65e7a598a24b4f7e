"""The cloudwatch sink with moto's server, which knows botocore's protocol and checks every signature."""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.session import Session  # type: ignore[import-untyped]

from benchmarks.processes import free_port
from tests.e2e.arrivals import assert_all_arrived, line
from tests.e2e.conftest import StartLogship, StartWriter
from tests.e2e.harness import wait_until

pytestmark = pytest.mark.e2e

LINES = 1500
REGION = "eu-central-1"
UNCHECKED = 5
"""Requests that set up users, before signatures are checked."""
POLICY = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}],
})  # fmt: skip


@dataclass(slots=True)
class Moto:
    """A running server, and a key that it knows."""

    url: str
    key_id: str = ""
    secret: str = ""
    role: str = ""
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Give botocore's own client: nothing of ours."""
        if service not in self._clients:
            keys = {"aws_access_key_id": self.key_id or "any", "aws_secret_access_key": self.secret or "any"}
            self._clients[service] = Session().create_client(service, region_name=REGION, endpoint_url=self.url, **keys)
        return self._clients[service]

    def set_up(self) -> None:
        """Make a user and a role that may write logs; from then on, signatures are checked."""
        iam = self.client("iam")
        iam.create_user(UserName="logship")
        iam.put_user_policy(UserName="logship", PolicyName="logs", PolicyDocument=POLICY)
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        self.role = iam.create_role(RoleName="pod", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        iam.put_role_policy(RoleName="pod", PolicyName="logs", PolicyDocument=POLICY)
        key = iam.create_access_key(UserName="logship")["AccessKey"]
        self.key_id, self.secret = key["AccessKeyId"], key["SecretAccessKey"]

    def let_pass(self, count: int) -> None:
        """Take so many requests unsigned, as AWS's STS takes one for a web identity; then check again."""
        host = urlsplit(self.url).netloc
        connection = http.client.HTTPConnection(host)
        connection.request("POST", "/moto-api/reset-auth", str(count))
        assert connection.getresponse().status == 200
        connection.close()

    def records(self, group: str, stream: str) -> list[dict[str, Any]]:
        """Give what is in a stream, in its order; nothing if it is not there yet."""
        logs = self.client("logs")
        try:
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, logStreamNames=[stream])
            return [json.loads(event["message"]) for page in pages for event in page["events"]]
        except logs.exceptions.ResourceNotFoundException:
            return []


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moto]:
    """Start the server."""
    port, printed = free_port(), tmp_path_factory.mktemp("moto") / "moto.txt"
    environment = os.environ | {"INITIAL_NO_AUTH_ACTION_COUNT": str(UNCHECKED)}
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-p", str(port)],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(lambda: b"Running on" in printed.read_bytes(), "moto has started")
        made = Moto(f"http://127.0.0.1:{port}")
        made.set_up()
        yield made
    finally:
        process.kill()
        process.wait(timeout=10)


@pytest.fixture(autouse=True)
def _no_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave nothing of AWS in the environment."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)


def test_every_line_is_in_the_pods_stream(
    moto: Moto, new_logship: StartLogship, logs: Path, write: StartWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Group and stream are made, with the keys of the environment, over a rotation and a kill."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", moto.key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", moto.secret)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    daemon = new_logship(
        paths=f"{logs}/*.log",
        sinks="cloudwatch",
        cloudwatch_endpoint=moto.url,
        cloudwatch_group="/every/line",
        pod_name="agent-1",
        container_name="agent",
        batch_max_records=300,
    ).start()
    writer = write("rotating", logs / "app.log", LINES, rate=1500, bytes=80_000)
    wait_until(lambda: moto.records("/every/line", "agent-1/agent"), "some lines")
    daemon.kill()
    daemon.start()
    writer.finish()
    daemon.check_conservation()
    assert daemon.terminate() == 0
    records = moto.records("/every/line", "agent-1/agent")
    assert_all_arrived(records, {"app": LINES}, ordered=False, repeats=True)
    assert len(records) - LINES <= 2 * 300, "more came twice than was in flight"


def test_a_wrong_key_keeps_the_data_until_it_is_mended(
    moto: Moto, new_logship: StartLogship, logs: Path, tmp_path: Path
) -> None:
    """The signature does not match: a fault. The Secret's file is written again, and no restart is needed."""
    secret = tmp_path / "secret"
    secret.write_text("wrong")
    (logs / "app.log").write_bytes(line("app", 0))
    daemon = new_logship(
        paths=f"{logs}/*.log",
        sinks="cloudwatch",
        cloudwatch_endpoint=moto.url,
        cloudwatch_region=REGION,
        cloudwatch_group="wrong",
        cloudwatch_stream="s",
        cloudwatch_access_key_id=moto.key_id,
        cloudwatch_secret_access_key_file=secret,
        retry_initial_seconds=0.05,
        retry_max_seconds=0.2,
    ).start()
    wait_until(lambda: daemon.messages("a setting or credential is wrong"), "the fault is told")
    assert not moto.records("wrong", "s")
    secret.write_text(moto.secret)
    daemon.check_conservation()
    assert_all_arrived(moto.records("wrong", "s"), {"app": 1})
    assert moto.secret not in daemon.stderr.read_text()


def test_a_pods_role_is_assumed_by_its_token(
    moto: Moto, new_logship: StartLogship, logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IAM Roles for Service Accounts: the token of the service account for keys of the role."""
    token = tmp_path / "token"
    token.write_text("eyJhbGciOiJSUzI1NiJ9.e30.c2ln")
    monkeypatch.setenv("AWS_ROLE_ARN", moto.role)
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(token))
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", moto.url)
    (logs / "app.log").write_bytes(b"".join(line("app", number) for number in range(100)))
    moto.let_pass(1)
    daemon = new_logship(
        paths=f"{logs}/*.log",
        sinks="cloudwatch",
        cloudwatch_endpoint=moto.url,
        cloudwatch_group="role",
        cloudwatch_stream="s",
    ).start()
    daemon.check_conservation()
    assert_all_arrived(moto.records("role", "s"), {"app": 100})
    assert daemon.terminate() == 0
