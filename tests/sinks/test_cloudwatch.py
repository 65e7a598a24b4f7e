import builtins
import json
import os
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logship.delivery.http_status import Answer
from logship.delivery.verdicts import settle
from logship.errors import ConfigError
from logship.model import Batch, Block, FileId, Finding, Outcome, Status, Verdict
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.settings.config import Secret
from logship.sinks.cloudwatch.log_events import LIMITS, LogEvents, parts
from logship.sinks.cloudwatch.sink import CloudwatchSink, Settings, address, open_sink, stream_name
from tests.scripted_server import Reply, ScriptedServer, scripted_server
from tests.sinks import sigv4
from tests.sinks.cloudwatch import DAY, HOUR, SECRET, CloudWatch, RefusedError, check, failure

FIELDS = {"k8s.pod.name": "agent-1", "k8s.container.name": "agent"}
NOW = 1_795_341_600_000
"""2026-11-22T10:00:00Z, in milliseconds."""


@pytest.fixture
def secret(tmp_path: Path) -> Secret:
    """Give a secret in a file."""
    (tmp_path / "secret").write_text(SECRET)
    return Secret(path=str(tmp_path / "secret"))


def block(data: bytes, start: int = 0) -> Block:
    """Give a block."""
    return Block(FileId("f" * 22), "a 100%.log", start, start + len(data), data, NOW * 10**6, 0.0)


