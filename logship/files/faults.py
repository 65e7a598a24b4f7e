"""Which open files can't be read, and since when: a disk may fail and recover, a server forget a descriptor."""

import logging
from contextlib import suppress

from logship.files.losses import LOSSES
from logship.files.tailing import TailedFile
from logship.model import FileId

logger = logging.getLogger(__name__)


class Faults:
    """What fails as long as a late writer is waited for, ``patience`` seconds, fails for good; times are monotonic."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._since: dict[FileId, float] = {}

    def say(self, file: TailedFile, now: float) -> None:
        """Say so, once, of a file that fails; one with a name is opened anew and forgotten here."""
        if file.file not in self._since:
            extra = {"path": file.path or file.lineage, "cause": file.fault, "advice": LOSSES["unreadable"]}
            logger.warning("an open file can't be read", extra=extra)
        if file.deleted or not file.path:
            self._since.setdefault(file.file, now)

    def is_mended(self, file: TailedFile, now: float) -> bool:
        """Try again to read what there is no other way to."""
        with suppress(OSError):
            file.look(now)
            file.read_at(1, file.offset)
            file.fault = ""
            del self._since[file.file]
        return not file.fault

    def lasts(self, file: TailedFile, now: float) -> bool:
        """Give whether it has failed for so long that there is no hope; it is forgotten then."""
        if now - self._since[file.file] < self._patience:
            return False
        del self._since[file.file]
        return True
