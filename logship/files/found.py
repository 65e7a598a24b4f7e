"""A regular file that was just opened, before it is decided what it is."""

import os
import time
from collections.abc import Collection
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from logship.files.archives import Contents
from logship.files.beneath import Root, birth_ns, written_ns
from logship.files.decoding import LEAST_BYTES, MAGIC_BYTES, STREAMS, is_noise, packed_as
from logship.files.framer import Place
from logship.files.holes import head_print
from logship.files.names import Candidate, Folder, Globs
from logship.files.tailing import TailedFile
from logship.model import FileId
from logship.state.fingerprint import LATELY_BYTES, Digest, Fingerprint
from logship.state.identity import HEAD_BYTES, Entry, Print, Saved, new_file_id

_CATCH_UP_BYTES = 16 << 20
_STEP_BYTES = 64 * 1024


class Found(Struct):
    """A regular file that was just opened; whoever decides what it is owns the descriptor."""

    candidate: Candidate
    fd: int
    size: int
    inode: int
    device: int
    mtime_ns: int
    birth_ns: int | None
    grown_at: float
    """Monotonic seconds when it was first seen or last changed size."""
    live: str = ""
    """Path of the live file that its name looks like a rotated form of; empty if of none."""
    packed: str = ""
    """The format of an archive, by its first bytes; empty for a plain file."""
    begin: int = 0
    """Bytes before this are known: what it has is from here on."""
    lowest: int = 0
    """Of a file that was cut off: where bytes began to be others, or the smallest size, if that is less; else 0."""
    smallest: int = 0
    """Of a file that was cut off: the smallest size that it was seen with."""
    former: tuple[FileId, ...] = ()
    """Generations that had its inode, and are not what it has now, or not all of it."""
    settled: bool = False
    """Whether it was held as a possible copy, and does not grow any more."""
    went_back: tuple[int, int] = (0, 0)
    """Of a file that was cut off: up to where it has what was read, as remembered, and how much was behind that."""
    filled_from: int = 0
    """Of a file that was cut off: the size that it had before."""
    shredded: bool = False
    """Whether it had been rotated, and was then written over in place, and never cut off."""
    foreign: bool = False
    """Whether it is a rotated form by its name only."""
    told: bool = False
    """Of an archive, that it has files that are not read."""
    packed_from: int = 0
    """Of an archive that was appended to: where that begins which is not known."""
    apart: bool = False
    """Of an archive that is put by: whether what is appended to it is asked about by itself."""
    contents: Contents | None = None
    """Of an archive, once they are measured."""
    within_it: tuple[Entry, ...] = ()
    """Generations that are in the known part of an archive, and are to be read on."""
    doubted: bool = False
    """Whether it was put by, has not changed, and is looked at again for what it may have of a known generation."""
    put_by: int = 0
    """Of a file that was history, or a copy, when it was looked at last: the size that it had."""
    copied: tuple[int, int] = (-1, 0)
    """Its size and time when all of it was known to be in the file whose name it has a form of."""
    cut: bool = False
    """Whether what it had was cut off, or written over, in place."""
    put_there: bool = False
    """Whether it was made before the last look, under another name, or one that is not followed."""
    copied_whole: bool = False
    """Whether a copy of all of a generation of its lineage was met: that one was rotated."""
    beyond: bool = False
    """Whether it is where no pattern leads now: it is a known generation, and has no name."""

    @classmethod
    def open(cls, candidate: Candidate, root_fd: int, now: float) -> "Found":
        """Open what a candidate names; OSError where it is not a readable regular file beneath its root."""
        fd = candidate.root.open_file(root_fd, candidate.relative)
        try:
            stat = os.fstat(fd)
            kind = packed_as(os.pread(fd, MAGIC_BYTES, 0))  # a file that opens and can't be read is unreadable, too
            size, mtime_ns, born_ns = stat.st_size, written_ns(stat), birth_ns(fd)
        except Exception:
            os.close(fd)
            raise
        return cls(candidate, fd, size, stat.st_ino, stat.st_dev, mtime_ns, born_ns, now, packed=kind)

    @classmethod
    def within(cls, file: TailedFile, candidate: Candidate | None, now: float, *, begin: int = 0) -> "Found":
        """Take the file that a generation is in as found, from ``begin`` on; without a name where it has none now."""
        path = Path(file.path or file.lineage)
        if candidate is None:
            folder = Folder(Root(str(path.parent)), "", file.device, Globs(()))
            candidate = Candidate(folder, path.name, file.inode, regular=True, matched=False)
        fd = os.dup(file.fd)
        size = os.fstat(fd).st_size
        return cls(candidate, fd, size, file.inode, file.device, file.mtime_ns, file.birth_ns, now, begin=begin)

    @classmethod
    def of(cls, file: TailedFile, candidate: Candidate | None, now: float) -> "Found":
        """Take the file that a generation was in as found anew: what it has now is something else."""
        found = cls.within(file, candidate, now)
        found.candidate = candidate or replace(found.candidate, matched=True)
        found.lowest, found.smallest = (min(size, found.size) for size in (file.doubt.lowest, file.doubt.smallest))
        found.cut, found.filled_from = True, file.largest
        kept = file.digest.kept(found.size, found.read_at)
        found.went_back = kept, file.digest.end - kept
        head, over = found.read_at(HEAD_BYTES, 0), not file.path and found.lowest >= file.largest
        found.packed = packed_as(head[:MAGIC_BYTES])
        found.shredded = over and not found.packed and (is_noise(head) or not head.strip(b"\0"))
        return found

    @property
    def is_copy(self) -> bool:
        """Whether it was known to be one, by this life or the last, and was not written to since."""
        return self.doubted or self.copied == (self.size, self.mtime_ns)

    @property
    def lineage(self) -> str:
        """The live path that it belongs to."""
        return self.live or self.candidate.path

    def read_at(self, size: int, offset: int, /) -> bytes:
        """Read up to ``size`` bytes at ``offset``."""
        return os.pread(self.fd, size, offset)

    @property
    def broken(self) -> bool:
        """Whether it is an archive that is cut or damaged, as far as that was gone through."""
        return self.contents is not None and not self.contents.complete

    @property
    def packed_to(self) -> int:
        """Where the archive ends that is asked about; others may follow it."""
        return min(self.size, self.contents.end) if self.contents else self.size

    def was_cut(self, entry: Entry) -> bool:
        """Whether it was seen cut off when it was last looked at: what is behind was written since."""
        return entry.file in self.former and entry.size < min(entry.furthest.offset, self.size + 1)

    def goes_on_at(self, offset: int) -> bool:
        """Whether another archive of its format may begin at an offset: it may only have been begun."""
        more = self.read_at(MAGIC_BYTES, offset)
        return self.packed in STREAMS and (len(more) < LEAST_BYTES or packed_as(more) == self.packed)

    def look(self, now: float) -> None:
        """Ask ``fstat`` how large it is now; ``now`` in monotonic seconds."""
        stat = os.fstat(self.fd)
        if stat.st_size != self.size:
            self.size, self.grown_at = stat.st_size, now
            self.packed = packed_as(self.read_at(MAGIC_BYTES, 0))
        self.mtime_ns = written_ns(stat)


