"""The whole daemon against a real OpenSearch, as an operator sets it up and mends it."""

import json
import os
import subprocess
import sys
import time
import urllib.error
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import StartLogship, StartWriter
from tests.e2e.harness import Logship, wait_until
from tests.e2e.opensearch import STREAM, OpenSearch, running

pytest_plugins = ("tests.e2e.opensearch",)
pytestmark = [pytest.mark.e2e, pytest.mark.opensearch, pytest.mark.timeout(300)]


@pytest.fixture
def stream(opensearch: OpenSearch) -> Iterator[str]:
    """Put the template of the docs in place."""
    with opensearch.with_template(STREAM) as stream:
        yield stream


@pytest.fixture
def daemon(new_logship: StartLogship, opensearch: OpenSearch, logs: Path) -> Logship:
    """Give a daemon, not started yet, with everything but the server's address at its default."""
    return new_logship(
        paths=f"{logs}/*.log",
        sinks="elasticsearch",
        elasticsearch_url=opensearch.url,
        pod_name="agent-7",
        pod_namespace="prod",
        service_name="agent",
        fields="team=search",
    )


def append(path: Path, *records: Mapping[str, object]) -> None:
    """Log records as an application does."""
    with path.open("a") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)


def documents(opensearch: OpenSearch, index: str) -> list[dict[str, Any]]:
    """Give what is stored, also where nothing has been stored yet."""
    try:
        return opensearch.documents(index)
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise
        return []


def counted(opensearch: OpenSearch, index: str) -> int:
    """Count what is stored; nothing as long as a server that has just started has not found its index."""
    try:
        return opensearch.count(index)
    except urllib.error.HTTPError as error:
        if error.code != 503:
            raise
        return 0


