"""Where a receiver sends what it was given: takes requests, keeps their bodies, and may say that it is unwell."""

import socket
import threading
import time

from tests.e2e.stores import accepting, read_request, respond

_KIND = "Content-Type: application/x-protobuf\r\n"
"""OTLP wants to be told; others don't look."""


class End:
    """Keeps the bodies that came, each after a delay; ``unwell``: refuses them by 503."""

    def __init__(self, delay_seconds: float = 0) -> None:
        self.unwell = False
        self.port = 0
        self._delay_seconds = delay_seconds
        self._bodies: list[bytes] = []
        self._over, self._ready = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def _serve(self) -> None:
        with accepting(self._answer) as self.port:
            self._ready.set()
            self._over.wait()

    def _answer(self, connection: socket.socket) -> None:
        buffer = bytearray()
        while request := read_request(connection, buffer):
            time.sleep(self._delay_seconds)
            self._bodies += [] if self.unwell else [request.body]
            connection.sendall(respond(b"", "503 Service Unavailable" if self.unwell else "200 OK", _KIND))

    def close(self) -> list[bytes]:
        """Stop listening, and give all bodies."""
        self._over.set()
        self._thread.join(10)
        return self._bodies
