"""Splunk's HTTP Event Collector: the events that it takes, and what its answers say; pure.

Codes are those of Splunk's documentation ("Possible error codes"): 0 is success, each other one says who is to blame.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from logship.delivery.http_status import Answer, classify, detail
from logship.json_faults import UNREADABLE
from logship.model import Batch, FileId, Outcome, Status
from logship.records.enrichment import to_json
from logship.records.layouts import Column, Rows, Woven, decimals
from logship.records.severity import by_severity
from logship.records.timestamps import epoch_texts

SUCCESS: Final = 0
_FAULTS: Final = frozenset({1, 2, 3, 4, 7, 10, 11, 14, 16, 21, 22})
"""Token, index, channel or acknowledgement are set up wrongly, here or there: no event is to blame."""
_BAD: Final = Outcome(Status.ERRORED, "bad_response")


_NAMES: Final = {21: "fatal", 17: "error", 13: "warn", 9: "info", 5: "debug", 1: "trace"}
_SEVERITIES: Final = [name or b'"' for name in by_severity(_NAMES, b'","severity":"%b"')]
"""What ends the record's own field: for each severity, one more, or nothing."""


class Events(Struct, frozen=True):
    """An event object for each record, each with a newline after it."""

    members: bytes
    """What all events say of themselves: members of a JSON object, each with a comma after it."""
    source: str = ""
    """Empty: the name of the file."""
    wants: Sequence[str] = ()

    def write(self, rows: Rows) -> Woven:
        """Give the events; by ``log_record_uid``, an indexed field as ``severity`` is, a repeat can be found."""
        source = to_json(self.source or rows.block.name)
        uid = b',"fields":{"log_record_uid":"' + rows.block.file.encode() + b"-"
        # Seconds with milliseconds, as the protocol has them.
        times = epoch_texts(rows.stamps, 3, b".")
        before: list[Column] = [b'{"time":', times, b',"source":' + source + b"," + self.members + b'"event":']
        severities = [_SEVERITIES[level.severity] for level in rows.levels]
        return rows.woven(before, [uid, decimals(rows.offsets()), severities, b"}}\n"])


class _Reply(Struct):
    code: int
    ack_id: int | None = field(default=None, name="ackId")
    invalid: Any = field(default=None, name="invalid-event-number")
    """Of whatever type: it must not stand in the way of the code."""


class _Acks(Struct):
    acks: dict[str, bool]


_replies = msgspec.json.Decoder(_Reply)
_acks = msgspec.json.Decoder(_Acks)


class Taken(Struct, frozen=True):
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
    except UNREADABLE:
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


def read_cookie(answer: Answer) -> str:
    """Give the cookies that an answer sets, as a request has them."""
    pairs = (line.partition(";")[0].strip() for line in answer.all("Set-Cookie"))
    return "; ".join(pair for pair in pairs if pair.isprintable() and "=" in pair)


def read_ack(answer: Answer, ack: int, now: float) -> Outcome | None:
    """Say what an answer about one acknowledgement means; None: the events are not indexed yet.

    REJECTED is the question, not the events: the collector does not know the channel, or of acknowledgements, any more.
    """
    outcome = classify(answer.status, answer.headers, answer.body, now)
    if outcome.status is not Status.DELIVERED:
        return replace(outcome, too_large=False)
    try:
        return outcome if _acks.decode(answer.body).acks.get(str(ack)) else None
    except UNREADABLE:
        return _BAD


class Sent(Struct, frozen=True):
    """A batch that the collector took: by what to ask whether it is indexed."""

    channel: str
    ack: int
    cookie: str
    """By which a load balancer finds the collector again that took it, and that alone knows; or empty."""
    until: float
    """Monotonic seconds; then it counts as lost. A collector says the same of what takes long and of what it does not
    know, be it that it was restarted, or has said once before that it is indexed."""


class Unproven:
    """The batches that the collector took and does not call indexed yet, over all attempts to deliver them.

    Each has its channel for itself until it is indexed. A collector that was restarted counts from 0 again in every
    channel: the number of a batch that it lost would be a later one's, whose acknowledgement would prove the wrong one.
    """

    def __init__(self, patience: float, new_channel: Callable[[], str]) -> None:
        self._patience, self._new_channel = patience, new_channel
        self._sent: dict[_Key, Sent] = {}
        self._free: list[str] = []

    def take_channel(self) -> str:
        """Give a channel that nobody uses until it is given back."""
        return self._free.pop() if self._free else self._new_channel()

    def give_back(self, channel: str) -> None:
        """Note that no answer about something in the channel is waited for."""
        self._free.append(channel)

    def sent(self, batch: Batch, channel: str, ack: int, cookie: str, now: float) -> Sent:
        """Note that the collector took a batch."""
        self._sent[_key(batch)] = sent = Sent(channel, ack, cookie, now + self._patience)
        return sent

    def find(self, batch: Batch, now: float) -> Sent | None:
        """Give how to ask about a batch of the same lines; None if it was never taken, or too long ago."""
        self._sent = {key: sent for key, sent in self._sent.items() if now < sent.until}
        return self._sent.get(_key(batch))

    def indexed(self, batch: Batch, sent: Sent) -> None:
        """Note that it is proven."""
        self.lost(batch)
        self.give_back(sent.channel)

    def lost(self, batch: Batch) -> None:
        """Note that nobody will ever say so: it has to be sent again, in another channel."""
        self._sent.pop(_key(batch), None)  # an attempt may ask for longer than anyone else remembers


_Key = tuple[tuple[FileId, int, int], ...]


def _key(batch: Batch) -> _Key:
    return tuple((part.block.file, part.block.start, part.block.end) for part in batch.parts)
