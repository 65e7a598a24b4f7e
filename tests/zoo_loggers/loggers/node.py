"""Node's loggers: one program, whose ``package.json`` pins them."""

import json
from pathlib import Path
from typing import Any, Final

from tests.zoo.setups import _building as building
from tests.zoo_loggers.logger import SECOND, Logger
from tests.zoo_loggers.shipping import PROGRAMS

_NO_FATAL: Final = "12346789"
_REQUESTS: Final = "2347"
_ISO: Final = "2026-11-27T20:00:00.123Z"
_TIMED: Final = f'"timestamp":"{_ISO}"'
_PINS: Final[dict[str, str]] = json.loads((PROGRAMS / "node/package.json").read_text())["dependencies"]


def _build(cache: Path) -> None:
    building.tool("node")
    install = [building.tool("npm"), "ci", "--loglevel=error", "--ignore-scripts", "--no-audit", "--no-fund"]
    building.once("node", cache, lambda folder: building.run(install, folder), PROGRAMS)


def _row(name: str, package: str, time: str, level: str, **others: Any) -> Logger:
    def command(cache: Path) -> list[str]:
        return ["env", "ROARR_LOG=true", "node", "--no-deprecation", str(cache / "node/main.mjs"), name]

    version = "of Node" if package == "console" else _PINS[package]
    return Logger(name, "node", package, version, _build, command, time, level, **others)


def _text(name: str, package: str, time: str, level: str, **others: Any) -> Logger:
    return _row(name, package, time, level, **{"trace": False, **others})


def _json(name: str, package: str, time: str, level: str, **others: Any) -> Logger:
    return _row(name, package, time, level, **{"fields": True, **others})


def _winston(name: str, time: str, level: str, **others: Any) -> Logger:
    return _row(name, "winston", time, level, **{"fields": True, "events": _NO_FATAL, **others})


_PLAIN: Final[dict[str, Any]] = {"fields": False, "trace": False}

_NPM: Final = {"PARSE": r"regex:^(?P<level>sill|verb|info|http|notice|WARN|ERR!) "}

_SEVEN: Final[dict[str, Any]] = {"events": "1234679", "zone": False}
_TAPE: Final = "@logtape/logtape"
_TEXTS: tuple[Logger, ...] = (
    _text(
        "electron-log",
        "electron-log",
        "20:00:00.123",
        "",
        **_SEVEN,
        note="a time of day alone, without a level, may be a length of time",
    ),
    _text("electron-log-level", "electron-log", "[2026-11-27 20:00:00.123]", "[warn]", **_SEVEN),
    _text("loglevel-prefix", "loglevel-plugin-prefix", "[20:00:00]", " WARN: ", unit=SECOND, **_SEVEN),
    _text("loglevel-prefix-iso", "loglevel-plugin-prefix", f"[{_ISO}]", " WARN (", events="1234679"),
    _text("logtape-text", _TAPE, "2026-11-27 20:00:00.123 +00:00", "[WRN]", events="12345679"),
    _text("logtape-colours", _TAPE, "2026-11-27 20:00:00.123 +00", "\x1b[33mWRN\x1b[0m", events="12345679"),
    _text("logtape-clock", _TAPE, "20:00:00.123 +00", "[WRN]", events="12345679"),
    _text("logtape-pretty", "@logtape/pretty", "2026-11-27 20:00:00.123", "   warning ", zone=False, events="12345679"),
    _text("pino-pretty-zone", "pino-pretty", "[20:00:00 UTC]", "WARN: ", unit=SECOND),
    _text("pino-pretty-level", "pino-pretty", "[20:00:00.123]", "WARN [", zone=False),
    _text("simple-node-logger", "simple-node-logger", "20:00:00.123", " WARN ", **_SEVEN),
    _text("tracer", "tracer", "2026-11-27T20:00:00+0000", "<warn>", unit=SECOND, events="1234679"),
    _text("winston-half-days", "winston", "[2026-11-27 08:00:00.123 PM]", " warn: ", **_SEVEN),
    _text("winston-dashes", "winston", _ISO, "- warn -", events="1234679"),
    _text("winston-level-first", "winston", _ISO, "warn: ", events="1234679"),
    _text("winston-clock", "winston", "20:00:00 ", " warn: ", unit=SECOND, **_SEVEN),
)

