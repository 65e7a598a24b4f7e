"""Tests in virtual time: whenever the loop would wait for a timer, its clock jumps there instead."""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

P = ParamSpec("P")


class _JumpingSelector(selectors.DefaultSelector):
    """Waits for nothing but the loop's own wake-up socket, which threads use."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0.002 if timeout else timeout)
        if not ready and timeout:
            self.now += timeout
        return ready


class AutojumpLoop(asyncio.SelectorEventLoop):
    """An event loop whose time moves only by jumps."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Virtual seconds."""
        return self._jumping.now


def autojump(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run an async test on such a loop; ``asyncio.get_running_loop().time`` is its clock."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with asyncio.Runner(loop_factory=AutojumpLoop) as runner:
            runner.run(test(*args, **kwargs))

    return run
