"""Records that could not be redacted, and left as stubs: told once a minute."""

import logging

from logship.logs import Seldom
from logship.model import Block, Tally

logger = logging.getLogger(__name__)


class Stubs:
    """Counts them between two messages."""

    def __init__(self) -> None:
        self._seldom = Seldom()
        self._untold = 0

    def saw(self, block: Block, tally: Tally, now: float) -> None:
        """Note what was made of a block; ``now`` in monotonic seconds."""
        if not tally.unredactable:
            return
        self._untold += len(tally.unredactable)
        if self._seldom.may_say(now):
            logger.error(
                "records that could not be redacted were not sent: a stub with offset and reason stands for each",
                extra={"records": self._untold, "reason": tally.unredactable[0], "offset": block.start},
            )
            self._untold = 0
