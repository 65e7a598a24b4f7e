from datetime import UTC, datetime
from zoneinfo import ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logship.records.timestamps import TimestampReader, count_after, epoch_ns, epoch_texts, open_zone, rfc3339
from tests.oracle import Number, time_of


def read(value: str, zone: str = "UTC") -> str | None:
    """Read one JSON value, and give the time without its quotes."""
    stamp = TimestampReader(zone).read(value.encode())
    return None if stamp is None else stamp.decode().strip('"')


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('"2026-11-22T10:00:00Z"', "2026-11-22T10:00:00Z"),
        ('"2026-11-22T10:00:00.123456789Z"', "2026-11-22T10:00:00.123456789Z"),
        ('"2026-11-22T10:00:00.1234567891Z"', "2026-11-22T10:00:00.123456789Z"),
        ('"2026-11-22t10:00:00.5z"', "2026-11-22T10:00:00.5Z"),
        ('"2026-11-22T10:00:00.123456+00:00"', "2026-11-22T10:00:00.123456Z"),
        ('"2026-11-22T00:30:00+01:00"', "2026-11-21T23:30:00Z"),
        ('"2026-11-22 10:00:00 -0330"', "2026-11-22T13:30:00Z"),
        ('"2026-11-22 10:00:00+02"', "2026-11-22T08:00:00Z"),
        ('"2026-11-22 10:00:00,123"', "2026-11-22T10:00:00.123Z"),
        ('"2026-11-22 10:00:00.123"', "2026-11-22T10:00:00.123Z"),
        ('"2026-11-22 10:00:00"', "2026-11-22T10:00:00Z"),
        ('"2026-11-22T10:00:00"', "2026-11-22T10:00:00Z"),
        ('"2026\\u002d11-22T10:00:00Z"', "2026-11-22T10:00:00Z"),
        ("1795341600", "2026-11-22T10:00:00.000000000Z"),
        ("1795341600.123456789123", "2026-11-22T10:00:00.123456789Z"),
        ("1795341600123", "2026-11-22T10:00:00.123000000Z"),
        ("1795341600123.5", "2026-11-22T10:00:00.123500000Z"),
        ("1795341600123456", "2026-11-22T10:00:00.123456000Z"),
        ("1795341600123456789", "2026-11-22T10:00:00.123456789Z"),
        ("1.7953416e9", "2026-11-22T10:00:00.000000000Z"),
        ("1.7953416005E+09", "2026-11-22T10:00:00.500000000Z"),
        ('"1795341600.5"', "2026-11-22T10:00:00.500000000Z"),
        ("946684800", "2000-01-01T00:00:00.000000000Z"),
    ],
)
def test_every_known_form_becomes_rfc3339_in_utc(value: str, expected: str) -> None:
    """RFC 3339, Python's default form and epoch numbers of any unit all become the same kind of text."""
    assert read(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        *[
            '"yesterday"',
            '""',
            "null",
            "true",
            "[1795341600]",
            "{}",
            "-1",
            '"2026-11-22"',
            '"12"',
            '"2026-11-22T10:00.5Z"',
        ],
        *['"2026-02-29T10:00:00Z"', '"2026-11-22T24:00:00Z"', '"2026-11-22T10:00:60Z"', '"0000-01-01T00:00:00Z"'],
        *['"2026-11-22T10:00:00+24:00"', '"2026-11-22T10:00:00+01:60"', '"0001-01-01T00:00:00+01:00"', "1e-5"],
        *['"2026-11-22T10:00:00.Z"', "9" * 22, "9" * 5000, "1e99", '"2026-11-22T10:00:00.' + "1" * 99 + 'Z"'],
        *['{"a":1e400,"b":"\\n"}', '["\\u0041"]', '"\\"2026-11-22T10:00:00Z"', "9" * 21],
        '"٢٠٢٦-11-22T10:00:00Z"',
    ],
)
def test_what_is_no_time_is_none(value: str) -> None:
    """A value that is no date, does not exist or names no year that RFC 3339 can say is not understood."""
    assert read(value) is None


