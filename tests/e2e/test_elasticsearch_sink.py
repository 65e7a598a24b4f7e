"""The sink and its delivery against a real OpenSearch; the daemon as a whole is tested beside this."""

import asyncio
import json
import urllib.error
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from prometheus_client import CollectorRegistry

from logship.delivery.backoff import RetryPolicy
from logship.delivery.deadletters import DeadLetters
from logship.delivery.delivery import Delivery
from logship.delivery.replay import Summary, replay
from logship.metrics import Metrics, SinkMetrics
from logship.model import Batch, Block, FileId
from logship.records.enrichment import Enrichment
from logship.sinks.elasticsearch.sink import ElasticsearchSink, Settings, open_sink
from tests.e2e.opensearch import OpenSearch, running

pytest_plugins = ("tests.e2e.opensearch",)
pytestmark = [pytest.mark.e2e, pytest.mark.opensearch, pytest.mark.timeout(300)]

FILE = FileId("f" * 22)
POLICY = RetryPolicy(initial_seconds=0.1, max_seconds=1.0)
STREAM = "logs-agent-default"


@dataclass(slots=True)
class Shipping:
    """A delivery to a real server."""

    sink: ElasticsearchSink
    delivery: Delivery
    metrics: SinkMetrics
    registry: CollectorRegistry
    letters: DeadLetters
    folder: Path

    async def send(self, *lines: str, start: int = 0, file: FileId = FILE) -> None:
        """Deliver the lines as one batch of one block."""
        data = "".join(f"{line}\n" for line in lines).encode()
        block = Block(file, "app.log", start, start + len(data), data, 1_700_000_000_123_456_789, 0.0)
        self.metrics.read(len(lines), len(data))
        await self.delivery.deliver(Batch((self.sink.encode(block),)))

    def total(self, key: str) -> int:
        """Give the records of a term of the conservation law."""
        return self.metrics.totals()[key][0]

    def retries(self, reason: str) -> float:
        """Give how often something was sent again for this reason."""
        labels = {"sink": "elasticsearch", "reason": reason}
        return self.registry.get_sample_value("logship_sink_retries_total", labels) or 0

    def dead(self) -> list[dict[str, Any]]:
        """Give the dead letters."""
        path = self.folder / "elasticsearch.ndjson"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@asynccontextmanager
async def shipping(
    server: OpenSearch, folder: Path, *, index: str, compression: Literal["gzip", "none"] = "gzip"
) -> AsyncIterator[Shipping]:
    """Open the sink on a server."""
    all_metrics = Metrics(["elasticsearch"], "1")
    metrics = all_metrics.sink("elasticsearch")
    letters = DeadLetters(folder, "elasticsearch", 1 << 24)
    settings = Settings(url=(server.url,), index=index, compression=compression)
    async with open_sink(settings, Enrichment({"k8s.pod.name": "web-0"})) as sink:
        delivery = Delivery(
            "elasticsearch", sink, policy=POLICY, dead_letters=letters, metrics=metrics, draining=asyncio.Event()
        )
        yield Shipping(sink, delivery, metrics, all_metrics.registry, letters, folder)
        assert metrics.totals()["in_flight"] == (0, 0)


def numbered(count: int, width: int = 0) -> list[str]:
    """Give so many records with a sequence number."""
    return [f'{{"seq":{n},"message":"{"x" * width}"}}' for n in range(count)]


async def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait in real time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what it looks at is not ours to notify
            await asyncio.sleep(0.05)


@pytest.fixture
def index(opensearch: OpenSearch) -> Iterator[str]:
    """Give the name of an index that is not there."""
    yield "plain-test"
    opensearch.delete("plain-test")


@pytest.fixture
def stream(opensearch: OpenSearch) -> Iterator[str]:
    """Give the name of a data stream that a template covers."""
    template = {
        "index_patterns": ["logs-*-*"],
        "data_stream": {},
        "priority": 100,
        "template": {"mappings": {"properties": {"@timestamp": {"type": "date_nanos"}}}},
    }
    opensearch.ask("PUT", "/_index_template/logs-test", template)
    yield STREAM
    opensearch.delete(STREAM)
    opensearch.ask("DELETE", "/_index_template/logs-test")


