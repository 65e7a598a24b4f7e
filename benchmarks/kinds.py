"""Kinds of lines, by what they ask of the encoder; a thousand lines a second, by the times in them."""

import json
import random
from collections.abc import Callable
from typing import cast

from msgspec.structs import replace

from benchmarks import corpora
from logship.files.reading import READ_BYTES
from logship.model import Block, FileId
from logship.records.framing import frame_lines
from logship.records.joining import More, join_lines
from logship.records.line_starts import LEARNED_BYTES
from logship.records.multiline import Multiline, parse_multiline
from logship.records.plain_lines import is_plain

PLAIN = "plain JSON"
TEXT = "text"
TRACES = ("stack traces, 5 %", "80 % JSON, 15 % text, 5 % stack traces", "FastAPI agent")
"""Kinds whose records may have several lines."""
WITH_TEXT = (TEXT, "1 % odd lines", "1 % text", "1 % of seven kinds", *TRACES)
"""Kinds whose lines are looked at, whether some are one record, before they are encoded."""
_BLOCKS = 8
_LINE_BYTES = 262
_MULTILINE = cast("Multiline", parse_multiline("auto", max_lines=1000, max_bytes=1 << 20))


def _record(at: int, **extra: object) -> dict[str, object]:
    return {
        "timestamp": f"2026-11-22T10:{_second(at)}.{at % 1000:03}Z",
        "level": "INFO",
        "logger": "agent.worker.tasks",
        "message": f"request number {at} was answered with a result of the usual kind",
        "request_id": f"{random.getrandbits(128):032x}",
        "duration_ms": at * 1.5,
        "path": f"/api/v1/things/{at}",
        "status": 200,
        **extra,
    }


def _json(record: dict[str, object]) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode()


def _times(form: Callable[[int], object], key: str = "timestamp") -> Callable[[int], bytes]:
    def line(at: int) -> bytes:
        record = _record(at)
        del record["timestamp"]
        return _json({key: form(at), **record})

    return line


def _odd(at: int) -> bytes:
    odd = (
        b"Traceback (most recent call last):",
        b"{}",
        b'{"a":NaN}',
        b'{"service":"x"}',
        b'{"a":"\xff"}',
        b'{"a":1}\r',
    )
    return odd[at // 100 % len(odd)] if at % 100 == 0 else _json(_record(at))


def _among(odd: Callable[[int], bytes]) -> Callable[[int], bytes]:
    """Give an odd line among a hundred."""
    return lambda at: odd(at) if at % 100 == 50 else _json(_record(at))


def _own_time_last(at: int) -> bytes:
    record = _record(at)
    return _json({**record, "@timestamp": record.pop("timestamp")})


def _second(at: int) -> str:
    return f"{at // 60_000 % 60:02}:{at // 1000 % 60:02}"


KINDS: dict[str, Callable[[int], bytes]] = {
    PLAIN: lambda at: _json(_record(at)),
    "CRLF": lambda at: _json(_record(at)) + b"\r",
    "no event time": _times(lambda at: at, key="sequence"),
    "@timestamp first (ECS)": _times(lambda at: f"2026-11-22T10:{_second(at)}.123Z", key="@timestamp"),
    "Python's 10:00:00,123": _times(lambda at: f"2026-11-22 10:{_second(at)},123"),
    "+00:00": _times(lambda at: f"2026-11-22T10:{_second(at)}.123456+00:00"),
    "+01:00": _times(lambda at: f"2026-11-22T10:{_second(at)}.123456+01:00"),
    "epoch, float": _times(lambda at: 1795341600 + at / 1000),
    "log as an object (ECS)": lambda at: _json(_record(at, log={"logger": "agent", "origin": {"file": {"line": at}}})),
    "1 % odd lines": _odd,
    "1 % text": _among(lambda _: b"Traceback (most recent call last):"),
    "1 % NaN": _among(lambda at: _json(_record(at, loss=float("nan")))),
    "1 % with @timestamp elsewhere": _among(_own_time_last),
    "1 % with a name in our way": _among(lambda at: _json(_record(at, service="agent"))),
    "1 % no UTF-8": _among(lambda at: _json(_record(at)).replace(b"usual", b"\xff")),
    "NaN in every line": lambda at: _json(_record(at, loss=float("nan"))),
    "service as a string, in every line": lambda at: _json(_record(at, service="agent")),
    TEXT: lambda at: corpora.text(at, _LINE_BYTES),
    TRACES[0]: lambda at: corpora.traces(at, _LINE_BYTES),
    TRACES[1]: lambda at: corpora.agents(at, _LINE_BYTES),
    TRACES[2]: lambda at: corpora.fastapi(at, _LINE_BYTES),
    "1 % of seven kinds": _among(lambda at: corpora.odd(at, _LINE_BYTES)),
}


def blocks(kind: str) -> list[Block]:
    """Give several blocks: more than a processor's cache holds, and no lines twice, as in a file."""
    found = [block(kind)]
    while len(found) < _BLOCKS:
        found.append(block(kind, len(found) * found[0].lines))
    return found


def block(kind: str, first: int = 0) -> Block:
    """Give a block of such lines, from the one of that number on."""
    random.seed(first + 1)
    lines: list[bytes] = []
    while sum(map(len, lines[-1:])) * len(lines) < READ_BYTES:
        lines.append(KINDS[kind](first + len(lines)) + b"\n")
    data = b"".join(lines)
    return Block(FileId("F" * 22), "agent.log", 1 << 20, (1 << 20) + len(data), data, 1_795_341_600 * 10**9, 0.0)


def learned(given: Block) -> str:
    """Give the form that a file learns which begins so."""
    return _MULTILINE.learn(given.data[:LEARNED_BYTES])


def joined(given: Block, form: str) -> list[Block]:
    """Frame and join the lines of a block, as its reader does at the end of a file that has learned that form."""
    frames = []
    for frame in frame_lines(given.data, given.start, given.end):
        if is_plain(frame.data):
            frames.append(frame)
        else:
            frames += join_lines(_MULTILINE, frame.data, frame.start, More.NEVER, form=form).frames
    return [replace(given, start=each.start, end=each.end, data=each.data, joins=each.joins) for each in frames]
