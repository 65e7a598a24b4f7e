"""Python's ``logging`` with the formatters of many projects: ``python -m …standard json``."""

import importlib
import logging
import logging.config
import sys
from collections.abc import Callable, Mapping
from typing import Any

from tests.zoo_loggers.programs.python.events import ODD, TRACE, emit, extra


def _pattern(pattern: str, **options: Any) -> Callable[[], logging.Formatter]:
    return lambda: logging.Formatter(pattern, **options)


def _made(name: str, *arguments: Any, **options: Any) -> Callable[[], logging.Formatter]:
    """Give a formatter of a package, which is imported when it is asked for."""
    module, _, kind = name.rpartition(".")

    def make() -> logging.Formatter:
        formatter: logging.Formatter = getattr(importlib.import_module(module), kind)(*arguments, **options)
        return formatter

    return make


def _scrapy() -> logging.Formatter:
    return logging.Formatter("%(asctime)s [%(name)s] %(levelname)s: %(message)s", "%Y-%m-%d %H:%M:%S")


JSON = "pythonjsonlogger.json.JsonFormatter"
FORMATTERS: dict[str, Callable[[], logging.Formatter]] = {
    "basic": _pattern(logging.BASIC_FORMAT),
    "asctime": _pattern("%(asctime)s %(message)s"),
    "asctime-level": _pattern("%(asctime)s - %(name)s - %(levelname)s - %(message)s"),
    "bracketed": _pattern("[%(asctime)s] [%(levelname)s] %(name)s: %(message)s"),
    "name-bracketed": _pattern("%(asctime)s %(name)s [%(levelname)s] %(message)s"),
    "file-bracketed": _pattern("%(asctime)s %(filename)s:%(lineno)d [%(levelname)s] %(message)s"),
    "name-colon": _pattern("%(asctime)s %(name)s %(levelname)s: %(message)s", datefmt="%Y-%m-%d %H:%M:%S"),
    "level-first": _pattern("%(levelname)-8s %(asctime)s %(name)s:%(lineno)d %(message)s"),
    "zoned": _pattern("%(asctime)s %(levelname)s %(message)s", datefmt="%Y-%m-%dT%H:%M:%S%z"),
    "airflow": _pattern("[%(asctime)s] {%(filename)s:%(lineno)d} %(levelname)s - %(message)s"),
    "ray": _pattern("%(asctime)s\t%(levelname)s %(filename)s:%(lineno)s -- %(message)s"),
    "mlflow": _pattern("%(asctime)s %(levelname)s %(name)s: %(message)s", datefmt="%Y/%m/%d %H:%M:%S"),
    "scrapy": _scrapy,
    "celery": _made(
        "celery.utils.log.ColorFormatter", "[%(asctime)s: %(levelname)s/%(processName)s] %(message)s", use_color=False
    ),
    "message-only": _pattern("%(message)s"),
    "ctime": _pattern("%(asctime)s %(levelname)s %(message)s", datefmt="%c"),
    "rfc2822": _pattern("%(asctime)s %(levelname)s %(message)s", datefmt="%a, %d %b %Y %H:%M:%S %z"),
    "points": _pattern("%(asctime)s %(levelname)s %(message)s", datefmt="%d.%m.%Y %H:%M:%S"),
    "am-pm": _pattern("%(asctime)s %(message)s", datefmt="%m/%d/%Y %I:%M:%S %p"),
    "dashes": _pattern("%(asctime)s \N{EM DASH} %(name)s \N{EM DASH} %(levelname)s \N{EM DASH} %(message)s"),
    "level-colon": _pattern("%(levelname)s:%(asctime)s:%(name)s:%(message)s"),
    "function": _pattern("%(asctime)s %(filename)s:%(lineno)d %(funcName)s %(levelname)s %(message)s"),
    "name-level": _pattern("%(name)s - %(levelname)s - %(message)s"),
    "level-message": _pattern("%(levelname)s %(message)s"),
    "name-marked": _pattern("%(name)s [%(levelname)s] %(message)s"),
    "no-time": _pattern("%(levelname)s %(name)s %(message)s"),
    "otel": _pattern(
        "%(asctime)s %(levelname)s [%(name)s] [%(filename)s:%(lineno)d] [trace_id=0 span_id=0] - %(message)s"
    ),
    "colorlog": _made("colorlog.ColoredFormatter", force_color=True),
    "colorlog-columns": _made(
        "colorlog.ColoredFormatter",
        "%(log_color)s%(levelname)-8s%(reset)s %(blue)s%(message)s",
        force_color=True,
    ),
    "jsonformatter": _made("jsonformatter.JsonFormatter"),
    "jsonformatter-names": _made(
        "jsonformatter.JsonFormatter",
        '{"Name":"name","Levelno":"levelno","Levelname":"levelname","Asctime":"asctime","Message":"message"}',
    ),
    "json-log-formatter": _made("json_log_formatter.JSONFormatter"),
    "json-log-formatter-verbose": _made("json_log_formatter.VerboseJSONFormatter"),
    "logstash-formatter": _made("logstash_formatter.LogstashFormatter"),
    "logstash-formatter-v1": _made("logstash_formatter.LogstashFormatterV1"),
    "logstash-async": _made("logstash_async.formatter.LogstashFormatter"),
    "newrelic-context": _made("newrelic.api.log.NewRelicContextFormatter"),
    "ray-json": _made("ray._common.formatters.JSONFormatter"),
    "ray-text": _made("ray._common.formatters.TextFormatter"),
    "json-message": _made(JSON),
    "json-asctime": _made(JSON, "%(asctime)s %(levelname)s %(name)s %(message)s"),
    "json-timestamp": _made(JSON, "%(levelname)s %(name)s %(message)s", timestamp=True),
    "json-renamed": _made(
        JSON,
        ["message", "levelname", "asctime"],
        rename_fields={"levelname": "severity", "asctime": "timestamp"},
        datefmt="%Y-%m-%dT%H:%M:%S%z",
    ),
    "json-orjson": _made("pythonjsonlogger.orjson.OrjsonFormatter", "%(asctime)s %(levelname)s %(message)s"),
    "json-msgspec": _made("pythonjsonlogger.msgspec.MsgspecFormatter", "%(asctime)s %(levelname)s %(message)s"),
    "ecs": _made("ecs_logging.StdlibFormatter"),
    "uvicorn": _made("uvicorn.logging.DefaultFormatter", "%(levelprefix)s %(message)s", use_colors=False),
    "uvicorn-colours": _made(
        "uvicorn.logging.DefaultFormatter", "%(asctime)s %(levelprefix)s %(message)s", use_colors=True
    ),
    "gunicorn": _pattern("%(asctime)s [%(process)d] [%(levelname)s] %(message)s", datefmt="[%Y-%m-%d %H:%M:%S %z]"),
    "tornado": _made("tornado.log.LogFormatter", color=False),
    "django-server": _made("django.utils.log.ServerFormatter", "[{server_time}] {message}", style="{"),
    "json-logging": _made("json_logging.JSONLogFormatter"),
    "logfmter": _made("logfmter.Logfmter", keys=["at", "when", "name"], mapping={"at": "levelname", "when": "asctime"}),
    "optuna": _made("optuna.logging.create_default_formatter"),
}
HANDLERS: dict[str, str] = {
    "google": "google.cloud.logging.handlers.StructuredLogHandler",
    "rich": "rich.logging.RichHandler",
}


def handler(kind: str) -> logging.Handler:
    """Give what the logger writes with."""
    if kind in HANDLERS:
        module, _, name = HANDLERS[kind].rpartition(".")
        options: dict[str, Any] = {"stream": sys.stdout, "project_id": "zoo"} if kind == "google" else {}
        found: logging.Handler = getattr(importlib.import_module(module), name)(**options)
        return found
    found = logging.StreamHandler(sys.stdout)
    found.setFormatter(FORMATTERS[kind]())
    return found


def main(kind: str) -> None:
    """Log all events by a logger called ``app.views``."""
    logger = logging.getLogger("app.views")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(handler(kind))
    odd = {**ODD, "bytes": 2**63} if kind == "json-orjson" else ODD
    emit(logger, _google if kind == "google" else extra, odd=odd)


def _google(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "extra": {"trace": f"projects/zoo/traces/{TRACE}"} if "trace_id" in fields else {"json_fields": dict(fields)}
    }


if __name__ == "__main__":
    main(sys.argv[1])
