import asyncio
import gzip
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Mapping
from email.utils import formatdate
from pathlib import Path

import aiohttp
import pytest

from logship.answers import MAX_DETAIL, classify, retry_after
from logship.config import NetworkSettings, Secret
from logship.credentials import SecretError, basic, bearer, bearer_or_basic, read_secret
from logship.errors import ConfigError
from logship.model import Outcome, Status
from logship.transport import MAX_ANSWER_BYTES, Answer, failure, open_transport
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


@pytest.mark.parametrize("size", [10, 3_000_000], ids=["small", "in a thread, written in slices"])
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
@pytest.mark.parametrize("size", [10, 3_000_000])
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


# What answers mean


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_delivered(status: int) -> None:
    """2xx is success."""
    assert classify(status, {}, b"", NOW) == Outcome(Status.DELIVERED)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 507, 599])
def test_answers_that_ask_for_another_attempt(status: int) -> None:
    """They are errored, and Retry-After counts."""
    outcome = classify(status, {"Retry-After": "7"}, b"<html>", NOW)
    assert outcome == Outcome(Status.ERRORED, f"http_{status}", "<html>", retry_after=7)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304, 401, 403, 404, 405, 407, 501])
def test_answers_that_blame_a_setting(status: int) -> None:
    """The data is kept."""
    outcome = classify(status, {}, b"", NOW)
    assert (outcome.status, outcome.fault) == (Status.ERRORED, True)


def test_413_is_too_large() -> None:
    """Too large is not rejected: halves may fit."""
    outcome = classify(413, {}, b"", NOW)
    assert (outcome.status, outcome.too_large) == (Status.ERRORED, True)


@pytest.mark.parametrize("status", [400, 409, 418, 422])
def test_other_4xx_is_rejected(status: int) -> None:
    """They blame what was sent; the words are kept, bounded."""
    outcome = classify(status, {}, b"w" * 10_000, NOW)
    assert (outcome.status, outcome.reason, len(outcome.detail)) == (Status.REJECTED, f"http_{status}", MAX_DETAIL)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("2", 2),
        ("1.5", 1.5),
        ("99999999", 3600),
        (formatdate(NOW + 90, usegmt=True), 90),
        (formatdate(NOW + 9e6, usegmt=True), 3600),
        (formatdate(NOW - 90, usegmt=True), None),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("١٢", None),
        ("nan", None),
        ("1e9999", None),
        ("Mon, 99 Foo 2026 99:99:99 GMT", None),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    """Seconds and dates are understood and capped at an hour; nonsense is ignored."""
    assert retry_after({"Retry-After": text}, NOW) == seconds


def test_no_retry_after() -> None:
    """Most answers have none."""
    assert retry_after({}, NOW) is None


# Secrets


