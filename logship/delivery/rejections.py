"""When refused records are put aside, and when refusal looks like a wrong setting and must wait; pure.

Two promises pull at each other: a record that the store will never take must not stop its neighbours, and a wrong
mapping must not push the whole stream through the dead-letter file. The rule:

* While the store takes other records, a refused one is put aside at once.
* If two answers in a row refuse all that they were asked for one reason, and nothing has been accepted for 5 minutes,
  or if 50 requests in a row are refused, the sink *holds*: the batch is kept and tried again slowly.
* A hold lasts at most 5 minutes, and each next one twice as long, up to an hour; then this one batch is put aside and
  the next one is tried. So no stream stops for ever behind two bad lines, and a wrong setting costs a batch an hour.
* Anything accepted ends the hold and all this counting.
* What a store refuses for its age is put aside at once: no setting is to blame, and waiting makes it only older. Else a
  backlog from before the store's retention would keep back the lines of today, for hours a batch.
"""

import math
from typing import Final

from msgspec import Struct

QUIET_SECONDS: Final = 300.0
IN_A_ROW: Final = 2
REQUESTS_IN_A_ROW: Final = 50
MAX_HOLD_SECONDS: Final = 3600.0
AGES: Final = frozenset({"too_old", "expired"})
"""Reasons that time does not mend."""


class Hold(Struct):
    """How one batch stands."""

    since: float = math.inf
    released: bool = False
    """Its hold is over: what is refused of it now is put aside, as it is, without looking for the one bad record."""


class Refusals:
    """Remembers, for one sink, what was refused since something was accepted. ``now`` is in monotonic seconds.

    ``hold_seconds`` is the first hold's length; 0 means that nothing is ever held.
    """

    def __init__(self, hold_seconds: float = QUIET_SECONDS) -> None:
        self._first = self._hold_seconds = hold_seconds
        self._accepted_at = -math.inf
        self._reason = ""
        self._answers = 0
        self._requests = 0

    def accepted(self, hold: Hold, now: float) -> None:
        """Note that the store took something."""
        self._accepted_at = now
        self._reason, self._answers, self._requests = "", 0, 0
        self._hold_seconds = self._first
        hold.since, hold.released = math.inf, False

    def must_hold(self, hold: Hold, reason: str, now: float, *, single: bool) -> bool:
        """Note a request of which nothing was accepted; say whether its records must wait.

        ``single``: the answer speaks for each record; else it may be one record's fault, and halving comes first.
        """
        if hold.released or not self._first or reason in AGES:
            return False
        if now < hold.since:
            self._count(reason, single=single)
            if not self._suspicious(now):
                return False
            hold.since = now
        if now - hold.since < self._hold_seconds:
            return True
        hold.released = True
        self._hold_seconds = min(self._hold_seconds * 2, max(MAX_HOLD_SECONDS, self._first))
        return False

    def _count(self, reason: str, *, single: bool) -> None:
        if reason != self._reason:
            self._reason, self._answers, self._requests = reason, 0, 0
        self._requests += 1
        self._answers += single

    def _suspicious(self, now: float) -> bool:
        quiet = now - self._accepted_at >= QUIET_SECONDS
        return (quiet and self._answers >= IN_A_ROW) or self._requests >= REQUESTS_IN_A_ROW