def test_a_time_without_zone_is_of_the_zone_set() -> None:
    """The zone setting applies, with its summer time, to times that name none and to no others."""
    assert read('"2026-07-01 12:00:00,5"', "Europe/Berlin") == "2026-07-01T10:00:00.5Z"
    assert read('"2026-12-01T12:00:00"', "Europe/Berlin") == "2026-12-01T11:00:00Z"
    assert read('"2026-07-01T12:00:00Z"', "Europe/Berlin") == "2026-07-01T12:00:00Z"
    assert read("1795341600", "Europe/Berlin") == "2026-11-22T10:00:00.000000000Z"


def test_an_unknown_zone_is_an_error() -> None:
    """A zone that does not exist is found out at the start; UTC always exists."""
    assert open_zone("utc") is UTC
    with pytest.raises(ZoneInfoNotFoundError):
        TimestampReader("Middle/Earth")


@given(st.integers(0, 253402300799 * 10**9))
def test_a_read_time_has_nine_digits(time_ns: int) -> None:
    """Epoch nanoseconds become text of constant width, with nothing rounded."""
    seconds, fraction = divmod(time_ns, 10**9)
    text = rfc3339(time_ns).decode()
    assert text == f'"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{fraction:09}Z"'


@pytest.mark.parametrize(("time_ns", "year"), [(-1, "1970"), (10**30, "9999")])
def test_a_read_time_no_calendar_has_is_moved_to_the_nearest(time_ns: int, year: str) -> None:
    """The application can set a file's mtime to anything; that must not stop us."""
    assert rfc3339(time_ns).decode()[1:5] == year


parts = st.tuples(
    st.dates().map(str),
    st.sampled_from("T t_"),
    st.one_of(st.times().map(lambda t: t.isoformat()[:8]), st.sampled_from(["24:00:00", "10:00:60"])),
    st.sampled_from(["", ".1", ".123", ",123", ".123456", ".1234567890", "."]),
    st.sampled_from(["", "Z", "z", "+00:00", "-00:00", "+01:00", "-0330", "+23", "+24:00", " Z"]),
)
short = st.tuples(
    st.sampled_from(["2026-11-22", "2026-02-29", "2026/11/22"]),
    st.sampled_from("T "),
    st.sampled_from(["10:00", "22:34", "24:00", "10:00:00", "10:34:07.502"]),
    st.sampled_from(["", "Z", "+05:30", " +05:30", "-0330", "+24:00", " PM", " AM", " CET", " IST", " UTC"]),
)
"""What is read by its form alone."""
leaps = st.tuples(
    st.sampled_from(["2026-12-31T23:59:", "2027-01-01T05:29:"]),
    st.sampled_from(["59", "60", "61"]),
    st.sampled_from(["", ".5", ".999999999"]),
    st.sampled_from(["Z", "", "+05:30", "+00:00"]),
)
values = st.one_of(
    parts.map("".join).map(lambda text: f'"{text}"'),
    st.integers(-1, 10**22).map(str),
    st.integers(0, 20).flatmap(lambda digits: st.integers(0, 10**digits)).map(lambda number: f"{number}.250"),
    st.sampled_from(["null", '""', '"2026-11-22T10:00:0\\u0030Z"', '"2026-11-22T10:00:00.12\\u0030Z"']),
)


@given(st.sampled_from(["UTC", "Asia/Kolkata"]), st.lists(values, min_size=1, max_size=6), st.integers(1, 3))
def test_many_are_read_as_one_by_one(zone: str, some: list[str], times: int) -> None:
    """However alike or unlike the values are, reading them together gives what the naive twin gives for each."""
    raw = [value.encode() for value in some * times]
    expected = [
        time_of(value.strip('"') if value[0] == '"' else None if value == "null" else Number(value), zone)
        for value in (value.replace("\\u0030", "0") for value in some)
    ]
    found, bad = TimestampReader(zone).read_all(raw)
    assert bad == found.count(None)
    assert [stamp and stamp.decode().strip('"') for stamp in found] == expected * times


