"""What the receiver can take: ready-made bodies by a raw socket, from the shipper's core.

``python -m benchmarks.ceiling PORT FILE SINK COMPRESSION`` prints the seconds and the file bytes that it sent.
"""

import json
import os
import socket
import sys
import time
from itertools import count

from isal import igzip

_BODY_BYTES = 1 << 20
_MOST_BYTES = 256 << 20
_ACTION = b'{"create":{"_id":"%024d"}}\n'


def bodies(path: str, sink: str, compression: str) -> tuple[list[bytes], int]:
    """Make bodies of about 1 MiB of the file's lines; gives the file bytes in them too."""
    made, taken, numbers = [], 0, count()
    with open(path, "rb") as file:  # noqa: PTH123 - a name on the command line
        while taken < _MOST_BYTES and (lines := file.readlines(_BODY_BYTES)):
            taken += sum(map(len, lines))
            if sink == "elasticsearch":
                lines = [_ACTION % next(numbers) + line for line in lines]
            body = b"".join(lines)
            made.append(igzip.compress(body, 1) if compression == "gzip" else body)
    return made, taken


def blast(port: int, made: list[bytes], sink: str, compression: str) -> None:
    """Send them one after the other, as a shipper with one request in flight does."""
    path = b"/bench/_bulk" if sink == "elasticsearch" else b"/"
    encoding = b"Content-Encoding: gzip\r\n" if compression == "gzip" else b""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for body in made:
            head = b"POST %b HTTP/1.1\r\nHost: x\r\n%bContent-Length: %d\r\n\r\n" % (path, encoding, len(body))
            connection.sendall(head)
            connection.sendall(body)
            _read_answer(connection)


def _read_answer(connection: socket.socket) -> None:
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(1 << 20)
    head, _, rest = answer.partition(b"\r\n\r\n")
    left = int(head.rpartition(b"Content-Length: ")[2].split(b"\r\n")[0]) - len(rest)
    while left:
        left -= len(connection.recv(left))


def main() -> None:
    """Prepare, then send against the clock."""
    port, path, sink, compression = sys.argv[1:]
    made, taken = bodies(path, sink, compression)
    wall, cpu = time.monotonic(), sum(os.times()[:2])
    blast(int(port), made, sink, compression)
    print(
        json.dumps({"seconds": time.monotonic() - wall, "cpu_seconds": sum(os.times()[:2]) - cpu, "bytes": taken}),
        flush=True,
    )


if __name__ == "__main__":
    main()
