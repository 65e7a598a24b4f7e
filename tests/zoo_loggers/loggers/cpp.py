"""Loggers of C++, as Debian packages them."""

from pathlib import Path
from typing import Any, Final

from tests.zoo.setups import _building as building
from tests.zoo.setups.cpp import HEADERS
from tests.zoo_loggers.logger import MICRO, Logger
from tests.zoo_loggers.shipping import PROGRAMS

_TEXT: Final = {"trace": False, "zone": False, "events": "12345679"}


def _build(cache: Path) -> None:
    building.cpp_build(cache, HEADERS, PROGRAMS)


def _row(name: str, package: str, time: str, level: str, **others: Any) -> Logger:
    def command(cache: Path) -> list[str]:
        return [str(cache / "cpp/loggers"), name]

    library, version = package.split("=")
    return Logger(name, "cpp", library, version, _build, command, time, level, **{**_TEXT, **others})


_SPDLOG: Final = "libspdlog-dev=1:1.10.0+ds-0.4"


LOGGERS: tuple[Logger, ...] = (
    _row("spdlog", _SPDLOG, "[2026-11-27 20:00:00.123]", "[warning]"),
    _row(
        "spdlog-json",
        _SPDLOG,
        '"time":"2026-11-27T20:00:00.123456+05:30"',
        '"level":"warning"',
        zone=True,
        unit=MICRO,
        fields=True,
        events="123457",
    ),
    _row(
        "glog-cpp",
        "libgoogle-glog-dev=0.6.0-2",
        "W20261127 20:00:00.123456",
        "W2",
        unit=MICRO,
        events="234679",
    ),
    _row("boost-log", "libboost-log-dev=1.74.0.3", "[2026-11-27 20:00:00.123456]", "[warning]", unit=MICRO),
    _row("log4cplus", "liblog4cplus-dev=2.0.8-1", "2026-11-27 20:00:00,123", " WARN "),
)
