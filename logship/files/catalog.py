"""Which files are open and what they are: one sweep compares the folders with what is known and reconciles.

The catalog owns every descriptor. It never waits: a sweep comes in steps of about a millisecond, and between any two
of them the catalog is in order. :mod:`logship.files.intake` says when to sweep and saves what is new before anybody
reads it.
"""

import logging
import os
import time
from collections import ChainMap
from collections.abc import Callable, Collection, Iterator, Mapping

from msgspec.structs import replace

from logship.files.adoption import Adoption
from logship.files.departures import Departures
from logship.files.discovery import Discovery
from logship.files.found import Found, new_entry
from logship.files.live import Live
from logship.files.losses import LOSSES
from logship.files.newcomers import Newcomers
from logship.files.open_files import folders_of
from logship.files.opener import Opener, reopen_copied_up
from logship.files.plan import Plan
from logship.files.reconciler import Reconciler
from logship.files.registry import Registry
from logship.files.successors import Successors
from logship.files.sweeping import SUCCESSORS, Sweep
from logship.files.tailing import TailedFile
from logship.files.truncation import Truncations
from logship.files.unlistable import Unlistable
from logship.files.waiting import Waiting
from logship.metrics import Metrics
from logship.model import FileId
from logship.state.checkpoints import Checkpoint
from logship.state.identity import Entry
from logship.state.neighbour import Neighbour

logger = logging.getLogger(__name__)

PATIENT_SWEEPS = 10
"""So many sweeps in a row may meet names that are changing before they conclude anything from what is not there."""
AWAY_NS = 2 * 10**9
"""So long between two sweeps is long enough for a generation to come and to be packed, unseen."""


