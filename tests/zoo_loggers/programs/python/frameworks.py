"""Frameworks and servers of Python that set up ``logging`` themselves: ``python -m …frameworks sanic``."""

import argparse
import json
import logging
import logging.config
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.zoo_loggers.programs.python.events import emit, extra, outer

ROW = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}


def _logger(name: str) -> logging.Logger:
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    return logger


def sanic() -> None:
    from sanic.log import LOGGING_CONFIG_DEFAULTS

    logging.config.dictConfig(LOGGING_CONFIG_DEFAULTS)
    emit(_logger("sanic.root"), extra)


def granian() -> None:
    from granian.log import LogLevels, configure_logging

    configure_logging(LogLevels.debug, None, enabled=True)
    emit(_logger("_granian"), extra)


def cherrypy() -> None:
    from cherrypy import log

    log.screen = True
    log.error_log.setLevel(logging.DEBUG)
    for number, severity in enumerate(ROW.values(), 1):
        log(f"zoo-{number}", "ENGINE", severity)
    try:
        outer()
    except ValueError:
        log("zoo-6", "HTTP", logging.ERROR, traceback=True)
    for text in ("zoo-7", "zoo-8", "zoo-9 of\n\nthree lines"):
        log(text)


def coloredlogs() -> None:
    import coloredlogs as package

    package.install(level="DEBUG", stream=sys.stdout)
    emit(_logger("app.views"), extra)


def coloredlogs_colours() -> None:
    import coloredlogs as package

    package.install(level="DEBUG", stream=sys.stdout, isatty=True)
    emit(_logger("app.views"), extra)


def daiquiri() -> None:
    import daiquiri as package

    package.setup(level=logging.DEBUG, outputs=[package.output.Stream(sys.stdout)])
    emit(package.getLogger("app"))


def daiquiri_datadog() -> None:
    import daiquiri as package

    output = package.output.Stream(sys.stdout, formatter=package.formatter.DatadogFormatter())
    package.setup(level=logging.DEBUG, outputs=[output])
    emit(package.getLogger("app"))


def newrelic() -> None:
    from newrelic.common.log_file import initialize_logging

    initialize_logging("stdout", logging.DEBUG)
    emit(_logger("newrelic.core.agent"), extra)


def locust() -> None:
    from locust.log import setup_logging

    setup_logging("DEBUG")
    emit(_logger("locust.user.task"), extra)


def oslo() -> None:
    _oslo()


def oslo_json() -> None:
    _oslo("--use-json")


def _oslo(*arguments: str) -> None:
    from oslo_config import cfg
    from oslo_log import log

    options = cfg.ConfigOpts()
    log.register_options(options)
    options(["--debug", *arguments], project="nova")
    log.setup(options, "nova")
    emit(log.getLogger("nova.compute"), extra)


def logzero() -> None:
    import logzero as package

    emit(package.setup_logger(level=logging.DEBUG), extra)


def logzero_json() -> None:
    import logzero as package

    emit(package.setup_logger(level=logging.DEBUG, json=True), extra)


def scrapy() -> None:
    from scrapy.utils.log import configure_logging

    configure_logging({"LOG_LEVEL": "DEBUG"})
    emit(_logger("scrapy.core.engine"), extra)


def rq() -> None:
    from rq.logutils import setup_loghandlers

    setup_loghandlers("DEBUG")
    emit(_logger("rq.worker"), extra)


def huey() -> None:
    from huey.consumer_options import ConsumerConfig

    ConsumerConfig(verbose=True).setup_logger()
    emit(_logger("huey.consumer"), extra)


def dramatiq() -> None:
    from dramatiq.cli import setup_parent_logging

    setup_parent_logging(argparse.Namespace(verbose=1, log_file=None, skip_logging=False), stream=sys.stdout)
    emit(_logger("dramatiq.MainProcess"), extra)


def taskiq() -> None:
    from taskiq.cli.worker.args import WorkerArgs

    logging.basicConfig(level=logging.DEBUG, format=WorkerArgs("broker", []).log_format)
    emit(_logger("taskiq.worker"), extra)


def supervisor() -> None:
    from supervisor import loggers

    logger: Any = loggers.getLogger(loggers.LevelsByName.DEBG)
    loggers.handle_stdout(logger, "%(asctime)s %(levelname)s %(message)s\n")
    logger.warning = logger.warn
    for number, name in enumerate(ROW, 1):
        getattr(logger, name)(f"zoo-{number}")
    for text in ("zoo-7", "zoo-8", "zoo-9 of\n\nthree lines"):
        logger.info(text)


def luigi() -> None:
    from luigi.setup_logging import InterfaceLogging

    InterfaceLogging.setup()
    emit(_logger("luigi-interface"), extra)


def kopf() -> None:
    _kopf("FULL")


def kopf_json() -> None:
    _kopf("JSON")


def _kopf(form: str) -> None:
    from kopf._core.actions.loggers import LogFormat, configure

    configure(debug=True, log_format=LogFormat[form])
    emit(_logger("kopf.objects"), extra)


def distributed() -> None:
    import distributed as package

    assert package.__version__
    emit(_logger("distributed.scheduler"), extra)


def prefect() -> None:
    from prefect.logging import get_logger
    from prefect.logging.configuration import setup_logging

    setup_logging()
    emit(get_logger("app"), extra)


def dagster() -> None:
    _dagster("colored")


def dagster_json() -> None:
    _dagster("json")


def _dagster(form: str) -> None:
    from dagster._utils.log import configure_loggers

    configure_loggers(formatter=form, log_level="DEBUG")
    emit(_logger("dagster.daemon"), extra)


MACRO = """
{% macro zoo() %}
{{ log("zoo-2", info=True) }}
{% do exceptions.warn("zoo-3") %}
{{ log("zoo-7", info=True) }}
{% do exceptions.raise_compiler_error("zoo-9 of\n\nthree lines") %}
{% endmacro %}
"""


def dbt_json() -> None:
    _dbt("json")


def dbt_debug() -> None:
    _dbt("debug")


def dbt_text() -> None:
    _dbt("text")


def _dbt(form: str) -> None:
    """Run a macro of dbt's, which ends with an error."""
    with tempfile.TemporaryDirectory(prefix="dbt-") as name:
        folder = Path(name)
        (folder / "macros").mkdir()
        (folder / "macros/zoo.sql").write_text(MACRO)
        (folder / "dbt_project.yml").write_text(json.dumps({"name": "zoo", "version": "1.0", "profile": "zoo"}))
        outputs = {"dev": {"type": "duckdb", "path": ":memory:"}}
        (folder / "profiles.yml").write_text(json.dumps({"zoo": {"target": "dev", "outputs": outputs}}))
        program = str(Path(sys.executable).with_name("dbt"))
        options = ["--log-format", form, "--no-use-colors", "--no-send-anonymous-usage-stats"]
        environment: Mapping[str, str] = {**os.environ, "DBT_PROFILES_DIR": name}
        subprocess.run([program, *options, "run-operation", "zoo"], cwd=folder, env=environment, check=False)


if __name__ == "__main__":
    program: Callable[[], None] = globals()[sys.argv[1].replace("-", "_")]
    program()
