"""What becomes of a file that was found, by what of it is known (DECISIONS 1 to 9).

=====================================  =============================================================================
what of it is known                    what becomes of it
=====================================  =============================================================================
nothing, and it is newer than the      a new generation, packed or not
last look, or a pattern matches it
nothing, and it is older               history: put by; what is appended to it later ships
all of it, of a file that is followed  a copy that is being made: held until that file shrinks, else put by
all of it, of any other                a copy: put by
all of a generation, and more          the generation goes on in it
a beginning, where the generation was  a new generation that begins where they differ: its bytes are new bytes
=====================================  =============================================================================
"""

import logging
import os

from msgspec.structs import replace

from logship.files.adoption import Adoption
from logship.files.archives import Contents
from logship.files.edits import begin_of, begins_alike, differing_line, goes_on_in, reran, took_its_name, took_its_place
from logship.files.found import Found, digest_of, last_newline, new_entry
from logship.files.identification import Known, Part
from logship.files.losses import tell_cut_off
from logship.files.plan import COPY, FORGOTTEN, HISTORY, OVERWRITTEN, Plan
from logship.files.registry import Registry
from logship.files.remains import cut_at, keep
from logship.files.sweeping import Sweep
from logship.model import NO_LIMIT
from logship.state.fingerprint import Fingerprint

logger = logging.getLogger(__name__)


