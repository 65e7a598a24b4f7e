"""A log store in a process of its own: takes lines or ``_bulk`` by HTTP and keeps the bodies, to be looked at later.

While bodies arrive it only reads and answers, into memory that it has used before: where two cores are two threads of
one, as in most virtual machines, all that it does makes the shipper's CPU seconds longer, and a fast shipper most. Only
``_bulk`` has to be counted at once, since its answer has an item a record. The rest is counted and looked at when
nothing has arrived for a moment. ``python -m benchmarks.receiver`` prints its port and runs until its stdin ends.
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
_OURS = frozenset({"/_count", "/_arrived", "/_report", "/_reset", "/_down", "/_up", "/_count_only", "/_keep"})
"""Pages of the benchmark, not of a store."""
_HEAD = 4096
_QUANTILES = 1000
_CREATED = b'{"%b":{"status":201}},'
_LEAST_ROOM = 64 * 1024
_A_MOMENT_NS = 50_000_000


@dataclass(slots=True)
class Body:
    """What came in one request."""

    room: bytearray
    nbytes: int
    packed: bool = False
    at: int = 0
    """Monotonic ns when it was whole."""
    counted: int | None = None
    """Its records, once they are known."""

    def plain(self) -> tuple[bytes | bytearray, int]:
        """Give it unpacked, and how many bytes of that it is."""
        if not self.packed:
            return self.room, self.nbytes
        plain: bytes = igzip_lib.decompress(memoryview(self.room)[: self.nbytes], flag=igzip_lib.DECOMP_GZIP)
        return plain, len(plain)

    def lines(self) -> int:
        """Count its records."""
        if self.counted is None:
            plain, end = self.plain()
            self.counted = plain.count(b"\n", 0, end) + (plain[end - 1 : end] not in (b"", b"\n"))
        return self.counted


class Rooms:
    """Buffers for bodies, used again: the kernel has to clear a page that nobody had before."""

    def __init__(self) -> None:
        self._free: dict[int, list[bytearray]] = {}

    def take(self, nbytes: int) -> bytearray:
        """Give one that is large enough."""
        size = max(_LEAST_ROOM, 1 << max(0, nbytes - 1).bit_length())
        try:
            return self._free[size].pop()  # in one step: each client has a thread
        except (KeyError, IndexError):
            return bytearray(size)

    def give_back(self, room: bytearray) -> None:
        """Let it be used again."""
        self._free.setdefault(len(room), []).append(room)


@dataclass(slots=True)
class Kept:
    """What arrived since the last reset."""

    bodies: list[Body] = field(default_factory=list)
    rooms: Rooms = field(default_factory=Rooms)
    lines: int = 0
    """So many were counted."""
    down: bool = False
    """An outage: every connection of a shipper is closed without an answer."""
    counting: bool = False
    """Bodies are counted, not kept: for more input than memory has room for."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    _body_bytes: int = 0
    _looked_at: int = 0
    """Of so many bodies the lines are counted."""

    def add(self, body: Body) -> None:
        """Keep a body."""
        with self.lock:
            body.at = time.monotonic_ns()
            self._body_bytes += body.nbytes
            self.bodies.append(body)
            if self.counting:
                self._count()
                for each in self.bodies[1:-1]:
                    self.rooms.give_back(each.room)
                for each in self.bodies:
                    each.nbytes = 0
                del self.bodies[1:-1]
                self._looked_at = len(self.bodies)

    def count(self, *, whole: bool = True) -> int:
        """Give how many lines have arrived; unless the ``whole`` is asked for, maybe less while more arrives."""
        with self.lock:
            if whole or not self.bodies or time.monotonic_ns() - self.bodies[-1].at > _A_MOMENT_NS:
                self._count()
            return self.lines

    def _count(self) -> None:
        self.lines += sum(body.lines() for body in self.bodies[self._looked_at :])
        self._looked_at = len(self.bodies)

    def reset(self) -> None:
        """Forget everything."""
        with self.lock:
            for body in self.bodies:
                self.rooms.give_back(body.room)
            self.bodies.clear()
            self.lines = self._body_bytes = self._looked_at = 0

    def report(self) -> dict[str, Any]:
        """Look at every body: how often each number came, and how long each line took."""
        numbers: list[int] = []
        delays: list[float] = []
        for body in self.bodies:
            plain, end = body.plain()
            numbers += map(int, _SEQUENCE.findall(plain, 0, end))
            if _WRITTEN.search(plain, 0, min(end, _HEAD)):
                delays += [(body.at - int(written)) / 1e6 for written in _WRITTEN.findall(plain, 0, end)]
        return {
            "requests": len(self.bodies),
            "lines": self.count(),
            "body_bytes": self._body_bytes,
            "records": len(numbers),
            "distinct": len(set(numbers)),
            "highest": max(numbers, default=-1),
            "first_at": self.bodies[0].at if self.bodies else 0,
            "last_at": self.bodies[-1].at if self.bodies else 0,
            "delays_ms": _quantiles(delays),
        }


def _quantiles(values: list[float]) -> list[float]:
    """Give the least, 999 thousandths, and the largest."""
    if len(values) < 2:
        return values * (_QUANTILES + 1)
    return [min(values), *statistics.quantiles(values, n=_QUANTILES), max(values)]


@dataclass(slots=True)
class Request:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytearray
    """Room for at least ``nbytes``."""
    nbytes: int = 0


def requests(connection: socket.socket, rooms: Rooms) -> Iterator[Request]:
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
        nbytes = int(headers.get("content-length", "0"))
        body = rooms.take(nbytes) if nbytes else bytearray()
        had = min(len(rest), nbytes)
        body[:had], rest = rest[:had], rest[had:]
        if had < nbytes and not _fill(connection, memoryview(body)[had:nbytes]):
            return
        yield Request(method, path, headers, body, nbytes)


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
            return b"%d" % kept.count()
        case "/_arrived":
            return b"%d %d" % (kept.count(whole=False), len(kept.bodies))
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
    packed = "gzip" in request.headers.get("content-encoding", "")
    body = Body(request.body, request.nbytes, packed)
    if "_bulk" not in request.path:
        kept.add(body)
        return b'{"result":"created"}'
    plain, end = body.plain()
    body.counted = plain.count(b"\n", 0, end) // 2
    kept.add(body)
    action = b"create" if plain.startswith(b'{"create"') else b"index"
    # as a real server: what filter_path does not ask for is left out
    took = b"" if "filter_path=errors" in request.path else b'"took":1,'
    return b"{" + took + b'"errors":false,"items":[' + ((_CREATED % action) * body.counted)[:-1] + b"]}"


def serve(connection: socket.socket, kept: Kept) -> None:
    """Serve one client to its end."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection:
        try:
            for request in requests(connection, kept.rooms):
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
