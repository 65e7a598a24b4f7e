import json
import re
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from logship.errors import ConfigError
from logship.model import Batch, Block, FileId, Outcome, Status
from logship.records.enrichment import Enrichment
from logship.settings.config import Secret
from logship.sinks.loki import Settings, open_sink
from tests.scripted_server import Reply, Request, scripted_server

FIELDS = {"k8s.pod.name": "agent-1", "k8s.namespace.name": "shop", "service.name": "agent", "team": "a", "n": 7}
MAX_LINE = 256 * 1024
Stored = dict[tuple[tuple[str, str], ...], set[tuple[int, str, str]]]


class Loki:
    """Takes what Loki takes, and stores the good lines of a request that has bad ones; drops what it has already."""

    def __init__(self, *, newest_rejected: int = 2**63) -> None:
        self.streams: Stored = {}
        self._newest_rejected = newest_rejected

    def __call__(self, request: Request) -> Reply:
        """Answer one request."""
        if request.path == "/ready":
            return Reply(200, b"ready\n")
        if request.path != "/loki/api/v1/push" or request.headers.get("content-type") != "application/json":
            return Reply(404)
        streams = json.loads(request.body, object_pairs_hook=_unique)["streams"]
        if any(not _well_formed(stream) for stream in streams):
            return Reply(400, b"error at least one label pair is required, or a value is no string")
        good = [self._store(stream, value) for stream in streams for value in stream["values"]]
        return Reply(204) if all(good) else Reply(400, b"entry too far behind, or line too long")

    def _store(self, stream: Any, value: list[Any]) -> bool:
        time_ns, line, *metadata = int(value[0]), value[1], *value[2:]
        if time_ns > self._newest_rejected or len(line) > MAX_LINE:
            return False
        kept = self.streams.setdefault(tuple(sorted(stream["stream"].items())), set())
        # Metadata does not tell lines apart (unorderedHeadBlock.Append in Loki's pkg/chunkenc).
        if all((time_ns, line) != known[:2] for known in kept):
            kept.add((time_ns, line, json.dumps(metadata)))
        return True


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len(dict(pairs)) == len(pairs), "a name is there twice"
    return dict(pairs)