def lines(*times_ms: int) -> bytes:
    """Give a record for each time, numbered."""
    records = [
        {"timestamp": datetime.fromtimestamp(ms / 1000, UTC).isoformat(), "n": n} for n, ms in enumerate(times_ms)
    ]
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def service(**known: Any) -> CloudWatch:
    """Give a service that has the group and the stream, and the time of the tests."""
    made = CloudWatch(now=lambda: NOW / 1000, **known)
    made.groups = {"g": {"agent-1/agent": []}}
    return made


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the sink have the time of the tests; signatures have their own."""
    monkeypatch.setattr("logship.sinks.cloudwatch.sink.time", Clock)


class Clock:
    """Stands still."""

    @staticmethod
    def time() -> float:
        """Give seconds."""
        return NOW / 1000

    @staticmethod
    def time_ns() -> int:
        """Give nanoseconds."""
        return NOW * 10**6


@asynccontextmanager
async def on(
    store: CloudWatch, secret: Secret, *script: Any, **settings: Any
) -> AsyncIterator[tuple[CloudwatchSink, ScriptedServer]]:
    """Open the sink on a service."""
    known: dict[str, Any] = {
        "group": "g",
        "region": "eu-central-1",
        "access_key_id": "AKID",
        "secret_access_key": secret,
    } | settings
    async with (
        scripted_server(*script, otherwise=store) as server,
        open_sink(Settings(endpoint=server.url, **known), Enrichment(FIELDS)) as sink,
    ):
        yield sink, server


async def sent(store: CloudWatch, secret: Secret, data: bytes, *script: Any, **settings: Any) -> Outcome:
    """Deliver one batch."""
    async with on(store, secret, *script, **settings) as (sink, _):
        return await sink.deliver(Batch((sink.encode(block(data)),)))


def stored(store: CloudWatch) -> list[tuple[int, str]]:
    """Give what the only stream has."""
    [streams] = store.groups.values()
    [events] = streams.values()
    return events


# -- what is sent -----------------------------------------------------------------------------------------------------


async def test_a_record_is_the_message_of_a_log_event(secret: Secret) -> None:
    """With its time in milliseconds, in the stream of its pod and container."""
    store = service()
    data = b'{"timestamp":"2026-11-22T09:59:59.5Z","a":"100% \\"q\\" \\u00e9","b":[1,{"c":null}]}\n'
    assert await sent(store, secret, data) == Outcome(Status.DELIVERED)
    [(ms, message)] = stored(store)
    assert ms == NOW - 500
    assert json.loads(message) == {
        "@timestamp": "2026-11-22T09:59:59.5Z",
        **FIELDS,
        "log.file.name": "a 100%.log",
        **json.loads(data),
    }
    assert store.asked == ["PutLogEvents"]


@given(st.lists(st.integers(NOW - 20 * DAY, NOW + 3 * DAY), min_size=1, max_size=60))
def test_parts_keep_the_services_rules_and_every_record(times: list[int]) -> None:
    """Whatever the times: sorted, no span of valid times over a day, each record once, few requests."""
    sink = made_sink()
    batch = Batch((sink.encode(block(lines(*times))),))
    found = parts(batch.body, NOW)
    for part in found:
        events = json.loads(b"[" + part.events + b"]")
        check(events, [event["timestamp"] for event in events], NOW)
        assert [json.loads(event["message"])["n"] for event in events] == list(part.records)
    assert sorted(record for part in found for record in part.records) == list(range(len(times)))
    assert len(found) <= 17


def made_sink() -> CloudwatchSink:
    """Give a sink that is asked to encode, not to send."""
    encoder = BlockEncoder(Enrichment(FIELDS), LogEvents())
    return CloudwatchSink(Settings(group="g"), "agent-1/agent", encoder, None, "")  # type: ignore[arg-type] # nothing is sent


def test_one_time_is_one_part() -> None:
    """The usual case; and records of the same time stay in the order of the file."""
    found = parts(made_sink().encode(block(lines(*[NOW] * 50))).body, NOW)
    assert [part.records for part in found] == [list(range(50))]


async def test_times_far_apart_take_turns_and_all_arrive(secret: Secret) -> None:
    """Two rotated files of different days in one batch: two requests in one attempt, each in order."""
    store = service()
    times = [NOW - 3 * DAY + n if n % 2 else NOW - n for n in range(40)]
    assert await sent(store, secret, lines(*times)) == Outcome(Status.DELIVERED)
    assert store.asked == ["PutLogEvents"] * 2
    assert [ms for ms, _ in stored(store)] == sorted(times)


@pytest.mark.parametrize("text", [b"x", b'"' * 70, "\N{GRINNING FACE}".encode() * 9, b"\\" * 20 + b"\t" * 20])
async def test_a_full_batch_is_within_the_services_count(text: bytes, secret: Secret) -> None:
    """Our count of bytes is never under the service's, whatever has to be escaped."""
    store, sink = service(), made_sink()
    size = len(sink.encode(block(text + b"\n")).body)
    count = min(LIMITS.max_bytes // size, LIMITS.max_records)
    assert await sent(store, secret, (text + b"\n") * count) == Outcome(Status.DELIVERED)
    assert len(stored(store)) == count


async def test_the_longest_record_is_taken(secret: Secret) -> None:
    """One that is just within our limit, by itself in a request, is within the service's."""
    store, sink = service(), made_sink()
    data = b"x" * (LIMITS.max_record_bytes - len(sink.encode(block(b"x\n")).body) + 1) + b"\n"
    assert sink.encode(block(data)).longest == LIMITS.max_record_bytes
    assert await sent(store, secret, data) == Outcome(Status.DELIVERED)


def test_the_services_rules_can_fail() -> None:
    """The fake service is no yes-man."""
    event = {"timestamp": NOW, "message": "m"}
    wrong: dict[str, list[dict[str, Any]]] = {
        "between": [event] * 10_001,
        "too large": [event | {"message": "m" * 1_000_001}],
        "Upload": [event | {"message": "m" * 900_000}] * 2,
        "order": [event, event | {"timestamp": NOW - 1}],
        "span": [event | {"timestamp": NOW - DAY - 1}, event],
    }
    for words, events in wrong.items():
        with pytest.raises(RefusedError, match=words):
            check(events, [each["timestamp"] for each in events], NOW)


async def test_compression_is_signed_over(secret: Secret) -> None:
    """Only where it is asked for; the signature is that of the packed bytes."""
    store = service()
    async with on(store, secret, compression="gzip") as (sink, server):
        assert await sink.deliver(Batch((sink.encode(block(b"one\n")),))) == Outcome(Status.DELIVERED)
    assert server.requests[0].headers["content-encoding"] == "gzip"
    assert len(stored(store)) == 1


# -- what is refused --------------------------------------------------------------------------------------------------


async def test_ages_are_refused_record_by_record(secret: Secret) -> None:
    """The service counts in the order of time, we in the order of lines: each verdict is the right record's."""
    store = service(retention_ms=5 * DAY)
    times = [NOW + 3 * HOUR, NOW, NOW - 20 * DAY, NOW - 1, NOW - 6 * DAY, NOW + 30 * DAY, NOW - 15 * DAY - HOUR]
    outcome = await sent(store, secret, lines(*times))
    assert outcome.status is Status.DELIVERED
    refused = {each.index: (each.status, each.reason) for each in outcome.verdicts}
    reasons = {0: "too_new", 2: "too_old", 4: "expired", 5: "too_new", 6: "too_old"}
    assert refused == {record: (Status.REJECTED, reason) for record, reason in reasons.items()}
    assert [json.loads(message)["n"] for _, message in stored(store)] == [3, 1]


@given(st.lists(st.integers(NOW - 16 * DAY, NOW + DAY // 6), min_size=1, max_size=40), st.integers(0, 9) | st.none())
async def test_every_record_is_settled_once(times: list[int], fails_at: int | None) -> None:
    """Whatever the ages and wherever a request fails: stored, refused or sent again, and nothing twice."""
    store, sink = service(), made_sink()
    batch = Batch((sink.encode(block(lines(*times))),))
    todo = parts(batch.body, NOW)
    outcome = await answered(store, sink, batch, fails_at)
    if outcome.status is Status.ERRORED:
        assert fails_at == 0
        assert not stored(store)
        return
    settled = settle(batch, outcome, sink)
    again = [json.loads(line)["n"] for part in settled.again for line in part.block.data.splitlines()]
    refused = [json.loads(each.record.block.data)["n"] for each in settled.refused]
    kept = [json.loads(message)["n"] for _, message in stored(store)]
    assert sorted(again + refused + kept) == list(range(len(times)))
    assert settled.delivered["records"] == len(kept)
    assert bool(again) == (fails_at is not None and fails_at < len(todo))


async def answered(store: CloudWatch, sink: CloudwatchSink, batch: Batch, fails_at: int | None) -> Outcome:
    """Deliver to a service that is away at one request; no network between."""
    calls = iter(range(100))

    class Direct:
        async def post(self, _: str, body: bytes, __: object) -> Answer:
            """Answer."""
            reply = Reply(503) if next(calls) == fails_at else store._put(json.loads(body))
            return Answer(reply.status, {}, reply.body)

    sink._signed = Direct()  # type: ignore[assignment] # all that deliver needs of it
    return await sink.deliver(batch)


async def test_a_part_that_fails_leaves_what_was_taken(secret: Secret) -> None:
    """The second day's request is throttled: the first day's records are not sent again."""
    store = service()
    throttled = Reply(400, failure("ThrottlingException").body, {"x-amz-retry-after": "1500"})
    outcome = await sent(store, secret, lines(NOW, NOW - 2 * DAY), store, throttled)
    assert outcome.verdicts[0].index == 0
    assert [(each.status, each.reason) for each in outcome.verdicts] == [(Status.ERRORED, "ThrottlingException")]
    assert outcome.retry_after == 1.5
    assert [ms for ms, _ in stored(store)] == [NOW - 2 * DAY]


KINDS = {
    "ThrottlingException": (Status.ERRORED, False),
    "TooManyRequestsException": (Status.ERRORED, False),
    "ServiceUnavailableException": (Status.ERRORED, False),
    "ExpiredTokenException": (Status.ERRORED, False),
    "UnrecognizedClientException": (Status.ERRORED, True),
    "InvalidSignatureException": (Status.ERRORED, True),
    "AccessDeniedException": (Status.ERRORED, True),
    "InvalidParameterException": (Status.REJECTED, False),
}


@pytest.mark.parametrize("status", [400, 403, 500])
@pytest.mark.parametrize("kind", KINDS)
async def test_the_name_of_a_failure_says_what_it_is(kind: str, status: int, secret: Secret) -> None:
    """Whatever the status: the service answers most by 400. Its words are kept for the dead letter alone."""
    outcome = await sent(service(), secret, b"one\n", failure(kind, "password=x", status))
    assert (outcome.status, outcome.fault) == KINDS[kind]
    assert outcome.reason == kind
    assert "password" in outcome.detail


async def test_what_was_accepted_before_is_a_duplicate(secret: Secret) -> None:
    """The service says so no more, its documentation does."""
    outcome = await sent(service(), secret, b"one\n", failure("DataAlreadyAcceptedException"))
    assert outcome == Outcome(Status.DUPLICATE)


async def test_a_success_that_makes_no_sense_is_none(secret: Secret) -> None:
    """A proxy's page is no acknowledgement."""
    outcome = await sent(service(), secret, b"one\n", Reply(200, b"<html>"))
    assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "web_page", True)


@pytest.mark.parametrize(
    ("reply", "status", "reason"),
    [
        (Reply(200, b'{"rejectedLogEventsInfo":"\xe9"}'), Status.ERRORED, "bad_response"),
        (Reply(400, b'{"__type":"caf\xe9"}'), Status.REJECTED, "http_400"),
        (Reply(503, b'{"__type":"caf\xe9"}'), Status.ERRORED, "http_503"),
    ],
)
async def test_an_answer_that_is_no_text_is_one_that_cannot_be_read(
    reply: Reply, status: Status, reason: str, secret: Secret
) -> None:
    """What its status says counts, as if it held no JSON."""
    outcome = await sent(service(), secret, b"one\n", reply)
    assert (outcome.status, outcome.reason) == (status, reason)


async def test_indexes_out_of_range_hurt_nobody(secret: Secret) -> None:
    """An answer may say what it likes: only records that were sent are refused."""
    info = {"tooNewLogEventStartIndex": -3, "tooOldLogEventEndIndex": -1, "expiredLogEventEndIndex": 99}
    outcome = await sent(
        service(), secret, b"one\ntwo\n", Reply(200, json.dumps({"rejectedLogEventsInfo": info}).encode())
    )
    assert outcome.verdicts == tuple(Verdict(at, Status.REJECTED, "expired") for at in (0, 1))


# -- group and stream -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("groups", [{}, {"g": {}}])
async def test_group_and_stream_are_made(groups: dict[str, Any], secret: Secret) -> None:
    """In the same attempt: nothing had been sent in vain. A key that may only make streams needs no other right."""
    store = service(denied=frozenset({"CreateLogGroup"} if groups else {}))
    store.groups = groups
    assert await sent(store, secret, b"one\n") == Outcome(Status.DELIVERED)
    assert len(stored(store)) == 1


async def test_what_may_not_be_made_is_a_fault(secret: Secret) -> None:
    """The data is kept, and the reason says which right is missing; without CREATE nothing is tried."""
    store = service(denied=frozenset({"CreateLogStream"}))
    store.groups = {}
    outcome = await sent(store, secret, b"one\n")
    assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "AccessDeniedException", True)
    store.asked.clear()
    outcome = await sent(store, secret, b"one\n", create=False)
    assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "ResourceNotFoundException", True)
    assert store.asked == ["PutLogEvents"]


async def test_a_refused_name_does_not_refuse_records(secret: Secret) -> None:
    """The records are not to blame for the stream's name."""
    missing, refused = failure("ResourceNotFoundException"), failure("InvalidParameterException")
    outcome = await sent(service(), secret, b"one\n", missing, refused)
    assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "InvalidParameterException", True)