def new_entry(found: Found, sinks: Collection[str], *, begin: int = 0, ignored: bool = False) -> Entry:
    """Mint a generation for a file, that begins at ``begin``: what lies before is another's, or is left out."""
    digest = Digest()
    catch_up(digest, found, begin if begin <= _CATCH_UP_BYTES else 0, found.size)
    head = found.read_at(HEAD_BYTES, 0)
    return Entry(
        file=new_file_id(),
        path=found.lineage if not found.candidate.matched or found.live else found.candidate.path,
        inode=found.inode,
        birth_ns=found.birth_ns,
        head=Print.of(head) if found.packed else head_print(head),
        size=found.size,
        seen=time.time(),
        offsets={sink: Saved(begin) for sink in sinks},
        ignored=ignored,
        digest=digest.fingerprint(),
    )


def tailed(entry: Entry, found: Found, sinks: Collection[str], contents: Contents | None = None) -> TailedFile:
    """Go on with a generation in the file that was found; each sink from its own offset, a new sink from the start.

    ``contents`` says that it was packed, and has been measured.
    """
    path = found.candidate.path if found.candidate.matched and contents is None else ""
    file = TailedFile(entry, found.fd, path, found.birth_ns, found.grown_at, contents=contents)
    file.holes.filled_from, file.named = found.filled_from, not found.beyond
    for sink in sinks:
        saved = entry.offsets.get(sink, Saved())
        file.places[sink] = file.restore(Place(saved.offset, saved.state, saved.offset, opened=saved.opened))
    reached = file.furthest.offset
    file.digest.cut(reached)  # what is behind may be written over before it is read again
    file.digest.take(b"", max((end for _, end in entry.holes if end <= reached), default=0))
    if 0 < reached - file.digest.end <= _CATCH_UP_BYTES:
        catch_up(file.digest, file, reached, file.size)
    if file.digest.end == reached <= file.size:
        start = max(file.digest.base, reached - LATELY_BYTES)
        file.digest.remember(file.read_at(reached - start, start))
    file.look_into_holes()
    return file


def catch_up(digest: Digest, view: "Found | TailedFile", end: int, size: int) -> None:
    """Take into a digest what lies before ``end``, and was read in an earlier life or by nobody."""
    while digest.end < min(end, size):
        at = digest.end
        data = view.read_at(min(_STEP_BYTES, end - at), at)
        if not data:
            return
        digest.take(data, at)


def digest_of(found: Found, known: Fingerprint, common: int) -> Fingerprint:
    """Give the digest of a copy that has the first ``common`` bytes of what another one is of; empty if it has more.

    Read again is only what lies behind the last point, unless that is much.
    """
    digest = Digest(known)
    digest.cut(common)
    if found.begin or digest.base or common != found.size or common - digest.end > _CATCH_UP_BYTES:
        return Fingerprint()
    catch_up(digest, found, common, found.size)
    return digest.fingerprint() if digest.end == common else Fingerprint()


def last_newline(found: Found, before: int) -> int:
    """Give where the line begins that ``before`` is in: 0, or past the last newline in front of it."""
    end = before
    while end > 0:
        start = max(0, end - _STEP_BYTES)
        newline = found.read_at(end - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0