def _well_formed(stream: Any) -> bool:
    labels = stream["stream"]
    named = any(labels.values()) and all(re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", name) for name in labels)
    texts = [*labels.values(), *(text for value in stream["values"] for text in value[:2])]
    texts += [text for value in stream["values"] for members in value[2:] for text in members.values()]
    times = [value[0] for value in stream["values"]]
    return named and all(isinstance(text, str) for text in texts) and times == sorted(times, key=int)


def block(data: bytes, start: int = 0, flags: tuple[str, ...] = ()) -> Block:
    """Give a block."""
    end = start + len(data)
    return Block(FileId("f" * 22), "a 100%.log", start, end, data, 1_700_000_000_123_456_789, 0.0, flags)


async def sent(loki: Loki, *blocks: Block, enrichment: Enrichment | None = None, **settings: Any) -> Outcome:
    """Deliver blocks in one batch."""
    async with (
        scripted_server(otherwise=loki) as server,
        open_sink(Settings(url=server.url, **settings), enrichment or Enrichment(FIELDS)) as sink,
    ):
        return await sink.deliver(Batch(tuple(sink.encode(each) for each in blocks)))


async def test_a_record_is_a_line_of_the_pods_stream() -> None:
    """Few labels; what else we know is metadata beside the line, and the line is what the application wrote."""
    loki = Loki()
    data = (
        b'{"timestamp":"2026-11-22T10:00:00.5Z","level":"WARNING","context":{"traceId":"abc"},"span_id":7,"a":"100%"}\n'
    )
    assert await sent(loki, block(data), labels={"env": "prod"}) == Outcome(Status.DELIVERED)
    [(labels, values)] = loki.streams.items()
    assert dict(labels) == {
        "service_name": "agent",
        "k8s_namespace_name": "shop",
        "k8s_pod_name": "agent-1",
        "env": "prod",
    }
    [(time_ns, line, metadata)] = values
    assert time_ns == 1795341600_500_000_000
    assert json.loads(line) == {"@timestamp": "2026-11-22T10:00:00.5Z", **json.loads(data)}
    assert json.loads(metadata) == [
        {"team": "a", "n": "7", "log_file_name": "a 100%.log", "level": "warn", "trace_id": "abc"}
    ]


async def test_without_metadata_our_fields_are_in_the_line() -> None:
    """An older Loki, or one without a schema for it, refuses metadata."""
    loki = Loki()
    await sent(loki, block(b"text\n"), metadata=False)
    [(_, line, metadata)] = next(iter(loki.streams.values()))
    assert json.loads(line)["k8s.pod.name"] == "agent-1"
    assert metadata == "[]"


async def test_lines_go_in_the_order_of_time() -> None:
    """Whatever order the application wrote them in; equal times keep theirs."""
    loki = Loki()
    times = ["10:00:02", "10:00:00", "10:00:01", "10:00:00"]
    lines = [f'{{"time":"2026-11-22T{text}Z","at":{at}}}\n' for at, text in enumerate(times)]
    assert (await sent(loki, block("".join(lines).encode()))).status is Status.DELIVERED
    assert len(next(iter(loki.streams.values()))) == 4


async def test_a_repeat_is_the_same_line() -> None:
    """Byte for byte, also if it travels with others: Loki then stores it once."""
    loki = Loki()
    first, second = block(b'{"a":1}\ntext\n'), block(b'{"b":2}\n', start=13)
    await sent(loki, first)
    await sent(loki, first, second)
    assert len(next(iter(loki.streams.values()))) == 3


@pytest.mark.parametrize(
    "line", [b"refused", b"{}", b'{"time":"2026-11-22T10:00:00Z"}', b'{"time":"2026-11-22T10:00:00.123Z","a":"b"}']
)
async def test_equal_lines_are_all_stored(line: bytes) -> None:
    """Loki keeps one of several with the same time and text: so their times differ, by less than a millisecond."""
    loki = Loki()
    await sent(loki, block(10 * (line + b"\n")), block(10 * (line + b"\n"), start=999_990))
    kept = next(iter(loki.streams.values()))
    assert len(kept) == 20
    seen = {time_ns // 10**6 for time_ns, _, _ in kept}
    assert max(seen) - min(seen) <= 1
    assert all("@timestamp" in json.loads(text) for _, text, _ in kept)


async def test_fields_that_would_be_one_name_are_told_apart() -> None:
    """No name is there twice, and no field is left out, in whatever order they were set."""
    loki = Loki()
    fields = {"level": "x", "a.b": 1, "a_b": 2, "log_file_name": "z", "trace_id": "t"}
    data = b'{"severity":"error","span_id":"s"}\n'
    await sent(loki, block(data), enrichment=Enrichment(fields))
    [(_, _, metadata)] = next(iter(loki.streams.values()))
    ours = {"level_": "x", "a_b": "1", "a_b_": "2", "log_file_name_": "z", "trace_id_": "t"}
    assert json.loads(metadata) == [{**ours, "log_file_name": "a 100%.log", "level": "error", "span_id": "s"}]


async def test_a_label_without_a_value_is_none() -> None:
    """Loki counts none that is empty."""
    loki = Loki()
    assert await sent(loki, block(b"a\n"), enrichment=Enrichment({}), labels={"a": ""}) == Outcome(Status.DELIVERED)


async def test_what_marks_a_line_goes_with_it() -> None:
    """A cut line says so."""
    loki = Loki()
    await sent(loki, block(b"long", flags=("truncated", "partial")))
    [(_, _, metadata)] = next(iter(loki.streams.values()))
    assert json.loads(metadata)[0]["log_flags"] == "truncated,partial"


async def test_there_is_always_a_label() -> None:
    """Loki takes no stream without one."""
    loki = Loki()
    await sent(loki, block(b"text\n"), enrichment=Enrichment({}))
    assert list(loki.streams) == [(("job", "logship"),)]


async def test_a_refusal_may_have_stored_the_good_lines() -> None:
    """The whole request is rejected, so that its halves are tried; a repeat of what was stored does no harm."""
    loki = Loki(newest_rejected=1795341600_000_000_000)
    data = b'{"time":"2026-11-22T09:00:00Z"}\n{"time":"2099-01-01T00:00:00Z"}\n'
    outcome = await sent(loki, block(data))
    assert (outcome.status, outcome.reason) == (Status.REJECTED, "http_400")
    assert len(next(iter(loki.streams.values()))) == 1


@pytest.mark.parametrize(
    ("status", "size", "expected", "too_large", "fault"),
    [
        (204, 10, Status.DELIVERED, False, False),
        (260, 10, Status.ERRORED, False, True),
        (429, 10, Status.ERRORED, False, False),
        (429, 2_000_000, Status.ERRORED, True, False),
        (500, 2_000_000, Status.ERRORED, True, False),
        (503, 2_000_000, Status.ERRORED, False, False),
        (413, 10, Status.ERRORED, True, False),
        (401, 10, Status.ERRORED, False, True),
    ],
)
async def test_each_answer(status: int, size: int, expected: Status, *, too_large: bool, fault: bool) -> None:
    """A large request that is refused for its rate is halved; an answer of blocked ingestion stored nothing."""
    async with (
        scripted_server(otherwise=Reply(status)) as server,
        open_sink(Settings(url=server.url), Enrichment({})) as sink,
    ):
        outcome = await sink.deliver(Batch((sink.encode(block(b"x" * size + b"\n" + b"y\n")),)))
        single = await sink.deliver(Batch((sink.encode(block(b"x" * size + b"\n")),)))
    assert (outcome.status, outcome.too_large, outcome.fault) == (expected, too_large, fault)
    assert single.too_large is (status == 413), "one record can't be halved: it would be a dead letter for a busy store"


async def test_tenant_and_credentials(tmp_path: Path) -> None:
    """Both go as headers."""
    (tmp_path / "password").write_text("p")
    async with (
        scripted_server(otherwise=Loki()) as server,
        open_sink(
            Settings(
                url=server.url + "/loki/api/v1/push",
                tenant="shop",
                username="u",
                password=Secret(path=str(tmp_path / "password")),
            ),
            Enrichment({}),
        ) as sink,
    ):
        assert all(finding.good for finding in await sink.preflight(send=True))
    assert server.requests[-1].headers["x-scope-orgid"] == "shop"
    assert server.requests[-1].headers["authorization"] == "Basic dTpw"


async def test_check_says_that_loki_is_not_ready() -> None:
    """A page that is not there is no fault: gateways have none."""
    for status, good in ((503, False), (404, True)):
        async with (
            scripted_server(Reply(status), otherwise=Loki()) as server,
            open_sink(Settings(url=server.url), Enrichment({})) as sink,
        ):
            assert all(finding.good for finding in await sink.preflight(send=False)) is good


async def test_raw_lines_are_refused() -> None:
    """They are no JSON: said at the start."""
    with pytest.raises(ConfigError):
        async with open_sink(Settings(url="http://h"), Enrichment({}, "raw")):
            pass


def test_a_wrong_label_is_a_fault() -> None:
    """Loki refuses every request that has it."""
    assert "LABELS" in Settings(url="http://h", labels={"a.b": "c"}).check()[0]
    token = Secret(path="/t")
    assert Settings(url="http://h", bearer_token=token, username="u", password=token).check()


@pytest.mark.parametrize(
    ("file_fields", "metadata"),
    [
        (("path", "offset"), {"log_file_path": "/x/a.log", "log_offset": "8"}),
        (("offset",), {"log_file_name": "a 100%.log", "log_offset": "8"}),
        (("name", "path"), {"log_file_name": "a 100%.log", "log_file_path": "/x/a.log"}),
    ],
)
async def test_what_is_asked_of_the_file_is_metadata(file_fields: tuple[str, ...], metadata: dict[str, str]) -> None:
    """All of it text, as Loki wants it; the line stays what the application wrote."""
    loki = Loki()
    one = replace(block(b'{"a":1}\n', 8), path="/x/a.log")
    assert await sent(loki, one, enrichment=Enrichment({}, file_fields=file_fields)) == Outcome(Status.DELIVERED)
    [[(_, line, found)]] = map(list, loki.streams.values())
    assert json.loads(found) == [metadata]
    assert "log." not in line
