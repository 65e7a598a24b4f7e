import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from logship.errors import ConfigError
from logship.model import Batch, Block, FileId, Outcome, Status
from logship.records.enrichment import Enrichment
from logship.settings.config import Secret
from logship.sinks.datadog import MAX_RECORDS, OLDEST_SECONDS, Settings, open_sink
from tests.scripted_server import Reply, Request, scripted_server

FIELDS = {"k8s.pod.name": "agent-1", "k8s.namespace.name": "shop", "k8s.node.name": "node-3", "service.name": "agent"}


def block(data: bytes, start: int = 0) -> Block:
    """Give a block."""
    return Block(FileId("f" * 22), "a.log", start, start + len(data), data, 1_700_000_000_123_456_789, 0.0)


@pytest.fixture
def key(tmp_path: Path) -> Secret:
    """Give an API key in a file."""
    (tmp_path / "key").write_text("k" * 32)
    return Secret(path=str(tmp_path / "key"))


def rewrite(key: Secret, value: str) -> None:
    """Change the key."""
    Path(key.path).write_text(value)


def intake(request: Request) -> Reply:
    """Answer as the intake's documentation says; a broken rule is a 400, a 403 or a 413, too long an entry is cut."""
    if request.method == "GET":
        good = request.path == "/api/v1/validate" and request.headers.get("dd-api-key") == "k" * 32
        return Reply(200, b'{"valid":true}') if good else Reply(403, b'{"errors":["Forbidden"]}')
    if request.headers.get("dd-api-key") != "k" * 32:
        return Reply(403)
    entries = json.loads(request.body)
    if len(request.body) > 5_000_000 or len(entries) > 1000:
        return Reply(413)
    right = all(isinstance(entry.get("message"), str) and len(json.dumps(entry)) <= 1_000_000 for entry in entries)
    return Reply(202, b"{}") if request.path == "/api/v2/logs" and right else Reply(400)


async def sent(key: Secret, data: bytes, enrichment: Enrichment | None = None, **settings: Any) -> tuple[Any, Request]:
    """Give the entries that a block makes at the intake, and the request."""
    async with (
        scripted_server(otherwise=intake) as server,
        open_sink(
            Settings(url=server.url + "/api/v2/logs", api_key=key, **settings), enrichment or Enrichment(FIELDS)
        ) as sink,
    ):
        assert await sink.deliver(Batch((sink.encode(block(data)),))) == Outcome(Status.DELIVERED)
    return json.loads(server.requests[0].body), server.requests[0]


async def test_a_record_is_the_text_of_a_message_between_reserved_attributes(key: Secret) -> None:
    """What Datadog sorts by is around the record; the record keeps its own names, a status of its own too."""
    data = b'{"timestamp":"2026-11-22T10:00:00.5Z","level":"WARN","status":200,"service":"x","msg":"100% \\"q\\""}\n'
    ([entry], request) = await sent(key, data, tags=("env:prod", "team:a"))
    record = json.loads(entry.pop("message"))
    assert entry == {
        "ddsource": "python",
        "ddtags": "env:prod,team:a,pod_name:agent-1,kube_namespace:shop",
        "hostname": "node-3",
        "service": "agent",
        "status": "warning",
        "timestamp": 1795341600500,
    }
    assert (record["status"], record["msg"], record["service.original"]) == (200, '100% "q"', "x")
    assert record["message"] == record["msg"]
    assert request.headers["content-encoding"] == "gzip"
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("member", "status"),
    [
        ('"level":"trace"', "debug"),
        ('"severity":"NOTICE"', "notice"),
        ('"levelname":"CRITICAL"', "critical"),
        ('"level":40', "error"),
        ('"level":"alert"', "alert"),
        ('"level":"panic"', "emergency"),
        ('"level":"info"', "info"),
        ('"level":"loud"', None),
        ('"other":1', None),
    ],
)
async def test_the_level_becomes_the_status(key: Secret, member: str, status: str | None) -> None:
    """In Datadog's names; what is no level leaves it to Datadog."""
    ([entry, text], _) = await sent(key, f"{{{member}}}\ntext\n".encode())
    assert entry.get("status") == status
    assert "status" not in text
    assert json.loads(text["message"])["message"] == "text"


@pytest.mark.parametrize("member", ['"time":"1970-01-01T00:00:00Z"', '"time":"1969-12-31T23:59:59.5Z"'])
async def test_an_entry_of_a_clock_that_was_never_set_is_valid(key: Secret, member: str) -> None:
    """One such record must not spoil the request."""
    entries, _ = await sent(key, b'{%b}\n{"a":1}\n' % member.encode())
    assert len(entries) == 2
    assert 1000 <= entries[0]["timestamp"] < 2000