async def test_a_data_stream(opensearch: OpenSearch, stream: str, tmp_path: Path) -> None:
    """Records arrive with event time, fields and ids; the same batch again is counted as duplicates, stored once."""
    async with shipping(opensearch, tmp_path, index=stream) as to:
        lines = ['{"time":"2026-11-22T10:00:00.5Z","n":1}', "text", '{"n":3}']
        await to.send(*lines)
        await to.send(*lines)
        assert (to.total("delivered"), to.total("duplicate"), to.dead()) == (3, 3, [])
    found = sorted(opensearch.documents(stream), key=lambda each: int(each["_id"].rsplit("-", 1)[1]))
    assert [each["_id"] for each in found] == [f"{FILE}-{start}" for start in (0, 40, 45)]
    assert found[0]["@timestamp"].startswith("2026-11-22T10:00:00.5")
    assert found[1]["@timestamp"] == "2023-11-14T22:13:20.123456789Z"
    assert found[1]["message"] == "text"
    assert all(each["k8s.pod.name"] == "web-0" for each in found)
    assert opensearch.ask("GET", f"/_data_stream/{stream}")["data_streams"][0]["name"] == stream


@pytest.mark.parametrize("compression", ["gzip", "none"])
async def test_both_compressions(
    opensearch: OpenSearch, index: str, tmp_path: Path, compression: Literal["gzip", "none"]
) -> None:
    """A large batch arrives whole either way."""
    async with shipping(opensearch, tmp_path, index=index, compression=compression) as to:
        await to.send(*numbered(5000, 100))
    assert opensearch.count(index) == 5000


async def test_a_bad_record_and_its_replay(opensearch: OpenSearch, index: str, tmp_path: Path) -> None:
    """One bad document goes to the dead letters with the server's reason, its neighbours are stored.

    A replay is refused as long as the mapping is; once that is fixed, the record arrives under its own id.
    """
    opensearch.ask("PUT", f"/{index}", {"mappings": {"properties": {"n": {"type": "long"}}}})
    async with shipping(opensearch, tmp_path, index=index) as to:
        await to.send('{"n":1}', '{"n":"password=hunter2"}', '{"n":3}')
        assert (to.total("delivered"), to.total("dead_lettered")) == (2, 1)
        [letter] = to.dead()
        assert letter["reason"] == "mapper_parsing_exception"
        assert "failed to parse field [n] of type [long]" in letter["detail"]
        assert letter["record"] == '{"n":"password=hunter2"}'

        assert await replay("elasticsearch", to.sink, to.letters, POLICY) == Summary(refused=1)
        opensearch.delete(index)
        opensearch.ask("PUT", f"/{index}", {"mappings": {"properties": {"n": {"type": "keyword"}}}})
        assert await replay("elasticsearch", to.sink, to.letters, POLICY) == Summary(delivered=1)
        assert to.dead() == []
    [found] = opensearch.documents(index)
    assert (found["_id"], found["n"]) == (f"{FILE}-8", "password=hunter2")


async def test_a_write_block(opensearch: OpenSearch, index: str, tmp_path: Path) -> None:
    """A read-only index keeps the records back until the block is lifted; none is refused."""
    opensearch.ask("PUT", f"/{index}", {"settings": {"index.blocks.write": True}})
    async with shipping(opensearch, tmp_path, index=index) as to:
        task = asyncio.create_task(to.send(*numbered(10)))
        await until(lambda: to.delivery.last_error)
        assert (to.delivery.state, to.delivery.last_error) == ("retrying", "cluster_block_exception")
        opensearch.ask("PUT", f"/{index}/_settings", {"index.blocks.write": None})
        await task
        assert (to.delivery.state, to.dead()) == ("ok", [])
    assert opensearch.count(index) == 10


async def test_a_missing_index_where_none_may_be_made(opensearch: OpenSearch, index: str, tmp_path: Path) -> None:
    """The records wait for the operator to make it."""
    opensearch.ask("PUT", "/_cluster/settings", {"transient": {"action.auto_create_index": "false"}})
    try:
        async with shipping(opensearch, tmp_path, index=index) as to:
            task = asyncio.create_task(to.send(*numbered(3)))
            await until(lambda: to.delivery.last_error)
            assert to.delivery.last_error == "index_not_found_exception"
            opensearch.ask("PUT", f"/{index}", {})
            await task
    finally:
        opensearch.ask("PUT", "/_cluster/settings", {"transient": {"action.auto_create_index": None}})
    assert opensearch.count(index) == 3


