"""One open file generation: what ``fstat`` says of it, and how its bytes become blocks."""

import errno
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from logship.files.beneath import birth_ns
from logship.model import Block, FileId, LineState
from logship.records.framing import (
    CONTINUATION,
    NUL,
    PARTIAL,
    TRUNCATED,
    Frame,
    frame_lines,
    frame_odd_line,
    frame_rest,
    utf8_boundary,
)
from logship.state.identity import HEAD_BYTES, MARKER_BYTES, Print

READ_BYTES = 512 * 1024
"""What makes one block: half of it costs a tenth more CPU, twice as much is no longer one batch once it is encoded."""

ACTIVE_SECONDS = 2.0
"""So long after it last grew a file may well grow again soon."""


class TruncatedError(Exception):
    """The file no longer has, before the offset, what was read there: it was truncated, and maybe written again."""


class Place(Struct, frozen=True):
    """Where one sink's reader stands in one file."""

    offset: int = 0
    state: LineState = LineState.WHOLE
    scanned: int = 0
    """From the offset up to here there is no newline."""
    tail: bytes = b""
    """The last bytes read before the offset, up to 64; empty where they are not known."""


class TailedFile:
    """An open file generation; the owner closes it. Reading never blocks for long: regular files only.

    ``path`` is where it was last found by name, empty once it has none that matches. ``lineage`` is the live path that
    it was first seen under: generations of one lineage are shipped oldest first.
    """

    def __init__(self, file: FileId, fd: int, lineage: str, path: str, birth_ns: int | None, now: float) -> None:
        self.file = file
        self.fd = fd
        self.lineage = lineage
        self.path = path
        self.birth_ns = birth_ns
        self.name = Path(lineage).name
        self.device = self.inode = self.size = self.mtime_ns = 0
        self.places: dict[str, Place] = {}
        """Where each sink's reader stands."""
        self.signature = (-1, 0)
        """What tells that the file has changed since it was closed."""
        self.deleted = False
        self.truncated = False
        """Set when a reader or a look finds it so; cleared by whoever mends it."""
        self.fault = ""
        """Why it could not be read; set by a reader or a look, whoever owns the file lets go of it then."""
        self.grown_at = now
        """Monotonic seconds when it last grew or was first seen."""
        self.opened_at = now
        """Monotonic seconds when it was first seen."""
        self.counted = 0
        """Bytes that the input metrics have counted."""
        self.largest = 0
        """The largest size ever seen: what was there before a truncation."""
        self.ended = False
        """No writer is expected any more: an unterminated last line may be shipped."""
        self.head = Print()
        self.look(now)
        self.fingerprint()

    def look(self, now: float) -> bool:
        """Ask ``fstat`` for the truth; give whether the file grew. ``now`` in monotonic seconds."""
        stat = os.fstat(self.fd)
        signature, gone = (stat.st_size, stat.st_mtime_ns), stat.st_nlink == 0
        if signature == self.signature and gone == self.deleted:
            return False
        size, touched = self.size, stat.st_mtime_ns != self.mtime_ns
        self.device, self.inode, self.mtime_ns = stat.st_dev, stat.st_ino, stat.st_mtime_ns
        self.signature, self.deleted = signature, gone
        self.size = stat.st_size
        if self.size < size or ((touched or self.size > size) and not self._has_read_bytes()):
            self.truncated = True
        elif self.size > size:
            self.grown_at = now
            self.largest = self.size
            self.fingerprint()
        return self.size > size

    def _has_read_bytes(self) -> bool:
        # A file that was truncated and written again has other bytes before the offset, or, where all lines end alike,
        # at least another head (DECISIONS 3).
        place = self.furthest
        if not self.head.matches(self.read_at(self.head.length, 0)):
            return False
        return self.read_at(len(place.tail), place.offset - len(place.tail)) == place.tail

    def read_at(self, size: int, offset: int) -> bytes:
        """Read up to ``size`` bytes at ``offset``."""
        return os.pread(self.fd, size, offset)

    def data_start(self, offset: int) -> int:
        """Give the first offset from ``offset`` on that is not in a hole."""
        try:
            return os.lseek(self.fd, offset, os.SEEK_DATA)
        except OSError as error:
            return self.size if error.errno == errno.ENXIO else offset

    def fingerprint(self) -> Print:
        """Give the print of the head, up to 1 KiB, taken anew while the head still grows."""
        if self.head.length < min(HEAD_BYTES, self.size) and not self.truncated:
            with suppress(OSError):  # the next read will tell
                self.head = Print.of(self.read_at(HEAD_BYTES, 0))
        return self.head

    def read(
        self,
        place: Place,
        max_line_bytes: int,
        now: float,
        *,
        size: int = READ_BYTES,
        at_end: bool = False,
        cut: bool = False,
    ) -> tuple[list[Block], Place]:
        """Read on from ``place``: whole lines in ``size`` bytes, or one long line; nothing where no line is complete.

        ``at_end`` takes an unterminated last line too, flagged ``partial``; ``cut`` takes what ``size`` bytes have of a
        line, flagged so, though more may follow. Raises TruncatedError.
        """
        reading = _Reading(self.read_at, max_line_bytes)
        data = self.read_at(size, place.scanned)
        if data[:1] == b"\0" and place.scanned == place.offset:
            frames = self._past_hole(place)
        else:
            frames = reading.frames(place, data)
            ends = cut if len(data) == size else at_end
            if not frames and ends and place.scanned + len(data) > place.offset:
                frames = reading.rest(place, place.scanned + len(data))
        # last of all: what was read before this is what followed these bytes
        if not self._follows(place):
            self.truncated = True
            raise TruncatedError
        after = _advance(place, frames, len(data))
        return self._blocks(frames, now), self.restore(after) if frames and not after.tail else after

    def _follows(self, place: Place) -> bool:
        if not place.tail:  # nothing was read yet, but the file was seen before
            return self.head.matches(self.read_at(self.head.length, 0))
        return self.read_at(len(place.tail), place.offset - len(place.tail)) == place.tail

    def restore(self, place: Place) -> Place:
        """Give the same place with the bytes before it read back, so that a truncation is noticed from the start on."""
        start = max(0, place.offset - MARKER_BYTES)
        return replace(place, tail=self.read_at(place.offset - start, start))

    def move_to(self, fd: int, now: float) -> None:
        """Go on in the copy that was made before the file was truncated; the old descriptor is closed."""
        os.close(self.fd)
        self.fd, self.path, self.size, self.signature, self.truncated = fd, "", 0, (-1, 0), False
        self.birth_ns = birth_ns(fd)
        self.look(now)

    @property
    def sound(self) -> bool:
        """Whether it may be read: what is truncated, or can't be read, has to be mended first."""
        return not (self.truncated or self.fault)

    @property
    def offset(self) -> int:
        """The smallest offset of any reader."""
        return min((place.offset for place in self.places.values()), default=0)

    @property
    def unterminated(self) -> int:
        """Bytes behind the last newline that some reader has seen, which make no record before a newline comes."""
        return max((place.scanned - place.offset for place in self.places.values()), default=0)

    @property
    def furthest(self) -> Place:
        """The place of the reader that is furthest."""
        return max(self.places.values(), key=lambda place: place.offset, default=Place())

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.fd)

    def _past_hole(self, place: Place) -> list[Frame]:
        # NULs at the start of a line, maybe a hole of a terabyte: a gap up to the first byte that is not NUL. Up to the
        # size that was last seen, if there is none; the file may have grown since, and been read, past that.
        end = max(place.offset, self.data_start(place.offset))
        data = self.read_at(READ_BYTES, end)
        end += len(data) - len(data.lstrip(b"\0"))
        return [Frame(place.offset, end, skipped=NUL, after=place.state)] if end > place.offset else []

    def _blocks(self, frames: Iterable[Frame], now: float) -> list[Block]:
        time_ns = self.mtime_ns
        return [
            Block(self.file, self.name, f.start, f.end, f.data, time_ns, now, f.flags, f.skipped, f.after)
            for f in frames
        ]