async def test_nothing_is_said_that_nobody_knows(key: Secret) -> None:
    """Without pod and service there is neither host nor tag."""
    ([entry], _) = await sent(key, b"text\n", Enrichment({}), source="")
    assert set(entry) == {"timestamp", "message"}


async def test_the_intakes_limits_are_ours(key: Secret) -> None:
    """A request has 5 MB and 1,000 entries at most, an entry 1 MB."""
    async with open_sink(Settings(api_key=key), Enrichment({})) as sink:
        assert (sink.limits.max_bytes, sink.limits.max_records, sink.limits.max_record_bytes) == (
            5_000_000 - len("[]"),
            MAX_RECORDS,
            1_000_000,
        )


async def test_check_asks_about_the_key(key: Secret) -> None:
    """A key that Datadog does not know is told apart from an address that does not answer."""
    async with (
        scripted_server(otherwise=intake) as server,
        open_sink(Settings(url=server.url + "/api/v2/logs", api_key=key), Enrichment({})) as sink,
    ):
        assert all(finding.good for finding in await sink.preflight(send=True))
        rewrite(key, "wrong")
        bad = [finding for finding in await sink.preflight(send=True) if not finding.good]
    assert [finding.subject for finding in bad] == ["datadog: delivery"]
    assert "not allowed" in bad[0].message


async def test_a_store_that_knows_no_key_check_is_no_fault(key: Secret) -> None:
    """Other stores speak the intake's language without the rest of Datadog's API."""
    other = [Reply(404), Reply(202, b"{}")]
    async with (
        scripted_server(*other, otherwise=intake) as server,
        open_sink(Settings(url=server.url + "/api/v2/logs", api_key=key), Enrichment({})) as sink,
    ):
        assert all(finding.good for finding in await sink.preflight(send=True))


async def test_raw_lines_are_refused(key: Secret) -> None:
    """They are no JSON: said at the start."""
    with pytest.raises(ConfigError):
        await sent(key, b"x\n", Enrichment({}, "raw"))


@pytest.mark.parametrize("tags", [("nocolon",), ("a:",), (":b",)])
def test_a_tag_is_a_pair(key: Secret, tags: tuple[str, ...]) -> None:
    """A tag without its value would be taken for something else."""
    assert "TAGS" in Settings(api_key=key, tags=tags).check()[0]


async def test_an_address_without_a_path_gets_the_intakes(key: Secret) -> None:
    """As with the other sinks: a proxy is named like a server."""
    async with (
        scripted_server(otherwise=intake) as server,
        open_sink(Settings(url=server.url, api_key=key), Enrichment({})) as sink,
    ):
        assert all(finding.good for finding in await sink.preflight(send=True))


def test_a_site_is_a_host(key: Secret) -> None:
    """An address there would become part of a name."""
    assert Settings(api_key=key, site="us5.datadoghq.com").check() == []
    assert Settings(api_key=key, site="https://datadoghq.eu").check() == [
        "SITE is not a host such as datadoghq.eu; a whole address goes to URL"
    ]


def test_the_key_must_be_set() -> None:
    """Without it nothing can be sent."""
    assert Settings().check() == ["API_KEY is not set, and there is no default"]


async def test_what_datadog_leaves_out_for_its_age_is_told(key: Secret) -> None:
    """It answers 202 to records over 18 hours old and shows them to nobody; another store at this address may not."""
    now = time.time()
    ages = [0, 17 * 3600, OLDEST_SECONDS + 60, 30 * 86400]
    lines = [
        {"time": datetime.fromtimestamp(now - age, UTC).isoformat(), "msg": '"timestamp":1,"message":'} for age in ages
    ]
    data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    for datadogs, told in (
        (False, Outcome(Status.DELIVERED)),
        (True, Outcome(Status.DELIVERED, "over_18_hours", ignored=2)),
    ):
        async with (
            scripted_server(otherwise=intake) as server,
            open_sink(Settings(url=server.url, api_key=key), Enrichment(FIELDS)) as sink,
        ):
            sink._oldest = OLDEST_SECONDS if datadogs else 0
            assert await sink.deliver(Batch((sink.encode(block(data)),))) == told


@pytest.mark.parametrize(
    ("settings", "datadogs"),
    [
        (Settings(), True),
        (Settings(site="us3.datadoghq.com"), True),
        (Settings(url="https://http-intake.logs.datadoghq.eu"), True),
        (Settings(site="ddog-gov.com"), True),
        (Settings(url="http://victorialogs:9428/insert/datadog"), False),
        (Settings(url="http://datadoghq.com.example"), False),
    ],
)
def test_only_datadog_leaves_out_what_is_old(settings: Settings, *, datadogs: bool) -> None:
    """By the name of its sites."""
    assert bool(settings.oldest_seconds()) is datadogs