def command(daemon: Logship, *words: str) -> subprocess.CompletedProcess[str]:
    """Run another command with the daemon's settings."""
    environment = {f"LOGSHIP_{name.upper()}": str(value) for name, value in daemon.settings.items()}
    return subprocess.run(
        [sys.executable, "-m", "logship", *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_data_stream_with_event_time_and_the_pods_fields(
    daemon: Logship, opensearch: OpenSearch, stream: str, logs: Path
) -> None:
    """The default stream, made by the docs' template, has each record with its own time and where it came from."""
    checked = command(daemon, "check")
    assert (checked.returncode, "an index template covers it" in checked.stdout) == (0, True), checked.stdout
    append(
        logs / "app.log",
        {"timestamp": "2026-11-22T10:00:00.123456+01:00", "level": "info", "message": "one"},
        {"ts": 1795341600.5, "message": "two", "service": "mine"},
    )
    daemon.start()
    wait_until(lambda: len(documents(opensearch, stream)) == 2, "two documents", 30)
    one, two = sorted(opensearch.documents(stream), key=lambda each: str(each["message"]))
    assert one["@timestamp"] == "2026-11-22T09:00:00.123456Z"
    assert two["@timestamp"].startswith("2026-11-22T10:00:00.5")
    for document in (one, two):
        assert document["k8s.pod.name"] == "agent-7"
        assert document["k8s.namespace.name"] == "prod"
        assert document["service.name"] == "agent"
        assert document["team"] == "search"
        assert document["log.file.name"] == "app.log"
    assert two["service.original"] == "mine"
    assert opensearch.ask("GET", f"/_data_stream/{stream}")["data_streams"][0]["name"] == stream


def test_a_bad_document_is_put_aside_and_sent_again_once_the_mapping_is_mended(
    daemon: Logship, opensearch: OpenSearch, logs: Path
) -> None:
    """Its neighbours are stored at once; the dead letter has the reason; `logship replay` runs beside the daemon."""
    index = "mapped"
    opensearch.ask("PUT", f"/{index}", {"mappings": {"properties": {"latency": {"type": "long"}}}})
    daemon.start(elasticsearch_index=index)
    daemon.settings["elasticsearch_index"] = index
    append(logs / "app.log", *[{"seq": n, "latency": "password=hunter2" if n == 50 else n} for n in range(100)])
    wait_until(lambda: opensearch.count(index) == 99, "the neighbours", 30)
    daemon.wait_idle()
    look = daemon.check_conservation()
    assert look.total("logship_sink_records_total", outcome="dead_lettered") == 1
    [letter] = (daemon.state / "dead-letter" / "elasticsearch.ndjson").read_text().splitlines()
    assert "failed to parse field [latency]" in json.loads(letter)["detail"]
    assert "hunter2" not in daemon.stderr.read_text() + daemon.get("/status")[1] + daemon.get("/metrics")[1]

    refused = command(daemon, "replay")
    assert refused.returncode == 1, refused.stdout + refused.stderr
    stored = opensearch.documents(index)
    opensearch.delete(index)
    opensearch.ask("PUT", f"/{index}", {"mappings": {"properties": {"latency": {"type": "keyword"}}}})
    mended = command(daemon, "replay", "--sink", "elasticsearch")
    assert mended.returncode == 0, mended.stdout + mended.stderr
    [found] = opensearch.documents(index)
    assert (found["seq"], found["latency"]) == (50, "password=hunter2")
    assert found["_id"].rsplit("-", 1)[0] == stored[0]["_id"].rsplit("-", 1)[0]
    opensearch.delete(index)


def test_the_server_stops_and_starts_in_mid_stream(
    new_logship: StartLogship, logs: Path, write: StartWriter, tmp_path: Path
) -> None:
    """Lines that are written while it is away arrive when it is back; each is stored once."""
    with running(tmp_path / "server") as first:
        daemon = new_logship(
            paths=f"{logs}/*.log", sinks="elasticsearch", elasticsearch_url=first.url, elasticsearch_index="stream"
        )
        daemon.start(retry_max_seconds=2)
        first.ask("PUT", "/stream")
        writer = write("rotating", logs / "app.log", 20_000, rate=1000, bytes=600_000)
        wait_until(lambda: first.count("stream") > 1000, "some documents", 30)
        port = int(first.url.rsplit(":", 1)[1])
    time.sleep(2.0)
    assert (daemon.probe("livez"), daemon.probe("readyz")) == (200, 200)
    with running(tmp_path / "server", port=port) as second:
        writer.finish()
        wait_until(lambda: counted(second, "stream") >= writer.end, "all documents")
        daemon.wait_idle()
        assert daemon.terminate() == 0
        assert second.count("stream") == writer.end


def test_a_shard_limit_holds_what_is_for_the_new_index_alone(
    daemon: Logship, opensearch: OpenSearch, logs: Path
) -> None:
    """As at midnight: yesterday's index goes on, today's waits, and arrives once there may be more shards."""

    def limit(shards: int | None) -> None:
        opensearch.ask("PUT", "/_cluster/settings", {"transient": {"cluster.max_shards_per_node": shards}})

    daemon.start(elasticsearch_index="night-%Y.%m.%d", retry_max_seconds=1)
    append(logs / "a.log", {"timestamp": "2026-01-01T10:00:00Z", "n": 0})
    wait_until(lambda: len(documents(opensearch, "night-2026.01.01")) == 1, "the first index is there")
    try:
        limit(1)
        for number in range(1, 21):
            old, new = ({"timestamp": f"2026-01-0{day}T10:00:00Z", "n": number} for day in (1, 2))
            append(logs / "a.log", old, new)
            time.sleep(0.3)
        wait_until(lambda: len(documents(opensearch, "night-2026.01.01")) == 21, "the old index goes on")
        assert daemon.metrics().totals("elasticsearch")["dead_lettered"] == (0, 0)
        assert daemon.messages("records that the store does not take wait by themselves")[0]["reason"] == "shard_limit"
    finally:
        limit(None)
    wait_until(lambda: len(documents(opensearch, "night-2026.01.02")) == 20, "what waited arrives")
    opensearch.delete("night-2026.01.01")
    opensearch.delete("night-2026.01.02")
