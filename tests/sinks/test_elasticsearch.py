import base64
import json
from pathlib import Path
from typing import Any

import pytest

from logship.errors import ConfigError
from logship.model import Batch, Block, FileId, Outcome, Status
from logship.net.preflight import outcome_finding
from logship.records.enrichment import Enrichment
from logship.settings.config import Secret
from logship.sinks.elasticsearch.bulk import IDS_REASON
from logship.sinks.elasticsearch.sink import ElasticsearchSink, Settings, open_sink
from tests.scripted_server import Reply, Request, bulk_reply, scripted_server

FILE = FileId("AbC-_" + "f" * 17)
FILTER = "errors,items.*.status,items.*.error,items.*.failure_store"
LINES = [f'{{"n":{n}}}' for n in range(5)]


def batch(sink: ElasticsearchSink) -> Batch:
    """Give five records in two blocks."""
    first, second = ("".join(f"{line}\n" for line in part).encode() for part in (LINES[:2], LINES[2:]))
    time_ns = 1_700_000_000 * 10**9
    return Batch(
        tuple(
            sink.encode(Block(FILE, "a.log", start, start + len(data), data, time_ns, 0.0))
            for start, data in ((0, first), (16, second))
        )
    )


async def request_of(**settings: Any) -> Request:
    """Give the request that the batch makes."""
    async with scripted_server(otherwise=bulk_reply) as server:
        async with open_sink(Settings(url=(server.url + "/es/",), **settings), Enrichment({})) as sink:
            assert await sink.deliver(batch(sink)) == Outcome(Status.DELIVERED)
        return server.requests[0]


async def outcome_of(*replies: Reply, **settings: Any) -> Outcome:
    """Give the outcome of one attempt that is answered so."""
    async with (
        scripted_server(*replies) as server,
        open_sink(Settings(url=(server.url,), **settings), Enrichment({})) as sink,
    ):
        return await sink.deliver(batch(sink))


def mixed(*statuses: int) -> Reply:
    """Give an answer with these statuses, in the words of a real server."""
    body = "\n".join(f'{{"create":{{"_id":"{n}"}}}}\n{{}}' for n in range(len(statuses))) + "\n"
    return bulk_reply(Request("POST", "/", {}, body.encode(), 0.0), dict(enumerate(statuses)))


async def test_the_request() -> None:
    """A create with the record's own id for each record, gzip, and an answer filtered to what counts."""
    request = await request_of()
    assert (
        request.path
        == "/es/logs-agent-default/_bulk?filter_path=errors,items.*.status,items.*.error,items.*.failure_store"
    )
    assert request.headers["content-type"] == "application/x-ndjson"
    assert request.headers["content-encoding"] == "gzip"
    lines = [json.loads(line) for line in request.body.splitlines()]
    assert [line["create"]["_id"] for line in lines[::2]] == [f"{FILE}-{start}" for start in range(0, 40, 8)]
    assert [line["n"] for line in lines[1::2]] == list(range(5))


async def test_pipeline_dated_index_and_no_ids() -> None:
    """The pipeline is in the address; a dated index is in each action, by event time; ids can be left to the server."""
    request = await request_of(pipeline="my pipe", index="app-%Y.%m.%d", ids=False)
    assert (
        request.path
        == "/es/_bulk?filter_path=errors,items.*.status,items.*.error,items.*.failure_store&pipeline=my+pipe"
    )
    assert json.loads(request.body.splitlines()[0]) == {"create": {"_index": "app-2023.11.14"}}


@pytest.mark.parametrize("key", ["id:key", base64.b64encode(b"id:key").decode()])
async def test_api_key(tmp_path: Path, key: str) -> None:
    """Both forms that people copy from the server's answer are understood."""
    (tmp_path / "key").write_text(key)
    request = await request_of(api_key=Secret(path=str(tmp_path / "key")))
    assert request.headers["authorization"] == "ApiKey aWQ6a2V5"


