"""What the bytes of a file generation were, kept as running digests at some points; and which of another's are those.

A point is an offset and the CRC-32 of all bytes before it. Points lie close together near the end, where a copy may
stop or a writer go back, and further apart before that. A digest proves a beginning, whoever holds it now: a copy that
is shorter, a file cut at its end, one that was put in place by a rename, an archive (DECISIONS 3).
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Generator, Sequence
from io import BytesIO
from itertools import accumulate

from isal import isal_zlib
from msgspec import Struct

from logship.model import Block

ReadAt = Callable[[int, int], bytes]
"""``read_at(size, offset)``: up to ``size`` bytes at ``offset``."""

GRID_BYTES = 64 * 1024
EARLY = (16, 64, 256, 1024, 4096, 8192, 16384, 32768)
"""Points near the start, which are always kept: most files differ there."""
NEAR = (1024, 4096, 16 * 1024)
"""How far points are from the end of what is read: where tails are cut and written over."""
LINES = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50, 70, 100)
"""So many lines before it, too: people and programs take away, or write anew, the last so many."""
MOST_POINTS = 64
"""So many are saved; in memory there may be more, since to leave out some takes longer than to set one."""
_CROWD = 4 * MOST_POINTS
RECENT_POINTS = 28
RECENT_BYTES = 1024
"""What is kept of the bytes read last, to tell exactly from where on a writer went back over them."""
LATELY_BYTES, LATELY_FILES = 64 * 1024, 16
"""So much is kept of those files that were read last: tails are cut and written anew while somebody looks."""
STEP_BYTES = 1 << 20
"""What is read of another file between two pauses: about a millisecond."""


class Fingerprint(Struct, frozen=True, gc=False):
    """Digests of one generation's bytes from ``base`` on, as they are saved."""

    base: int = 0
    """Bytes before this are in no digest: a hole."""
    points: tuple[int, ...] = ()
    """Offsets, ascending, and the CRC-32 of the bytes from ``base`` up to each, in turn."""

    @property
    def end(self) -> int:
        """The last offset that is known."""
        return self.points[-2] if self.points else self.base

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Each offset with its digest."""
        return list(zip(self.points[::2], self.points[1::2], strict=True))

    def ends_so(self, offset: int, read_at: ReadAt) -> bool:
        """Give whether the bytes between the last two points up to ``offset`` are still those; True if none are known.

        Lines may be of one length and end alike: that a few bytes in front of an offset are the same is no proof.
        """
        past = 2 * bisect_right(self.points[::2], offset)
        if not past:
            return True
        start, crc, end, digest = (self.base, 0, *self.points)[past - 2 : past + 2]
        return end - start > STEP_BYTES or isal_zlib.crc32(read_at(end - start, start), crc) == digest


class Digest:
    """The running digest of what is read of a file."""

    __slots__ = ("_crcs", "_offsets", "base", "recent")

    def __init__(self, fingerprint: Fingerprint | None = None) -> None:
        fingerprint = fingerprint or Fingerprint()
        self.recent = b""
        """The last bytes that were taken in, up to 1 KiB; up to 64 KiB of the files that were read last."""
        self.base = fingerprint.base
        self._offsets, self._crcs = array("Q", fingerprint.points[::2]), array("I", fingerprint.points[1::2])

    @property
    def end(self) -> int:
        """Up to where bytes were taken in."""
        return self._offsets[-1] if self._offsets else self.base

    def take(self, data: bytes, start: int, point: int = 0, *, close: bool = True) -> None:
        """Take in the bytes at ``start``; what is known already is passed over, and a gap begins the digest anew.

        ``point`` is an offset that becomes one: blocks that are noted one by one go on from there. ``close``: points
        lie close together at the end; only far from the file's own, where nobody goes back to, they need not.
        """
        if start > self.end:
            self.base, self._offsets, self._crcs, self.recent = start, array("Q"), array("I"), b""
        at, end = self.end, start + len(data)
        if at >= end:
            return
        fresh = data[max(0, at - start, len(data) - LATELY_BYTES) :]
        self.remember(self.recent[max(0, len(self.recent) + len(fresh) - LATELY_BYTES) :] + fresh)
        view, crc = memoryview(data), self._crcs[-1] if self._crcs else 0
        for stop in _stops(at, end, point, *(_close(data, start) if close else ())):
            crc = isal_zlib.crc32(view[at - start : stop - start], crc)
            self._offsets.append(stop)
            self._crcs.append(crc)
            at = stop
        if len(self._offsets) > _CROWD:
            self._thin(start)

    def remember(self, recent: bytes) -> None:
        """Keep the last bytes that were taken in; of many files, those of the ones that were read last."""
        self.recent = recent
        if len(recent) > RECENT_BYTES:
            _LATELY.pop(self, None)
            _LATELY[self] = None
        if len(_LATELY) > LATELY_FILES:
            oldest = next(iter(_LATELY))
            oldest.recent = oldest.recent[-RECENT_BYTES:]
            del _LATELY[oldest]

    def extend(self, start: int, points: Sequence[tuple[int, int]]) -> None:
        """Take in bytes from ``start`` on that are not at hand, by the CRC-32 of those up to each of some offsets.

        They are unknown where they don't begin at a point, and passed over where they are known.
        """
        at = bisect_left(self._offsets, start)
        known = start == self.base or self._offsets[at : at + 1] == array("Q", (start,))
        if not points or points[-1][0] <= self.end or not known:
            return
        before = self._crcs[at] if start != self.base else 0
        self.cut(start)
        self.recent = b""  # what is known of those bytes is their digest
        for end, crc in points:
            self._offsets.append(end)
            self._crcs.append(isal_zlib.crc32_combine(before, crc, end - start))
        if len(self._offsets) > MOST_POINTS:
            self._thin(start)

    def within(self, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """Give the points from ``start`` to ``end``, with the CRC-32 of the bytes since ``start``; empty if unknown."""
        first, last = bisect_left(self._offsets, start + 1), bisect_left(self._offsets, end)
        before = (self._offsets[first - 1], self._crcs[first - 1]) if first else (self.base, 0)
        if before[0] != start or self._offsets[last : last + 1] != array("Q", (end,)):
            return ()
        pairs = zip(self._offsets[first : last + 1], self._crcs[first : last + 1], strict=True)
        crc = before[1]
        return ((start, 0), *((at, each ^ isal_zlib.crc32_combine(crc, 0, at - start)) for at, each in pairs))

    def begins_otherwise(self, size: int, read_at: ReadAt) -> bool:
        """Whether the first ``size`` bytes, as far as there is a point in them, are others than those taken in."""
        at = bisect_left(self._offsets, size + 1) - 1
        return at >= 0 and not self.base and isal_zlib.crc32(read_at(self._offsets[at], 0)) != self._crcs[at]

    def still_ends_so(self, offset: int, read_at: ReadAt) -> bool:
        """Whether the last 64 KiB before ``offset``, as far as there are points in them, are those taken in."""
        end = bisect_left(self._offsets, offset + 1) - 1
        start = bisect_left(self._offsets, max(0, offset - GRID_BYTES))
        if end <= start:
            return True
        at, crc = self._offsets[start], self._crcs[start]
        return isal_zlib.crc32(read_at(self._offsets[end] - at, at), crc) == self._crcs[end]

    def before(self, offset: int) -> bytes:
        """Give the bytes in front of ``offset`` that are remembered, up to 1 KiB."""
        end = self._remembered(offset)
        return self.recent[max(0, end - RECENT_BYTES) : end]

    def kept(self, size: int, read_at: ReadAt) -> int:
        """Give how many of the first ``size`` bytes are those that were taken in, as far as they are remembered."""
        start = self.end - len(self.recent)
        return start + equal_bytes(read_at(size - start, start), self.recent) if size > start else size

    def _remembered(self, offset: int) -> int:
        behind = self.end - offset
        return max(0, len(self.recent) - behind) if behind >= 0 else 0

    def cut(self, offset: int) -> None:
        """Forget what was known past ``offset``."""
        keep = bisect_left(self._offsets, offset + 1)
        # what is remembered ends where the digest does, which may be before the offset
        self.recent = self.recent[: self._remembered(self._offsets[keep - 1] if keep else self.base)]
        del self._offsets[keep:], self._crcs[keep:]

    def forget_before(self, offset: int) -> None:
        """Forget points before ``offset``: the file has other bytes there now."""
        drop = bisect_left(self._offsets, offset)
        del self._offsets[:drop], self._crcs[:drop]

    def fingerprint(self) -> Fingerprint:
        """Give the points as they are now."""
        if len(self._offsets) > MOST_POINTS:
            self._thin(self.end)
        pairs = zip(self._offsets, self._crcs, strict=True)
        return Fingerprint(self.base, tuple(number for pair in pairs for number in pair))

    def _thin(self, since: int) -> None:
        """Keep early points and the last ones; of those between, so many that gaps grow with the distance.

        All from ``since`` on are kept: the next question is about the block that begins there.
        """
        offsets, end = self._offsets, self._offsets[-1]
        kept = [len(offsets) - 1]
        for index in range(len(offsets) - 2, -1, -1):
            older = offsets[index - 1] if index else self.base
            near = offsets[index] >= since or len(kept) < RECENT_POINTS or offsets[index] in EARLY
            if near or offsets[kept[-1]] - older > (end - older) // 3:
                kept.append(index)
        kept.reverse()
        self._offsets = array("Q", [offsets[index] for index in kept])
        self._crcs = array("I", [self._crcs[index] for index in kept])


_LATELY: dict[Digest, None] = {}
"""Those that remember more than 1 KiB, the one that was read last at the end."""


def points_of(block: Block) -> Sequence[tuple[int, int]]:
    """Give points in a block, the first one at its start: offsets, and the CRC-32 of the block's bytes up to each."""
    points = block.points
    if points and points[0][0] == block.start and points[-1][0] == block.end:
        return points  # its file has made them already
    view, at, crc, made = memoryview(block.data), block.start, 0, [(block.start, 0)]
    for stop in _stops(at, block.end, *_close(block.data, at)):
        crc = isal_zlib.crc32(view[at - block.start : stop - block.start], crc)
        made.append((stop, crc))
        at = stop
    return made


