"""The health of one sink, as messages (one a minute and cause, one when it is over) and as a state for ``status``."""

import logging
import time
from collections.abc import Callable
from typing import Final, Literal

from msgspec import Struct

from logship.delivery.advice import GIVEN_UP, REFUSED, REPLAY, advice

logger = logging.getLogger(__name__)

_UNWRITABLE: Final = "dead_letters"
MESSAGE_SECONDS: Final = 60.0
State = Literal["ok", "refusing", "retrying", "holding"]
REFUSING_SECONDS: Final = 3600.0
"""So long after its last dead letter a sink is not simply ``ok``."""
_WORDS: Final = {
    (True, False): (logging.ERROR, "the store refuses everything: records are held"),
    (False, True): (logging.ERROR, "a setting or credential is wrong: records are kept"),
    (False, False): (logging.WARNING, "delivery failed and is tried again"),
}
"""Level and message, by whether records are held and whether a setting is at fault."""


def _advice(reason: str) -> dict[str, object]:
    found = advice(reason)
    return {"advice": found} if found else {}


class _Cause(Struct):
    logged_at: float
    unlogged: int = 0


class SinkHealth:
    """Speaks for one sink. Reasons come from a bounded vocabulary: no log content, no secret."""

    def __init__(
        self, sink: str, clock: Callable[[], float], wall: Callable[[], float] = time.time, *, where: str = ""
    ) -> None:
        self.sink, self._clock, self._wall, self.where = sink, clock, wall, where
        self._causes: dict[tuple[str, str], _Cause] = {}
        self._attempts = 0
        self._spoken = False
        self._state: State = "ok"
        self.last_error = self.last_refusal = ""
        self.ignored_records = 0
        """How many the store took and may leave out."""
        self.last_error_at: float | None = None
        """Epoch seconds, as all below."""
        self.last_success_at: float | None = None
        self.last_refusal_at: float | None = None
        """When a record last became a dead letter, or was dropped, also before this start."""
        self.failing_since: float | None = None
        self.working_since = wall()
        """When the last failures ended, or this began."""

    @property
    def named(self) -> str:
        """The sink's name, and where it delivers to."""
        return f"{self.sink} ({self.where})" if self.where else self.sink

    @property
    def state(self) -> State:
        """``refusing`` for an hour after a record was put aside, where nothing worse is."""
        if self._state == "ok" and self.last_refusal_at and self._wall() - self.last_refusal_at < REFUSING_SECONDS:
            return "refusing"
        return self._state

    @property
    def state_since(self) -> float:
        """When it began to be in this state; of ``refusing``, when it last refused a record. Epoch seconds."""
        refused = self.last_refusal_at if self.state == "refusing" else None
        return self.failing_since or refused or self.working_since

    def failing(self, reason: str, *, fault: bool, holding: bool, seconds: float) -> None:
        """Note an attempt that failed and will be repeated after so many seconds."""
        self._note(reason, holding=holding)
        extra = {"next_attempt_seconds": round(seconds, 3), **_advice(reason)}
        level, message = _WORDS[holding, fault and not holding]
        self._spoken |= self._say(level, message, reason, extra)

    def _note(self, reason: str, *, holding: bool) -> None:
        self._state = "holding" if holding else "retrying"
        self.last_error, self.last_error_at = reason, self._wall()
        self.failing_since = self.failing_since or self.last_error_at
        self._attempts += 1

    def unwritable(self, cause: str, seconds: float) -> None:
        """Note that a refused record can't be put aside for now: the state folder is at fault, not the store."""
        self._note(_UNWRITABLE, holding=True)
        advice = "make room on the state volume, or let this user write there; what is behind the record waits"
        extra: dict[str, object] = {"cause": cause, "next_attempt_seconds": round(seconds, 3), "advice": advice}
        message = "a refused record can't be put aside: it is held"
        self._say(logging.ERROR, message, _UNWRITABLE, extra)

    def put_aside(self, reason: str, records: int, cause: str = "") -> None:
        """Note records that became dead letters; ``cause``: of those given up, the reason of their last failure."""
        self.last_refusal, self.last_refusal_at = reason, self._wall()
        if self._state == "holding" and self.last_error == _UNWRITABLE:
            self._state, self.failing_since = "ok", None
            logger.info("refused records can be put aside again", extra=self._who())
        words = (GIVEN_UP,) if reason == "retry_limit" else (REFUSED.format(sink=self.sink), REPLAY)
        extra: dict[str, object] = {"records": records, **({"cause": cause} if cause else {})}
        extra["advice"] = "; ".join(filter(None, (advice(cause or reason), *words)))
        self._say(logging.WARNING, "records were put aside as dead letters", reason, extra)

    def waiting(self, reason: str, records: int) -> None:
        """Note that records wait by themselves; ``records``: how many there are of those."""
        self.last_error, self.last_error_at = reason, self._wall()
        message = "records that the store does not take wait by themselves, and what comes behind them goes on"
        self._say(logging.WARNING, message, reason, {"records": records, **_advice(reason)})

    def dropped(self, reason: str, records: int) -> None:
        """Note records that the store refused without saying which they are."""
        self.last_refusal, self.last_refusal_at = reason, self._wall()
        extra = {"records": records, **_advice(reason)}
        self._say(logging.ERROR, "records are lost: the store refused some and did not say which", reason, extra)

    def ignored(self, reason: str, records: int) -> None:
        """Note records that the store took and may leave out without a word."""
        self.ignored_records += records
        extra = {"records": records, **_advice(reason)}
        self._say(logging.WARNING, "the store took records that it may not show", reason, extra)

    def misused(self, reason: str) -> None:
        """Note that the store took records, though not in the way that a setting asks for."""
        message = "a setting is wrong: records are delivered without what it promises"
        self._say(logging.ERROR, message, reason, _advice(reason))

    def failure_store(self, records: int) -> None:
        """Note records that the store keeps where it keeps what it could not index."""
        extra = {"records": records, **_advice("failure_store")}
        message = "the store could not index records, and keeps them in its failure store"
        self._say(logging.ERROR, message, "failure_store", extra)

    def lost(self, records: int, nbytes: int) -> None:
        """Note dead letters that had to go for newer ones."""
        advice = "raise it, and the state volume with it; or mend what is refused"
        extra: dict[str, object] = {"records": records, "bytes": nbytes, "advice": advice}
        message = "dead letters were dropped: LOGSHIP_DEAD_LETTER_MAX_BYTES keeps no more"
        self._say(logging.ERROR, message, "dead_letter_full", extra)

    def working(self) -> None:
        """Note that the store took something."""
        self.last_success_at = self._wall()
        if self.failing_since is not None:
            self.working_since = self.last_success_at
        if self._spoken and self.failing_since is not None:
            seconds = round(self.last_success_at - self.failing_since, 3)
            extra = {**self._who(), "failed_attempts": self._attempts, "seconds": seconds}
            logger.info("delivery works again", extra=extra)
        self._state, self.failing_since, self._attempts, self._spoken = "ok", None, 0, False

    def _who(self) -> dict[str, object]:
        return {"sink": self.sink, **({"where": self.where} if self.where else {})}

    def _say(self, level: int, message: str, reason: str, extra: dict[str, object]) -> bool:
        now = self._clock()
        cause = self._causes.get((message, reason))
        if cause and now - cause.logged_at < MESSAGE_SECONDS:
            cause.unlogged += 1
            return False
        repeated = cause.unlogged if cause else 0
        logger.log(level, message, extra={**self._who(), "reason": reason, "repeated": repeated, **extra})
        self._causes[message, reason] = _Cause(now)
        return True
