"""Every sink, with the real daemon: rotation, a store with moods and a kill, and every line arrives.

The stores here answer as the protocols' documentation says; where a real server can be had, another test uses it.
"""

import gzip
import json
import socket
import struct
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from google.cloud.logging_v2.types import WriteLogEntriesRequest
from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from tests.e2e.arrivals import assert_all_arrived
from tests.e2e.conftest import StartLogship, StartWriter
from tests.e2e.harness import wait_until
from tests.e2e.stores import Behaviour, Request, Store, respond, store
from tests.sinks import cloudwatch

pytestmark = pytest.mark.e2e

LINES = 6000


@dataclass(frozen=True, slots=True)
class Kind:
    """What the test must know of a sink and its store."""

    settings: Callable[[str], Mapping[str, object]]
    """Makes the daemon's settings from the store's address."""
    records: Callable[[bytes], Iterable[Mapping[str, Any]]]
    """Takes the body of a request apart; anything wrong in it is an AssertionError or ValueError."""
    success: bytes
    path: str = "/"
    """Requests to other paths are no deliveries: they are answered by ``others``."""
    others: Callable[[Request], bytes] = lambda _: respond(b"", "404 Not Found")
    environ: Callable[[str], Mapping[str, str]] = lambda _: {}
    """What else the daemon's environment has, from the store's address."""
    key: str = ""
    """By which member of a record the store drops repeats."""
    mood: Callable[[Store, Request], bytes] | None = None
    """Takes a request in part; gives the answer."""


def _datadog(body: bytes) -> Iterable[Mapping[str, Any]]:
    entries = json.loads(body)
    assert len(entries) <= 1000
    return [json.loads(entry["message"]) for entry in entries]


def _splunk(body: bytes) -> Iterable[Mapping[str, Any]]:
    return [json.loads(line)["event"] for line in body.splitlines()]


def _splunk_in_part(made: Store, request: Request) -> bytes:
    """Index all events before one in the middle, and refuse that one."""
    events = request.body.splitlines(keepends=True)
    middle = len(events) // 2
    made.bodies.append(b"".join(events[:middle]))
    said = {"text": "Invalid data format", "code": 6, "invalid-event-number": middle}
    return respond(json.dumps(said).encode(), "400 Bad Request")


def _loki(body: bytes) -> Iterable[Mapping[str, Any]]:
    [stream] = json.loads(body)["streams"]
    times = [int(value[0]) for value in stream["values"]]
    assert times == sorted(times)
    return [json.loads(value[1]) for value in stream["values"]]


def _otlp(body: bytes) -> Iterable[Mapping[str, Any]]:
    [resource] = ExportLogsServiceRequest.FromString(body).resource_logs
    [scope] = resource.scope_logs
    return [json.loads(record.body.string_value) for record in scope.log_records]


