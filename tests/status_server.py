"""A server that answers each request with a status, or with whatever else a test has it say."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class StatusServer:
    """Listens on loopback; ``body`` is what it says."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._port = 0
        self.body = b""
        self.show(document)
        self.open()

    @property
    def listen(self) -> str:
        """Give where it listens."""
        return f"127.0.0.1:{self._port}"

    def show(self, document: dict[str, Any]) -> None:
        """Say this from now on."""
        self.body = json.dumps(document).encode()

    def open(self) -> None:
        """Listen, where it listened before."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(outer.body)))
                self.end_headers()
                self.wfile.write(outer.body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        self._port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
