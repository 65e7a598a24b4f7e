"""A store that is broken or hostile: bounded memory and time, a message that names the cause, and then every line."""

import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from benchmarks.processes import free_port
from tests.e2e.arrivals import assert_all_arrived, line
from tests.e2e.conftest import StartLogship
from tests.e2e.harness import Logship, wait_until
from tests.e2e.receiver import Receiver
from tests.e2e.stores import Behaviour, Request, Store, accepting, peak_bytes, respond, store

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

ATTEMPT_SECONDS = 1.5
"""What an attempt may take here."""
LINES = 2000


@pytest.fixture
def bulk_store() -> Iterator[Store]:
    """Give a store that speaks ``_bulk``."""
    with store(bulk=True) as running:
        yield running


@pytest.fixture
def shipping(new_logship: StartLogship, logs: Path) -> Callable[..., Logship]:
    """Make daemons, not started yet, that have lines to ship to ``_bulk`` at an address."""
    (logs / "app.log").write_bytes(b"".join(line("app", number) for number in range(LINES)))

    def make(url: str, **settings: object) -> Logship:
        return new_logship(
            paths=f"{logs}/*.log",
            sinks="elasticsearch",
            elasticsearch_url=url,
            request_timeout_seconds=ATTEMPT_SECONDS,
            retry_initial_seconds=0.1,
            retry_max_seconds=0.3,
            **settings,
        )

    return make


# -- answers ----------------------------------------------------------------------------------------------------------


def send_for_ever(
    connection: socket.socket, first: bytes, again: bytes, pause: float = 0.0, limit: int = 1 << 40
) -> None:
    """Send until the other side has had enough, or so much has gone."""
    connection.sendall(first)
    sent = 0
    while sent < limit:
        connection.sendall(again)
        sent += len(again)
        time.sleep(pause)


CHUNK = b"10000\r\n" + b"x" * 65536 + b"\r\n"
START = b"HTTP/1.1 200 OK\r\n"
MANY = b'{"create":{"status":201}},'


def endless_chunks(connection: socket.socket, _: Request) -> None:
    """Never end the body."""
    send_for_ever(connection, START + b"Transfer-Encoding: chunked\r\n\r\n", CHUNK)


def a_gigabyte(connection: socket.socket, _: Request) -> None:
    """Say so, and send it."""
    send_for_ever(connection, START + b"Content-Length: 1073741824\r\n\r\n", b" " * 65536, limit=1 << 30)


def endless_items(connection: socket.socket, _: Request) -> None:
    """Answer with valid items for ever."""
    send_for_ever(connection, START + b'Connection: close\r\n\r\n{"errors":false,"items":[', MANY * 4096)


def endless_headers(connection: socket.socket, _: Request) -> None:
    """Never end the head."""
    send_for_ever(connection, START, b"X-Header: " + b"x" * 1000 + b"\r\n")


def endless_header(connection: socket.socket, _: Request) -> None:
    """Never end a line of the head."""
    send_for_ever(connection, START + b"X-Header: ", b"x" * 65536)


