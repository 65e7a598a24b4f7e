"""Which open file gives its place up to one that has something to read."""

from collections.abc import Iterable, Sequence

from logship.files.backlog import Listener
from logship.files.tailing import TailedFile

QUIET_SECONDS = 0.5
"""A file that is read and has not grown for so long may be closed."""
REMOVED_SECONDS = 5.0
"""A file without a name is not found again: it may be closed when its writer has been quiet for so long, after the
others. Who waits may be removed meanwhile."""
TURN_SECONDS = 1.0
"""One that is never quiet may be closed when it was open for so long, so that all have their turn."""


class Idle:
    """The files that may be closed, as they were when the sweep that is under way first needed room."""

    def __init__(self) -> None:
        self._order: list[TailedFile] | None = None

    def begin_sweep(self) -> None:
        """Look anew when room is needed: there may be thousands of files, too many to look at for each that waits."""
        self._order = None

    def refill(self) -> None:
        """Look anew between two sweeps if none is left."""
        self._order = self._order or None

    def take(
        self, files: Iterable[TailedFile], listeners: Sequence[Listener], now: float, *, ending: bool
    ) -> TailedFile | None:
        """Give the file that has been quiet, or open, for longest, of those that are read, acknowledged and whole.

        ``now`` in monotonic seconds; ``ending`` says that nobody writes any more.
        """
        if self._order is None:
            idle = [file for file in files if _may_close(file, listeners, now, ending=ending)]
            self._order = sorted(idle, key=_rank, reverse=True)
        while self._order:
            file = self._order.pop()
            if _may_close(file, listeners, now, ending=ending):
                return file
        return None


def _may_close(file: TailedFile, listeners: Sequence[Listener], now: float, *, ending: bool) -> bool:
    quiet = now - file.grown_at
    turn = not _is_nowhere(file) and now - file.opened_at > TURN_SECONDS
    long = turn or quiet > (REMOVED_SECONDS if _is_nowhere(file) else QUIET_SECONDS)
    read = file.sound and not file.padding.there and file.offset >= file.size
    return (ending or long) and read and all(listener.settled(file) for listener in listeners)


def _rank(file: TailedFile) -> tuple[bool, float, float]:
    return _is_nowhere(file), file.grown_at, file.opened_at


def _is_nowhere(file: TailedFile) -> bool:
    return file.deleted or not file.named
