"""A part of the loggers' zoo that a change must not break: what ``docs/loggers.md`` says is read right stays so."""

import os
import sys
from pathlib import Path

import pytest

from tests.zoo.finding import build
from tests.zoo_loggers.cells import DEFAULT, SET, Options, cells, output_of, run_cells
from tests.zoo_loggers.finding import CACHE, all_loggers
from tests.zoo_loggers.logger import Logger
from tests.zoo_loggers.page import said_right

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PART = (
    "logging-asctime-level",
    "logging-basic",
    "celery",
    "uvicorn",
    "gunicorn",
    "python-json-asctime",
    "ecs",
    "structlog-json",
    "structlog-console",
    "structlog-logfmt",
    "loguru-text",
    "loguru-json",
    "powertools",
    "pino-json",
    "winston-json",
    "winston-logstash",
    "bunyan",
    "log4js-basic",
    "nestjs-json",
    "monolog-line",
    "monolog-json",
    "ruby-logger",
    "nginx-combined",
    "nginx-json",
    "nginx-error",
    "apache-error",
    "rsyslog-traditional",
    "log4j2-gelf",
    "logback-pattern",
    "logback-json",
    "spring-ecs",
    "jul-simple",
)
LASTING = ("python", "node", "java")
"""Whose registries keep every version; Debian's archive drops a package that it replaces."""
RIGHT = said_right((Path(__file__).parents[2] / "docs/loggers.md").read_text())
"""By name and cell."""


def _language(*names: str) -> list[Logger]:
    """Give the loggers of the part, of languages that are here."""
    found = [each for each in all_loggers() if each.name in PART and each.language in names]
    for each in found:
        if why := build(each, CACHE):
            lasting = os.environ.get("CI") == "true" and each.language in LASTING
            give_up = pytest.fail if lasting else pytest.skip
            give_up(why)
    return found


@pytest.mark.parametrize("language", sorted({each.language for each in all_loggers() if each.name in PART}))
def test_loggers_are_read_as_well_as_the_page_says(language: str, tmp_path: Path) -> None:
    """Every event is one record, with its time, its severity, its trace id and its fields."""
    loggers = _language(language)
    options = Options((sys.executable, "-m", "logship"), CACHE)
    outputs = {each.name: output_of(each, options, tmp_path) for each in loggers}
    todo = [(each, cell) for each in loggers for cell in cells(each) if (each.name, cell) in RIGHT]
    found = run_cells(todo, outputs, options, tmp_path)
    assert {each: figures.faults() for each, figures in found.items() if figures.faults()} == {}


def test_the_page_has_what_is_run_here() -> None:
    """And calls most of it right."""
    assert {*PART} <= {each.name for each in all_loggers()}
    assert len([name for name in PART if {(name, DEFAULT), (name, SET)} & RIGHT]) > 0
