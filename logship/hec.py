"""Splunk's HTTP Event Collector: the events that it takes, and what its answers say; pure.

Codes are those of Splunk's documentation ("Possible error codes"): 0 is success, each other one says who is to blame.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from logship.answers import Answer, classify, detail
from logship.enrichment import to_json
from logship.layouts import Rows, literal
from logship.model import Outcome, Status
from logship.timestamps import epoch_texts

SUCCESS: Final = 0
_FAULTS: Final = frozenset({1, 2, 3, 4, 7, 10, 11, 14, 16, 21, 22})
"""Token, index, channel or acknowledgement are set up wrongly, here or there: no event is to blame."""
_BAD: Final = Outcome(Status.ERRORED, "bad_response")


@dataclass(frozen=True, slots=True)
class Events:
    """An event object for each record, each with a newline after it."""

    members: bytes
    """What all events say of themselves: members of a JSON object, each with a comma after it."""
    source: str = ""
    """Empty: the name of the file."""
    wants: Sequence[str] = ()

    def write(self, rows: Rows) -> list[bytes]:
        """Give the events; ``log_record_uid`` is an indexed field by which a repeat can be found."""
        source = to_json(self.source or rows.block.name)
        before = b'{"time":%b,"source":' + literal(source + b"," + self.members) + b'"event":'
        uid = b',"fields":{"log_record_uid":"' + literal(rows.block.file.encode())
        # Seconds with milliseconds, as the protocol has them.
        times = epoch_texts(rows.stamps, 3, b".")
        return rows.records(before, uid + b'-%d"}}\n', [times], [rows.offsets()])


class _Reply(msgspec.Struct):
    code: int
    ack_id: int | None = msgspec.field(default=None, name="ackId")
    invalid: Any = msgspec.field(default=None, name="invalid-event-number")
    """Of whatever type: it must not stand in the way of the code."""


class _Acks(msgspec.Struct):
    acks: dict[str, bool]


_replies = msgspec.json.Decoder(_Reply)
_acks = msgspec.json.Decoder(_Acks)


@dataclass(frozen=True, slots=True)
class Taken:
    """What an answer says."""

    outcome: Outcome
    ack: int | None = None
    """By which number to ask whether the events are indexed."""


def read_answer(answer: Answer, now: float) -> Taken:
    """Say what an answer to events means; ``now`` in epoch seconds.

    A request with a bad event is rejected as a whole, and the event is blamed whose number the answer gives, from 0.
    Whether the events before it are indexed is not documented, and reports differ: they count as not taken, so they
    come twice rather than not at all. Nor is it documented for every code that numbers begin with 0: so the event that
    is blamed is sent on its own before it is put aside.
    """
    outcome = classify(answer.status, answer.headers, answer.body, now)
    try:
        reply = _replies.decode(answer.body)
    except (msgspec.DecodeError, RecursionError):
        return Taken(_BAD if outcome.status is Status.DELIVERED else outcome)
    if outcome.status is Status.DELIVERED:
        return Taken(outcome if reply.code == SUCCESS else _BAD, reply.ack_id)
    reason = f"hec_{reply.code}"
    if reply.code in _FAULTS:
        return Taken(Outcome(Status.ERRORED, reason, detail(answer.body), fault=True))
    if outcome.status is not Status.REJECTED:
        return Taken(outcome)
    blamed = reply.invalid if type(reply.invalid) is int else None  # True is no number
    return Taken(replace(outcome, reason=reason, blamed=blamed))


def read_ack(answer: Answer, ack: int, now: float) -> Outcome | None:
    """Say what an answer about one acknowledgement means; None: the events are not indexed yet."""
    outcome = classify(answer.status, answer.headers, answer.body, now)
    if outcome.status is not Status.DELIVERED:
        return Outcome(
            Status.ERRORED, outcome.reason, outcome.detail, retry_after=outcome.retry_after, fault=outcome.fault
        )
    try:
        return outcome if _acks.decode(answer.body).acks.get(str(ack)) else None
    except (msgspec.DecodeError, RecursionError):
        return _BAD