async def test_items_are_told_apart() -> None:
    """201 delivered, 409 duplicate, 429 and 5xx errored, 400 rejected with its type and, apart, its words."""
    outcome = await outcome_of(mixed(201, 409, 429, 503, 400))
    assert (outcome.status, outcome.fault) == (Status.DELIVERED, False)
    assert [(each.index, each.status, each.reason) for each in outcome.verdicts] == [
        (1, Status.DUPLICATE, ""),
        (2, Status.ERRORED, "es_rejected_execution_exception"),
        (3, Status.ERRORED, "mapper_parsing_exception"),
        (4, Status.REJECTED, "mapper_parsing_exception"),
    ]
    assert "hunter2" in outcome.verdicts[-1].detail
    assert all("hunter2" not in each.reason for each in outcome.verdicts)


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_items_that_blame_a_setting(status: int) -> None:
    """A missing index, missing rights or a write block keep the records."""
    outcome = await outcome_of(mixed(201, status, 201, 201, status))
    assert outcome.fault
    assert {each.status for each in outcome.verdicts} == {Status.ERRORED}


async def test_without_ids_a_conflict_is_no_duplicate() -> None:
    """Only an id of ours makes a 409 mean that the record is there."""
    outcome = await outcome_of(mixed(409, 201, 201, 201, 201), ids=False)
    assert outcome.verdicts[0].status is Status.REJECTED


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200),
        Reply(200, b"{}"),
        Reply(200, b"[]"),
        Reply(200, b"welcome"),
        Reply(200, b'{"errors":false,"items":[]}'),
        Reply(200, b'{"errors":false,"items":[' + b",".join([b'{"create":{"status":201}}'] * 4) + b"]}"),
        Reply(200, b'{"errors":false,"items":[' + b",".join([b'{"create":{"status":201}}'] * 6) + b"]}"),
        Reply(200, b'{"errors":false,"items":' + b"[" * 100_000),
        Reply(200, mixed(201, 201, 201, 201, 201).body, cut=60),
        Reply(200, b'{"errors":false,"items":[{"create":{"status":"201"}}]}'),
        Reply(200, b'{"errors":false,"items":[{"create":{"status":201,"failure_store":"\xe9"}}]}'),
    ],
    ids=[
        "empty body", "no items", "another shape", "no JSON", "none", "too few", "too many", "deep",
        "cut", "status as text", "no text",
    ],
)  # fmt: skip
async def test_a_200_is_no_acknowledgement(reply: Reply) -> None:
    """Without an item for each record nothing is acknowledged; sending again is safe, thanks to the ids."""
    assert await outcome_of(reply) == Outcome(Status.ERRORED, "bad_response")


async def test_items_with_more_in_them() -> None:
    """Servers that do not filter are understood as well."""
    item = b'{"create":{"_index":"i","_id":"x","status":201,"_shards":{"total":2}}}'
    reply = Reply(200, b'{"took":3,"errors":false,"items":[' + b", ".join([item] * 5) + b"]}")
    assert await outcome_of(reply) == Outcome(Status.DELIVERED)


async def test_an_odd_error_type_is_not_shown() -> None:
    """A reason becomes a label: what does not look like an error type is replaced."""
    error = b'{"create":{"status":400,"error":{"type":"value of \'password=x\'","reason":"r"}}}'
    plain = b'{"create":{"status":400,"error":"just text"}}'
    outcome = await outcome_of(
        Reply(200, b'{"errors":true,"items":[' + b",".join([error, plain, error, error, error]) + b"]}")
    )
    assert {each.reason for each in outcome.verdicts} == {"item_400"}


