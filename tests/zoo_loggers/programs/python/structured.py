"""Python's loggers with an interface of their own: ``python -m …structured structlog-json``."""

import sys
from collections.abc import Callable, Sequence
from typing import Any

from tests.zoo_loggers.programs.python.events import ODD, TRACE, emit, extra, outer


def _structlog(*renderers: Any, numbers: bool = False, bytes_out: bool = False) -> Any:
    import structlog

    processors = [
        structlog.processors.add_log_level,
        *[structlog.stdlib.add_log_level_number] * numbers,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.TimeStamper(fmt="iso"),
        *renderers,
    ]
    factory = structlog.BytesLoggerFactory(sys.stdout.buffer) if bytes_out else structlog.PrintLoggerFactory()
    structlog.configure(processors=processors, logger_factory=factory)
    return structlog.get_logger()


def structlog_json() -> None:
    import structlog

    emit(_structlog(structlog.processors.format_exc_info, structlog.processors.JSONRenderer()))


def structlog_dicts() -> None:
    import structlog

    emit(_structlog(structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer(), numbers=True))


def structlog_orjson() -> None:
    import orjson
    import structlog

    render = structlog.processors.JSONRenderer(serializer=orjson.dumps, default=str, option=orjson.OPT_NON_STR_KEYS)
    small = {**ODD, "bytes": 2**63}
    emit(_structlog(structlog.processors.format_exc_info, render, bytes_out=True), odd=small)


def structlog_logfmt() -> None:
    import structlog

    emit(_structlog(structlog.processors.format_exc_info, structlog.processors.LogfmtRenderer()))


def structlog_keyvalue() -> None:
    import structlog

    emit(_structlog(structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()))


def structlog_console() -> None:
    import structlog

    emit(structlog.get_logger())


def structlog_colours() -> None:
    import structlog

    emit(_structlog(structlog.dev.ConsoleRenderer(colors=True)))


def structlog_ecs() -> None:
    import ecs_logging

    emit(_structlog(ecs_logging.StructlogFormatter()))


def loguru_text() -> None:
    from loguru import logger

    emit(logger)


def loguru_plain() -> None:
    from loguru import logger

    logger.remove()
    logger.add(sys.stdout, format="{time} {level} {message}", colorize=False)
    emit(logger)


def loguru_at() -> None:
    from loguru import logger

    logger.remove()
    logger.add(sys.stdout, format="{time:YYYY-MM-DD at HH:mm:ss} | {level} | {message}")
    emit(logger)


def loguru_json() -> None:
    from loguru import logger

    logger.remove()
    logger.add(sys.stdout, serialize=True)
    emit(logger)


def logbook() -> None:
    import logbook as package

    package.set_datetime_format("local")
    package.StreamHandler(sys.stdout, level="DEBUG").push_application()
    emit(package.Logger("app"), extra)


def powertools() -> None:
    from aws_lambda_powertools import Logger

    emit(Logger(service="payment", level="DEBUG"))


def powertools_utc() -> None:
    from aws_lambda_powertools import Logger

    emit(Logger(service="payment", level="DEBUG", use_rfc3339=True, utc=True))


def logfire() -> None:
    import logfire as package

    options = package.ConsoleOptions(colors="never", min_log_level="debug", show_project_link=False)
    package.configure(send_to_logfire=False, console=options, inspect_arguments=False)
    emit(package, critical="fatal")


def eliot() -> None:
    import eliot as package

    package.to_file(sys.stdout)
    with package.start_action(action_type="app:request"):
        package.log_message(message_type="app:event", message="zoo-2")
        package.log_message(message_type="app:event", message="zoo-7", trace_id=TRACE)
        package.log_message(message_type="app:event", message="zoo-8", **{**ODD, "bytes": 2**63})
        package.log_message(message_type="app:event", message="zoo-9 of\n\nthree lines")
    try:
        outer()
    except ValueError:
        package.write_traceback()


def twisted_text() -> None:
    from twisted.logger import textFileLogObserver

    _twisted([textFileLogObserver(sys.stdout)])


def twisted_json() -> None:
    from twisted.logger import jsonFileLogObserver

    _twisted([jsonFileLogObserver(sys.stdout)])


def _twisted(observers: Sequence[Any]) -> None:
    from twisted.logger import Logger, globalLogBeginner

    globalLogBeginner.beginLoggingTo(observers, redirectStandardIO=False)
    logger = Logger("app")
    logger.warning, logger.exception = logger.warn, logger.failure
    emit(logger)


if __name__ == "__main__":
    program: Callable[[], None] = globals()[sys.argv[1].replace("-", "_")]
    program()
