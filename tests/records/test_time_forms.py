import pytest

from logship.records.time_formats import parse_formats
from logship.records.timestamps import TimestampReader

NEAR = 1_796_000_000 * 10**9
"""2026-11-30."""


def read(text: str, near_ns: int = NEAR, zone: str = "UTC", formats: str = "") -> str | None:
    """Read a text, and give the time without its quotes."""
    stamp = TimestampReader(zone, parse_formats(formats)).read(f'"{text}"'.encode(), near_ns)
    return None if stamp is None else stamp.decode().strip('"')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-27 20:37:18.202 UTC", "2026-11-27T20:37:18.202Z"),
        ("2026-11-27 20:37:18 GMT", "2026-11-27T20:37:18Z"),
        ("Fri, 27 Nov 2026 20:00:00 +0530", "2026-11-27T14:30:00Z"),
        ("27 Nov 2026 20:00:00 GMT", "2026-11-27T20:00:00Z"),
        ("27/Nov/2026:20:00:00 +0530", "2026-11-27T14:30:00Z"),
        ("[27/Nov/2026:20:00:00.123 +0530]", "2026-11-27T14:30:00.123Z"),
        ("2026/11/27 20:00:00", "2026-11-27T20:00:00Z"),
        ("2026/11/27 20:00:00.123456 -0100", "2026-11-27T21:00:00.123456Z"),
        ("20261127T200000Z", "2026-11-27T20:00:00Z"),
        ("20261127T200000.5+0530", "2026-11-27T14:30:00.5Z"),
        ("Nov 27 20:00:00", "2026-11-27T20:00:00Z"),
        ("Nov  7 20:00:00.25", "2026-11-07T20:00:00.25Z"),
        ("Dec 24 20:00:00", "2025-12-24T20:00:00Z"),
        ("Feb 29 20:00:00", "2024-02-29T20:00:00Z"),
        ("Fri Nov 27 20:00:00 2026", "2026-11-27T20:00:00Z"),
        ("Fri Nov 27 20:00:00.123456 2026", "2026-11-27T20:00:00.123456Z"),
        ("[Fri Nov 27 20:00:00.123456 2026]", "2026-11-27T20:00:00.123456Z"),
        ("Fri Nov 27 20:00:00 UTC 2026", "2026-11-27T20:00:00Z"),
        ("Fri Nov 27 20:00:00 +0530 2026", "2026-11-27T14:30:00Z"),
        ("Friday, 27-Nov-26 20:00:00 UTC", "2026-11-27T20:00:00Z"),
        ("27 Nov 26 20:00 UTC", "2026-11-27T20:00:00Z"),
        ("27 Nov 26 20:00 +0530", "2026-11-27T14:30:00Z"),
        ("Fri Nov 27 2026 20:00:00 GMT+0530 (India Standard Time)", "2026-11-27T14:30:00Z"),
        ("2026-11-27 20:00:00.77 +0530 IST m=+0.01", "2026-11-27T14:30:00.77Z"),
        ("2026-11-27T20:00:00+05:30[Asia/Kolkata]", "2026-11-27T14:30:00Z"),
        ("2026-11-27T20:00+05:30", "2026-11-27T14:30:00Z"),
        ("2026-11-27T20:00+05:30[Asia/Kolkata]", "2026-11-27T14:30:00Z"),
        ("2026-11-27T20:00Z", "2026-11-27T20:00:00Z"),
        ("2026-11-27T20:00", "2026-11-27T20:00:00Z"),
        ("2026-11-27 20:00", "2026-11-27T20:00:00Z"),
        ("2026/11/27 20:00", "2026-11-27T20:00:00Z"),
        ("2026-11-27 20:00 +05:30", "2026-11-27T14:30:00Z"),
        ("2026-11-27 08:00:07.502 PM", "2026-11-27T20:00:07.502Z"),
        ("2026-11-27 12:00:07 am", "2026-11-27T00:00:07Z"),
        ("2026-11-27 20:00 PM", "2026-11-27T20:00:00Z"),
        ("Nov 27, 2026, 8:00:07 PM", "2026-11-27T20:00:07Z"),
        ("Nov 7, 2026 12:00:07\u202fAM", "2026-11-07T00:00:07Z"),
        ("27-Nov-2026 20:00:00.123", "2026-11-27T20:00:00.123Z"),
    ],
)
def test_forms_of_servers_mails_and_languages_are_known(text: str, expected: str) -> None:
    """A zone is a number, UTC or GMT; a year that is not there is the last in which the time was not yet to come."""
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *[
            "2026-11-27 20:00:00 IST",
            "Fri Nov 27 20:00:00 IST 2026",
            "   0.032098645s",
            "Friday",
            "20:00:00",
            "27 Nov 2026",
            "27 Nov 26",
            "27 Nov 26 20:00",
            "27 Nov 26 20:00 IST",
            "31/Feb/2026:20:00:00 +0000",
        ],
        *[
            "2026-11-27T25:00:00 UTC",
            "27/Nov/2026:20:00:00 +2500",
            "00010101T000000+0100",
            "20261127",
            "Nov 31 20:00:00",
        ],
        "Nov 27 20:00:00" + " " * 60,
    ],
)
def test_what_is_no_time_is_none(text: str) -> None:
    """Most names of zones mean several; a time of day needs its day."""
    assert read(text) is None


