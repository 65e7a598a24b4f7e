"""Access to Google's services for as long as it is granted: one token for all requests, and the next one in time.

Where tokens come from is the asker's matter (:mod:`logship.sinks.gcl.credentials`); it blocks, and is therefore asked
in a thread. Nothing is kept but the token: each new one starts from the environment and its files as they are then.
"""

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from logship.model import Outcome
from logship.net.credentials import SecretError


@dataclass(frozen=True, slots=True)
class Grant:
    """What the credentials came to."""

    headers: Mapping[str, str] = field(repr=False)
    until: float
    """Monotonic seconds: when to ask for the next one."""
    kind: str
    """Which credentials: a few words, no secret."""
    project: str
    """Empty if they do not say."""
    location: str = ""
    cluster: str = ""


Ask: TypeAlias = Callable[[Callable[[], float]], Grant | Outcome]
"""Finds credentials and makes them into a grant, by this clock, or says what stands in the way; may block."""


class Access:
    """The grant as long as it is good, then the next one."""

    def __init__(self, ask: Ask, project: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self._ask, self._clock = ask, clock
        self._grant: Grant | None = None
        self._stamp: tuple[int, ...] = ()
        self._asking: asyncio.Future[Grant | Outcome] | None = None
        if project:  # google-auth then asks nobody else, whom the pod may not reach
            os.environ.setdefault("GOOGLE_CLOUD_PROJECT", project)

    def headers(self) -> Mapping[str, str]:
        """Give the last grant's headers; raises SecretError if there is none."""
        if self._grant is None:
            message = "there is no access token"
            raise SecretError(message)
        return self._grant.headers

    async def grant(self) -> Grant | Outcome:
        """Give a grant that is good now, or what stands in its way.

        Asks for a new one shortly before its end, and when the file changes that GOOGLE_APPLICATION_CREDENTIALS names.
        Whoever is cancelled leaves the question open: there is one thread at most, however long nobody answers.
        """
        stamp = _stamp_of(os.environ.get("GOOGLE_APPLICATION_CREDENTIALS", ""))
        known = self._grant
        if known is not None and self._clock() < known.until and stamp == self._stamp:
            return known
        if self._asking is None:
            self._stamp = stamp
            self._asking = asyncio.get_running_loop().run_in_executor(None, self._ask, self._clock)
            self._asking.add_done_callback(self._answered)
        asking = self._asking
        await asyncio.wait([asking])
        return asking.result()

    def _answered(self, asking: asyncio.Future[Grant | Outcome]) -> None:
        self._asking = self._grant = None
        if asking.exception() is None and isinstance(answer := asking.result(), Grant):
            self._grant = answer

    def forget(self) -> None:
        """Let the next request ask for a new grant: the store refused this one."""
        self._grant = None


def _stamp_of(path: str) -> tuple[int, ...]:
    try:
        found = os.stat(path)  # noqa: PTH116 - a str path, as everywhere on the way of a request
    except OSError:
        return ()
    return (found.st_ino, found.st_mtime_ns, found.st_size)
