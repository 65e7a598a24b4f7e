"""The lines that every store of the zoo is given, and what each of them says: its time, severity, message and fields.

Each line has its number as ``#000017#`` somewhere in it, by which a record is known again whatever a store makes of it.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct

SECOND: Final = 10**9
DAY: Final = 86_400 * SECOND
_TAG: Final = re.compile(r"#(\d{6})#")
_REPEAT: Final = 2
"""So often each odd kind is there."""
NUMBER: Final = "\0"
"""Before the digits of a number as :func:`loads` gives it."""


class Line(Struct, frozen=True):
    """One line, and what it says."""

    number: int
    kind: str
    raw: bytes
    """Without its newline."""
    time_ns: int | None = None
    """None: it says none, and the time of reading counts."""
    severity: int = 0
    """OpenTelemetry's; 0: it says none."""
    fields: Mapping[str, Any] | None = None
    """As :func:`loads` gives them, without the event time if it is ``@timestamp``; None: it is text."""
    exact: bool = True
    """False: only that it arrives is compared, since how it is kept is not promised."""


def loads(text: str | bytes) -> Any:
    """Read JSON with each number as a text after :data:`NUMBER`, so that none is rounded and none equals a string."""
    return json.loads(text, parse_float=_number, parse_int=_number, parse_constant=_number)


def _number(text: str) -> str:
    return NUMBER + text


def number_in(text: str) -> int | None:
    """Give the number of the line that a text is of."""
    found = _TAG.search(text)
    return int(found[1]) if found else None


