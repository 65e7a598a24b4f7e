"""What of these bytes is known? The one question about a file that may be one we know, and its answer.

Asked within a lineage wherever a name, an inode, a size or an archive is new: nothing of it is known, or a beginning of
one generation, or all of one and more. Content decides, by digests at many points; where a generation's own bytes can
still be read, they are compared (DECISIONS 3 to 7).
"""

import math
from collections.abc import Generator, Iterable
from typing import Protocol

from isal import isal_zlib
from msgspec import Struct

from logship.files.tailing import TailedFile
from logship.model import NO_LIMIT, FileId
from logship.state.fingerprint import Digest, Fingerprint, ReadAt, common, equal_bytes, next_point
from logship.state.identity import HEAD_BYTES, SHORT_HEAD_BYTES, Entry, Print, Saved, holds
from logship.state.rows import Row

LEAST_BYTES = 4096
"""What begins so, and is shorter than what was read, is some of it: runs of a program begin alike, if with less."""
_STEP_BYTES = 256 * 1024
_MOST_NULS = 16 << 20
"""A sparse file may begin with a terabyte of them."""


class View(Protocol):
    """Bytes that are asked about."""

    @property
    def size(self) -> int:
        """How many."""

    def read_at(self, size: int, offset: int, /) -> bytes:
        """Read up to ``size`` bytes at ``offset``."""


class Part(Struct):
    """What a view has from an offset on."""

    view: View
    start: int

    @property
    def size(self) -> int:
        """How many bytes."""
        return self.view.size - self.start

    def read_at(self, size: int, offset: int, /) -> bytes:
        """Read up to ``size`` bytes at ``offset`` of the part."""
        return self.view.read_at(size, offset + self.start)


class Source(Struct, frozen=True):
    """A generation whose bytes they may be: open, or as an entry says."""

    digest: Fingerprint
    end: int
    """How many of its bytes were read, or seen in its head."""
    file: TailedFile | None = None
    entry: Entry | None = None
    least: int = SHORT_HEAD_BYTES
    """Fewer equal bytes prove nothing."""
    recent: bytes = b""
    """The last bytes that were read, up to ``digest.end``: it may be read on while it is compared with."""
    row: Row | None = None
    """Of one that was finished: whether a view has its head only that says, as the entry is made of a file at hand."""

    @classmethod
    def open(cls, file: TailedFile, *, here: bool = False) -> "Source":
        """Take an open file; all of its bytes are known while it has them. ``here`` says that it was in this file."""
        digest = file.digest.fingerprint()
        end = max(file.size, file.size_now()) if file.sound else max(digest.end, file.head.length)
        least = 1 if here else SHORT_HEAD_BYTES
        return cls(digest, end, file, least=least, recent=file.digest.recent)

    @classmethod
    def saved(cls, entry: Entry) -> "Source":
        """Take an entry."""
        return cls(entry.digest, max(entry.digest.end, entry.furthest.offset, entry.head.length), entry=entry)

    @classmethod
    def finished(cls, row: Row, entry: Entry, digest: Digest) -> "Source":
        """Take one that was finished lately; only what digests prove of it is known."""
        return cls(digest.fingerprint(), entry.size, entry=entry, recent=digest.recent, row=row)