class _Reading(Struct, frozen=True):
    """How one read is cut into frames; it reads again where a line began before the bytes at hand."""

    read_at: Callable[[int, int], bytes]
    max_line_bytes: int

    def frames(self, place: Place, data: bytes) -> list[Frame]:
        if place.state is LineState.SKIPPING:
            return [frame_rest(data, place.offset, place.state)] if data else []
        if place.state is LineState.WHOLE and place.scanned == place.offset:
            whole = data.rfind(b"\n") + 1
            if whole:
                return list(
                    frame_lines(data if whole == len(data) else data[:whole], place.offset, self.max_line_bytes)
                )
        return self._long_line(place, data)

    def _long_line(self, place: Place, data: bytes) -> list[Frame]:
        newline = data.find(b"\n")
        end = place.scanned + (len(data) if newline < 0 else newline + 1)
        if end - place.offset - (newline >= 0) > self.max_line_bytes:
            return [self._truncated(place)]
        if newline < 0:
            return []
        line = self.read_at(end - place.offset, place.offset)
        if place.state is LineState.PARTIAL:
            return [frame_rest(line, place.offset, place.state)]
        return list(frame_odd_line(line, place.offset, self.max_line_bytes))

    def rest(self, place: Place, end: int) -> list[Frame]:
        data = self.read_at(end - place.offset, place.offset)
        if place.state is LineState.PARTIAL:
            return [frame_rest(data, place.offset, place.state)]
        return [Frame(place.offset, place.offset + len(data), data, (PARTIAL,), after=LineState.PARTIAL)]

    def _truncated(self, place: Place) -> Frame:
        data = self.read_at(self.max_line_bytes + 4, place.offset)
        data = data[: utf8_boundary(data, self.max_line_bytes)]
        flags = (CONTINUATION, TRUNCATED) if place.state is LineState.PARTIAL else (TRUNCATED,)
        return Frame(place.offset, place.offset + len(data), data, flags, after=LineState.SKIPPING)


def _advance(place: Place, frames: list[Frame], seen: int) -> Place:
    if not frames:
        return replace(place, scanned=place.scanned + seen)
    last = frames[-1]
    tail = last.data[-MARKER_BYTES:]
    return Place(last.end, last.after, last.end, tail)