def iso(time_ns: int, digits: int = 9) -> str:
    """Give a time in UTC, cut to so many digits, without its zone."""
    whole = datetime.fromtimestamp(time_ns // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return whole + (f".{time_ns % SECOND:09}"[: digits + 1] if digits else "")


def _cut(time_ns: int, digits: int) -> int:
    unit = int(10 ** (9 - digits))
    return time_ns // unit * unit


Maker = Callable[[str, int], tuple[str | bytes, int | None, int]]
"""Gives a line, its time and its severity for a tag and a time."""


def _structlog(tag: str, at: int) -> tuple[str, int, int]:
    return (
        f'{{"event": "{tag} done", "user": "ann", "level": "warning", "timestamp": "{iso(at, 6)}Z"}}',
        _cut(at, 6),
        13,
    )


def _python_json(tag: str, at: int) -> tuple[str, int, int]:
    text = f'{{"timestamp": "{iso(at, 3)}Z", "levelname": "ERROR", "name": "app", "message": "{tag} \\"q\\""}}'
    return text, _cut(at, 3), 17


def _slog(tag: str, at: int) -> tuple[str, int, int]:
    there = iso(at + 19_800 * SECOND)
    return f'{{"time":"{there}+05:30","level":"INFO","msg":"{tag}","ms":12.50,"ok":true}}', at, 9


def _zap(tag: str, at: int) -> tuple[str, int, int]:
    seconds = f"{at // SECOND}.{at % SECOND // 100:07}"
    stack = "main.run\\n\\t/src/main.go:5"
    return f'{{"level":"error","ts":{seconds},"caller":"main.go:5","msg":"{tag}","stack":"{stack}"}}', _cut(at, 7), 17


def _zerolog(tag: str, at: int) -> tuple[str, int, int]:
    return f'{{"level":"debug","time":{at // SECOND},"message":"{tag}","n":1}}', _cut(at, 0), 5


def _logstash(tag: str, at: int) -> tuple[str, int, int]:
    head = f'"@timestamp":"{iso(at + 19_800 * SECOND)}+05:30","@version":"1"'
    return f'{{{head},"message":"{tag}","logger_name":"a.B","level":"WARN","level_value":30000}}', at, 13


def _logback(tag: str, at: int) -> tuple[str, int, int]:
    mdc = '{"user_id":7,"request":{"id":"r-1","path":"/a b"},"tags":["a","b"]}'
    return f'{{"timestamp":"{iso(at)}Z","level":"INFO","mdc":{mdc},"message":"{tag} é ✓"}}', at, 9


def _text(tag: str, _: int) -> tuple[str, None, int]:
    return f'started {tag} with\ttabs, "quotes" and \\backslashes\\', None, 0


COMMON: Final[Mapping[str, Maker]] = {
    "structlog": _structlog,
    "python-json-logger": _python_json,
    "slog": _slog,
    "zap": _zap,
    "text": _text,
    "zerolog": _zerolog,
    "logstash": _logstash,
    "logback": _logback,
}
"""What most lines are, by kind."""


def _json(members: str, *, days: float = 0) -> Maker:
    def make(tag: str, at: int) -> tuple[str, int, int]:
        time_ns = at + int(days * DAY)
        return f'{{"timestamp":"{iso(time_ns)}Z",{members.replace("TAG", tag)}}}', time_ns, 0

    return make


def _year(year: int) -> Maker:
    def make(tag: str, at: int) -> tuple[str, int, int]:
        time_ns = int(datetime(year, 1, 2, tzinfo=UTC).timestamp()) * SECOND + at % SECOND
        return f'{{"timestamp":"{iso(time_ns)}Z","message":"{tag}"}}', time_ns, 0

    return make


def _plain(template: str | bytes) -> Maker:
    def make(tag: str, _: int) -> tuple[str | bytes, None, int]:
        if isinstance(template, bytes):
            return template.replace(b"TAG", tag.encode()), None, 0
        return template.replace("TAG", tag), None, 0

    return make


def _deep(levels: int) -> str:
    return '"message":"TAG","deep":' + '{"d":' * levels + "1" + "}" * levels


ODD: Final[Mapping[str, Maker]] = {
    "no time": _plain('{"message":"TAG"}'),
    "array": _plain('[1,"TAG"]'),
    "string": _plain('"TAG"'),
    "torn JSON": _plain('{"message":"TAG'),
    "control characters": _plain("TAG \x01\x1b[31mred\x1b[0m\x7f"),
    "empty values": _json('"message":"TAG","e":"","l":[],"o":{},"z":null'),
    "big numbers": _json('"message":"TAG","big":123456789012345678901234567890,"tiny":-1.5E-7'),
    "a name twice, nested and dotted": _json('"message":"TAG","p":{"q":1},"p.q":2'),
    "a name twice": _json('"message":"TAG","twice":1,"twice":2'),
    "a name of ours": _json('"message":"TAG","k8s.pod.name":"mine"'),
    "user is an object": _json('"message":"TAG","user":{"id":1}'),
    "an empty name": _json('"message":"TAG","also":"TAG","":1'),
    "message is an object": _json('"message":{"o":"TAG"}'),
    "message is null": _json('"message":null,"msg":"TAG"'),
    "level is an object": _json('"message":"TAG","level":{"a":1}'),
    "_id": _json('"message":"TAG","_id":"mine"'),
    "_time and _stream": _json('"message":"TAG","_time":"2020-01-01T00:00:00Z","_stream":"x"'),
    "_msg": _json('"message":"TAG","also":"TAG","_msg":"mine"'),
    "Datadog's names": _json('"message":"TAG","ddsource":"mine","service":"mine","status":"ok","host":"mine"'),
    "25 levels deep": _json(_deep(25)),
    "150 levels deep": _json(_deep(150)),
    "1,100 fields": _json('"message":"TAG",' + ",".join(f'"f{n}":{n}' for n in range(1100))),
    "8 days old": _json('"message":"TAG"', days=-8),
    "15 days old": _json('"message":"TAG"', days=-15),
    "3 days ahead": _json('"message":"TAG"', days=3),
    "of 1970": _year(1970),
    "of 2300": _year(2300),
    "100 KiB": _json(f'"message":"TAG {"a" * 100_000}"'),
    "300 KiB": _json(f'"message":"TAG {"b" * 307_200}"'),
    "999,000 bytes": _json(f'"message":"TAG {"c" * 998_900}"'),
    "1 MiB": _json(f'"message":"TAG {"d" * ((1 << 20) - 100)}"'),
}
"""What a few lines are, by kind."""

LOOSE: Final[Mapping[str, Maker]] = {
    "NaN": _plain('{"message":"TAG","loss":NaN}'),
    "bad UTF-8": _plain(b"TAG \xff\xfe latin \xe9"),
    "half a surrogate pair": _plain('{"message":"TAG \\ud800"}'),
    "a NUL within": _plain(b"TAG a\0b"),
    "1.5 MiB": _plain("TAG " + "e" * (3 << 19)),
}
"""What some more are, whose content is not compared: what logship makes of it is not its own, or may change."""


def corpus(lines: int, now_ns: int) -> list[Line]:
    """Give so many lines with times up to ``now_ns``, at least each odd kind twice, spread over the others."""
    odd = [(kind, maker) for _ in range(_REPEAT) for kind, maker in {**ODD, **LOOSE}.items()]
    common = list(COMMON.items())
    every = max(lines // len(odd), 2)
    chosen = []
    for number in range(max(lines, every * len(odd))):
        at, rest = divmod(number, every)
        chosen.append(odd[at] if rest == every - 1 and at < len(odd) else common[number % len(common)])
    start = now_ns - 120 * SECOND
    return [_line(number, each, start + number * 1_234_567) for number, each in enumerate(chosen)]


def _line(number: int, chosen: tuple[str, Maker], at: int) -> Line:
    kind, make = chosen
    text, time_ns, severity = make(f"#{number:06}#", at)
    raw = text if isinstance(text, bytes) else text.encode()
    fields = None
    if time_ns is not None or kind == "no time":
        fields = loads(raw)
        fields.pop("@timestamp", None)
    return Line(number, kind, raw, time_ns, severity, fields, kind not in LOOSE)
