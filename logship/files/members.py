"""Archives that follow each other in one file: each is asked about by itself, and read between its own offsets."""

import os
from collections.abc import Callable, Generator, Iterable

from msgspec.structs import replace

from logship.files.archives import Contents
from logship.files.decoding import STREAMS
from logship.files.found import Found
from logship.files.identification import Known, Part
from logship.files.inode_reuse import entry_of_another, row_of_another
from logship.state.identity import Entry
from logship.state.rows import IGNORED, PACKED, Row

Ask = Callable[[Found, Part], Generator[None, None, Known | None]]


def known_within(found: Found, row: Row | None, unread: Iterable[Entry]) -> tuple[Entry, ...]:
    """Give which generations are to be read on in an archive, and note up to where it is known.

    ``row`` is what was finished in its inode, ``unread`` what is to be read on there.
    """
    if row and (row_of_another(found, row) or row.birth_ns != (found.birth_ns or 0) or _is_copy(row)):
        row = None
    there = [entry for entry in unread if entry.packed[1] and not entry_of_another(found, entry)]
    done = max((row.done if row else 0, *(entry.packed[1] for entry in there)))
    if not done or done > found.size or not found.goes_on_at(done):
        return ()
    found.packed_from = done
    found.came_unseen = bool(there) or bool(row and row.flags & PACKED)
    return tuple(there)


def _is_copy(row: Row) -> bool:
    """Whether a file was put by as a whole: it may be all that is left of a generation that was to be read on."""
    return bool(row.flags & IGNORED) and not row.flags & PACKED


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
        complete = yield from contents.measure()
        head = contents.read_at(entry.head.length, entry.shift) if complete else b""
        if not (complete and contents.size >= entry.furthest.offset + entry.shift and entry.head.matches(head)):
            return []
        there.append((entry, contents))
    return there


def first_of(found: Found, contents: Contents | None, ask: Ask) -> Generator[None, None, Found | None]:
    """Take off, in steps, the archives up to the one in which a known generation ends; None where all are one."""
    if contents is None or len(contents.members) < 2:  # noqa: PLR2004 - one is all there is
        return None
    part = Part(contents, 0)
    known = yield from ask(found, part)
    if known is None or known.common >= part.size:
        return None
    member = next((each for each in contents.members if each[0] >= known.common), None)
    if member is None or member[1] >= contents.end:
        return None
    before, after = contents.split(member)
    if not known.whole:
        here = yield from ask(found, Part(before, 0))
        if here is None or here.common < before.size:
            return None
    fd = os.dup(found.fd)
    first = replace(found, fd=fd, contents=before.of(fd), settled=True)
    found.packed_from, found.contents, found.came_unseen = after.start, after, True
    return first
