import asyncio
import itertools
import json
import math
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from logship.errors import ConfigError
from logship.model import Batch, Block, FileId, Outcome, Sink, Status
from logship.net.preflight import outcome_finding
from logship.records.enrichment import Enrichment
from logship.settings.config import Secret
from logship.sinks.splunk.sink import PATIENCE_SECONDS, Settings, open_sink
from tests.autojump import autojump
from tests.bench import Bench
from tests.scripted_server import Reply, Request, scripted_server

FIELDS = {"k8s.pod.name": "agent-1"}
UID = "f" * 22


def block(data: bytes, start: int = 0) -> Block:
    """Give a block."""
    return Block(FileId(UID), "a 100%.log", start, start + len(data), data, 1_700_000_000_123_456_789, 0.0)


@pytest.fixture
def token(tmp_path: Path) -> Secret:
    """Give a token in a file."""
    (tmp_path / "token").write_text("t0ken")
    return Secret(path=str(tmp_path / "token"))


def answer(status: int, code: int, **more: object) -> Reply:
    """Answer with one of the collector's codes."""
    return Reply(status, json.dumps({"text": "words", "code": code, **more}).encode())


class Collector:
    """Answers as the documentation says; what it takes is indexed so many seconds later, which it says once."""

    def __init__(self, *, acks: bool = False, indexing: float = 0, indexes_before: bool = False) -> None:
        self.events: list[Any] = []
        self.questions = 0
        self.channels: list[str] = []
        """Of what it took."""
        self._indexes_before = indexes_before
        self._acks = acks
        self._indexing = indexing
        self._indexed: dict[str, dict[int, float]] = defaultdict(dict)
        """When, by channel and number."""

    def restart(self) -> None:
        """Forget all numbers, and count from 0 again; what was not indexed is gone."""
        self._indexed.clear()

    def __call__(self, request: Request) -> Reply:
        """Answer one request."""
        if request.headers.get("authorization") != "Splunk t0ken":
            return answer(403, 4)
        channel = request.headers.get("x-splunk-request-channel")
        if request.path == "/services/collector/health/1.0":
            return answer(200, 17)
        if self._acks and not channel:
            return answer(400, 10)
        if request.path == "/services/collector/ack":
            self.questions += 1
            return Reply(200, json.dumps({"acks": self._tell(channel, request)}).encode())
        if request.path != "/services/collector/event":
            return Reply(404)
        return self._take(request)

    def _tell(self, channel: str | None, request: Request) -> dict[str, bool]:
        known = self._indexed[channel or ""]
        told = {n: known.get(n, math.inf) <= request.at for n in json.loads(request.body)["acks"]}
        known.update(dict.fromkeys((n for n, said in told.items() if said), math.inf))
        return {str(n): said for n, said in told.items()}

    def _take(self, request: Request) -> Reply:
        found = _values(request.body.decode())
        bad = next((n for n, event in enumerate(found) if b"poison" in json.dumps(event).encode()), None)
        if bad is not None:
            self.events += found[:bad] if self._indexes_before else []
            return answer(400, 6, **{"invalid-event-number": bad})
        self.events += found
        if not self._acks:
            return answer(200, 0)
        channel = request.headers["x-splunk-request-channel"]
        self.channels.append(channel)
        number = len(self._indexed[channel])
        self._indexed[channel][number] = request.at + self._indexing
        return answer(200, 0, ackId=number)


def _values(text: str) -> list[Any]:
    """Read JSON values one after the other: the collector needs nothing between them."""
    found, at, decoder = [], 0, json.JSONDecoder()
    while text[at:].strip():
        value, at = decoder.raw_decode(text, at + len(text[at:]) - len(text[at:].lstrip()))
        found.append(value)
    return found


async def sent(
    token: Secret, data: bytes, collector: Callable[[Request], Reply], **settings: Any
) -> tuple[Outcome, list[Request]]:
    """Deliver a block and give what came of it, and the requests."""
    async with (
        scripted_server(otherwise=collector) as server,
        open_sink(Settings(url=server.url, token=token, **settings), Enrichment(FIELDS)) as sink,
    ):
        return await sink.deliver(Batch((sink.encode(block(data, 5)),))), server.requests


async def test_a_records_severity_is_a_field_of_the_event(token: Secret) -> None:
    """By one name whatever the application calls it; where nothing tells it there is none."""
    collector = Collector()
    lines = [b'{"log":{"level":"WARN"}}', b'{"level":60,"msg":"x","pid":1,"hostname":"h"}', b'{"a":1}']
    await sent(token, b"\n".join(lines) + b"\n", collector)
    assert [event["fields"].get("severity") for event in collector.events] == ["warn", "fatal", None]


