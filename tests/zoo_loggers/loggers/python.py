"""Python's loggers, in a venv of their own that has what ``python.txt`` pins."""

import platform
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from tests.zoo.commands import ROOT
from tests.zoo.setups import _building as building
from tests.zoo_loggers.logger import FATAL, INFO, MICRO, SECOND, Logger

_LOCK: Final = Path(__file__).with_name("python.txt")
ASCTIME: Final = "2026-11-27 20:00:00,123"
SECONDS: Final = "2026-11-27 20:00:00"
ALONE: Final = "a time of day alone, without a level, may be a length of time"
_ONCE: Final = "a second is written once, unless the handler has `omit_repeated_times=False`"
_CUT: Final = "nothing tells where a record begins: a text of several lines is a record a line"
_ISO: Final = "2026-11-27T20:00:00.123456Z"


def _build(cache: Path) -> None:
    building.venv_of(_LOCK, cache)


def _version(package: str) -> str:
    if package == "logging":
        return f"of Python {platform.python_version()}"
    return building.pinned(_LOCK, package)


def row(name: str, package: str, program: str, time: str, level: str, **others: Any) -> Logger:
    """Give a row; ``program`` is a module of the programs and its argument."""
    module, *arguments = program.split()

    def command(cache: Path) -> list[str]:
        python = str(cache / "venv/bin/python")
        where = f"tests.zoo_loggers.programs.python.{module}"
        return ["env", f"PYTHONPATH={ROOT}", python, "-P", "-W", "ignore", "-m", where, *arguments]

    return Logger(name, "python", package, _version(package), _build, command, time, level, **others)


def _text(name: str, time: str, level: str, package: str = "logging", **others: Any) -> Logger:
    """Give a row of a text formatter, which writes no fields; ``logging`` itself writes local time without a zone."""
    kind = name.partition("-")[2] if package == "logging" else name
    return row(name, package, f"standard {kind}", time, level, **{"trace": False, "zone": False, **others})


def _json(name: str, time: str, level: str, package: str = "python-json-logger", **others: Any) -> Logger:
    kind = name.removeprefix("python-")
    return row(name, package, f"standard {kind}", time, level, **{"fields": True, **others})


def _structured(name: str, package: str, time: str, level: str, **others: Any) -> Logger:
    return row(name, package, f"structured {name}", time, level, **others)


def _server(name: str, package: str, time: str, level: str, **others: Any) -> Logger:
    """Give a web server: an access log, the failure of a request, and what it says of itself."""
    options = {"trace": False, "events": "23467", "levels": _ACCESSES, **others}
    return row(name, package, f"web {name}", time, level, **options)


_ACCESSES: Final = MappingProxyType({"3": INFO, "4": INFO})
_NO_LEVELS: Final = MappingProxyType(dict.fromkeys("2347"))

