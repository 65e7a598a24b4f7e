"""Whether folders have changed in a way that only a sweep explains: their times say so, file events say how."""

import time
from collections.abc import Callable, Mapping

UNHEARD_SECONDS = 0.5
"""So long an event may take to tell of what a folder's time shows already."""


class FolderChanges:
    """Compares folders with what they were at the last sweep; ``ask`` gives their times at epoch nanoseconds."""

    def __init__(self, ask: Callable[[int], Mapping[str, int]]) -> None:
        self._ask = ask
        self._seen: Mapping[str, int] = {}
        self._now: Mapping[str, int] = {}
        self._explained_ns = 0
        """What changed until then was looked at, or is told by an event that is yet to come."""
        self._unheard: float | None = None
        """Since when a folder has a change that no event has told of; monotonic seconds."""
        self._doubted = False

    def explain(self, *, told: bool) -> None:
        """Note that all names of which events told were looked at; ``told`` says that nothing is left to a sweep."""
        self._explained_ns = time.time_ns()
        self._doubted |= not told

    def unexplained(self, now: float, *, watched: bool) -> bool:
        """Whether a sweep has to look; ``watched`` says that events tell of every change, if a moment later."""
        self._now = self._ask(time.time_ns())
        until = self._explained_ns if watched else 0
        if self._now.keys() == self._seen.keys() and all(
            at in (self._seen[folder], min(at, until)) for folder, at in self._now.items()
        ):
            self._unheard = None
            return self._doubted
        self._unheard = now if self._unheard is None else self._unheard
        self._doubted |= not watched or now - self._unheard > UNHEARD_SECONDS
        return self._doubted

    def begin_sweep(self) -> None:
        """Note that all names are looked at from now on."""
        self._explained_ns = time.time_ns()
        self._seen, self._unheard, self._doubted = self._now, None, False
