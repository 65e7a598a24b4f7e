import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.k8s.rendering import K8S, only_sidecar

CERTIFICATE = K8S / "agent-with-mesh" / "client-certificate"
HTTP = K8S / "sinks" / "http"


@contextmanager
def receiving(manifest: Path, secrets: Path) -> Iterator[int]:
    """Serve as the manifest's program would, on a port of its own; gives the port."""
    deployment = next(yaml.safe_load_all(manifest.read_text()))
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    program, _, _ = container["command"][2].partition("signal.signal(")
    names: dict[str, Any] = {}
    exec(program.replace("/run/secrets", str(secrets)), names)  # noqa: S102 - the program that is under test
    receiver: type[BaseHTTPRequestHandler] = names["Receiver"]
    with ThreadingHTTPServer(("127.0.0.1", 0), receiver) as server:
        if "context" in names:
            server.socket = names["context"].wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def ship(environment: dict[str, str], folder: Path, url: str) -> subprocess.CompletedProcess[str]:
    """Ship one line with an example's settings, to another address."""
    (folder / "requests.log").write_text('{"message": "hello"}\n')
    changed = {"LOGSHIP_PATHS": f"{folder}/*.log", "LOGSHIP_STATE_DIR": f"{folder}/state", "LOGSHIP_LISTEN": ""}
    settings = environment | changed | {"LOGSHIP_HTTP_URL": url, "LOGSHIP_RETRY_LIMIT_SECONDS": "0.1"}
    command = [sys.executable, "-m", "logship", "run", "--once"]
    return subprocess.run(
        command, env={"PATH": os.environ["PATH"], **settings}, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize(("token", "arrived"), [("change-me", 1), ("wrong", 0)])
def test_the_receiver_prints_what_comes_with_the_token(
    token: str, arrived: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With that of the example's Secret, which it has as a mounted file, and with no other."""
    sidecar = only_sidecar(HTTP)
    (secrets := tmp_path / "secrets").mkdir()
    for name, value in sidecar.secret("/run/secrets/logship").items():
        (secrets / name).write_text(value.replace("change-me", token))
    with receiving(HTTP / "receiver.yaml", secrets) as port:
        environment = sidecar.environment | {"LOGSHIP_SECRETS_DIR": str(secrets)}
        ended = ship(environment, tmp_path, f"http://127.0.0.1:{port}/logs")
    assert capsys.readouterr().out.count('"message": "hello"') == arrived
    assert ("http_401" in ended.stderr) is (arrived == 0)


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """Make the certificates by the example's script, and mount them as the page says."""
    subprocess.run([CERTIFICATE / "certificates.sh", tmp_path], check=True, capture_output=True)
    for secret, name in (("tls-receiver", "tls-receiver"), ("logship-tls", "logship")):
        (folder := tmp_path / secret).mkdir()
        for file, source in (("ca.crt", "ca.crt"), ("tls.crt", f"{name}.crt"), ("tls.key", f"{name}.key")):
            (folder / file).write_bytes((tmp_path / source).read_bytes())
    return tmp_path


def test_logship_shows_its_certificate(certificates: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And believes the receiver's; the receiver names the client, and gets the line."""
    found = only_sidecar(CERTIFICATE).environment
    environment = {name: value.replace("/run/secrets", str(certificates)) for name, value in found.items()}
    with receiving(CERTIFICATE / "tls-receiver.yaml", certificates) as port:
        ended = ship(environment, certificates, f"https://localhost:{port}/logs")
    assert ended.returncode == 0, ended.stderr
    client, line = capsys.readouterr().out.splitlines()
    assert client == "from logship"
    assert '"message": "hello"' in line


def test_nobody_without_a_certificate_is_heard(certificates: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same settings without the certificate: nothing arrives."""
    found = only_sidecar(CERTIFICATE).environment
    environment = {name: value.replace("/run/secrets", str(certificates)) for name, value in found.items()}
    del environment["LOGSHIP_HTTP_CERT_FILE"], environment["LOGSHIP_HTTP_KEY_FILE"]
    with receiving(CERTIFICATE / "tls-receiver.yaml", certificates) as port:
        ended = ship(environment, certificates, f"https://localhost:{port}/logs")
    assert "delivery failed" in ended.stderr
    assert capsys.readouterr().out == ""
