"""A record's level: where its application has it, and which scale its numbers are of; pure.

One function, :meth:`LevelReader.read`, serves all that asks for a severity. What it knows of loggers is from lines that
they wrote, and in the tests' table.
"""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from logship.records.names import LEVEL_FIELDS
from logship.records.otlp_lines import OTLP, otlp_records
from logship.records.paths import Members, heads, value_at
from logship.records.severity import LONGEST, NO_LEVEL, UNKNOWN, Level, level_of, number, on_scale, word

_SCALE_BY_NAME: Final = {
    "context.logLevel": "pino",
    "severityNumber": "otel",
    "severity_number": "otel",
    "PRIORITY": "syslog",
    "levelno": "python",
}
_MONOLOG: Final = range(100, 650, 50)
_LEAST: Final = 10
"""The least number that Python or pino has a name for."""
_MILLISECONDS: Final = 13
"""Digits of a current time in milliseconds since 1970."""
_INFO: Final = 9
_ERROR: Final = 17
MARKS: Final = ("@t", "caller", OTLP, "s", "args", "info", "logger", "error", "Fields")
"""Names by which a record without a level may be told."""
_STATUS: Final = "status"
"""Datadog's name of a level, and many an answer's."""


class Source(NamedTuple):
    """Where a record's level is."""

    path: str
    level: Level
    is_word: bool
    """Otherwise it is a number."""


SCALE_MARKS: Final = ("short_message", "msg", "pid", "hostname", "v", "time", "args", "type", "logger")
"""Names by which the scale of a number is told."""


class LevelReader:
    """Knows how severe a record is."""

    def __init__(self, fields: Sequence[str] = LEVEL_FIELDS, scale: str = "auto") -> None:
        """``fields`` are dotted paths, ``scale`` is that of numbers that nothing else tells."""
        self.paths = tuple(dict.fromkeys(fields))
        self._fields = [(path, frozenset(heads(path))) for path in self.paths]
        self._scale = scale
        self.names: frozenset[str] = frozenset().union((*MARKS, _STATUS), *(names for _, names in self._fields))
        """A record with none of these members has no level."""

    def among(self, names: Collection[str]) -> tuple[str, ...]:
        """Give the paths at which there may be something in a record whose members have these names."""
        return tuple(path for path, heads_ in self._fields if not heads_.isdisjoint(names))

    def read(self, found: Members, among: Sequence[str] | None = None) -> Level:
        """Give a record's level; :data:`NO_LEVEL` if it has none that can be read."""
        paths = self.among(found) if among is None else among
        if source := self.find(found, paths):
            return source.level
        level = _by_form(found)
        return level if level.severity else Level(UNKNOWN, _own_name(found, paths))

    def find(self, found: Members, among: Sequence[str]) -> "Source | None":
        """Say at which path a record's level is; None if it is at none, or only the record's form tells it."""
        values = [(path, value) for path in among if (value := value_at(found, path)) is not None]
        for path, value in values:
            if severity := word(value):
                return Source(path, Level(severity, value), is_word=True)
        if is_consola(found):
            return None
        numbers = ((path, self.of_number(path, value, found)) for path, value in values)
        return next((Source(path, level, is_word=False) for path, level in numbers if level), None)

    def of_number(self, path: str, value: bytes, found: Members) -> Level | None:
        """Give the level that a number at a path is, in such a record; None if it is none."""
        count = number(value)
        severity = on_scale(count, self._scale_of(path, count, found)) if count >= 0 else UNKNOWN
        return Level(severity, value) if severity else None

    def _scale_of(self, path: str, count: int, found: Members) -> str:
        if path in _SCALE_BY_NAME:
            return _SCALE_BY_NAME[path]
        if "short_message" in found:  # GELF
            return "syslog"
        if count in _MONOLOG:
            return "monolog"
        if count < _LEAST and path == "level" and self._scale == "auto" and "logger" in found and "msg" in found:
            return "logr"
        return "pino" if is_pino(found) else self._scale


def is_consola(found: Members) -> bool:
    """Say whether a record is in the form of Node's consola, whose numbers are on a scale of its own."""
    return {"args", "type", "level"} <= found.keys()


def _own_name(found: Members, paths: Sequence[str]) -> bytes:
    """Give what an application calls its level that no one else does; empty if there is nothing."""
    values = (value_at(found, path) for path in paths)
    return next((value for value in values if value and value[:1] == b'"' and len(value) <= LONGEST), b"")


def is_pino(found: Members) -> bool:
    """Say whether a record is in the form of pino or bunyan; their settings leave out or rename all but the level."""
    if {"pid", "hostname"} <= found.keys():
        return "msg" in found or "time" in found
    time = bytes(found["time"]) if "time" in found else b""
    return "msg" in found and ("v" in found or (len(time) == _MILLISECONDS and time.isdigit()))


def _by_form(found: Members) -> Level:
    """Give the level that is in the form of a record alone."""
    if "@t" in found and "@l" not in found:  # Serilog's compact form leaves out what is information
        return Level(_INFO)
    if "caller" in found and "ts" in found and "msg" in found and (level := _of_kubernetes(found)).severity:
        return level
    if "logger" in found and "msg" in found and "error" in found:  # funcr gives an error no level
        return Level(_ERROR)
    if is_consola(found):
        return Level(word(bytes(found["type"])), bytes(found["type"]))
    if "s" in found and "c" in found and "msg" in found:  # MongoDB
        return Level(word(bytes(found["s"])), bytes(found["s"]))
    return _of_otlp(found) if OTLP in found else _by_name_beside(found)


def _of_syslog(value: bytes) -> Level:
    count = number(value)
    severity = on_scale(count, "syslog") if count >= 0 else UNKNOWN
    return Level(severity, value) if severity else NO_LEVEL


def _by_name_beside(found: Members) -> Level:
    """Give the level under a name that others use, too, told by what stands beside it."""
    if _STATUS in found and value_at(found, "logger.name") is not None:  # Datadog's own names
        return level_of(bytes(found[_STATUS]))
    if {"Logger", "Fields", "Severity"} <= found.keys():  # Mozilla's services
        return _of_syslog(bytes(found["Severity"]))
    return level_of(value_at(found, "info.level") if value_at(found, "info.code") is not None else None)  # dbt


def _of_kubernetes(found: Members) -> Level:
    """Components of Kubernetes give information a verbosity ``v``, and an error none; their times are milliseconds."""
    whole = bytes(found["ts"]).partition(b".")[0]
    if len(whole) != _MILLISECONDS:
        return NO_LEVEL
    return Level(_INFO if "v" in found else _ERROR)


def _of_otlp(found: Members) -> Level:
    """Give the most severe level of the records in a line of OpenTelemetry's file exporter."""
    levels = [_of_otlp_record(record) for record in otlp_records(found)]
    return max(levels, key=lambda level: level.severity, default=NO_LEVEL)


def _of_otlp_record(record: Members) -> Level:
    text = bytes(record.get("severityText", b""))
    count = number(bytes(record.get("severityNumber", b"")))
    severity = (on_scale(count, "otel") if count > 0 else UNKNOWN) or word(text)
    return Level(severity, text if word(text) else b"")
