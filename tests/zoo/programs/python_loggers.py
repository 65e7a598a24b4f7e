"""Python's loggers, each as its documentation shows it; the message of a record is one of the zoo's lines.

Runs in a venv of its own: ``python -m tests.zoo.programs.python_loggers loguru-gz app.log --bytes 1000000 …``
"""

import argparse
import gzip
import importlib
import logging
import logging.handlers
import multiprocessing
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.zoo.programs.lines import pace, text

BACKUPS = 100
WORKERS = "-workers"
"""Of a kind: so many processes write to one file, each with a handler of its own, as a server's workers do."""
MANY = 4
Write = Callable[[int], object]
Close = Callable[[], object]


def _by_logging(handler: logging.Handler, module: Any = logging) -> tuple[Write, Close]:
    logger = module.getLogger("app")
    logger.setLevel(module.INFO)
    handler.setFormatter(module.Formatter("%(message)s"))
    logger.addHandler(handler)
    return lambda number: logger.info(text(number)), handler.close


def _gzip(source: str, target: str) -> None:
    """Pack as the logging cookbook does: into the final name, then remove the plain file."""
    with Path(source).open("rb") as plain, gzip.open(target, "wb") as packed:
        shutil.copyfileobj(plain, packed)
    Path(source).unlink()


def _standard(kind: str, path: Path, nbytes: int) -> tuple[Write, Close]:
    match kind:
        case "rotating" | "namer" | "gzip":
            handler: Any = logging.handlers.RotatingFileHandler(path, maxBytes=nbytes, backupCount=BACKUPS)
        case "timed" | "timed-gzip":
            handler = logging.handlers.TimedRotatingFileHandler(path, when="S", backupCount=BACKUPS)
        case "watched":
            handler = logging.handlers.WatchedFileHandler(path)
        case "w":
            handler = logging.FileHandler(path, mode="w")
        case _:
            raise ValueError(kind)
    if kind.endswith("gzip"):
        handler.namer, handler.rotator = lambda name: f"{name}.gz", _gzip
    if kind == "namer":
        handler.namer = lambda name: name.replace(".log", "") + ".log"
    return _by_logging(handler)


def _loguru(kind: str, path: Path, nbytes: int) -> tuple[Write, Close]:
    logger = importlib.import_module("loguru").logger
    logger.remove()
    options: dict[str, Any] = {"rotation": nbytes, "format": "{message}", "colorize": False}
    if kind == "time":
        path = path.with_name("app-{time:YYYY-MM-DD_HH-mm-ss_SSSSSS}.log")
    elif kind == "retention":
        options["retention"] = 2
    elif kind != "plain":
        options["compression"] = kind
    logger.add(path, **options)
    return lambda number: logger.info(text(number)), logger.remove


def _concurrent(kind: str, path: Path, nbytes: int) -> tuple[Write, Close]:
    module = importlib.import_module("concurrent_log_handler")
    if kind == "timed":
        return _by_logging(module.ConcurrentTimedRotatingFileHandler(path, when="S", backupCount=BACKUPS))
    packed = {"use_gzip": True} if kind == "gzip" else {}
    return _by_logging(module.ConcurrentRotatingFileHandler(path, "a", nbytes, BACKUPS, **packed))


def _picologging(kind: str, path: Path, nbytes: int) -> tuple[Write, Close]:
    module, handlers = importlib.import_module("picologging"), importlib.import_module("picologging.handlers")
    if kind == "timed":
        return _by_logging(handlers.TimedRotatingFileHandler(str(path), when="S", backupCount=BACKUPS), module)
    return _by_logging(handlers.RotatingFileHandler(str(path), maxBytes=nbytes, backupCount=BACKUPS), module)


def _structlog(_kind: str, path: Path, _nbytes: int) -> tuple[Write, Close]:
    module = importlib.import_module("structlog")
    file = path.open("a")
    module.configure(processors=[module.processors.JSONRenderer()], logger_factory=module.WriteLoggerFactory(file=file))
    logger = module.get_logger()
    return lambda number: logger.info("line", n=number, pad=f"{number:09d}-" * 8), file.close


def _logbook(kind: str, path: Path, nbytes: int) -> tuple[Write, Close]:
    module = importlib.import_module("logbook")
    plain = {"format_string": "{record.message}", "backup_count": BACKUPS}
    if kind == "timed":
        handler = module.TimedRotatingFileHandler(
            str(path), date_format="%Y-%m-%d_%H-%M-%S", **plain, rollover_format="{basename}-{timestamp}{ext}"
        )
    else:
        handler = module.RotatingFileHandler(str(path), max_size=nbytes, **plain)
    logger = module.Logger("app")
    handler.push_application()
    return lambda number: logger.info(text(number)), handler.close


def _twisted(_kind: str, path: Path, nbytes: int) -> tuple[Write, Close]:
    module = importlib.import_module("twisted.python.logfile")
    file = module.LogFile(path.name, str(path.parent), rotateLength=nbytes)
    return lambda number: file.write(text(number) + "\n"), file.close


PACKAGES = {
    "logging": _standard,
    "loguru": _loguru,
    "concurrent": _concurrent,
    "picologging": _picologging,
    "structlog": _structlog,
    "logbook": _logbook,
    "twisted": _twisted,
}


def main() -> None:
    """Write as the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("package", choices=PACKAGES)
    parser.add_argument("kind")
    parser.add_argument("path", type=Path)
    parser.add_argument("--first", type=int, required=True)
    parser.add_argument("--lines", type=int, required=True)
    parser.add_argument("--rate", type=int, required=True)
    parser.add_argument("--bytes", type=int, required=True)
    options = parser.parse_args()
    os.umask(0o022)
    kind = options.kind.removesuffix(WORKERS)
    if kind == options.kind:
        _write(options, kind)
        return
    workers = [multiprocessing.Process(target=_write, args=(options, kind, at, MANY)) for at in range(MANY)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    sys.exit(any(worker.exitcode for worker in workers))


def _write(options: argparse.Namespace, kind: str, worker: int = 0, workers: int = 1) -> None:
    """Write a worker's share of the lines, through a handler of its own."""
    share = options.lines // workers
    write, close = PACKAGES[options.package](kind, options.path, options.bytes)
    pace(options.first + worker * share, share, options.rate // workers, write)
    close()


if __name__ == "__main__":
    main()
