"""What servers log: Debian's nginx, Apache, rsyslog and Redis, unpacked and not installed; PostgreSQL if it is there.

Events 2, 3, 4 and 7 of an access log are requests with the status 200, 404, 500 and 200; they have no level.
"""

import os
import sys
from pathlib import Path
from typing import Any, Final

from tests.zoo.commands import ROOT
from tests.zoo.debs import ran, unpacking
from tests.zoo.setup import Missing
from tests.zoo_loggers.logger import MICRO, SECOND, Logger

_PINS: Final = (
    "nginx=1.22.1-9+deb12u11",
    "apache2-bin=2.4.71-1~deb12u1",
    "libapr1=1.7.2-3+deb12u1",
    "libaprutil1=1.6.3-1+deb12u1",
    "rsyslog=8.2302.0-1+deb12u2",
    "libestr0=0.1.11-1",
    "libfastjson4=1.2304.0-1",
    "liblognorm5=2.0.6-4",
    "redis-tools=5:7.0.15-1~deb12u10",
    "liblzf1=3.6-3",
    "libjemalloc2=5.3.0-1",
)
_VERSIONS: Final = {"apache": "apache2-bin", "redis": "redis-tools"}
_ACCESS: Final = "[27/Nov/2026:20:00:00 +0530]"
_POSTGRES: Final = "/usr/lib/postgresql/15/bin"


def _build_postgres(_: Path) -> None:
    if not Path(_POSTGRES).exists():
        raise Missing("PostgreSQL 15 is not installed")


def _served(name: str, *before: str) -> list[str]:
    program = [sys.executable, "-P", "-m", "tests.zoo_loggers.programs.servers.serve", name]
    return [*before, "env", f"PYTHONPATH={ROOT}", *program]


def _row(name: str, time: str, level: str, **others: Any) -> Logger:
    server = name.partition("-")[0]
    package = _VERSIONS.get(server, server)
    version = next(pin.partition("=")[2] for pin in _PINS if pin.startswith(f"{package}="))

    def command(cache: Path) -> list[str]:
        # the command that finds the libraries and programs, up to the program itself
        return _served(name, *ran(cache, "nginx")[:-1], f"PATH={_programs(cache)}")

    return Logger(
        name, "servers", server, version, unpacking(*_PINS), command, time, level, **{"trace": False, **others}
    )


def _programs(cache: Path) -> str:
    found = [str(path) for each in ("*/usr/sbin", "*/usr/bin") for path in cache.glob(each)]
    return os.pathsep.join([*found, os.environ["PATH"]])


def _access(name: str, time: str = _ACCESS, **others: Any) -> Logger:
    return _row(name, time, "", **{"events": "2347", "unit": SECOND, **others})


def _postgres(name: str, time: str, level: str, **others: Any) -> Logger:
    def command(_: Path) -> list[str]:
        return _served(name, "env", f"PATH={_POSTGRES}:{os.environ['PATH']}")

    options = {"events": "23469", "zone": False, "trace": False, **others}
    return Logger(name, "servers", "postgresql", "15", _build_postgres, command, time, level, **options)


LOGGERS: tuple[Logger, ...] = (
    _access("nginx-combined"),
    _access("nginx-main"),
    _access("nginx-json", '"time":"2026-11-27T20:00:00+05:30"', fields=True),
    _access(
        "nginx-json-default",
        '"time_local":"27/Nov/2026:20:00:00 +0530"',
        fields=True,
    ),
    _row(
        "nginx-error",
        "2026/11/27 20:00:00",
        "[warn]",
        zone=False,
        unit=SECOND,
        events="34",
        others=r"\[(notice|info)\]",
    ),
    _access("apache-combined"),
    _access("apache-common"),
    _row(
        "apache-error",
        "[Fri Nov 27 20:00:00.123456 2026]",
        "[authz_core:error]",
        zone=False,
        unit=MICRO,
        events="4",
        others=":(notice|info)\\]",
    ),
    _row("rsyslog-traditional", "Nov 27 20:00:00", "", zone=False, unit=SECOND, events="123459"),
    _row("rsyslog-file", "2026-11-27T20:00:00+05:30", "", unit=SECOND, events="123459"),
    _row("rsyslog-rfc5424", "1 2026-11-27T20:00:00+05:30", "<12>", unit=SECOND, events="123459"),
    _row(
        "redis",
        "27 Nov 2026 20:00:00.123",
        " # ",
        zone=False,
        events="123",
        others=r"^\d+:([CMX] |signal)",
        note="`.` is debug, `-` and `*` are info, `#` is a warning",
    ),
    _postgres(
        "postgres-text",
        "2026-11-27 20:00:00.123 UTC",
        "WARNING:  ",
        others=r"\d\] (LOG|FATAL|DETAIL|HINT|CONTEXT|STATEMENT):  ",
        note="DETAIL, HINT, CONTEXT and STATEMENT are records of their own",
    ),
    _postgres(
        "postgres-json",
        '"timestamp":"2026-11-27 20:00:00.123 UTC"',
        '"error_severity":"WARNING"',
        fields=True,
        others="^(ending|starting|listening|database|received|aborting|background|shutting|checkpoint) ",
    ),
)