class Known(Struct, frozen=True):
    """The answer: the view begins with ``common`` bytes of ``source``."""

    source: Source
    common: int
    proved: int
    """Up to where digests say so: between two points bytes may have been written over, or cut off and written anew."""

    @property
    def whole(self) -> bool:
        """Whether all of the generation that was read is there."""
        return self.common >= self.source.end

    @property
    def rank(self) -> tuple[int, bool, bool]:
        """How much it says: of two that have as much, the one that goes on, not one that is sealed and was read."""
        limit = self.file.limit if self.file else self.entry.size if self.entry and self.entry.sealed else NO_LIMIT
        return self.common, self.whole, self.read < limit

    @property
    def read(self) -> int:
        """How many of its bytes every sink has had."""
        if self.file:
            return self.file.offset
        return self.entry.acked if self.entry else 0

    def left_beyond(self, part: Part) -> bool:
        """Whether more of it may have left before a kill than a part is proved to have."""
        for saved in self.entry.offsets.values() if self.entry else ():
            proofs = {(start, end): crc for start, end, crc in saved.proofs}
            beyond = [(start, end) for start, end, _ in saved.in_flight if end > self.common]
            if any(proofs.get(each) != isal_zlib.crc32(part.read_at(each[1] - each[0], each[0])) for each in beyond):
                return True
        return False

    def ends_before_next(self, part: Part) -> bool:
        """Whether every digest agrees that can be asked of a part: no other point is in it."""
        return part.size < next_point(self.source.digest, self.proved)

    def is_another(self, part: Part) -> bool:
        """Whether a part is a copy of what it begins as: the lines of one logger begin alike, which proves nothing."""
        return self.common >= SHORT_HEAD_BYTES and (self.whole or self.common >= min(HEAD_BYTES, part.size))

    def of(self, file: FileId) -> bool:
        """Whether it is of a generation that is not open."""
        return self.entry is not None and self.entry.file == file

    @property
    def file(self) -> TailedFile | None:
        """The open file that it is of."""
        return self.source.file

    @property
    def entry(self) -> Entry | None:
        """The entry that it is of."""
        return self.source.entry

    @property
    def lineage(self) -> str:
        """The live path of what it is of; empty where that is not known."""
        return self.file.lineage if self.file else self.entry.path if self.entry else ""


def identify(
    view: View,
    sources: Iterable[Source],
    *,
    rotated: bool = False,
    growing: bool = False,
    cut: bool = False,
    placed: bool = False,
    short: bool = False,
) -> Generator[None, None, Known | None]:
    """Find, in steps, the generation of which ``view`` has most; None where nothing of it is known.

    In a ``rotated`` form all of a generation is enough, however little; of a copy that may be ``growing``, all of the
    copy, if an open file has it. Of what was ``cut`` in place, only what is proved of one that is not open; of what was
    ``placed`` under a name of late, the one of which most is proved. A view that is ``short`` ends somewhere, as a cut
    archive does. Raises OSError.
    """
    best: Known | None = None
    most: tuple[int, int, bool, bool] = 0, 0, False, False
    begin = yield from _past_nuls(view)
    for source in sources:
        if begin and _begins_otherwise(view, source, begin):
            continue
        known, proved = yield from _common(view, source, short=short)
        known = proved if cut and source.file is None else known
        all_of_it = rotated and not source.row and known >= source.end
        all_so_far = growing and source.file is not None and known == view.size
        enough = known >= source.least or (known > 0 and (all_of_it or all_so_far))
        here = Known(source, known, proved)
        rank = (here.proved if placed else 0, *here.rank)
        if enough and (best is None or rank > most):
            best, most = here, rank
    return best


def _past_nuls(view: View) -> Generator[None, None, int]:
    """Give, in steps, where the NULs end that a view begins with; 0 where they are too many to be worth it."""
    at = 0
    while at < _MOST_NULS and (data := view.read_at(_STEP_BYTES if at else HEAD_BYTES, at)):
        if kept := data.lstrip(b"\0"):
            return at + len(data) - len(kept)
        at += len(data)
        yield
    return at if at < _MOST_NULS else 0


def _begins_otherwise(view: View, source: Source, begin: int) -> bool:
    """Whether NULs are all that a view has in common with an open file: many megabytes need no comparison then."""
    file = source.file
    if file is None or not file.sound or begin >= view.size:
        return False
    one, other = view.read_at(SHORT_HEAD_BYTES, begin), file.read_at(SHORT_HEAD_BYTES, begin)
    least = min(len(one), len(other))
    return one[:least] != other[:least] or not least


