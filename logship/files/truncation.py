"""What happens to generations whose files lose their bytes, and to the copies that were made of them.

A generation that was cut off or written over is an orphan, until its rest is found in whatever was made of it: a plain
copy, an appended copy, an archive. The file that it was in is asked about like any that is new.
"""

import os
from collections.abc import Callable, Iterator, Mapping

from logship.files.adoption import Adoption
from logship.files.fills import begin_filled
from logship.files.found import Found
from logship.files.losses import tell_cut_off
from logship.files.reconciler import Reconciler
from logship.files.repeats import Repeats
from logship.files.steps import in_steps
from logship.files.sweeping import Sweep
from logship.files.tailing import TailedFile
from logship.metrics import Metrics
from logship.model import FileId

COPY_QUIET_SECONDS = 2.0
"""A copy that has not grown for this long, beside a live file that did not shrink, is finished."""
ORPHAN_SECONDS = 5.0
"""So long the rest of what was truncated is looked for in whatever was made of it."""


class Truncations:
    """Orphans, copies in the making, and files that begin anew; all times in monotonic seconds."""

    def __init__(
        self,
        files: Mapping[FileId, TailedFile],
        reconciler: Reconciler,
        adoption: Adoption,
        metrics: Metrics,
        lose: Callable[[TailedFile, str, int], None],
    ) -> None:
        self._files = files
        self._reconciler = reconciler
        self._adoption = adoption
        self._metrics = metrics
        self._lose = lose
        self._repeats = Repeats()
        self._orphans: dict[FileId, float] = {}
        """Since when generations have no file."""
        self.settling = False
        """Nothing more will come: what is in doubt is decided at once."""

    def pressing(self, now: float) -> bool:
        """Whether a sweep is needed soon, ``now`` being when the last one began."""
        for file in self._files.values():  # this is asked twice for each look
            if file.replaced or file.doubt.lasts or file.holes.filled:
                return True
        orphaned = self._orphans and any(now - since < ORPHAN_SECONDS for since in self._orphans.values())
        return bool(orphaned or self._adoption.held or self._reconciler.waiting)

    def begin(self, now: float) -> list[TailedFile]:
        """Give the files that are known to have lost their bytes: names that are listed from now on have the copies."""
        for file in self._files.values():
            if self.settling:
                file.decide()
            if lost := file.doubt.cut_unread(now, sure=self.settling):
                file.largest = file.size
                tell_cut_off(self._metrics, file.path or file.lineage, lost)
        return [file for file in self._files.values() if file.replaced]

    def forget(self, file: FileId) -> None:
        """Drop a generation that is closed."""
        self._orphans.pop(file, None)

    def confirmed(self, sweep: Sweep) -> list[TailedFile]:
        """Give files that shrank, and of which a copy is there: two signs that they were truncated."""
        doubtful = {
            file.path: file for file in self._files.values() if file.doubt.looks and not file.replaced and file.path
        }
        found = []
        for copy in (*sweep.fresh.values(), *self._adoption.held.values()) if doubtful else ():
            file = doubtful.get(copy.live)
            if file and file.head.length and file.head.matches(copy.read_at(file.head.length, copy.begin)):
                del doubtful[copy.live]
                file.decide()
                found.append(file)
        return found

    def orphan(self, replaced: list[TailedFile], sweep: Sweep, now: float) -> None:
        """Take generations out of files that have other bytes now; those files are asked about like any that is new."""
        for file in replaced:
            if file.file not in self._files or not file.replaced:
                continue
            self._metrics.files_truncated.inc()
            candidate = sweep.present.pop(file.file, None)
            if self._adoption.open.by_inode.get((file.device, file.inode)) is file:  # else another is followed there
                found = Found.of(file, candidate, now)
                found.live = sweep.live.of(found.candidate, file.lineage)
                self._ask_anew(found)
            self._adoption.open.leave(file)
            file.orphan()
            self._orphans[file.file] = now

    def _ask_anew(self, found: Found) -> None:
        """Have it decided what a file has now: once, however many generations were in it."""
        held = self._adoption.held.get(found.inode)
        if found.inode in self._reconciler.waiting or (held and held.cut):
            os.close(found.fd)
            return
        if held:
            os.close(self._adoption.held.pop(found.inode).fd)  # what was appended is as doubtful as what was there
        self._reconciler.waiting[found.inode] = found

    def settle(self, sweep: Sweep, now: float) -> Iterator[None]:
        """Decide about possible copies, then about what stands in files that lost their bytes; in steps."""
        begin_filled(self._files.values(), self._adoption, now)
        for copy in [file for file in self._files.values() if file.appended]:
            yield from self._judge_appended(copy, sweep, now)
        for held in in_steps(list(self._adoption.held.values())):
            if held is None:
                yield
            else:
                yield from self._decide_held(held, sweep, now)
        for found in list(self._reconciler.waiting.values()):
            if self._look(found, self._reconciler.waiting, now) and (
                self.settling or not self._repeats.wait(found, now)
            ):
                del self._reconciler.waiting[found.inode]
                yield from self._reconciler.reconcile(found, sweep)
        for file, since in list(self._orphans.items()):
            self._give_up(file, since, now)

    def _judge_appended(self, file: TailedFile, sweep: Sweep, now: float) -> Iterator[None]:
        """Ask what was appended to a copy, while the generation that was copied is still read there."""
        place = (file.device, file.inode)
        candidate = sweep.named.get(place)
        if candidate and self._adoption.open.by_inode.get(place) is file and file.inode not in self._adoption.held:
            packed = bool(file.packed[1])
            found = Found.within(file, candidate, now, begin=0 if packed else file.judged)
            found.live = sweep.live.of(candidate, file.lineage)
            file.asked = found.size
            if packed:
                found.packed, found.packed_from = file.kind, file.packed[0] if file.broken else file.judged
            else:
                file.judged = found.size
            yield from self._reconciler.reconcile(found, sweep)

    def _give_up(self, file: FileId, since: float, now: float) -> None:
        """Look no further for the rest of a generation that has had no file for a while."""
        orphan = self._files.get(file)
        if orphan is None or not orphan.orphaned:
            del self._orphans[file]
            return
        late = now - since >= ORPHAN_SECONDS and orphan.inode not in self._reconciler.waiting
        if self.settling or (late and self._adoption.settled(orphan)):
            del self._orphans[file]
            self._lose(orphan, "truncated", orphan.largest)

    def _look(self, found: Found, among: dict[int, Found], now: float) -> bool:
        """Look at what waits ``among`` others; one that can't be looked at is refused, and the next sweep tries it."""
        try:
            found.look(now)
        except Exception as error:  # noqa: BLE001 - see Adoption.sparing
            del among[found.inode]
            self._adoption.refuse(found, error)
            return False
        return True

    def _decide_held(self, found: Found, sweep: Sweep, now: float) -> Iterator[None]:
        """Settle what a possible copy is once it does not grow and the live file did not shrink, or it is none."""
        if not self._look(found, self._adoption.held, now):
            return
        live = self._adoption.open.live(found.live)
        doubtful = live and not live.sound
        waits = doubtful or now - found.grown_at < COPY_QUIET_SECONDS
        if (live or found.broken or not found.size) and waits and not self.settling:
            return
        del self._adoption.held[found.inode]
        yield from self._reconciler.reconcile(found, sweep, settled=True)