def test_a_secret_is_read_when_it_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each reading sees the file as it is now, without the newline that editors add."""
    path = tmp_path / "token"
    path.write_text("first\n")
    assert read_secret(Secret(path=str(path))) == "first"
    path.write_text("second")
    assert read_secret(Secret(path=str(path))) == "second"
    monkeypatch.setenv("SOME_TOKEN", "third\r\n")
    assert read_secret(Secret(variable="SOME_TOKEN")) == "third"


@pytest.mark.parametrize("content", [None, b"", b"\n", b"two\nlines", b"nul\x00", b"\xff"])
def test_an_unusable_secret_names_its_place_and_not_its_value(tmp_path: Path, content: bytes | None) -> None:
    """The error can be shown to anybody."""
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SecretError) as caught:
        read_secret(Secret(path=str(path)))
    assert str(path) in str(caught.value)
    assert "lines" not in str(caught.value)


async def test_a_missing_secret_is_a_fault_and_heals(tmp_path: Path) -> None:
    """No request is made without it; once the file is there, the next attempt works."""
    path = tmp_path / "token"
    async with scripted_server() as server, open_transport(PLAIN, bearer(Secret(path=str(path)))) as transport:
        outcome = await transport.post(server.url, b"x", {})
        assert isinstance(outcome, Outcome)
        assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "secret", True)
        path.write_text("tok")
        assert isinstance(await transport.post(server.url, b"x", {}), Answer)
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer tok"]


def test_authorization_forms(tmp_path: Path) -> None:
    """A token goes as Bearer, a pair as Basic in UTF-8, nothing as nothing."""
    path = tmp_path / "secret"
    path.write_text("pässword")
    secret = Secret(path=str(path))
    assert basic("user", secret)() == {"Authorization": "Basic dXNlcjpww6Rzc3dvcmQ="}
    assert bearer_or_basic(secret, "", Secret())()["Authorization"].startswith("Bearer ")
    assert bearer_or_basic(Secret(), "user", secret)()["Authorization"].startswith("Basic ")
    assert bearer_or_basic(Secret(), "", Secret())() == {}


# TLS


Certificates = Mapping[str, str]


@pytest.fixture(scope="module")
def make_certificate(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Certificates]:
    """Make self-signed certificates for 127.0.0.1."""
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("needs the openssl program to make certificates")

    def make() -> Certificates:
        folder = tmp_path_factory.mktemp("tls")
        cert, key = str(folder / "cert.pem"), str(folder / "key.pem")
        options = [
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=x",
        ]
        options += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert]
        subprocess.run([openssl, *options], check=True, capture_output=True)
        return {"cert": cert, "key": key}

    return make


def server_context(certificate: Certificates, clients: str = "") -> ssl.SSLContext:
    """Give the server's side; with ``clients`` it asks for a certificate that is in that file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate["cert"], certificate["key"])
    if clients:
        context.load_verify_locations(clients)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


async def test_tls_is_checked(make_certificate: Callable[[], Certificates]) -> None:
    """An unknown certificate is a fault and nothing is sent; it passes with its CA, or where checks are off."""
    certificate = make_certificate()
    async with scripted_server(tls=server_context(certificate)) as server:
        outcome = await post(server.url)
        assert isinstance(outcome, Outcome)
        assert (outcome.reason, outcome.fault) == ("tls", True)
        assert server.requests == []
        assert isinstance(await post(server.url, settings=NetworkSettings(ca_file=certificate["cert"])), Answer)
        assert isinstance(await post(server.url, settings=NetworkSettings(insecure_skip_verify=True)), Answer)


async def test_client_certificates(make_certificate: Callable[[], Certificates]) -> None:
    """A server that asks who we are gets our certificate."""
    ours, theirs = make_certificate(), make_certificate()
    async with scripted_server(tls=server_context(theirs, ours["cert"])) as server:
        assert isinstance(await post(server.url, settings=NetworkSettings(ca_file=theirs["cert"])), Outcome)
        settings = NetworkSettings(ca_file=theirs["cert"], cert_file=ours["cert"], key_file=ours["key"])
        assert isinstance(await post(server.url, settings=settings), Answer)


async def test_rotated_ca(make_certificate: Callable[[], Certificates], tmp_path: Path) -> None:
    """A CA file that is replaced counts from the next connection on; while it can't be read, the old one does."""
    old, new = make_certificate(), make_certificate()
    ca = tmp_path / "ca.pem"
    shutil.copy(old["cert"], ca)
    async with open_transport(NetworkSettings(ca_file=str(ca))) as transport:
        async with scripted_server(tls=server_context(old)) as server:
            ca.write_text("half")
            assert isinstance(await transport.post(server.url, b"x", {}), Answer)
        shutil.copy(new["cert"], ca)
        async with scripted_server(tls=server_context(new)) as server:
            assert isinstance(await transport.post(server.url, b"x", {}), Answer)


async def test_unusable_tls_files_are_a_config_error(tmp_path: Path) -> None:
    """At the start a broken file is the operator's to mend."""
    (tmp_path / "ca.pem").write_text("nonsense")
    with pytest.raises(ConfigError):
        await post("https://127.0.0.1:1", settings=NetworkSettings(ca_file=str(tmp_path / "ca.pem")))
