"""How the bytes of a file generation become blocks of whole lines."""

from msgspec.structs import replace

from logship.files.decoding import MAGIC_BYTES, packed_as
from logship.files.evidence import has_before, has_head
from logship.files.framer import Framer, Place, TruncatedError, advance, block_of, read_some
from logship.files.holes import first_data
from logship.files.joining import Joining, Read, join
from logship.files.scanned import few_are_others, forget_scanned, has_scanned, unscanned
from logship.files.tailing import TailedFile
from logship.model import NO_LIMIT, Block, LineState
from logship.records.framing import NUL, Frame

READ_BYTES = 512 * 1024
"""What makes one block: half of it costs a tenth more CPU, twice as much is no longer one batch once it is encoded."""


def read_on(
    file: TailedFile,
    place: Place,
    longest: int,
    now: float,
    *,
    size: int = READ_BYTES,
    at_end: bool = False,
    cut: bool = False,
    joining: Joining | None = None,
) -> tuple[list[Block], Place]:
    """Read on from ``place``: whole lines in ``size`` bytes, or one long line; nothing where no line is complete.

    ``at_end`` takes an unterminated last line too, flagged ``partial``; ``cut`` takes what ``size`` bytes have of a
    line, flagged so, though more may follow; a line has up to ``longest`` bytes. With ``joining``, whole records;
    the last one is held back while it may go on. Raises TruncatedError.
    """
    framer, whole = Framer(file.read_at, longest), None
    boundary = joining.boundary(file.cuts, place) if joining else NO_LIMIT
    if place.held:
        size, place = size + place.scanned - place.offset, replace(place, scanned=place.offset)
    wanted = max(0, min(size, file.limit - place.scanned, boundary - place.scanned))
    data = read_some(file.read_at, wanted, place.scanned, seen=file.size - place.scanned)
    full = len(data) == size
    if not (place.scanned or file.contents) and packed_as(data[:MAGIC_BYTES]):
        file.replaced, file.size, file.largest = True, 0, 0  # it was empty when it was opened: none of it is text
        raise TruncatedError
    if b"\0" in data or file.holes.wait:
        more = lambda at: first_data(at, file.size, file.read_at, file.data_start) < file.size  # noqa: E731
        data = data[: file.holes.readable(data, place.scanned, now, follows=more, ended=file.ended)]
        boundary = min(boundary, file.holes.ends)
    if data[:1] == b"\0" and place.scanned == place.offset:
        end = file.holes.past(place.offset, file.size, file.read_at, file.data_start, note=not file.contents)
        frames = [Frame(place.offset, end, skipped=NUL, after=place.state)] if end > place.offset else []
    else:
        frames = framer.frames(place, data)
        ends = cut if full else at_end
        if not frames and ends and place.scanned + len(data) > place.offset:
            frames = framer.rest(place, place.scanned + len(data))
        elif frames and joining and place.state is LineState.WHOLE:
            piece = Read.of(file, data, place.scanned, now, longest=longest, boundary=boundary, ended=at_end)
            whole = join(replace(piece, complete=piece.complete and not full), frames, place, joining)
    # last of all: what was read before this is what followed these bytes
    if _lost_scanned(file, place):
        return [], unscanned(place)
    if whole:
        frames, after = file.cuts.note(whole.form, whole.frames), whole.place
    else:
        after = advance(place, frames, len(data))
    if frames and frames[0].skipped == NUL:
        # in no digest where it may yet be filled; and what follows may have holes of its own
        data = b"" if file.holes.remembers(after.offset) else data[: after.offset - place.scanned]
    file.digest.take(data, place.scanned, after.offset, close=file.size - after.offset <= READ_BYTES)
    blocks = [block_of(frame, file.file, file.lineage, file.mtime_ns, now, file.digest) for frame in frames]
    return blocks, file.restore(after) if frames and not after.tail else after


def _lost_scanned(file: TailedFile, place: Place) -> bool:
    # where nothing was read yet, the file was seen before
    same = has_before(file.digest, place, file.read_at) if place.tail else has_head(file.head, file.read_at)
    same = same and (not file.contents or file.contents.there)
    if lost := same and few_are_others(file):
        forget_scanned(file)
    elif not (same and has_scanned(file)):
        file.doubt.suspect()
        raise TruncatedError
    return lost
