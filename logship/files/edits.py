"""Whether a file was edited: written anew, in most parts as it was, in the place of one that is nowhere now.

And from where on a file that differs from what was read of it is to be read.
"""

import os
import re

from logship.files.found import Found, last_newline
from logship.files.identification import Known
from logship.files.registry import Registry
from logship.state.identity import HEAD_BYTES

_SEPARATORS = re.compile(rb"[ \t,;]+\r?\n")


def begin_of(found: Found, known: Known) -> int:
    """Give where a file's new bytes begin: at the start of the line that differs.

    Where that line left as it was, and only a comma came behind it (an array that is always closed), at the comma.
    """
    at, recent = found.begin + known.common, known.source.recent
    behind = known.source.digest.end - known.common
    ended = known.read > known.common and 0 < behind <= len(recent) and recent[-behind] == ord("\n")
    return at if ended and _SEPARATORS.match(found.read_at(HEAD_BYTES, at)) else last_newline(found, at)


def took_its_place(registry: Registry, found: Found, known: Known) -> bool:
    """Whether a file stands in the place of a generation that it begins as, or of a copy of that.

    Two signs: the name or the inode, or that what had its place is not there any more; and that it has most of what
    was there.
    """
    if found.packed or known.common < max(HEAD_BYTES, known.source.end // 2):
        return False
    if found.live and (_has_no_name(known) or _is_all_but(registry, found, known) or _replaces_a_copy(registry, found)):
        return True
    former = known.file or known.entry
    path = known.file.lineage if known.file else known.entry.path if known.entry else ""
    named = found.candidate.matched and found.candidate.path == path
    return named or (former is not None and former.file in found.former)


def stood_before(found: Found, known: Known) -> bool:
    """Whether a file had all that was read of another before that one lost its name to it.

    So ``sed -i.bak``, ``perl -pi.bak`` and ``rsync --backup`` leave it; whoever rotates begins a file after the rename.
    The last change of the other's inode must be none of its bytes. Raises OSError.
    """
    if known.file is None or not known.whole or found.packed or found.candidate.path != known.file.lineage:
        return False
    former = os.fstat(known.file.fd)
    return former.st_mtime_ns < former.st_ctime_ns > (found.birth_ns or former.st_ctime_ns)


def _has_no_name(known: Known) -> bool:
    """Whether the file that a generation is in was removed, or another was put in its place."""
    return known.file is not None and known.file.deleted


def _is_all_but(registry: Registry, found: Found, known: Known) -> bool:
    """Whether a shorter copy of what was finished, and is nowhere now, is proved but for an eighth."""
    rest = found.size - found.begin - known.common
    return known.source.proven and known.entry is not None and not registry.met(known.entry) and rest <= found.size // 8


def _replaces_a_copy(registry: Registry, found: Found) -> bool:
    """Whether a copy that begins so was put by, and is not there any more as it was."""
    rows = registry.finished.like(found.lineage, found.read_at(min(HEAD_BYTES, found.size), 0))
    return any(row.ignored and row.crc and not registry.finished.met(row.inode) for row in rows)
