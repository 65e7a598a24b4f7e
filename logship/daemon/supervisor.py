"""Supervises tasks that must run until the drain: one that ends early, even by cancellation, ends the daemon, named.

A task group ends with a task that fails, but takes one that was cancelled for one that has finished. A daemon whose
intake went in that way would look alive and ship nothing.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from logship.errors import LogshipError

logger = logging.getLogger(__name__)


async def supervise(name: str, work: Coroutine[Any, Any, None], ending: Callable[[], object]) -> None:
    """Do the work to its end. An error that nobody foresaw, the first of several, becomes a LogshipError with the name.

    So does a cancellation, unless ``ending`` says that it is the end of everything.
    """
    try:
        await work
    except LogshipError:
        raise
    except asyncio.CancelledError as error:
        if ending():
            raise
        raise _died(name, error) from error
    except Exception as error:
        found = leaves(error)
        unforeseen = next((each for each in found if not isinstance(each, LogshipError)), None)
        if unforeseen is None:
            raise
        raise _died(name, unforeseen) from error


def leaves(error: BaseException) -> list[BaseException]:
    """Give the errors in a group, or the error itself."""
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    return [leaf for each in error.exceptions for leaf in leaves(each)]


def _died(name: str, error: BaseException) -> LogshipError:
    logger.error("a task failed", extra={"task": name}, exc_info=error)
    return LogshipError(f"the task {name!r} failed: {type(error).__name__}")