async def test_a_wrong_mapping_holds(opensearch: OpenSearch, index: str, tmp_path: Path) -> None:
    """Where every record is refused, the second batch waits; fixing the index lets it through."""
    opensearch.ask("PUT", f"/{index}", {"mappings": {"dynamic": "strict", "properties": {"other": {"type": "long"}}}})
    async with shipping(opensearch, tmp_path, index=index) as to:
        await to.send(*numbered(10))
        assert len(to.dead()) == 10
        task = asyncio.create_task(to.send(*numbered(10), start=10_000))
        await until(lambda: to.delivery.state == "holding")
        await asyncio.sleep(2)
        assert len(to.dead()) == 10
        opensearch.ask("PUT", f"/{index}/_mapping", {"dynamic": True})
        await task
        assert await replay("elasticsearch", to.sink, to.letters, POLICY) == Summary(delivered=10)
    assert opensearch.count(index) == 20


async def test_what_check_says(opensearch: OpenSearch, stream: str, index: str, tmp_path: Path) -> None:
    """Version, and whether the name is or would be a data stream, is there, or would be a plain index by guesswork."""

    async def messages(name: str, *, send: bool = False) -> Sequence[str]:
        async with shipping(opensearch, tmp_path, index=name) as to:
            return [f"{each.good} {each.message}" for each in await to.sink.preflight(send=send)]

    assert "True is not there yet; an index template covers it" in await messages(stream)
    assert (await messages(stream, send=True))[-1] == "True accepted"
    assert "True is a data stream" in await messages(stream)
    assert any("opensearch" in message for message in await messages(stream))
    assert (await messages(index))[-1].startswith("False no index template covers it")
    assert (await messages("app-%Y.%m.%d"))[-1].startswith("False no index template covers it")
    opensearch.ask("PUT", f"/{index}", {})
    assert (await messages(index))[-1] == "True is there, a plain index"


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSearch]:
    """Give a server that throttles single documents, and takes no large request."""
    limits = ["thread_pool.write.size=1", "thread_pool.write.queue_size=1"]
    limits += ["indexing_pressure.memory.limit=600kb", "http.max_content_length=1mb"]
    with running(tmp_path_factory.mktemp("tight"), *limits) as server:
        server.ask("PUT", "/throttled", {"settings": {"number_of_shards": 16, "number_of_replicas": 0}})
        yield server


async def test_throttled_documents(tight: OpenSearch, tmp_path: Path) -> None:
    """50,000 of 50,000 records, each once, from a server that turns single documents away."""
    lines = numbered(50_000)
    async with shipping(tight, tmp_path, index="throttled") as to:
        starts = range(0, len(lines), 2500)
        for first in range(0, len(starts), 4):
            batches = (to.send(*lines[n : n + 2500], start=n * 100) for n in starts[first : first + 4])
            await asyncio.gather(*batches)
        assert (to.total("delivered") + to.total("duplicate"), to.dead()) == (50_000, [])
        assert to.retries("es_rejected_execution_exception") > 0
    assert tight.count("throttled") == 50_000


@pytest.mark.parametrize(("width", "reason"), [(700, "http_429"), (1500, "too_large")])
async def test_too_much_at_once(tight: OpenSearch, tmp_path: Path, width: int, reason: str) -> None:
    """A request over the server's memory limit (429) or size limit (413) goes through in pieces."""
    index = f"pieces-{reason}"
    async with shipping(tight, tmp_path, index=index, compression="none") as to:
        await to.send(*numbered(1000, width))
        assert (to.total("delivered") + to.total("duplicate"), to.dead()) == (1000, [])
        assert to.retries(reason) > 0
    assert tight.count(index) == 1000
    with suppress(urllib.error.HTTPError):
        tight.delete(index)


async def test_stopped_and_started_in_mid_stream(tmp_path: Path) -> None:
    """While the server is down nothing is lost; when it is back, the rest arrives, each once."""
    with ExitStack() as first:
        server = first.enter_context(running(tmp_path / "server"))
        port = int(server.url.rsplit(":", 1)[1])
        async with shipping(server, tmp_path, index="restarted") as to:
            await to.send(*numbered(100))
            first.close()
            task = asyncio.create_task(to.send(*numbered(100), start=100_000))
            await until(lambda: to.delivery.last_error == "connection_refused")
            with running(tmp_path / "server", port=port) as again:
                await task
                assert again.count("restarted") == 200
