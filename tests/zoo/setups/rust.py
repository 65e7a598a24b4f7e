"""Rotators in Rust: tracing-appender, log4rs, flexi_logger, file-rotate, logroller, rolling-file."""

from pathlib import Path

from tests.zoo.setup import Setup, Work
from tests.zoo.setups import _building as building

_MINUTE_A_SECOND = ["env", "FAKETIME_DONT_FAKE_MONOTONIC=1", "faketime", "-f", "+0 x60"]
"""The wall clock 60 times as fast, for rotators that know nothing shorter than a minute; the pace stays real."""


def _build(cache: Path) -> None:
    building.tool("cargo")
    building.once("rust", cache, building.cargo_build)


def _build_faked(cache: Path) -> None:
    building.tool("faketime")
    _build(cache)


def _setup(
    name: str, library: tuple[str, str], rotation: str, *, paths: tuple[str, str], loses: str = "", faked: bool = False
) -> Setup:
    def command(work: Work) -> list[str]:
        numbers = [work.first, work.lines, work.rate, work.rotate_bytes]
        writer = [str(work.cache / "rust" / "target" / "debug" / "writer"), name, str(work.folder), *map(str, numbers)]
        return [*(_MINUTE_A_SECOND if faked else ()), *writer]

    package, version = library
    pattern, exact = paths
    build = _build_faked if faked else _build
    return Setup(name, "rust", package, version, rotation, pattern, exact, build, command, loses)


_TRACING = ("tracing-appender", "0.2.5")
_LOG4RS = ("log4rs", "1.4.0")
_FLEXI = ("flexi_logger", "0.31.10")
_FILE_ROTATE = ("file-rotate", "0.8.0")
_LOGROLLER = ("logroller", "0.1.12")
_APP = ("app*.log", "app.log")
_APP_SUFFIX = ("app.log*", "app.log")
_LOSES_100 = "what is older than 100 rotations: retention"

SETUPS: tuple[Setup, ...] = (
    _setup(
        "tracing-appender-minutely",
        _TRACING,
        "never renames: new names app.2026-01-31-12-00.log; the clock runs 60 times as fast here, so dates lie ahead",
        paths=("app.*.log", ""),
        faked=True,
    ),
    _setup(
        "tracing-appender-symlink",
        _TRACING,
        "as tracing-appender-minutely; latest.log is an absolute link, removed and made anew after its target was made",
        paths=("app.*.log", "latest.log"),
        faked=True,
    ),
    _setup(
        "log4rs-fixed-window",
        _LOG4RS,
        "fixed window with background rotation: app.log becomes app.UNIXTIME (no .log at its end) for a moment; "
        "app.1.log becomes app.2.log and so on upward, then app.UNIXTIME becomes app.1.log: renamed twice; new inode",
        paths=_APP,
        loses=_LOSES_100,
    ),
    _setup(
        "log4rs-fixed-window-gz",
        _LOG4RS,
        "fixed window with background rotation: app.log becomes app.UNIXTIME; app.log.1.gz becomes app.log.2.gz and so "
        "on; app.UNIXTIME is packed straight into app.log.1.gz, then removed",
        paths=_APP_SUFFIX,
        loses=_LOSES_100,
    ),
    _setup(
        "log4rs-delete",
        _LOG4RS,
        "delete roller: app.log is removed, new inode; nothing is kept",
        paths=_APP,
        loses="each file when it is full: whoever has not read it by then",
    ),
    _setup(
        "flexi-logger-numbers",
        _FLEXI,
        "app_rCURRENT.log becomes app_r00000.log, then app_r00001.log … upward (highest is newest), new inode",
        paths=("app*.log", "app_rCURRENT.log"),
        loses=_LOSES_100,
    ),
    _setup(
        "flexi-logger-numbers-gz",
        _FLEXI,
        "as flexi-logger-numbers; packed in background straight into app_r00000.log.gz, then the plain file is removed",
        paths=("app*.log", "app_rCURRENT.log"),
        loses="after a restart it counts from a low number again and writes over archives (11,668 of 40,000 lines)",
    ),
    _setup(
        "flexi-logger-numbers-direct",
        _FLEXI,
        "never renames: new names app_r00000.log, app_r00001.log … upward",
        paths=("app_r*.log", ""),
        loses=_LOSES_100,
    ),
    _setup(
        "flexi-logger-timestamps",
        _FLEXI,
        "app_rCURRENT.log becomes app_r2026-01-31_12-00-00.log (the time at which it began), the next ones of that "
        "second .restart-0000.log, .restart-0001.log … upward; new inode",
        paths=("app*.log", "app_rCURRENT.log"),
        loses=_LOSES_100,
    ),
    _setup(
        "flexi-logger-timestamps-direct",
        _FLEXI,
        "never renames: new names app_r2026-01-31_12-00-00.log, then .restart-0000.log … upward within a second",
        paths=("app_r*.log", ""),
        loses=_LOSES_100,
    ),
    _setup(
        "file-rotate-count",
        _FILE_ROTATE,
        "app.log.1 becomes app.log.2 and so on upward, app.log becomes app.log.1, new inode",
        paths=_APP_SUFFIX,
        loses=_LOSES_100,
    ),
    _setup(
        "file-rotate-cut",
        _FILE_ROTATE,
        "ContentLimit::Bytes: renames as file-rotate-count, at exactly that many bytes: the line there is cut, its "
        "head ends app.log.1 without a line feed and its tail begins app.log",
        paths=_APP_SUFFIX,
        loses="a line at most rotations, as it is in two files (7 of 60,000 in 10 rotations; both halves are there)",
    ),
    _setup(
        "file-rotate-count-gz",
        _FILE_ROTATE,
        "as file-rotate-count; app.log.1 stays plain, app.log.2 is packed straight into app.log.2.gz and removed "
        "before that has its bytes, app.log.2.gz becomes app.log.3.gz and so on; the writer waits meanwhile",
        paths=_APP_SUFFIX,
        loses="what is older than 100 rotations: retention; all of app.log.2 when killed between its removal and the "
        "archive's last write",
    ),
    _setup(
        "file-rotate-timestamp",
        _FILE_ROTATE,
        "app.log becomes app.log.20260131T120000, the next ones of that second .1, .2 … upward (highest is newest), "
        "new inode",
        paths=_APP_SUFFIX,
        loses=_LOSES_100,
    ),
    _setup(
        "logroller-size",
        _LOGROLLER,
        "app.log becomes app.log.pending.1 (.2, .3 … upward) for a moment; in background app.log.1 becomes app.log.2 "
        "and so on upward, then app.log.pending.1 becomes app.log.1: renamed twice; new inode",
        paths=_APP_SUFFIX,
        loses=_LOSES_100,
    ),
    _setup(
        "logroller-size-gz",
        _LOGROLLER,
        "app.log becomes app.log.pending.1; in background app.log.1.gz becomes app.log.2.gz and so on, the pending one "
        "is packed through app.log.pending.1.gz.tmp, renamed to app.log.1.gz, then removed",
        paths=_APP_SUFFIX,
        loses=_LOSES_100,
    ),
    _setup(
        "rolling-file-basic",
        ("rolling-file", "0.2.0"),
        "app.log.1 becomes app.log.2 and so on upward, app.log becomes app.log.1, new inode",
        paths=_APP_SUFFIX,
        loses=_LOSES_100,
    ),
)
