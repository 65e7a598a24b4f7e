"""What frameworks of Python set up, and more formatters of ``logging``; dbt and its like have a venv of their own."""

from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import replace

from tests.zoo.commands import ROOT
from tests.zoo.setups import _building as building
from tests.zoo_loggers.logger import ERROR, MICRO, SECOND, Logger
from tests.zoo_loggers.loggers.python import ALONE, ASCTIME, SECONDS, row

_LOCK: Final = Path(__file__).with_name("pipelines.txt")
"""dbt-core 1.10 and google-cloud-logging 3.17 want different protobufs."""
_LINES: Final = "^(three|in two) lines"


def _text(name: str, package: str, time: str, level: str, **others: Any) -> Logger:
    return row(name, package, f"frameworks {name}", time, level, **{"trace": False, "zone": False, **others})


def _json(name: str, package: str, time: str, level: str, **others: Any) -> Logger:
    return row(name, package, f"frameworks {name}", time, level, **{"fields": True, **others})


def _standard(name: str, package: str, time: str, level: str, **others: Any) -> Logger:
    kind = name.removeprefix("logging-")
    return row(name, package, f"standard {kind}", time, level, **{"trace": False, "zone": False, **others})


def _fields(name: str, package: str, time: str, level: str, **others: Any) -> Logger:
    return row(name, package, f"standard {name}", time, level, **{"fields": True, **others})


def _build(cache: Path) -> None:
    building.venv_of(_LOCK, cache / "pipelines")


def _pipeline(name: str, package: str, time: str, level: str, **others: Any) -> Logger:
    """Give a row whose program runs in the other venv."""

    def command(cache: Path) -> list[str]:
        python = str(cache / "pipelines/venv/bin/python")
        module = "tests.zoo_loggers.programs.python.frameworks"
        return ["env", f"PYTHONPATH={ROOT}", python, "-P", "-W", "ignore", "-m", module, name]

    found = _text(name, "python-json-logger", time, level, **others)
    version = building.pinned(_LOCK, package)
    return replace(found, package=package, version=version, build=_build, command=command)


_DBT: Final = MappingProxyType(
    {
        "events": "2379",
        "levels": MappingProxyType({"9": ERROR}),
        "others": r"dbt|duckdb|manifest|macros$|macros\"|^=====|^$",
    }
)
_LEVEL_FIRST: Final = MappingProxyType({"MULTILINE": "start:^(?:INFO|WARNING|ERROR|CRITICAL) "})

