import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from google.auth.compute_engine import _metadata

from logship.errors import ConfigError
from logship.model import Batch, Block, FileId, Outcome, Sink, Status
from logship.net.access_tokens import Access, Grant
from logship.net.credentials import SecretError
from logship.records.enrichment import Enrichment
from logship.sinks.gcl.credentials import ask
from logship.sinks.gcl.entries import SCOPE
from logship.sinks.gcl.sink import Settings, open_sink
from tests.scripted_server import Reply
from tests.sinks.google import Google, google, refusal, write_federation, write_key

POD = {"k8s.pod.name": "agent-1", "k8s.namespace.name": "shop", "k8s.container.name": "agent"}
CLUSTER = {"cluster-name": "prod", "cluster-location": "europe-west1"}
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def block(data: bytes, start: int = 0) -> Block:
    """Give a block."""
    return Block(FileId("f" * 22), "a.log", start, start + len(data), data, 1_700_000_000_123_456_789, 0.0)


def batch(sink: Sink, data: bytes) -> Batch:
    """Give a batch."""
    return Batch((sink.encode(block(data)),))


def rewrite(path: Path, text: str) -> None:
    """Change a file."""
    path.write_text(text)


@pytest.fixture(autouse=True)
def environment(tmp_path: Path) -> Iterator[None]:
    """Let the tests find no credentials but their own, and put everything back."""
    with patch.dict(os.environ, {"CLOUDSDK_CONFIG": str(tmp_path / "none")}):
        for name in ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"):
            os.environ.pop(name, None)
        yield


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """Give the place of the key file, and make it the one that counts."""
    os.environ["GOOGLE_APPLICATION_CREDENTIALS"] = str(tmp_path / "key.json")
    return tmp_path / "key.json"


@asynccontextmanager
async def opened(key: Path, enrichment: Enrichment | None = None, **settings: Any) -> AsyncIterator[tuple[Any, Google]]:
    """Open the sink with a key of its own."""
    async with google_with(key) as made:
        url = made.server.url
        async with open_sink(Settings(endpoint=url, **settings), enrichment or Enrichment(POD)) as sink:
            yield sink, made


@asynccontextmanager
async def google_with(key: Path) -> AsyncIterator[Google]:
    """Run Google, and have it believe a key."""
    async with google() as made:
        write_key(key, made.server.url)
        yield made


async def written(key: Path, data: bytes, enrichment: Enrichment | None = None, **settings: Any) -> dict[str, Any]:
    """Give the request that a block makes."""
    async with opened(key, enrichment, **settings) as (sink, made):
        assert await sink.deliver(batch(sink, data)) == Outcome(Status.DELIVERED)
        [body] = made.bodies
        assert made.server.requests[-1].headers["content-encoding"] == "gzip"
    return body


# -- entries ----------------------------------------------------------------------------------------------------------


async def test_a_record_is_the_payload_of_an_entry(key_file: Path) -> None:
    """With a key against repeats, time, severity, trace and span beside it; the record keeps its own names."""
    record = {
        "timestamp": "2023-11-22T10:00:00.5Z",
        "level": "WARN",
        "msg": '100% "q" \x01',
        "mdc": {"trace_id": TRACE.upper()},
    }
    data = json.dumps(record | {"span_id": "00F067aa0ba902b7", "n": 1.5}).encode() + b"\ntext\n"
    body = await written(key_file, data)
    first, second = body["entries"]
    payload = first.pop("jsonPayload")
    assert first == {
        "insertId": "f" * 22 + "-0",
        "timestamp": "2023-11-22T10:00:00.5Z",
        "severity": "WARNING",
        "trace": f"projects/shop-1/traces/{TRACE}",
        "spanId": "00f067aa0ba902b7",
    }
    assert (payload["msg"], payload["n"], payload["k8s.pod.name"]) == ('100% "q" \x01', 1.5, "agent-1")
    assert second.pop("jsonPayload")["message"] == "text"
    assert second == {"insertId": "f" * 22 + f"-{len(data) - 5}", "timestamp": "2023-11-14T22:13:20.123456789Z"}
    assert body.keys() == {"logName", "resource", "partialSuccess", "entries"}
    assert body["partialSuccess"] is True


