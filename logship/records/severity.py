"""How severe a level is, from whatever an application writes as one: a word or a number; pure.

The scale is OpenTelemetry's SeverityNumber: 1 trace, 5 debug, 9 info, 13 warning, 17 error, 21 fatal
(https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber). Where a record has its level, and
which scale its numbers are of, is the business of :mod:`logship.records.levels`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import msgspec

UNKNOWN: Final = 0

_NAMES: Final = {
    **dict.fromkeys(("trace", "trce", "trac", "notset", "silly", "sill", "finest", "all", "t"), 1),
    **dict.fromkeys(("debug", "debg", "dbug", "dbg", "verbose", "verb", "fine", "finer", "http", "d"), 5),
    **dict.fromkeys(("debug1", "debug2", "debug3", "debug4", "debug5", "d1", "d2", "d3", "d4", "d5"), 5),
    "config": 7,
    **dict.fromkeys(("info", "information", "informational", "default", "log", "success", "inf", "i"), 9),
    **dict.fromkeys(("notice", "ntc", "audit"), 10),
    **dict.fromkeys(("warn", "warning", "wrn", "w"), 13),
    **dict.fromkeys(("err", "error", "err!", "erro", "eror", "fail", "severe", "e"), 17),
    **dict.fromkeys(("crit", "critical", "fatal", "dpanic", "ftl", "c", "f"), 21),
    "alert": 22,
    **dict.fromkeys(("emerg", "emergency", "panic"), 24),
}
"""The names of loggers of Python, Node, Go, Rust, PHP, .NET, java.util.logging, syslog and PostgreSQL."""
_MOST: Final = 24
LONGEST: Final = 64
"""Bytes; a longer value is no level, and is not remembered either."""
_REMEMBERED: Final = 256
_COLOUR: Final = re.compile(r"\x1b\[[\d;]*m")
_BETWEEN: Final = re.compile(r"(debug|info|warn|error|dbg|inf|wrn|err)([+-]\d{1,3})", re.ASCII)
"""How Go's slog writes a level between two names."""
_VERBOSE: Final = re.compile(r"level\(-\d{1,3}\)", re.ASCII)
"""How Go's zap writes a level below debug, which is -1."""
_NUMBER: Final = re.compile(r"(?:level )?(\d{1,5})", re.ASCII)
"""A number, or how Python's logging writes one that has no name."""


def _stepped(*steps: tuple[int, int]) -> Callable[[int], int]:
    return lambda number: next((severity for least, severity in steps if number >= least), UNKNOWN)


_SYSLOG: Final = (24, 22, 21, 17, 13, 10, 9, 5)
"""RFC 5424, section 6.2.1: the least number is the most severe."""
_SCALES: Final[Mapping[str, Callable[[int], int]]] = {
    "python": _stepped((50, 21), (40, 17), (30, 13), (20, 9), (10, 5), (1, 1)),
    "pino": _stepped((60, 21), (50, 17), (40, 13), (30, 9), (20, 5), (1, 1)),
    "monolog": _stepped((600, 24), (550, 22), (500, 21), (400, 17), (300, 13), (250, 10), (200, 9), (100, 5)),
    "syslog": lambda number: _SYSLOG[number] if number < len(_SYSLOG) else UNKNOWN,
    "logr": lambda number: 5 if number else 9,
    "otel": lambda number: number if number <= _MOST else UNKNOWN,
}


class Level(NamedTuple):
    """How severe a record is, and how its application says so."""

    severity: int = UNKNOWN
    """1 to 24; :data:`UNKNOWN` if it does not say."""
    text: bytes = b""
    """The raw JSON value that says so; empty where no single one does."""


NO_LEVEL: Final = Level()


class _Read(NamedTuple):
    """What one raw JSON value says."""

    word: int
    """The severity of a name, or :data:`UNKNOWN`."""
    number: int
    """A number on a scale that is not told; -1 if it is none."""


class _Known(dict[bytes, _Read]):
    """What each value says that was met; a handful."""

    def __missing__(self, value: bytes) -> _Read:
        if len(value) > LONGEST:
            return _Read(UNKNOWN, -1)
        if len(self) >= _REMEMBERED:
            self.clear()
        found = self[value] = _read(value)
        return found


_known = _Known()


def _read(value: bytes) -> _Read:
    text = _text(value)
    if match := _NUMBER.fullmatch(text):
        return _Read(UNKNOWN, int(match[1]))
    if match := _BETWEEN.fullmatch(text):
        return _Read(max(1, min(_MOST, _NAMES[match[1]] + int(match[2]))), -1)
    return _Read(1 if _VERBOSE.fullmatch(text) else _NAMES.get(text, UNKNOWN), -1)


def _text(value: bytes) -> str:
    if not value.startswith(b'"'):
        return value.decode(errors="replace") if value[:1].isdigit() else ""
    try:
        text = msgspec.json.decode(value, type=str)
    except msgspec.DecodeError:  # a lone surrogate
        return ""
    return _COLOUR.sub("", text).strip(" \t[]<>:").lower()


def word(value: bytes) -> int:
    """Give the severity that a raw JSON value names; :data:`UNKNOWN` if it is no name of a level."""
    return _known[value].word


def level_of(value: bytes | None) -> Level:
    """Give the level that a raw JSON value names by a word; :data:`NO_LEVEL` if it is none."""
    return Level(word(value), value) if value is not None and word(value) else NO_LEVEL


def number(value: bytes) -> int:
    """Give the number that a raw JSON value is, as such or as text; -1 if it is none."""
    return _known[value].number


def severity(value: bytes | None) -> int:
    """Give the severity of a raw JSON value of which no more is known: a name, or a number of Python's ``logging``."""
    if value is None:
        return UNKNOWN
    found = _known[value]
    return found.word or (on_scale(found.number, "auto") if found.number > 0 else UNKNOWN)


def on_scale(number: int, scale: str) -> int:
    """Give the severity of a number that is not negative; :data:`UNKNOWN` if the scale has none for it."""
    return _SCALES["python" if scale == "auto" else scale](number)


def named_severity(text: str) -> int:
    """Give the severity of a name in any case, as an operator writes it; :data:`UNKNOWN` if it is none."""
    return _NAMES.get(text.strip().strip('"').lower(), UNKNOWN)


def _spellings() -> dict[str, Level]:
    spelled = {each: name for name in _NAMES for each in (name, name.upper(), name.capitalize())}
    return {each: Level(_NAMES[name], b'"%b"' % each.encode()) for each, name in spelled.items()}


WORDS: Final = _spellings()
"""The usual spellings of names."""


def by_severity(names: Mapping[int, str], template: bytes) -> tuple[bytes, ...]:
    """Give the text for each severity from 0 on: the name with the greatest number up to it, in the template, or none.

    ``names`` has the greatest number first.
    """
    found = [next((name for least, name in names.items() if least <= each), "") for each in range(_MOST + 1)]
    return tuple(template % name.encode() if name else b"" for name in found)
