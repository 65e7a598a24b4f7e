"""A log store in a process of its own: takes lines or ``_bulk`` by HTTP and keeps the bodies, to be looked at later.

While the clock runs it only reads, counts newlines (after unpacking gzip) and answers; sequence numbers are looked for
when ``/_report`` is asked for. ``python -m benchmarks.receiver`` prints its port and runs until its stdin ends.
"""

import json
import re
import socket
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from isal import igzip_lib

_SEQUENCE = re.compile(rb'"seq": ?(\d+)')
_WRITTEN = re.compile(rb'"at": ?(\d+)')
_CREATED = b'{"%b":{"status":201}},'


@dataclass(slots=True)
class Kept:
    """What arrived since the last reset."""

    bodies: list[tuple[int, bytearray, bool]] = field(default_factory=list)
    """(monotonic ns when it was whole, the body, whether it is compressed)"""
    lines: int = 0
    body_bytes: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, body: bytearray, plain: bytes | bytearray, lines: int) -> None:
        """Keep a body."""
        with self.lock:
            self.bodies.append((time.monotonic_ns(), body, plain is not body))
            self.lines += lines
            self.body_bytes += len(body)

    def reset(self) -> None:
        """Forget everything."""
        with self.lock:
            self.bodies.clear()
            self.lines = self.body_bytes = 0

    def report(self) -> dict[str, Any]:
        """Look at every body: how often each number came, and how long each line took."""
        numbers: list[int] = []
        delays: list[float] = []
        for at, body, packed in self.bodies:
            plain = _unpack(body) if packed else body
            numbers += map(int, _SEQUENCE.findall(plain))
            delays += [(at - int(written)) / 1e6 for written in _WRITTEN.findall(plain)]
        return {
            "requests": len(self.bodies),
            "body_bytes": self.body_bytes,
            "records": len(numbers),
            "distinct": len(set(numbers)),
            "highest": max(numbers, default=-1),
            "first_at": self.bodies[0][0] if self.bodies else 0,
            "last_at": self.bodies[-1][0] if self.bodies else 0,
            "delay_ms": _percentiles(delays),
        }


def _percentiles(values: list[float]) -> dict[str, float]:
    if len(values) < 2:
        return {}
    cuts = statistics.quantiles(values, n=100)
    return {"p50": cuts[49], "p99": cuts[98], "max": max(values)}


def _unpack(body: bytearray) -> bytes:
    return igzip_lib.decompress(body, flag=igzip_lib.DECOMP_GZIP)


@dataclass(slots=True)
class Request:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytearray


def requests(connection: socket.socket) -> Iterator[Request]:
    """Read requests until the client leaves."""
    rest = b""
    while True:
        while b"\r\n\r\n" not in rest:
            more = connection.recv(65536)
            if not more:
                return
            rest += more
        head, _, rest = rest.partition(b"\r\n\r\n")
        first, *others = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in others)}
        if "chunked" in headers.get("transfer-encoding", ""):
            connection.sendall(b"HTTP/1.1 411 Length Required\r\nContent-Length: 0\r\n\r\n")
            return
        if headers.get("expect"):
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = bytearray(int(headers.get("content-length", "0")))
        had = min(len(rest), len(body))
        body[:had], rest = rest[:had], rest[had:]
        if had < len(body) and not _fill(connection, memoryview(body)[had:]):
            return
        yield Request(method, path, headers, body)


def _fill(connection: socket.socket, room: memoryview) -> bool:
    while room:
        got = connection.recv_into(room, flags=socket.MSG_WAITALL)
        if not got:
            return False
        room = room[got:]
    return True


def answer(request: Request, kept: Kept) -> bytes:
    """Take a request; gives the answer's body."""
    if request.method in ("POST", "PUT"):
        plain = _unpack(request.body) if "gzip" in request.headers.get("content-encoding", "") else request.body
        newlines = plain.count(b"\n")
        if "_bulk" not in request.path:
            kept.add(request.body, plain, newlines)
            return b""
        kept.add(request.body, plain, newlines // 2)
        action = b"create" if plain.startswith(b'{"create"') else b"index"
        return b'{"took":1,"errors":false,"items":[' + ((_CREATED % action) * (newlines // 2))[:-1] + b"]}"
    match request.path:
        case "/_count":
            return b"%d" % kept.lines
        case "/_reset":
            kept.reset()
            return b""
        case "/_report":
            return json.dumps(kept.report()).encode()
        case _:
            return b'{"version":{"number":"8.0.0"},"tagline":"You Know, for Search"}'


def serve(connection: socket.socket, kept: Kept) -> None:
    """Serve one client to its end."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection:
        try:
            for request in requests(connection):
                body = answer(request, kept)
                head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
                connection.sendall(head + (b"" if request.method == "HEAD" else body))
        except ConnectionError:
            return  # a shipper that was ended


def accept(listener: socket.socket, kept: Kept) -> None:
    """Give each client a thread."""
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, kept), daemon=True).start()


def main() -> None:
    """Listen on a free port of loopback."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    threading.Thread(target=accept, args=(listener, Kept()), daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