@pytest.mark.parametrize(
    ("member", "severity"),
    [
        ('"level":"trace"', "DEBUG"),
        ('"severity":"NOTICE"', "NOTICE"),
        ('"levelname":"CRITICAL"', "CRITICAL"),
        ('"level":"fatal"', "CRITICAL"),
        ('"level":40', "ERROR"),
        ('"level":"alert"', "ALERT"),
        ('"level":"panic"', "EMERGENCY"),
        ('"level":"info"', "INFO"),
        ('"level":"loud"', None),
        ('"other":1', None),
    ],
)
async def test_the_level_becomes_the_severity(key_file: Path, member: str, severity: str | None) -> None:
    """In Google's names: others would be refused; what is no level stays DEFAULT."""
    body = await written(key_file, f"{{{member}}}\n".encode())
    assert body["entries"][0].get("severity") == severity


@pytest.mark.parametrize("value", ["0" * 32, TRACE[:-1], TRACE + "0", "g" * 32, "a" * 30 + '\\"', 5, None, {"a": 1}])
async def test_what_is_no_trace_stays_in_the_record(key_file: Path, value: object) -> None:
    """Only 32 hexadecimal digits, and 16 of a span, can be looked up."""
    data = json.dumps({"a": 1, "trace_id": value, "span_id": value}) + "\n"
    [entry] = (await written(key_file, data.encode()))["entries"]
    assert set(entry) == {"insertId", "timestamp", "jsonPayload"}
    assert entry["jsonPayload"]["trace_id"] == value


async def test_what_stands_for_the_project_is_in_no_record(key_file: Path) -> None:
    """A control character that JSON escapes: it is no part of a record, whatever a line has in it."""
    data = b'text \x01\n{"a":"\x01"}\n{"a":1,\x01"b":2}\n{"a":"\\u0001"}\n'
    payloads = [entry["jsonPayload"] for entry in (await written(key_file, data))["entries"]]
    assert [each.get("message") for each in payloads] == ["text \x01", '{"a":"\x01"}', '{"a":1,\x01"b":2}', None]
    assert payloads[3]["a"] == "\x01"


async def test_a_repeat_is_the_same_entry(key_file: Path) -> None:
    """Time and insertId do not change, so Cloud Logging drops it."""
    async with opened(key_file) as (sink, made):
        for _ in range(2):
            assert await sink.deliver(batch(sink, b"one\ntwo\n")) == Outcome(Status.DELIVERED)
    assert len(made.bodies) == 2
    assert len(made.stored) == 2


@pytest.mark.parametrize(("name", "quoted"), [("logship", "logship"), ("a/b c", "a%2Fb%20c")])
async def test_the_log_has_its_name(key_file: Path, name: str, quoted: str) -> None:
    """Quoted as a part of an address."""
    assert (await written(key_file, b"x\n", log_name=name))["logName"] == f"projects/shop-1/logs/{quoted}"


RESOURCES = {
    "nothing known of the cluster": ({}, POD, {"type": "global", "labels": {"project_id": "shop-1"}}),
    "location and cluster set": (
        {"location": "here", "cluster_name": "c"},
        POD,
        {
            "type": "k8s_container",
            "labels": {
                "project_id": "shop-1",
                "location": "here",
                "cluster_name": "c",
                "namespace_name": "shop",
                "pod_name": "agent-1",
                "container_name": "agent",
            },
        },
    ),
    "no pod": ({"location": "here", "cluster_name": "c"}, {}, {"type": "global", "labels": {"project_id": "shop-1"}}),
    "another type": (
        {"type": "generic_node", "location": "here", "node_id": "n"},
        POD,
        {"type": "generic_node", "labels": {"project_id": "shop-1", "location": "here", "node_id": "n"}},
    ),
}


@pytest.mark.parametrize(("chosen", "fields", "resource"), RESOURCES.values(), ids=RESOURCES)
async def test_the_resource(
    key_file: Path, chosen: dict[str, str], fields: dict[str, str], resource: dict[str, object]
) -> None:
    """What was chosen wins; a container of Kubernetes only if all of its labels are known."""
    assert (await written(key_file, b"x\n", Enrichment(fields), resource=chosen))["resource"] == resource