async def test_somebody_else_may_make_it_meanwhile(secret: Secret) -> None:
    """A thousand pods start at once: that it is there already is all that was wanted."""
    exists = failure("ResourceAlreadyExistsException")
    outcome = await sent(service(), secret, b"one\n", failure("ResourceNotFoundException"), exists)
    assert outcome == Outcome(Status.DELIVERED)


def test_the_stream_is_the_pods() -> None:
    """One a pod and container; characters that no stream may have are replaced."""
    settings = Settings(group="g")
    assert stream_name(settings, Enrichment(FIELDS)) == "agent-1/agent"
    assert stream_name(settings, Enrichment({"k8s.pod.name": "a:*"})) == "a__"
    assert stream_name(settings, Enrichment({}))
    assert stream_name(Settings(group="g", stream="mine"), Enrichment(FIELDS)) == "mine"


# -- credentials and signatures ---------------------------------------------------------------------------------------


async def test_signatures_are_the_services_over_random_requests(secret: Secret) -> None:
    """Any body, with a session token or without, packed or not: the service's own sum gives the same."""
    chosen = random.Random(7)
    store = service()
    for _ in range(20):
        data = bytes(chosen.choices(b'ab"\\{}%:, \t\xc3\xa9', k=chosen.randrange(1, 4000))) + b"\n"
        async with on(store, secret, compression=chosen.choice(["gzip", "none"])) as (sink, server):
            assert await sink.deliver(Batch((sink.encode(block(data)),))) == Outcome(Status.DELIVERED)
        [request] = server.requests
        assert not sigv4.is_signed(request, SECRET + "x")