async def test_an_error_that_quotes_what_is_no_text_is_one_of_its_status() -> None:
    """As of an item whose error can't be read, and of a whole request: no record is sent again for it."""
    item = b'{"create":{"status":%d,"error":{"type":"caf\xe9","reason":"failed at [caf\xe9]"}}}'
    items = [item % 400, item % 429, item % 503, b'{"create":{"status":201}}', b'{"create":{"status":201}}']
    outcome = await outcome_of(Reply(200, b'{"errors":true,"items":[' + b",".join(items) + b"]}"))
    assert [(each.status, each.reason) for each in outcome.verdicts] == [
        (Status.REJECTED, "item_400"),
        (Status.ERRORED, "item_429"),
        (Status.ERRORED, "item_503"),
    ]
    assert "failed at [caf\ufffd]" in outcome.verdicts[0].detail
    whole = await outcome_of(Reply(400, b'{"error":{"type":"parse_exception","reason":"unexpected caf\xe9"}}'))
    assert (whole.status, whole.reason) == (Status.REJECTED, "http_400")


@pytest.mark.parametrize("body", [b'{"\xe9":1}', b"[" * 100_000], ids=["no text", "deep"])
async def test_check_says_of_a_server_whose_answers_cannot_be_read_that_they_cannot(body: bytes) -> None:
    """Instead of ending with the error of whatever read them."""
    async with (
        scripted_server(otherwise=Reply(200, body)) as server,
        open_sink(Settings(url=(server.url,)), Enrichment({})) as sink,
    ):
        findings = await sink.preflight(send=False)
    assert findings[-1].subject == "elasticsearch: server"
    assert findings[-1].message.startswith("not sure:")


async def test_failover() -> None:
    """On a lost connection or a gateway's error the next attempt goes to the next address, and stays where it works."""
    async with scripted_server(Reply(reset=True)) as first, scripted_server(Reply(503), otherwise=bulk_reply) as second:
        settings = Settings(url=("http://127.0.0.1:1", first.url, second.url))
        async with open_sink(settings, Enrichment({})) as sink:
            reasons = [(await sink.deliver(batch(sink))).reason for _ in range(3)]
            assert reasons == ["connection_refused", "connection_reset", "http_503"]
            first.otherwise = bulk_reply
            await sink.deliver(batch(sink))
            for _ in range(5):
                assert await sink.deliver(batch(sink)) == Outcome(Status.DELIVERED)
    assert (len(first.requests), len(second.requests)) == (6, 1)


async def test_a_busy_server_is_not_left() -> None:
    """429 is the cluster's word: another node would say the same."""
    async with (
        scripted_server(Reply(429), otherwise=bulk_reply) as first,
        scripted_server() as second,
        open_sink(Settings(url=(first.url, second.url)), Enrichment({})) as sink,
    ):
        await sink.deliver(batch(sink))
        await sink.deliver(batch(sink))
    assert (len(first.requests), len(second.requests)) == (2, 0)


async def test_raw_lines_are_no_documents() -> None:
    """LOGSHIP_FORMAT=raw is a fault at the start."""
    with pytest.raises(ConfigError):
        async with open_sink(Settings(url=("http://h",)), Enrichment({}, "raw")):
            pass


@pytest.mark.parametrize("index", ["", "Upper", "with space", "_hidden", "-x", "a/b", "a,b", "x*"])
def test_impossible_index_names_are_faults(index: str) -> None:
    """What the server would refuse for every record is found before the start."""
    assert len(Settings(url=("http://h",), index=index).check()) == 1


@pytest.mark.parametrize("index", ["logs-agent-default", "app-%Y.%m.%d", "app-%Y%m%d%H"])
def test_usual_index_names_are_none(index: str) -> None:
    """Data streams and dated indices are fine."""
    assert Settings(url=("http://h",), index=index).check() == []


CLUSTER = [
    (
        "validation_exception",
        "Validation Failed: 1: this action would add [2] total shards, but this cluster currently has [9]/[9] maximum",
        "shard_limit",
    ),
    ("illegal_argument_exception", "no write index is defined for alias [app]. The write index may", "no_write_index"),
    ("illegal_argument_exception", "pipeline with id [p] does not exist", "pipeline_missing"),
    ("illegal_argument_exception", "Document ID is not supported in create/index operation request", IDS_REASON),
    ("index_closed_exception", "closed", "index_closed_exception"),
    ("cluster_block_exception", "index [a] blocked by: [FORBIDDEN/8/index write (api)];", "cluster_block_exception"),
    ("process_cluster_event_timeout_exception", "failed to process", "process_cluster_event_timeout_exception"),
]


