"""Go's loggers: one program, whose ``go.mod`` pins them."""

import re
from pathlib import Path
from typing import Any, Final

from tests.zoo.setups import _building as building
from tests.zoo_loggers.logger import MICRO, NANO, SECOND, Logger
from tests.zoo_loggers.shipping import PROGRAMS

_NO_FATAL: Final = "12346789"
_PLAIN: Final = "2026/11/27 20:00:00"
_ZONED: Final = "2026-11-27T20:00:00+05:30"
_NANOS: Final = "2026-11-27T20:00:00.123456789+05:30"
_NEEDS_LOGFMT: Final = {"PARSE": "logfmt"}


def _build(cache: Path) -> None:
    go = building.tool("go")
    command = [go, "build", "-mod=readonly", "-o", "loggers"]
    building.once("go", cache, lambda folder: building.run(command, folder), PROGRAMS)


def _version(module: str) -> str:
    if module in ("log", "log/slog"):
        return f"of Go {_pinned('go')}"
    return _pinned(module)


def _pinned(module: str) -> str:
    found = re.search(rf"^\t?{re.escape(module)} v?([\d.]+\S*)", (PROGRAMS / "go/go.mod").read_text(), re.MULTILINE)
    assert found, module
    return found[1]


def _row(name: str, module: str, time: str, level: str, **others: Any) -> Logger:
    def command(cache: Path) -> list[str]:
        return [str(cache / "go/loggers"), name]

    return Logger(name, "go", module, _version(module), _build, command, time, level, **others)


def _text(name: str, module: str, time: str, level: str, **others: Any) -> Logger:
    return _row(name, module, time, level, **{"trace": False, **others})


def _json(name: str, module: str, time: str, level: str, **others: Any) -> Logger:
    return _row(name, module, time, level, **{"fields": True, **others})


_ZAP: Final = "go.uber.org/zap"
_ZEROLOG: Final = "github.com/rs/zerolog"
_LOGRUS: Final = "github.com/sirupsen/logrus"
_HCLOG: Final = "github.com/hashicorp/go-hclog"
_CHARM: Final = "github.com/charmbracelet/log"
_APEX: Final = "github.com/apex/log"
_KIT: Final = "github.com/go-kit/log"
_LOG15: Final = "github.com/inconshreveable/log15/v3"

_APEX_TEXT: Final = {"MULTILINE": r"start:^\x1b\[", "PARSE": r"regex:^\x1b\[\d+m +(?P<level>[A-Z]+)"}

_SEELOG: Final = "github.com/cihub/seelog"
_GO_LOGGING: Final = "github.com/op/go-logging"
_ONES: Final[dict[str, Any]] = {"events": "12345679"}
_NO_NUMBERS: Final[dict[str, Any]] = {"events": "1234679"}
_LOCAL: Final[dict[str, Any]] = {"zone": False, "unit": SECOND, **_ONES}
_TEXTS: tuple[Logger, ...] = (
    _text("seelog", _SEELOG, "1795790000123456789 ", "[Warn]", unit=NANO, **_ONES),
    _text("seelog-format", _SEELOG, "2026-11-27/20:00:00", "[WRN]", **_LOCAL),
    _text("go-logging", _GO_LOGGING, "20:00:00.123", "\u25b6 WARN ", zone=False, **_ONES),
    _text("go-logging-fabric", _GO_LOGGING, "2026-11-27 20:00:00.123 UTC", "-> WARN ", zone=False, **_ONES),
    _text(
        "golog", "github.com/kataras/golog", "2026/11/27 20:00", "[WARN]", zone=False, unit=60 * SECOND, **_NO_NUMBERS
    ),
    _text(
        "logr-stdr",
        "github.com/go-logr/stdr",
        "2026/11/27 20:00:00.123456",
        '"level"=0',
        unit=MICRO,
        events="1246789",
        note='an error has no level, but `"error"=`',
    ),
    _text("logrus-colours", _LOGRUS, "[20:00:00.123]", "\x1b[33mWARN\x1b[0m", zone=False),
    _text("logrus-untimed", _LOGRUS, "", "\x1b[33mWARN\x1b[0m", needs={"MULTILINE": r"start:^\x1b\["}),
    _text("log15-terminal", _LOG15, "[11-27|20:00:00]", "\x1b[33mWARN\x1b[0m", zone=False, unit=SECOND),
    _text("loggo", "github.com/juju/loggo", "2026-11-27 20:00:00", " WARNING ", unit=SECOND, **_ONES),
    _text("jwalterweatherman", "github.com/spf13/jwalterweatherman", _PLAIN, "[app] WARN ", **_LOCAL),
    _text(
        "slog-console",
        "github.com/phsym/console-slog",
        "\x1b[90m2026-11-27 20:00:00\x1b[0m",
        "WRN",
        zone=False,
        unit=SECOND,
    ),
    _text("zerolog-rfc822", _ZEROLOG, "27 Nov 26 20:00 +0530", " WRN ", unit=60 * SECOND, levels={"8": None}),
    _text("zap-epoch", _ZAP, "1.7958506937554853e+09", "\twarn\t", unit=MICRO),
)

