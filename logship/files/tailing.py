"""One open file generation: where its bytes are, and what ``fstat`` says of it."""

import os
from contextlib import suppress

from msgspec.structs import replace

from logship.files.beneath import birth_ns, real_path, written_ns
from logship.files.decoding import MAGIC_BYTES, packed_as
from logship.files.doubt import Doubt
from logship.files.evidence import has_before, has_head, has_known, punched_to
from logship.files.framer import NOWHERE, Place, Unpacked
from logship.files.holes import Holes, Padding, head_print, next_data
from logship.files.joining import Cuts
from logship.files.scanned import few_are_others, forget_scanned, has_scanned
from logship.model import NO_LIMIT
from logship.state.fingerprint import Digest
from logship.state.identity import HEAD_BYTES, MARKER_BYTES, SHORT_HEAD_BYTES, Entry, Print


class TailedFile:
    """An open file generation; the owner closes it. Reading never blocks for long: regular files only.

    ``path`` is where it was last found by name, empty once it has none that matches; ``named``: it has one, or
    a rotated form. ``lineage`` is the live path that it was first seen under: generations of one are shipped oldest
    first. All offsets are the generation's.
    """

    __slots__ = (  # there are thousands; "__dict__" is empty, unless a test breaks a method
        *("asked", "begins", "birth_ns", "contents", "counted", "cuts", "deleted", "device", "digest", "doubt"),
        *("ended", "fault", "fd", "file", "found_by", "grown_at", "head", "holes", "inode", "judged"),
        *("largest", "limit", "lineage", "met_ns", "mtime_ns", "named", "opened_at", "orphaned", "padding", "path"),
        *("places", "real_path", "replaced", "shift", "signature", "size", "unheard", "__dict__"),
    )

    def __init__(
        self, entry: Entry, fd: int, path: str, birth_ns: int | None, now: float, *, contents: Unpacked | None = None
    ) -> None:
        self.file = entry.file
        self.fd = fd
        self.real_path = real_path(fd)
        self.birth_ns = birth_ns
        self.contents = contents
        """Of the archive that it is in, if it is in one."""
        self.lineage = entry.path
        self.path = entry.path if path == entry.path else path  # one text: there are thousands
        self.named = True
        self.shift = entry.shift
        """Where in the file the generation begins: not at 0 in a copy that was appended to another."""
        self.limit = entry.size if entry.sealed else NO_LIMIT
        """Where it ends in a file that is a copy: what is appended to that is another generation's."""
        self.judged = self.asked = contents.end if contents else self.limit + self.shift
        """Up to where in the file it is known what was appended, and how large that was when it was asked about."""
        self.device = self.inode = self.size = self.mtime_ns = 0
        self.places: dict[str, Place] = {}
        """Where each sink's reader stands."""
        self.digest = Digest(entry.digest)
        self.cuts = Cuts(entry.cuts)
        self.holes = Holes(entry.holes)
        self.padding = Padding()
        self.signature = (-1, 0)
        """What tells that the file has changed since it was closed."""
        self.doubt = Doubt()
        """Whether its size is below what was read, or seen; it may come back."""
        self.deleted = self.replaced = self.orphaned = self.unheard = False
        """``replaced``: two signs say that what was read is no longer there, until somebody mends that. ``orphaned``:
        its bytes are gone from its file, and were found nowhere else yet. ``unheard``: no event told that it grew."""
        self.fault = ""
        """Why it can't be read: by a reader or a look, whoever owns it lets go of it then."""
        self.grown_at = self.opened_at = now
        """Monotonic seconds when it last grew, and when it was first seen."""
        self.counted = 0
        """Bytes, by the input metrics."""
        self.met_ns = 0
        """When it was first met, by a sweep that opened all."""
        self.largest = 0
        """The largest size ever seen."""
        self.ended = False
        """Whether no writer is expected any more: an unterminated last line may leave."""
        self.head = Print()
        self.begins = b""
        """Its first 64 bytes."""
        self.found_by = 0
        """Their hash, while it is followed."""
        self.look(now)
        here = (entry.inode, entry.birth_ns) == (self.inode, birth_ns) and not (contents or self.padding.there)
        told = entry.head.length >= min(HEAD_BYTES, entry.size) and entry.head == self.head
        if here and told and 0 < entry.furthest.offset <= self.size:
            self.doubt.note_sizes(min(entry.size, self.limit), self.size, now)

    def look(self, now: float) -> bool:
        """Ask ``fstat`` for the truth; give whether there is more to read. ``now`` in monotonic seconds."""
        if self.orphaned:
            return False
        stat = os.fstat(self.fd)
        signature, gone = (stat.st_size, written_ns(stat)), stat.st_nlink == 0
        same = signature == self.signature and gone == self.deleted
        if same and not (self.padding.there or self.doubt.lasts):
            return self.holes.due(now)
        before, touched = self.size, signature[1] != self.mtime_ns
        in_place = touched and stat.st_size == self.signature[0]
        self.device, self.inode, self.mtime_ns = stat.st_dev, stat.st_ino, signature[1]
        self.signature, self.deleted = signature, gone
        size = self._physical(stat.st_size)
        may_be_filled = touched and self.holes.passed and size >= self.furthest.offset
        if may_be_filled and has_known(self.head, self.digest, self.furthest.offset, self.read_at):
            self.look_into_holes()
        if size < max(self.furthest.offset, self.head.length):
            lasts = self.doubt.note(size, self.digest.kept(size, self.read_at), now)
            self.replaced = self.replaced or lasts or self.digest.begins_otherwise(min(size, HEAD_BYTES), self.read_at)
            return False
        if (self.doubt.looks or touched or size > before) and not self._has_read_bytes(further=in_place):
            self.doubt.lowest, self.replaced = min(self.doubt.lowest, size), True
            return False
        self.doubt.clear()
        known = max(self.furthest.scanned, min(before, size))
        self.size = self.padding.data_size(size, known, self.read_at, self.data_start)
        self.doubt.note_sizes(before, self.size, now)
        if self.size > before:
            self.grown_at = now
            self.largest = max(self.largest, self.size)
            self.fingerprint()
            if not (before or self.contents) and packed_as(self.read_at(MAGIC_BYTES, 0)):
                self.replaced, self.size, self.largest = True, 0, 0
        return self.size > before or self.holes.due(now) or (touched and self.holes.wait)

    def look_into_holes(self) -> None:
        """Note which holes that were passed are filled now: what is in front of a place may be other bytes."""
        if self.holes.look(self.read_at):
            self.places = {sink: self.restore(place) for sink, place in self.places.items()}

    def _physical(self, size: int) -> int:
        return min(self.limit, max(0, (self.contents.size if self.contents else size) - self.shift))

    @property
    def appended(self) -> bool:
        """Whether its file is a copy that something was appended to, and nobody has looked at that yet."""
        return self.signature[0] > self.asked

    @property
    def kind(self) -> str:
        """The format of that archive."""
        return self.contents.kind if self.contents else ""

    @property
    def broken(self) -> bool:
        """Whether it is in what is sound of an archive that is cut or damaged."""
        return self.contents is not None and not self.contents.complete

    @property
    def packed(self) -> tuple[int, int]:
        """Between which offsets of its file the archive is whose contents it is in; (0, 0) in a plain file."""
        return (self.contents.start, self.contents.end) if self.contents else (0, 0)

    def recheck(self) -> None:
        """Doubt it at once if its file no longer has what was read: somebody is about to compare with it."""
        if self.sound and (self.size_now() < max(self.furthest.offset, self.head.length) or not self._has_read_bytes()):
            self.doubt.suspect()

    def size_now(self) -> int:
        """Give how large it is: it may have grown since the last look."""
        return self._physical(os.fstat(self.fd).st_size)

    def decide(self) -> None:
        """Believe what is in doubt: nothing more will come."""
        self.replaced = self.replaced or self.doubt.looks > 0

    def _has_read_bytes(self, *, further: bool = False) -> bool:
        if not (self.places or self.head.length or self.contents):
            return True  # it was just opened
        if few_are_others(self):
            forget_scanned(self)
        same = (not self.contents or self.contents.there) and has_scanned(self) and has_head(self.head, self.read_at)
        same = same and has_before(self.digest, self.furthest, self.read_at)
        same = same and (not further or self.digest.still_ends_so(self.furthest.offset, self.read_at))
        return same or self._was_punched()

    def _was_punched(self) -> bool:
        """Whether NULs stand now where all readers have read, and nothing else has changed; that is forgotten then."""
        end = punched_to(self.digest, self.furthest, self.read_at, self.data_start)
        if punched := 0 < end <= self.offset:
            self.head, self.begins = Print(), b""
            self.digest.forget_before(end)
        return punched

    def read_at(self, size: int, offset: int) -> bytes:
        """Read up to ``size`` bytes at ``offset``."""
        at = offset + self.shift
        return self.contents.read_at(size, at) if self.contents else os.pread(self.fd, size, at)

    def data_start(self, offset: int) -> int:
        """Give the first offset from ``offset`` on that is not in a hole."""
        return offset if self.contents else next_data(self.fd, offset + self.shift) - self.shift

    def fingerprint(self) -> Print:
        """Give the print of the head, up to 1 KiB or to a hole, taken anew while the head still grows."""
        if self.head.length < min(HEAD_BYTES, self.size) and self.sound:
            with suppress(OSError):  # the next read will tell
                self.begins = (head := self.read_at(min(HEAD_BYTES, self.size), 0))[:SHORT_HEAD_BYTES]
                self.head = head_print(head)
        return self.head

    def restore(self, place: Place) -> Place:
        """Give the same place with the bytes before it read back, so that a truncation is noticed from the start on."""
        start = max(0, place.offset - MARKER_BYTES)
        return replace(place, tail=self.read_at(place.offset - start, start))

    def orphan(self) -> None:
        """Go on without a file, until a copy is found; the descriptor stays open until then."""
        self.orphaned, self.replaced, self.path, self.doubt = True, False, "", Doubt()

    def move_to(
        self, fd: int, now: float, *, shift: int = 0, contents: Unpacked | None = None, limit: int = NO_LIMIT
    ) -> None:
        """Go on in another file that has all that was read, from ``shift`` on; it ends at ``limit`` for good."""
        os.close(self.fd)
        self.limit = limit
        self.judged = self.asked = contents.end if contents else self.limit + shift
        self.fd, self.real_path, self.birth_ns = fd, real_path(fd), birth_ns(fd)
        self.path, self.size, self.signature, self.padding = "", 0, (-1, 0), Padding()
        self.shift, self.contents = shift, contents
        self.orphaned = self.replaced = False
        self.doubt.clear()
        forget_scanned(self)
        try:
            self.look(now)
        except OSError as error:  # as of any open file; its descriptor is its own already
            self.fault = error.strerror or type(error).__name__

    @property
    def sound(self) -> bool:
        """Whether it may be read: what was replaced, or can't be read, has to be mended first."""
        return not (self.replaced or self.orphaned or self.doubt.looks or self.fault)

    @property
    def offset(self) -> int:
        """The smallest offset of any reader."""
        return min((place.offset for place in self.places.values()), default=0)

    @property
    def unterminated(self) -> int:
        """Bytes behind the last newline that some reader has seen, which make no record before a newline comes."""
        return max((place.scanned - place.offset for place in self.places.values() if not place.held), default=0)

    @property
    def furthest(self) -> Place:
        """The place of the reader that is furthest."""
        places = self.places.values()
        return max(places, key=lambda place: place.offset) if len(places) > 1 else next(iter(places), NOWHERE)

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.fd)