def endless_interim(connection: socket.socket, _: Request) -> None:
    """Promise an answer for ever."""
    send_for_ever(connection, b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def endless_extension(connection: socket.socket, _: Request) -> None:
    """Never end the line before a chunk."""
    send_for_ever(connection, START + b"Transfer-Encoding: chunked\r\n\r\n5;", b"x" * 65536)


def slow_loris(connection: socket.socket, _: Request) -> None:
    """Answer a byte at a time."""
    send_for_ever(connection, START + b"Content-Length: 1000\r\n\r\n", b" ", pause=0.2)


def slow_head(connection: socket.socket, _: Request) -> None:
    """Answer the head a byte at a time."""
    send_for_ever(connection, START, b"X", pause=0.2)


def silence(connection: socket.socket, _: Request) -> None:
    """Say nothing."""
    connection.recv(1)


def says(body: bytes, headers: str = "") -> Behaviour:
    """Answer 200 with this body."""
    return lambda connection, _: connection.sendall(respond(body, headers=headers))


def bomb(connection: socket.socket, _: Request) -> None:
    """Answer a gigabyte in a megabyte, though nobody offered to unpack."""
    import zlib  # noqa: PLC0415 - here only

    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    first, again = (packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    packed = first + again * 1023  # after a full flush the same bytes mean the same again
    connection.sendall(respond(packed, headers="Content-Encoding: gzip\r\n"))


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        pytest.param(endless_chunks, "bad_response", id="endless chunks"),
        pytest.param(a_gigabyte, "bad_response", id="a gigabyte"),
        pytest.param(endless_items, "bad_response", id="endless items"),
        pytest.param(endless_headers, "bad_response|timeout", id="endless headers"),
        pytest.param(endless_header, "bad_response|timeout", id="endless header"),
        pytest.param(endless_interim, "timeout", id="endless 100 Continue"),
        pytest.param(endless_extension, "bad_response|timeout", id="endless chunk extension"),
        pytest.param(slow_loris, "timeout", id="slow body"),
        pytest.param(slow_head, "timeout", id="slow head"),
        pytest.param(silence, "timeout", id="silence"),
        pytest.param(bomb, "bad_response|timeout", id="gzip bomb"),
        pytest.param(says(b"\x1f\x8bgarbage", "Content-Encoding: gzip\r\n"), "bad_response", id="garbage gzip"),
        pytest.param(says(b"\x1f\x8bgarbage"), "bad_response", id="garbage"),
        pytest.param(says(b"[" * 2_000_000), "bad_response", id="open brackets"),
        pytest.param(
            says(b'{"items":[{"create":{"status":400,"error":' + b'{"a":' * 500_000 + b"1" + b"}" * 500_000 + b"}}]}"),
            "bad_response",
            id="deeply nested",
        ),
        pytest.param(says(b'{"errors":false,"items":[{"create":{"status":201}}]}'), "bad_response", id="too few items"),
        pytest.param(
            says(b'{"errors":false,"items":[' + MANY * (LINES + 1) + b'{"create":{"status":201}}]}'),
            "bad_response",
            id="too many items",
        ),
        pytest.param(says(b'{"errors":false,"items":' + b"9" * 1_000_000 + b"}"), "bad_response", id="a huge number"),
        pytest.param(says(b""), "bad_response", id="nothing"),
        pytest.param(says(b"<html>login</html>"), "web_page", id="a login page"),
        pytest.param(lambda connection, _: connection.sendall(b"SSH-2.0-x\r\n" * 9), "bad_response", id="not HTTP"),
        pytest.param(
            lambda connection, _: connection.sendall(START + b"Content-Length: 5, 6\r\n\r\nhello"),
            "bad_response",
            id="two lengths",
        ),
    ],
)
def test_a_wrong_answer(shipping: Callable[..., Logship], bulk_store: Store, behaviour: Behaviour, reason: str) -> None:
    """It is no acknowledgement, costs little and is named; the next right answer takes every line."""
    bulk_store.behaviour = behaviour
    daemon = shipping(f"http://127.0.0.1:{bulk_store.port}").start()
    wait_until(lambda: len(bulk_store.requests) >= 3, "no attempt takes for ever")
    assert_named(daemon, reason)
    assert daemon.probe("livez") == 200
    assert peak_bytes(daemon.pid) < 64 << 20, f"{peak_bytes(daemon.pid) >> 20} MiB"
    assert_recovers(daemon, bulk_store)


def assert_named(daemon: Logship, reason: str) -> None:
    """Look for the reason where an operator looks."""
    wait_until(lambda: daemon.messages("delivery failed") + daemon.messages("setting or credential"), "a message")
    found = [message["reason"] for message in daemon.messages() if "reason" in message]
    assert re.fullmatch(reason, found[0]), found
    assert re.fullmatch(reason, daemon.status()["sinks"][0]["last_error"])


def assert_recovers(daemon: Logship, bulk_store: Store) -> None:
    """Let the store behave, and look for every line: several times only with the same id."""
    bulk_store.behaviour = None
    assert_stored(bulk_store)
    wait_until(lambda: daemon.messages("delivery works again"), "a message that it is over")
    daemon.check_conservation()


