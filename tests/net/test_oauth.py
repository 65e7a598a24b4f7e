import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import pytest

from logship.delivery.http_status import Answer
from logship.model import Outcome, Status
from logship.net.credentials import no_credentials
from logship.net.transport import Transport
from logship.net.ways_in import OAuthSettings, open_way_in
from logship.settings.config import Secret
from tests.scripted_server import Reply, Request, ScriptedServer, scripted_server

NAME, SECRET = "a client", "s3cret/+"


class Authority:
    """An authorization server as RFC 6749 has it, and the store that wants its tokens."""

    def __init__(self, *, seconds: Any = 3600, in_body: bool = False) -> None:
        self.seconds, self.in_body = seconds, in_body
        self.issued = 0
        self.good: set[str] = set()
        self.forms: list[dict[str, list[str]]] = []

    def __call__(self, request: Request) -> Reply:
        """Answer as the one or the other."""
        if request.path == "/store":
            return Reply(200 if request.headers.get("authorization", "").removeprefix("Bearer ") in self.good else 401)
        form = parse_qs(request.body.decode())
        self.forms.append(form)
        if not self._known(request, form):
            return Reply(401, b'{"error":"invalid_client"}')
        self.issued += 1
        self.good.add(f"token{self.issued}")
        answer = {"access_token": f"token{self.issued}", "token_type": "Bearer", "expires_in": self.seconds}
        return Reply(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})

    def _known(self, request: Request, form: dict[str, list[str]]) -> bool:
        if self.in_body:
            return (form.get("client_id"), form.get("client_secret")) == ([NAME], [SECRET])
        pair = base64.b64decode(request.headers.get("authorization", "").removeprefix("Basic ")).decode()
        return pair == "a+client:s3cret%2F%2B"


@asynccontextmanager
async def granted(
    authority: Callable[[Request], Reply], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Transport, ScriptedServer]]:
    """Open the transport, to a server that is both."""
    monkeypatch.setenv("LOGSHIP_TEST_CLIENT", SECRET)
    async with scripted_server(otherwise=authority) as server:
        settings = OAuthSettings(
            oauth_token_url=server.url + "/token",
            oauth_client_id=NAME,
            oauth_client_secret=Secret("LOGSHIP_TEST_CLIENT"),
            oauth_scope="logs write",
            headers={"X-Store": "only"},
        )
        async with open_way_in(settings, no_credentials, "http") as transport:
            yield transport, server


async def statuses(transport: Transport, server: ScriptedServer, count: int = 1) -> list[int | str]:
    """Send at once; gives what came of each."""
    answers = await asyncio.gather(*(transport.post(server.url + "/store", b"x", {}) for _ in range(count)))
    return [each.status if isinstance(each, Answer) else each.reason for each in answers]


async def test_one_token_for_all_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for once, however many wait for it, in a form that is not compressed; headers stay the store's."""
    authority = Authority()
    async with granted(authority, monkeypatch) as (transport, server):
        assert await statuses(transport, server, 5) == [200] * 5
        assert await statuses(transport, server) == [200]
    assert authority.forms == [{"grant_type": ["client_credentials"], "scope": ["logs write"]}]
    [asked] = [each for each in server.requests if each.path == "/token"]
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert "x-store" not in asked.headers


async def test_a_server_that_wants_the_secret_in_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other way to name the client is tried, and remembered."""
    authority = Authority(in_body=True, seconds="0")
    async with granted(authority, monkeypatch) as (transport, server):
        for _ in range(3):
            assert await statuses(transport, server) == [200]
    assert len(authority.forms) == 4


async def test_a_token_is_renewed_before_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the last fifth of its time; one that the store refuses earlier is asked for again."""
    authority = Authority(seconds=0.5)
    async with granted(authority, monkeypatch) as (transport, server):
        await statuses(transport, server)
        await statuses(transport, server)
        assert authority.issued == 1
        await asyncio.sleep(0.45)
        await statuses(transport, server)
        assert authority.issued == 2
        authority.seconds = 3600
        authority.good.clear()
        assert await statuses(transport, server) == [401]
        assert await statuses(transport, server) == [200]


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (Reply(401, b'{"error":"invalid_client"}'), True),
        (Reply(400, b'{"error":"invalid_scope"}'), True),
        (Reply(200, b"<html>"), True),
        (Reply(200, b'{"access_token":"a\\nb"}'), True),
        (Reply(503), False),
    ],
)
async def test_what_stands_in_the_way(reply: Reply, monkeypatch: pytest.MonkeyPatch, *, fault: bool) -> None:
    """Nothing is sent to the store without a token; a refusal is a wrong setting, all else may pass."""
    async with granted(lambda _: reply, monkeypatch) as (transport, server):
        outcome = await transport.post(server.url + "/store", b"x", {})
    assert isinstance(outcome, Outcome)
    assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "token", fault)
    assert not [each for each in server.requests if each.path == "/store"]


def test_half_of_the_settings_is_a_fault() -> None:
    """And so is a second way in."""
    secret = Secret("X")
    assert OAuthSettings(oauth_client_id="x").way_in_faults()
    assert OAuthSettings(oauth_token_url="http://h/t", oauth_client_id="x").way_in_faults()
    whole = OAuthSettings(oauth_token_url="http://h/t", oauth_client_id="x", oauth_client_secret=secret)
    assert not whole.way_in_faults()
    assert whole.way_in_faults("u")
