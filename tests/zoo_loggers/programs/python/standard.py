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