async def test_the_services_limits_are_ours(key_file: Path) -> None:
    """A request below 10 MB whatever the project's name adds, an entry of 256 KB."""
    async with opened(key_file) as (sink, _):
        limits = sink.limits
    assert limits.max_bytes + limits.max_records * 30 + 10_000 < 10_000_000
    assert limits.max_record_bytes == 256_000


# -- answers ----------------------------------------------------------------------------------------------------------


async def test_entries_that_are_refused_are_told_from_those_that_were_written(key_file: Path) -> None:
    """The status is that of one of them; its text may quote the record, so it is no reason."""
    future = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    data = b'{"n":0}\n{"n":1,"time":"%b"}\n{"n":2}\n' % future.encode()
    async with opened(key_file) as (sink, made):
        outcome = await sink.deliver(batch(sink, data))
    [verdict] = outcome.verdicts
    assert (outcome.status, outcome.fault) == (Status.DELIVERED, False)
    assert (verdict.index, verdict.status, verdict.reason) == (1, Status.REJECTED, "invalid_argument")
    assert "far future" in verdict.detail
    assert [entry["jsonPayload"]["n"] for entry in made.stored.values()] == [0, 2]


async def answered(key: Path, reply: Reply) -> Outcome:
    """Give what an answer to three records comes to."""
    async with opened(key) as (sink, made):
        assert isinstance(await sink._access.grant(), Grant)
        made.server.script.append(reply)
        outcome = await sink.deliver(batch(sink, b"a\nb\nc\n"))
        assert isinstance(outcome, Outcome)
        return outcome


@pytest.mark.parametrize(
    ("code", "status", "fault"),
    [
        ("INVALID_ARGUMENT", Status.REJECTED, False),
        ("PERMISSION_DENIED", Status.ERRORED, True),
        ("RESOURCE_EXHAUSTED", Status.ERRORED, False),
        ("UNAVAILABLE", Status.ERRORED, False),
    ],
)
async def test_each_entry_has_its_own_code(key_file: Path, code: str, status: Status, *, fault: bool) -> None:
    """Some may yet succeed, some need another setting, and only the rest is put aside."""
    reply = refusal(400, "INVALID_ARGUMENT", {1: (code, "no"), 7: (code, "there is no eighth")})
    outcome = await answered(key_file, reply)
    assert [(each.index, each.status, each.reason) for each in outcome.verdicts] == [(1, status, code.lower())]
    assert (outcome.status, outcome.fault) == (Status.DELIVERED, fault)


async def test_the_service_may_ask_to_wait_with_the_rest(key_file: Path) -> None:
    """An answer about entries keeps its Retry-After."""
    reply = refusal(429, "RESOURCE_EXHAUSTED", {0: ("RESOURCE_EXHAUSTED", "quota")})
    outcome = await answered(key_file, Reply(429, reply.body, {"Retry-After": "7"}))
    assert (outcome.status, outcome.retry_after, len(outcome.verdicts)) == (Status.DELIVERED, 7, 1)


WHOLE = {
    "bad request": (refusal(400, "INVALID_ARGUMENT"), Status.REJECTED, "http_400", False),
    "no such project": (refusal(404, "NOT_FOUND"), Status.ERRORED, "http_404", True),
    "no right": (refusal(403, "PERMISSION_DENIED"), Status.ERRORED, "http_403", True),
    "quota": (refusal(429, "RESOURCE_EXHAUSTED"), Status.ERRORED, "http_429", False),
    "down": (refusal(503, "UNAVAILABLE"), Status.ERRORED, "http_503", False),
    "other details": (Reply(400, b'{"error":{"details":[1,{"@type":5},{}]}}'), Status.REJECTED, "http_400", False),
    "no JSON of theirs": (Reply(200, b"sign in"), Status.ERRORED, "bad_response", False),
    "nothing": (Reply(200), Status.ERRORED, "bad_response", False),
    "no text in a success": (Reply(200, b'{"\xe9":1}'), Status.ERRORED, "bad_response", False),
    "no text in a refusal": (
        Reply(400, b'{"error":{"details":[{"@type":"caf\xe9","logEntryErrors":{}}]}}'),
        Status.REJECTED,
        "http_400",
        False,
    ),
    "cut": (Reply(400, refusal(400, "X").body, cut=20), Status.ERRORED, "bad_response", False),
}


