from typing import Any

import pytest

from logship.model import Batch, Block, FileId, Outcome, Status
from logship.net.aws_signing import canonical_url
from logship.plugins import load
from logship.records.enrichment import Enrichment
from tests.scripted_server import Reply, Request, bulk_reply, scripted_server
from tests.sinks.sigv4 import is_signed

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have AWS's tools find these."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")


def guarded(request: Request) -> Reply:
    """Take what is signed, by a digest of the very body that came."""
    if not (is_signed(request, SECRET) and "x-amz-content-sha256" in request.headers):
        return Reply(403, b'{"message":"The request signature we calculated does not match"}')
    return bulk_reply(request) if "_bulk" in request.path else Reply(200)


@pytest.mark.parametrize("service", ["es", "aoss"])
@pytest.mark.parametrize("compression", ["gzip", "none"])
@pytest.mark.parametrize("sink", ["http", "elasticsearch"])
async def test_requests_are_signed(sink: str, compression: str, service: str) -> None:
    """Path, query, headers and the body as it is sent; the query in the one form that both sides make of it."""
    data = b'{"n":1}\n{"n":2}\n'
    kind: Any = load(sink)
    async with scripted_server(otherwise=guarded) as server:
        url = server.url + "/in?b=x,y*&a=%20z"
        settings = kind.Settings(
            url=(url,) if sink == "elasticsearch" else url,
            compression=compression,
            aws_sigv4=True,
            aws_service=service,
        )
        assert settings.check() == []
        async with kind.open_sink(settings, Enrichment({})) as opened:
            part = opened.encode(Block(FileId("f" * 22), "a.log", 0, len(data), data, 10**18, 0.0))
            assert await opened.deliver(Batch((part,))) == Outcome(Status.DELIVERED)
        [request] = server.requests
    assert f"/eu-central-1/{service}/aws4_request" in request.headers["authorization"]
    assert request.path.partition("?")[2].startswith("a=%20z&b=x%2Cy%2A")


def test_a_query_has_one_form() -> None:
    """In order, all encoded but what is unreserved; a path is left alone."""
    assert canonical_url("http://h/p?b=2&a=x,*&c") == "http://h/p?a=x%2C%2A&b=2&c="
    assert canonical_url("http://h/p") == "http://h/p"


def test_two_ways_in_are_a_fault() -> None:
    """Only one can be sent."""
    settings = load("http").Settings(url="http://h", aws_sigv4=True, oauth_token_url="http://h/t")
    assert any("AWS_SIGV4" in fault for fault in settings.check())
