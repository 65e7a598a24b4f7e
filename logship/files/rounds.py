"""Which of the open files are looked at: all that may have grown; of thousands that are quiet, some in turn.

Where events tell of every write, a file of which none has told needs a look only for what events leave out: writes
through a mapping, or by another name of the file (inotify(7)).
"""

from math import ceil

from msgspec import Struct

from logship.files.beneath import tells_of_writes
from logship.files.calm import ACTIVE_SECONDS
from logship.files.tailing import TailedFile

LOOK_AT_ALL = 64
"""Up to so many files are all looked at in every tick; of more, only those that grew lately."""
ALL_SECONDS = 0.25
"""How often all files are looked at while any grows."""
ROUND_SECONDS = 10.0
"""How long it takes until each file was looked at once, whatever events tell."""


class Rounds(Struct):
    """Chooses; all times in monotonic seconds."""

    poll: float
    next_all: float = 0.0
    """When all files are to be looked at next."""
    full: bool = True
    """Whether the look under way is at all files."""
    _owed: bool = True
    """Whether an event has told of something since all files were looked at."""
    _watch: int = 0
    _at: float = 0.0
    _start: int = 0
    _end: int = 0
    """Those whose turn it was."""
    _still: int = -1
    """How many files there were when none of them was restless; -1 if one was, or who knows."""

    def all_due(self, files: int, now: float) -> bool:
        """Whether it is time for more than the files that grew lately."""
        return files <= LOOK_AT_ALL or now >= self.next_all

    def choose(self, files: list[TailedFile], now: float, watch: int, *, told: bool) -> list[TailedFile]:
        """Give the files to look at; ``watch`` is where events come from, 0 if none do, ``told`` whether one came."""
        all_due, same = self.all_due(len(files), now), watch == self._watch != 0
        self._watch, self._owed = watch, self._owed or told or not same
        if all_due:
            self.next_all = now + min(self.poll, ALL_SECONDS)
        self.full = all_due and (self._owed or len(files) <= LOOK_AT_ALL)
        if self.full:
            self._owed, self._at, self._still = False, now, -1
            return files
        return self._some(files, now) if all_due else [file for file in files if now - file.grown_at < ACTIVE_SECONDS]

    def note(self, *, told: bool, grown: bool = False) -> None:
        """Note whether an event came during the look, which may be about any file, and whether one has grown."""
        self._owed |= told
        self._still = -1 if told or grown else self._still

    def _some(self, files: list[TailedFile], now: float) -> list[TailedFile]:
        """Give those whose turn it is, and all that grow, or change, in ways that no event may tell of."""
        known = self._still == len(files)  # then only those that were looked at since may have changed
        restless = _restless(files[self._start : self._end] if known else files, now - ACTIVE_SECONDS)
        self._still = -1 if restless else len(files)
        count = ceil(len(files) * min(1.0, (now - self._at) / ROUND_SECONDS))
        self._start = self._end if self._end < len(files) else 0
        self._end, self._at = self._start + count, now
        return [*dict.fromkeys((*files[self._start : self._end], *restless))]


def _restless(files: list[TailedFile], since: float) -> list[TailedFile]:
    silent = {device for device in {file.device for file in files} if not tells_of_writes(device)}
    return [
        file
        for file in files
        if file.grown_at > since
        or file.unheard
        or not file.path
        or file.deleted
        or file.doubt.lasts
        or file.padding.there
        or file.holes.wait
        or file.device in silent
    ]