@pytest.fixture
def no_aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Leave nothing of AWS in the environment, and no instance to ask."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


CHAIN: dict[str, Any] = {"access_key_id": "", "secret_access_key": Secret()}


async def test_no_credentials_are_a_fault(no_aws: pytest.MonkeyPatch, secret: Secret) -> None:
    """The data is kept; once they are there, they are found without a restart."""
    store = service()
    async with on(store, secret, **CHAIN) as (sink, _):
        batch = Batch((sink.encode(block(b"one\n")),))
        outcome = await sink.deliver(batch)
        assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "secret", True)
        no_aws.setenv("AWS_ACCESS_KEY_ID", "AKID")
        no_aws.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        assert await sink.deliver(batch) == Outcome(Status.DELIVERED)


async def test_a_session_token_is_sent_and_signed(no_aws: pytest.MonkeyPatch, secret: Secret) -> None:
    """As temporary keys have it."""
    no_aws.setenv("AWS_ACCESS_KEY_ID", "ASIA")
    no_aws.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    no_aws.setenv("AWS_SESSION_TOKEN", "token/+=")
    async with on(service(), secret, **CHAIN) as (sink, server):
        assert await sink.deliver(Batch((sink.encode(block(b"one\n")),))) == Outcome(Status.DELIVERED)
    assert server.requests[0].headers["x-amz-security-token"] == "token/+="


