"""Closes files: rotated ones that are read, quiet ones where others need room, and what can't be read."""

from collections.abc import Callable, Sequence

from logship.files.backlog import Listener
from logship.files.catalog import Catalog
from logship.files.faults import Faults
from logship.files.idle import Idle
from logship.files.removed import Removed
from logship.files.tailing import TailedFile
from logship.state.identity import Entry

MANY_FILES = 512
"""So many may stay open whatever they do, if so many may be open. Each takes some 5 KiB."""


class Closing:
    """Decides and does it; ``describe`` gives what to save of a file, ``clock`` monotonic seconds."""

    def __init__(
        self,
        catalog: Catalog,
        listeners: Sequence[Listener],
        rotate_wait: float,
        describe: Callable[[TailedFile], Entry],
        clock: Callable[[], float],
    ) -> None:
        """``rotate_wait`` seconds after it last grew, a file without a name has got all that its writer wrote."""
        self._catalog = catalog
        self._listeners = listeners
        self._rotate_wait = rotate_wait
        self._describe = describe
        self._clock = clock
        self._faults = Faults(rotate_wait)
        self.idle = Idle()
        self.removed = Removed()

    def release(self, now: float) -> None:
        """Let go of what can't be read: by its name it is found again and goes on."""
        for file in [file for file in self._catalog.files.values() if file.fault]:
            self._faults.say(file, now)
            if file.deleted or not file.path:
                self._try_again(file, now)
                continue
            self._catalog.release(file, self._describe(file))
            for listener in self._listeners:
                listener.closed(file)

    def _try_again(self, file: TailedFile, now: float) -> None:
        if self._faults.is_mended(file, now):
            for listener in self._listeners:
                listener.grew(file)
        elif self._faults.lasts(file, now):
            self._catalog.lose(file, "unreadable", file.size)

    def retire(self, now: float) -> None:
        """Close what was rotated, or removed, and is read; its last line may be without an end."""
        self.removed.keep(self._catalog.files)
        for file in list(self._catalog.files.values()):
            if file.deleted:
                self.removed.look(file, now)
            nameless = file.deleted or not file.path
            if not nameless or now - file.grown_at < self._rotate_wait:
                continue
            if file.offset < file.size and not file.ended:
                file.ended = True  # nobody will finish its last line
                for listener in self._listeners:
                    listener.grew(file)
            elif file.offset >= file.size and all(listener.settled(file) for listener in self._listeners):
                self._close(file)

    def make_room(self) -> bool:
        """Close the file that has been quiet for longest; False where none is read, acknowledged and quiet."""
        catalog = self._catalog
        file = self.idle.take(catalog.files.values(), self._listeners, self._clock(), ending=catalog.settling)
        if file:
            self._close(file)
        return file is not None

    def relieve(self) -> None:
        """Close a quiet file for each that is new, where an eighth of the places is taken: others are for busy ones."""
        catalog = self._catalog
        most = max(MANY_FILES, catalog.max_files // 8)
        for _ in range(len(catalog.new)):
            few = len(catalog.files) + len(catalog.new) <= most
            if few or catalog.settling or not self.make_room():
                return

    def close_read(self) -> bool:
        """Close all of those, whoever else needs room or not; gives whether there was any."""
        self.idle.begin_sweep()
        closed = False
        while self.make_room():
            closed = True
        return closed

    def _close(self, file: TailedFile) -> None:
        self._catalog.finish(file, self._describe(file))
        for listener in self._listeners:
            listener.closed(file)
