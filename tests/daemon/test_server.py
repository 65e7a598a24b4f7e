import asyncio
import base64
import contextlib
import hashlib
import json
import re
import socket
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from logship.daemon import server
from logship.daemon.server import CONNECTIONS_MAX, HEAD_MAX, open_server
from logship.errors import LogshipError
from logship.metrics import Metrics


class StillView:
    """What a daemon would say, set by the test."""

    def __init__(self) -> None:
        self.metrics = Metrics(("stdout",), "1.2.3")
        self.cause_dead = ""
        self.cause_unready = ""
        self.swept = True
        self.refreshed = 0
        self.document: dict[str, Any] = {"version": "1.2.3", "files": [{"name": 'a\x1b[2J<script>"\n'}]}

    def refresh(self) -> None:
        """Count the calls."""
        self.refreshed += 1

    def live(self) -> str:
        """Give what the test set."""
        return self.cause_dead

    def started(self) -> bool:
        """Give what the test set."""
        return self.swept

    def ready(self) -> str:
        """Give what the test set."""
        return self.cause_unready

    def status(self) -> Mapping[str, Any]:
        """Give what the test set."""
        return self.document


@pytest.fixture
def view() -> StillView:
    """Give a view that says all is well."""
    return StillView()


@pytest.fixture
async def port(view: StillView) -> AsyncIterator[int]:
    """Give the port of a real server on loopback."""
    async with open_server("127.0.0.1:0", view) as port:
        yield port


async def ask(port: int, text: str, host: str = "127.0.0.1") -> tuple[int, dict[str, str], bytes]:
    """Send a request's text as it is; give status, headers and body."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(text.encode())
        answer = await reader.read()
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *fields = head.decode().split("\r\n")
    headers = dict(field.split(": ", 1) for field in fields)
    return int(first.split(" ")[1]), headers, body


async def get(port: int, path: str, *fields: str) -> tuple[int, dict[str, str], bytes]:
    """Send a GET."""
    return await ask(port, "\r\n".join([f"GET {path} HTTP/1.1", "Host: x", *fields, "", ""]))


async def test_probes_say_yes(port: int) -> None:
    """All is well: 200 everywhere."""
    for path in ("/livez", "/startupz", "/readyz"):
        status, headers, body = await get(port, path)
        assert (status, body) == (200, b"OK\n")
        assert headers["Content-Type"].startswith("text/plain")


async def test_probes_say_no_and_why(view: StillView, port: int) -> None:
    """A 503 names its cause, each probe its own."""
    view.cause_dead, view.cause_unready, view.swept = "the intake stalled", "draining", False
    assert (await get(port, "/livez"))[::2] == (503, b"the intake stalled\n")
    assert (await get(port, "/readyz"))[::2] == (503, b"draining\n")
    assert (await get(port, "/startupz"))[::2] == (503, b"the first sweep has not finished\n")


async def test_metrics_are_fresh(view: StillView, port: int) -> None:
    """Gauges are worked out for each scrape; the format follows the Accept header."""
    status, headers, body = await get(port, "/metrics")
    assert (status, view.refreshed) == (200, 1)
    assert b"logship_input_bytes_total 0.0" in body
    assert headers["Content-Type"].startswith("text/plain")
    _, headers, body = await get(port, "/metrics?x=1", "accept: application/openmetrics-text;version=1.0.0")
    assert headers["Content-Type"].startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")


async def test_status_is_json(view: StillView, port: int) -> None:
    """A hostile file name is escaped."""
    status, headers, body = await get(port, "/status")
    assert (status, headers["Content-Type"]) == (200, "application/json")
    assert json.loads(body) == view.document
    assert b"\x1b" not in body


async def test_the_page_may_run_its_own_parts_and_nothing_else(port: int) -> None:
    """Its policy names what is in it, as the browser will work it out: by the bytes between the tags."""
    status, headers, body = await get(port, "/")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    style, script = (
        body.split(f"<{tag}>".encode(), 1)[1].split(f"</{tag}>".encode(), 1)[0] for tag in ("style", "script")
    )
    names = [base64.b64encode(hashlib.sha256(part).digest()).decode() for part in (style, script)]
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
        f"; style-src 'sha256-{names[0]}'; script-src 'sha256-{names[1]}'"
    )
    assert (headers["Referrer-Policy"], headers["X-Content-Type-Options"]) == ("no-referrer", "nosniff")
    (status_headers, _) = (await get(port, "/status"))[1:]
    assert status_headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


async def test_the_page_asks_nobody_else(port: int) -> None:
    """It is one file: no address but those of its own daemon, no handler or style outside of what the policy names."""
    body = (await get(port, "/"))[2].decode()
    assert set(re.findall(r"""(?:src|href|action)=["']([^"']*)""", body)) == {"#attention", "status", "metrics"}
    assert set(re.findall(r"https?://[^\s\"']+", body)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<[^>]+\s(?:on\w+|style)=", body)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function", body)


async def test_head_has_no_body(port: int) -> None:
    """But the length of what GET would have given."""
    status, headers, body = await ask(port, "HEAD /livez HTTP/1.1\r\n\r\n")
    assert (status, headers["Content-Length"], body) == (200, "3", b"")


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        ("POST /livez HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", 405),
        ("DELETE /metrics HTTP/1.1\r\n\r\n", 405),
        ("GET /nothing HTTP/1.1\r\n\r\n", 404),
        ("GET /../etc/passwd HTTP/1.1\r\n\r\n", 404),
        ("GET /livez\r\n\r\n", 400),
        ("GET /livez HTTP/2.0\r\n\r\n", 400),
        ("\x16\x03\x01 hello\r\n\r\n", 400),
        ("GET /livez HTTP/1.1\r\nX: " + "a" * HEAD_MAX + "\r\n\r\n", 431),
    ],
)
async def test_what_is_refused(port: int, request_text: str, status: int) -> None:
    """Anything but a small GET or HEAD of a known path; nothing says what runs here."""
    answered, headers, _ = await ask(port, request_text)
    assert answered == status
    assert "Server" not in headers
    assert headers.get("Allow") == ("GET, HEAD" if status == 405 else None)
    assert (await get(port, "/livez"))[0] == 200


