"""Removed files that are still written to: their lines are read, but those in others, removed sooner, nobody sees.

Four processes with a ``RotatingFileHandler`` each for one file (Python 3.11.7) rename each other's file away and over
the one before: of 60,000 lines 9,355 went to files that had a name for some milliseconds; by time, 27,008.
"""

import logging
from collections.abc import Mapping
from typing import Final

from logship.files.tailing import TailedFile
from logship.logs import Seldom
from logship.model import FileId

logger = logging.getLogger(__name__)

LATE_SECONDS: Final = 1.0
"""What a writer still had in its memory when its file was removed comes sooner; what comes later is written on."""
WRITTEN: Final = "removed, and still written to: other lines may go where nobody can read them"
ADVICE: Final = "Have the writer open its file again after a rotation, and give each process a file of its own."


class Removed:
    """Tells which they are; times are monotonic seconds."""

    def __init__(self) -> None:
        self._since: dict[FileId, float] = {}
        self._seldom = Seldom()

    def look(self, file: TailedFile, now: float) -> None:
        """Look at a file without a name; say that it is written to, once a minute at the most."""
        self._since.setdefault(file.file, now)
        if self.is_written(file) and now - file.grown_at < LATE_SECONDS and self._seldom.may_say(now):
            logger.warning("a removed file is still written to", extra={"path": file.lineage, "advice": ADVICE})

    def keep(self, files: Mapping[FileId, TailedFile]) -> None:
        """Forget all files but those, and those of them that go on in another one, which has a name."""
        if self._since:
            self._since = {each: since for each, since in self._since.items() if each in files and files[each].deleted}

    def is_written(self, file: TailedFile) -> bool:
        """Whether a file grew long after it was removed."""
        return file.grown_at - self._since.get(file.file, file.grown_at) >= LATE_SECONDS
