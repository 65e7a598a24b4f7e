"""The daemon as a whole, in this process and in virtual time: what dies is named, and what only waits is alive."""

import asyncio
import contextlib
import functools
import io
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from logship import logs, plugins
from logship.daemon import __main__ as daemon
from logship.daemon import handoff
from logship.daemon.account import DRAINED
from logship.daemon.assembly import open_parts
from logship.daemon.backfill import State
from logship.daemon.shutdown import Stop
from logship.daemon.supervisor import leaves
from logship.errors import LogshipError
from logship.files.strangers import ENOUGH
from logship.settings.config import Config
from logship.settings.resolved import Resolved
from logship.state.checkpoints import Checkpoints
from tests.autojump import autojump
from tests.line_sink import DELIVERED, LineSink, errored

OUTAGE_SECONDS = 600
SINKS = ("one", "two")


class Daemon:
    """All that ``logship run`` puts together, over two sinks in memory and without its server, which needs sockets."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
        self.logs = folder / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.state = folder / "state"
        self.stop = Stop(25.0, clock=asyncio.get_running_loop().time)
        self.stores = {name: LineSink() for name in SINKS}
        self.deaths: list[str] = []
        """What ``/livez`` said while the daemon ended."""
        own = {"paths": (f"{self.logs}/*.log",), "exit_file": f"{self.logs}/done", "state_dir": str(self.state)}
        config = Config(sinks=SINKS, listen="", force_polling=True, **own | settings)
        self._resolved = Resolved(config=config, sinks=dict.fromkeys(SINKS))
        monkeypatch.setattr(plugins, "load", lambda name: SimpleNamespace(open_sink=self._opener(name)))

    def _opener(self, name: str) -> Callable[..., contextlib.AbstractAsyncContextManager[LineSink]]:
        @contextlib.asynccontextmanager
        async def open_sink(*_: object) -> AsyncIterator[LineSink]:
            yield self.stores[name]

        return open_sink

    async def run(self) -> int:
        """Run to its end."""
        checkpoints, clock = Checkpoints(self.state), asyncio.get_running_loop().time
        async with open_parts(State(self._resolved, checkpoints), self.stop, clock=clock) as parts:
            self.view, finish = parts._view, parts._saver.finish

            async def last_save() -> None:
                self.deaths.append(self.view.live())
                await finish()

            parts._saver.finish = last_save  # type: ignore[method-assign]
            return await parts.run(once=False)

    def write(self, text: str) -> None:
        """Log a line."""
        with (self.logs / "a.log").open("a") as file:
            file.write(f"{text}\n")

    def has(self, text: str) -> bool:
        """Whether it has arrived everywhere."""
        return all(text in store.stored for store in self.stores.values())


@contextlib.asynccontextmanager
async def running(made: Daemon) -> AsyncIterator["asyncio.Task[int]"]:
    """Run it, long enough to be at work; what is left of it in the end is cancelled."""
    task = asyncio.create_task(made.run(), name="main")
    made.write("first")
    await asyncio.sleep(10)
    assert made.has("first")
    yield task
    task.cancel()
    await asyncio.wait([task])


def tasks() -> dict[str, "asyncio.Task[Any]"]:
    """Give every task that the daemon has, by its name; one without has that of its function."""
    mine = asyncio.current_task()
    return {_name(task): task for task in asyncio.all_tasks() if task is not mine and task.get_name() != "main"}


def _name(task: "asyncio.Task[Any]") -> str:
    coroutine: Any = task.get_coro()
    return coroutine.__qualname__ if task.get_name().startswith("Task-") else task.get_name()


async def cancel(task: "asyncio.Task[Any]") -> None:
    """Kill it as a stray cancellation does."""
    task.cancel()


async def fail(task: "asyncio.Task[Any]") -> None:
    """Kill it by an error in what it waits for."""
    # it is about to run, and to wait for something else
    while (future := _awaited(task)).done() or isinstance(future, asyncio.Task):  # noqa: ASYNC110 - as above
        await asyncio.sleep(0)
    future.set_exception(RuntimeError("words of a record"))


def _awaited(task: "asyncio.Task[Any]") -> "asyncio.Future[Any]":
    future: Any = task
    while isinstance(future, asyncio.Task) and not future.done():
        future = future._fut_waiter  # type: ignore[attr-defined]  # None while it is about to run
    return future or task


@autojump
async def test_the_daemon_has_these_tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the next test can't look at nothing."""
    async with running(Daemon(tmp_path, monkeypatch)):
        own = {f"{sink} {part}" for sink in SINKS for part in ("pipeline", "reader", "delivery 0")}
        assert tasks().keys() >= own | {"checkpoint saver", "heartbeat", "deadline", "exit file", "intake"}