def refusing(kind: str, words: str) -> Reply:
    """Give an answer that refuses the third record in these words."""
    items: list[Any] = [{"create": {"status": 201}} for _ in LINES]
    items[2] = {"create": {"status": 400, "error": {"type": kind, "reason": words}}}
    return Reply(200, json.dumps({"errors": True, "items": items}).encode())


async def test_a_refusal_that_names_where_it_stopped_says_what_is_stored() -> None:
    """As VictoriaLogs 1.52.1 answers for a time that it can't read."""
    words = b'cannot decode log message #2 in /_bulk request: cannot parse timestamp: "x", stream fields: []'
    outcome = await outcome_of(Reply(400, words))
    assert (outcome.status, outcome.blamed, outcome.kept) == (Status.REJECTED, 2, True)
    for other in (b"cannot read the request", json.dumps({"error": {"type": "x", "reason": words.decode()}}).encode()):
        outcome = await outcome_of(Reply(400, other))  # an answer that quotes a record says nothing of itself
        assert (outcome.status, outcome.blamed, outcome.kept) == (Status.REJECTED, None, False)


@pytest.mark.parametrize(
    ("urls", "hint"), [(("http://a/?f=x", "y"), True), (("http://a", "http://b"), False), (("nohost",), False)]
)
def test_a_comma_within_an_address_is_explained(urls: tuple[str, ...], hint: bool) -> None:  # noqa: FBT001 - parametrized
    """A query of VictoriaLogs has some, and the setting is a list."""
    assert any("%2C" in fault for fault in Settings(url=urls).check()) is hint


@pytest.mark.parametrize(("kind", "words", "reason"), CLUSTER)
async def test_a_400_that_blames_the_cluster_is_no_refusal(kind: str, words: str, reason: str) -> None:
    """Of one record or of the whole request: it is kept, and where indexes have dates, for its own index alone."""
    outcome = await outcome_of(refusing(kind, words))
    assert [(each.status, each.reason, each.scope) for each in outcome.verdicts] == [(Status.ERRORED, reason, "")]
    assert outcome.fault
    outcome = await outcome_of(refusing(kind, words), index="app-%Y.%m.%d")
    assert [(each.status, each.scope) for each in outcome.verdicts] == [(Status.ERRORED, "app-2023.11.14")]
    whole = Reply(400, json.dumps({"error": {"type": kind, "reason": words}, "status": 400}).encode())
    outcome = await outcome_of(whole)
    assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, reason, True)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("mapper_parsing_exception", "no write index is defined for alias [app]"),
        ("illegal_argument_exception", "field [x] has value 'no write index is defined for alias'"),
        ("illegal_argument_exception", "Limit of total fields [1000] has been exceeded"),
    ],
)
async def test_what_a_record_says_does_not_blame_the_cluster(kind: str, words: str) -> None:
    """A record could else have the stream held by what is quoted of it."""
    outcome = await outcome_of(refusing(kind, words))
    assert [each.status for each in outcome.verdicts] == [Status.REJECTED]


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_an_address_that_refuses_everything_is_left(status: int) -> None:
    """The next one may be in order; only once all of them say so is it the setting, or the records."""
    async with (
        scripted_server(otherwise=Reply(status)) as bad,
        scripted_server(otherwise=bulk_reply) as good,
        open_sink(Settings(url=(bad.url, good.url)), Enrichment({})) as sink,
    ):
        first = await sink.deliver(batch(sink))
        assert (first.status, first.reason, first.fault) == (Status.ERRORED, f"http_{status}", False)
        for _ in range(3):
            assert await sink.deliver(batch(sink)) == Outcome(Status.DELIVERED)
        assert len(bad.requests) == 1
        good.otherwise = Reply(status)
        outcomes = [await sink.deliver(batch(sink)) for _ in range(4)]
    expected = (Status.REJECTED, False) if status == 400 else (Status.ERRORED, True)
    assert [(each.status, each.fault) for each in outcomes] == [(Status.ERRORED, False), *[expected] * 3]


