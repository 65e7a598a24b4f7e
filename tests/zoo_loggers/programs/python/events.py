"""The zoo's events, by a logger with the methods of ``logging``; what they mean: ``tests/zoo_loggers/logger.py``."""

from collections.abc import Callable, Mapping
from typing import Any

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ODD: Mapping[str, Any] = {"ratio": float("nan"), "bytes": 2**70, "user": {"id": 7, "tags": ["a", "b"]}}

Keywords = Callable[[Mapping[str, Any]], dict[str, Any]]


def extra(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Give the keywords by which ``logging`` takes fields."""
    return {"extra": dict(fields)}


def emit(logger: Any, keywords: Keywords = dict, *, odd: Mapping[str, Any] = ODD, critical: str = "critical") -> None:
    """Log all nine events; ``keywords`` says how the logger takes fields."""
    logger.debug("zoo-1")
    logger.info("zoo-2")
    logger.warning("zoo-3")
    logger.error("zoo-4")
    getattr(logger, critical)("zoo-5")
    try:
        outer()
    except ValueError:
        logger.exception("zoo-6")
    logger.info("zoo-7", **keywords({"trace_id": TRACE}))
    logger.info("zoo-8", **keywords(odd))
    logger.info("zoo-9 of\n\nthree lines")


def outer() -> None:
    """Raise an error of two lines that another one caused."""
    try:
        dict[str, int]()["key"]
    except KeyError as error:
        raise ValueError("it went wrong\nin two lines") from error
