"""Java's loggers: one program, whose ``pom.xml`` pins them."""

import re
from pathlib import Path
from typing import Any, Final

from tests.zoo.setups import _building as building
from tests.zoo_loggers.logger import NANO, SECOND, Logger
from tests.zoo_loggers.shipping import PROGRAMS

_POM: Final = (PROGRAMS / "java/pom.xml").read_text()
_NO_FATAL: Final = "12346789"
_NO_KEYS: Final = "1234679"
_PLAIN: Final = "2026-11-27 20:00:00.123"
_COMMA: Final = "2026-11-27 20:00:00,123"
_ZONED: Final = "2026-11-27T20:00:00.123+05:30"
_NANOS: Final = "2026-11-27T20:00:00.123456789+05:30"


def _build(cache: Path) -> None:
    building.tool("java")
    maven = building.tool("mvn")
    command = [maven, "-q", "-B", "process-classes"]
    building.once("java", cache, lambda folder: building.run(command, folder), PROGRAMS)


def _version(artifact: str) -> str:
    if artifact == "java.util.logging":
        return "of the JDK"
    found = re.search(rf"<artifactId>{re.escape(artifact)}</artifactId>\s*<version>(.*)</version>", _POM)
    assert found, artifact
    return found[1]


def _row(name: str, artifact: str, time: str, level: str, **others: Any) -> Logger:
    def command(cache: Path) -> list[str]:
        made = cache / "java/target"
        quick = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Duser.language=en", "-Duser.country=US"]
        quick += [
            "-Dslf4j.provider=ch.qos.logback.classic.spi.LogbackServiceProvider",
            "-Dslf4j.internal.verbosity=WARN",
        ]
        return ["java", *quick, "-cp", f"{made}/classes:{made}/lib/*", "loggers.Loggers", name]

    return Logger(name, "java", artifact, _version(artifact), _build, command, time, level, **others)


def _text(name: str, artifact: str, time: str, level: str, **others: Any) -> Logger:
    return _row(name, artifact, time, level, **{"trace": False, "zone": False, **others})


def _json(name: str, artifact: str, time: str, level: str, **others: Any) -> Logger:
    return _row(name, artifact, time, level, **{"fields": True, **others})


_LOGBACK: Final = "logback-classic"
_LOG4J: Final = "log4j-core"
_TEMPLATE: Final = "log4j-layout-template-json"
_SPRING: Final = "spring-boot"
_JUL: Final = "java.util.logging"
_JBOSS: Final = "jboss-logmanager"

_SIMPLE: Final = {"MULTILINE": r"start:^\[[^\]]+\] [A-Z]+ "}
_ELAPSED: Final = {"MULTILINE": r"start:^\d+ +\[[^\]]+\] [A-Z]+ "}
_LOCAL: Final = "2026-11-27 20:00:00"
_TEXTS: tuple[Logger, ...] = (
    _text("log4j2-basic", _LOG4J, "20261127T200000,123", " WARN "),
    _text("log4j2-millis", _LOG4J, "1795790000123", " WARN "),
    _text("log4j2-game", _LOG4J, "[20:00:00]", "[main/WARN]", unit=SECOND, note="the form of Minecraft's server"),
    _text("log4j2-thread-first", _LOG4J, _COMMA, " WARN "),
    _text("log4j2-level-first", _LOG4J, _LOCAL, "[WARN ]", unit=SECOND),
    _text(
        "log4j2-elapsed", _LOG4J, "", " WARN ", needs=_ELAPSED, note="the first pattern of its manual, and of Log4j 1's"
    ),
    _text("slf4j-simple", "slf4j-simple", "", " WARN ", events=_NO_KEYS, needs=_SIMPLE),
    _text("slf4j-simple-time", "slf4j-simple", "2026-11-27 20:00:00:123 +0530", "[WARN]", zone=True, events=_NO_KEYS),
    _text("commons-logging", "commons-logging", "2026/11/27 20:00:00:123 UTC", "[WARN]", events="12345679"),
    _text("tinylog-pattern", "tinylog-impl", "20:00:00.123", " WARN: ", events=_NO_KEYS),
    _text("jul-helidon", _JUL, "2026.11.27 20:00:00", " WARNING ", unit=SECOND, events=_NO_KEYS),
    _text("jul-half-days", _JUL, "Nov 27, 2026 8:00:00 PM", " WARNING ", unit=SECOND, events=_NO_KEYS),
)

