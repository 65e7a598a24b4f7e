"""Rotators in Node: winston, pino, log4js, bunyan, and the streams that rotate."""

from pathlib import Path

from tests.zoo.setup import Setup, Work
from tests.zoo.setups import _building as building


def _build(cache: Path) -> None:
    building.tool("node")
    install = [building.tool("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    building.once("node", cache, lambda folder: building.run(install, folder))


def _setup(name: str, library: tuple[str, str], rotation: str, *, paths: tuple[str, str], loses: str = "") -> Setup:
    def command(work: Work) -> list[str]:
        numbers = [work.first, work.lines, work.rate, work.rotate_bytes]
        return ["node", str(work.cache / "node" / "writer.mjs"), name, str(work.folder), *map(str, numbers)]

    package, version = library
    pattern, exact = paths
    return Setup(name, "node", package, version, rotation, pattern, exact, _build, command, loses)


_WINSTON = ("winston", "3.19.0")
_DAILY = ("winston-daily-rotate-file", "5.0.0")
_PINO = ("pino-roll", "4.0.0")
_ROTATING = ("rotating-file-stream", "3.2.10")
_LOG4JS = ("log4js", "6.9.1")
_APP = ("app*.log", "app.log")
_APP_SUFFIX = ("app.log*", "app.log")
_LOSES_100 = "what is older than 100 rotations: retention"
_WINSTON_LOSES = (
    "138 lines at each rotation when written as fast as it takes them (1,380 of 60,000; back-pressure honoured); "
    "seldom 138 at a rotation at 20,000 lines/s"
)

SETUPS: tuple[Setup, ...] = (
    _setup(
        "winston-counting",
        _WINSTON,
        "File with maxsize: never renames; new names app.log, app1.log, app2.log … upward (highest is newest): the "
        "file without a number is the oldest",
        paths=("app*.log", ""),
        loses=_WINSTON_LOSES,
    ),
    _setup(
        "winston-tailable",
        _WINSTON,
        "File with tailable: app1.log becomes app2.log and so on upward, app.log becomes app1.log, new inode",
        paths=_APP,
        loses=_WINSTON_LOSES,
    ),
    _setup(
        "winston-tailable-gz",
        _WINSTON,
        "File with tailable and zippedArchive: app.log is never renamed: it is packed straight into app.log.gz and "
        "removed just before that is closed; app1.log.gz becomes app2.log.gz and so on, app.log.gz becomes app1.log.gz",
        paths=_APP,
        loses=_WINSTON_LOSES,
    ),
    _setup(
        "winston-daily-plain",
        _DAILY,
        "never renames: new names app-2026-01-31.log, then .log.1, .log.2 … upward (highest is newest); app.log is a "
        "link, removed and made anew before its target exists",
        paths=("app-*.log*", "app.log"),
    ),
    _setup(
        "winston-daily-gz",
        _DAILY,
        "as winston-daily-plain without the link; what was left is packed in background straight into .log.gz, "
        ".log.1.gz …, and removed just before that is closed; side file .HASH-audit.json",
        paths=("app-*.log*", ""),
        loses=_LOSES_100,
    ),
    _setup(
        "pino-roll-plain",
        _PINO,
        "never renames: new names app.1.log, app.2.log … upward (highest is newest)",
        paths=("app.*.log", ""),
    ),
    _setup(
        "pino-roll-symlink",
        _PINO,
        "never renames: new names app.2026-01-31.1.log, .2.log … upward; current.log is a link, removed and made anew "
        "after its target was made",
        paths=("app.*.log", "current.log"),
    ),
    _setup(
        "rotating-file-stream-dated",
        _ROTATING,
        "the new name is made empty and removed again, then app.log becomes 20260131-1200-01-app.log (date before the "
        "name), the next one of that minute 20260131-1200-02-app.log; new inode",
        paths=("*app.log", "app.log"),
    ),
    _setup(
        "rotating-file-stream-gzip",
        _ROTATING,
        "app.log is never renamed: it is packed straight into 20260131-1200-01-app.log.gz, then removed; new inode; "
        "side file app.log.txt lists the archives",
        paths=("*app.log*", "app.log"),
        loses=_LOSES_100,
    ),
    _setup(
        "rotating-file-stream-classical",
        _ROTATING,
        "classical: app.log.1 becomes app.log.2 and so on upward, app.log becomes app.log.1, new inode",
        paths=_APP_SUFFIX,
        loses=_LOSES_100,
    ),
    _setup(
        "log4js-file",
        _LOG4JS,
        "file appender: app.log.1 becomes app.log.2 and so on upward, app.log becomes app.log.1, new inode",
        paths=_APP_SUFFIX,
        loses=_LOSES_100,
    ),
    _setup(
        "log4js-file-gz",
        _LOG4JS,
        "file appender with compress: app.log.1.gz becomes app.log.2.gz and so on; app.log is never renamed: it is "
        "packed straight into app.log.1.gz, and removed just before that is closed",
        paths=_APP_SUFFIX,
        loses=_LOSES_100,
    ),
    _setup(
        "log4js-file-sync",
        _LOG4JS,
        "fileSync appender: app.log is opened and closed for each line; renames as log4js-file",
        paths=_APP_SUFFIX,
        loses=_LOSES_100,
    ),
    _setup(
        "log4js-date-file",
        _LOG4JS,
        "dateFile appender, a file a second: rename to app.2026-01-31-12-00-00.log, new inode",
        paths=_APP,
        loses=_LOSES_100,
    ),
    _setup(
        "bunyan-every-second",
        ("bunyan", "2.0.5"),
        "rotating-file, a file a second: app.log.0 becomes app.log.1 and so on upward, app.log becomes app.log.0 "
        "(a rotated one, not the live one), new inode",
        paths=_APP_SUFFIX,
        loses=_LOSES_100,
    ),
    _setup(
        "file-stream-rotator-link",
        ("file-stream-rotator", "1.0.0"),
        "never renames: new names app-20260131.0.log, .1.log … upward; app.log is a link, removed and made anew before "
        "its target exists; side file app-audit.json",
        paths=("app-*.log", "app.log"),
        loses=_LOSES_100,
    ),
)
