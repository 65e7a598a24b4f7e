"""What OTLP's answers say; pure.

A 200 may say that some records were refused, and such a request must not be sent again. If *all* were refused, they are
known: dead letters. If only some were, nobody knows which: so many count as dropped, and the rest as delivered.

Of the failures, the protocol has 429, 502, 503 and 504 sent again, and says of a 500 that the records will never be
taken. A Collector also answers so while what is behind it is ill: so the rule for such failures
(:mod:`logship.delivery.suspects`) finds out whether it is one record's fault.
"""

from contextlib import suppress
from typing import Final

import msgspec
from msgspec.structs import replace

from logship.delivery.http_status import MAX_DETAIL, Answer, classify
from logship.json_faults import UNREADABLE
from logship.model import Outcome, Status, Verdict
from logship.sinks.otlp.protobuf import read_fields

REASON: Final = "partial_success"
_OK: Final = range(200, 300)
_NEGATIVE: Final = 1 << 63
"""From here on, 64 bits of an int64 are a negative number, which no number of records is."""


class _Partial(msgspec.Struct, rename="camel"):
    rejected_log_records: int = 0
    error_message: str = ""


class _Reply(msgspec.Struct, rename="camel"):
    partial_success: _Partial | None = None
    message: str = ""
    """Of a failure."""


_replies = msgspec.json.Decoder(_Reply, strict=False)


def read_answer(answer: Answer, records: int, now: float) -> Outcome:
    """Say what became of a request of so many records; ``now`` is in epoch seconds."""
    outcome = classify(answer.status, answer.headers, answer.body, now)
    if answer.status in _OK:
        return outcome if outcome.fault else _taken(answer, records)
    words = _read(answer.body).message
    return replace(outcome, detail=words[:MAX_DETAIL]) if words else outcome


def _taken(answer: Answer, records: int) -> Outcome:
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        # Whoever answers with a page, perhaps a proxy or the store's own front, has not understood.
        return Outcome(Status.ERRORED, "not_otlp", fault=True)
    if answer.flaw == "long":
        return _refused(records, "answer_too_long", "")
    partial = _read(answer.body).partial_success or _Partial()
    if partial.rejected_log_records <= 0:
        return Outcome(Status.DELIVERED)
    if partial.rejected_log_records >= records:
        return _refused(records, REASON, partial.error_message[:MAX_DETAIL])
    return Outcome(Status.DELIVERED, REASON, unnamed=partial.rejected_log_records)


def _refused(records: int, reason: str, detail: str) -> Outcome:
    """Refuse each record by itself: the request is not taken apart to find out which it was."""
    verdicts = tuple(Verdict(index, Status.REJECTED, reason, detail) for index in range(records))
    return Outcome(Status.REJECTED, reason, detail, verdicts)


def _read(body: bytes) -> _Reply:
    """Read an answer in either format; an empty one if it is in neither: what matters then is its status."""
    with suppress(ValueError, *UNREADABLE):
        return _replies.decode(body) if body.lstrip()[:1] == b"{" else _read_protobuf(body)
    return _Reply()


def _read_protobuf(body: bytes) -> _Reply:
    reply = _Reply()
    for field, value in read_fields(body):
        if field == 1 and isinstance(value, bytes):
            reply.partial_success = _read_partial(value)
        elif field == 2:  # noqa: PLR2004 - google.rpc.Status.message
            reply.message = _text(value)
    return reply


def _read_partial(message: bytes) -> _Partial:
    partial = _Partial()
    for field, value in read_fields(message):
        if field == 1 and isinstance(value, int):
            partial.rejected_log_records = value if value < _NEGATIVE else 0
        elif field == 2:  # noqa: PLR2004 - error_message
            partial.error_message = _text(value)
    return partial


def _text(value: int | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
