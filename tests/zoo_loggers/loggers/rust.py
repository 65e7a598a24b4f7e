"""Rust's loggers: one program, whose ``Cargo.toml`` pins them."""

import tomllib
from pathlib import Path
from typing import Any, Final

from tests.zoo.setups import _building as building
from tests.zoo_loggers.logger import MICRO, NANO, SECOND, Logger
from tests.zoo_loggers.shipping import PROGRAMS

_PINS: Final[dict[str, Any]] = tomllib.loads((PROGRAMS / "rust/Cargo.toml").read_text())["dependencies"]
_NO_FATAL: Final = "12346789"
_UTC: Final = "2026-11-27T20:00:00.123456Z"
_NANOS: Final = "2026-11-27T20:00:00.123456789Z"
_LOCAL: Final = "2026-11-27T20:00:00.123456789+05:30"


def _build(cache: Path) -> None:
    building.tool("cargo")
    building.once("rust", cache, building.cargo_build, PROGRAMS)


def _version(crate: str) -> str:
    pin = _PINS[crate]
    return str(pin["version"] if isinstance(pin, dict) else pin).removeprefix("=")


def _row(name: str, crate: str, time: str, level: str, **others: Any) -> Logger:
    def command(cache: Path) -> list[str]:
        return [str(cache / "rust/target/debug/loggers"), name]

    options = {"events": _NO_FATAL, **others}
    return Logger(name, "rust", crate, _version(crate), _build, command, time, level, **options)


def _text(name: str, crate: str, time: str, level: str, **others: Any) -> Logger:
    return _row(name, crate, time, level, **{"trace": False, **others})


def _json(name: str, crate: str, time: str, level: str, **others: Any) -> Logger:
    return _row(name, crate, time, level, **{"fields": True, **others})


_TRACING: Final = "tracing-subscriber"

LOGGERS: tuple[Logger, ...] = (
    _text("tracing-text", _TRACING, _UTC, "  WARN ", unit=MICRO),
    _text("tracing-colours", _TRACING, f"\x1b[2m{_UTC}\x1b[0m", "\x1b[33m WARN\x1b[0m", unit=MICRO),
    _text("tracing-compact", _TRACING, _UTC, "  WARN ", unit=MICRO),
    _text("tracing-local", _TRACING, _LOCAL, "  WARN ", unit=NANO),
    _text(
        "tracing-pretty",
        _TRACING,
        f"  {_UTC}",
        "  WARN ",
        unit=MICRO,
    ),
    _json("tracing-json", _TRACING, f'"timestamp":"{_UTC}"', '"level":"WARN"', unit=MICRO),
    _json("tracing-flat", _TRACING, f'"timestamp":"{_UTC}"', '"level":"WARN"', unit=MICRO),
    _row("tracing-logfmt", "tracing-logfmt", f"ts={_NANOS}", "level=warn", unit=NANO, needs={"PARSE": "logfmt"}),
    _json("tracing-bunyan", "tracing-bunyan-formatter", f'"time":"{_NANOS}"', '"level":40', unit=NANO),
    _json("tracing-json-subscriber", "json-subscriber", f'"timestamp":"{_UTC}"', '"level":"WARN"', unit=MICRO),
    _text("env-logger", "env_logger", "[2026-11-27T20:00:00Z ", " WARN  ", unit=SECOND),
    _text("env-logger-millis", "env_logger", "[2026-11-27T20:00:00.123Z ", " WARN  "),
    _text("fern", "fern", "[2026-11-27T20:00:00Z ", " WARN ", unit=SECOND),
    _text("simplelog", "simplelog", _NANOS, "[WARN]", unit=NANO),
    _text("stderrlog", "stderrlog", "2026-11-27T20:00:00.123+05:30 - ", " WARN "),
    _text("log4rs-pattern", "log4rs", _LOCAL, " WARN ", unit=NANO),
    _json("log4rs-json", "log4rs", f'"time":"{_LOCAL}"', '"level":"WARN"', unit=NANO, trace=False),
    _text("flexi-default", "flexi_logger", "", "WARN [", needs={"MULTILINE": r"start:^[A-Z]+ \["}),
    _text("flexi-detailed", "flexi_logger", "[2026-11-27 20:00:00.123456 +05:30]", " WARN ", unit=MICRO),
    _json(
        "flexi-json", "flexi_logger", '"timestamp":"2026-11-27 20:00:00.123456 +05:30"', '"level":"WARN"', unit=MICRO
    ),
    _json("ecs-logger", "ecs-logger", f'"@timestamp":"{_NANOS}"', '"log.level":"WARN"', unit=NANO, trace=False),
    _json("structured-logger", "structured-logger", '"timestamp":1795851521223', '"level":"WARN"'),
    _json("slog-rs-json", "slog-json", f'"ts":"{_NANOS}"', '"level":"WARN"', unit=NANO, events="123456789"),
    _json("slog-rs-bunyan", "slog-bunyan", f'"time":"{_LOCAL}"', '"level":40', unit=NANO, events="123456789"),
    _text("slog-rs-term", "slog-term", "Nov 27 20:00:00.123", " WARN ", events="123456789", zone=False),
)