def test_a_year_that_nothing_tells_is_not_guessed() -> None:
    """Without the file's last write there is none."""
    assert read("Nov 27 20:00:00", 0) is None


def test_a_time_without_zone_is_of_the_zone_that_is_set() -> None:
    """In each of these forms, too."""
    assert read("2026/11/27 20:00:00", zone="Asia/Kolkata") == "2026-11-27T14:30:00Z"
    assert read("Nov 27 20:00:00", zone="Asia/Kolkata") == "2026-11-27T14:30:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-27 21:00:00 CET",
        "2026-11-27 21:00 CET",
        "2026-07-27 22:00:00.5 CEST",
        "27 Nov 2026 21:00:00 CET",
        "27 Nov 26 21:00 CET",
        "Fri Nov 27 21:00:00 CET 2026",
        "Nov 27 21:00:00 CET",
    ],
)
def test_a_zones_name_is_that_of_the_zone_that_is_set(text: str) -> None:
    """So is it in lines of text; where that zone has no such name there is no time, and an operator's form is asked."""
    assert (read(text, zone="Europe/Berlin") or "")[10:].startswith("T20:00:00")
    assert read(text) is None
    assert read(text.replace("CE", "ce"), zone="Europe/Berlin") is None
    assert read("2026-11-27 21:00:00 CET", formats="%Y-%m-%d %H:%M:%S CET") == "2026-11-27T21:00:00Z"


def test_an_operators_forms_are_for_the_rest() -> None:
    """Each in its turn; a fraction keeps the six digits that strptime knows."""
    formats = "%d.%m.%Y %H:%M:%S,%f,%d.%m.%Y %H:%M,%d.%m. %H:%M"
    assert read("27.11.2026 20:00:00,123", formats=formats) == "2026-11-27T20:00:00.123000Z"
    assert read("27.11.2026 20:00", formats=formats) == "2026-11-27T20:00:00Z"
    assert read("24.12. 20:00", formats=formats) == "2025-12-24T20:00:00Z"
    assert read("2026-11-27T20:00:00Z", formats=formats) == "2026-11-27T20:00:00Z"
    assert read("yesterday", formats=formats) is None
    assert parse_formats('["%a, %d %b %Y, %H:%M"]') == ("%a, %d %b %Y, %H:%M",)