def assert_stored(bulk_store: Store) -> None:
    """Look for every line; an attempt that this store was too slow for was sent again, under the same ids.

    Nonsense may be one record's fault: one that was tried by itself waits, what is behind it goes on (DECISIONS 22).
    """
    wait_until(lambda: len(bulk_store.by_id()) >= LINES, "all lines")
    assert_all_arrived(bulk_store.by_id().values(), {"app": LINES}, ordered=False)


# -- TLS --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a CA (ca.pem), and certificates and keys in one file each: good, named, expired, strange."""
    folder = tmp_path_factory.mktemp("certificates")
    if not shutil.which("openssl"):
        pytest.skip("needs openssl")

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout")

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, timeout=60)

    def make(name: str, subject: str, dates: tuple[str, str], *, ca: str = "ca") -> None:
        openssl("req", "-new", *key, f"{name}.key", "-subj", "/CN=x", "-out", f"{name}.csr")
        (folder / f"{name}.ext").write_text(
            f"subjectAltName={subject}\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
        )
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{ca}.pem", "-CAkey", f"{ca}.key", "-CAcreateserial",
                "-extfile", f"{name}.ext", "-out", f"{name}.crt", *dates)  # fmt: skip
        (folder / f"{name}.pem").write_text((folder / f"{name}.crt").read_text() + (folder / f"{name}.key").read_text())

    for ca in ("ca", "other-ca"):
        uses = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
        openssl("req", "-x509", *key, f"{ca}.key", "-subj", f"/CN={ca}", "-days", "2", "-out", f"{ca}.pem", *uses)
    here = "DNS:localhost,IP:127.0.0.1"
    now = ("-days", "1")
    make("good", here, now)
    make("named", "DNS:elsewhere.invalid", now)
    make("expired", here, ("-days", "-1"))
    make("strange", here, now, ca="other-ca")
    return folder


def server_context(certificates: Path, name: str) -> ssl.SSLContext:
    """Give what a server with this certificate speaks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / f"{name}.pem")
    return context


@pytest.mark.parametrize(
    ("name", "reason"), [("named", "tls_wrong_name"), ("expired", "tls_expired"), ("strange", "tls_unknown_ca")]
)
def test_a_certificate_that_is_not_to_be_trusted(
    shipping: Callable[..., Logship], certificates: Path, name: str, reason: str
) -> None:
    """Not a byte of a log goes there, and the message says what is wrong; a good certificate takes every line."""
    context = server_context(certificates, name)
    with store(bulk=True, tls=context) as bulk_store:
        daemon = shipping(f"https://127.0.0.1:{bulk_store.port}", elasticsearch_ca_file=certificates / "ca.pem").start()
        wait_until(lambda: bulk_store.connections >= 3, "it tries again")
        assert_named(daemon, reason)
        assert bulk_store.requests == []
        context.load_cert_chain(certificates / "good.pem")
        assert_recovers(daemon, bulk_store)


def test_a_ca_that_is_mounted_later(shipping: Callable[..., Logship], certificates: Path, tmp_path: Path) -> None:
    """The CA file is read again: a rotated bundle needs no restart."""
    bundle = tmp_path / "bundle.pem"
    shutil.copyfile(certificates / "other-ca.pem", bundle)
    with store(bulk=True, tls=server_context(certificates, "good")) as bulk_store:
        daemon = shipping(f"https://127.0.0.1:{bulk_store.port}", elasticsearch_ca_file=bundle).start()
        wait_until(lambda: bulk_store.connections >= 2, "it tries again")
        assert_named(daemon, "tls_unknown_ca")
        shutil.copyfile(certificates / "ca.pem", tmp_path / "new.pem")
        (tmp_path / "new.pem").rename(bundle)
        assert_recovers(daemon, bulk_store)


def test_plain_http_on_a_tls_port(shipping: Callable[..., Logship], certificates: Path) -> None:
    """``http://`` to a port that speaks TLS: said so, nothing delivered."""
    with store(bulk=True, tls=server_context(certificates, "good")) as bulk_store:
        daemon = shipping(f"http://127.0.0.1:{bulk_store.port}").start()
        wait_until(lambda: bulk_store.connections >= 3, "it tries again")
        assert_named(daemon, "bad_response|connection_reset")
        assert bulk_store.requests == []
        daemon.kill()