LOGGERS: tuple[Logger, ...] = (
    _text("go-log", "log", _PLAIN, "", zone=False, unit=SECOND, events="2679"),
    _text("go-log-flags", "log", f"{_PLAIN}.123456 standard.go:13: app: ", "", unit=MICRO, events="2679"),
    _text("slog-default", "log/slog", _PLAIN, " WARN ", zone=False, unit=SECOND),
    _row("slog-text", "log/slog", "time=2026-11-27T20:00:00.123+05:30", "level=WARN", needs=_NEEDS_LOGFMT),
    _json("slog-json", "log/slog", f'"time":"{_NANOS}"', '"level":"WARN"', unit=NANO),
    _json("slog-json-source", "log/slog", f'"time":"{_NANOS}"', '"level":"WARN"', unit=NANO, trace=False),
    _json("slog-google", "log/slog", f'"time":"{_NANOS}"', '"severity":"WARN"', unit=NANO),
    _text("tint", "github.com/lmittmann/tint", "\x1b[2m2026-11-27T20:00:00.123+05:30\x1b[0m", "\x1b[93mWRN\x1b[0m"),
    _json("zap-production", _ZAP, '"ts":1795850693.7554853', '"level":"warn"', unit=MICRO),
    _json("zap-iso-colours", _ZAP, '"timestamp":"2026-11-27T20:00:00.123+0530"', r'"level":"\u001b[33mWARN\u001b[0m"'),
    _text("zap-development", _ZAP, "2026-11-27T20:00:00.123+0530", "\tWARN\t"),
    _text("zap-console", _ZAP, "2026-11-27T20:00:00.123+0530", "\twarn\t"),
    _json("zerolog-json", _ZEROLOG, f'"time":"{_ZONED}"', '"level":"warn"', unit=SECOND),
    _json("zerolog-unix-ms", _ZEROLOG, '"time":1795850693799', '"level":"warn"'),
    _text("zerolog-console", _ZEROLOG, _ZONED, " WRN ", unit=SECOND, levels={"8": None}),
    _row("logrus-text", _LOGRUS, f'time="{_ZONED}"', "level=warning", unit=SECOND, needs=_NEEDS_LOGFMT),
    _json("logrus-json", _LOGRUS, f'"time":"{_ZONED}"', '"level":"warning"', unit=SECOND),
    _text("klog-text", "k8s.io/klog/v2", "W1127 20:00:00.123456", "W1", zone=False, unit=MICRO, events="2346789"),
    _json(
        "klog-json",
        "k8s.io/component-base",
        '"ts":1795850693868.0547',
        '"v":0',
        unit=MICRO,
        events="246789",
    ),
    _text("glog", "github.com/golang/glog", "W1127 20:00:00.123456", "W1", zone=False, unit=MICRO, events="234679"),
    _text(
        "hclog-text",
        _HCLOG,
        "2026-11-27T20:00:00.123+0530",
        "[WARN]",
        events=_NO_FATAL,
        note="the line of two spaces behind a text of several",
    ),
    _json(
        "hclog-json",
        _HCLOG,
        '"@timestamp":"2026-11-27T20:00:00.123456+05:30"',
        '"@level":"warn"',
        unit=MICRO,
        events=_NO_FATAL,
    ),
    _text("charmbracelet-text", _CHARM, _PLAIN, " WARN ", zone=False, unit=SECOND),
    _json("charmbracelet-json", _CHARM, f'"time":"{_PLAIN}"', '"level":"warn"', zone=False, unit=SECOND),
    _row("charmbracelet-kv", _CHARM, f'time="{_PLAIN}"', "level=warn", zone=False, unit=SECOND, needs=_NEEDS_LOGFMT),
    _text("apex-text", _APEX, "", "\x1b[33m  WARN\x1b[0m[0000]", events=_NO_FATAL, needs=_APEX_TEXT),
    _json("apex-json", _APEX, f'"timestamp":"{_NANOS}"', '"level":"warn"', unit=NANO, events=_NO_FATAL),
    _row("apex-logfmt", _APEX, f"timestamp={_NANOS}", "level=warn", unit=NANO, events=_NO_FATAL, needs=_NEEDS_LOGFMT),
    _json("go-kit-json", _KIT, '"ts":"2026-11-27T20:00:00.123456789Z"', '"level":"warn"', unit=NANO, events=_NO_FATAL),
    _row(
        "go-kit-logfmt",
        _KIT,
        "ts=2026-11-27T20:00:00.123456789Z",
        "level=warn",
        unit=NANO,
        events=_NO_FATAL,
        needs=_NEEDS_LOGFMT,
    ),
    _json("log15-json", _LOG15, f'"t":"{_NANOS}"', '"lvl":"warn"', unit=NANO),
    _row(
        "log15-logfmt",
        _LOG15,
        "t=2026-11-27T20:00:00+0530",
        "lvl=warn",
        unit=SECOND,
        needs={"PARSE": "logfmt", "TIMESTAMP_FIELDS": "t"},
    ),
    _json(
        "phuslu-json",
        "github.com/phuslu/log",
        '"time":"2026-11-27T20:00:00.123+05:30"',
        '"level":"warn"',
        events=_NO_FATAL,
    ),
    _json(
        "go-zero-json",
        "github.com/zeromicro/go-zero",
        '"@timestamp":"2026-11-27T20:00:00.123+05:30"',
        '"level":"error"',
        events="1246789",
        note="`trace` is a word that others use for traces of stacks",
    ),
    _text(
        "gin",
        "github.com/gin-gonic/gin",
        "[GIN] 2026/11/27 - 20:00:00 |",
        "",
        zone=False,
        unit=SECOND,
        events="2347",
    ),
    *_TEXTS,
    _json("echo-json", "github.com/labstack/echo/v4", f'"time":"{_NANOS}"', "", unit=NANO, events="2347", trace=False),
)