LOGGERS: tuple[Logger, ...] = (
    _text("logback-default", _LOGBACK, "20:00:00.123 [main]", " WARN ", events="2346789"),
    _text("logback-pattern", _LOGBACK, _PLAIN, " WARN ", events=_NO_FATAL),
    _text("logback-iso", _LOGBACK, _COMMA, " WARN ", events=_NO_FATAL),
    _text("logback-zoned", _LOGBACK, _ZONED, " WARN ", zone=True, events=_NO_FATAL),
    _text("logback-thread-first", _LOGBACK, _COMMA, "WARN ", events=_NO_FATAL),
    _text("logback-colours", _LOGBACK, "20:00:00.123", "\x1b[31mWARN \x1b[0;39m", events=_NO_FATAL),
    _json(
        "logback-json",
        _LOGBACK,
        '"timestamp":1795851256358,"nanoseconds":358231067',
        '"level":"WARN"',
        unit=NANO,
        events=_NO_FATAL,
    ),
    _json(
        "logback-logstash",
        "logstash-logback-encoder",
        f'"@timestamp":"{_NANOS}"',
        '"level":"WARN"',
        unit=NANO,
        events=_NO_FATAL,
    ),
    _json(
        "logback-ecs",
        "logback-ecs-encoder",
        '"@timestamp":"2026-11-27T20:00:00.123Z"',
        '"log.level": "WARN"',
        events=_NO_FATAL,
    ),
    _text("log4j2-default", _LOG4J, "2026-11-27T20:00:00.123456789Z", " ERROR ", zone=True, unit=NANO, events="456"),
    _text("log4j2-pattern", _LOG4J, _COMMA, " WARN "),
    _text("log4j2-zoned", _LOG4J, _ZONED, "\x1b[33mWARN \x1b[m", zone=True),
    _json(
        "log4j2-json-layout",
        _LOG4J,
        '"instant":{"epochSecond":1795851258,"nanoOfSecond":700085897}',
        '"level":"WARN"',
        unit=NANO,
    ),
    _json(
        "log4j2-json-template",
        _TEMPLATE,
        '"instant":{"epochSecond":1795851259,"nanoOfSecond":435595049}',
        '"level":"WARN"',
        unit=NANO,
    ),
    _json("log4j2-ecs", _TEMPLATE, '"@timestamp":"2026-11-27T20:00:00.123Z"', '"log.level":"WARN"'),
    _json("log4j2-gelf", _TEMPLATE, '"timestamp":1795811975.326', '"level":4', trace=False),
    _json(
        "log4j2-gcp",
        _TEMPLATE,
        '"timestampSeconds":1795851261,"timestampNanos":137395100',
        '"severity":"WARNING"',
        unit=NANO,
        trace=False,
    ),
    _json("log4j2-logstash", _TEMPLATE, '"@timestamp":"2026-11-27T20:00:00.123+0530"', '"level":"WARN"'),
    _text(
        "spring-text",
        _SPRING,
        _ZONED,
        "  WARN ",
        zone=True,
        events=_NO_FATAL,
        others="Start(ing|ed) |No active profile",
    ),
    _json(
        "spring-ecs",
        _SPRING,
        '"@timestamp":"2026-11-27T20:00:00.123456789Z"',
        '"log":{"level":"WARN"',
        unit=NANO,
        events=_NO_FATAL,
    ),
    _json(
        "spring-gelf",
        _SPRING,
        '"timestamp":1795851265.247',
        '"level":4,"_level_name":"WARN"',
        events=_NO_FATAL,
        trace=False,
    ),
    _json("spring-logstash", _SPRING, f'"@timestamp":"{_NANOS}"', '"level":"WARN"', unit=NANO, events=_NO_FATAL),
    _text("jul-simple", _JUL, "Nov 27, 2026 8:00:00 PM", "WARNING: ", unit=SECOND, events=_NO_KEYS),
    _text("jul-one-line", _JUL, "2026-11-27T20:00:00.123+0530", " WARNING ", zone=True, events=_NO_KEYS),
    _json(
        "jboss-json", _JBOSS, f'"timestamp":"{_NANOS}"', '"level":"WARNING"', unit=NANO, events=_NO_KEYS, trace=False
    ),
    _text("jboss-pattern", _JBOSS, _COMMA, " WARNING ", events=_NO_KEYS),
    _text("tomcat", "tomcat-juli", "27-Nov-2026 20:00:00.123", " WARNING ", events=_NO_KEYS),
    _text("flogger", "flogger-system-backend", "Nov 27, 2026 8:00:00 PM", "WARNING: ", unit=SECOND, events=_NO_KEYS),
    _text("reload4j", "reload4j", _COMMA, " WARN ", events="12345679"),
    _text("tinylog", "tinylog-impl", "2026-11-27 20:00:00", "WARN: ", unit=SECOND, events=_NO_KEYS),
    *_TEXTS,
)
