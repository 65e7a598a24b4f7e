import asyncio
import logging

import pytest

from logship.daemon.supervisor import leaves, supervise
from logship.errors import LogshipError, SinkClosedError


async def fail(error: BaseException) -> None:
    """Do so, after a while."""
    await asyncio.sleep(0)
    raise error


def to_the_end() -> bool:
    """Say that all is ending."""
    return True


def by_itself() -> bool:
    """Say that nothing is."""
    return False


@pytest.mark.parametrize(
    "error", [RuntimeError("words of a record"), ExceptionGroup("", [LogshipError("known"), RuntimeError("words")])]
)
async def test_what_nobody_foresaw_is_named(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """The task and the kind of error; its text, which may quote a record, only where logging hides it."""
    with pytest.raises(LogshipError, match=r"^the task 'reader' failed: RuntimeError$"):
        await supervise("reader", fail(error), by_itself)
    (record,) = caplog.records
    assert (record.message, vars(record)["task"], record.levelno) == ("a task failed", "reader", logging.ERROR)


async def test_what_logship_names_itself_stays_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    """Alone or in a group."""
    for error in (SinkClosedError("stdout is closed"), ExceptionGroup("", [SinkClosedError("stdout is closed")])):
        with pytest.RaisesGroup(SinkClosedError, allow_unwrapped=True):
            await supervise("reader", fail(error), by_itself)
    assert not caplog.records


async def test_a_cancelled_task_is_a_dead_one_unless_all_ends() -> None:
    """A group would take it for a task that has finished."""
    for ending, kind in ((by_itself, LogshipError), (to_the_end, asyncio.CancelledError)):
        task = asyncio.create_task(supervise("reader", asyncio.sleep(3600), ending))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(kind):
            await task


def test_a_group_is_its_leaves() -> None:
    """However deep; a single error is its own."""
    one, two, three = ValueError(), TypeError(), KeyError()
    assert leaves(ExceptionGroup("", [one, ExceptionGroup("", [two, three])])) == [one, two, three]
    assert leaves(one) == [one]