async def test_a_record_is_an_event(token: Secret) -> None:
    """Its time in epoch seconds, host, source and sourcetype beside it, and a field by which a repeat is found."""
    collector = Collector()
    data = b'{"timestamp":"2026-11-22T10:00:00.5129Z","a":"100%"}\n{}\ntext\n'
    outcome, requests = await sent(token, data, collector, index="main")
    assert outcome == Outcome(Status.DELIVERED)
    first, empty, text = collector.events
    record = first.pop("event")
    assert first == {
        "time": 1795341600.512,
        "source": "a 100%.log",
        "host": "agent-1",
        "sourcetype": "_json",
        "index": "main",
        "fields": {"log_record_uid": f"{UID}-5"},
    }
    assert record["a"] == "100%"
    assert record["k8s.pod.name"] == "agent-1"
    assert empty["fields"] == {"log_record_uid": f"{UID}-58"}
    assert text["event"]["message"] == "text"
    assert b'"time":1795341600.512,' in requests[0].body
    assert "x-splunk-request-channel" not in requests[0].headers


@autojump
async def test_with_acknowledgement_delivered_means_indexed(token: Secret) -> None:
    """It is asked for, in the same channel, until the indexers have the events."""
    collector = Collector(acks=True, indexing=1)
    outcome, requests = await sent(token, b"one\n", collector, ack=True)
    assert outcome == Outcome(Status.DELIVERED)
    assert [request.path for request in requests] == ["/services/collector/event"] + ["/services/collector/ack"] * 4
    assert len({request.headers["x-splunk-request-channel"] for request in requests}) == 1
    pauses = [later.at - earlier.at for earlier, later in itertools.pairwise(requests)]
    assert all(pause > 0.9 * least for pause, least in zip(pauses, [0.1, 0.2, 0.4, 0.8], strict=True))


async def test_a_token_without_acknowledgement_is_a_wrong_setting(token: Secret) -> None:
    """With ACK set, an answer without a number to ask for is told; the events are there, and not repeated."""
    outcome, requests = await sent(token, b"one\n", Collector(), ack=True)
    assert (outcome.status, outcome.reason, outcome.fault) == (Status.DELIVERED, "no_ack", True)
    assert len(requests) == 1
    assert not outcome_finding("splunk: delivery", outcome).good


async def test_the_cookie_of_an_answer_goes_back_with_its_question(token: Secret) -> None:
    """A load balancer finds by it the collector that took the events, which alone can say that they are indexed."""
    asked: list[str] = []

    def collector(request: Request) -> Reply:
        if request.path.endswith("/ack"):
            asked.append(request.headers.get("cookie", ""))
            return Reply(200, b'{"acks":{"7":true}}')
        return Reply(200, b'{"text":"Success","code":0,"ackId":7}', {"Set-Cookie": "route=two; Path=/; HttpOnly"})

    outcome, requests = await sent(token, b"one\n", collector, ack=True)
    assert outcome == Outcome(Status.DELIVERED)
    assert asked == ["route=two"]
    assert "cookie" not in requests[0].headers


@autojump
async def test_a_failing_question_is_a_failed_attempt(token: Secret) -> None:
    """Whatever stops the questions, the batch is kept; nothing in an answer to them rejects it."""

    def collector(request: Request) -> Reply:
        return answer(400, 14) if request.path.endswith("/ack") else answer(200, 0, ackId=1)

    outcome, _ = await sent(token, b"one\n", collector, ack=True)
    assert (outcome.status, outcome.reason) == (Status.ERRORED, "ack_http_400")


@asynccontextmanager
async def acknowledged(token: Secret, collector: Callable[[Request], Reply]) -> AsyncIterator[Sink]:
    """Open a sink that waits for acknowledgements."""
    async with (
        scripted_server(otherwise=collector) as server,
        open_sink(Settings(url=server.url, token=token, ack=True), Enrichment(FIELDS)) as sink,
    ):
        yield sink


def batch(sink: Sink, data: bytes = b"one\n") -> Batch:
    """Give a batch; each time another one, as when it was taken apart and put together."""
    return Batch((sink.encode(block(data)),))


