"""How severe a record is, from whatever an application writes as its level; pure.

The scale is OpenTelemetry's SeverityNumber: 1 trace, 5 debug, 9 info, 13 warning, 17 error, 21 fatal
(https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber).
"""

from collections.abc import Mapping, Sequence
from typing import Final

from logship.records.layouts import first_there

LEVEL_FIELDS: Final = ("level", "severity", "levelname", "log.level")
"""Where applications write it; the first one that is there counts."""
UNKNOWN: Final = 0

_NAMES: Final = {
    **dict.fromkeys(("trace", "notset", "verbose"), 1),
    **dict.fromkeys(("debug", "fine"), 5),
    **dict.fromkeys(("info", "information", "informational", "default"), 9),
    "notice": 10,
    **dict.fromkeys(("warn", "warning"), 13),
    **dict.fromkeys(("err", "error"), 17),
    **dict.fromkeys(("crit", "critical", "fatal"), 21),
    "alert": 22,
    **dict.fromkeys(("emerg", "emergency", "panic"), 24),
}
_PYTHON: Final = ((50, 21), (40, 17), (30, 13), (20, 9), (10, 5), (1, 1))
"""From which number of Python's ``logging`` on a level is how severe."""
_LONGEST: Final = 32
"""Bytes; a longer value is no level, and is not remembered either."""
_REMEMBERED: Final = 256
_MOST: Final = 24


def severity(value: bytes | None) -> int:
    """Give the severity, 1 to 24, of a raw JSON value: a name in any case, or a number of Python's ``logging``.

    :data:`UNKNOWN` for everything else, and for None.
    """
    return _known[value]


class _Known(dict[bytes | None, int]):
    """The severity of each level that was met; a handful."""

    def __missing__(self, value: bytes | None) -> int:
        if value is None or len(value) > _LONGEST:
            return UNKNOWN
        if len(self) >= _REMEMBERED:
            self.clear()
        number = self[value] = _severity(value)
        return number


_known = _Known()


def _severity(value: bytes) -> int:
    text = value.decode(errors="replace").strip('"').lower()
    if text in _NAMES:
        return _NAMES[text]
    if not (text.isascii() and text.isdecimal()):
        return UNKNOWN
    return next((number for least, number in _PYTHON if int(text) >= least), UNKNOWN)


def levels(columns: Sequence[Sequence[bytes | None]]) -> list[bytes | None]:
    """Give what each record calls its level, from its columns of :data:`LEVEL_FIELDS`; None if that is too long."""
    return [None if level is not None and len(level) > _LONGEST else level for level in first_there(columns)]


def severities(columns: Sequence[Sequence[bytes | None]]) -> list[int]:
    """Give the severity of each record from its columns of :data:`LEVEL_FIELDS`; the first that is there counts."""
    return [*map(_known.__getitem__, first_there(columns))]


def by_severity(names: Mapping[int, str], template: bytes) -> tuple[bytes, ...]:
    """Give the text for each severity from 0 on: the name with the greatest number up to it, in the template, or none.

    ``names`` has the greatest number first.
    """
    found = [next((name for least, name in names.items() if least <= each), "") for each in range(_MOST + 1)]
    return tuple(template % name.encode() if name else b"" for name in found)
