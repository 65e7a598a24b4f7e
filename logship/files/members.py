"""Archives that follow each other in one file: each is asked about by itself, and read between its own offsets."""

import os
from collections.abc import Callable, Generator, Iterable
from itertools import islice

from msgspec.structs import replace

from logship.files.archives import Contents
from logship.files.decoding import LEAST_BYTES, STREAMS
from logship.files.found import Found
from logship.files.identification import Known, Part
from logship.files.inode_reuse import entry_of_another, row_of_another
from logship.state.identity import HEAD_BYTES, Entry
from logship.state.rows import IGNORED, PACKED, Row

Ask = Callable[[Found, Part], Generator[None, None, Known | None]]
Member = tuple[int, int]
"""Where an archive ends: in the contents, and in the file."""
_ASKED_AT_MOST = 64
"""Archives in one file that are asked about before a known one is found; some packers begin one every 64 KiB."""


def known_within(found: Found, row: Row | None, unread: Iterable[Entry]) -> tuple[Entry, ...]:
    """Give which generations are to be read on in an archive, and note up to where it is known.

    ``row`` is what was finished in its inode, ``unread`` what is to be read on there.
    """
    if row and (row_of_another(found, row) or row.birth_ns != (found.birth_ns or 0) or _is_copy(row)):
        row = None
    if row and found.size < row.done + LEAST_BYTES and not _begins_so(found, row):
        row = None  # written over where it is; of one that is larger, the bytes behind tell
    there = [entry for entry in unread if entry.packed[1] and not entry_of_another(found, entry)]
    done = max((row.done if row else 0, *(entry.packed[1] for entry in there)))
    if not done or done > found.size or not found.goes_on_at(done):
        return ()
    found.packed_from = done
    return tuple(there)


def _is_copy(row: Row) -> bool:
    """Whether a file was put by as a whole: it may be all that is left of a generation that was to be read on."""
    return bool(row.flags & IGNORED) and not row.flags & PACKED


def _begins_so(found: Found, row: Row) -> bool:
    """Whether an archive begins as what was finished in it."""
    data = found.read_at(HEAD_BYTES, 0) if row.ignored else Contents(found.fd, found.packed, 0, row.done).head()
    return row.has_head(lambda size, at: data[at : at + size])


def contents_of(found: Found) -> Contents:
    """Give the contents of what is not known of an archive, as large as it is now."""
    if found.packed not in STREAMS:
        return Contents(found.fd, found.packed)
    found.size = os.fstat(found.fd).st_size
    return Contents(found.fd, found.packed, found.packed_from, found.size)


def still_within(found: Found) -> Generator[None, None, list[tuple[Entry, Contents]]]:
    """Give, in steps, the generations in the known part of an archive, each in its own; none where one is not there."""
    there = []
    for entry in found.within_it:
        contents = Contents(found.fd, found.packed, *entry.packed)
        yield from contents.measure()
        head = contents.read_at(entry.head.length, entry.shift) if contents.size else b""
        same = bool(head) and entry.head.matches(head)
        if not (same and contents.size >= entry.furthest.offset + entry.shift):
            return []  # or it was written over before anybody had read any of it
        there.append((entry, contents))
    return there


def first_of(found: Found, contents: Contents | None, ask: Ask) -> Generator[None, None, Found | None]:
    """Take off, in steps, the archives up to where one of two generations ends; None where all are of one.

    What follows in the archives behind may be known: a generation that nobody saw may stand in front of it.
    """
    if contents is None or len(contents.members) < 2:  # noqa: PLR2004 - one is all there is
        return None
    known = yield from ask(found, Part(contents, 0))
    member = (yield from _end_of(known, found, contents, ask)) if known else None
    if member is None:
        member = yield from _before_a_known_one(found, contents, ask, known.common if known else 0)
    if member is None:
        return None
    before, after = contents.split(member)
    fd = os.dup(found.fd)
    first = replace(found, fd=fd, contents=before.of(fd), settled=True)
    found.packed_from, found.contents = after.start, after
    return first


def _end_of(known: Known, found: Found, contents: Contents, ask: Ask) -> Generator[None, None, Member | None]:
    """Give where the archive ends in which a known generation does, if it is not the last one.

    Packers that work in parallel begin one amid a line (pbzip2, pzstd): what goes on so is of the same generation.
    """
    behind = (each for each in contents.members if each[0] >= known.common)
    member = next((each for each in behind if each[0] == known.common or _ends_a_line(contents, each)), None)
    if known.common >= contents.size or member is None or member[1] >= contents.end:
        return None
    if not known.whole:
        before, _ = contents.split(member)
        here = yield from ask(found, Part(before, 0))
        if here is None or here.common < before.size:
            return None
    return member


def _before_a_known_one(found: Found, contents: Contents, ask: Ask, start: int) -> Generator[None, None, Member | None]:
    """Give where the archive ends, from an offset of the contents on, behind which one begins that is known."""
    ends = (each for each in contents.members if max(start, 1) <= each[0] < contents.size and each[1] < contents.end)
    lines = (each for each in ends if _ends_a_line(contents, each))
    for member in islice(lines, _ASKED_AT_MOST):
        part = Part(contents.split(member)[1], 0)
        known = yield from ask(found, part)
        if known and known.is_another(part):
            return member
    return None


def _ends_a_line(contents: Contents, member: Member) -> bool:
    return contents.read_at(1, member[0] - 1) == b"\n"
