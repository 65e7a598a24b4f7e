"""A part of the loggers' zoo that a change must not break: what ``docs/loggers.md`` says is read right stays so."""

import os
import sys
from pathlib import Path

import pytest

from tests.zoo.finding import build
from tests.zoo_loggers.cells import DEFAULT, SET, Options, run_cell
from tests.zoo_loggers.finding import CACHE, all_loggers
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
LOGGERS = {each.name: each for each in all_loggers()}
RIGHT = said_right((Path(__file__).parents[2] / "docs/loggers.md").read_text())
"""By name and cell."""


@pytest.mark.parametrize("name", PART)
def test_a_logger_is_read_as_well_as_the_page_says(name: str, tmp_path: Path) -> None:
    """Every event is one record, with its time, its severity, its trace id and its fields."""
    logger = LOGGERS[name]
    if why := build(logger, CACHE):
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up(why)
    options = Options((sys.executable, "-m", "logship"), CACHE)
    for cell in (DEFAULT, SET):
        if (name, cell) in RIGHT:
            figures = run_cell(logger, cell, options, tmp_path)
            assert not figures.faults(), figures


def test_the_page_has_what_is_run_here() -> None:
    """And calls most of it right."""
    assert {*PART} <= LOGGERS.keys()
    assert len([name for name in PART if {(name, DEFAULT), (name, SET)} & RIGHT]) > 0
