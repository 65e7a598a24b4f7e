from datetime import datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logship.records.even_times import are_valid, is_even

TIMES = [b'"2026-11-22T10:00:%02d.%03dZ"' % (number // 20, number) for number in range(1000)]


def exists(value: bytes) -> bool:
    """Ask of one time alone."""
    try:
        msgspec.json.decode(value, type=datetime)
    except msgspec.DecodeError:
        return False
    return True


@given(
    at=st.integers(0, 60),
    place=st.integers(0, len(TIMES[0]) - 1),
    byte=st.sampled_from([*b'0123456789abZ.:-T"}']),
    count=st.integers(1, 60),
)
def test_times_that_look_alike_exist_if_each_does(at: int, place: int, byte: int, count: int) -> None:
    """Whatever byte one of them has in the place of another: those of one minute are not looked at one by one."""
    times = [bytearray(time) for time in TIMES[:count]]
    times[at % count][place] = byte
    lines = b"\n".join(times)
    if is_even(lines, count):
        assert are_valid(lines, count) == all(exists(bytes(time)) for time in times)


@pytest.mark.parametrize(
    "other", [b'"2026-11-22T10:01:00.000Z"', b'"2026-11-22T10:00:00Z"', b'"2027-02-28T23:59:59.999Z"']
)
def test_times_of_several_minutes_or_lengths_exist_too(other: bytes) -> None:
    """They are asked about one by one."""
    assert are_valid(b"\n".join([*TIMES, other]), len(TIMES) + 1)
    assert not are_valid(b"\n".join([*TIMES, other.replace(b"T1", b"T3").replace(b"T2", b"T3")]), len(TIMES) + 1)
