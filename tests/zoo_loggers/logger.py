"""One real logger in one of its formats: a row of the page ``docs/loggers.md``."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from msgspec import Struct

DEBUG: Final = 5
INFO: Final = 9
WARNING: Final = 13
ERROR: Final = 17
FATAL: Final = 21
"""OpenTelemetry's SeverityNumber; any of its step of four will do."""
SECOND: Final = 1_000_000_000
MILLI: Final = 1_000_000
MICRO: Final = 1_000
NANO: Final = 1
TRACE: Final = "4bf92f3577b34da6a3ce929d0e0e4736"
"""The trace id of event 7."""
ZONE: Final = "Asia/Kolkata"
"""Of a program whose logger writes a zone: an hour and a half from every whole zone."""
ALL: Final = "123456789"

MEANT: Final[Mapping[str, int]] = MappingProxyType(
    {
        "1": DEBUG,
        "2": INFO,
        "3": WARNING,
        "4": ERROR,
        "5": FATAL,
        "6": ERROR,
        "7": INFO,
        "8": INFO,
        "9": INFO,
    }
)
"""The events of a program, by number: text ``zoo-1`` to ``zoo-9``.

6 has an exception that another one caused, whose own text has two lines; 7 has a trace id; 8 NaN, an integer beyond 64
bits, a name that is there twice and an object, as far as the logger takes them; 9 a text of three lines, one empty.
"""


class Logger(Struct, frozen=True):
    """One row."""

    name: str
    """``structlog-json``: unique, fit for a file name."""
    language: str
    package: str
    version: str
    """Pinned: what the lock file, go.mod, pom.xml, package.json or Cargo.lock of the programs says."""
    build: Callable[[Path], None]
    """Make what it takes in the language's cache folder, once; raises ``Missing`` where the language is not there."""
    command: Callable[[Path], list[str]]
    """Give the program, from that folder; what it prints on either stream is the log file."""
    time: str = ""
    """An example of how the time is written; empty: it is not. Each run looks for its shape in the file."""
    level: str = ""
    """How the level of event 3 is written there, letter by letter; empty: it is not."""
    zone: bool = True
    """Whether the time has a zone, and the program so runs in ``ZONE``; else it runs in UTC."""
    unit: int = MILLI
    """What the time is cut to, in ns."""
    events: str = ALL
    """Numbers of those that the program logs, in their order."""
    levels: Mapping[str, int | None] = MappingProxyType({})
    """Severities that differ from ``MEANT`` by number; None: it writes none."""
    trace: bool = True
    """Whether event 7 has its trace id in the line."""
    fields: bool = False
    """Whether its lines are JSON objects."""
    others: str = ""
    """An expression for the records that it writes by itself."""
    needs: Mapping[str, str] = MappingProxyType({})
    """Settings of logship without which something is not read, by name without the prefix."""
    note: str = ""
    """What an expert should know, as the real run showed it."""

    def severity(self, number: str) -> int | None:
        """Give what an event means."""
        if not self.level:
            return None
        return self.levels.get(number, MEANT[number])