@given(
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata"]),
    st.lists(st.one_of(short, leaps, parts).map(lambda each: f'"{"".join(each)}"'.encode()), min_size=1, max_size=6),
    st.integers(1, 9),
)
def test_times_of_any_form_are_read_together_as_one_by_one(zone: str, some: list[bytes], times: int) -> None:
    """Without seconds, of twelve hours, with a zone's name, and leap seconds, beside what is RFC 3339."""
    reader, fresh = TimestampReader(zone), TimestampReader(zone)
    for values in (some * times, some[:1] * 9 * times + some):
        assert reader.read_all(values)[0] == [fresh.read(value) for value in values]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-12-31T23:59:60Z", "2026-12-31T23:59:59Z"),
        ("2026-12-31T23:59:60.25Z", "2026-12-31T23:59:59.25Z"),
        ("2027-01-01 05:29:60,5 +0530", "2026-12-31T23:59:59.5Z"),
        ("2026-12-31T23:59:61Z", None),
        ("2026-12-31T23:58:60Z", None),
    ],
)
def test_a_leap_second_is_the_one_before_it_once_more(value: str, expected: str | None) -> None:
    """As a clock shows it that counts seconds of 1970; anywhere but at the end of a day in UTC there is none."""
    assert read(f'"{value}"') == expected


CLOCKS = st.sampled_from(
    ["00:30:00", "00:30:59", "02:30:01", "02:59:59", "03:00:00", "12:00:00", "12:00:60", "24:00:00"]
)
DAYS = st.sampled_from(["2026-03-29", "2026-10-25", "2026-11-22", "2026-02-29", "0001-01-01"])


@given(
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns"]),
    st.lists(st.tuples(DAYS, CLOCKS), min_size=1, max_size=6),
    st.sampled_from("T "),
    st.sampled_from(["", ".123", ",123", ".123456789"]),
    st.sampled_from(["", "+01:00", " -0330", "-03", "+24:00"]),
)
def test_times_of_one_form_are_moved_to_utc_together_as_one_by_one(
    zone: str, days: list[tuple[str, str]], sign: str, fraction: str, offset: str
) -> None:
    """Whether they name an offset or have that of the setting, whose summer time begins or ends among them."""
    values = [f'"{day}{sign}{clock}{fraction}{offset}"'.encode() for day, clock in days]
    reader = TimestampReader(zone)
    assert reader.read_all(values)[0] == [reader.read(value) for value in values]


def test_times_yet_to_come_are_counted_where_a_block_begins_or_ends_with_one() -> None:
    """Each form of fraction; lines without a time count as none."""
    past, limit, future = rfc3339(10**18), 10**18 + 1, b'"2100-01-01T00:00:00Z"'
    assert count_after([], limit) == 0
    assert count_after([None, past, None], limit) == 0
    assert count_after([past, future, None, future], limit) == 2
    assert count_after([future, past], limit) == 1
    assert count_after([past, future, past], limit) == 0


@given(st.integers(10**9, 253_402_300_800 * 10**9 - 1), st.sampled_from([3, 6, 9]))
def test_epoch_digits_are_those_of_the_number(time_ns: int, digits: int) -> None:
    """Milli-, micro- or nanoseconds, with a point or without."""
    expected = time_ns // 10 ** (9 - digits)
    assert [int(text) for text in epoch_texts([rfc3339(time_ns)], digits)] == [expected]
    [text] = epoch_texts([rfc3339(time_ns)], digits, b".")
    seconds, _, fraction = text.partition(b".")
    assert (int(seconds), len(fraction)) == (time_ns // 10**9, digits)


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [(b'"2026-11-22T10:00:00Z"', b"1795341600000"), (b'"2026-11-22T10:00:00.5Z"', b"1795341600500")],
)
def test_epoch_digits_of_any_fraction(stamp: bytes, expected: bytes) -> None:
    """However many digits it has, or none; no number begins with a 0, which is no JSON: 1970 begins a second later."""
    assert epoch_texts([stamp, b'"1969-12-31T23:59:59.25Z"', b'"1970-01-01T00:00:00Z"'], 3) == [
        expected,
        b"1250",
        b"1000",
    ]


@given(st.integers(0, 253_402_300_800 * 10**9 - 1))
def test_epoch_nanoseconds_come_back(time_ns: int) -> None:
    """What was written from nanoseconds is read as the same number."""
    assert epoch_ns(rfc3339(time_ns)) == time_ns


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        (b'"2026-11-22T10:00:00Z"', 1795341600 * 10**9),
        (b'"2026-11-22T10:00:00.5Z"', 1795341600 * 10**9 + 5 * 10**8),
        (b'"1969-12-31T23:59:59.25Z"', -75 * 10**7),
    ],
)
def test_any_fraction_is_counted_in_nanoseconds(stamp: bytes, expected: int) -> None:
    """However many digits a fraction has, or none."""
    assert epoch_ns(stamp) == expected
