import json
from typing import Any

import pytest

from logship.errors import ConfigError
from logship.model import Batch, Block, FileId
from logship.records.enrichment import Enrichment
from logship.settings.config import Secret
from logship.sinks.http import Settings, open_sink
from tests.scripted_server import Reply, Request, scripted_server

DATA = b'{"n":1}\n{"n":2}\n'


def block(data: bytes = DATA, start: int = 0) -> Block:
    """Give a block."""
    return Block(FileId("f" * 22), "a.log", start, start + len(data), data, 0, 0.0)


async def sent(enrichment: Enrichment | None = None, **settings: Any) -> Request:
    """Give the request that two blocks make."""
    async with (
        scripted_server(otherwise=Reply(200, b"cut", cut=1)) as server,
        open_sink(Settings(url=server.url + "/in?a=b", **settings), enrichment or Enrichment({})) as sink,
    ):
        await sink.deliver(Batch((sink.encode(block()), sink.encode(block(start=16)))))
    return server.requests[0]


async def test_lines() -> None:
    """By default a POST of JSON lines, not compressed."""
    request = await sent()
    assert (request.method, request.path) == ("POST", "/in?a=b")
    assert request.headers["content-type"] == "application/x-ndjson"
    assert "content-encoding" not in request.headers
    assert [json.loads(line)["n"] for line in request.raw.splitlines()] == [1, 2, 1, 2]
    assert request.raw.endswith(b"}\n")


async def test_array() -> None:
    """With FORMAT=json, one valid array of all records."""
    request = await sent(format="json")
    assert request.headers["content-type"] == "application/json"
    assert [record["n"] for record in json.loads(request.raw)] == [1, 2, 1, 2]


async def test_raw() -> None:
    """With LOGSHIP_FORMAT=raw the bytes are those of the file."""
    request = await sent(Enrichment({}, "raw"))
    assert request.raw == DATA * 2
    assert request.headers["content-type"] == "text/plain"


async def test_raw_is_no_array() -> None:
    """Bytes that are no JSON can't be in an array: said at the start."""
    with pytest.raises(ConfigError):
        await sent(Enrichment({}, "raw"), format="json")


async def test_method_and_compression() -> None:
    """Both as set."""
    request = await sent(method="PUT", compression="gzip")
    assert request.method == "PUT"
    assert request.headers["content-encoding"] == "gzip"
    assert request.body.count(b"\n") == 4


def test_half_or_double_credentials_are_faults() -> None:
    """A user without a password, a password without a user, or two ways at once."""
    secret = Secret(variable="X")
    assert Settings(url="http://h", username="u").check() == ["PASSWORD is missing: USERNAME is set"]
    assert Settings(url="http://h", password=secret).check() == ["USERNAME is missing: PASSWORD is set"]
    assert len(Settings(url="http://h", username="u", password=secret, bearer_token=secret).check()) == 1


async def test_preflight_sends_only_when_asked() -> None:
    """Without --send nothing reaches a server that might keep it."""
    async with scripted_server() as server, open_sink(Settings(url=server.url), Enrichment({})) as sink:
        assert all(finding.good for finding in await sink.preflight(send=False))
        assert server.requests == []
        findings = await sink.preflight(send=True)
        assert findings[-1].message == "accepted"
    assert json.loads(server.requests[0].raw)["message"] == "logship check"


async def test_preflight_says_what_a_refusal_means() -> None:
    """A 401 is about credentials."""
    async with (
        scripted_server(otherwise=Reply(401)) as server,
        open_sink(Settings(url=server.url), Enrichment({})) as sink,
    ):
        finding = (await sink.preflight(send=True))[-1]
    assert not finding.good
    assert "credentials" in finding.message