def test_a_comma_is_part_of_a_form_that_tells_no_time_without_it() -> None:
    """As JavaScript's ``toLocaleString`` has one, and winston's manual; what tells a time by itself is a form."""
    assert parse_formats("%m/%d/%Y, %I:%M:%S %p,%d.%m.%Y %H:%M") == ("%m/%d/%Y, %I:%M:%S %p", "%d.%m.%Y %H:%M")
    assert parse_formats("%A, %d %b %Y, %H:%M, %d.%m. %H:%M") == ("%A, %d %b %Y, %H:%M", "%d.%m. %H:%M")
    assert read("11/27/2026, 8:00:00 PM", formats="%m/%d/%Y, %I:%M:%S %p") == "2026-11-27T20:00:00Z"


@pytest.mark.parametrize(
    ("digits", "stamp"),
    [
        ("20261127200000", "2026-11-27T20:00:00Z"),
        ("20261127200000123", "2026-11-27T20:00:00.123Z"),
        ("20261327200000", None),
        ("202611272000", "2026-11-27T20:00:00Z"),
        ("27112026200000", "2026-11-27T20:00:00Z"),
        ("261127200000", "2026-11-27T20:00:00Z"),
        ("261127200000123", "2026-11-27T20:00:00.123000Z"),
        ("1795809600", "2026-11-27T20:00:00.000000000Z"),
        ("1795809600123", "2026-11-27T20:00:00.123000000Z"),
        ("20261127", None),
        ("26", None),
    ],
)
def test_digits_alone_are_a_date_where_they_can_be_no_time_since_1970(digits: str, stamp: str | None) -> None:
    """``yyyyMMddHHmmss`` was the year 2612; other forms are an operator's, who is asked first, in all their digits."""
    reader = TimestampReader("UTC", parse_formats("%Y%m%d%H%M,%d%m%Y%H%M%S,%y%m%d%H%M%S,%y%m%d%H%M%S%f"))
    expected = stamp and f'"{stamp}"'.encode()
    for value in (digits.encode(), f'"{digits}"'.encode()):
        assert reader.read(value) == expected
        assert reader.read_all([value, value])[0] == [expected, expected]


@pytest.mark.parametrize(
    ("formats", "why"),
    [
        ("%H:%M:%S", "does not tell day, hour and minute"),
        ("%d.%m.%Y", "does not tell day, hour and minute"),
        ("%Q", "strptime can't read"),
        ("%s", "strptime can't read"),
        ("%d.%m.%Y %H:%M,%", "strptime can't read"),
        ("%Y-%m-%d %H:%M:%S %Z", "names of zones are ambiguous"),
        ("%d.%m.%Y %H:%M:%S %H", "in which something is there twice"),
        ("%m/%d/%Y, %I:%M:%S %p,%H:%M", "has '%H:%M', which does not tell"),
        ("[1]", "is not a JSON list of strings"),
        ("[", "is not a JSON list of strings"),
    ],
)
def test_a_form_that_cannot_work_is_said(formats: str, why: str) -> None:
    """Before anything is shipped, with what to write instead."""
    with pytest.raises(ValueError, match=why):
        parse_formats(formats)


def test_epoch_numbers_that_look_alike_are_read_as_each_alone() -> None:
    """In any unit, with a fraction or without; what is before the year 2000 is none."""
    reader = TimestampReader("UTC")
    for values in (
        [b"1795771800", b"1795771801"],
        [b"1795771800.5", b"1795771801.25"],
        [b"1795771800123", b"1795771800124.5"],
        [b"1795771800123456", b"1795771800123456.25"],
        [b"1795771800123456789", b"1795771800123456780"],
        [b"1795771800", b"946684799", b"1.53"],
        [b"1795771800.1234567891", b"0946684800.5"],
    ):
        assert reader.read_all(values)[0] == [reader.read(value) for value in values]


@pytest.mark.parametrize("near", [253_402_300_799, 253_402_300_800, 2**62])
def test_a_last_write_in_no_year_is_as_if_in_the_last_one(near: int) -> None:
    """Whoever owns a file can set its time, and some volumes keep any."""
    assert read("Nov 27 20:00:00", near * 10**9) == "9998-11-27T20:00:00Z"
    assert read("Nov 27 20:00:00", -near * 10**9) is None