def credentials_document(number: int, seconds: float) -> Reply:
    """Answer as the agent on a node does (EKS Pod Identity, ECS)."""
    expires = datetime.fromtimestamp(time.time() + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    keys = {"AccessKeyId": f"ASIA{number}", "SecretAccessKey": SECRET, "Token": f"t{number}", "Expiration": expires}
    return Reply(200, json.dumps(keys).encode())


@pytest.mark.parametrize(("seconds", "answers", "tokens"), [
    (3600, [], ["t0", "t0"]),
    (60, [], ["t1", "t2"]),
    (3600, [failure("ExpiredTokenException")], ["t0", "t1"]),
    (3600, [failure("UnrecognizedClientException")], ["t0", "t1"]),
])  # fmt: skip
async def test_a_roles_keys_are_fetched_again(
    no_aws: pytest.MonkeyPatch, secret: Secret, seconds: float, answers: list[Reply], tokens: list[str]
) -> None:
    """Before they expire, and when the service does not take them; not for each request."""
    made = iter(range(100))
    async with scripted_server(otherwise=lambda _: credentials_document(next(made), seconds)) as agent:
        no_aws.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{agent.url}/v1/credentials")
        no_aws.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "pod")
        async with on(service(), secret, *answers, **CHAIN) as (sink, server):
            batch = Batch((sink.encode(block(b"one\n")),))
            await sink.deliver(batch)
            assert await sink.deliver(batch) == Outcome(Status.DELIVERED)
            findings = await sink.preflight(send=False)
    assert [request.headers["x-amz-security-token"] for request in server.requests[:2]] == tokens
    assert agent.requests[0].headers["authorization"] == "pod"
    assert Finding(good=True, subject="cloudwatch: credentials", message="found by: container-role") in findings


async def test_keys_that_cannot_be_fetched_may_come_yet(no_aws: pytest.MonkeyPatch, secret: Secret) -> None:
    """An agent that is down is trouble, not a wrong setting."""
    no_aws.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/v1/credentials")
    no_aws.setattr("botocore.utils.ContainerMetadataFetcher.SLEEP_TIME", 0)
    async with on(service(), secret, **CHAIN) as (sink, _):
        outcome = await sink.deliver(Batch((sink.encode(block(b"one\n")),)))
    assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "credentials", False)


@pytest.mark.parametrize(("answer", "why"), [
    (Reply(400, b"<ErrorResponse><Error><Code>IDPRejectedClaim</Code></Error></ErrorResponse>"), "IDPRejectedClaim"),
    (Reply(200, b"a proxy's page"), "ResponseParserError"),
])  # fmt: skip
async def test_a_token_that_is_not_taken_has_its_reason(
    no_aws: pytest.MonkeyPatch, secret: Secret, answer: Reply, why: str
) -> None:
    """``check`` says AWS's word for it; in the daemon the data is kept, whatever comes back."""
    async with scripted_server(otherwise=answer) as sts:
        no_aws.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/pod")
        no_aws.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", secret.path)
        no_aws.setenv("AWS_ENDPOINT_URL_STS", sts.url)
        async with on(service(), secret, **CHAIN) as (sink, _):
            outcome = await sink.deliver(Batch((sink.encode(block(b"one\n")),)))
            [finding, *_] = await sink.preflight(send=False)
    assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "credentials", False)
    assert (finding.good, finding.message) == (False, f"can't be fetched: {why}")


