"""What every sink must do; a module that is added to the package is tested here before its author writes a test."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields
from pathlib import Path

import pytest

from logship.errors import ConfigError
from logship.model import Batch, Block, FileId, Outcome, Sink, Status
from logship.plugins import load, names
from logship.records.enrichment import Enrichment
from logship.settings.config import Secret
from logship.settings.options import options
from logship.settings.sink_names import RAW_SINKS
from tests.scripted_server import Reply, ScriptedServer, scripted_server
from tests.sinks.plugins import LOCAL, NETWORK, proves

WORD = "hunter2"
TEXT = b'{"n":1,"message":"one"}\ntwo\n\n{"n":3}\n'
REMOTE = sorted(NETWORK)


def block(data: bytes = TEXT, start: int = 100) -> Block:
    """Give a block of four lines, one of them empty."""
    return Block(FileId("f" * 22), "a.log", start, start + len(data), data, 1_700_000_000 * 10**9, 0.0)


@pytest.fixture
def secret(tmp_path: Path) -> Secret:
    """Give a secret in a file."""
    (tmp_path / "secret").write_text(WORD + "\n")
    return Secret(path=str(tmp_path / "secret"))


def rewrite(secret: Secret, value: str) -> None:
    """Rotate the secret."""
    Path(secret.path).write_text(value)


@asynccontextmanager
async def opened(name: str, url: str, secret: Secret) -> AsyncIterator[Sink]:
    """Open a network sink on a server."""
    plugin = NETWORK[name]
    async with plugin.surroundings(secret), load(name).open_sink(plugin.settings(url, secret), Enrichment({})) as sink:
        yield sink


@asynccontextmanager
async def on_server(name: str, secret: Secret, *script: Reply) -> AsyncIterator[tuple[Sink, Batch, ScriptedServer]]:
    """Open a network sink on a server that follows the script and then takes everything."""
    async with (
        scripted_server(*script, otherwise=NETWORK[name].success) as server,
        opened(name, server.url, secret) as sink,
    ):
        yield sink, Batch((sink.encode(block()), sink.encode(block(start=200)))), server


def test_every_sink_is_under_contract() -> None:
    """A new module needs a line in plugins.py, and then has all these tests."""
    assert set(names()) == set(NETWORK) | set(LOCAL)


def test_an_unknown_sink_is_a_config_error() -> None:
    """The error lists what there is."""
    with pytest.raises(ConfigError, match="stdout"):
        load("nonesuch")


@pytest.mark.parametrize("name", names())
def test_settings_explain_themselves(name: str) -> None:
    """Each field has its words, and its type can be read from an environment."""
    settings = load(name).Settings
    assert all(field.metadata["doc"] for field in fields(settings))
    assert options(settings, name)


@pytest.mark.parametrize("name", names())
async def test_encoding_is_stable_and_comes_apart(name: str, secret: Secret) -> None:
    """The same block gives the same bytes; taken apart, the same records."""
    if name in LOCAL:
        module = load(name)
        async with module.open_sink(module.Settings(**LOCAL[name]), Enrichment({})) as sink:
            _check_encoding(sink)
    else:
        async with opened(name, "http://127.0.0.1:1", secret) as sink:
            _check_encoding(sink)


@pytest.mark.parametrize("name", names())
async def test_raw_lines_are_taken_as_they_are_or_refused(name: str, secret: Secret) -> None:
    """What the settings are checked by is what the sinks do; who needs records says so, and is named."""
    module, raw = load(name), Enrichment({}, "raw")
    settings = module.Settings(**LOCAL[name]) if name in LOCAL else NETWORK[name].settings("http://127.0.0.1:1", secret)
    if name in RAW_SINKS:
        async with module.open_sink(settings, raw) as sink:
            assert sink.encode(block(b"{ }\n")).body == b"{ }\n"
        return
    with pytest.raises(ConfigError, match=f"LOGSHIP_FORMAT=raw .*{name}"):
        async with module.open_sink(settings, raw):
            pass


def _check_encoding(sink: Sink) -> None:
    whole = sink.encode(block())
    assert whole == sink.encode(block())
    assert whole.records == 3
    apart = [sink.encode(each) for each in sink.records(block())]
    assert b"".join(each.body for each in apart) == whole.body
    assert [each.records for each in apart] == [1, 1, 1]
    assert sink.limits.max_bytes >= 1 << 20


@pytest.mark.parametrize("name", REMOTE)
async def test_success(name: str, secret: Secret) -> None:
    """All records are delivered in one request, with the credentials."""
    async with on_server(name, secret) as (sink, batch, server):
        assert await sink.deliver(batch) == Outcome(Status.DELIVERED)
    [request] = server.requests
    assert b"two" in request.body
    assert proves(name, request, WORD)


FAULTS = {
    "500": (Reply(500), "http_500", False),
    "502 with HTML": (Reply(502, b"<html>bad gateway</html>"), "http_502", False),
    "408": (Reply(408), "http_408", False),
    "429": (Reply(429, headers={"Retry-After": "3"}), "http_429", False),
    "401": (Reply(401), "http_401", True),
    "403": (Reply(403), "http_403", True),
    "404": (Reply(404), "http_404", True),
    "200 with HTML": (Reply(200, b"<!doctype html><title>Sign in</title>"), "web_page", True),
    "302": (Reply(302, headers={"Location": "/other"}), "http_302", True),
    "reset": (Reply(reset=True), "connection_reset", False),
    "closed": (Reply(drop_body=True), "connection_reset", False),
}


@pytest.mark.parametrize("name", REMOTE)
@pytest.mark.parametrize(("reply", "reason", "fault"), FAULTS.values(), ids=FAULTS)
async def test_failures_keep_the_batch(name: str, secret: Secret, reply: Reply, reason: str, *, fault: bool) -> None:
    """Each failure is one attempt, errored, with its reason; the same batch then goes out with the same bytes."""
    async with on_server(name, secret, reply) as (sink, batch, server):
        outcome = await sink.deliver(batch)
        assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, reason, fault)
        assert not outcome.too_large
        assert outcome.retry_after == (3 if reason == "http_429" else None)
        assert len(server.requests) == 1
        assert await sink.deliver(batch) == Outcome(Status.DELIVERED)
    first, second = (request.body for request in server.requests)
    assert first in {b"", second}


@pytest.mark.parametrize("name", REMOTE)
async def test_413_asks_for_less(name: str, secret: Secret) -> None:
    """Too large is said so."""
    async with on_server(name, secret, Reply(413)) as (sink, batch, _):
        assert (await sink.deliver(batch)).too_large


@pytest.mark.parametrize("name", REMOTE)
async def test_400_rejects(name: str, secret: Secret) -> None:
    """A refusal of the whole request keeps the words out of the reason."""
    async with on_server(name, secret, Reply(400, b"value 'password=x' is bad")) as (sink, batch, _):
        outcome = await sink.deliver(batch)
    assert (outcome.status, outcome.reason) == (Status.REJECTED, "http_400")


@pytest.mark.parametrize("name", REMOTE)
async def test_a_hanging_server_can_be_left(name: str, secret: Secret) -> None:
    """Cancelling ends the attempt; the next one works."""
    async with on_server(name, secret, Reply(hang=True)) as (sink, batch, server):
        task = asyncio.create_task(sink.deliver(batch))
        await server.asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await sink.deliver(batch) == Outcome(Status.DELIVERED)


@pytest.mark.parametrize("name", REMOTE)
async def test_a_rotated_secret_counts_at_once(name: str, secret: Secret) -> None:
    """After a 401 the file is read again: no restart is needed."""
    async with on_server(name, secret, Reply(401)) as (sink, batch, server):
        await sink.deliver(batch)
        rewrite(secret, "fresh")
        await sink.deliver(batch)
    assert all(proves(name, *each) for each in zip(server.requests, [WORD, "fresh"], strict=True))
    assert not proves(name, server.requests[1], WORD)


@pytest.mark.parametrize("name", REMOTE)
async def test_nobody_listens(name: str, secret: Secret) -> None:
    """A server that is not there is an outcome, not an exception; preflight says so too, without the secret."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        async with opened(name, f"http://127.0.0.1:{taken.getsockname()[1]}", secret) as sink:
            outcome = await sink.deliver(Batch((sink.encode(block()),)))
            findings = await sink.preflight(send=True)
    assert (outcome.status, outcome.reason) == (Status.ERRORED, "connection_refused")
    assert any("connection_refused" in finding.message for finding in findings if not finding.good)
    assert WORD not in str([outcome, findings])


@pytest.mark.parametrize("name", REMOTE)
async def test_preflight_tells_a_missing_secret(name: str, secret: Secret) -> None:
    """A Secret that is not mounted is found before anything is sent."""
    async with on_server(name, secret) as (sink, _, _):
        rewrite(secret, "")
        findings = await sink.preflight(send=True)
    assert any("credentials" in finding.subject for finding in findings if not finding.good)


@pytest.mark.parametrize("name", REMOTE)
@pytest.mark.parametrize("url", ["ftp://host/", "nonsense", "http://", "http://user:pass@host/", "http://host:99999/"])
def test_bad_addresses_are_faults(name: str, secret: Secret, url: str) -> None:
    """The settings say what is wrong before the start, without showing a password."""
    settings = NETWORK[name].settings(url, secret)
    assert settings.check()
    assert "pass@" not in str(settings.check())
    assert NETWORK[name].settings("https://host:9200", secret).check() == []
