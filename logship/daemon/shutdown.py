"""What signals do: when to stop, and how long a drain may take; when to look again."""

import asyncio
import contextlib
import logging
import math
import signal
import time
from collections.abc import Callable, Iterator

logger = logging.getLogger(__name__)


IGNORED = (signal.SIGUSR1, signal.SIGUSR2)


def ignore_signals() -> None:
    """Let what would end other programs pass: whoever rotates logs may tell every process of it."""
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)


class Stop:
    """``stopping`` is set once; from then on there are ``timeout`` seconds."""

    def __init__(self, timeout: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.stopping = asyncio.Event()
        self.listeners: list[Callable[[], None]] = []
        """Called when the drain begins."""
        self.waits_for_exit_file = False
        """SIGTERM then only sets the deadline; the file, or a near deadline, begins the drain (DECISIONS 24)."""
        self._timeout = timeout
        self._clock = clock
        self._deadline = math.inf
        self._armed = asyncio.Event()
        self._signals = 0

    def begin(self) -> None:
        """Begin the drain; again does nothing."""
        if not self.stopping.is_set():
            logger.info("draining", extra={"deadline_seconds": self._timeout})
            self._arm()
            self.stopping.set()
            for listener in self.listeners:
                listener()

    def time_left(self) -> float:
        """Give the seconds to the deadline; infinite before a drain."""
        return max(0.0, self._deadline - self._clock())

    async def arm(self, deadline: asyncio.Timeout) -> None:
        """Wait for the drain to begin and set its deadline."""
        await self._armed.wait()
        deadline.reschedule(asyncio.get_running_loop().time() + self.time_left())

    @contextlib.contextmanager
    def on_signals(
        self, *, on_second: Callable[[], None], on_hang_up: Callable[[], None] = lambda: None
    ) -> Iterator[None]:
        """Drain at the first SIGTERM or SIGINT; call ``on_second`` at the next, ``on_hang_up`` at each SIGHUP."""
        loop = asyncio.get_running_loop()

        def on_signal() -> None:
            self._signals += 1
            if self._signals > 1:
                on_second()
            elif self.waits_for_exit_file and not self.stopping.is_set():
                self._arm()
            else:
                self.begin()

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, on_signal)
        loop.add_signal_handler(signal.SIGHUP, on_hang_up)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                loop.remove_signal_handler(number)

    def _arm(self) -> None:
        if not self._armed.is_set():
            self._deadline = self._clock() + self._timeout
            self._armed.set()