async def test_a_token_goes_to_the_regions_own_service(no_aws: pytest.MonkeyPatch, secret: Secret) -> None:
    """The sink's region counts for the token too, where no variable of AWS names one: in China there is no other."""
    asked = []

    def send(_: object, request: Any) -> None:
        asked.append(request.url)
        raise ConnectionRefusedError

    no_aws.setattr("botocore.httpsession.URLLib3Session.send", send)
    no_aws.setenv("AWS_MAX_ATTEMPTS", "1")
    no_aws.setenv("AWS_ROLE_ARN", "arn:aws-cn:iam::123456789012:role/pod")
    no_aws.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", secret.path)
    async with on(service(), secret, **CHAIN, region="cn-north-1") as (sink, _):
        outcome = await sink.deliver(Batch((sink.encode(block(b"one\n")),)))
    assert outcome.reason == "credentials"
    assert asked == ["https://sts.cn-north-1.amazonaws.com.cn/"]


# -- settings and check -----------------------------------------------------------------------------------------------


def test_names_are_checked() -> None:
    """What the service would refuse anyway, and half a pair of keys."""
    assert Settings(group="/aws/a_b.c-d#e").check() == []
    assert len(Settings(group="a b", stream="a:b", access_key_id="x").check()) == 3


async def test_the_region_is_needed(no_aws: pytest.MonkeyPatch) -> None:
    """As AWS's tools find it, or set; it makes the address."""
    with pytest.raises(ConfigError, match="REGION"):
        async with open_sink(Settings(group="g"), Enrichment({})):
            pass
    no_aws.setenv("AWS_REGION", "cn-north-1")
    async with open_sink(Settings(group="g"), Enrichment({})) as sink:
        assert sink._url == address("cn-north-1") == "https://logs.cn-north-1.amazonaws.com.cn/"
    assert address("eu-central-1") == "https://logs.eu-central-1.amazonaws.com/"


async def test_without_its_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """And raw lines are no messages of JSON."""
    real = builtins.__import__

    def fake(name: str, *rest: Any) -> Any:
        if name.startswith("botocore"):
            raise ModuleNotFoundError(name=name.partition(".")[0])
        return real(name, *rest)

    monkeypatch.delitem(sys.modules, "logship.net.aws_signing", raising=False)
    monkeypatch.setattr(builtins, "__import__", fake)
    with pytest.raises(ConfigError, match=r"pip install '.\[cloudwatch\]'"):
        async with open_sink(Settings(group="g", region="r"), Enrichment({})):
            pass
    with pytest.raises(ConfigError, match="raw"):
        async with open_sink(Settings(group="g", region="r"), Enrichment({}, format="raw")):
            pass


async def test_preflight_looks_for_the_group(secret: Secret) -> None:
    """There, to be made, not to be made, not to be seen: each has its words, and none shows the key."""
    words = {}
    cases: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("there", {"g": {}}, {}),
        ("made", {}, {}),
        ("missing", {}, {"create": False}),
    ]
    for name, groups, settings in cases:
        async with on(CloudWatch(groups=groups), secret, **settings) as (sink, _):
            words[name] = await sink.preflight(send=name != "missing")
    hidden = CloudWatch(denied=frozenset({"DescribeLogStreams"}))
    async with on(hidden, secret) as (sink, _):
        words["hidden"] = await sink.preflight(send=True)
    async with on(CloudWatch("other"), secret) as (sink, _):
        words["key"] = await sink.preflight(send=True)
    good = {name: all(each.good for each in found) for name, found in words.items()}
    assert good == {"there": True, "made": True, "missing": False, "hidden": True, "key": False}
    assert [each.subject for each in words["there"]] == [
        "cloudwatch: credentials",
        "cloudwatch: DNS",
        "cloudwatch: connection",
        "cloudwatch: group and stream",
        "cloudwatch: delivery",
    ]
    assert SECRET not in str(words)