@pytest.mark.timeout(300)  # a dozen daemons, one after the other
@pytest.mark.parametrize("kill", [cancel, fail])
def test_whichever_task_dies_the_daemon_ends_and_names_it(
    kill: Callable[["asyncio.Task[Any]"], Awaitable[None]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each in turn, as the running daemon has them: 503 with its name until the state has been saved, then the end."""
    killed: set[str] = set()

    async def kill_another(folder: Path) -> bool:
        made = Daemon(folder, monkeypatch)
        async with running(made) as main:
            # who waits for a group does nothing that could fail
            left = {name for name in tasks() if kill is cancel or not name.endswith("pipeline")} - killed
            if not left:
                return False
            name = min(left)
            killed.add(name)
            await kill(tasks()[name])
            await asyncio.wait([main], timeout=60)
            assert main.done(), f"without {name} it goes on as if nothing were"
            error = main.exception()
            assert error
            (said,) = {str(leaf) for leaf in leaves(error)}
            assert f"the task {name!r} failed: " in said or "." in name, f"{name}: {said}"
            assert made.deaths == [said]
            return True

    for turn in range(100):
        if not autojump(functools.partial(kill_another, tmp_path / str(turn)))():
            break
    assert len(killed) > 8


def test_what_a_dead_task_said_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may quote a record; the messages have the kind of error and the places."""
    out = io.StringIO()
    logs.set_up("info", "json", out)

    @autojump
    async def one() -> None:
        made = Daemon(tmp_path, monkeypatch)
        async with running(made) as main:
            await fail(tasks()["intake"])
            await asyncio.wait([main])
            assert main.exception()

    one()
    assert "words of a record" not in out.getvalue()
    assert '"task": "intake"' in out.getvalue()
    assert "RuntimeError at daemon/supervisor.py" in out.getvalue()


@autojump
async def test_an_outage_of_ten_minutes_and_a_full_budget_are_life(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No probe turns, all the while; afterwards everything arrives."""
    made = Daemon(tmp_path, monkeypatch, buffer_max_bytes=1 << 20)
    for store in made.stores.values():
        store.otherwise = errored("http_503")
    task = asyncio.create_task(made.run(), name="main")
    for number in range(20_000):
        made.write(f"{number:0100}")
    for _ in range(OUTAGE_SECONDS):
        await asyncio.sleep(1)
        assert (made.view.live(), made.view.ready()) == ("", "")
    paused = [made.view.metrics.registry.get_sample_value("logship_input_paused", {"sink": sink}) for sink in SINKS]
    assert paused == [1, 1]
    assert not made.has(f"{0:0100}")
    for store in made.stores.values():
        store.otherwise = DELIVERED
    made.stop.begin()
    assert await task == DRAINED
    assert made.has(f"{19_999:0100}")
    assert made.deaths == [""]


@autojump
async def test_a_drain_begins_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However rarely an idle daemon looks at its files."""
    made = Daemon(tmp_path, monkeypatch, poll_seconds=60.0)
    task = asyncio.create_task(made.run(), name="main")
    loop = asyncio.get_running_loop()
    await asyncio.sleep(1000)
    began = loop.time()
    made.stop.begin()
    assert await task == DRAINED
    assert loop.time() - began < 5


@autojump
async def test_what_is_silent_by_nature_is_told_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """However short the run was."""
    made = Daemon(tmp_path, monkeypatch)
    task = asyncio.create_task(made.run(), name="main")
    await asyncio.sleep(10)
    made.view.metrics.sink("one").read(ENOUGH, ENOUGH)
    made.view.metrics.sink("one").filtered("condition", ENOUGH, ENOUGH)
    made.stop.begin()
    await task
    told = [str(vars(record)["what"]) for record in caplog.records if "holds for nothing" in record.getMessage()]
    assert told == ["LOGSHIP_ONE_WHEN holds for none of the records so far"]


@autojump
async def test_ten_minutes_of_nothing_are_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder, and one that is not there."""
    made = Daemon(tmp_path, monkeypatch)
    task = asyncio.create_task(made.run(), name="main")
    for second in range(OUTAGE_SECONDS):
        await asyncio.sleep(1)
        assert (made.view.live(), made.view.ready()) == ("", "")
        if second == OUTAGE_SECONDS // 2:
            made.logs.rmdir()
    made.stop.begin()
    assert await task == DRAINED


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ExceptionGroup("", [LogshipError("the task 'intake' failed: OSError")]), "the task 'intake' failed: OSError"),
        (RuntimeError("words of a record"), "logship can't go on"),
        (ExceptionGroup("", [ExceptionGroup("", [RuntimeError("words of a record")])]), "RuntimeError"),
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
        daemon.main(3)
    assert caught.value.code == 1
    assert said in caplog.text + str([vars(record).get("cause") for record in caplog.records])
