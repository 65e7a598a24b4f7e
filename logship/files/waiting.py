"""New files that wait until one that is open has been read: no more than ``MAX_FILES`` are open."""

import logging

from logship.logs import Seldom

logger = logging.getLogger(__name__)


class Waiting:
    """How many there are and what they have, as the last sweep saw it; times in monotonic seconds."""

    def __init__(self, *, expected: bool = False) -> None:
        self.expected = expected
        """Whether it is nothing to tell of: a few are open on purpose."""
        self.files = self.nbytes = 0
        self.since, self._saying = 0.0, Seldom()

    def note(self, files: int, nbytes: int, max_files: int, now: float) -> None:
        """Take over what a sweep saw; it is said once a minute."""
        self.since = self.since if self.files else now
        self.files, self.nbytes = files, nbytes
        if files and not self.expected and self._saying.may_say(now):
            extra = {"waiting_files": files, "waiting_bytes": nbytes, "max_files": max_files}
            logger.warning("files wait until one that is open has been read: raise LOGSHIP_MAX_FILES", extra=extra)
