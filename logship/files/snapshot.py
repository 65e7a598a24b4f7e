"""What is kept of an open file, in the checkpoint while it is open and once it is closed."""

import time
from collections.abc import Mapping

from logship.files.found import Found
from logship.files.tailing import TailedFile
from logship.model import NO_LIMIT
from logship.state.identity import MARKER_BYTES, Entry, Print, Saved
from logship.state.rows import NOISE, PACKED, Row, row_of

SEEN_SECONDS = 600.0
"""How old what is saved of a file's being there may be."""


def entry_of(file: TailedFile, offsets: Mapping[str, Saved], last: Entry | None = None) -> Entry:
    """Give what to save of an open file; ``offsets`` are the acknowledged ones. ``last`` again if nothing changed."""
    head, now, sealed = file.fingerprint(), time.time(), file.limit < NO_LIMIT
    if sealed:
        offsets = {sink: saved.until(file.limit) for sink, saved in offsets.items()}
    cuts = file.cuts.saved(min((each.offset for each in offsets.values()), default=0)) if file.cuts.any else ()
    if last and last.offsets == offsets and last.cuts == cuts and _still(last, file, head, now):
        return last
    return Entry(
        file.file,
        file.lineage,
        file.inode,
        file.birth_ns,
        head,
        _size_of(file),
        now,
        offsets,
        digest=file.digest.fingerprint(),
        shift=file.shift,
        sealed=sealed,
        holes=file.holes.passed,
        packed=file.packed,
        broken=file.broken,
        cuts=cuts,
        real_path=file.real_path,
    )


def _size_of(file: TailedFile) -> int:
    """Give the size to save: of one in doubt, the smallest that was seen, so that a start knows where it was cut."""
    if file.orphaned:
        return max(file.size, file.largest)
    return file.size if file.limit < NO_LIMIT else min(file.size, file.doubt.lowest)


def _still(entry: Entry, file: TailedFile, head: Print, now: float) -> bool:
    return (
        entry.size == _size_of(file)
        and (entry.inode, entry.birth_ns, entry.real_path) == (file.inode, file.birth_ns, file.real_path)
        and entry.holes == file.holes.passed
        and (entry.head is head or entry.head == head)
        and now - entry.seen < SEEN_SECONDS
        and entry.digest.end == file.digest.end
    )


def signature_of(view: Found | TailedFile) -> tuple[int, int]:
    """Give size and time of change as they were last seen: what is written between that and a close is a change.

    Of an archive the size up to which it is known.
    """
    if isinstance(view, Found):
        return view.packed_to, view.mtime_ns
    size, mtime_ns = view.signature
    return (min(size, view.judged) if view.packed[1] else size), mtime_ns


def finished_row(entry: Entry, view: Found | TailedFile) -> Row | None:
    """Give what is kept of a generation of which there is nothing more to do; None where there is.

    Of one whose bytes are nowhere any more, as far as the last ones are remembered.
    """
    start = max(0, entry.size - MARKER_BYTES)
    if isinstance(view, TailedFile) and view.orphaned:
        remembered = view.digest.end == entry.size and len(view.digest.recent) >= entry.size - start
        return row_of(entry, 0, 0, view.digest.recent[start - entry.size :]) if remembered and entry.size else None
    try:
        row = row_of(entry, *signature_of(view), view.read_at(entry.size - start, start))
    except OSError:
        return None
    packed = view.packed[1] if isinstance(view, TailedFile) else view.apart
    noise = isinstance(view, Found) and view.shredded
    return row._replace(flags=row.flags | (PACKED if packed else 0) | (NOISE if noise else 0)) if row else None
