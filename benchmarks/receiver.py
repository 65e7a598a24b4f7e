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
_OURS = frozenset({"/_count", "/_report", "/_reset", "/_down", "/_up", "/_count_only", "/_keep"})
"""Pages of the benchmark, not of a store."""
_HEAD = 4096
_QUANTILES = 1000
_CREATED = b'{"%b":{"status":201}},'


@dataclass(slots=True)
class Kept:
    """What arrived since the last reset."""

    bodies: list[tuple[int, bytearray, bool]] = field(default_factory=list)
    """(monotonic ns when it was whole, the body, whether it is compressed)"""
    lines: int = 0
    body_bytes: int = 0
    down: bool = False
    """An outage: every connection of a shipper is closed without an answer."""
    counting: bool = False
    """Bodies are counted, not kept: for more input than memory has room for."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, body: bytearray, plain: bytes | bytearray, lines: int) -> None:
        """Keep a body."""
        with self.lock:
            if self.counting:
                self.bodies[1:] = [(time.monotonic_ns(), bytearray(), False)]
            else:
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
            if _WRITTEN.search(plain, 0, _HEAD):
                delays += [(at - int(written)) / 1e6 for written in _WRITTEN.findall(plain)]
        return {
            "requests": len(self.bodies),
            "lines": self.lines,
            "body_bytes": self.body_bytes,
            "records": len(numbers),
            "distinct": len(set(numbers)),
            "highest": max(numbers, default=-1),
            "first_at": self.bodies[0][0] if self.bodies else 0,
            "last_at": self.bodies[-1][0] if self.bodies else 0,
            "delays_ms": _quantiles(delays),
        }


def _quantiles(values: list[float]) -> list[float]:
    """Give the least, 999 thousandths, and the largest."""
    if len(values) < 2:
        return values * (_QUANTILES + 1)
    return [min(values), *statistics.quantiles(values, n=_QUANTILES), max(values)]


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
        return _take(request, kept)
    match request.path:
        case "/_count":
            return b"%d" % kept.lines
        case "/_report":
            return json.dumps(kept.report()).encode()
        case "/_reset":
            kept.reset()
        case "/_down" | "/_up":
            kept.down = request.path == "/_down"
        case "/_count_only" | "/_keep":
            kept.counting = request.path == "/_count_only"
    return b'{"version":{"number":"8.0.0"},"tagline":"You Know, for Search"}'


def _take(request: Request, kept: Kept) -> bytes:
    plain = _unpack(request.body) if "gzip" in request.headers.get("content-encoding", "") else request.body
    newlines = plain.count(b"\n")
    if "_bulk" not in request.path:
        kept.add(request.body, plain, newlines + (not plain.endswith(b"\n")))
        return b'{"result":"created"}'
    kept.add(request.body, plain, newlines // 2)
    action = b"create" if plain.startswith(b'{"create"') else b"index"
    # as a real server: what filter_path does not ask for is left out
    took = b"" if "filter_path=errors" in request.path else b'"took":1,'
    return b"{" + took + b'"errors":false,"items":[' + ((_CREATED % action) * (newlines // 2))[:-1] + b"]}"


def serve(connection: socket.socket, kept: Kept) -> None:
    """Serve one client to its end."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection:
        try:
            for request in requests(connection):
                if kept.down and request.path not in _OURS:
                    return
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