@pytest.mark.parametrize(("reply", "status", "reason", "fault"), WHOLE.values(), ids=WHOLE)
async def test_an_answer_that_names_no_entry_is_about_all(
    key_file: Path, reply: Reply, status: Status, reason: str, *, fault: bool
) -> None:
    """Nothing was written, or nobody knows: then all is sent again, and the insertId drops what is there."""
    outcome = await answered(key_file, reply)
    assert (outcome.status, outcome.reason, outcome.fault, outcome.verdicts) == (status, reason, fault, ())


async def test_an_answer_too_long_to_read_asks_for_smaller_requests(key_file: Path) -> None:
    """It may have named an entry past what is read of it."""
    outcome = await answered(key_file, Reply(400, b" " * (5 << 20)))
    assert (outcome.status, outcome.reason, outcome.too_large) == (Status.ERRORED, "bad_response", True)


# -- tokens -----------------------------------------------------------------------------------------------------------


async def test_one_token_is_for_many_deliveries(key_file: Path) -> None:
    """An hour's worth; it is signed for with the account's key, which the token server checks."""
    async with opened(key_file) as (sink, made):
        for _ in range(3):
            assert (await sink.deliver(batch(sink, b"x\n"))).status is Status.DELIVERED
    assert made.tokens == ["token-0"]


@pytest.mark.parametrize(("seconds", "early"), [(3600, 225), (60, 30)])
async def test_the_next_token_comes_shortly_before_the_end(key_file: Path, seconds: int, early: int) -> None:
    """Early enough for a request on its way; one of a short life is used for half of it."""
    now = [1000.0]
    async with google_with(key_file) as made:
        made.seconds = seconds
        access = Access(partial(ask, SCOPE), clock=lambda: now[0])
        await access.grant()
        now[0] += seconds - early - 2
        await access.grant()
        assert made.tokens == ["token-0"]
        now[0] += 3
        await access.grant()
    assert made.tokens == ["token-0", "token-1"]
    assert access.headers()["authorization"] == "Bearer token-1"


async def test_a_refused_token_is_replaced(key_file: Path) -> None:
    """The attempt that finds out is errored; the next one has a new token and the same body."""
    async with opened(key_file) as (sink, made):
        await sink.deliver(batch(sink, b"x\n"))
        made.good.clear()
        outcome = await sink.deliver(batch(sink, b"y\n"))
        assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "http_401", True)
        assert await sink.deliver(batch(sink, b"y\n")) == Outcome(Status.DELIVERED)
    assert made.tokens == ["token-0", "token-1"]


async def test_another_key_counts_at_once(key_file: Path) -> None:
    """When the file changes nobody waits for the old token's end."""
    async with opened(key_file) as (sink, made):
        await sink.deliver(batch(sink, b"x\n"))
        made.key = 1
        write_key(key_file, made.server.url, 1)
        await sink.deliver(batch(sink, b"x\n"))
    assert made.tokens == ["token-0", "token-1"]


async def test_a_key_that_is_not_believed_is_a_fault(key_file: Path) -> None:
    """The token server says so; nothing is sent to the log, and no key is shown."""
    async with opened(key_file) as (sink, made):
        made.key = 1
        outcome = await sink.deliver(batch(sink, b"x\n"))
        findings = await sink.preflight(send=True)
    assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "secret", True)
    assert [each.subject for each in findings if not each.good] == ["gcl: credentials", "gcl: delivery"]
    assert made.bodies == []
    assert "PRIVATE" not in str([outcome, findings])


@pytest.mark.parametrize("text", ["", "{", "{}", '{"type":"service_account"}', '{"type":"nonesuch"}', "[]"])
async def test_a_file_that_is_no_key_is_a_fault(key_file: Path, text: str) -> None:
    """Whatever google-auth trips over."""
    async with opened(key_file) as (sink, _):
        rewrite(key_file, text)
        outcome = await sink.deliver(batch(sink, b"x\n"))
    assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "secret", True)


