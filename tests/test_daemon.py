"""How the daemon ends when one of its tasks does: from outside, none of them can be killed alone."""

import asyncio
import logging
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from logship import daemon, handoff, logs
from logship.errors import LogshipError, SinkClosedError
from logship.stopping import Stop

TASKS = ("checkpoint saver", "heartbeat", "deadline", "intake", "one pipeline", "two pipeline")


class Work:
    """Runs for ever, or fails."""

    def __init__(self, name: str, failing: str, error: Exception) -> None:
        self.reader = SimpleNamespace(name=name.removesuffix(" pipeline"))
        self.first_start_ns = 0
        self.saved = 0
        self._error = error if name == failing else None

    async def run(self, *_: object, **__: object) -> None:
        """Do so."""
        await asyncio.sleep(0)
        if self._error:
            raise self._error
        await asyncio.get_running_loop().create_future()

    arm = run

    async def finish(self) -> None:
        """Count it."""
        self.saved += 1


class StillStop(Stop):
    """Its deadline task is the test's."""

    def __init__(self, work: Work) -> None:
        super().__init__(1.0)
        self.arm = work.arm  # type: ignore[method-assign]


def parts(failing: str, error: Exception) -> tuple[daemon.Parts, Work]:
    """Give a daemon of stand-ins, one of which fails."""
    works: dict[str, Any] = {name: Work(name, failing, error) for name in TASKS}
    saver = works["checkpoint saver"]
    made = daemon.Parts(
        None,
        works["intake"],
        [works["one pipeline"], works["two pipeline"]],
        saver,
        works["heartbeat"],
        StillStop(works["deadline"]),
    )
    return made, saver


@pytest.mark.parametrize("failing", TASKS)
async def test_a_task_that_fails_ends_the_daemon_and_is_named(failing: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whichever it is, and whatever it failed of; the state is saved once more, and no text of the error is shown."""
    made, saver = parts(failing, RuntimeError("words of a record"))
    with pytest.RaisesGroup(pytest.RaisesExc(LogshipError), allow_unwrapped=True, flatten_subgroups=True) as caught:
        await made.run(once=False)
    assert caught.group_contains(LogshipError, match=f"the task '{failing}' failed: RuntimeError")
    assert saver.saved == 1
    assert [vars(record)["task"] for record in caplog.records if record.message == "a task failed"] == [failing]


async def test_what_logship_names_itself_stays_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    """A closed stdout is no fault of a task."""
    made, _ = parts("one pipeline", SinkClosedError("stdout is closed"))
    with pytest.RaisesGroup(pytest.RaisesExc(SinkClosedError), flatten_subgroups=True):
        await made.run(once=False)
    assert "a task failed" not in caplog.text


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ExceptionGroup("", [LogshipError("the task 'intake' failed: OSError")]), "the task 'intake' failed: OSError"),
        (RuntimeError("words of a record"), "logship can't go on"),
    ],
)
def test_whatever_ends_it_is_exit_1(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It says why, and leaves without waiting for anybody."""

    async def fail(_: object) -> int:
        raise error

    def leave(code: int) -> NoReturn:
        raise SystemExit(code)

    config = SimpleNamespace(log_level="info", log_format="json")
    monkeypatch.setattr(handoff, "read", lambda _: SimpleNamespace(config=config))
    monkeypatch.setattr(logs, "set_up", lambda *_: None)
    monkeypatch.setattr(daemon, "run", fail)
    monkeypatch.setattr(daemon, "leave", leave)
    with caplog.at_level(logging.ERROR), pytest.raises(SystemExit) as caught:
        daemon.main(["3"])
    assert caught.value.code == 1
    assert said in caplog.text + str([vars(record).get("cause") for record in caplog.records])
