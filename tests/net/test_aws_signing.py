import sys
from pathlib import Path
from typing import Any

import pytest

from logship.errors import ConfigError
from logship.model import Batch, Block, FileId, Outcome, Status
from logship.net.aws_signing import canonical_url, the_region
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


@pytest.mark.parametrize("sink", ["http", "elasticsearch"])
async def test_without_the_library_the_fault_says_how_to_have_it(sink: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the project's own folder or image: the name alone is another package's."""
    monkeypatch.delitem(sys.modules, "logship.net.aws_signing")
    monkeypatch.setitem(sys.modules, "botocore.auth", None)
    kind: Any = load(sink)
    url = "http://127.0.0.1:9"
    settings = kind.Settings(url=(url,) if sink == "elasticsearch" else url, aws_sigv4=True)
    with pytest.raises(ConfigError) as caught:
        async with kind.open_sink(settings, Enrichment({})):
            pass
    [fault] = caught.value.faults
    assert fault.startswith(f"{sink} with AWS_SIGV4 needs botocore")
    assert "pip install '.[cloudwatch]'" in fault
    assert "--build-arg LOCK=requirements-all.lock" in fault


@pytest.mark.parametrize(("configured", "found", "region"), [("a", "b", "a"), ("", "b\n", "b"), ("", "", None)])
async def test_a_region_is_the_configured_one_or_else_found(
    configured: str, found: str, region: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """None at all is named by the variable that would say it."""
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_REGION", found)
    if region is None:
        with pytest.raises(ConfigError, match="LOGSHIP_X_REGION is not set, and AWS_REGION is not either"):
            await the_region(configured, "LOGSHIP_X_REGION")
    else:
        assert await the_region(configured, "LOGSHIP_X_REGION") == region


def test_a_query_has_one_form() -> None:
    """In order, all encoded but what is unreserved; a path is left alone."""
    assert canonical_url("http://h/p?b=2&a=x,*&c") == "http://h/p?a=x%2C%2A&b=2&c="
    assert canonical_url("http://h/p") == "http://h/p"


def test_two_ways_in_are_a_fault() -> None:
    """Only one can be sent."""
    settings = load("http").Settings(url="http://h", aws_sigv4=True, oauth_token_url="http://h/t")
    assert any("AWS_SIGV4" in fault for fault in settings.check())
