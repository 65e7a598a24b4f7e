"""CloudWatch's PutLogEvents: its log events, what one request may hold, and what the answers say; pure.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from logship.delivery.http_status import MAX_RETRY_AFTER, Answer, classify, detail
from logship.json_faults import UNREADABLE
from logship.model import Limits, Outcome, Status, Verdict
from logship.records.layouts import Rows, Woven, weave
from logship.records.timestamps import epoch_texts

LIMITS: Final = Limits(1_048_576, 10_000, 1_000_000)
"""The service counts a message's UTF-8 and 26 bytes. Ours are longer: quoted, and with 40 bytes around the message."""
NOT_FOUND: Final = "ResourceNotFoundException"
EXISTS: Final = "ResourceAlreadyExistsException"
_HEAD: Final = len(b'{"timestamp":')
_DAY: Final = 86_400_000
"""Milliseconds; the times in one request span less."""
_OLD, _NEW = 15 * _DAY, _DAY
"""Milliseconds: what is older or newer than that is refused by itself, and counts for no span. The service says 14
days and 2 hours; the rest is for clocks that differ."""

_PASSING: Final = frozenset({
    "BandwidthLimitExceeded", "EC2ThrottledException", "LimitExceededException", "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException",
    "SlowDown", "ThrottledException", "Throttling", "ThrottlingException", "TooManyRequestsException",
    "InternalFailure", "InternalServerError", "InternalServerException", "InvalidSequenceTokenException",
    "OperationAbortedException", "RequestTimeout", "RequestTimeoutException", "ServiceUnavailable",
    "ServiceUnavailableException",
})  # fmt: skip
"""Too much at once, or trouble over there."""
_EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_REFUSED_KEYS: Final = frozenset({
    "AccessDenied", "AccessDeniedException", "IncompleteSignature", "IncompleteSignatureException",
    "InvalidClientTokenId", "InvalidSignatureException", "MissingAuthenticationToken",
    "MissingAuthenticationTokenException", "NotAuthorized", "OptInRequired", "SignatureDoesNotMatch",
    "UnrecognizedClientException",
})  # fmt: skip
_FAULTS: Final = _REFUSED_KEYS | {NOT_FOUND, "UnknownOperationException", "UnknownOperation"}
_DUPLICATE: Final = "DataAlreadyAcceptedException"
_REFUSED: Final = "InvalidParameterException"
CREDENTIALS: Final = _EXPIRED | _REFUSED_KEYS | {"http_401", "http_403"}
"""Reasons to look for credentials again."""
_BAD: Final = Outcome(Status.ERRORED, "bad_response")


class LogEvents:
    """``{"timestamp":<ms>,"message":"<record>"},`` and a newline for each record."""

    wants: Sequence[str] = ()

    def write(self, rows: Rows) -> Woven:
        """Give the log events."""
        times = epoch_texts(rows.stamps, 3)
        return weave(len(times), b'{"timestamp":', times, b',"message":', *rows.quoted(), b"},\n")


class Part(Struct, frozen=True):
    """What one request carries of a batch."""

    events: bytes
    """In the order of time, with commas between them."""
    records: Sequence[int]
    """Which record of the batch each of them is."""


def parts(body: bytes, now_ms: int) -> list[Part]:
    """Take a batch's body apart: parts in the order of time, each with a span that the service takes.

    Nearly always it is one. A record of yesterday's file beside one of today's makes two.
    """
    events = body.split(b"\n")[:-1]  # in JSON a newline is only found between values
    times = [int(event[_HEAD : event.find(b",", _HEAD)]) for event in events]
    records = sorted(range(len(events)), key=times.__getitem__)
    cuts = [0, *_cuts([times[record] for record in records], now_ms), len(events)]
    return [_part(events, records[start:end]) for start, end in pairwise(cuts)]


def _part(events: Sequence[bytes], records: Sequence[int]) -> Part:
    return Part(b"".join([events[record] for record in records]).removesuffix(b","), records)


def _cuts(times: Sequence[int], now_ms: int) -> Iterator[int]:
    """Give where in the sorted times a new part begins."""
    start, end = bisect_left(times, now_ms - _OLD), bisect_right(times, now_ms + _NEW)
    while start < end:
        start = bisect_left(times, times[start] + _DAY)
        if start < end:
            yield start