async def test_a_page_that_fails_is_500(view: StillView, port: int, caplog: pytest.LogCaptureFixture) -> None:
    """The cause goes to the log, not to the network; the server lives on."""
    view.document = {"bad": object()}
    status, _, body = await get(port, "/status")
    assert (status, body) == (500, b"Internal Server Error\n")
    assert "a page failed" in caplog.text
    assert (await get(port, "/livez"))[0] == 200


async def test_idle_connections_keep_nobody_out(port: int) -> None:
    """However many hang, a probe is answered, and no more than the limit stay open."""
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(CONNECTIONS_MAX + 40)]
    assert (await get(port, "/livez"))[0] == 200
    ended = [await asyncio.wait_for(reader.read(), 5) for reader, _ in idle[:41]]
    assert ended == [b""] * 41
    assert not idle[-1][0].at_eof()
    for _, writer in idle:
        writer.close()


async def test_a_silent_connection_ends(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sends half a request, or reads no answer, is let go after a few seconds."""
    monkeypatch.setattr(server, "CONNECTION_SECONDS", 0.01)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /livez HT")
    with contextlib.suppress(ConnectionError):
        assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_who_never_stops_sending_is_let_go(port: int) -> None:
    """What comes after a request is thrown away, but not for ever."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /livez HTTP/1.1\r\n\r\n")
    with contextlib.suppress(ConnectionError):
        while not reader.at_eof() or not writer.transport.is_closing():
            writer.write(b"x" * server.DISCARDED_MAX)
            await writer.drain()
    assert (await get(port, "/livez"))[0] == 200
    writer.close()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get", "QUERY"])
@pytest.mark.parametrize("path", server._ROUTES)
async def test_nothing_but_get_and_head(view: StillView, port: int, path: str, method: str) -> None:
    """On every page there is; the page is not even made."""
    status, headers, body = await ask(port, f"{method} {path} HTTP/1.1\r\n\r\n")
    assert (status, headers["Allow"], body) == (405, "GET, HEAD", b"Method Not Allowed\n")
    assert view.refreshed == 0


async def test_a_stalled_loop_is_told_by_a_thread(view: StillView) -> None:
    """The loop is held up here, as by a disk that hangs: 503 names it, and where it is; then it answers by itself."""
    stalled = ""

    def ask_while_stalled(port: int) -> tuple[bytes, bytes]:
        nonlocal stalled
        stalled = "the event loop stalled"
        with (
            socket.create_connection(("127.0.0.1", port)) as silent,
            socket.create_connection(("127.0.0.1", port)) as c,
        ):
            c.sendall(b"GET /livez HTTP/1.1\r\n\r\n")
            answer = b"".join(iter(lambda: c.recv(4096), b""))
            assert silent.recv(4096) == b""  # who sends nothing holds nobody up
        stalled = ""
        head, _, body = answer.partition(b"\r\n\r\n")
        return head.split(b"\r\n")[0], body

    async with open_server("127.0.0.1:0", view, lambda: stalled) as port:
        assert (await get(port, "/livez"))[0] == 200
        line, body = ask_while_stalled(port)
        assert line == b"HTTP/1.1 503 Service Unavailable"
        assert re.fullmatch(rb"the event loop stalled (at \w+\.py:\d+|outside of logship)\n", body)
        assert (await get(port, "/livez"))[0] == 200


async def test_leaving_ends_open_connections(view: StillView) -> None:
    """An idle scraper does not hold up the drain."""
    async with open_server("127.0.0.1:0", view) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await get(port, "/livez")
    with contextlib.suppress(ConnectionError):
        assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_both_kinds_of_address(view: StillView) -> None:
    """``[::]`` answers IPv4 too, so the kubelet reaches it in every cluster."""
    async with open_server("[::]:0", view) as port:
        assert (await ask(port, "GET /livez HTTP/1.1\r\n\r\n", "127.0.0.1"))[0] == 200
        if socket.has_ipv6 and _has_loopback_6():
            assert (await ask(port, "GET /livez HTTP/1.1\r\n\r\n", "::1"))[0] == 200


def _has_loopback_6() -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


async def test_without_ipv6_it_is_ipv4(view: StillView, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node with IPv6 switched off has no ``::``."""
    real = server._bind

    def bind(host: str, port: int) -> socket.socket:
        if ":" in host:
            raise OSError(97, "Address family not supported by protocol")
        return real(host, port)

    monkeypatch.setattr(server, "_bind", bind)
    async with open_server("[::]:0", view) as port:
        assert (await get(port, "/livez"))[0] == 200


async def test_a_port_in_use_is_named(view: StillView, port: int) -> None:
    """The operator is told which port, and what to do."""
    with pytest.raises(LogshipError, match=f"LOGSHIP_LISTEN: port {port} of 127.0.0.1 is in use; choose another"):
        async with open_server(f"127.0.0.1:{port}", view):
            pass