LOGGERS: tuple[Logger, ...] = (
    _text("logging-basic", "", "WARNING:", needs={"MULTILINE": "start:^[A-Z]+:"}),
    _text("logging-message-only", "", "", others="^(three|in two) lines$", note=_CUT),
    _text("logging-asctime", ASCTIME, ""),
    _text("logging-asctime-level", ASCTIME, "- WARNING -"),
    _text("logging-bracketed", f"[{ASCTIME}]", "[WARNING]"),
    _text("logging-name-bracketed", ASCTIME, "[WARNING]"),
    _text("logging-file-bracketed", ASCTIME, "[WARNING]"),
    _text("logging-name-colon", SECONDS, "WARNING:", unit=SECOND),
    _text("logging-level-first", ASCTIME, "WARNING  "),
    _text("logging-zoned", "2026-11-27T20:00:00+0530", "WARNING", zone=True, unit=SECOND),
    _text("logging-airflow", f"[{ASCTIME}]", "WARNING -"),
    _text("logging-ray", ASCTIME, "\tWARNING "),
    _text("logging-mlflow", "2026/11/27 20:00:00", "WARNING", unit=SECOND),
    _text("logging-scrapy", SECONDS, "WARNING:", unit=SECOND),
    _text("celery", f"[{ASCTIME}: ", ": WARNING/MainProcess]", "celery"),
    _text("uvicorn", "", "WARNING: ", "uvicorn", needs={"MULTILINE": "start:^[A-Z]+:"}),
    _text("uvicorn-colours", ASCTIME, "\x1b[33mWARNING\x1b[0m:", "uvicorn"),
    _text("gunicorn", "[2026-11-27 20:00:00 +0530]", "[WARNING]", "gunicorn", zone=True, unit=SECOND),
    _text("tornado", "[W 261127 20:00:00 events:21]", "[W ", "tornado", unit=SECOND),
    _text("optuna", f"[W {ASCTIME}]", "[W ", "optuna"),
    _text(
        "logfmter",
        f'when="{ASCTIME}"',
        "at=WARNING",
        "logfmter",
        trace=True,
        needs={"PARSE": "logfmt", "LEVEL_FIELDS": "at", "TIMESTAMP_FIELDS": "when"},
    ),
    _text("rich", "[11/27/26 20:00:00]", "WARNING ", "rich", unit=SECOND, note=_ONCE),
    _text("django-server", "[27/Nov/2026 20:00:00,123]", "", "django", unit=SECOND),
    _json("python-json-message", "", "", zone=False),
    _json("python-json-asctime", f'"asctime": "{ASCTIME}"', '"levelname": "WARNING"', zone=False),
    _json(
        "python-json-timestamp", '"timestamp": "2026-11-27T20:00:00.123456+00:00"', '"levelname": "WARNING"', unit=MICRO
    ),
    _json("python-json-renamed", '"timestamp": "2026-11-27T20:00:00+0530"', '"severity": "WARNING"', unit=SECOND),
    _json("python-json-orjson", f'"asctime":"{ASCTIME}"', '"levelname":"WARNING"', zone=False),
    _json("python-json-msgspec", f'"asctime":"{ASCTIME}"', '"levelname":"WARNING"', zone=False),
    _json("ecs", '"@timestamp":"2026-11-27T20:00:00.123Z"', '"log.level":"warning"', "ecs-logging"),
    _json("google", "", '"severity": "WARNING"', "google-cloud-logging", others="googleapis.com/diagnostic"),
    _json(
        "json-logging",
        '"written_at": "2026-11-27T20:00:00.123Z"',
        '"level": "WARNING"',
        "json-logging",
    ),
    _structured("structlog-json", "structlog", f'"timestamp": "{_ISO}"', '"level": "warning"', unit=MICRO, fields=True),
    _structured(
        "structlog-dicts", "structlog", f'"timestamp": "{_ISO}"', '"level": "warning"', unit=MICRO, fields=True
    ),
    _structured("structlog-orjson", "structlog", f'"timestamp":"{_ISO}"', '"level":"warning"', unit=MICRO, fields=True),
    _structured(
        "structlog-ecs", "structlog", '"@timestamp":"2026-11-27T20:00:00.123Z"', '"log.level":"warning"', fields=True
    ),
    _structured(
        "structlog-logfmt",
        "structlog",
        "timestamp=2026-11-27T20:00:00.123456Z",
        "level=warning",
        unit=MICRO,
        needs={"PARSE": "logfmt"},
    ),
    _structured(
        "structlog-keyvalue",
        "structlog",
        f"timestamp='{_ISO}'",
        "level='warning'",
        unit=MICRO,
        trace=False,
    ),
    _structured("structlog-console", "structlog", SECONDS, "[warning  ]", zone=False, unit=SECOND, trace=False),
    _structured(
        "structlog-colours",
        "structlog",
        f"\x1b[2m{_ISO}\x1b[0m",
        "[\x1b[33m\x1b[1mwarning  \x1b[0m]",
        unit=MICRO,
        trace=False,
    ),
    _structured("loguru-text", "loguru", "2026-11-27 20:00:00.123", "| WARNING  |", zone=False, trace=False),
    _structured("loguru-plain", "loguru", "2026-11-27T20:00:00.123456+0530", " WARNING ", unit=MICRO, trace=False),
    _structured(
        "loguru-json",
        "loguru",
        '"timestamp": 1795811618.296636',
        '"name": "WARNING", "no": 30',
        unit=MICRO,
        fields=True,
    ),
    _structured("logbook", "logbook", "[2026-11-27 20:00:00.123456]", "WARNING:", zone=False, unit=MICRO, trace=False),
    _structured(
        "powertools",
        "aws-lambda-powertools",
        '"timestamp":"2026-11-27 20:00:00,123+0530"',
        '"level":"WARNING"',
        fields=True,
    ),
    _structured(
        "powertools-utc",
        "aws-lambda-powertools",
        '"timestamp":"2026-11-27T20:00:00.123+00:00"',
        '"level":"WARNING"',
        fields=True,
    ),
    _structured("logfire", "logfire", "20:00:00.123", "", zone=False, trace=False, note=ALONE),
    _structured(
        "eliot",
        "eliot",
        '"timestamp":1795850256.0523987',
        "",
        unit=MICRO,
        fields=True,
        events="2789",
        others="action_status|traceback",
    ),
    _structured(
        "twisted-text",
        "twisted",
        "2026-11-27T20:00:00+0530",
        "[app#warn]",
        unit=SECOND,
        levels={"6": FATAL},
        trace=False,
        note="the line behind a stack trace is a tab alone",
    ),
    _structured(
        "twisted-json",
        "twisted",
        '"log_time": 1795850256.2197413',
        '"log_level": {"name": "warn"',
        unit=MICRO,
        levels={"6": FATAL},
        fields=True,
        note="each object stands behind the byte 1E (RFC 7464), which makes it no JSON line",
    ),
    _server("uvicorn-server", "uvicorn", "", "INFO:     ", others="^INFO:     |Application|Waiting|server process"),
    _server(
        "gunicorn-server",
        "gunicorn",
        "[27/Nov/2026:20:00:00 +0530]",
        "[ERROR]",
        unit=SECOND,
        levels=_NO_LEVELS,
        others=r"\[INFO\]|/fails",
    ),
    _server(
        "hypercorn-server", "hypercorn", "[2026-11-27 20:00:00 +0530]", "[INFO]", unit=SECOND, others=r"Running|/fails"
    ),
    _server(
        "flask-server",
        "flask",
        "[27/Nov/2026 20:00:00]",
        "ERROR in app",
        zone=False,
        unit=SECOND,
        levels=_NO_LEVELS,
        others=r"^ \* |WARNING: |CTRL|/fails",
    ),
    _server(
        "django-server-run",
        "django",
        "[27/Nov/2026 20:00:00] ",
        "",
        zone=False,
        unit=SECOND,
        events="27",
        others="system check|System check|Django version|Starting dev|Quit the|WARNING|For more|fails|^$|^November",
    ),
    _server(
        "gevent-server",
        "gevent",
        "[2026-11-27 20:00:00]",
        "",
        zone=False,
        unit=SECOND,
        levels=_NO_LEVELS,
        events="2347",
        others="/fails|^$|^Traceback|^in two lines|failed with|KeyboardInterrupt",
        note="a failure is written without its time, and once more behind it, with one",
    ),
    _server("aiohttp-server", "aiohttp", "", "INFO:aiohttp.access:", others="Running on|CTRL|/fails"),
)