def _cloudwatch(body: bytes) -> Iterable[Mapping[str, Any]]:
    events = json.loads(body)["logEvents"]
    cloudwatch.check(events, [event["timestamp"] for event in events], time.time_ns() // 10**6)
    return [json.loads(event["message"]) for event in events]


def _gcl(body: bytes) -> Iterable[Mapping[str, Any]]:
    request = json.loads(body)
    json_format.ParseDict(request, WriteLogEntriesRequest.pb()())
    assert request["resource"]["labels"]["cluster_name"] == "prod"
    return [{**each["jsonPayload"], "key": (each["timestamp"], each["insertId"])} for each in request["entries"]]


def _gcl_in_part(made: Store, request: Request) -> bytes:
    """Write all entries but the first, which may yet succeed."""
    body = json.loads(request.body)
    made.bodies.append(json.dumps(body | {"entries": body["entries"][1:]}).encode())
    kind = "type.googleapis.com/google.logging.v2.WriteLogEntriesPartialErrors"
    detail = {"@type": kind, "logEntryErrors": {"0": {"code": 14, "message": "again"}}}
    error = {"code": 503, "status": "UNAVAILABLE", "details": [detail]}
    return respond(json.dumps({"error": error}).encode(), "503 Service Unavailable")


def _metadata(request: Request) -> bytes:
    """Answer as Google's metadata server on a node of GKE."""
    path = request.line.split()[1].partition("?")[0].removeprefix("/computeMetadata/v1/")
    account = "instance/service-accounts/default/"
    texts = {
        "/": "",
        "project/project-id": "shop-1",
        "instance/attributes/cluster-name": "prod",
        "instance/attributes/cluster-location": "europe-west1",
        account: json.dumps({"email": "default", "scopes": []}),
        account + "token": json.dumps({"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}),
    }
    kind = "json" if path.startswith(account) else "text"
    return respond(texts[path].encode(), headers=f"Metadata-Flavor: Google\r\nContent-Type: application/{kind}\r\n")


def _acks(request: Request) -> bytes:
    numbers = json.loads(request.body)["acks"]
    return respond(json.dumps({"acks": {str(number): True for number in numbers}}).encode())


KINDS: Mapping[str, Kind] = {
    "cloudwatch": Kind(
        lambda url: {
            "cloudwatch_endpoint": url,
            "cloudwatch_region": "eu-central-1",
            "cloudwatch_group": "g",
            "cloudwatch_access_key_id": "k",
            "cloudwatch_secret_access_key": "s",
        },
        _cloudwatch,
        respond(b"{}"),
    ),
    "datadog": Kind(
        lambda url: {"datadog_url": url + "/api/v2/logs", "datadog_api_key": "k"},
        _datadog,
        respond(b"{}", "202 Accepted"),
        "/api/v2/logs",
    ),
    "splunk": Kind(
        lambda url: {"splunk_url": url, "splunk_token": "t"},
        _splunk,
        respond(b'{"text":"Success","code":0}'),
        "/services/collector/event",
        mood=_splunk_in_part,
    ),
    "splunk, acknowledged": Kind(
        lambda url: {"splunk_url": url, "splunk_token": "t", "splunk_ack": True},
        _splunk,
        respond(b'{"text":"Success","code":0,"ackId":3}'),
        "/services/collector/event",
        _acks,
        mood=_splunk_in_part,
    ),
    "otlp": Kind(lambda url: {"otlp_endpoint": url}, _otlp, respond(b""), "/v1/logs"),
    "gcl": Kind(
        lambda url: {"gcl_endpoint": url, "pod_name": "agent-1", "pod_namespace": "shop"},
        _gcl,
        respond(b"{}"),
        "/v2/entries:write",
        _metadata,
        lambda url: dict.fromkeys(("GCE_METADATA_HOST", "GCE_METADATA_IP"), url.removeprefix("http://")),
        key="key",
        mood=_gcl_in_part,
    ),
    "loki": Kind(lambda url: {"loki_url": url}, _loki, respond(b"", "204 No Content"), "/loki/api/v1/push"),
}


def _reset(connection: socket.socket, _: Request) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    raise ConnectionResetError


def _say(answer: bytes) -> Behaviour:
    return lambda connection, _: connection.sendall(answer)


MOODS: tuple[Behaviour, ...] = (
    _say(respond(b"busy", "503 Service Unavailable")),
    _say(respond(b"", "429 Too Many Requests", "Retry-After: 1\r\n")),
    _reset,
    _say(respond(b"{}", "401 Unauthorized")),
    _say(respond(b"", "500 Internal Server Error")),
    _say(respond(b"", "413 Content Too Large")),
)


def behave(kind: Kind, made: Store) -> Behaviour:
    """Take requests as the store does; a mood, while there are any left, comes in every second place."""
    turn = iter(range(1 << 30))
    moods = list(MOODS)
    if mood := kind.mood:
        moods.insert(2, lambda connection, request: connection.sendall(mood(made, request)))

    def behaviour(connection: socket.socket, request: Request) -> None:
        if not request.line.split()[1].startswith(kind.path):
            connection.sendall(kind.others(request))
        elif moods and next(turn) % 2 == 0:
            moods.pop(0)(connection, request)
        else:
            made.bodies.append(request.body)
            connection.sendall(kind.success)

    return behaviour


def arrived(kind: Kind, made: Store) -> list[Mapping[str, Any]]:
    """Give the records that the store has, in order."""
    records = [record for body in list(made.bodies) for record in kind.records(body)]
    return list({record[kind.key]: record for record in records}.values()) if kind.key else records


@pytest.mark.parametrize("name", KINDS)
def test_every_line_arrives_whatever_the_store_says(
    name: str, new_logship: StartLogship, logs: Path, write: StartWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With rotation, six moods and a kill: nothing is missing or torn, and what was not in flight comes once."""
    kind = KINDS[name]
    with store() as made:
        made.behaviour = behave(kind, made)
        for variable, value in kind.environ(f"http://127.0.0.1:{made.port}").items():
            monkeypatch.setenv(variable, value)
        sink = name.partition(",")[0]
        daemon = new_logship(
            paths=f"{logs}/*.log",
            sinks=sink,
            retry_initial_seconds=0.05,
            retry_max_seconds=0.2,
            batch_max_records=500,
            poll_seconds=0.2,
            **kind.settings(f"http://127.0.0.1:{made.port}"),
        ).start()
        writer = write("rotating", logs / "app.log", LINES, rate=3000, bytes=300_000)
        wait_until(lambda: len(made.bodies) >= 3, "some deliveries")
        daemon.kill()
        daemon.start()
        writer.finish()
        wait_until(lambda: {record["seq"] for record in arrived(kind, made)} >= set(range(LINES)), "every line")
        daemon.check_conservation()
        assert daemon.terminate() == 0
        assert_all_arrived(arrived(kind, made), {"app": LINES}, ordered=False, repeats=not kind.key)
        assert len(arrived(kind, made)) - LINES <= 2 * 500, "more came twice than was in flight"


def test_a_slow_indexer_is_sent_every_line_once(new_logship: StartLogship, logs: Path, write: StartWriter) -> None:
    """One that takes longer than an attempt may: nothing comes twice, and the drain waits for its word, too."""
    sent_at: list[float] = []

    def collector(connection: socket.socket, request: Request) -> None:
        if request.line.split()[1].endswith("/ack"):
            told = {str(n): time.monotonic() - sent_at[n] > 3 for n in json.loads(request.body)["acks"]}
            connection.sendall(respond(json.dumps({"acks": told}).encode()))
            return
        sent_at.append(time.monotonic())
        made.bodies.append(request.body)
        connection.sendall(respond(json.dumps({"text": "Success", "code": 0, "ackId": len(sent_at) - 1}).encode()))

    with store() as made:
        made.behaviour = collector
        settings = {"request_timeout_seconds": 1, "retry_initial_seconds": 0.05, "retry_max_seconds": 0.2}
        to = {"sinks": "splunk", "splunk_url": f"http://127.0.0.1:{made.port}", "splunk_token": "t", "splunk_ack": True}
        daemon = new_logship(paths=f"{logs}/*.log", **settings, **to).start()
        write("rotating", logs / "app.log", LINES, rate=3000, bytes=300_000).finish()
        wait_until(lambda: len(sent_at) >= 2, "a second request")
        assert daemon.terminate() == 0
        kind = KINDS["splunk, acknowledged"]
        assert_all_arrived(arrived(kind, made), {"app": LINES}, ordered=True)


def _kept(folder: Path) -> list[Mapping[str, Any]]:
    files = sorted(folder.glob("*.ndjson.gz"), key=lambda path: path.stat().st_mtime_ns)
    return [json.loads(line) for file in files for line in gzip.decompress(file.read_bytes()).splitlines()]


def test_files_on_a_volume_have_every_line(
    new_logship: StartLogship, logs: Path, tmp_path: Path, write: StartWriter
) -> None:
    """Over a kill in mid-write: each finished file can be unpacked, and no line is missing or torn."""
    folder = tmp_path / "archive"
    daemon = new_logship(
        paths=f"{logs}/*.log", sinks="file", file_path=folder, file_max_seconds=1, batch_max_records=200
    ).start()
    writer = write("rotating", logs / "app.log", LINES, rate=3000, bytes=300_000)
    wait_until(lambda: any(folder.glob("*.ndjson.gz")), "a finished file")
    daemon.kill()
    daemon.start()
    writer.finish()
    daemon.check_conservation()
    assert daemon.terminate() == 0
    assert_all_arrived(_kept(folder), {"app": LINES}, ordered=False, repeats=True)
    assert not list(folder.glob("*.open"))
