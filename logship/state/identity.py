"""Which file is which: fingerprints of the head, markers before the offset, and the words for a saved file.

DECISIONS: a generation's identity is random; device, inode, head and marker only look it up. Pure but for the
random bytes of :func:`new_file_id`.
"""

import hashlib
import secrets
from collections.abc import Mapping

from isal import isal_zlib
from msgspec import Struct, field
from msgspec.structs import replace

from logship.model import FileId, LineState
from logship.state.fingerprint import Fingerprint, ReadAt

HEAD_BYTES = 1024
SHORT_HEAD_BYTES = 64
MARKER_BYTES = 64


class Print(Struct, frozen=True, gc=False):
    """A hash of some bytes, and how many they were."""

    length: int = 0
    digest: str = ""

    @classmethod
    def of(cls, data: bytes) -> "Print":
        """Take the print of ``data``."""
        return cls(len(data), hashlib.blake2b(data, digest_size=16).hexdigest()) if data else cls()

    def matches(self, data: bytes) -> bool:
        """Whether ``data`` begins with what the print was taken of."""
        return len(data) >= self.length and Print.of(data[: self.length]) == self


class Saved(Struct, frozen=True, gc=False):
    """One sink's acknowledged offset in one file."""

    offset: int = 0
    state: LineState = LineState.WHOLE
    marker: Print = Print()
    """Of the last bytes before the offset; length 0 where they are not known."""
    in_flight: tuple[tuple[int, int, int], ...] = ()
    """(start, end, time_ns) of blocks that may have left already: a repeat uses the same boundaries and time."""
    proofs: tuple[tuple[int, int, int], ...] = ()
    """(start, end, CRC-32) of such blocks: where other bytes are there now, their ids are not for those."""
    opened: str = ""
    """What redaction knows at the offset, as in :class:`logship.model.Block`."""

    def until(self, size: int) -> "Saved":
        """Give the same of the first bytes, without blocks that end behind them."""
        if self.offset > size:
            return Saved(size)
        in_flight = tuple(block for block in self.in_flight if block[1] <= size)
        return replace(self, in_flight=in_flight, proofs=tuple(proof for proof in self.proofs if proof[1] <= size))


_NOTHING = Saved()


class Entry(Struct, frozen=True, gc=False):
    """What the checkpoint keeps of one file generation."""

    file: FileId
    path: str
    """Where its lineage lives: the matched name it was first seen under (also for a rotated form)."""
    inode: int
    birth_ns: int | None
    head: Print
    size: int
    """Bytes seen; for a compressed file those of its contents."""
    seen: float
    """Unix seconds when it was last there, by name or by descriptor."""
    offsets: Mapping[str, Saved] = field(default_factory=dict)
    ignored: bool = False
    """Never to be read: a backup copy, or a rotated form from before the first start."""
    gone: bool = False
    """It went while logship was down, and what it still held was counted as lost."""
    digest: Fingerprint = Fingerprint()
    """Of its bytes, as far as any sink has read them."""
    shift: int = 0
    """Where in its file it begins: not at 0 in a copy that was appended to another."""
    sealed: bool = False
    """Its file is a copy, and complete: what is appended to that is another generation's."""
    holes: tuple[tuple[int, int], ...] = ()
    """(start, end) of NULs that were passed and might yet be filled."""
    packed: tuple[int, int] = (0, 0)
    """Between which offsets of its file the archive is whose contents it is in; (0, 0) in a plain file."""
    broken: bool = False
    """It is what is sound of an archive that is cut or damaged: it may go on in another file."""
    cuts: tuple[tuple[int, str], ...] = ()
    """(offset, word), as in :class:`logship.model.Block`, of what has to be known to make the same records again."""
    real_path: str = ""
    """Where its file was when it was opened or renamed, if it was open: a link may lead elsewhere since."""

    def until(self, size: int) -> "Entry":
        """Give the same of its first bytes, without what may have left from behind them."""
        offsets = {sink: saved.until(size) for sink, saved in self.offsets.items()}
        return replace(self, size=size, offsets=offsets)

    def unread_from(self, offset: int) -> int:
        """Give how many of its bytes from an offset on some sink has not had, nor may it have left for there."""
        ends = (max([saved.offset, *(end for _, end, _ in saved.in_flight)]) for saved in self.offsets.values())
        return self.size - max(offset, min(ends, default=0))

    @property
    def acked(self) -> int:
        """The smallest offset of any sink."""
        return min((saved.offset for saved in self.offsets.values()), default=0)

    @property
    def furthest(self) -> Saved:
        """The largest offset of any sink."""
        offsets = self.offsets.values()
        return max(offsets, key=lambda saved: saved.offset) if len(offsets) > 1 else next(iter(offsets), _NOTHING)


def new_file_id() -> FileId:
    """Mint the identity of a new generation: 128 random bits as 22 characters."""
    return FileId(secrets.token_urlsafe(16))


def holds(saved: Saved, size: int, read_at: ReadAt) -> bool:
    """Whether a file of ``size`` bytes still has, before the offset, what was there when the offset was saved."""
    if size < saved.offset:
        return False
    marker = saved.marker
    return marker.matches(read_at(marker.length, saved.offset - marker.length)) if marker.length else True


def same_file(
    entry: Entry, inode: int, birth_ns: int | None, size: int, read_at: ReadAt, *, named: bool = False
) -> bool:
    """Whether the file found under ``inode`` is the generation of ``entry``: the number is one sign, content another.

    Birth times only speak where the head is too short to, for overlays and network file systems change or lack them;
    there, and where a hole was punched in the head's place, ``named`` speaks: that it has the generation's name.
    """
    head = read_at(entry.head.length, entry.shift)
    punched = is_punched(head) and entry.furthest.marker.length == MARKER_BYTES
    if entry.inode != inode or not (punched or entry.head.matches(head)):
        return False
    born = birth_ns is not None and birth_ns == entry.birth_ns
    if (punched or entry.head.length < SHORT_HEAD_BYTES) and not (born or named):
        return False
    size -= entry.shift

    def shifted(count: int, offset: int) -> bytes:
        return read_at(count, offset + entry.shift)

    return _ends_as(entry, size, shifted) and has_sent(entry, size, shifted)


def is_punched(head: bytes) -> bool:
    """Whether a file's first bytes are a hole now, as ``fallocate --punch-hole`` leaves one."""
    return bool(head) and not head.strip(b"\0")


def _ends_as(entry: Entry, size: int, read_at: ReadAt) -> bool:
    reached = entry.furthest
    return holds(reached, size, read_at) and entry.digest.ends_so(reached.offset, read_at)


def has_sent(entry: Entry, size: int, read_at: ReadAt) -> bool:
    """Whether a file of ``size`` bytes has what may have left of a generation and was not acknowledged."""
    proofs = {proof for saved in entry.offsets.values() for proof in saved.proofs}
    return all(
        end <= size and isal_zlib.crc32(read_at(end - start, start)) == crc
        for start, end, crc in proofs
        if start >= entry.digest.base
    )


def same_content(entry: Entry, size: int, read_at: ReadAt) -> bool:
    """Whether a file with another inode is a copy that has all that ``entry`` had: enough head, and the marker."""
    head = entry.head
    return head.length >= SHORT_HEAD_BYTES and head.matches(read_at(head.length, 0)) and _ends_as(entry, size, read_at)


def shared(offsets: Mapping[str, Saved]) -> dict[str, Saved]:
    """Give the same offsets with what is equal for several sinks, as it is once all have read all, kept once."""
    same: dict[Saved, Saved] = {}
    return {sink: same.setdefault(saved, saved) for sink, saved in offsets.items()}
