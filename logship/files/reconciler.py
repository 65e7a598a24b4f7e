"""Asks of every file that a sweep opened what of it is known, and has :mod:`.disposition` do what follows from that.

Known by its inode, head and marker, it goes on. Everything else is asked of its content (:mod:`.identification`).
"""

import os
import time
from collections.abc import Container, Generator, Iterable, Iterator, Sequence

from msgspec.structs import replace

from logship.files.adoption import Adoption
from logship.files.ages import is_foreign, is_newer, was_there
from logship.files.archives import MAX_CONTENT_BYTES, Contents
from logship.files.beginnings import by_age, in_order
from logship.files.decoding import UNREADABLE, is_noise
from logship.files.disposition import Disposition
from logship.files.edits import before_writing
from logship.files.found import Found
from logship.files.identification import Known, Part, Source, View, agreeing, identify
from logship.files.losses import tell_left_out, tell_overwritten
from logship.files.members import contents_of, first_of, still_within
from logship.files.origins import find_lineage
from logship.files.plan import COPY, HISTORY, UNPACKED_AT_ONCE, Plan
from logship.files.registry import Registry
from logship.files.steps import Asked, Steps, finish, in_steps
from logship.files.sweeping import Sweep
from logship.files.tailing import TailedFile
from logship.state.checkpoints import Checkpoint
from logship.state.finished import remembered_ns
from logship.state.identity import HEAD_BYTES, SHORT_HEAD_BYTES, Entry, Print

_PARTS_AT_MOST = 64  # generations that were appended to one file


