"""Which records were written in a stretch of time, by their event times; pure."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from logship.records.timestamps import rfc3339

BEFORE_SINCE: Final = "before_since"
AFTER_UNTIL: Final = "after_until"
NO_TIME: Final = "no_time"
_END: Final = len(b'Z"')


class TimeRange(Struct, frozen=True):
    """From ``since_ns`` on, and before ``until_ns``, both in epoch nanoseconds; None: no bound on that side."""

    since_ns: int | None = None
    until_ns: int | None = None

    def __bool__(self) -> bool:
        return self.since_ns is not None or self.until_ns is not None

    def left_out(self, stamps: Sequence[bytes | None]) -> list[tuple[str, Sequence[bool]]]:
        """Give (reason, which ones) of what is outside; a record without a readable time is, whatever its file's is."""
        texts = [stamp[:-_END] if stamp else b"" for stamp in stamps]
        since, until = _bound(self.since_ns), _bound(self.until_ns)
        found = [
            (BEFORE_SINCE, [b"" < text < since for text in texts]),
            (AFTER_UNTIL, [bool(until) and text >= until for text in texts]),
            (NO_TIME, [not text for text in texts]),
        ]
        return [each for each in found if any(each[1])]


ALL_TIMES: Final = TimeRange()


def _bound(time_ns: int | None) -> bytes:
    """Give what normalised times can be compared with, however many digits of fraction they have."""
    return b"" if time_ns is None else rfc3339(time_ns)[:-_END].rstrip(b"0").rstrip(b".")