async def test_a_token_server_that_does_not_answer_will_again(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting is wrong: the same batch goes out later."""
    monkeypatch.setattr("google.auth._exponential_backoff.time.sleep", lambda _: None)
    async with opened(key_file) as (sink, made):
        made.failing = Reply(503, b'{"error":"internal_failure"}')
        outcome = await sink.deliver(batch(sink, b"x\n"))
        assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "token", False)
        made.failing = None
        assert await sink.deliver(batch(sink, b"x\n")) == Outcome(Status.DELIVERED)


async def test_many_that_wait_for_a_token_ask_once(key_file: Path) -> None:
    """Requests in flight share it; one that is cancelled takes nothing from the others."""
    async with google_with(key_file) as made:
        access = Access(partial(ask, SCOPE))
        waiting = [asyncio.create_task(access.grant()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        answers = await asyncio.gather(*waiting[1:])
        assert all(isinstance(each, Grant) for each in answers)
    assert made.tokens == ["token-0"]


async def test_a_tokens_of_the_clusters_is_exchanged(tmp_path: Path) -> None:
    """Workload identity federation: the file is read again for each token."""
    (tmp_path / "token").write_text("a token of the cluster's")
    os.environ["GOOGLE_APPLICATION_CREDENTIALS"] = str(tmp_path / "federation.json")
    async with google() as made:
        write_federation(tmp_path / "federation.json", made.server.url, str(tmp_path / "token"))
        settings = Settings(endpoint=made.server.url, project="shop-1")
        async with open_sink(settings, Enrichment(POD)) as sink:
            assert await sink.deliver(batch(sink, b"x\n")) == Outcome(Status.DELIVERED)
            finding, *_ = await sink.preflight(send=False)
    assert finding.message == "workload identity federation: gave a token"


async def test_on_google_the_metadata_server_knows_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Project, token, cluster and location come from it: no setting is needed."""
    async with google() as made:
        made.metadata = CLUSTER
        host = made.server.url.removeprefix("http://")
        monkeypatch.setattr(_metadata, "_GCE_METADATA_HOST", host)  # read from the environment at the import
        os.environ |= {"GCE_METADATA_HOST": host, "GCE_METADATA_IP": host}
        async with open_sink(Settings(endpoint=made.server.url), Enrichment(POD)) as sink:
            assert await sink.deliver(batch(sink, b"x\n")) == Outcome(Status.DELIVERED)
            finding, *_ = await sink.preflight(send=False)
    assert finding.message == "metadata server: gave a token"
    body = made.bodies[0]
    assert body["logName"] == "projects/shop-1/logs/logship"
    assert body["resource"]["type"] == "k8s_container"
    assert body["resource"]["labels"]["cluster_name"] == "prod"
    assert body["resource"]["labels"]["location"] == "europe-west1"


async def test_a_project_that_nobody_knows_yet_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The metadata server of a new node may need a moment."""
    async with google() as made:
        host = made.server.url.removeprefix("http://")
        monkeypatch.setattr(_metadata, "_GCE_METADATA_HOST", host)
        os.environ |= {"GCE_METADATA_HOST": host, "GCE_METADATA_IP": host}
        made.project = ""
        async with open_sink(Settings(endpoint=made.server.url), Enrichment(POD)) as sink:
            outcome = await sink.deliver(batch(sink, b"x\n"))
            assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "no_project", True)
            made.project = "shop-1"
            assert await sink.deliver(batch(sink, b"x\n")) == Outcome(Status.DELIVERED)


async def test_no_credentials_at_all_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a file nor a metadata server: check says what to set."""
    monkeypatch.setattr(_metadata, "_NO_GCE_CHECK", True)  # read from the environment at the import
    monkeypatch.setattr(_metadata, "detect_gce_residency_linux", lambda: False)
    async with google() as made, open_sink(Settings(endpoint=made.server.url), Enrichment(POD)) as sink:
        outcome = await sink.deliver(batch(sink, b"x\n"))
        finding, *others = await sink.preflight(send=True)
    assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "secret", True)
    assert "GOOGLE_APPLICATION_CREDENTIALS" in finding.message
    assert [each.subject for each in others if not each.good] == ["gcl: delivery"]


