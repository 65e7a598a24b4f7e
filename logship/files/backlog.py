"""Bounds what waits to be read: unlinked files that are held open, and how far a live file may lag."""

import logging
from collections.abc import Callable, Iterable
from typing import Protocol

from logship.files.catalog import Catalog
from logship.files.losses import LOSSES
from logship.files.tailing import TailedFile
from logship.logs import Seldom
from logship.metrics import Metrics
from logship.state.identity import Entry, Saved

logger = logging.getLogger(__name__)


class Listener(Protocol):
    """A sink's reader, told what happens to files."""

    @property
    def name(self) -> str:
        """The sink's."""

    def opened(self, file: TailedFile, entry: Entry) -> None:
        """Take up a file: it may be read."""

    def grew(self, file: TailedFile) -> None:
        """There may be more to read."""

    def end(self) -> None:
        """Read what is there and finish: nothing more will come."""

    def closed(self, file: TailedFile) -> None:
        """Let go of a file: it will not be read any more."""

    def settled(self, file: TailedFile) -> bool:
        """Whether nothing that was read of it is still on its way."""

    def saved(self, file: TailedFile) -> Saved | None:
        """Its acknowledged offset, for the checkpoint."""

    def skip(self, file: TailedFile, offset: int) -> None:
        """Go on from the first line that begins at or after ``offset``."""


class Backlog:
    """Gives up what is more than ``max_bytes``, and counts it; a full disk is worse (DECISIONS 33)."""

    def __init__(self, max_bytes: int, metrics: Metrics, clock: Callable[[], float]) -> None:
        self._max_bytes = max_bytes
        self._metrics = metrics
        self._clock = clock
        self._skipped, self._saying = 0, Seldom()
        """Bytes skipped since that was said last."""

    def bound(self, catalog: Catalog, listeners: Iterable[Listener]) -> None:
        """Lose the oldest of what is held beyond the bound, and have live files skipped forward."""
        files = list(catalog.files.values())
        held = sum(file.size for file in files if file.deleted)
        for file in files:
            if file.deleted and held > self._max_bytes:
                held -= file.size
                catalog.lose(file, "backlog", file.size)
            elif file.size - file.offset > self._max_bytes and file.sound:
                self._skip_forward(file, listeners)

    def _skip_forward(self, file: TailedFile, listeners: Iterable[Listener]) -> None:
        target = file.size - self._max_bytes
        lost = target - 1 - file.offset  # the reader goes on behind the newline at, or after, target - 1
        if not lost:
            return  # it was skipped there before, and has not read on yet
        for listener in listeners:
            if file.places[listener.name].offset < target - 1:
                listener.skip(file, target)
        self._metrics.lost("backlog", lost)
        self._skipped += lost
        if self._saying.may_say(self._clock()):
            extra = {"path": file.path, "lost_bytes": self._skipped, "advice": LOSSES["backlog"]}
            logger.warning("a file lags too far behind: skipping forward; said once a minute", extra=extra)
            self._skipped = 0
