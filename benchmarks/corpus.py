"""The input: JSON lines of one length, the same for the same numbers; a thousand lines a second, by their times."""

from pathlib import Path

_FLUSH_LINES = 10_000
_ODD_EVERY = 100
_SCATTER = 0x9E3779B97F4A7C15F39CC0605CEDC835
"""Odd, and without a pattern: multiples of it look random to gzip."""
_ODD = (
    b"Traceback (most recent call last): agent.worker.tasks.run, a line of text among the records\n",
    b"{}\n",
    b'{"timestamp": "2026-11-22T10:00:00.000000Z", "level": "info", "message": "a line that ends with CR LF"}\r\n',
    b'{"timestamp": "2026-11-22T10:00:00.000000Z", "service.name": "forged", "message": "a key of ours"}\n',
)
"""Text, nothing, CRLF, one of our own keys: what one line in a hundred may be; none has a number."""


def lines(count: int, line_bytes: int, first: int = 0, *, odd: bool = False) -> bytes:
    """Give ``count`` lines, newlines included in their length; their ``seq`` counts from ``first``.

    With ``odd`` one line in a hundred is of another kind and length, and has no ``seq``.
    """
    return b"".join(
        _ODD[number // _ODD_EVERY % len(_ODD)] if odd and number % _ODD_EVERY == 0 else _line(number, line_bytes)
        for number in range(first, first + count)
    )


def numbered(count: int, *, odd: bool) -> int:
    """Give how many of the first ``count`` lines have a ``seq``."""
    return count - len(range(0, count, _ODD_EVERY)) if odd else count


def _line(number: int, line_bytes: int) -> bytes:
    scattered = (number + 1) * _SCATTER % (1 << 128)
    start = (
        b'{"timestamp": "2026-11-22T10:%02d:%02d.%06dZ", "level": "info", "message": "request done", "seq": %d, '
        b'"request_id": "%032x", "latency_ms": %.3f, "status": 200, "path": "/v1/agents/%d/run", "pad": "'
    ) % (
        number // 60_000 % 60,
        number // 1000 % 60,
        number % 1000 * 1000,
        number,
        scattered,
        scattered % 100_000 / 1000,
        number % 97,
    )
    pad = line_bytes - len(start) - 3
    return start + b"x" * pad + b'"}\n' if pad >= 0 else _short(number).ljust(line_bytes - 2) + b"}\n"


def _short(number: int) -> bytes:
    seconds = number // 1000
    return b'{"timestamp":"2026-11-22T10:%02d:%02d.%03dZ","seq":%d' % (
        seconds // 60 % 60,
        seconds % 60,
        number % 1000,
        number,
    )


def shortest(count: int) -> int:
    """Give the bytes that each of the first ``count`` lines has at least."""
    return len(_short(count)) + 2


def prepare(path: Path, count: int, line_bytes: int, *, first: int = 0, odd: bool = False) -> int:
    """Write the file; gives its bytes."""
    with path.open("wb") as file:
        for start in range(first, first + count, _FLUSH_LINES):
            file.write(lines(min(_FLUSH_LINES, first + count - start), line_bytes, start, odd=odd))
    return path.stat().st_size
