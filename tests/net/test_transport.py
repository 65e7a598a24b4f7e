import asyncio
import gc
import gzip
import os
import socket
import ssl
import sys
import zlib

import aiohttp
import pytest

from logship.delivery.http_status import MAX_ANSWER_BYTES, Answer
from logship.model import Outcome, Status
from logship.net.credentials import SecretError
from logship.net.http_client import failure
from logship.net.transport import open_transport
from logship.settings.config import NetworkSettings
from tests.scripted_server import Reply, scripted_server

PLAIN = NetworkSettings(compression="none")
NOW = 1_800_000_000.0


async def post(url: str, body: bytes = b"x\n", settings: NetworkSettings = PLAIN) -> Answer | Outcome:
    """Make one request over a transport of its own."""
    async with open_transport(settings) as transport:
        return await transport.post(url, body, {"Content-Type": "text/plain"})


async def test_a_request_carries_what_servers_need() -> None:
    """Length, type and user agent; not chunked, not form content, no offer to decompress."""
    async with scripted_server(Reply(200, b"hello", {"X-Some": "thing"})) as server:
        answer = await post(server.url + "/path?a=b*,c")
    assert isinstance(answer, Answer)
    assert (answer.status, answer.body, answer.headers["x-some"], answer.flaw) == (200, b"hello", "thing", "")
    [request] = server.requests
    assert (request.method, request.path, request.raw) == ("POST", "/path?a=b*,c", b"x\n")
    assert request.headers["content-length"] == "2"
    assert request.headers["content-type"] == "text/plain"
    assert request.headers["user-agent"].startswith("logship/")
    assert "transfer-encoding" not in request.headers


@pytest.mark.parametrize("size", [10, 5_000_000], ids=["small", "in a thread, written in slices"])
async def test_gzip(size: int) -> None:
    """A compressed body is announced with its length, and is what it was."""
    body = os.urandom(size)
    async with scripted_server() as server:
        await post(server.url, body, NetworkSettings(compression="gzip"))
    [request] = server.requests
    assert request.headers["content-encoding"] == "gzip"
    assert int(request.headers["content-length"]) == len(request.raw)
    assert gzip.decompress(request.raw) == body


async def test_the_connection_is_used_again() -> None:
    """Requests one after the other share a connection, also after an error."""
    async with scripted_server(Reply(500, b"oops"), Reply(200)) as server, open_transport(PLAIN) as transport:
        for _ in range(5):
            await transport.post(server.url, b"x", {})
    assert server.connections == 1


async def test_a_redirect_is_not_followed() -> None:
    """Following would send an empty GET, whose 200 looks like success."""
    async with scripted_server(Reply(302, headers={"Location": "/elsewhere"})) as server:
        answer = await post(server.url)
    assert isinstance(answer, Answer)
    assert answer.status == 302
    assert len(server.requests) == 1


async def test_the_operators_headers_win() -> None:
    """Headers of the settings replace ours, whatever their case."""
    settings = NetworkSettings(compression="none", headers={"content-TYPE": "text/special", "X-Scope": "a"})
    async with scripted_server() as server:
        await post(server.url, settings=settings)
    assert server.requests[0].headers["content-type"] == "text/special"
    assert server.requests[0].headers["x-scope"] == "a"


async def test_a_bad_header_is_a_fault_not_a_crash() -> None:
    """A header that HTTP does not allow keeps the data and names a setting."""
    async with scripted_server() as server:
        outcome = await post(server.url, settings=NetworkSettings(compression="none", headers={"X": "a\r\nY: b"}))
    assert isinstance(outcome, Outcome)
    assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "bad_request_setting", True)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [(Reply(reset=True), "connection_reset"), (Reply(drop_body=True), "connection_reset")],
    ids=["reset", "closed without an answer"],
)
@pytest.mark.parametrize("size", [10, 5_000_000])
async def test_a_lost_connection(reply: Reply, reason: str, size: int) -> None:
    """No status line came back: errored, since the request's fate is unknown."""
    async with scripted_server(reply) as server:
        outcome = await post(server.url, os.urandom(size))
    assert outcome == Outcome(Status.ERRORED, reason, outcome.detail if isinstance(outcome, Outcome) else "")


async def test_an_early_answer_to_a_big_body_is_read() -> None:
    """A server that says 413 and stops reading is understood, or its reset is an error that may be repeated."""
    async with scripted_server(Reply(413, early=True)) as server:
        answer = await post(server.url, os.urandom(20_000_000))
    assert (answer.status if isinstance(answer, Answer) else answer.reason) in {413, "connection_reset"}


