"""Splunk's HTTP Event Collector: the events that it takes, and what its answers say; pure.

Codes are those of Splunk's documentation ("Possible error codes"): 0 is success, each other one says who is to blame.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from logship.answers import Answer, classify, detail
from logship.enrichment import to_json
from logship.layouts import Column, Rows, Woven, decimals
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

    def write(self, rows: Rows) -> Woven:
        """Give the events; ``log_record_uid`` is an indexed field by which a repeat can be found."""
        source = to_json(self.source or rows.block.name)
        uid = b',"fields":{"log_record_uid":"' + rows.block.file.encode() + b"-"
        # Seconds with milliseconds, as the protocol has them.
        times = epoch_texts(rows.stamps, 3, b".")
        before: list[Column] = [b'{"time":', times, b',"source":' + source + b"," + self.members + b'"event":']
        return rows.woven(before, [uid, decimals(rows.offsets()), b'"}}\n'])


class _Reply(msgspec.Struct):
    code: int
    ack_id: int | None = msgspec.field(default=None, name="ackId")


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

    Of a request with one bad event nothing is taken: it is rejected as a whole, and its halves are tried.
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
    return Taken(replace(outcome, reason=reason) if outcome.status is Status.REJECTED else outcome)


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
