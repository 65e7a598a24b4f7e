"""Tests in virtual time: whenever the loop would wait for a timer, its clock jumps there instead."""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class _JumpingSelector(selectors.DefaultSelector):
    """Waits only for threads: while one works, time stands still."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.working = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Give what is ready; else let the time pass."""
        if self.working:
            return super().select(timeout if timeout == 0 else 1)
        ready = super().select(0 if timeout else timeout)
        if not ready and timeout:
            self.now += timeout
        return ready


class AutojumpLoop(asyncio.SelectorEventLoop):
    """An event loop whose time moves only by jumps; for tests without sockets."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Give virtual seconds."""
        return self._jumping.now

    def run_in_executor(  # type: ignore[override]  # the stub's names for the same arguments
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """Note that a thread works."""
        future = super().run_in_executor(executor, func, *args)
        self._jumping.working += 1
        future.add_done_callback(self._done)
        return future

    async def shutdown_default_executor(self, *args: Any, **kwargs: Any) -> None:
        """Wait for the threads in real time."""
        self._jumping.working += 1
        await super().shutdown_default_executor(*args, **kwargs)
        self._jumping.working -= 1

    def _done(self, _: asyncio.Future[Any]) -> None:
        self._jumping.working -= 1


def autojump(test: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Run an async test on such a loop; ``asyncio.get_running_loop().time`` is its clock."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with asyncio.Runner(loop_factory=AutojumpLoop) as runner:
            return runner.run(test(*args, **kwargs))

    return run
