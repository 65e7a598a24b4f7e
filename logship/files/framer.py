"""What is read of a file, where a reader stands in it, and how the bytes of one read become frames."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from logship.model import Block, FileId, LineState
from logship.records.framing import (
    CONTINUATION,
    PARTIAL,
    TRUNCATED,
    Frame,
    frame_lines,
    frame_odd_line,
    frame_rest,
    utf8_boundary,
)
from logship.state.fingerprint import Digest, ReadAt
from logship.state.identity import MARKER_BYTES

_FEW_BYTES = 16 * 1024


class Unpacked(Protocol):
    """The contents of an archive, never growing."""

    kind: str
    complete: bool
    """Whether it is neither cut nor damaged."""
    missing: int
    """Bytes, at least, of one that is, which are not read."""
    start: int
    end: int
    """Between which offsets of the file it is."""

    @property
    def there(self) -> bool:
        """Whether the file still has it."""

    @property
    def size(self) -> int:
        """Bytes in all."""

    def read_at(self, size: int, offset: int, /) -> bytes:
        """Read up to ``size`` bytes at ``offset``."""


class TruncatedError(Exception):
    """The file no longer has, before the offset, what was read there: it was truncated, and maybe written again."""


class Place(Struct, frozen=True, gc=False):
    """Where one sink's reader stands in one file."""

    offset: int = 0
    state: LineState = LineState.WHOLE
    scanned: int = 0
    """From the offset up to here there is no newline."""
    tail: bytes = b""
    """The last bytes read before the offset, up to 64; empty where they are not known."""
    held: bool = False
    """From the offset up to ``scanned`` there are whole lines: of a record that may go on."""
    brief: bool = False
    """What is held is a line that nobody knows, by itself."""
    opened: str = ""
    """What redaction knows at the offset, as in :class:`logship.model.Block`."""


NOWHERE = Place()


def read_some(read_at: ReadAt, size: int, offset: int, *, seen: int) -> bytes:
    """Read up to ``size`` bytes, without room for so many where only few were seen: there may be thousands of files."""
    few = min(size, _FEW_BYTES)
    data = read_at(few, offset) if seen < few else b""
    return data if 0 < len(data) < few else read_at(size, offset)


class Framer(Struct, frozen=True):
    """How one read is cut into frames; it reads again where a line began before the bytes at hand."""

    read_at: Callable[[int, int], bytes]
    max_line_bytes: int

    def frames(self, place: Place, data: bytes) -> list[Frame]:
        """Give the whole lines of ``data``, which was read at ``place.scanned``, or one long line."""
        if place.state is LineState.SKIPPING:
            return [frame_rest(data, place.offset, place.state)] if data else []
        if place.state is LineState.WHOLE and place.scanned == place.offset:
            whole = data.rfind(b"\n") + 1
            if whole:
                return list(
                    frame_lines(data if whole == len(data) else data[:whole], place.offset, self.max_line_bytes)
                )
        return self._long_line(place, data)

    def rest(self, place: Place, end: int) -> list[Frame]:
        """Give what there is of a line up to ``end``, flagged."""
        data = self.read_at(end - place.offset, place.offset)
        if place.state is LineState.PARTIAL:
            return [frame_rest(data, place.offset, place.state)]
        return [Frame(place.offset, place.offset + len(data), data, (PARTIAL,), after=LineState.PARTIAL)]

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

    def _truncated(self, place: Place) -> Frame:
        data = self.read_at(self.max_line_bytes + 4, place.offset)
        data = data[: utf8_boundary(data, self.max_line_bytes)]
        flags = (CONTINUATION, TRUNCATED) if place.state is LineState.PARTIAL else (TRUNCATED,)
        return Frame(place.offset, place.offset + len(data), data, flags, after=LineState.SKIPPING)


def advance(place: Place, frames: list[Frame], seen: int) -> Place:
    """Give where the reader stands after these frames, of ``seen`` bytes."""
    if not frames:
        return replace(place, scanned=place.scanned + seen)
    last = frames[-1]
    return Place(last.end, last.after, last.end, last.data[-MARKER_BYTES:])


def block_of(frame: Frame, file: FileId, path: str, time_ns: int, now: float, digest: Digest) -> Block:
    """Make a block of a frame of a file whose ``digest`` has its bytes; read at ``now``, in monotonic seconds."""
    return Block(
        *(file, path.rpartition("/")[2], frame.start, frame.end, frame.data, time_ns, now),
        *(frame.flags, frame.skipped, frame.after, frame.joins, frame.cuts),
        *(digest.within(frame.start, frame.end) if frame.data else (), path),
    )
