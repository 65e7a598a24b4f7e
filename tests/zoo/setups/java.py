"""Rotators in Java: Logback, Log4j 2, java.util.logging, tinylog and reload4j."""

from pathlib import Path

from tests.zoo.setup import Setup, Work
from tests.zoo.setups import _building as building


def _build(cache: Path) -> None:
    building.tool("java")
    maven = building.tool("mvn")
    building.once("java", cache, lambda folder: building.run([maven, "-q", "-B", "process-classes"], folder))


def _setup(name: str, library: tuple[str, str], rotation: str, *, paths: tuple[str, str], loses: str = "") -> Setup:
    def command(work: Work) -> list[str]:
        made = work.cache / "java" / "target"
        numbers = [work.first, work.lines, work.rate, work.rotate_bytes]
        java = ["java", "-XX:+UseSerialGC", "-cp", f"{made}/classes:{made}/lib/*", "writer.Writer"]
        return [*java, name, str(work.folder), *map(str, numbers)]

    package, version = library
    pattern, exact = paths
    return Setup(name, "java", package, version, rotation, pattern, exact, _build, command, loses)


_LOGBACK = ("ch.qos.logback:logback-classic", "1.6.6")
_LOG4J = ("org.apache.logging.log4j:log4j-core", "2.26.1")
_TINYLOG = ("org.tinylog:tinylog-impl", "2.7.0")
_APP = ("app*.log", "app.log")

SETUPS: tuple[Setup, ...] = (
    _setup(
        "logback-fixed-window",
        _LOGBACK,
        "FixedWindowRollingPolicy: app.1.log becomes app.2.log and so on upward, app.log becomes app.1.log, new inode; "
        "at most 20 whatever maxIndex says",
        paths=_APP,
        loses="what is older than 20 rotations: retention",
    ),
    _setup(
        "logback-fixed-window-gz",
        _LOGBACK,
        "FixedWindowRollingPolicy: app.1.log.gz becomes app.2.log.gz and so on; app.log is never renamed: it is packed "
        "into app.1.log.gz, half-written under that name, then removed; new inode; the writer waits meanwhile",
        paths=_APP,
        loses="what is older than 20 rotations: retention",
    ),
    _setup(
        "logback-size-time-gz",
        _LOGBACK,
        "SizeAndTimeBasedRollingPolicy: rename to app.2026-01-31.0.log, then .1, .2 … upward (highest is newest), new "
        "inode; packed in background straight into .log.gz, then the plain file is removed",
        paths=_APP,
    ),
    _setup(
        "logback-size-time-xz",
        _LOGBACK,
        "as logback-size-time-gz with .log.xz",
        paths=_APP,
    ),
    _setup(
        "logback-size-time-no-file",
        _LOGBACK,
        "SizeAndTimeBasedRollingPolicy without <file>: never renames; new names app.2026-01-31.0.log, .1, .2 … upward",
        paths=("app.*.log", ""),
    ),
    _setup(
        "logback-size-time-no-file-gz",
        _LOGBACK,
        "as logback-size-time-no-file; what was left is packed in background straight into .log.gz, then removed",
        paths=("app.*.log", ""),
    ),
    _setup(
        "logback-time-every-second",
        _LOGBACK,
        "TimeBasedRollingPolicy, a file a second: rename to app.2026-01-31_12-00-00.log, new inode",
        paths=_APP,
    ),
    _setup(
        "log4j2-max",
        _LOG4J,
        "DefaultRolloverStrategy as it comes (fileIndex max): rename to app-1.log, then app-2.log … upward: highest is "
        "newest; new inode",
        paths=_APP,
        loses="what is older than 100 rotations: retention",
    ),
    _setup(
        "log4j2-max-seven",
        _LOG4J,
        "as log4j2-max with the default of 7: from the eighth rotation on app-1.log is removed, app-2.log becomes "
        "app-1.log and so on downward, app.log becomes app-7.log",
        paths=_APP,
        loses="what is older than 7 rotations: retention",
    ),
    _setup(
        "log4j2-min",
        _LOG4J,
        "fileIndex min: app.log.1 becomes app.log.2 and so on upward, app.log becomes app.log.1, new inode",
        paths=("app.log*", "app.log"),
        loses="what is older than 100 rotations: retention",
    ),
    _setup(
        "log4j2-gz",
        _LOG4J,
        "rename to app-2026-01-31-1.log, then -2 … upward: highest is newest; new inode; packed in background straight "
        "into .log.gz, then the plain file is removed",
        paths=_APP,
        loses="what is older than 100 rotations: retention",
    ),
    _setup(
        "log4j2-zip",
        _LOG4J,
        "rename to app-1.log, then app-2.log … upward, new inode; packed in background straight into app-1.log.zip, "
        "then the plain file is removed",
        paths=_APP,
        loses="what is older than 100 rotations: retention",
    ),
    _setup(
        "log4j2-direct",
        _LOG4J,
        "DirectWriteRolloverStrategy: never renames; new names app-2026-01-31-1.log, -2, -3 … upward",
        paths=("app-*.log", ""),
        loses="what is older than 100 rotations: retention",
    ),
    _setup(
        "log4j2-direct-gz",
        _LOG4J,
        "as log4j2-direct; what was left is packed in background straight into .log.gz, then removed",
        paths=("app-*.log", ""),
        loses="what is older than 100 rotations: retention",
    ),
    _setup(
        "log4j2-random-access",
        _LOG4J,
        "RollingRandomAccessFile without immediate flush: blocks of 256 KiB that end anywhere in a line; fileIndex "
        "nomax: rename to app-1.log, then app-2.log … upward without end, new inode",
        paths=_APP,
        loses="up to 256 KiB when the application is killed: they were in its memory",
    ),
    _setup(
        "log4j2-memory-mapped",
        _LOG4J,
        "MemoryMappedFile: never rotates; app.log grows by whole regions (1 MiB here) of NULs that are filled through "
        "a mapping (no write, so no change of time or event), and is cut to what was written when it is closed",
        paths=_APP,
    ),
    _setup(
        "jul-file-handler",
        ("java.logging (JDK)", "17"),
        "java.util.logging.FileHandler app.log.%g: the live file is app.log.0; .0 becomes .1, .1 becomes .2 and so on "
        "upward, new inode; side file app.log.0.lck",
        paths=("app.log.[0-9]*", "app.log.0"),
        loses="what is older than 100 rotations: retention",
    ),
    _setup(
        "tinylog-count",
        _TINYLOG,
        "rolling file app.{count}.log: never renames; new names app.0.log, app.1.log, app.2.log … upward",
        paths=("app.*.log", ""),
        loses="what is older than 100 rotations: retention",
    ),
    _setup(
        "tinylog-count-gzip",
        _TINYLOG,
        "as tinylog-count; each is packed in background into app.N.log.gz, which is made empty before; then the plain "
        "file is removed; at the end the live one, too",
        paths=("app.*.log", ""),
        loses="what is older than 100 rotations: retention",
    ),
    _setup(
        "tinylog-count-latest",
        _TINYLOG,
        "as tinylog-count; app.log is a second hard link of the live file, removed and made anew at each rotation",
        paths=("app*.log", "app.log"),
        loses="what is older than 100 rotations: retention",
    ),
    _setup(
        "reload4j-rolling",
        ("ch.qos.reload4j:reload4j", "1.2.26"),
        "RollingFileAppender of Log4j 1: app.log.1 becomes app.log.2 and so on upward, app.log becomes app.log.1, new "
        "inode",
        paths=("app.log*", "app.log"),
        loses="what is older than 100 rotations: retention",
    ),
)
