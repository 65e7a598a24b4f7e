"""Records that may make the store fail by themselves: each waits alone, while what comes behind it goes on; pure.

A record whose requests are answered by 500, by a cut connection, by nothing in time or by nonsense may be at fault, or
the store may be ill. Only what happens to *others* can tell, so this remembers both:

* A suspect is sent alone, every 5 seconds at most. A failure counts if something else was accepted since the last one.
* After three that count it is given up, if nothing speaks for an unreliable store. What does: requests that failed and
  were taken later, of the last 64. A store that fails with probability p would fail a good record k times with p^k: so
  k is as large as makes that one in a million, or, while no such request is known, one in 500.
* Records also wait for a part of the store, an index say, that can't be written. One that waits alone for it, a date of
  1970 that has no index, is given up in the same way; several never are: that part may come back.
* So a store that answers 500 to half of everything has nothing given up, nor has one that is away.
"""

import math
from collections import deque
from collections.abc import Iterator
from typing import Final

from msgspec import Struct, field

from logship.delivery.rejections import Hold
from logship.delivery.verdicts import Refusal
from logship.model import Outcome

SUSPICIOUS: Final = frozenset({"http_500", "connection_reset", "timeout", "bad_response", "internal_error"})
"""Reasons that may be a record's fault; 429, 502, 503, 504, a refused connection and all else never are."""
FAILURES: Final = 3
"""So many in a row of a batch, and it is searched; of a record alone, and it is given up."""
APART_SECONDS: Final = 5.0
MAX_WAITING: Final = 5000
"""More records than this never wait at once: then the stream does."""
MAX_TOGETHER: Final = 1000
"""So many are sent at once of those that wait for one part of the store."""
UNPROVEN_AT_ONCE: Final = 32
"""So many records may begin to wait without a sign that the store is well."""
_REMEMBERED: Final = 64
_AT_ONCE: Final = 16
"""What one event may add to the memory: an outage is one event."""
_RARE, _UNHEARD_OF = 1e-6, 2e-3
_MOST: Final = 0.99
_DOUBLINGS: Final = 16


def suspicious(outcome: Outcome) -> bool:
    """Whether a failure of a whole request may be one record's fault."""
    return outcome.suspect or outcome.reason in SUSPICIOUS


class Suspect(Struct, eq=False):
    """A record that waits."""

    refusal: Refusal
    """The record, with the last failure's reason."""
    started: float
    """When it was first sent, in monotonic seconds."""
    born: int = -1
    """What the store had accepted when it, or what it was sent with, began to fail."""
    failures: int = 0
    """Alone, of those that count."""
    attempts: int = 0
    """Alone, without anything accepted since."""
    cost: int = 0
    """All failures that it explains, if it is a culprit."""
    heard: int = -1
    """What the store had accepted at the last failure that counts."""
    scope: str = ""
    """The part of the store that can't be written; what waits for the same one is sent together."""
    hold: Hold = field(default_factory=Hold)
    not_before: float = -math.inf
    """When it may be sent at the earliest."""