LOGGERS: tuple[Logger, ...] = (
    _standard("logging-ctime", "logging", "Fri Nov 27 20:00:00 2026", " WARNING ", unit=SECOND),
    _standard("logging-rfc2822", "logging", "Fri, 27 Nov 2026 20:00:00 +0530", " WARNING ", unit=SECOND, zone=True),
    _standard("logging-points", "logging", "27.11.2026 20:00:00", " WARNING ", unit=SECOND),
    _standard("logging-am-pm", "logging", "11/27/2026 08:00:00 PM", "", unit=SECOND),
    _standard("logging-dashes", "logging", ASCTIME, "WARNING"),
    _standard("logging-level-colon", "logging", ASCTIME, "WARNING:"),
    _standard("logging-function", "logging", ASCTIME, " emit WARNING "),
    _standard("logging-name-level", "logging", "", " - WARNING - ", needs={"MULTILINE": "start:^[a-z.]+ - [A-Z]+ - "}),
    _standard("logging-no-time", "logging", "", "WARNING app", needs={"MULTILINE": "start:^[A-Z]+ [a-z.]+ "}),
    _standard("logging-level-message", "logging", "", "WARNING ", needs=_LEVEL_FIRST),
    _standard("logging-name-marked", "logging", "", " [WARNING] ", needs={"MULTILINE": "start:^[a-z.]+ .[A-Z]+. "}),
    _standard("logging-otel", "logging", ASCTIME, " WARNING ["),
    row(
        "loguru-at",
        "loguru",
        "structured loguru-at",
        "2026-11-27 at 20:00:00",
        "| WARNING |",
        zone=False,
        trace=False,
        unit=SECOND,
    ),
    _text("sanic", "sanic", "2026-11-27 20:00:00 +0530", "WARNING: ", unit=SECOND, zone=True),
    _text("granian", "granian", "", "[WARNING]", needs={"MULTILINE": r"start:^\[[A-Z]+\] "}),
    _text("cherrypy", "cherrypy", "[27/Nov/2026:20:00:00]", "", unit=SECOND),
    _text("coloredlogs", "coloredlogs", SECONDS, " WARNING ", unit=SECOND),
    _text("coloredlogs-colours", "coloredlogs", f"\x1b[32m{SECONDS}\x1b[0m", "\x1b[1;30mWARNING\x1b[0m", unit=SECOND),
    _standard("colorlog", "colorlog", "", "\x1b[33mWARNING:app", needs={"MULTILINE": r"start:^\x1b\[[\d;]+m[A-Z]+:"}),
    _standard(
        "colorlog-columns",
        "colorlog",
        "",
        "\x1b[33mWARNING \x1b[0m",
        needs={"MULTILINE": r"start:^\x1b\[[\d;]+m[A-Z]{4,8}[ \x1b]"},
    ),
    _text("daiquiri", "daiquiri", ASCTIME, " WARNING "),
    _json(
        "daiquiri-datadog",
        "daiquiri",
        '"timestamp": "2026-11-27T20:00:00.123456+00:00"',
        '"status": "warning"',
        unit=MICRO,
    ),
    _fields("jsonformatter", "jsonformatter", "", '"levelname": "WARNING"', trace=False, zone=False),
    _fields(
        "jsonformatter-names",
        "jsonformatter",
        f'"Asctime": "{ASCTIME}"',
        '"Levelname": "WARNING"',
        trace=False,
        zone=False,
    ),
    _fields("json-log-formatter", "json-log-formatter", '"time": "2026-11-27T20:00:00.123456+00:00"', "", unit=MICRO),
    _fields(
        "json-log-formatter-verbose",
        "json-log-formatter",
        '"time": "2026-11-27T20:00:00.123456+00:00"',
        '"levelname": "WARNING"',
        unit=MICRO,
    ),
    _fields(
        "logstash-formatter", "logstash-formatter", '"@timestamp": "2026-11-27T20:00:00.123Z"', '"levelname": "WARNING"'
    ),
    _fields(
        "logstash-formatter-v1",
        "logstash-formatter",
        '"@timestamp": "2026-11-27T20:00:00.123Z"',
        '"levelname": "WARNING"',
    ),
    _fields(
        "logstash-async", "python-logstash-async", '"@timestamp": "2026-11-27T20:00:00.123Z"', '"level": "WARNING"'
    ),
    _text("newrelic", "newrelic", ASCTIME, " WARNING -", others="Initializing"),
    _fields("newrelic-context", "newrelic", '"timestamp":1795944558812', '"log.level":"WARNING"', trace=False),
    _text("locust", "locust", f"[{ASCTIME}]", "/WARNING/"),
    _fields("ray-json", "ray", '"timestamp_ns": 1795944558812345678', '"levelname": "WARNING"', unit=MICRO),
    _standard("ray-text", "ray", ASCTIME, "WARNING "),
    _text(
        "oslo",
        "oslo-log",
        "2026-11-27 20:00:00.123",
        " WARNING ",
        others=" ERROR nova.compute ",
        note="each line of a stack trace has the head, and is a record",
    ),
    _json(
        "oslo-json",
        "oslo-log",
        f'"asctime": "{SECONDS}"',
        '"levelname": "WARNING"',
        zone=False,
        trace=False,
        unit=SECOND,
    ),
    _text("logzero", "logzero", "[W 261127 20:00:00 events:21]", "[W ", unit=SECOND),
    _json("logzero-json", "logzero", f'"asctime": "{ASCTIME}"', '"levelname": "WARNING"', zone=False, trace=False),
    _text("scrapy", "scrapy", SECONDS, " WARNING: ", unit=SECOND),
    _text("rq", "rq", "20:00:00", "", unit=SECOND, others=_LINES, note=ALONE),
    _text("huey", "huey", f"[{ASCTIME}]", " WARNING:"),
    _text("dramatiq", "dramatiq", f"[{ASCTIME}]", "[WARNING]"),
    _text("taskiq", "taskiq", f"[{ASCTIME}]", "[WARNING]"),
    _text("supervisor", "supervisor", ASCTIME, " WARN ", events="12345789"),
    _text("luigi", "luigi", "", "WARNING: ", needs={"MULTILINE": "start:^[A-Z]+: "}),
    _text("kopf", "kopf", f"[{ASCTIME}]", "[WARNING ]"),
    _json("kopf-json", "kopf", '"timestamp": "2026-11-27T20:00:00.123456+00:00"', '"severity": "warn"', unit=MICRO),
    _text("distributed", "distributed", ASCTIME, "- WARNING -"),
    _pipeline("prefect", "prefect", "20:00:00.123", "| WARNING |", events="23456789"),
    _pipeline("dagster", "dagster", "\x1b[32m2026-11-27 20:00:00 +0530\x1b[0m", "WARNING", unit=SECOND, zone=True),
    _pipeline(
        "dagster-json",
        "dagster",
        '"timestamp": "2026-11-27T20:00:00.123456Z"',
        '"level": "warning"',
        unit=MICRO,
        fields=True,
        zone=True,
    ),
    _pipeline(
        "dbt-json",
        "dbt-core",
        '"ts": "2026-11-27T20:00:00.123456Z"',
        '"level": "warn"',
        unit=MICRO,
        fields=True,
        zone=True,
        **_DBT,
    ),
    _pipeline("dbt-debug", "dbt-core", "20:00:00.123456", " [warn ] ", unit=MICRO, **_DBT),
    _pipeline("dbt-text", "dbt-core", "20:00:00", "", unit=SECOND, note=ALONE, **_DBT | {"levels": {}}),
)