async def test_a_cut_answer_is_marked() -> None:
    """The status counts, and the caller knows that the body is not whole."""
    async with scripted_server(Reply(200, b'{"errors":false}', cut=5)) as server:
        answer = await post(server.url)
    assert isinstance(answer, Answer)
    assert (answer.status, answer.body, answer.flaw) == (200, b'{"err', "cut")


async def test_an_endless_answer_is_bounded() -> None:
    """Memory is bounded whatever the server sends."""
    async with scripted_server(Reply(200, b"x" * (MAX_ANSWER_BYTES + 10_000_000))) as server:
        answer = await post(server.url)
    assert isinstance(answer, Answer)
    assert (len(answer.body), answer.flaw) == (MAX_ANSWER_BYTES, "long")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (9, "tls_expired"),
        (10, "tls_expired"),
        (18, "tls_unknown_ca"),
        (20, "tls_unknown_ca"),
        (62, "tls_wrong_name"),
        (64, "tls_wrong_name"),
        (23, "tls"),
    ],
)
def test_a_certificate_that_is_not_trusted_is_told_apart(code: int, reason: str) -> None:
    """Whoever reads the message knows whether to renew, to rename or to mount a CA; all are faults of a setting."""
    error = ssl.SSLCertVerificationError(1, "no")
    error.verify_code = code
    outcome = failure(error)
    assert (outcome.reason, outcome.fault) == (reason, True)


async def test_garbage_is_no_answer() -> None:
    """What is not HTTP is an error to be repeated, not an exception."""

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 smtp.example ESMTP\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        outcome = await post(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    assert isinstance(outcome, Outcome)
    assert (outcome.status, outcome.reason) == (Status.ERRORED, "bad_response")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_nobody_listens(host: str) -> None:
    """A closed port is told apart from other failures, also for a name with several addresses."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        outcome = await post(f"http://{host}:{taken.getsockname()[1]}")
    assert isinstance(outcome, Outcome)
    assert outcome.reason == "connection_refused"


async def test_a_name_without_address() -> None:
    """A failed look-up is told apart."""
    outcome = await post("http://no-such-name.invalid/")
    assert isinstance(outcome, Outcome)
    assert outcome.reason == "dns"


def test_every_kind_of_failure_has_a_bounded_reason() -> None:
    """Reasons are labels of a metric: they come from a fixed list, never from an exception's text."""
    errors: list[Exception] = [TimeoutError(), ConnectionResetError(), BrokenPipeError(), OSError(5, "secret text")]
    errors += [
        aiohttp.ServerDisconnectedError("secret text"),
        aiohttp.ClientPayloadError("secret text"),
        ValueError("s"),
    ]
    errors += [aiohttp.ClientError("secret text"), ssl.SSLError(1, "secret text"), SecretError("secret text")]
    reasons = {failure(error).reason for error in errors}
    assert reasons == {"timeout", "connection_reset", "bad_response", "bad_request_setting", "tls", "secret"}


async def test_a_failed_request_holds_its_body_no_longer() -> None:
    """Many failures in a row must not pile up bodies until a collection: aiohttp's errors lie in reference cycles."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        body = bytes(1 << 20)
        before = sys.getrefcount(body)
        gc.disable()
        try:
            for _ in range(3):
                outcome = await post(f"http://127.0.0.1:{taken.getsockname()[1]}", body)
                assert isinstance(outcome, Outcome)
                assert outcome.reason == "connection_refused"
            assert sys.getrefcount(body) == before
        finally:
            gc.enable()


@pytest.mark.parametrize(
    ("encoding", "body", "plain", "flaw"),
    [
        ("gzip", gzip.compress(b'{"ok":true}', mtime=0), b'{"ok":true}', ""),
        ("deflate", zlib.compress(b"{}"), b"{}", ""),
        ("deflate", zlib.compress(b"{}")[2:-4], b"{}", ""),
        ("gzip", b"{}", b"{}", "encoded"),
        ("gzip", b"", b"", ""),
        ("br", b"\x0b\x05\x80{}\x03", b"\x0b\x05\x80{}\x03", "encoded"),
        ("zstd", b"\x28\xb5\x2f\xfd", b"\x28\xb5\x2f\xfd", "encoded"),
        ("identity", b"{}", b"{}", ""),
    ],
)
async def test_an_encoding_that_nobody_asked_for_hides_no_status(
    encoding: str, body: bytes, plain: bytes, flaw: str
) -> None:
    """What can be undone is; what can't is left, and said."""
    async with (
        scripted_server(otherwise=Reply(200, body, {"Content-Encoding": encoding})) as server,
        open_transport(NetworkSettings()) as transport,
    ):
        answer = await transport.post(server.url, b"x", {})
    assert isinstance(answer, Answer)
    assert (answer.status, answer.body, answer.flaw) == (200, plain, flaw)
