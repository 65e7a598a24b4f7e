"""Python's loggers, in a venv of their own that has what ``python.txt`` pins."""

import platform
import shlex
from pathlib import Path

from tests.zoo.commands import amount, program, side
from tests.zoo.seen import words
from tests.zoo.setup import Missing, Setup, Work
from tests.zoo.setups import _building as building

_TOO_NEW = 13
"""Python 3.13: picologging 0.9.3 uses what it has no more."""
_LOCK = Path(__file__).with_name("python.txt")
_COPYTRUNCATE = "cp {folder}/app.log {folder}/app.log.$N && : > {folder}/app.log"
_MOVE = "mv {folder}/app.log {folder}/app.log.$N"


def _build(cache: Path) -> None:
    building.venv_of(_LOCK, cache)


def _build_older(cache: Path) -> None:
    if int(platform.python_version_tuple()[1]) >= _TOO_NEW:
        raise Missing("picologging 0.9.3 can't be built for Python 3.13 or newer: run the zoo by an older one")
    _build(cache)


def _version(package: str) -> str:
    if package == "logging":
        return f"of Python {platform.python_version()}"
    return building.pinned(_LOCK, package)


def _setup(
    name: str,
    package: str,
    *,
    pattern: str = "app*.log",
    exact: str = "app.log",
    rate: int = 20_000,
    rotate: str = "",
) -> Setup:
    """Give a set-up whose name is the program's package and kind; ``rotate``: what another program does beside it."""

    def command(work: Work) -> list[str]:
        python = work.cache / "venv/bin/python"
        logger, _, kind = name.partition("-")
        words = (logger, kind, work.folder / "app.log", "--bytes", work.rotate_bytes, *amount(work))
        writer = program("python_loggers", *words, python=python)
        if not rotate:
            return writer
        beside = ["--live", work.folder / "app.log", "--bytes", work.rotate_bytes]
        return program("together", *beside, "--rotate", rotate.format(folder=work.folder), "--", *writer)

    rotation, loses = words("python", name)
    version = _version(package)
    build = _build_older if package == "picologging" else _build
    return Setup(name, "python", package, version, rotation, pattern, exact, build, command, loses, rate)


def _supervisor(name: str, through: str = "") -> Setup:
    """Give a set-up of what reads a program's output, ``through`` another one, and writes it to a file."""

    def command(work: Work) -> list[str]:
        folder = side(work)
        writer = shlex.join(program("plain", *amount(work))) + through
        log = f"stdout_logfile={work.folder}/app.log\nstdout_logfile_maxbytes={work.rotate_bytes}\n"
        app = folder / "app.sh"
        app.write_text(f"{writer}; code=$?; sleep 1; kill $PPID; exit $code\n")
        configuration = folder / "supervisord.conf"
        configuration.write_text(
            f"[supervisord]\nnodaemon=true\nuser=root\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile={folder}/pid\n"
            f"[program:app]\ncommand=/bin/sh {app}\nautorestart=false\n{log}stdout_logfile_backups=100\n"
        )
        return [str(work.cache / "venv/bin/supervisord"), "-c", str(configuration)]

    rotation, loses = words("python", name)
    return Setup(
        name, "python", "supervisor", _version("supervisor"), rotation, "app*.log*", "app.log", _build, command, loses
    )


SETUPS: tuple[Setup, ...] = (
    _setup("logging-rotating", "logging"),
    _setup("logging-namer", "logging"),
    _setup("logging-gzip", "logging"),
    _setup("logging-timed", "logging", rate=8_000),
    _setup("logging-timed-gzip", "logging", rate=8_000),
    _setup("logging-rotating-workers", "logging"),
    _setup("logging-timed-workers", "logging", rate=8_000),
    _setup("logging-watched-workers", "logging", rotate=_MOVE),
    _setup("logging-watched", "logging", rotate=_MOVE),
    _setup("logging-w", "logging", rotate=_COPYTRUNCATE),
    _setup("loguru-plain", "loguru"),
    _setup("loguru-gz", "loguru"),
    _setup("loguru-zip", "loguru"),
    _setup("loguru-tar.gz", "loguru"),
    _setup("loguru-xz", "loguru"),
    _setup("loguru-bz2", "loguru"),
    _setup("loguru-plain-workers", "loguru"),
    _setup("loguru-gz-workers", "loguru"),
    _setup("loguru-time", "loguru", exact=""),
    _setup("loguru-retention", "loguru"),
    _setup("concurrent-plain", "concurrent-log-handler", rate=8_000),
    _setup("concurrent-gzip", "concurrent-log-handler", rate=8_000),
    _setup("concurrent-timed", "concurrent-log-handler", rate=8_000),
    _setup("picologging-rotating", "picologging"),
    _setup("picologging-timed", "picologging", rate=8_000),
    _setup("structlog-copytruncate", "structlog", rotate=_COPYTRUNCATE),
    _setup("logbook-rotating", "logbook"),
    _setup("logbook-timed", "logbook", rate=8_000),
    _setup("twisted-logfile", "twisted"),
    _supervisor("supervisord-stdout"),
    _supervisor("supervisord-blocks", " | awk 1"),
)
