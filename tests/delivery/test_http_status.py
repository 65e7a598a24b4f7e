from datetime import UTC, datetime
from email.utils import formatdate

import pytest

from logship.delivery.http_status import MAX_DETAIL, classify, retry_after
from logship.model import Outcome, Status

NOW = 1_800_000_000.0


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_delivered(status: int) -> None:
    """2xx is success."""
    assert classify(status, {}, b"", NOW) == Outcome(Status.DELIVERED)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 507, 599])
def test_answers_that_ask_for_another_attempt(status: int) -> None:
    """They are errored, and Retry-After counts."""
    outcome = classify(status, {"Retry-After": "7"}, b"<html>", NOW)
    assert outcome == Outcome(Status.ERRORED, f"http_{status}", "<html>", retry_after=7)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304, 401, 403, 404, 405, 407, 501])
def test_answers_that_blame_a_setting(status: int) -> None:
    """The data is kept."""
    outcome = classify(status, {}, b"", NOW)
    assert (outcome.status, outcome.fault) == (Status.ERRORED, True)


def test_413_is_too_large() -> None:
    """Too large is not rejected: halves may fit."""
    outcome = classify(413, {}, b"", NOW)
    assert (outcome.status, outcome.too_large) == (Status.ERRORED, True)


@pytest.mark.parametrize("status", [400, 409, 418, 422])
def test_other_4xx_is_rejected(status: int) -> None:
    """They blame what was sent; the words are kept, bounded."""
    outcome = classify(status, {}, b"w" * 10_000, NOW)
    assert (outcome.status, outcome.reason, len(outcome.detail)) == (Status.REJECTED, f"http_{status}", MAX_DETAIL)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("2", 2),
        ("1.5", 1.5),
        ("99999999", 3600),
        (formatdate(NOW + 90, usegmt=True), 90),
        (formatdate(NOW + 9e6, usegmt=True), 3600),
        (formatdate(NOW - 90, usegmt=True), None),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("١٢", None),
        ("nan", None),
        ("1e9999", None),
        ("Mon, 99 Foo 2026 99:99:99 GMT", None),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    """Seconds and dates are understood and capped at an hour; nonsense is ignored."""
    assert retry_after({"Retry-After": text}, NOW) == seconds


@pytest.mark.parametrize("date", ["Sun, 22 Nov 2026 10:00:00 GMT", "Sun, 22 Nov 2026 10:00:00 -0000"])
@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_a_date_is_held_against_the_stores_own_clock(date: str, hours: int) -> None:
    """Ours may be wrong by an hour; without a date of the answer that makes sense there is only ours."""
    headers = {"Retry-After": "Sun, 22 Nov 2026 10:00:07 GMT", "Date": date}
    ten = datetime(2026, 11, 22, 10, tzinfo=UTC).timestamp()
    assert retry_after(headers, ten + 3600 * hours) == 7
    assert retry_after({**headers, "Date": "yesterday"}, ten) == 7


def test_no_retry_after() -> None:
    """Most answers have none."""
    assert retry_after({}, NOW) is None


@pytest.mark.parametrize("page", [b"<html>Sign in</html>", b"\r\n <!DOCTYPE html>\n<title>Welcome"])
def test_a_web_page_is_no_acknowledgement(page: bytes) -> None:
    """A login, or a proxy's own page, says 200 and keeps nothing: a setting is wrong, and the data is kept."""
    outcome = classify(200, {}, page, NOW)
    assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "web_page", True)
    assert classify(200, {"Content-Type": "text/html"}, b"ok", NOW) == Outcome(Status.DELIVERED)  # Flask's default


def test_a_redirect_says_where_it_leads() -> None:
    """Without what may be secret."""
    there = {"Location": "https://user:word@login.example/sso?token=word#word"}
    assert classify(302, there, b"moved", NOW).detail == "Location: https://***@login.example/sso moved"