class Disposition:
    """Decides, and has :class:`.Adoption` do it."""

    def __init__(self, registry: Registry, adoption: Adoption, plan: Plan | None = None) -> None:
        self._registry = registry
        self._adoption = adoption
        self._plan = plan

    def decide(
        self,
        found: Found,
        contents: Contents | None,
        part: Part,
        known: Known | None,
        sweep: Sweep | None,
        *,
        old: bool,
    ) -> None:
        """Do with a file what the table says; ``old`` says that it was not changed since the last look."""
        if known is None:
            self._unknown(found, contents, sweep, old=old)
        elif known.entry and known.entry.gone and known.entry.ignored:
            self._put_by_copy(found, known, sweep)
        elif known.file and not (known.file.sound or known.file.orphaned):
            # what it may be a copy of has just lost its bytes: the next sweep will tell
            self._adoption.held[found.inode] = found
        elif self._is_there(known, found, sweep):
            self._beside(found, contents, known, part, sweep, old=old)
        elif (self.lacks(known) and not self._is_cut(found, known)) or (
            known.whole and (part.size > known.common or known.file)
        ):
            self._resume(found, contents, known, sweep)
        else:
            self._begins_so(found, contents, part, known, sweep, old=old)

    def _begins_so(
        self, found: Found, contents: Contents | None, part: Part, known: Known, sweep: Sweep | None, *, old: bool
    ) -> None:
        """Decide about a file that begins as one that is not there any more, and has not all that was read of it."""
        if (found.shredded and not found.candidate.matched) or begins_alike(found, known):
            self._unknown(found, contents, sweep, old=old)
        elif found.cut or self._replaces(found, known, part):
            self._part(found, known)
        elif known.common == part.size and known.file and not self._adoption.settled(known.file):
            self._adoption.held[found.inode] = found  # shorter than what was read, and all that there is after a crash
        elif known.common == part.size and not reran(found, known):
            self._put_by_copy(found, known, sweep)
        else:
            self._unknown(found, contents, sweep, old=old)

    @staticmethod
    def _is_cut(found: Found, known: Known) -> bool:
        """Whether an open file was cut off, and does not have all that was seen of it: the rest is another's."""
        return found.cut and known.file is not None and known.common < known.file.largest

    def _replaces(self, found: Found, known: Known, part: Part) -> bool:
        """Whether a file took a generation's place, and has new bytes, or some that a sink has yet to read."""
        more = known.common < part.size or self._is_behind(known)
        return more and took_its_place(self._registry, found, known)

    def _is_there(self, known: Known, found: Found, sweep: Sweep | None) -> bool:
        """Whether a generation is in a file of its own, where nobody has written over it."""
        if file := known.file:
            named = not sweep or file.file in sweep.present or (file.file in self._adoption.new and file.named)
            there = file.sound and ((named and not file.deleted) or found.candidate.path != (file.path or file.lineage))
        else:
            entry = known.entry if known.entry and known.entry.inode != found.inode else None
            listed = entry and sweep and entry.file in sweep.present and entry.inode not in self._adoption.opener.moved
            there = bool(entry and (listed or self._registry.met(entry)))
        return there and not goes_on_in(found, known)

    def _beside(
        self, found: Found, contents: Contents | None, known: Known, part: Part, sweep: Sweep | None, *, old: bool
    ) -> None:
        """Decide about a file that begins as one does that is there."""
        file = known.file
        candidate = sweep.present.get(file.file) if sweep and file else None
        name = candidate.path if candidate else file.path if file else ""
        original = file is not None and file.packed[1] > 0 and known.whole and found.mtime_ns <= file.mtime_ns
        renamed = not original and found.candidate.path == (file.lineage if file else found.lineage) != name
        more = known.common < part.size
        if more and (took_its_name(found, known) if renamed else took_its_place(self._registry, found, known)):
            self._differ(found, known)
        elif renamed or more:
            self._unknown(found, contents, sweep, old=old)  # the name of what was renamed is a new file's
        elif (
            file
            and found.live == name
            and not ((contents and known.common <= file.size and not found.packed_from) or found.settled)
        ):
            self._adoption.held[found.inode] = found  # also an archive with more than was seen of its file, and saved
            found.copied = found.copied if contents else (found.size, found.mtime_ns)
        else:
            self._put_by_copy(found, known, sweep)

    def _put_by_copy(self, found: Found, known: Known, sweep: Sweep | None) -> None:
        if known.whole:
            self._adoption.met_again.add(found.lineage)
        if found.candidate.matched and not (found.live or found.doubted):
            logger.info("nothing in a file is new", extra={"path": found.candidate.path, "known_bytes": known.common})
        last = bool(known.file) and found.packed_to == found.size  # it may yet be all that has the rest of an open file
        digest = Fingerprint() if found.packed else digest_of(found, known.source.digest, known.common)
        self._adoption.leave(found, sweep, COPY, done=found.packed_from if last else None, digest=digest)

    def lacks(self, known: Known) -> bool:
        """Whether a sink has yet to read some of what the file is known to have, and there is no better one."""
        reached = known.file or known.entry
        return self._is_behind(known) and reached is not None and reached.furthest.offset <= known.common

    def _is_behind(self, known: Known) -> bool:
        """Whether a sink has yet to read some of what the file is known to have."""
        if file := known.file:
            return file.orphaned and file.offset < known.common
        entry = known.entry
        if entry is None or entry.ignored:
            return False
        return len(entry.offsets) < len(self._adoption.sinks) or entry.acked < known.common

    def _resume(self, found: Found, contents: Contents | None, known: Known, sweep: Sweep | None) -> None:
        """Go on with a generation in a file that has all that was read of it."""
        if file := known.file:
            self._adoption.open.leave(file)
            if contents:
                self._adoption.tell_cut(found, contents, file.contents.missing if file.contents else 0)
            candidate, complete = found.candidate, bool(found.live) and not (found.cut or contents)
            limit = os.fstat(found.fd).st_size - found.begin if complete else NO_LIMIT
            file.move_to(found.fd, found.grown_at, shift=found.begin, contents=contents, limit=limit)
            file.path = candidate.path if candidate.matched and not (found.live or contents) else ""
            self._adoption.open.by_inode[file.device, file.inode] = file
            self._adoption.moved.append(file)
            if sweep:
                sweep.present[file.file] = candidate
            logger.info("a file goes on in another one", extra={"path": candidate.path, "known_bytes": known.common})
        elif known.entry and known.entry.ignored:
            # what nobody has read may end amid a line
            begin = known.common + found.begin if contents else differing_line(found, known)
            self._adoption.start(new_entry(found, self._adoption.sinks, begin=begin), found, contents)
        elif known.entry and not contents and known.left_beyond(Part(found, found.begin)):
            self._part(found, known)
        elif known.entry:
            sealed = bool(found.live) and not contents
            size = found.size - found.begin if sealed else known.entry.size
            self._adoption.start(replace(known.entry, shift=found.begin, sealed=sealed, size=size), found, contents)

    def _part(self, found: Found, known: Known) -> None:
        """Go on with what a file still has of a generation, and with the rest as another: ids are of one text."""
        entry, file, end = known.entry, known.file, differing_line(found, known) - found.begin
        if entry and not entry.ignored and known.read < end:
            self._adoption.start(
                replace(entry.until(end), shift=found.begin, sealed=True), replace(found, fd=os.dup(found.fd))
            )
            tell_cut_off(
                self._adoption.metrics, found.candidate.path, entry.unread_from(max(end, found.size - found.begin))
            )
        elif file and file.orphaned and self._adoption.describe(file).acked < end:
            tell_cut_off(self._adoption.metrics, file.lineage, file.largest - max(file.offset, end, cut_at(found)))
            keep(file, found, end)
            self._adoption.moved.append(file)
        self._differ(found, known)

    def _differ(self, found: Found, known: Known) -> None:
        """Begin a generation where a file differs from what was read of it: bytes that replace others are new bytes."""
        self._adoption.start(new_entry(found, self._adoption.sinks, begin=begin_of(found, known)), found)

    def _unknown(self, found: Found, contents: Contents | None, sweep: Sweep | None, *, old: bool) -> None:
        live, rotated = self._adoption.open.live(found.live), not found.candidate.matched
        if rotated and found.shredded:
            extra = {"path": found.candidate.path, "bytes": found.size}
            logger.info("a rotated file was written over in place, and never cut off: it is not read", extra=extra)
            self._adoption.leave(found, sweep, OVERWRITTEN)  # shredded: written over, never cut off
        elif found.cut:
            self._adoption.start(new_entry(found, self._adoption.sinks), found, contents)
        elif (rotated or contents) and (old or found.is_copy) and not found.begin:
            found.apart = bool(contents) and old
            self._adoption.leave(found, sweep, HISTORY if old else COPY)
        elif self._plan and (rotated or contents) and not found.begin and self._plan.doubts(found):
            self._adoption.leave(found, sweep, FORGOTTEN)
        elif not (found.size or found.settled) and (rotated or (live and live.size)):
            self._adoption.held[found.inode] = found  # a copy, or an archive, may just have been begun
        else:
            at_end = self._adoption.first and self._adoption.from_end and not found.begin
            begin = 0 if contents else last_newline(found, found.size if at_end else max(found.begin, found.put_by))
            entry = replace(new_entry(found, self._adoption.sinks, begin=begin), shift=found.begin if contents else 0)
            self._adoption.unknown[entry.file] = entry
            if contents:
                contents.rest()  # many may be open before the first is read
            self._adoption.start(entry, found, contents)