def test_tls_on_a_plain_port(shipping: Callable[..., Logship], certificates: Path) -> None:
    """``https://`` to a port that speaks plain HTTP."""

    def refuse(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with accepting(refuse) as port:
        daemon = shipping(f"https://127.0.0.1:{port}", elasticsearch_ca_file=certificates / "ca.pem").start()
        assert_named(daemon, "tls_not_spoken")
        daemon.kill()


# -- names and ways ---------------------------------------------------------------------------------------------------


def test_a_name_that_nobody_knows(shipping: Callable[..., Logship]) -> None:
    """The reason is the name look-up, whatever the name."""
    daemon = shipping("http://logs.invalid:9200").start()
    assert_named(daemon, "dns")
    daemon.kill()


class Names:
    """What a daemon that is started by ``prefix`` looks names up in: a hosts file of its own."""

    def __init__(self, folder: Path) -> None:
        self._hosts = folder / "hosts"
        self.say("127.0.0.1 localhost")
        self.prefix = ("unshare", "--mount", "sh", "-c", f'mount --bind {self._hosts} /etc/hosts && exec "$@"', "sh")
        if subprocess.run([*self.prefix, "true"], capture_output=True, check=False).returncode:
            pytest.skip("needs a mount namespace")

    def say(self, text: str) -> None:
        """Give addresses from now on: the file stays, as it is mounted."""
        self._hosts.write_text(f"{text}\n")


def test_a_name_that_moves(shipping: Callable[..., Logship], tmp_path: Path) -> None:
    """A name that fails, then appears, then moves to another address is looked up again: no restart."""
    names = Names(tmp_path)
    with store(bulk=True) as first:
        daemon = shipping(f"http://store.invalid:{first.port}", prefix=names.prefix).start()
        assert_named(daemon, "dns")
        names.say("127.0.0.2 store.invalid")
        wait_until(lambda: daemon.status()["sinks"][0]["last_error"] == "connection_refused", "the wrong address")
        names.say("127.0.0.1 store.invalid")
        assert_recovers(daemon, first)


@pytest.mark.parametrize("gone", [True, False], ids=["gone", "hangs"])
def test_a_store_that_moves_while_it_is_used(
    shipping: Callable[..., Logship], logs: Path, tmp_path: Path, *, gone: bool
) -> None:
    """The old address refuses, or accepts and says nothing; the name fails for a while; then it has another address.

    A connection is open all the while. What the old one did not acknowledge goes to the new one.
    """
    names = Names(tmp_path)
    names.say("127.0.0.1 store.invalid")
    with store(bulk=True) as first:
        daemon = shipping(f"http://store.invalid:{first.port}", prefix=names.prefix).start()
        assert_stored(first)
        daemon.wait_idle()
        address = ("127.0.0.2", first.port)
        if not gone:
            move(daemon, names, logs, address, lambda: setattr(first, "behaviour", silence))
    if gone:
        move(daemon, names, logs, address, lambda: None)


def move(daemon: Logship, names: Names, logs: Path, address: tuple[str, int], leave: Callable[[], object]) -> None:
    """Move the store to another address while the application logs."""
    leave()
    names.say("")
    with (logs / "app.log").open("ab") as file:
        file.write(b"".join(line("app", number) for number in range(LINES, 2 * LINES)))
    wait_until(lambda: daemon.status()["sinks"][0]["last_error"] == "dns", "the name is looked up again")
    with store(bulk=True, address=address) as second:
        names.say(f"{address[0]} store.invalid")
        wait_until(lambda: len(second.by_id()) >= LINES, "the other lines")
        numbers = [document["seq"] for document in second.by_id().values()]
        assert numbers == list(range(LINES, 2 * LINES))
        wait_until(lambda: daemon.messages("delivery works again"), "a message that it is over")
        assert daemon.terminate() == 0


class Proxy:
    """A forward proxy as small as can be: CONNECT, and requests with a whole address."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def serve(self, client: socket.socket) -> None:
        """Serve one connection."""
        head = b""
        while b"\r\n\r\n" not in head:
            if not (piece := client.recv(65536)):
                return
            head += piece
        first, _, rest = head.partition(b"\r\n")
        method, address, _ = first.decode().split(" ")
        self.lines.append(f"{method} {address}")
        target = address if method == "CONNECT" else address.split("/")[2]
        host, _, port = target.rpartition(":")
        with socket.create_connection((host, int(port))) as server:
            if method == "CONNECT":
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                server.sendall(first.replace(b"http://" + target.encode(), b"") + b"\r\n" + rest)
            relay(client, server)


def relay(client: socket.socket, server: socket.socket) -> None:
    """Pass on what either says until one has ended."""
    import threading  # noqa: PLC0415 - here only

    def one_way(source: socket.socket, to: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                to.sendall(piece)
        for each in (source, to):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    back = threading.Thread(target=one_way, args=(server, client))
    back.start()
    one_way(client, server)
    back.join()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_from_the_environment(
    shipping: Callable[..., Logship], certificates: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    """Requests go by the proxy that HTTP_PROXY and HTTPS_PROXY name; its password is shown nowhere."""
    proxy = Proxy()
    tls = server_context(certificates, "good") if scheme == "https" else None
    with accepting(proxy.serve) as port, store(bulk=True, tls=tls) as bulk_store:
        monkeypatch.setenv(f"{scheme}_proxy", f"http://user:proxy-password@127.0.0.1:{port}")
        monkeypatch.setenv("no_proxy", "")
        ca = {"elasticsearch_ca_file": certificates / "ca.pem"} if tls else {}
        daemon = shipping(f"{scheme}://127.0.0.1:{bulk_store.port}", **ca).start()
        assert_stored(bulk_store)
        assert proxy.lines
        assert proxy.lines[0].startswith("CONNECT 127.0.0.1" if tls else "POST http://127.0.0.1")
        assert "proxy-password" not in daemon.stderr.read_text() + daemon.get("/status")[1] + daemon.get("/metrics")[1]
        assert daemon.terminate() == 0


def test_a_proxy_that_is_not_there(
    shipping: Callable[..., Logship], bulk_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason is the proxy, not the store."""
    monkeypatch.setenv("http_proxy", f"http://user:proxy-password@127.0.0.1:{free_port()}")
    monkeypatch.setenv("no_proxy", "")
    daemon = shipping(f"http://127.0.0.1:{bulk_store.port}").start()
    assert_named(daemon, "proxy")
    assert "proxy-password" not in daemon.stderr.read_text()
    assert bulk_store.requests == []
    daemon.kill()


# -- the same for a sink to which any 2xx is enough -------------------------------------------------------------------


@pytest.mark.parametrize("behaviour", [endless_chunks, a_gigabyte, bomb], ids=["endless", "gigabyte", "bomb"])
def test_an_answer_that_nobody_reads(
    new_logship: StartLogship, logs: Path, receiver: Receiver, behaviour: Behaviour
) -> None:
    """The http sink needs the status alone: what follows costs neither memory nor delivery."""
    (logs / "app.log").write_bytes(b"".join(line("app", number) for number in range(LINES)))
    with store() as hostile:
        hostile.behaviour = behaviour
        daemon = new_logship(paths=f"{logs}/*.log", sinks="http", http_url=f"http://127.0.0.1:{hostile.port}/").start()
        wait_until(lambda: hostile.requests, "a request")
        daemon.wait_idle()
        assert peak_bytes(daemon.pid) < 64 << 20, f"{peak_bytes(daemon.pid) >> 20} MiB"
        assert daemon.metrics().total("logship_sink_records_total", outcome="delivered") == LINES
    assert receiver.counts().records == 0
