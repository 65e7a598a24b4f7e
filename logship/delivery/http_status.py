"""What an HTTP answer is, and what it means, in one table for every sink; pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final, Literal, Protocol, runtime_checkable

from msgspec import Struct

from logship.model import Outcome, Status

MAX_ANSWER_BYTES: Final = 4 << 20
"""More of an answer is never kept: a shipper has tens of MiB, and a store that says more is asked for less."""
MAX_RETRY_AFTER: Final = 3600.0
"""Seconds; a store that asks for more is asked again after this."""
MAX_DETAIL: Final = 2000
"""Characters of a store's own words that are kept for a dead letter."""

_TRY_AGAIN: Final = frozenset({408, 425, 429})
_FAULTS: Final = frozenset({401, 402, 403, 404, 405, 406, 407, 410, 411, 415, 421, 426, 501, 505})
"""Answers about the address, the credentials or the manner of asking: no record is to blame, so the data is kept."""
_TOO_LARGE: Final = 413
_PAGE: Final = re.compile(rb"\s*(?:<!doctype html|<html)\b", re.IGNORECASE)
_DELIVERED: Final = Outcome(Status.DELIVERED)
WEB_PAGE: Final = "web_page"
"""The reason where something else than a store says 2xx: a login, a proxy's own page."""


class Answer(Struct, frozen=True):
    """What a server said."""

    status: int
    headers: Mapping[str, str]
    """Looked up without regard to case."""
    body: bytes
    flaw: Literal["", "cut", "long", "encoded"] = ""
    """``cut``: the connection ended within the body. ``long``: more than :data:`MAX_ANSWER_BYTES`, the rest left.
    ``encoded``: it is in a Content-Encoding that nobody asked for, and that can't be undone here."""

    def all(self, name: str) -> Sequence[str]:
        """Give all values of a header that may be there several times."""
        return self.headers.getall(name, ()) if isinstance(self.headers, _Several) else ()


@runtime_checkable
class _Several(Protocol):
    """Headers that keep each of one name."""

    def getall(self, name: str, default: Sequence[str], /) -> Sequence[str]:
        """Give all of a name."""


def classify(status: int, headers: Mapping[str, str], body: bytes, now: float) -> Outcome:
    """Say what a whole answer means; ``now`` (epoch seconds) is for a Retry-After that names a date.

    2xx delivered, unless it is a web page; 408, 425, 429 and 5xx errored; 413 too large; 3xx, a web page and answers
    that blame the request's address or credentials are faults; what is left blames the records: rejected.
    """
    reason = f"http_{status}"
    if 200 <= status < 300:  # noqa: PLR2004 - RFC 9110's class "successful"
        return Outcome(Status.ERRORED, WEB_PAGE, detail(body), fault=True) if _PAGE.match(body) else _DELIVERED
    if status == _TOO_LARGE:
        return Outcome(Status.ERRORED, reason, detail(body), too_large=True)
    if status < 400 or status in _FAULTS:  # noqa: PLR2004 - "informational" and "redirection" end here
        words = f"{_leads_to(headers)}{detail(body)}"
        return Outcome(Status.ERRORED, reason, words, retry_after=retry_after(headers, now), fault=True)
    if status >= 500 or status in _TRY_AGAIN:  # noqa: PLR2004 - RFC 9110's class "server error"
        return Outcome(Status.ERRORED, reason, detail(body), retry_after=retry_after(headers, now))
    return Outcome(Status.REJECTED, reason, detail(body))


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Give the seconds that the store asks to wait, at most an hour; None if it says nothing that makes sense.

    A date is held against the date of the answer, if it has one: only then both are by one clock.
    """
    text = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,12}(\.[0-9]+)?", text):
        return min(float(text), MAX_RETRY_AFTER)
    then, said = _epoch(text), _epoch(headers.get("Date", ""))
    seconds = 0.0 if then is None else then - (now if said is None else said)
    return min(seconds, MAX_RETRY_AFTER) if seconds > 0 else None


def _leads_to(headers: Mapping[str, str]) -> str:
    """Say where a redirect leads; what follows a ? or #, and a login, may be secret."""
    where = re.sub(r"//[^/@]*@", "//***@", re.split("[?#]", headers.get("Location", ""), maxsplit=1)[0])
    return f"Location: {where[:MAX_DETAIL]} " if where else ""


def _epoch(text: str) -> float | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return date.replace(tzinfo=date.tzinfo or UTC).timestamp()


def detail(body: bytes) -> str:
    """Give the start of a store's own words; only a dead letter may show them."""
    return body[:MAX_DETAIL].decode("utf-8", "replace")
