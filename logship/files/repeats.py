"""Files that begin the same generation again and again: a volume that lies must not have everything sent for ever."""

import logging

from isal import isal_zlib
from msgspec import Struct

from logship.files.found import Found
from logship.files.holes import next_data

logger = logging.getLogger(__name__)

WITHIN_SECONDS, MOST_SECONDS = 60.0, 60.0
FREE = 2
"""Generations with the same beginning that one file may begin within a minute."""
_PAUSES = 3
"""It is quiet once it was so for three of its pauses."""
_HEAD_BYTES = 256
_LOOKED_THROUGH = 64 << 10
_MAX_FILES = 1024


class _Begun(Struct):
    times: list[float]
    kept: int = 0
    due: float = 0.0
    pause: float = 1.0


class Repeats:
    """Who began what and when; all in monotonic seconds. The third time within a minute waits, each time longer.

    A writer that goes back over its last bytes and on from there waits for nothing: what is sent again is less than
    what was written since it last did.
    """

    def __init__(self) -> None:
        self._begun: dict[tuple[int, int], _Begun] = {}

    def wait(self, found: Found, now: float) -> bool:
        """Whether a file that was written over must wait before it begins anew; notes that it begins if not."""
        head = _beginning(found)
        if not head:
            return False  # there is nothing to send
        begun = self._begun.setdefault((found.inode, isal_zlib.crc32(head)), _Begun([]))
        kept, rewritten = found.went_back
        if kept - begun.kept > rewritten:
            begun.kept = kept
            return False
        begun.times = [at for at in begun.times if now - at < max(WITHIN_SECONDS, _PAUSES * begun.pause)]
        if len(begun.times) < FREE:
            begun.due, begun.pause = 0.0, 1.0
        elif not begun.due:
            begun.due, begun.pause = now + begun.pause, min(2 * begun.pause, MOST_SECONDS)
            extra = {"path": found.candidate.path, "seconds": begun.due - now}
            logger.warning("a file has the same beginning once more: it is read after a pause", extra=extra)
        if now < begun.due:
            return True
        begun.due = 0.0
        begun.times.append(now)
        while len(self._begun) > _MAX_FILES:
            del self._begun[next(iter(self._begun))]
        return False


def _beginning(found: Found) -> bytes:
    """Give the first bytes, behind a hole that a truncation left: NULs are no fingerprint, unless there is no more."""
    at = min(next_data(found.fd, 0), found.size)
    data = found.read_at(_LOOKED_THROUGH, at).lstrip(b"\0") if found.read_at(1, 0) == b"\0" else b""
    return data[:_HEAD_BYTES] or found.read_at(_HEAD_BYTES, 0)
