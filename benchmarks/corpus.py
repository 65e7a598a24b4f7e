"""The input: JSON lines of one length, the same for the same numbers."""

import random
from pathlib import Path

_FLUSH_LINES = 10_000


def lines(count: int, line_bytes: int, first: int = 0) -> bytes:
    """Give ``count`` lines, newlines included in their length; their ``seq`` counts from ``first``."""
    return b"".join(_line(number, line_bytes) for number in range(first, first + count))


def _line(number: int, line_bytes: int) -> bytes:
    chance = random.Random(number)
    start = (
        b'{"timestamp": "2026-11-22T10:%02d:%02d.%06dZ", "level": "info", "message": "request done", "seq": %d, '
        b'"request_id": "%032x", "latency_ms": %.3f, "status": 200, "path": "/v1/agents/%d/run", "pad": "'
    ) % (
        number // 60 % 60,
        number % 60,
        number % 1_000_000,
        number,
        chance.getrandbits(128),
        chance.random() * 100,
        number % 97,
    )
    return start + b"x" * (line_bytes - len(start) - 3) + b'"}\n'


def shortest(count: int) -> int:
    """Give the bytes that a line of this corpus has at least."""
    return len(_line(count, 0))


def prepare(path: Path, count: int, line_bytes: int) -> int:
    """Write the file; gives its bytes."""
    with path.open("wb") as file:
        for first in range(0, count, _FLUSH_LINES):
            file.write(lines(min(_FLUSH_LINES, count - first), line_bytes, first))
    return path.stat().st_size