class Reconciler:
    """Compares what a sweep found with what is known."""

    def __init__(
        self, registry: Registry, adoption: Adoption, checkpoint: Checkpoint, plan: Plan | None = None
    ) -> None:
        self._registry = registry
        self._plan = plan
        self._adoption = adoption
        self._disposition = Disposition(registry, adoption, plan)
        self._open = adoption.open
        self._ages = {entry.file: age for age, entry in enumerate(checkpoint.entries)}
        self.looked_ns, self.swept_ns = checkpoint.looked_ns, checkpoint.saved_ns
        """When the last sweep began after which nothing waited: what is older was seen. And when the last one began, or
        what it found was saved. Both in epoch nanoseconds."""
        self._first_start_ns = checkpoint.first_start_ns
        self.away = True  # nobody looked for a while before this sweep: a generation may have come and been packed
        self.waiting: dict[int, Found] = {}
        """Files that lost their bytes, by inode, until it is decided what they have now."""
        self.live: Container[str] = ()
        """Live paths of what was open or known when the last sweep began."""
        self._asked = set[int]()
        """Inodes of what is being decided, in steps: meanwhile nobody else may begin with it."""

    def note_names(self, files: Iterable[TailedFile]) -> None:
        """Note under which names the open files, oldest first, and the new ones are."""
        # also one that was known at the start and is not published yet: a copy of it may be found in the same sweep
        self._open.note_names([*files, *(file for file, _ in self._adoption.new.values())])

    def adopt(self, sweep: Sweep) -> Iterator[None]:
        """Take what a sweep opened, in steps: known generations first."""
        known, unknown = list[tuple[list[Entry], Found]](), list[Found]()
        for found in in_steps(list(sweep.fresh.values())):
            if found is None:
                yield
                continue
            try:
                entries = self._recognise(found, sweep)
            except Exception as error:  # noqa: BLE001 - see Adoption.sparing
                self._adoption.refuse(sweep.take(found), error)
                continue
            known += [(entries, found)] if entries else []
            unknown += [] if entries else [found]
        for pair in in_steps(known):
            if pair is None:
                yield
            else:
                with self._adoption.sparing(found := sweep.take(pair[1])):
                    self._go_on(pair[0], found, sweep, unknown)
        for found in in_steps((yield from in_order(unknown, self._plan))):
            if found is None:
                yield
            elif self._plan and found.inode in sweep.fresh and not found.begin and sweep.unpacked > UNPACKED_AT_ONCE:
                sweep.put_off(found)
            else:
                sweep.fresh.pop(found.inode, None)
                yield from self.reconcile(found, sweep, fresh=True)
        by_age(self._adoption.new, self._ages)

    def _recognise(self, found: Found, sweep: Sweep) -> list[Entry]:
        entries = [] if found.packed else self._registry.find(found)
        if not entries and not (found.candidate.matched or found.packed):
            found.shredded = is_noise(found.read_at(HEAD_BYTES, 0)) and self._registry.was_in(found)
        former, found.former = self._registry.at(found.inode), self._registry.former(found)
        found.doubted = self._registry.signatures.doubts(found.inode, (found.size, found.mtime_ns))
        found.within_it = self._registry.find_packed(found) if found.packed else ()
        for other in former:
            if all(entry.file != other for entry in (*entries, *found.within_it)):
                sweep.present.pop(other, None)  # inodes are used again: who had this one before is gone
                self._registry.leave(other)
        return entries

    def _go_on(self, entries: Sequence[Entry], found: Found, sweep: Sweep, unknown: list[Found]) -> None:
        """Go on with what is known to be in a file; what was appended to the last of it is asked about anew."""
        *before, entry = entries
        if not entry.ignored:
            if entry.sealed and found.size > entry.size + entry.shift:
                unknown.append(replace(found, fd=os.dup(found.fd), begin=entry.size + entry.shift))
            if before or entry.file not in self._registry.entries:
                self._registry.reopen(entry.file, found.inode)  # before the others in it have its row forgotten
            for each in before:
                self._adoption.start(each, replace(found, fd=os.dup(found.fd)))
            self._adoption.start(entry, found)
            return
        self._registry.finished.forget(found.inode)
        self._registry.pop(entry.file)
        if found.size > entry.size or entry.digest.points:
            # of a copy that was written to where it is, its head and its last bytes say little
            found.begin = found.put_by = entry.size if found.size > entry.size else 0
            self._asked.add(found.inode)
            unknown.append(found)
        else:
            old = self._plan and self._plan.is_history(found) and not self._registry.is_anothers(found)
            why = HISTORY if old else COPY
            self._adoption.put_by(replace(entry, size=found.size, seen=time.time()), found, sweep, why=why)

    def reconcile(self, found: Found, sweep: Sweep, *, settled: bool = False, fresh: bool = False) -> Steps:
        """Decide what an unknown file is, in steps; whoever calls gives its descriptor away.

        ``settled`` says that it was held for long enough, ``fresh`` that this sweep has opened it.
        """
        found.settled = settled
        self._asked.add(found.inode)
        try:
            with self._adoption.sparing(found):
                if fresh:
                    live, new, copied = self._open.live(found.live), self._adoption.unknown, self._adoption.met_again
                    found.put_there, found.copied_whole = was_there(found, self.swept_ns), found.lineage in copied
                    found.foreign = is_foreign(found, live, sweep, new, away=self.away)
                yield from self._reconcile(found, sweep)
        finally:
            self._asked.discard(found.inode)

    def _reconcile(self, found: Found, sweep: Sweep | None) -> Steps:
        old = self._is_old(found)
        if found.within_it and not (yield from self._go_on_within(found)):
            found.packed_from = 0
        if found.packed_from and found.packed_from == found.size:
            if found.within_it:
                os.close(found.fd)  # they say what it is: nobody else may before they are saved
            else:
                self._adoption.leave(found, sweep, COPY)  # all of it is known
            return
        contents = found.contents = contents_of(found) if found.packed else None
        if contents:
            if sweep and sweep.unpacked > MAX_CONTENT_BYTES and not self._plan:
                os.close(found.fd)  # the next sweep finds it again
                sweep.unfinished = True
                return
            if not (yield from self._unpack(found, contents, sweep, old=old)):
                return
            yield from find_lineage(found, contents, self.live, self._ask)
            while first := (yield from first_of(found, contents, self._ask)):
                yield from self._decide(first, first.contents, sweep, old=old)
                if self._adoption.held.get(found.inode) is first:
                    os.close(first.fd)
                    self._adoption.held[found.inode] = found
                    found.packed_from, found.contents = first.packed_from, None
                    return
                contents, old = found.contents, self._is_old(found)
        yield from self._decide(found, contents, sweep, old=old)

    def _decide(self, found: Found, contents: Contents | None, sweep: Sweep | None, *, old: bool) -> Steps:
        """Ask of what a file has, or the contents of an archive, what is known of it, and do what follows from that."""
        view: View = contents or found
        if found.put_by:  # a copy may rest, and go on
            whole = yield from self._ask(found, Part(view, 0))
            found.begin = 0 if whole and whole.common > found.begin else found.begin
        for _ in range(_PARTS_AT_MOST):
            part = Part(view, found.begin)
            known = (yield from self._ask(found, part)) if part.size > 0 else None
            known = before_writing(known, found, old=old) if known else None
            if known is None or not known.whole or part.size == known.common:
                break
            rest = Part(view, found.begin + known.common)
            after = yield from self._ask(found, rest, besides=known)
            if after is None or not after.is_another(rest):
                break
            found.begin += known.common  # another generation was appended to it
        if contents and known:
            yield from contents.reach(found.begin + known.read)
        gone = contents is not None and not contents.there
        if gone and not old:
            tell_overwritten(self._adoption.metrics, found.candidate.path, part.size - (known.common if known else 0))
        doubtful = bool(found.live) and self._open.lost_bytes(found, part.read_at(SHORT_HEAD_BYTES, 0))
        if gone or doubtful or (not (known and known.whole) and (yield from self._copies_what_waits(found, part))):
            self._adoption.held[found.inode] = found
            return
        self._disposition.decide(found, contents, part, known, sweep, old=old)

    def _go_on_within(self, found: Found) -> Asked:
        """Go on with generations in the known part of an archive, if it still has them."""
        there = yield from still_within(found)
        for entry in () if there else found.within_it:
            self._registry.leave(entry.file)
        for entry, contents in there:
            within = replace(found, fd=os.dup(found.fd))
            self._adoption.start(entry, within, contents.of(within.fd))
        return bool(there)

    def _unpack(self, found: Found, contents: Contents, sweep: Sweep | None, *, old: bool) -> Asked:
        """Go through an archive, in steps; False where it is none of ours, or nothing of it sound, and was put by."""
        plausible = not (old or found.foreign) or self._may_be_known(found, contents)
        if not (plausible or old):
            contents.problem = contents.problem or "nothing of it was ever in a file that is followed"
        complete = plausible and found.packed not in UNREADABLE and (yield from contents.measure())
        if sweep:
            sweep.unpacked += contents.unpacked
        # what is cut may yet go on, and be a daemon's
        lasts = found.settled and not (old or (self._plan and self._plan.history))
        sound = complete or (contents.size > 0 and lasts)
        if not sound:
            self._adoption.leave_packed(found, contents, sweep, old=old)
        elif contents.left_out and not (old or found.told):
            found.told = True
            tell_left_out(self._adoption.metrics, found.candidate.path, contents.left_out)
        return sound

    def _ask(self, found: Found, part: Part, besides: Known | None = None) -> Generator[None, None, Known | None]:
        here = (found.device, found.inode) if found.cut else None
        near = self._open.near(found, part.read_at(SHORT_HEAD_BYTES, 0))
        opened = [Source.open(each, here=(each.device, each.inode) == here) for each in near if each.fd != found.fd]
        sources = [*opened, *self._registry.sources(found)]
        others = [each for each in sources if not besides or (each.file, each.entry) != (besides.file, besides.entry)]
        rotated = bool(found.live)
        growing = rotated and not (besides or found.packed)
        new = found.candidate.matched and not (found.live or found.packed or self._is_old(found))
        how = {"rotated": rotated, "growing": growing, "cut": found.cut, "placed": new, "short": found.broken}
        known = yield from identify(part, others, **how)
        if known is None or not known.whole or known.common < part.size:
            proven = found.cut or found.candidate.matched
            finished = yield from self._registry.find_finished(found, part, proven=proven)
            same = finished and besides and besides.entry and finished.of(besides.entry.file)
            if finished and not same and (known is None or self._says_more(finished, known)):
                return finished
        return known

    def _says_more(self, finished: Known, known: Known) -> bool:
        """Whether a file is better known by a finished generation: all of that, where it is some of another at most."""
        as_much = finished.common == known.common and not known.whole and not self._disposition.lacks(known)
        return as_much or finished.common > known.common

    def _copies_what_waits(self, found: Found, part: Part) -> Asked:
        """Whether a live file has all of a rotated form, and it is still to be decided what it has."""
        for other in [each for each in self.waiting.values() if each.candidate.path == found.live]:
            if not found.packed and (yield from agreeing(part, other.read_at, 0, part.size)) >= part.size:
                return True
        return False

    def _may_be_known(self, found: Found, contents: Contents) -> bool:
        """Whether anything of this lineage begins as an archive does."""
        head = contents.head()
        sources = self._registry.sources(found)
        prints = [each.entry.head for each in sources if each.entry]
        prints += [file.head for file in self._open.of_lineage(found.lineage)]
        held = [other for other in self._adoption.held.values() if other.lineage == found.lineage and not other.packed]
        prints += [Print.of(other.read_at(HEAD_BYTES, other.begin)) for other in held]
        known = any(each.length and each.matches(head) for each in prints)
        return known or any(True for _ in self._registry.like(found.lineage, head[:HEAD_BYTES]))

    def _is_old(self, found: Found) -> bool:
        wanted = self._plan and self._plan.wants(found)
        looked_ns = self.looked_ns
        if found.candidate.learnt:  # nobody looked at such names before: all that was shipped is known by content
            looked_ns = max(self._first_start_ns, remembered_ns(time.time_ns()))
        return not wanted and ((self._adoption.first and not self.looked_ns) or not is_newer(found, looked_ns))

    def is_new(self, found: Found) -> bool:
        """Whether what is found is neither known nor maybe a copy of a file that is followed."""
        undecided = any(found.inode in each for each in (self._adoption.held, self.waiting, self._asked))
        doubted = self._registry.signatures.is_doubted(found.inode)
        if undecided or doubted or found.packed or (found.device, found.inode) in self._open.by_inode:
            return False
        # of a copy there may be nothing yet
        found.live = found.candidate.live(self.live) or found.candidate.live(self._open.by_path)
        if found.live:
            return False
        try:
            if self._registry.find(found) or self._registry.find_moved(found):
                return False
            return finish(self._ask(found, Part(found, 0))) is None
        except OSError:
            return False