@autojump
async def test_an_indexer_that_is_slower_than_an_attempt_gets_the_batch_once(token: Secret) -> None:
    """Later attempts only ask, once each: the pauses between them are those of any retry."""
    collector = Collector(acks=True, indexing=200)
    async with acknowledged(token, collector) as sink:
        bench = Bench(sink=sink)
        await bench.delivery.deliver(batch(sink))
        assert 200 <= bench.loop.time() <= 250
    assert len(collector.events) == 1
    assert collector.questions < 40
    assert bench.kept.letters == []


@autojump
async def test_what_is_never_acknowledged_is_sent_again_in_the_end(token: Secret) -> None:
    """A restarted collector has forgotten it, and says so in no other way: it comes again, in a channel of its own."""
    collector = Collector(acks=True, indexing=60)
    async with acknowledged(token, collector) as sink:
        bench = Bench(sink=sink)
        asyncio.get_running_loop().call_later(40, collector.restart)
        await bench.delivery.deliver(batch(sink))
        assert PATIENCE_SECONDS <= bench.loop.time() <= PATIENCE_SECONDS + 120
    assert len(collector.events) == len(set(collector.channels)) == 2


@autojump
async def test_a_number_of_before_a_restart_proves_nothing(token: Secret) -> None:
    """Batches that are sent meanwhile are given the same numbers, in channels of their own."""
    collector = Collector(acks=True, indexing=10)
    async with acknowledged(token, collector) as sink:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await sink.deliver(batch(sink))
        collector.restart()
        for n in range(3):
            assert (await sink.deliver(batch(sink, b"other %d\n" % n))).status is Status.DELIVERED
        assert (await sink.deliver(batch(sink))).reason == "not_indexed"
    assert len(collector.events) == 4
    assert len(set(collector.channels[1:])) == 1, "a channel whose batches are indexed is used again"


@autojump
async def test_a_collector_that_knows_the_channel_no_more_gets_the_batch_again(token: Secret) -> None:
    """It says so: nothing is to be waited for."""
    taken = []

    def collector(request: Request) -> Reply:
        if not request.path.endswith("/ack"):
            taken.append(request.headers["x-splunk-request-channel"])
            return answer(200, 0, ackId=0)
        return answer(400, 11) if len(taken) == 1 else Reply(200, b'{"acks":{"0":true}}')

    async with acknowledged(token, collector) as sink:
        bench = Bench(sink=sink)
        await bench.delivery.deliver(batch(sink))
        assert bench.loop.time() < 2
    assert len(set(taken)) == 2


@autojump
async def test_a_collector_that_is_down_has_forgotten(token: Secret) -> None:
    """Where nobody listens, the acknowledgements are lost, too: the batch is sent as soon as somebody does."""
    collector = Collector(acks=True, indexing=10)
    async with AsyncExitStack() as stack:
        async with scripted_server(otherwise=collector) as server:
            settings = Settings(url=server.url, token=token, ack=True)
            sink = await stack.enter_async_context(open_sink(settings, Enrichment(FIELDS)))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(5):
                    await sink.deliver(batch(sink))
        reasons = [(await sink.deliver(batch(sink))).reason for _ in range(3)]
        assert "ack_connection_refused" in reasons
        assert reasons[-1] == "connection_refused", "it is not asked for any more, but sent"
        await stack.enter_async_context(scripted_server(otherwise=collector, port=server.port))
        assert await sink.deliver(batch(sink)) == Outcome(Status.DELIVERED)
    assert len(collector.events) == 2


@pytest.mark.parametrize(
    "trouble", [Reply(503), Reply(429), Reply(500), Reply(reset=True), Reply(404), Reply(hang=True)]
)
@autojump
async def test_failing_questions_do_not_send_a_batch_again(token: Secret, trouble: Reply) -> None:
    """Nor are they laid to the size of the batch: it stays whole, and the questions go on."""
    collector = Collector(acks=True)
    left = [trouble] * 9

    def troubled(request: Request) -> Reply:
        return left.pop() if left and request.path.endswith("/ack") else collector(request)

    async with acknowledged(token, troubled) as sink:
        bench = Bench(sink=sink)
        await bench.delivery.deliver(batch(sink, b"x" * 99_999 + b"\n" + b"y" * 99_999 + b"\n"))
    assert not left
    assert len(collector.events) == 2


async def test_a_channel_is_used_again_after_a_failure(token: Secret) -> None:
    """In an outage a collector is not given a new one to remember with each attempt."""
    channels = []

    def busy(request: Request) -> Reply:
        channels.append(request.headers["x-splunk-request-channel"])
        return answer(503, 9)

    async with acknowledged(token, busy) as sink:
        for _ in range(3):
            await sink.deliver(batch(sink))
    assert len(channels) == 3
    assert len(set(channels)) == 1


