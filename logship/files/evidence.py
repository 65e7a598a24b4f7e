"""Whether a file still has what was read of it.

What was truncated and written again has other bytes before the offset, or at least another head (DECISIONS 3).
"""

from collections.abc import Callable

from logship.files.framer import Place
from logship.files.holes import first_data
from logship.state.fingerprint import Digest, ReadAt
from logship.state.identity import MARKER_BYTES, Print


def has_head(head: Print, read_at: ReadAt) -> bool:
    """Whether it begins as it did; so does one that had nothing."""
    return not head.length or head.matches(read_at(head.length, 0))


def has_before(digest: Digest, place: Place, read_at: ReadAt) -> bool:
    """Whether it has the last bytes before a place: lines may be of one length, and end alike, so up to 1 KiB."""
    known = max(digest.before(place.offset), place.tail, key=len)
    return not known or read_at(len(known), place.offset - len(known)) == known


def has_known(head: Print, digest: Digest, offset: int, read_at: ReadAt) -> bool:
    """Whether it has what is known of it apart from holes: the head, or the last bytes, or both."""
    known = digest.before(offset)
    same = has_head(head, read_at) and read_at(len(known), offset - len(known)) == known
    return same and bool(head.length or known)


def punched_to(digest: Digest, place: Place, read_at: ReadAt, data_start: Callable[[int], int]) -> int:
    """Give where the hole ends that stands in the place of a file's first bytes; 0 where what follows is other, too.

    ``fallocate --punch-hole`` keeps a log short: the last bytes before the place are those that were read. A writer
    that goes on where it was before a truncation leaves none of them.
    """
    if read_at(1, 0) != b"\0":
        return 0
    end = first_data(0, place.offset, read_at, data_start)
    known = max(digest.before(place.offset), place.tail, key=len)[-max(1, place.offset - end) :]
    kept = len(known) >= MARKER_BYTES and read_at(len(known), place.offset - len(known)) == known
    return end if kept else 0
