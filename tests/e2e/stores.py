"""A store inside the test: sockets by hand, so that it can do all that a good client must never meet."""

import gzip
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came."""

    line: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    """Unpacked."""


Behaviour = Callable[[socket.socket, Request], None]
"""Answers one request, or does worse; the connection is used again if it returns."""


def respond(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    """Give a whole answer."""
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


def documents(body: bytes) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Take a bulk body apart as a server does: (action, document) each; anything else in it is an AssertionError."""
    lines = body.split(b"\n")
    assert lines.pop() == b"", "a bulk body ends with a newline"
    assert len(lines) % 2 == 0, "an action without its document"
    pairs = list(zip(map(json.loads, lines[::2]), map(json.loads, lines[1::2]), strict=True))
    for action, document in pairs:
        assert list(action) == ["create"], action
        assert set(action["create"]) <= {"_id", "_index"}, action
        assert isinstance(document, dict)
    return pairs


def bulk_answer(body: bytes) -> bytes:
    """Answer a bulk request by all created."""
    items = [{"create": {"status": 201}} for _ in documents(body)]
    return respond(json.dumps({"errors": False, "items": items}, separators=(",", ":")).encode())


@dataclass(slots=True)
class Store:
    """Takes what comes; ``behaviour`` answers in its place as long as it is set."""

    port: int
    bulk: bool
    behaviour: Behaviour | None = None
    bodies: list[bytes] = field(default_factory=list)
    """Of the requests that it took."""
    requests: list[Request] = field(default_factory=list)
    """All of them."""
    connections: int = 0

    def answer(self, connection: socket.socket, request: Request) -> None:
        """Answer one request."""
        self.requests.append(request)
        if self.behaviour is not None:
            self.behaviour(connection, request)
            return
        self.bodies.append(request.body)
        connection.sendall(bulk_answer(request.body) if self.bulk else respond(b""))

    @property
    def received(self) -> bytes:
        """All that was taken."""
        return b"".join(self.bodies)

    def records(self) -> list[dict[str, Any]]:
        """Give the documents that were taken, in the order of arrival."""
        if self.bulk:
            return [document for body in list(self.bodies) for _, document in documents(body)]
        return [json.loads(line) for line in self.received.split(b"\n")[:-1]]

    def by_id(self) -> dict[str, dict[str, Any]]:
        """Give the documents as an index keeps them: one for each id, the first that came."""
        found: dict[str, dict[str, Any]] = {}
        for body in list(self.bodies):
            for action, document in documents(body):
                found.setdefault(action["create"]["_id"], document)
        return found


def read_request(connection: socket.socket, buffer: bytearray) -> Request | None:
    """Read one request; None at the end of the connection. What is too much stays in the buffer."""
    while b"\r\n\r\n" not in buffer:
        if not (piece := connection.recv(65536)):
            return None
        buffer += piece
    head, _, rest = bytes(buffer).partition(b"\r\n\r\n")
    line, *fields = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in fields)}
    length = int(headers.get("content-length", "0"))
    buffer[:] = rest
    while len(buffer) < length:
        if not (piece := connection.recv(1 << 20)):
            return None
        buffer += piece
    body = bytes(buffer[:length])
    del buffer[:length]
    return Request(line, headers, gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body)


@contextmanager
def accepting(serve: Callable[[socket.socket], None], address: tuple[str, int] = ("127.0.0.1", 0)) -> Iterator[int]:
    """Serve each connection to an address of loopback, whose port is given, in a thread of its own."""
    listener = socket.create_server(address, backlog=128)
    threads: list[threading.Thread] = []
    open_now: set[socket.socket] = set()

    def one(connection: socket.socket) -> None:
        open_now.add(connection)
        with suppress(OSError):  # the other side went away, or the test is over
            serve(connection)
        open_now.discard(connection)
        connection.close()

    def loop() -> None:
        with suppress(OSError):
            while True:
                threads.append(threading.Thread(target=one, args=(listener.accept()[0],), daemon=True))
                threads[-1].start()

    accepter = threading.Thread(target=loop, daemon=True)
    accepter.start()
    try:
        yield listener.getsockname()[1]
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in list(open_now):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in [accepter, *threads]:
            thread.join(timeout=10)


@contextmanager
def store(
    *, bulk: bool = False, tls: ssl.SSLContext | None = None, address: tuple[str, int] = ("127.0.0.1", 0)
) -> Iterator[Store]:
    """Run a store until the end of the block."""
    made = Store(0, bulk)

    def serve(connection: socket.socket) -> None:
        made.connections += 1
        speaking = tls.wrap_socket(connection, server_side=True) if tls else connection
        buffer = bytearray()
        with speaking:
            while request := read_request(speaking, buffer):
                made.answer(speaking, request)

    with accepting(serve, address) as made.port:
        yield made


def peak_bytes(pid: int) -> int:
    """Give the most memory that a process has had resident."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:"))


def cpu_seconds(pid: int) -> float:
    """Give the processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
