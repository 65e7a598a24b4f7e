"""A record's event time: where its application has it, by name or by the form of its logger's records; pure.

The first that can be *read* counts. What is known of loggers is from lines that they wrote, and in the tests' table.
"""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from msgspec import Struct

from logship.records.names import TIMESTAMP_FIELDS
from logship.records.otlp_lines import OTLP, otlp_records
from logship.records.paths import Members, heads, value_at
from logship.records.timestamps import TimestampReader

COARSE: Final = "timestamp"
NANOSECONDS: Final = "nanoseconds"
"""Logback's JsonEncoder cuts one to milliseconds, and has the whole part of the second in the other."""
_NANO_DIGITS: Final = 9


class Place(Struct, frozen=True):
    """Where a time may be."""

    path: str
    """Of the time, or of its seconds."""
    fraction: str = ""
    """The path of the nanoseconds beside the seconds."""
    beside: tuple[tuple[str, ...], ...] = ()
    """Paths that tell a logger's form: one of each must be there."""


class EventTime(NamedTuple):
    """What a record says of its time."""

    stamp: bytes | None = None
    """The event time as a JSON string; None if none can be read."""
    source: Place | None = None
    """Where it was read."""
    there: bool = False
    """Whether something stands where a time may be."""


_NGINX: Final = (("request", "request_uri", "uri", "remote_addr", "status"),)
"""Other variables of nginx's, of which a format of JSON has one."""
_LOG4JS: Final = tuple(("level.levelStr", *names) for names in (("categoryName",), ("level",), ("data", "context")))
"""log4js' own form, or that of its JSON layout: a booking may have one of these names, and a category."""
_BY_FORM: Final = (
    Place("instant.epochSecond", "instant.nanoOfSecond"),  # Log4j 2's JsonLayout
    Place("timestampSeconds", "timestampNanos"),  # Google's agents, Log4j 2's GcpLayout
    Place("record.time.timestamp"),  # loguru
    Place("datetime", beside=(("level_name", "channel"),)),  # Monolog
    Place("datetime.date", beside=(("level_name", "channel"),)),  # Monolog 1
    Place("@t"),  # Serilog's compact form
    Place("T", beside=(("L",), ("M",))),  # zap's development form
    Place("startTime", beside=_LOG4JS),
    Place("written_at", beside=(("written_ts",),)),  # json-logging
    Place("time_iso8601", beside=_NGINX),
    Place("time_local", beside=_NGINX),
    Place("timestamp_ns"),
    Place("timestamp.seconds", "timestamp.nanos"),  # Google's agents
    Place("t", beside=(("lvl",), ("msg",))),  # log15
    Place("log_time", beside=(("log_level", "log_namespace"),)),  # Twisted
    Place("date", beside=(("args",), ("type",))),  # consola
    Place("timeUnixNano"),  # OpenTelemetry
    Place("observedTimeUnixNano"),
    Place("Timestamp", beside=(("Level", "LogLevel"),)),  # .NET's console, Serilog
    Place("Timestamp", beside=(("Logger",), ("Fields",), ("Severity",))),  # Mozilla's services
    Place("_meta.date", beside=(("_meta.logLevelName",),)),  # tslog
    Place("t.$date", beside=(("s",), ("c",))),  # MongoDB
    Place("Asctime", beside=(("Levelname", "Levelno"),)),  # Python's jsonformatter
    Place("created", beside=(("levelname", "levelno"),)),  # Python's logging
    Place("__REALTIME_TIMESTAMP"),  # journald
    Place("info.ts", beside=(("info.code",), ("info.level",))),  # dbt
    Place("timeMillis", beside=(("loggerName",),)),  # Log4j 2's JsonLayout, as it was before 2.11, or if asked to
    Place("metadata.timestamp", beside=(("level",), ("message",))),  # winston's format.metadata(): n8n
    Place("ibm_datetime"),  # Open Liberty
)


class EventTimeReader:
    """Knows when a record was written."""

    def __init__(
        self, fields: Sequence[str] = TIMESTAMP_FIELDS, zone: str = "UTC", formats: Sequence[str] = ()
    ) -> None:
        """``fields`` are dotted paths that may hold the time, whatever else the record has."""
        self.times = TimestampReader(zone, formats)
        # Ray writes both, and only one of them has a zone.
        names = dict.fromkeys(
            each for path in fields for each in (("timestamp_ns", path) if path == "asctime" else (path,))
        )
        self.places = (*map(Place, names), *_BY_FORM)
        self._places = [(place, frozenset(heads(place.path))) for place in self.places]
        self.names: frozenset[str] = frozenset().union((OTLP,), *(names for _, names in self._places))
        """A record with none of these members has no time."""

    def among(self, names: Collection[str]) -> tuple[Place, ...]:
        """Give the places at which there may be a time in a record whose members have these names."""
        return tuple(place for place, heads_ in self._places if not heads_.isdisjoint(names))

    def read(self, found: Members, near_ns: int = 0, among: Sequence[Place] | None = None) -> EventTime:
        """Give a record's event time; ``near_ns`` is as in :class:`TimestampReader`."""
        there = False
        for place in self.among(found) if among is None else among:
            value = value_at(found, place.path)
            if value is None or not _is_form(found, place):
                continue
            there = True
            if stamp := self._stamp(found, place, value, near_ns):
                return EventTime(stamp, place, there)
        return self._of_otlp(found, near_ns) if OTLP in found else EventTime(there=there)

    def _stamp(self, found: Members, place: Place, value: bytes, near_ns: int) -> bytes | None:
        stamp = self.times.read(value, near_ns)
        if stamp and place.fraction:
            nanoseconds = value_at(found, place.fraction)
            return stamp if nanoseconds is None else with_nanoseconds(stamp, value, nanoseconds)
        if stamp and place.path == COARSE and NANOSECONDS in found:
            return refined(stamp, value, bytes(found[NANOSECONDS]))
        return stamp

    def _of_otlp(self, found: Members, near_ns: int) -> EventTime:
        """Give the time of the first record in a line of OpenTelemetry's file exporter."""
        times = [self.read(record, near_ns) for record in otlp_records(found)[:1]]
        return next(iter(times), EventTime())


def _is_form(found: Members, place: Place) -> bool:
    return all(any(value_at(found, path) is not None for path in paths) for paths in place.beside)


def with_nanoseconds(stamp: bytes, _: bytes, nanoseconds: bytes) -> bytes | None:
    """Put the part of a second, in nanoseconds, in the place of a stamp's own; None if it is no such number."""
    if not nanoseconds.isdigit() or len(nanoseconds) > _NANO_DIGITS:
        return None
    return stamp[:20] + b"." + nanoseconds.rjust(_NANO_DIGITS, b"0") + b'Z"'


def refined(stamp: bytes, value: bytes, nanoseconds: bytes) -> bytes:
    """Take the nanoseconds beside a number of milliseconds that was cut from them (Logback)."""
    finer = with_nanoseconds(stamp, value, nanoseconds)
    return finer if finer and value.isdigit() and finer[:24] == stamp[:24] else stamp
