"""Rotators in C++, as Debian packages them: spdlog, glog, Boost.Log, log4cplus; and a memory-mapped writer."""

from pathlib import Path

from tests.zoo.setup import Setup, Work
from tests.zoo.setups import _building as building

HEADERS = ("spdlog/spdlog.h", "glog/logging.h", "boost/log/core.hpp", "log4cplus/logger.h")


def _faked(speed: int) -> list[str]:
    """Give what makes the wall clock run faster, for rotators by minute or hour; the pace stays real."""
    return ["env", "FAKETIME_DONT_FAKE_MONOTONIC=1", "faketime", "-f", f"+0 x{speed}"]


def _build(cache: Path) -> None:
    building.cpp_build(cache, HEADERS, building.PROGRAMS)


def _build_faked(cache: Path) -> None:
    building.tool("faketime")
    _build(cache)


def _setup(
    name: str, library: tuple[str, str], rotation: str, *, paths: tuple[str, str], loses: str = "", speed: int = 0
) -> Setup:
    def command(work: Work) -> list[str]:
        numbers = [work.first, work.lines, work.rate, work.rotate_bytes]
        writer = [str(work.cache / "cpp" / "writer"), name, str(work.folder), *map(str, numbers)]
        return [*(_faked(speed) if speed else ()), *writer]

    package, version = library
    pattern, exact = paths
    build = _build_faked if speed else _build
    return Setup(name, "c++", package, version, rotation, pattern, exact, build, command, loses)


_SPDLOG = ("libspdlog-dev", "1:1.10.0+ds-0.4")
_GLOG = ("libgoogle-glog-dev", "0.6.0-2")
_BOOST = ("libboost-log-dev", "1.74.0.3")
_LOG4CPLUS = ("liblog4cplus-dev", "2.0.8-1")
_APP_SUFFIX = ("app.log*", "app.log")
_LOSES_20 = "what is older than 20 rotations: retention"

SETUPS: tuple[Setup, ...] = (
    _setup(
        "spdlog-rotating",
        _SPDLOG,
        "rotating_file_sink: app.1.log becomes app.2.log and so on upward, app.log becomes app.1.log, new inode; "
        "blocks of 4 KiB that end anywhere in a line",
        paths=("app*.log", "app.log"),
        loses="what is older than 100 rotations: retention; up to 4 KiB when the application is killed",
    ),
    _setup(
        "spdlog-hourly",
        _SPDLOG,
        "hourly_file_sink: never renames; new names app_2026-01-31_12.log; the clock runs 3,600 times as fast here",
        paths=("app_*.log", ""),
        loses="up to 4 KiB when the application is killed",
        speed=3600,
    ),
    _setup(
        "glog-log-dir",
        _GLOG,
        "never renames: new names writer.HOST.USER.log.INFO.YYYYMMDD-HHMMSS.PID; writer.INFO is a link, removed and "
        "made anew; four header lines that are no JSON at the head of each file; 1 MiB each; flushed every 30 s",
        paths=("writer.*.log.INFO.*", "writer.INFO"),
        loses="all to the end of a second in which it would rotate twice (see glog-same-second); here it does not",
    ),
    _setup(
        "glog-same-second",
        _GLOG,
        "as glog-log-dir; a second rotation in one second finds the name taken: it writes to no file until that second "
        "is over",
        paths=("writer.*.log.INFO.*", "writer.INFO"),
        loses="30,016 of 60,000 lines at 20,000 lines/s; they are nowhere",
    ),
    _setup(
        "boost-log-counting",
        _BOOST,
        "text_file_backend: never renames; new names app_00000.log, app_00001.log … upward",
        paths=("app_*.log", ""),
        loses="after a restart it counts from 0 again and truncates what an earlier run left",
    ),
    _setup(
        "boost-log-target",
        _BOOST,
        "text_file_backend with target_file_name and a collector: app.log becomes app_20260131_120000_00001.log, then "
        "_00002 … upward, new inode; at the end the live one, too",
        paths=("app*.log", "app.log"),
    ),
    _setup(
        "log4cplus-rolling",
        _LOG4CPLUS,
        "RollingFileAppender: app.log.1 becomes app.log.2 and so on upward, app.log becomes app.log.1, new inode; "
        "never less than 200 KiB each; blocks of 4 KiB that end anywhere in a line",
        paths=_APP_SUFFIX,
        loses=_LOSES_20,
    ),
    _setup(
        "log4cplus-time",
        _LOG4CPLUS,
        "TimeBasedRollingFileAppender, a file a minute: app.log becomes app.2026-01-31-12-00.log, new inode; at the "
        "end the live one, too; the clock runs 60 times as fast here, so dates lie ahead",
        paths=("app*.log", "app.log"),
        loses="what an earlier run of the same minute left: a file closed is rotated, onto the same name",
        speed=60,
    ),
    _setup(
        "mapped-preallocated",
        ("a writer of the zoo's", "1"),
        "app.log is preallocated with NULs to its full size and filled through a mapping; when it is full it is cut to "
        "what was written and renamed to app.log.1, then app.log.2 … upward (highest is newest)",
        paths=_APP_SUFFIX,
    ),
)
