"""Times in RFC 3339, one a line, that look alike: that they exist is told of all at once; pure."""

from datetime import datetime
from typing import Final

import msgspec

_DATETIMES: Final = msgspec.json.Decoder(datetime)
_SECONDS: Final = len('"2026-11-22T10:00:')
"""Where they begin."""


def is_even(lines: bytes, count: int) -> bool:
    """Say whether times, one a line, are as long as the first, with ``T`` and ``Z`` where it has them.

    If they are also valid to msgspec, which takes no other separators, then they need no change.
    """
    width = lines.find(b"\n") + 1 or len(lines) + 1
    return (
        width <= len('"2026-11-22T10:00:00.123456789Z"') + 1
        and len(lines) + 1 == width * count
        and b"\\" not in lines
        and lines[width - 1 :: width] == b"\n" * (count - 1)
        and lines[11::width] == b"T" * count
        and lines[width - 3 :: width] == b"Z" * count
    )


def are_valid(lines: bytes, count: int) -> bool:
    """Say whether times of one shape, one a line, are all dates and times of day that exist."""
    end = lines.find(b"\n")
    some = lines[:end] if count > 1 and _share_a_minute(lines, end + 1, count) else lines
    try:
        _DATETIMES.decode_lines(some)
    except msgspec.DecodeError:
        return False
    return True


def _share_a_minute(lines: bytes, width: int, count: int) -> bool:
    """Say whether all times are of so many bytes, with their newline, and exist if the first one does.

    They do if nothing before the seconds is another, and behind that digits stand for digits.
    """
    if len(lines) + 1 != width * count or lines[width - 1 :: width] != b"\n" * (count - 1):
        return False
    for at in range(width - 1):
        column = lines[at::width]
        if column != column[:1] * count and (
            at < _SECONDS or not column.isdigit() or (at == _SECONDS and column.strip(b"012345"))
        ):
            return False
    return True