@pytest.mark.parametrize(
    ("status", "code", "expected", "reason", "fault"),
    [
        (403, 1, Status.ERRORED, "hec_1", True),
        (401, 2, Status.ERRORED, "hec_2", True),
        (401, 3, Status.ERRORED, "hec_3", True),
        (403, 4, Status.ERRORED, "hec_4", True),
        (400, 5, Status.REJECTED, "hec_5", False),
        (400, 6, Status.REJECTED, "hec_6", False),
        (400, 7, Status.ERRORED, "hec_7", True),
        (500, 8, Status.ERRORED, "http_500", False),
        (503, 9, Status.ERRORED, "http_503", False),
        (400, 10, Status.ERRORED, "hec_10", True),
        (400, 11, Status.ERRORED, "hec_11", True),
        (400, 12, Status.REJECTED, "hec_12", False),
        (400, 13, Status.REJECTED, "hec_13", False),
        (400, 14, Status.ERRORED, "hec_14", True),
        (400, 15, Status.REJECTED, "hec_15", False),
        (400, 16, Status.ERRORED, "hec_16", True),
        (400, 21, Status.ERRORED, "hec_21", True),
        (400, 22, Status.ERRORED, "hec_22", True),
        (503, 18, Status.ERRORED, "http_503", False),
        (429, 26, Status.ERRORED, "http_429", False),
        (200, 6, Status.ERRORED, "bad_response", False),
        (200, 0, Status.DELIVERED, "", False),
    ],
)
async def test_each_code_says_who_is_to_blame(
    token: Secret, status: int, code: int, expected: Status, reason: str, *, fault: bool
) -> None:
    """Token, index and channel are settings; a bad event is rejected; a busy collector is tried again."""
    outcome, _ = await sent(token, b"one\n", lambda _: answer(status, code))
    assert (outcome.status, outcome.reason, outcome.fault) == (expected, reason, fault)


@pytest.mark.parametrize("code", [5, 6, 12, 13, 15])
@pytest.mark.parametrize(("number", "blamed"), [(2, 2), (0, 0), (-1, -1), ("2", None), (True, None), (None, None)])
async def test_the_event_that_is_refused_is_blamed(
    token: Secret, code: int, number: object, blamed: int | None
) -> None:
    """Its number goes to whoever takes the batch apart; what is no number names nobody."""
    outcome, _ = await sent(token, b"one\ntwo\n", lambda _: answer(400, code, **{"invalid-event-number": number}))
    assert (outcome.status, outcome.reason, outcome.blamed) == (Status.REJECTED, f"hec_{code}", blamed)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Outcome(Status.ERRORED, "bad_response")),
        (400, Outcome(Status.REJECTED, "http_400", '{"text":"caf\ufffd","code":6,"invalid-event-number":"caf\ufffd"}')),
        (503, Outcome(Status.ERRORED, "http_503", '{"text":"caf\ufffd","code":6,"invalid-event-number":"caf\ufffd"}')),
    ],
)
async def test_an_answer_that_quotes_what_is_no_text_is_one_that_cannot_be_read(
    token: Secret, status: int, expected: Outcome
) -> None:
    """What its status says counts, as if it held no JSON."""
    words = b'{"text":"caf\xe9","code":6,"invalid-event-number":"caf\xe9"}'
    outcome, _ = await sent(token, b"one\n", lambda _: Reply(status, words))
    assert outcome == expected


@autojump
async def test_an_answer_to_a_question_that_is_no_text_is_a_failed_attempt(token: Secret) -> None:
    """The batch is kept, and nothing is said of it."""

    def collector(request: Request) -> Reply:
        return Reply(200, b'{"acks":{"\xe9":true}}') if request.path.endswith("/ack") else answer(200, 0, ackId=1)

    outcome, _ = await sent(token, b"one\n", collector, ack=True)
    assert (outcome.status, outcome.reason) == (Status.ERRORED, "ack_bad_response")


async def test_a_wrong_index_blames_no_event(token: Secret) -> None:
    """Its number comes with a wrong setting, too: the data is kept."""
    outcome, _ = await sent(token, b"one\n", lambda _: answer(400, 7, **{"invalid-event-number": 1}))
    assert (outcome.status, outcome.fault, outcome.blamed) == (Status.ERRORED, True, None)


