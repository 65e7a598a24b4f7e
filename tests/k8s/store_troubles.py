"""The ways in which nothing arrives for which the store is to blame: see ``troubles``."""

import ssl
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from tests.e2e.opensearch import STREAM, OpenSearch
from tests.e2e.receiver import Receiver
from tests.e2e.stores import Request, respond, store
from tests.k8s.troubles import Said, Status, any_status, line, pod


def failing(reason: str) -> Callable[[Status], bool]:
    """Tell whether the sink's last error is this one."""
    return lambda status: status["sinks"][0]["last_error"] == reason


def wrong_credentials() -> Said:
    """Have a store that knows nobody of that name, or another password."""

    def refuse(connection: Any, _: Request) -> None:
        connection.sendall(respond(b"{}", "401 Unauthorized"))

    with pod() as made, store(bulk=True) as server:
        server.behaviour = refuse
        url = f"http://localhost:{server.port}"
        made.places = [(f"localhost:{server.port}", "logs.example:9200")]
        secret = made.folder / "password"
        secret.write_text("wrong\n")
        made.settings |= {"sinks": "elasticsearch", "elasticsearch_url": url, "elasticsearch_username": "agent"}
        made.settings |= {"elasticsearch_password_file": secret}
        return made.said(failing("http_401"), before=lambda: made.write("a.log", line()))


def wrong_token() -> Said:
    """Have an HTTP receiver that does not know the token."""

    def refuse(connection: Any, _: Request) -> None:
        connection.sendall(respond(b"", "401 Unauthorized"))

    with pod() as made, store() as server:
        server.behaviour = refuse
        made.places = [(f"localhost:{server.port}", "logs.example:8080")]
        token = made.folder / "token"
        token.write_text("wrong\n")
        made.settings |= {"sinks": "http", "http_url": f"http://localhost:{server.port}/logs"}
        made.settings |= {"http_bearer_token_file": token}
        return made.said(failing("http_401"), before=lambda: made.write("a.log", line()))


def unknown_ca() -> Said:
    """Have a certificate signed by a CA of one's own that logship was not given."""
    with pod() as made, ExitStack() as stack:
        cert, key = made.folder / "cert.pem", made.folder / "key.pem"
        words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        words += ["-days", "2", "-subj", "/CN=x", "-addext", "subjectAltName=DNS:localhost"]
        subprocess.run([*words, "-keyout", key, "-out", cert], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        server = stack.enter_context(store(bulk=True, tls=context))
        made.places = [(f"localhost:{server.port}", "logs.example:9200")]
        made.settings |= {"sinks": "elasticsearch", "elasticsearch_url": f"https://localhost:{server.port}"}
        return made.said(failing("tls_unknown_ca"), before=lambda: made.write("a.log", line()))


def https_to_a_plain_port() -> Said:
    """Have a store that does not speak TLS there."""
    with pod() as made, Receiver(made.folder) as server:
        made.places = [(f"localhost:{server.port}", "logs.example:9200")]
        made.settings |= {"sinks": "elasticsearch", "elasticsearch_url": f"https://localhost:{server.port}"}
        return made.said(failing("tls_not_spoken"), before=lambda: made.write("a.log", line()))


def store_is_down() -> Said:
    """Nobody listens."""
    with store(bulk=True) as server:
        port = server.port
    with pod() as made:
        made.places = [(f"localhost:{port}", "logs.example:9200")]
        made.settings |= {"sinks": "elasticsearch", "elasticsearch_url": f"http://localhost:{port}"}
        return made.said(failing("connection_refused"), before=lambda: made.write("a.log", line()))


def no_index_template(opensearch: OpenSearch) -> Said:
    """Nothing arrives in the data stream, since there is none: a plain index is made."""
    index = "nothing-covers-this"  # other tests may have a template for the default one
    with pod(sinks="elasticsearch", elasticsearch_url=opensearch.url, elasticsearch_index=index) as made:
        made.places = [(index, STREAM)]
        return made.said(any_status)


def mapping_that_does_not_fit(opensearch: OpenSearch) -> Said:
    """One record of the stream has text where the index has a number."""
    index = "agent-mapping-does-not-fit"
    opensearch.delete(index)
    opensearch.ask("PUT", f"/{index}", {"mappings": {"properties": {"latency_ms": {"type": "long"}}}})
    settings = {"sinks": "elasticsearch", "elasticsearch_url": opensearch.url, "elasticsearch_index": index}
    with pod(**settings) as made:
        records = line(latency_ms=12) + line(latency_ms="fast")
        return made.said(
            lambda status: status["sinks"][0]["last_refusal"], before=lambda: made.write("requests.log", records)
        )