def _common(view: View, source: Source, *, short: bool = False) -> Generator[None, None, tuple[int, int]]:
    """Give how many of the first bytes of the view are those of the source, and how many that is proved of."""
    file, digest = source.file, source.digest
    same = 0
    if file is not None and file.sound:
        # a copy may have what was written since the last look
        same = yield from agreeing(view, file.read_at, 0, min(view.size, max(file.size, file.size_now())))
        if same >= min(view.size, file.size):
            return same, same  # else it may have been written over since anybody looked: what was read decides
    if digest.base and not _has_head(view, source):
        return same, same  # of what is before a hole only the head is known
    agreed = yield from common(digest, view.size, view.read_at)
    start = digest.end - len(source.recent) if source.recent else view.size
    proved = agreed
    if start < view.size and (start <= agreed or start < next_point(digest, agreed)):
        proved = agreed = max(agreed, _by_recent(view, source.recent, start))
    elif digest.base < agreed and view.size < next_point(digest, agreed) and agreed >= _least(source, short=short):
        # It ends before the next point: every digest that can be asked agrees. Of less that says little: one logger's
        # lines begin alike, with the same time to the minute, or many constant fields.
        intact = same and (yield from _is_as_read(source, agreed))
        agreed = same if intact else view.size
    if agreed >= digest.end and not digest.base:
        proved = agreed = max(agreed, _by_head(view, source))  # it was seen, and not read yet
    least = min(SHORT_HEAD_BYTES, digest.end - digest.base) if digest.base else 0
    known = agreed if agreed > digest.base and agreed - digest.base >= least else 0
    return max(same, known), max(same, min(known, proved))


def _least(source: Source, *, short: bool) -> float:
    """Give how many bytes digests have to agree for to take what has no more points for a copy that is shorter."""
    return LEAST_BYTES if short else math.inf if source.row else HEAD_BYTES


def _is_as_read(source: Source, point: int) -> Generator[None, None, bool]:
    """Whether an open file has, from a point of its digest to the next one, the bytes that were read there."""
    if source.file is None or not source.file.sound:
        return False
    end, crc = next_point(source.digest, point), dict(source.digest.pairs)
    have, at = crc.get(point, 0), point
    while at < end and (data := source.file.read_at(min(_STEP_BYTES, end - at), at)):
        have, at = isal_zlib.crc32(data, have), at + len(data)
        yield
    return have == crc.get(end)


def _by_head(view: View, source: Source) -> int:
    """Give how much is known by what was saved of the head, and of the bytes before an offset."""
    head = _head(source)
    if head.length < min(SHORT_HEAD_BYTES, source.end) or not head.matches(view.read_at(head.length, 0)):
        return 0
    reached = source.entry.furthest if source.entry else Saved()
    return max(reached.offset, head.length) if holds(reached, view.size, view.read_at) else 0


def _has_head(view: View, source: Source) -> bool:
    return source.row.has_head(view.read_at) if source.row else _head(source).matches(view.read_at(HEAD_BYTES, 0))


def _head(source: Source) -> Print:
    return source.file.head if source.file else source.entry.head if source.entry else Print()


def _by_recent(view: View, recent: bytes, start: int) -> int:
    """Give up to where the bytes at ``start`` are those that were read last."""
    data = view.read_at(len(recent), start)
    same = equal_bytes(data, recent)
    return start + same if same or not data else 0


def agreeing(view: View, read_at: ReadAt, start: int, end: int) -> Generator[None, None, int]:
    """Give the first offset at which two files differ."""
    at = start
    while at < end:
        size = min(_STEP_BYTES, end - at)
        one, other = view.read_at(size, at), read_at(size, at)
        if one != other:
            return at + equal_bytes(one, other)  # either may have been truncated since it was asked how large it is
        if not one:
            break
        at += len(one)
        yield
    return at
