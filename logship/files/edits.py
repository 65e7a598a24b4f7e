"""Whether a file was edited: written anew, in most parts as it was, in the place of one that is nowhere now.

And from where on a file that differs from what was read of it is to be read.
"""

import os
import re

from msgspec.structs import replace

from logship.files.beneath import written_ns
from logship.files.found import Found, last_newline
from logship.files.identification import LEAST_BYTES, Known, Part
from logship.files.registry import Registry
from logship.files.tailing import TailedFile
from logship.state.fingerprint import ReadAt, next_point
from logship.state.identity import HEAD_BYTES, Entry

_BACKUP = re.compile(r"~$|[.\-_](?:bak|backup|orig)[0-9]*$", re.IGNORECASE)
"""How names end that people and programs give to what they write anew."""
_MARK_BYTES = 1 << 20
_SEPARATORS = re.compile(rb"[ \t,;]+\r?\n")


def begin_of(found: Found, known: Known) -> int:
    """Give where a file's new bytes begin: at the start of the line that differs.

    Where that line left as it was, and only a comma came behind it (an array that is always closed), at the comma.
    """
    recent = known.source.recent
    behind = known.source.digest.end - known.common
    ended = known.read > known.common and 0 < behind <= len(recent) and recent[-behind] == ord("\n")
    at = found.begin + known.common
    return at if ended and _SEPARATORS.match(found.read_at(HEAD_BYTES, at)) else differing_line(found, known)


def differing_line(found: Found, known: Known) -> int:
    """Give where the line begins, in the file, in which it is other than what is known of it."""
    return last_newline(found, found.begin + known.common)


def before_writing(known: Known, found: Found, *, old: bool) -> Known | None:
    """Give what is known of a file without what was written in it since: past where it was cut off, or unproved."""
    former, common = known.file or known.entry, known.common
    if found.cut and not found.packed:
        here = former is not None and former.inode == found.inode
        digest = known.source.digest
        remembered = digest.end - len(known.source.recent)
        seen = found.lowest < min(found.size, remembered)  # smaller than any byte that is remembered
        kept = seen and known.proved >= HEAD_BYTES and found.lowest <= next_point(digest, known.proved)
        unproved = common == found.size and not known.whole
        common = known.proved if unproved else common
        common = found.lowest if here and (kept or common > found.lowest) else common
    elif known.entry and found.was_cut(known.entry):
        found.cut, common = True, max(known.proved, known.entry.size)
    elif known.entry and common == found.size and not (found.packed or old or known.whole):
        # a copy was made in the middle of a write; of a file of its name, or in its inode, what follows may be new
        itself = known.entry.file in found.former or (found.candidate.matched and not found.live)
        common = max(known.proved, found.put_by - found.begin) if itself or found.put_by else common
    return replace(known, common=common) if common else None