LOGGERS: tuple[Logger, ...] = (
    _text("node-console", "console", "", "", events=_NO_FATAL, others="^three lines$"),
    _json("pino-json", "pino", '"time":1795850908581', '"level":40'),
    _json("pino-names", "pino", f'"time":"{_ISO}"', '"level":"warn"'),
    _json("pino-ecs", "@elastic/ecs-pino-format", f'"@timestamp":"{_ISO}"', '"log.level":"warn"'),
    _json(
        "pino-google",
        "@google-cloud/pino-logging-gcp-config",
        '"timestamp":{"seconds":1795850911,"nanos":57000000}',
        '"severity":"WARNING","level":40',
        others="googleapis.com/diagnostic",
    ),
    _text(
        "pino-pretty",
        "pino-pretty",
        "[20:00:00.123]",
        "WARN (",
        zone=False,
        note="event 8 has a level of its own, for which it writes USERLVL",
    ),
    _json("fastify", "fastify", '"time":1795850911883', '"level":40', others="incoming request|request completed"),
    _winston("winston-default", "", '"level":"warn"'),
    _winston("winston-json", _TIMED, '"level":"warn"'),
    _winston("winston-logstash", f'"@timestamp":"{_ISO}"', '"@fields":{"level":"warn"}'),
    _winston("winston-ecs", f'"@timestamp":"{_ISO}"', '"log.level":"warn"'),
    _winston("winston-syslog", _TIMED, '"level":"warning"', events="123456789"),
    _winston("winston-simple", "", "warn: ", needs={"MULTILINE": "start:^[a-z]+: "}, **_PLAIN),
    _winston("winston-printf", "2026-11-27 20:00:00.123 ", " warn: ", zone=False, **_PLAIN),
    _winston("winston-colours", f"{_ISO} ", " \x1b[33mwarn\x1b[39m: ", **_PLAIN),
    _winston("winston-cli", "", "\x1b[33mwarn\x1b[39m: ", needs={"MULTILINE": r"start:^\x1b\["}, **_PLAIN),
    _json("bunyan", "bunyan", f'"time":"{_ISO}"', '"level":40'),
    _text("log4js-basic", "log4js", "[2026-11-27T20:00:00.123]", "[WARN]", zone=False),
    _text("log4js-coloured", "log4js", "\x1b[33m[2026-11-27T20:00:00.123]", "[WARN]", zone=False),
    _text("log4js-pattern", "log4js", "2026-11-27T20:00:00.123+05:30", " WARN "),
    _json(
        "log4js-json",
        "log4js-json-layout",
        f'"startTime":"{_ISO}"',
        '"level":"WARN"',
    ),
    _text("consola", "consola", "", "[warn]", needs={"MULTILINE": r"start:^\[[a-z]+\] "}),
    _text(
        "consola-default",
        "consola",
        "",
        " WARN ",
        events="2345679",
        note="a mark, or a level within spaces on a line of its own: for a terminal",
    ),
    _text("signale", "signale", "[11/27/2026] [8:00:00 PM]", "warning", zone=False, unit=SECOND),
    _text("npmlog", "npmlog", "", "WARN app", events=_NO_FATAL, others="^(ERR!|info) app", needs=_NPM),
    _text("tslog-pretty", "tslog", "2026-11-27 20:00:00.123", "\tWARN\t", zone=False),
    _json("tslog-json", "tslog", f'"time":"{_ISO}"', '"level":"WARN"'),
    _text("nestjs-text", "@nestjs/common", "11/27/2026, 8:00:00 PM", "   WARN [", zone=False, unit=SECOND),
    _json("nestjs-json", "@nestjs/common", '"timestamp":1795850941724', '"level":"warn"', trace=False),
    _json("roarr-json", "roarr", '"time":1795850942554', '"logLevel":40'),
    *_TEXTS,
    _text("morgan-combined", "morgan", "[27/Nov/2026:20:00:00 +0000]", "", unit=SECOND, events=_REQUESTS),
    _text("morgan-dev", "morgan", "", "", events=_REQUESTS),
)
