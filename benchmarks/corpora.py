"""What applications write beside plain JSON: odd lines, text, stack traces; the same for the same numbers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.corpus import lines

_EVERY = 100
_PERIOD = 115
"""Records of 120 lines of which six are one stack trace: 5 %."""
_TEXTS = 18
"""Of those 120 lines: 15 %."""
_ODD = (
    b"worker started",
    b"{}",
    b'{"timestamp": "2026-11-22T10:00:00.000000Z", "level": "info", "loss": NaN}',
    b'{"timestamp": "2026-11-22T10:00:00.000000Z", "level": "info", "service": "a name that holds ours"}',
    b'{"level": "info", "message": "no time"}',
    b'{"timestamp": "2026-11-22T10:00:00.000000Z", "level": "info", "message": "no UTF-8: \xff"}',
    b'{"timestamp": "2026-11-22T10:00:00.000000Z", "level": "info", "message": "a line that ends with CR LF"}\r',
)
_TRACE = (
    b"Traceback (most recent call last):\n"
    b'  File "/app/agent/worker/tasks.py", line %d, in run\n'
    b"    return await self._call(request)\n"
    b'  File "/app/agent/worker/model.py", line 88, in _call\n'
    b"    raise TimeoutError(f'no answer in {self.seconds} s')\n"
    b"TimeoutError: no answer in 30 s"
)
_ASGI_TRACE = (
    b"ERROR:    Exception in ASGI application\n"
    b"Traceback (most recent call last):\n"
    b'  File "/usr/local/lib/python3.13/site-packages/starlette/routing.py", line 716, in app\n'
    b"    await self.app(scope, receive, send)\n"
    b'  File "/app/agent/tools.py", line %d, in call\n'
    b"RuntimeError: the tool answered nothing"
)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Records by their numbers."""

    record: Callable[[int, int], bytes]
    """The number and the bytes of a line of JSON, newline included, to what is written, without its last newline."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """With which it is shipped; a name begins with ``{}``, the sink's."""


def plain(number: int, line_bytes: int) -> bytes:
    """Give a record of ``corpus``: JSON with a ``seq``."""
    return lines(1, line_bytes, number)[:-1]


def odd(number: int, line_bytes: int) -> bytes:
    """Let one in a hundred be odd, each in another way than the one before."""
    if number % _EVERY != _EVERY // 2:
        return plain(number, line_bytes)
    return _ODD[number // _EVERY % len(_ODD)]


def text(number: int, line_bytes: int) -> bytes:
    """Give a line as Python's logging writes it, with its time and its level."""
    seconds = number // 1000
    level = b"WARNING" if number % 37 == 0 else b"INFO"
    head = b"2026-11-22 10:%02d:%02d,%03d %s " % (seconds // 60 % 60, seconds % 60, number % 1000, level)
    words = head + b"agent.worker.tasks: request %d was answered, status=200 path=/v1/agents/%d/run " % (number, number)
    return words.ljust(line_bytes - 1, b"x")


def traces(number: int, line_bytes: int) -> bytes:
    """Let 5 % of the lines be of stack traces."""
    return _TRACE % number if number % _PERIOD == _PERIOD // 2 else plain(number, line_bytes)


def agents(number: int, line_bytes: int) -> bytes:
    """Give what an agent writes: 80 % JSON, 15 % text, 5 % stack traces, by lines."""
    place = number % _PERIOD
    if place % 6 == 4 and place < 6 * _TEXTS:
        return text(number, line_bytes)
    return traces(number, line_bytes)


def fastapi(number: int, line_bytes: int) -> bytes:
    """Give what an agent behind FastAPI and uvicorn writes: 80 % JSON, 15 % uvicorn's own lines, 5 % stack traces.

    Each of uvicorn's lines has the client's address, which redaction finds.
    """
    place = number % _PERIOD
    if place == _PERIOD // 2:
        return _ASGI_TRACE % number
    if place % 6 == 4 and place < 6 * _TEXTS:
        words = b'INFO:     10.42.%d.%d:%d - "POST /v1/agents/%d/run HTTP/1.1" 200 OK'
        return words % (number % 256, number // 7 % 256, 32768 + number % 28000, number)
    return plain(number, line_bytes)


def proxied(number: int, line_bytes: int) -> bytes:
    """Give the same behind a socket file: there is no client's address, and nothing to redact."""
    return fastapi(number, line_bytes).replace(b" 10.42.", b" unix.42.")


PLAIN = "plain"
REDACTED = "FastAPI agent, REDACT=all"
NOTHING_FOUND = "FastAPI agent without addresses, REDACT=all"
CORPORA: Mapping[str, Corpus] = {
    PLAIN: Corpus(plain),
    "1 % odd lines": Corpus(odd),
    "text lines": Corpus(text),
    "stack traces 5 %": Corpus(traces),
    "a condition": Corpus(plain, {"{}_WHEN": "not ~(?i)timeout|refused"}),
    "agents": Corpus(agents),
    "REDACT=all": Corpus(plain, {"LOGSHIP_REDACT": "all"}),
    "REDACT_FIELDS of two": Corpus(plain, {"LOGSHIP_REDACT_FIELDS": "path,status"}),
    REDACTED: Corpus(fastapi, {"LOGSHIP_REDACT": "all"}),
    NOTHING_FOUND: Corpus(proxied, {"LOGSHIP_REDACT": "all"}),
}


def write(path: Path, name: str, records: int, line_bytes: int) -> int:
    """Write so many records; gives how many of them have a ``seq``."""
    made = CORPORA[name].record
    numbered = 0
    with path.open("wb") as file:
        for number in range(records):
            record = made(number, line_bytes)
            numbered += b'"seq"' in record
            file.write(record + b"\n")
    return numbered
