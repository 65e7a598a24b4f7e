import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from logship.delivery.http_status import Answer
from logship.errors import ConfigError
from logship.model import Outcome
from logship.net.tls import _system_paths, open_tls
from logship.net.transport import open_transport
from logship.settings.config import NetworkSettings
from tests.scripted_server import scripted_server

PLAIN = NetworkSettings(compression="none")
NOW = 1_800_000_000.0


async def post(url: str, body: bytes = b"x\n", settings: NetworkSettings = PLAIN) -> Answer | Outcome:
    """Make one request over a transport of its own."""
    async with open_transport(settings) as transport:
        return await transport.post(url, body, {"Content-Type": "text/plain"})


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
        assert (outcome.reason, outcome.fault) == ("tls_unknown_ca", True)
        assert server.requests == []
        assert isinstance(await post(server.url, settings=NetworkSettings(ca_file=certificate["cert"])), Answer)
        assert isinstance(await post(server.url, settings=NetworkSettings(insecure_skip_verify=True)), Answer)


async def test_the_systems_certificates_are_trusted(
    make_certificate: Callable[[], Certificates], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any setting, and they are not loaded before something speaks TLS."""
    certificate = make_certificate()
    monkeypatch.setenv("SSL_CERT_FILE", certificate["cert"])
    async with scripted_server(tls=server_context(certificate)) as server:
        assert isinstance(await post(server.url), Answer)


def test_files_that_do_not_fit_each_other_are_named(make_certificate: Callable[[], Certificates]) -> None:
    """In OpenSSL's words, without the place in its code."""
    one, other = make_certificate(), make_certificate()
    with pytest.raises(ConfigError) as caught:
        open_tls("", one["cert"], other["key"], insecure=False)
    assert caught.value.faults == [f"TLS files can't be used: {one['cert']}, {other['key']}: key values mismatch"]


def test_loading_what_sends_loads_no_certificates(make_certificate: Callable[[], Certificates]) -> None:
    """It is 50 ms and 1 MiB of every daemon; what aiohttp would use by itself trusts nobody."""
    code = (
        "import ssl, logship.net.http_client, aiohttp.connector\n"
        "print(aiohttp.connector._SSL_CONTEXT_VERIFIED.cert_store_stats()['x509'])\n"
        "print(ssl.create_default_context().cert_store_stats()['x509'])\n"
    )
    environ = os.environ | {"SSL_CERT_FILE": make_certificate()["cert"]}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "1"]


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


async def test_a_system_bundle_that_is_renewed_counts(
    make_certificate: Callable[[], Certificates], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SSL_CERT_FILE names one here; the same client trusts what it holds at the next attempt."""
    certificate, other = make_certificate(), make_certificate()
    bundle = tmp_path / "bundle.pem"
    shutil.copy(other["cert"], bundle)
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    _system_paths.cache_clear()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate["cert"], certificate["key"])
    async with scripted_server(tls=context) as server, open_transport(PLAIN) as transport:
        first = await transport.post(server.url, b"x", {})
        shutil.copy(certificate["cert"], bundle)
        second = await transport.post(server.url, b"x", {})
    _system_paths.cache_clear()
    assert isinstance(first, Outcome)
    assert first.reason == "tls_unknown_ca"
    assert isinstance(second, Answer)