class Suspects:
    """One sink's; ``now`` is in monotonic seconds. ``max_seconds`` and ``limit_seconds`` are those of the policy."""

    def __init__(self, max_seconds: float, limit_seconds: float) -> None:
        self._max_seconds, self._limit = max(max_seconds, APART_SECONDS), limit_seconds or math.inf
        self._waiting: list[Suspect] = []
        self._crowded: set[str] = set()
        """Parts of the store for which several records waited at once."""
        self._others: deque[bool] = deque(maxlen=_REMEMBERED)
        """Of what no suspect explains: whether it was accepted."""
        self.accepts = 0
        """Answers in which something was accepted."""
        self.unproven = 0
        """How often something began to wait since the store accepted anything."""

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Suspect]:
        return iter(self._waiting)

    def __contains__(self, suspect: Suspect) -> bool:
        return suspect in self._waiting

    @property
    def full(self) -> bool:
        """Whether no other may wait."""
        return len(self._waiting) >= MAX_WAITING

    # -- what is heard of others ----------------------------------------------------------------------------------

    def accepted(self, answers: int = 1) -> None:
        """Note a request of which something was accepted; ``answers``: how many records were answered for."""
        self.accepts += 1
        self.unproven = 0
        self._others.extend([True] * min(answers, _AT_ONCE))

    def unreliable(self, failures: int) -> None:
        """Note that so many failures were no record's fault: what failed was taken later."""
        self._others.extend([False] * min(failures, _AT_ONCE))

    @property
    def needed(self) -> float:
        """How many failures alone give a record up; infinite while nothing is accepted."""
        accepted = sum(self._others)
        failed = len(self._others) - accepted
        if not accepted:
            return math.inf
        known = failed + accepted
        chance = (failed + 1) / (known + 1)
        if failed:  # at most so likely, by what little is known
            chance = min(_MOST, chance + 2 * math.sqrt(chance * (1 - chance) / known))
        return max(FAILURES, math.ceil(math.log(_RARE if failed else _UNHEARD_OF) / math.log(chance)))

    # -- those that wait ------------------------------------------------------------------------------------------

    def add(self, suspect: Suspect, now: float) -> None:
        """Let it wait; one that has failed alone already is not sent again at once."""
        suspect.not_before = max(suspect.not_before, now)
        if suspect.scope and any(each.scope == suspect.scope for each in self._waiting):
            self._crowded.add(suspect.scope)
        self._waiting.append(suspect)

    def remove(self, suspect: Suspect) -> None:
        """Forget it: it has found its end."""
        self._waiting.remove(suspect)
        if suspect.scope in self._crowded and all(each.scope != suspect.scope for each in self._waiting):
            self._crowded.remove(suspect.scope)

    def clear(self) -> None:
        """Forget all that wait; what was heard of others stays."""
        self._waiting.clear()
        self._crowded.clear()

    def mates(self, suspect: Suspect) -> list[Suspect]:
        """Give those that are sent with it, itself first: all that wait for the same part of the store."""
        if not suspect.scope:
            return [suspect]
        mates = [each for each in self._waiting if each.scope == suspect.scope and each is not suspect]
        return [suspect, *mates][:MAX_TOGETHER]

    def due(self, now: float) -> Suspect | None:
        """Give the one to send now."""
        found = min(self._waiting, key=self._due_at, default=None)
        return found if found and self._due_at(found) <= now else None

    def next_at(self) -> float:
        """Give when the next one is due; infinite if none waits."""
        return min(map(self._due_at, self._waiting), default=math.inf)

    def _due_at(self, suspect: Suspect) -> float:
        at = suspect.not_before
        if suspect.heard == self.accepts:  # nothing can come of it that counts: it may only be delivered
            at += min(APART_SECONDS * 2.0 ** min(suspect.attempts, _DOUBLINGS), self._max_seconds) - APART_SECONDS
        return max(min(at, suspect.started + self._limit), suspect.not_before)

    def postponed(self, suspect: Suspect, now: float, seconds: float = 0.0) -> None:
        """Note an attempt that says nothing of the record; ``seconds`` is what the store asked to wait."""
        suspect.attempts += 1
        suspect.not_before = now + max(APART_SECONDS, seconds)

    def failed(self, suspect: Suspect, refusal: Refusal, now: float) -> None:
        """Note that it failed alone."""
        suspect.refusal = refusal
        suspect.cost += 1
        if self.accepts != suspect.heard:
            suspect.failures += 1
            suspect.attempts, suspect.heard = 0, self.accepts
        self.postponed(suspect, now)

    def hopeless(self, suspect: Suspect) -> bool:
        """Whether it is to be given up for what it is."""
        return suspect.scope not in self._crowded and suspect.failures >= self.needed

    def proven(self, suspect: Suspect) -> bool:
        """Whether the store has accepted something since it began to fail; else the store itself may be ill."""
        return self.accepts > suspect.born

    def overdue(self, started: float, now: float) -> bool:
        """Whether what was first sent then is to be given up for the time that it took."""
        return now - started >= self._limit
