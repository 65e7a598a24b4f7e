"""New files that wait until one that is open has been read: no more than ``MAX_FILES`` are open."""

import logging

from logship.logs import Seldom

logger = logging.getLogger(__name__)


_MESSAGE = "files wait until one that is open has been read"


class Waiting:
    """How many there are and what they have, as the last sweep saw it; times in monotonic seconds."""

    def __init__(self, *, expected: bool = False) -> None:
        self.expected = expected
        """Whether it is nothing to tell of: a few are open on purpose."""
        self.files = self.nbytes = 0
        self.since, self._saying = 0.0, Seldom()
        self.advice = ""
        """How there could be room for them."""

    def note(self, files: int, nbytes: int, max_files: int, max_descriptors: int, now: float) -> None:
        """Take over what a sweep saw; it is said once a minute."""
        descriptors = f"raise the limit on open files of the container's runtime: it leaves {max_descriptors} for logs"
        self.advice = descriptors if max_descriptors < max_files else "raise LOGSHIP_MAX_FILES"
        self.since = self.since if self.files else now
        self.files, self.nbytes = files, nbytes
        if files and not self.expected and self._saying.may_say(now):
            sizes = {"waiting_files": files, "waiting_bytes": nbytes, "max_files": min(max_files, max_descriptors)}
            logger.warning(_MESSAGE, extra={**sizes, "advice": self.advice})