def _close(data: bytes, start: int) -> list[int]:
    """Give points near the end, and where the last lines begin: whoever goes back writes lines anew."""
    found: list[int] = []
    for first in sorted({max(0, len(data) - GRID_BYTES), 0}, reverse=True):
        sizes = [*map(len, BytesIO(data[first:]))]  # the first may be the rest of one
        found = [*accumulate(sizes[:0:-1])]
        if len(found) >= LINES[-1]:
            break
    end = start + len(data)
    return [*(end - near for near in NEAR), *(end - found[count - 1] for count in LINES if count <= len(found))]


def _stops(at: int, end: int, *points: int) -> list[int]:
    """Give where points are set in new bytes: early, at the grid, at ``points``, and at the end."""
    first = (at // GRID_BYTES + 1) * GRID_BYTES
    stops = (*points, *EARLY, *range(first, end, GRID_BYTES))
    return sorted({stop for stop in stops if at < stop < end} | {end})


def common(fingerprint: Fingerprint, size: int, read_at: ReadAt) -> Generator[None, None, int]:
    """Find, in steps, the last point up to which the bytes of a file of ``size`` bytes are the generation's.

    Gives ``base`` (0, but for a hole) where not even the first point agrees. Raises what ``read_at`` raises.
    """
    at, crc, agreed, since = fingerprint.base, 0, fingerprint.base, 0
    for offset, digest in fingerprint.pairs:
        if offset > size:
            break
        while at < offset:
            data = read_at(min(GRID_BYTES, offset - at), at)
            if not data:
                return agreed
            at, crc, since = at + len(data), isal_zlib.crc32(data, crc), since + len(data)
            if since >= STEP_BYTES:
                since = 0
                yield
        if crc != digest:
            return agreed
        agreed = offset
    return agreed


def next_point(fingerprint: Fingerprint, offset: int) -> int:
    """Give the first point past ``offset``; the end where there is none."""
    return next((point for point in fingerprint.points[::2] if point > offset), fingerprint.end)


def equal_bytes(one: bytes, other: bytes) -> int:
    """Give how many of the first bytes are equal."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle - 1)
    return low