def begins_alike(found: Found, known: Known) -> bool:
    """Whether a file was written anew from its start, and begins as it did: a banner, or a header, is written again.

    It was seen smaller than it was, not cut off in front of what is other, and little of what was there is in it.
    """
    shrank = found.cut and known.common < found.smallest < known.source.end
    return shrank and known.common < min(LEAST_BYTES, known.source.end // 2)


def took_its_place(registry: Registry, found: Found, known: Known) -> bool:
    """Whether a file stands in the place of a generation that it begins as, or of a copy of that.

    Two signs: the name or the inode, or that what had its place is not there any more; and that it has most of what
    was there.
    """
    if found.packed or known.common < HEAD_BYTES:
        return False
    if _is_cut_off(found, known):
        return True
    if known.common < known.source.end // 2:
        return False
    if found.live and (_has_no_name(known) or _replaces_a_copy(registry, found)):
        return True
    if found.candidate.linked and known.whole and known.common >= LEAST_BYTES:
        return True  # a link will lead to it, and goes on as what it leads to: when it is met makes no difference
    return _is_in_it(found, known) or _is_in_its_place(found, known)


def took_its_name(found: Found, known: Known) -> bool:
    """Whether a file was put where an open one was until somebody gave that another name: ``sed -i.bak``.

    A rotator begins a file after the rename. Raises OSError.
    """
    file = known.file
    if file is None or file.lineage != found.candidate.path or found.packed:
        return False
    latest = file.path == found.candidate.path or not file.met_ns  # else it had been rotated before
    most = known.common >= max(HEAD_BYTES, known.source.end // 2)
    return most and latest and _was_there_before(found, file)


def reran(found: Found, known: Known) -> bool:
    """Whether a file that has no more than a beginning of a generation that went is no copy, but its name's next log.

    A copy was there before that lost its name, or has another one. Raises OSError.
    """
    copied = known.whole or found.packed or found.cut or found.put_there
    if copied or found.candidate.path != known.lineage or _is_in_it(found, known):
        return False
    if known.file:
        return not _was_there_before(found, known.file)
    return known.common < LEAST_BYTES or found.copied_whole


def _is_in_it(found: Found, known: Known) -> bool:
    """Whether a file is the one that a generation was in; a removed one's inode is soon another's, of its name, too."""
    former = known.file or known.entry
    return former is not None and former.file in found.former and former.birth_ns == found.birth_ns


def _is_in_its_place(found: Found, known: Known) -> bool:
    """Whether a file was put where one was that has no name now: it was there before that lost it.

    Of one that went while nobody looked only its bytes tell, where no copy has them all: many of them, or its end, too.
    """
    if not found.candidate.matched or found.candidate.path != known.lineage:
        return False
    entry = None if found.copied_whole else known.entry
    went = entry is not None and (known.common >= LEAST_BYTES or has_end_of(entry, found.read_at))
    return went or found.put_there or took_its_name(found, known)


def has_end_of(entry: Entry, read_at: ReadAt) -> bool:
    """Whether a file has, in its first MiB, what was read last of a generation, up to 64 bytes."""
    marker = entry.furthest.marker
    data = read_at(_MARK_BYTES, 0) if marker.length else b""
    ends = (each.end() for each in re.finditer(rb"\n", data) if each.end() >= marker.length)
    return any(marker.matches(data[end - marker.length : end]) for end in ends)


def _was_there_before(found: Found, file: TailedFile) -> bool:
    """Whether a file was there before another one lost its name: that one's inode changed later, and its bytes did not.

    What packs sets the time of its archive: there that tells nothing. Raises OSError.
    """
    stat = os.fstat(file.fd)
    renamed = not file.packed[1] and written_ns(stat) < stat.st_ctime_ns
    return renamed and stat.st_ctime_ns > (found.birth_ns or stat.st_ctime_ns)


def _is_cut_off(found: Found, known: Known) -> bool:
    """Whether a file has a beginning of what is not open: every digest agrees that its bytes can be asked."""
    part = Part(found, found.begin)
    return known.file is None and known.common >= LEAST_BYTES and known.ends_before_next(part)


def goes_on_in(found: Found, known: Known) -> bool:
    """Whether a file has all that was read of another, which lost its name to it, and is the same log.

    It was there before the other lost its name: so ``sed -i.bak``, ``perl -pi.bak``, ``rsync --backup``, and
    the last change of the other's inode must be none of its bytes. Or it has the other's time (``cp -p``). Or it has
    more: a link to a longer copy, or what was written anew behind a backup (``install -b``, ``cp -b``, an editor). What
    has no more may be a job that ran again. An archive that was removed goes on in any other, and one that was cut
    in all that has more, as where it is. Raises OSError.
    """
    if known.whole and ((known.file and known.file.broken) or (known.entry and known.entry.broken)):
        return True
    if known.whole and found.packed and known.file and known.file.packed[1]:
        return known.file.deleted
    if not known.whole or found.packed or found.candidate.path != known.lineage:
        return False
    backup = known.file and _BACKUP.search(os.readlink(f"/proc/self/fd/{known.file.fd}"))  # noqa: PTH115 - no Path of it
    if known.common >= (HEAD_BYTES if backup else LEAST_BYTES) and found.size - found.begin > known.common:
        return True
    if known.file is None:
        return False
    copied = found.mtime_ns == written_ns(os.fstat(known.file.fd)) < (found.birth_ns or 0)
    return copied or _was_there_before(found, known.file)


def _has_no_name(known: Known) -> bool:
    """Whether the file that a generation is in was removed, or another was put in its place."""
    return known.file is not None and known.file.deleted


def _replaces_a_copy(registry: Registry, found: Found) -> bool:
    """Whether a copy that begins so was put by, and is not there any more as it was."""
    rows = registry.finished.like(found.lineage, found.read_at(min(HEAD_BYTES, found.size), 0))
    return any(row.ignored and row.crc and not registry.finished.met(row.inode) for row in rows)