async def test_the_failure_store_is_no_success() -> None:
    """A 201 whose document went there is an outcome of its own, and what `check --send` shows as wrong."""
    items: list[Any] = [{"create": {"status": 201}} for _ in LINES]
    items[1]["create"]["failure_store"] = items[3]["create"]["failure_store"] = "used"
    items[4]["create"]["failure_store"] = "not_applicable_or_unknown"
    outcome = await outcome_of(Reply(200, json.dumps({"errors": False, "items": items}).encode()))
    assert [(each.index, each.status) for each in outcome.verdicts] == [
        (1, Status.FAILURE_STORE),
        (3, Status.FAILURE_STORE),
    ]
    finding = outcome_finding("elasticsearch: delivery", outcome)
    assert not finding.good
    assert "failure store" in finding.message


ADDRESSES = [
    ("", "/logs-agent-default/_bulk?", ""),
    ("/es/?a=b", "/es/logs-agent-default/_bulk?a=b&", ""),
    ("/_bulk", "/_bulk?", "logs-agent-default"),
    ("/insert/elasticsearch/_bulk?x=1", "/insert/elasticsearch/_bulk?x=1&", "logs-agent-default"),
    ("/mine/_bulk", "/mine/_bulk?", ""),
]


@pytest.mark.parametrize(("end", "path", "index"), ADDRESSES)
async def test_a_path_a_query_and_a_whole_address_are_taken_as_meant(end: str, path: str, index: str) -> None:
    """The query comes last; where the address has no place for the index, each record names it."""
    async with scripted_server(otherwise=bulk_reply) as server:
        async with open_sink(Settings(url=(server.url + end,)), Enrichment({})) as sink:
            assert await sink.deliver(batch(sink)) == Outcome(Status.DELIVERED)
        request = server.requests[0]
    assert request.path == path + f"filter_path={FILTER}"
    assert json.loads(request.body.splitlines()[0])["create"].get("_index", "") == index


@pytest.mark.parametrize(
    "unknown",
    [Reply(400, b'unsupported path requested: "/x"'), Reply(400, b"error: invalid HTTP endpoint\n"), Reply(404)],
)
async def test_a_server_that_takes_bulk_alone(unknown: Reply) -> None:
    """Others than Elasticsearch know no path with an index in it: the next attempt goes without, and so do all."""

    def answer(request: Request) -> Reply:
        return bulk_reply(request) if request.path.startswith("/_bulk?") else unknown

    async with (
        scripted_server(otherwise=answer) as server,
        open_sink(Settings(url=(server.url,)), Enrichment({})) as sink,
    ):
        first = await sink.deliver(batch(sink))
        assert (first.status, first.fault) == (Status.ERRORED, unknown.status == 404)
        for _ in range(3):
            assert await sink.deliver(batch(sink)) == Outcome(Status.DELIVERED)
    assert len(server.requests) == 4


async def test_check_finds_the_path_that_the_daemon_would_find() -> None:
    """A second attempt is made, as the daemon makes it."""

    def answer(request: Request) -> Reply:
        plain = request.path.startswith("/_bulk?")
        return bulk_reply(request) if plain else Reply(400, b"unsupported path requested")

    async with (
        scripted_server(otherwise=answer) as server,
        open_sink(Settings(url=(server.url,)), Enrichment({})) as sink,
    ):
        assert all(finding.good for finding in await sink.preflight(send=True))


async def test_an_item_by_another_name_is_an_item() -> None:
    """Some stores call a `create` an `index`: they have it all the same."""
    named = b'{"took":1,"errors":false,"items":[' + b",".join([b'{"index":{"status":201}}'] * 5) + b"]}"
    assert await outcome_of(Reply(200, named)) == Outcome(Status.DELIVERED)