async def test_a_question_that_ends_badly_can_be_asked_again() -> None:
    """Whatever was not foreseen."""
    good = Grant({}, 2.0, "user", "p")
    answers = {2: good}
    turn = iter((1, 2))
    access = Access(lambda _: answers[next(turn)], clock=lambda: 1.0)
    with pytest.raises(KeyError):
        await access.grant()
    with pytest.raises(SecretError):
        access.headers()
    assert await access.grant() == good


async def test_a_setting_names_another_project(key_file: Path) -> None:
    """Also where traces are looked up."""
    async with opened(key_file, project="other-2") as (sink, made):
        made.project = "other-2"
        data = b'{"trace_id":"%b"}\n' % TRACE.encode()
        assert await sink.deliver(batch(sink, data)) == Outcome(Status.DELIVERED)
    assert made.bodies[0]["logName"] == "projects/other-2/logs/logship"
    assert made.bodies[0]["entries"][0]["trace"] == f"projects/other-2/traces/{TRACE}"


# -- check ------------------------------------------------------------------------------------------------------------


async def test_check_writes_nothing_on_trial_and_one_record_on_demand(key_file: Path) -> None:
    """It says whose credentials they are."""
    async with opened(key_file) as (sink, made):
        findings = await sink.preflight(send=False)
        assert made.stored == {}
        assert made.bodies[0]["dryRun"] is True
        findings += await sink.preflight(send=True)
    assert all(each.good for each in findings)
    assert "gcl: credentials: service account key: gave a token" in [
        f"{each.subject}: {each.message}" for each in findings
    ]
    assert len(made.stored) == 1


async def test_check_tells_that_the_right_to_write_is_missing(key_file: Path) -> None:
    """Apart from credentials that are wrong."""
    async with opened(key_file, project="not-ours") as (sink, _):
        bad = [each for each in await sink.preflight(send=True) if not each.good]
    assert [each.subject for each in bad] == ["gcl: write on trial", "gcl: delivery"]
    assert "not allowed" in bad[0].message


async def test_check_asks_for_a_project(key_file: Path) -> None:
    """Nothing can be written without one, and only a setting can help."""
    async with opened(key_file) as (sink, made):
        write_key(key_file, made.server.url, project=None)
        outcome = await sink.deliver(batch(sink, b"x\n"))
        bad = [each for each in await sink.preflight(send=True) if not each.good]
    assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "no_project", True)
    assert [each.subject for each in bad] == ["gcl: project", "gcl: delivery"]
    assert "LOGSHIP_GCL_PROJECT" in bad[0].message
    assert made.bodies == []


async def test_check_tells_that_no_token_server_answers(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Egress is the usual cause."""
    monkeypatch.setattr("google.auth._exponential_backoff.time.sleep", lambda _: None)
    async with opened(key_file) as (sink, made):
        made.failing = Reply(503, b"{}")
        bad = [each for each in await sink.preflight(send=True) if not each.good]
    assert "egress" in bad[0].message
    assert bad[-1].subject == "gcl: delivery"


async def test_raw_lines_are_refused(key_file: Path) -> None:
    """They are no JSON: said at the start."""
    with pytest.raises(ConfigError):
        await written(key_file, b"x\n", Enrichment({}, "raw"))


async def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what has to be typed."""
    monkeypatch.setitem(sys.modules, "google.auth", None)
    with pytest.raises(ConfigError, match=r"pip install '.\[gcl\]"):
        async with open_sink(Settings(), Enrichment({})):
            pass


@pytest.mark.parametrize("name", ["", "x" * 512])
def test_a_log_has_a_name(name: str) -> None:
    """The service refuses others."""
    assert "LOG_NAME" in Settings(log_name=name).check()[0]
    assert Settings().check() == []


def test_a_grant_does_not_show_its_token() -> None:
    """Not even in a traceback."""
    assert "hunter2" not in repr(Grant({"authorization": "Bearer hunter2"}, 0.0, "user", "p"))
