import json
import socket
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from logship.model import Finding
from logship.net.preflight import reach
from logship.net.tls import Tls
from logship.plugins import load
from logship.records.enrichment import Enrichment
from logship.settings.config import Secret
from logship.sinks.elasticsearch.sink import Settings, open_sink
from tests.scripted_server import Reply, Request, bulk_reply, scripted_server

NO_TLS = Tls("", "", "", insecure=False)


def told(findings: Sequence[Finding]) -> list[tuple[bool, str]]:
    """Give what was good and what was looked at."""
    return [(finding.good, finding.subject) for finding in findings]


async def test_a_name_without_address() -> None:
    """DNS is told apart from a server that is down."""
    assert told(await reach("http", "http://no-such-name.invalid/", NO_TLS)) == [(False, "http: DNS")]


async def test_a_closed_port() -> None:
    """The name is fine, the connection is not, and the advice fits."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        findings = await reach("http", f"http://127.0.0.1:{taken.getsockname()[1]}/", NO_TLS)
    assert told(findings) == [(True, "http: DNS"), (False, "http: connection")]
    assert "check host and port" in findings[-1].message


async def test_https_on_a_plain_port() -> None:
    """TLS is told apart from the connection."""
    async with scripted_server(otherwise=Reply(400)) as server:
        findings = await reach("http", server.url.replace("http:", "https:"), NO_TLS)
    assert told(findings) == [(True, "http: DNS"), (False, "http: TLS")]


async def test_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a proxy neither name nor connection is ours to try; its credentials are not shown."""
    monkeypatch.setenv("http_proxy", "http://user:hunter2@proxy.example:3128")
    [finding] = await reach("http", "http://only-inside.invalid/", NO_TLS)
    assert finding.good
    assert "proxy.example" in finding.message
    assert "hunter2" not in finding.message


def elastic(answers: dict[str, Any]) -> Any:
    """Give a server's answers by method and path without query: a status, or an object for 200."""

    def answer(request: Request) -> Reply:
        path = request.path.partition("?")[0]
        if path.endswith("/_bulk"):
            return bulk_reply(request)
        found = answers.get(f"{request.method} {path}", 404)
        return Reply(found) if isinstance(found, int) else Reply(200, json.dumps(found).encode())

    return answer


ROOT = {"version": {"number": "2.19.6", "distribution": "opensearch"}}
SIMULATE = "POST /_index_template/_simulate_index/logs-agent-default"


async def findings_of(answers: dict[str, Any], *, send: bool = False) -> list[tuple[bool, str]]:
    """Give (good, message) of what is found after the connection."""
    async with (
        scripted_server(otherwise=elastic(answers)) as server,
        open_sink(Settings(url=(server.url,)), Enrichment({})) as sink,
    ):
        return [(finding.good, finding.message) for finding in (await sink.preflight(send=send))[2:]]


@pytest.mark.parametrize(
    ("answers", "good", "words"),
    [
        ({"GET /": 401}, False, "check user and password"),
        ({"GET /": 403}, True, "not allowed"),
        ({"GET /": 503}, False, "http_503"),
        ({"GET /": ROOT, SIMULATE: {}}, False, "no index template covers it"),
        ({"GET /": ROOT, SIMULATE: {"template": {}}}, True, "an index template covers it"),
        ({"GET /": ROOT, SIMULATE: 403}, True, "templates can't be looked at"),
        ({"GET /": ROOT, "GET /logs-agent-default": {"x": {"data_stream": "y"}}}, True, "is a data stream"),
        ({"GET /": ROOT, "GET /logs-agent-default": {}}, True, "a plain index"),
        ({"GET /": ROOT, "GET /logs-agent-default": 403}, True, "not allowed"),
        ({"GET /": []}, True, "templates can't be looked at"),
        ({"GET /": {"version": {"number": "8.9.0"}}, SIMULATE: {}}, True, "tells of no templates"),
    ],
)
async def test_what_the_server_says(answers: dict[str, Any], words: str, *, good: bool) -> None:
    """Credentials, rights, template and index are told apart; the last line says what matters."""
    last_good, message = (await findings_of(answers))[-1]
    assert last_good is good
    assert words in message


async def test_one_test_record() -> None:
    """With --send a record goes the way of all records."""
    answers = {"GET /": ROOT, SIMULATE: {"template": {}}}
    assert (await findings_of(answers, send=True))[-1] == (True, "accepted")


async def test_the_record_is_sent_whatever_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a delivery proves anything; what the server said of it is shown on one line, without our credentials."""
    monkeypatch.setenv("LOGSHIP_TEST_PASSWORD", "hunter2")
    words = b"no such thing,\nBasic dTpodW50ZXIy of u: hunter2 " + b"x" * 500

    def answer(request: Request) -> Reply:
        return Reply(400, words) if request.path.startswith("/in") else Reply(404)

    async with scripted_server(otherwise=answer) as server, open_http(server.url) as sink:
        finding = (await sink.preflight(send=True))[-1]
    assert not finding.good
    shown = finding.message.partition("it said: ")[2]
    assert shown.startswith("no such thing, *** of u: ***")
    assert len(shown) <= 200
    assert "dTpodW50ZXIy" not in finding.message
    assert "LOGSHIP_HTTP_FORMAT=json" in finding.message


def open_http(url: str) -> AbstractAsyncContextManager[Any]:
    """Open the sink http with a name, and the password that the environment has."""
    made = load("http").Settings(url=f"{url}/in", username="u", password=Secret("LOGSHIP_TEST_PASSWORD"))
    return load("http").open_sink(made, Enrichment({}))


@pytest.mark.parametrize(
    ("name", "send", "said"),
    [
        ("http", False, "can be read, but were not tried: --send tries them"),
        ("http", True, "can be read"),
        ("loki", False, "can be read, but were not tried: --send tries them"),
        ("elasticsearch", False, "can be read"),
    ],
)
async def test_credentials_that_nothing_tried_are_said_to_be_untried(
    name: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    send: bool,
) -> None:
    """A store's page for everybody says nothing of them."""
    monkeypatch.setenv("LOGSHIP_TEST_PASSWORD", "hunter2")
    secret = Secret("LOGSHIP_TEST_PASSWORD")
    async with scripted_server(otherwise=Reply(200, b"{}")) as server:
        url = (server.url,) if name == "elasticsearch" else server.url
        made = load(name).Settings(url=url, username="u", password=secret)
        async with load(name).open_sink(made, Enrichment({})) as sink:
            findings = await sink.preflight(send=send)
    assert [each.message for each in findings if each.subject == f"{name}: credentials"] == [said]
