"""What logship itself does wrong with somebody's bytes: told once a minute, so that the rest goes on."""

import logging

from logship.errors import forget_frames
from logship.logs import Seldom, places

logger = logging.getLogger(__name__)


class OwnFaults:
    """Counts them between two messages."""

    def __init__(self) -> None:
        self._seldom = Seldom()
        self._untold = 0

    def saw(self, what: str, error: Exception, now: float, **where: object) -> None:
        """Note one; ``what`` could not be done, and what is done instead, ``now`` in monotonic seconds."""
        self._untold += 1
        if self._seldom.may_say(now):
            # Only type and places: an exception's text may quote a record.
            extra = {"times": self._untold, "type": type(error).__name__, "at": places(error.__traceback__), **where}
            logger.error("a fault of logship's own, please report it: %s", what, extra=extra)
            self._untold = 0
        forget_frames(error)