@pytest.mark.parametrize("indexes_before", [False, True])
@autojump
async def test_a_bad_event_hurts_only_itself(token: Secret, *, indexes_before: bool) -> None:
    """It alone becomes a dead letter; if the collector took what was before it, that comes twice, no oftener."""
    lines = [f"line{n}" for n in range(100)]
    lines[20] = lines[60] = "poison"
    collector = Collector(indexes_before=indexes_before)
    async with (
        scripted_server(otherwise=collector) as server,
        open_sink(Settings(url=server.url, token=token), Enrichment(FIELDS)) as sink,
    ):
        bench = Bench(sink=sink)
        await bench.delivery.deliver(Batch((sink.encode(block("\n".join([*lines, ""]).encode())),)))
    assert bench.kept.lines == ["poison", "poison"]
    messages = Counter(event["event"]["message"] for event in collector.events)
    assert set(messages) == set(lines) - {"poison"}
    assert set(messages.values()) == ({1, 2} if indexes_before else {1})
    assert len(server.requests) == 7


async def test_a_200_that_is_no_collectors_proves_nothing(token: Secret) -> None:
    """A proxy's friendly page is not an acknowledgement."""
    outcome, _ = await sent(token, b"one\n", lambda _: Reply(200, b"<html>welcome</html>"))
    assert (outcome.status, outcome.reason) == (Status.ERRORED, "web_page")


async def test_check_asks_the_collector_for_its_health(token: Secret) -> None:
    """A token that it does not know is told apart."""
    async with (
        scripted_server(otherwise=Collector()) as server,
        open_sink(Settings(url=server.url, token=token), Enrichment(FIELDS)) as sink,
    ):
        assert all(finding.good for finding in await sink.preflight(send=True))
    async with (
        scripted_server(otherwise=lambda _: answer(400, 4)) as server,
        open_sink(Settings(url=server.url, token=token), Enrichment(FIELDS)) as sink,
    ):
        bad = [finding for finding in await sink.preflight(send=True) if not finding.good]
    assert bad[0].message == "the token is refused: check SPLUNK_TOKEN"
    assert bad[1].message.endswith('it said: {"text": "words", "code": 4}')


async def test_a_health_page_that_is_not_splunks_is_a_doubt(token: Secret) -> None:
    """Whoever takes events need not have one: what it answers there is no fault."""

    def collector(request: Request) -> Reply:
        return answer(200, 0) if request.path.endswith("/event") else Reply(400, b"unsupported path")

    async with (
        scripted_server(otherwise=collector) as server,
        open_sink(Settings(url=server.url + "/insert/splunk", token=token), Enrichment(FIELDS)) as sink,
    ):
        findings = await sink.preflight(send=True)
    assert all(finding.good for finding in findings)
    assert any(finding.message.startswith("not sure:") for finding in findings)
    assert server.requests[-1].path == "/insert/splunk/services/collector/event"


async def test_a_whole_address_is_taken_as_it_is(token: Secret) -> None:
    """Only an address without a path gets the collector's."""
    async with (
        scripted_server(otherwise=lambda _: answer(200, 0)) as server,
        open_sink(Settings(url=server.url + "/hec?x=1", token=token), Enrichment(FIELDS)) as sink,
    ):
        await sink.deliver(Batch((sink.encode(block(b"one\n")),)))
    assert server.requests[0].path == "/hec?x=1"


async def test_a_collector_behind_a_path_is_asked_there(token: Secret) -> None:
    """Also about acknowledgements, and about its health, which it need not tell."""

    def collector(request: Request) -> Reply:
        if request.path == "/splunk/services/collector/ack":
            return Reply(200, b'{"acks":{"1":true}}')
        return answer(200, 0, ackId=1) if request.path == "/splunk/services/collector/event" else Reply(404)

    url = "/splunk/services/collector/event"
    async with (
        scripted_server(otherwise=collector) as server,
        open_sink(Settings(url=server.url + url, token=token, ack=True), Enrichment(FIELDS)) as sink,
    ):
        assert all(finding.good for finding in await sink.preflight(send=True))
    assert [request.path.removeprefix("/splunk/services/collector") for request in server.requests] == [
        "/health/1.0",
        "/event",
        "/ack",
    ]


async def test_raw_lines_are_refused(token: Secret) -> None:
    """They are no JSON: said at the start."""
    with pytest.raises(ConfigError):
        async with open_sink(Settings(url="http://h", token=token), Enrichment({}, "raw")):
            pass


def test_the_token_must_be_set() -> None:
    """Without it nothing can be sent."""
    assert Settings(url="https://h:8088").check() == ["TOKEN is not set, and there is no default"]