class _Refused(Struct):
    too_new: int | None = field(default=None, name="tooNewLogEventStartIndex")
    """Of the first one."""
    too_old: int = field(default=0, name="tooOldLogEventEndIndex")
    """Just past the last one, as the next."""
    expired: int = field(default=0, name="expiredLogEventEndIndex")


class _Reply(Struct):
    refused: _Refused | None = field(default=None, name="rejectedLogEventsInfo")


class _Failure(Struct):
    type: str = field(name="__type")


_replies = msgspec.json.Decoder(_Reply)
_failures = msgspec.json.Decoder(_Failure)


def read_put(answer: Answer, part: Part, now: float) -> Outcome:
    """Say what became of a part; ``now`` in epoch seconds, verdicts by the batch's records."""
    outcome = read_answer(answer, now)
    if outcome.status is not Status.DELIVERED:
        return outcome
    try:
        refused = _replies.decode(answer.body).refused
    except UNREADABLE:
        return _BAD
    return replace(outcome, verdicts=tuple(_verdicts(refused, part.records))) if refused else outcome


def _verdicts(refused: _Refused, records: Sequence[int]) -> Iterator[Verdict]:
    newest = len(records) if refused.too_new is None else refused.too_new
    for index, record in enumerate(records):
        if index < refused.too_old:
            yield Verdict(record, Status.REJECTED, "too_old")
        elif index < refused.expired:
            yield Verdict(record, Status.REJECTED, "expired")
        elif index >= newest:
            yield Verdict(record, Status.REJECTED, "too_new")


def read_answer(answer: Answer, now: float) -> Outcome:
    """Say what an answer to any request means: most failures are a 400, and tell by a name what they are."""
    outcome = classify(answer.status, answer.headers, answer.body, now)
    if outcome.status is Status.DELIVERED:
        return outcome
    words, wait = detail(answer.body), _milliseconds(answer.headers.get("x-amz-retry-after", ""))
    match _kind(answer.body):
        case kind if kind in _PASSING or kind in _EXPIRED:
            return Outcome(Status.ERRORED, kind, words, retry_after=wait or outcome.retry_after)
        case kind if kind in _FAULTS:
            return Outcome(Status.ERRORED, kind, words, retry_after=wait, fault=True)
        case kind if kind == _DUPLICATE:
            return Outcome(Status.DUPLICATE)
        case kind if kind in {_REFUSED, EXISTS}:
            return Outcome(Status.REJECTED, kind, words)
    return replace(outcome, retry_after=wait or outcome.retry_after)


def _kind(body: bytes) -> str:
    """Give the error's name, which may come with a namespace; empty if there is none."""
    try:
        return _failures.decode(body).type.rpartition("#")[2]
    except UNREADABLE:
        return ""


def _milliseconds(text: str) -> float | None:
    known = text.isascii() and text.isdigit() and len(text) < 12  # noqa: PLR2004 - longer is no wait
    return min(int(text) / 1000, MAX_RETRY_AFTER) if known else None


def together(done: Sequence[Part], left: Sequence[Part], outcomes: Sequence[Outcome]) -> Outcome:
    """Give a batch's outcome from those of its parts.

    Each part that is ``done`` was taken, in whole or in part; of those ``left``, the first failed with the last outcome
    and the others wait for it.
    """
    if not done or len(outcomes) == 1:
        return outcomes[-1]
    verdicts = [verdict for each in outcomes[: len(done)] for verdict in each.verdicts]
    twice = [part for part, each in zip(done, outcomes, strict=False) if each.status is Status.DUPLICATE]
    verdicts += [Verdict(record, Status.DUPLICATE) for part in twice for record in part.records]
    last = outcomes[-1]
    # What is refused as a whole comes first next time, and is then taken apart.
    again = [Verdict(record, Status.ERRORED, last.reason, last.detail) for part in left for record in part.records]
    return replace(last, status=Status.DELIVERED, reason="", detail="", verdicts=(*verdicts, *again), too_large=False)