class Catalog:
    """All generations: open ones in ``files``, oldest first; others in the registry."""

    def __init__(
        self,
        discovery: Discovery,
        checkpoint: Checkpoint,
        metrics: Metrics,
        *,
        sinks: tuple[str, ...],
        from_end: bool,
        plan: Plan | None = None,
        neighbour: Neighbour | None = None,
    ) -> None:
        """``plan``: what a run that ends takes; ``neighbour``: what is known beside the checkpoint."""
        self.plan = plan
        self._discovery, self._metrics, self._sinks = discovery, metrics, sinks
        history, again = bool(plan and plan.history), plan is not None
        known, first = (checkpoint.entries, checkpoint.finished), checkpoint.first
        self.registry = Registry(*known, sinks, again=again, history=history, neighbour=neighbour)
        self._opener = opener = Opener(self._free_descriptor)
        self._adoption = Adoption(self.registry, opener, metrics, sinks, first=first, from_end=from_end, plan=plan)
        self._reconciler = Reconciler(self.registry, self._adoption, checkpoint, plan)
        self._successors = Successors(discovery, opener, self._reconciler, self._adoption.open)
        self._newcomers = Newcomers(discovery, opener, self._reconciler, self.registry, self._adoption, sinks)
        self._opened: Mapping[int, Found] = {}  # by inode, what the sweep under way has opened and not adopted yet
        self._renamed: set[FileId] = set()
        """Of which files more is known since the last sweep began than it can say."""
        self._first_start_ns = checkpoint.first_start_ns
        self._swept, self._moving = 0.0, 0
        """When the last sweep began, in monotonic seconds, and how many in a row have met names that were changing."""
        self._unlistable = Unlistable()
        self.files: dict[FileId, TailedFile] = {}
        self.departures = Departures(self.registry, self._adoption, self._reconciler, metrics, self.files)
        self._truncations = Truncations(self.files, self._reconciler, self._adoption, metrics, self.lose)
        self.gone: list[TailedFile] = []
        """Generations whose bytes are lost: readers must let go of them."""
        self.max_files = 4096
        self.max_descriptors = 1 << 20
        """What files may take of the process's descriptors: listing, saving and sending need some, too."""
        self.make_room: Callable[[], bool] = lambda: False
        """Closes a file that is read, acknowledged and quiet, if there is one, and says whether."""
        self.waiting = Waiting(metrics, self._adoption.made, expected=plan is not None)

    @property
    def new(self) -> dict[FileId, tuple[TailedFile, Entry]]:
        """Adopted, but not to be read before the checkpoint has them."""
        return self._adoption.new

    @property
    def moved(self) -> list[TailedFile]:
        """Generations that go on in another file: readers must look for the rest there."""
        return self._adoption.moved

    @property
    def unlistable(self) -> list[str]:
        """Folders that exist and could not be listed for three sweeps."""
        return self._unlistable.lasting

    @property
    def unreadable(self) -> dict[str, str]:
        """Paths that match but can't be opened, and why."""
        return self._opener.unreadable

    @property
    def unsettled(self) -> bool:
        """Whether a sweep is needed soon: files wait, a copy is held, names moved, or a file lost its bytes."""
        pressing = self._truncations.pressing(self._swept)
        return self.departures.doubted or bool(self._opener.moved) or self.waiting.files > 0 or pressing

    @property
    def settling(self) -> bool:
        """Whether nothing more will come: what is in doubt is decided at once."""
        return self._truncations.settling

    @settling.setter
    def settling(self, value: bool) -> None:
        self._truncations.settling = value

    def describe_by(self, describe: Callable[[TailedFile], Entry]) -> None:
        """Have what is saved of open files given by somebody who knows what is acknowledged."""
        self._adoption.describe = describe

    def entries(self) -> Iterator[Entry]:
        """Give what is known of generations that are not open, and of those that are new."""
        yield from self.registry.entries.values()
        yield from (entry for _, entry in self.new.values())

    def publish(self) -> list[tuple[TailedFile, Entry]]:
        """Move what is new to the open files, and give it; the checkpoint has it now."""
        new = [self.new.pop(file) for file in list(self.new)]
        self.files.update({file.file: file for file, _ in new})
        self._renamed.update(file.file for file, _ in new)
        return new

    def succeed(self, now: float) -> bool:
        """Adopt what was created under the names of files that were rotated, without a sweep; whether there was any."""
        if self.plan:
            return False
        room = max(0, self._left(self.max_files + SUCCESSORS) - len(self._opened))
        files, found = list(self.files.values()), False
        for each in self._successors.find(files, self._opened, room, now):
            former = each.former
            self._note_rotated(former, each.renamed)
            former.named = bool(each.renamed)
            former.path = each.renamed if self._discovery.candidate(each.renamed, former.device, former.inode) else ""
            self._renamed.add(former.file)
            self._adoption.start(new_entry(each.found, self._sinks), each.found)
            found = True
        return found

    def welcome(self, paths: Collection[str], now: float) -> bool:
        """Adopt what is new under names of which something was heard; whether no sweep has to look at them, too."""
        if self.plan:
            return False  # what is not in it is another's, or has its turn
        return self._newcomers.adopt(paths, self._opened, self._has_room, now)

    def finish(self, file: TailedFile, entry: Entry) -> None:
        """Close a file that is read and settled; what it was stays known."""
        self._forget(file)
        if file.deleted or file.orphaned:
            self.registry.remove(entry, file)
        else:
            self.registry.keep(entry, file)
        file.close()

    def release(self, file: TailedFile, entry: Entry) -> None:
        """Close a file that can't be read now; it is looked for by its name again."""
        self._forget(file)
        self.registry.add(entry)
        file.close()

    def close(self) -> None:
        """Give every descriptor back."""
        for file in [*self.files.values(), *(file for file, _ in self.new.values())]:
            file.close()
        for found in (*self._adoption.held.values(), *self._reconciler.waiting.values()):
            os.close(found.fd)

    def sweep(self, now: float) -> Iterator[None]:
        """Compare the folders with what is known, in steps; ``now`` in monotonic seconds."""
        unlistable, looked_ns = set[str](), time.time_ns()
        self._swept = now
        replaced = self._truncations.begin(now)
        for file in replaced:
            self.registry.doubt_copies(file.lineage)
            self._adoption.open.doubt(file.lineage)
        reconciler = self._reconciler
        live = Live({file.lineage for file in self.files.values()} | self.registry.paths(), self.registry)
        reconciler.live = live
        held = ChainMap(self._adoption.held, reconciler.waiting)
        sweep = Sweep(now, self._opener, self._adoption.open.by_inode, self.registry, held, self._room(), live)
        reconciler.away = not self.departures.counted or looked_ns - reconciler.swept_ns > AWAY_NS
        sweep.make_room, sweep.closable = self.make_room, len(self.files)
        sweep.in_order, sweep.watched = self.plan is not None, self.waiting.watched
        self.registry.begin_sweep()
        reconciler.note_names(self.files.values())
        self._opened = sweep.fresh
        self._renamed.clear()
        try:
            yield from sweep.look(self._discovery.look(unlistable, folders_of(self.files.values())))
            yield from self.departures.find(sweep, self._discovery)
            self._unlistable.note(unlistable)
            self.moved.extend(reopen_copied_up(sweep.overlaid, self._opener, now))
            replaced += self._truncations.confirmed(sweep)
            if not self._unsure:
                self._truncations.orphan(replaced, sweep, now)
            yield from reconciler.adopt(sweep)
        finally:
            sweep.close()
        if len(self.files) + len(self.new) > self.max_descriptors:
            self._free_descriptor()
        self._moving = self._moving + 1 if self._opener.moved else 0
        self._metrics.files_ignored.set(sweep.ignored)
        if self.plan:
            self.plan.wait_for(sweep.left)
        self.waiting.note(sweep.waiting, sweep.left, self.max_files, self.max_descriptors, now)
        for file in self.files.values():
            if file.file not in self._renamed and not file.orphaned:
                self._rename(file, sweep)
        sweep.note_met(self._adoption.open.by_inode.values(), looked_ns)
        reconciler.note_names(self.files.values())
        yield
        yield from self._truncations.settle(sweep, now)
        sure = not (self._unlistable.any or self._discovery.crowded or self._unsure)
        self.departures.are_counted(self.waiting.account(sweep.met, sweep.left, now, sure=sure, ending=self.settling))
        sure = sure and not (self.plan and sweep.waiting)  # what is there may wait to be recognised
        self.departures.account(sweep.present, now, sure=sure, ending=self.settling)
        if self._adoption.first or not (sweep.waiting or sweep.unfinished or held):  # else some is undecided
            reconciler.looked_ns = looked_ns
        reconciler.swept_ns, self._adoption.first = looked_ns, False

    @property
    def looked_ns(self) -> int:
        """When all that is there was last seen, and nothing waited; epoch nanoseconds."""
        return self._reconciler.looked_ns or self._first_start_ns

    @property
    def _unsure(self) -> bool:
        """Whether what was not found may yet be there: names were changing meanwhile."""
        return 0 < self._moving < PATIENT_SWEEPS and not self.settling

    def _rename(self, file: TailedFile, sweep: Sweep) -> None:
        candidate = sweep.present.get(file.file)
        path = candidate.path if candidate and candidate.matched else ""
        if file.path and file.path != path:
            self._note_rotated(file, candidate.path if candidate else "")
        file.path, file.named = (file.path if file.path == path else path), candidate is not None

    def _note_rotated(self, file: TailedFile, now: str) -> None:
        self._metrics.files_rotated.inc()
        extra = {"path": file.path, "now": now or self.departures.beyond.place(file), "deleted": file.deleted}
        logger.info("a file was rotated", extra=extra)

    def lose(self, file: TailedFile, reason: str, size: int) -> None:
        """Give a generation up: what no reader got of its ``size`` bytes is counted as lost."""
        lost = max(0, size - file.offset)
        self._metrics.lost(reason, lost)
        advice = {"advice": LOSSES[reason]} if lost else {}
        extra = {"path": file.path or file.lineage, "reason": reason, "lost_bytes": lost} | advice
        (logger.warning if lost else logger.info)("a file generation has ended early", extra=extra)
        entry = self._adoption.describe(file)
        if lost or not self.registry.note_history(entry, file):
            # a copy of what was given up is none of our business, but the rest of what was cut off is
            self.registry.add(replace(entry, inode=0, gone=True, ignored=reason != "truncated"))
        self._forget(file)
        self.gone.append(file)

    def _room(self) -> Callable[[int], int]:
        """Give what says how many files may be opened if so many more than the limit may be."""
        # one more than there is room for may be opened if a held one can be given up for it
        full = self._left(self.max_descriptors) == 0 and self.max_descriptors < self.max_files
        one = full and any(file.deleted for file in self.files.values())
        return lambda more: max(one, self._left(self.max_files + more))

    def _has_room(self) -> bool:
        return self._left(self.max_files) > len(self._opened) or self.make_room()

    def _left(self, most: int) -> int:
        """Give how many more files may be open if so many may be."""
        return min(most, self.max_descriptors) - len(self.files) - len(self.new) - len(self._adoption.held)

    def _free_descriptor(self) -> None:
        # a file that nobody can write to any more is given up for one that somebody writes now (DECISIONS 33)
        oldest = next((file for file in self.files.values() if file.deleted), None)
        if oldest and not self.gone:  # one is enough; it is closed after the sweep
            self.lose(oldest, "descriptor_limit", oldest.size)

    def _forget(self, file: TailedFile) -> None:
        self.files.pop(file.file, None)
        self._truncations.forget(file.file)
        self._adoption.open.forget(file)
