"""Which files are open and what they are: one sweep compares the folders with what is known and reconciles.

The catalog owns every descriptor. It never waits: a sweep comes in steps of about a millisecond, and between any two
of them the catalog is in order. :mod:`logship.files.intake` says when to sweep and saves what is new before anybody
reads it.
"""

import logging
import os
import time
from collections.abc import Container, Iterator, Mapping

from logship.files import adoption
from logship.files.adopter import Adopter, in_steps
from logship.files.adoption import Found
from logship.files.discovery import Discovery
from logship.files.known import Known
from logship.files.succession import Succession
from logship.files.sweeping import SUCCESSORS, Opener, Sweep
from logship.files.tailing import TailedFile
from logship.metrics import Metrics
from logship.model import FileId
from logship.state.checkpoints import Checkpoint
from logship.state.identity import Entry

logger = logging.getLogger(__name__)

UNLISTABLE_SWEEPS = 3
PATIENT_SWEEPS = 10
"""So many sweeps in a row may meet names that are changing before they conclude anything from what is not there."""


class Catalog:
    """All generations: open ones in ``files``, oldest first; others in the checkpoint's words."""

    def __init__(
        self, discovery: Discovery, checkpoint: Checkpoint, metrics: Metrics, *, sinks: tuple[str, ...], from_end: bool
    ) -> None:
        self._discovery = discovery
        self._metrics = metrics
        self._sinks = sinks
        self._known = Known(checkpoint.entries)
        self._opener = Opener(self._free_descriptor)
        self._adopter = Adopter(self._known, self._opener, checkpoint, metrics, sinks, from_end=from_end)
        self._succession = Succession(discovery, self._opener, self._adopter)
        self._opened: Mapping[int, Found] = {}
        """By inode, what the sweep that is under way has opened and not adopted yet."""
        self._renamed: set[FileId] = set()
        """Of which files more is known since the last sweep began than it can say."""
        self._accounted = False
        self._moving = 0
        """How many sweeps in a row have met names that were changing."""
        self._unlistable: dict[str, int] = {}
        self.files: dict[FileId, TailedFile] = {}
        self.gone: list[TailedFile] = []
        """Generations whose bytes are lost: readers must let go of them."""
        self.moved: list[TailedFile] = []
        """Truncated generations that go on in a copy: readers must look for the rest there."""
        self.max_files = 4096
        self.max_descriptors = 1 << 20
        """What files may take of the process's descriptors: listing, saving and sending need some, too."""

    @property
    def new(self) -> dict[FileId, tuple[TailedFile, Entry]]:
        """Adopted, but not to be read before the checkpoint has them."""
        return self._adopter.new

    @property
    def unlistable(self) -> list[str]:
        """Folders that exist and could not be listed for three sweeps."""
        return [folder for folder, sweeps in self._unlistable.items() if sweeps >= UNLISTABLE_SWEEPS]

    @property
    def unlistable_roots(self) -> list[str]:
        """Those of them that a path begins with: without them nothing is tailed there."""
        return [folder for folder in self.unlistable if folder in self._discovery.root_paths]

    @property
    def unreadable(self) -> dict[str, str]:
        """Paths that match but can't be opened, and why."""
        return self._opener.unreadable

    @property
    def left_alone(self) -> int:
        """How many files are never read: rotated before the first start, or backups of a live file."""
        return sum(entry.ignored for entry in self._known.entries.values())

    @property
    def unsettled(self) -> bool:
        """Whether a sweep is needed soon: a copy is held, names moved, or a file was found truncated."""
        return bool(self._adopter.held) or self._opener.moved or any(file.truncated for file in self.files.values())

    def entries(self) -> Iterator[Entry]:
        """Give what is known of generations that are not open, and of those that are new."""
        yield from self._known.entries.values()
        yield from (entry for _, entry in self.new.values())

    def publish(self) -> list[tuple[TailedFile, Entry]]:
        """Move what is new to the open files, and give it; the checkpoint has it now."""
        new = list(self.new.values())
        self.new.clear()
        self.files.update({file.file: file for file, _ in new})
        self._renamed.update(file.file for file, _ in new)
        return new

    def succeed(self, now: float) -> bool:
        """Adopt what was created under the names of files that were rotated; without a sweep, or between two steps.

        Gives whether there was any. What may be something else is left to the next sweep.
        """
        room = max(0, self._left(self.max_files + SUCCESSORS) - len(self._opened))
        found = False
        for each in self._succession.find(list(self.files.values()), self._opened, room, now):
            former = each.former
            self._note_rotated(former, each.renamed)
            former.path = each.renamed if self._discovery.candidate(each.renamed, former.device, former.inode) else ""
            self._renamed.add(former.file)
            self._adopter.start(adoption.new_entry(each.found, self._sinks), each.found)
            found = True
        return found

    def finish(self, file: TailedFile, entry: Entry) -> None:
        """Close a file that is read and settled; what it was stays known as long as it is there."""
        self._forget(file)
        self._known.keep(entry, file)
        file.close()

    def release(self, file: TailedFile, entry: Entry) -> None:
        """Close a file that can't be read now; it is looked for by its name again."""
        self._forget(file)
        self._known.add(entry)
        file.close()

    def close(self) -> None:
        """Give every descriptor back."""
        for file in (*self.files.values(), *(file for file, _ in self.new.values())):
            file.close()
        for found in self._adopter.held.values():
            os.close(found.fd)

    def sweep(self, now: float) -> Iterator[None]:
        """Compare the folders with what is known, in steps; ``now`` in monotonic seconds."""
        unlistable, looked_ns = set[str](), time.time_ns()
        # of what is truncated from now on, the copy may be missing among the names
        truncated = [file for file in self.files.values() if file.truncated]
        live = {file.lineage for file in self.files.values()} | self._known.paths()
        room, spare = self._room()
        sweep = Sweep(now, self._opener, self._adopter.by_inode, self._known, self._adopter.held, room, live, spare)
        self._adopter.note_names(self.files.values())
        self._opened = sweep.fresh
        self._renamed.clear()
        try:
            yield from sweep.look(self._discovery.look(unlistable, self._folders()))
            self._unlistable = {folder: self._unlistable.get(folder, 0) + 1 for folder in unlistable}
            names = {found.candidate.path for found in sweep.fresh.values()}
            yield from self._adopter.adopt(sweep)
        finally:
            sweep.close()
        if len(self.files) + len(self.new) > self.max_descriptors:
            self._free_descriptor()
        self._moving = self._moving + 1 if self._opener.moved else 0
        self._metrics.files_ignored.set(sweep.ignored)
        for file in self.files.values():
            if file.file not in self._renamed:
                self._rename(file, sweep, names)
        self._adopter.note_names(self.files.values())
        yield
        yield from self._settle([] if self._unsure else truncated, now)
        self._account(sweep)
        self._adopter.looked_ns, self._adopter.first = looked_ns, False

    @property
    def _unsure(self) -> bool:
        """Whether what was not found may yet be there: names were changing meanwhile."""
        return 0 < self._moving < PATIENT_SWEEPS

    def _folders(self) -> set[str]:
        """Give the folders of what is open, and all that they are in."""
        folders = set[str]()
        for file in self.files.values():
            folder = file.path.rpartition("/")[0]
            while folder and f"{folder}/" not in folders:
                folders.add(f"{folder}/")
                folder = folder.rpartition("/")[0]
        return folders

    # -- what happened to files that are open ---------------------------------------------------------------------

    def _rename(self, file: TailedFile, sweep: Sweep, opened: Container[str]) -> None:
        candidate = sweep.present.get(file.file)
        path = candidate.path if candidate and candidate.matched else ""
        if file.path and file.path != path:
            now = candidate.path if candidate else ""
            self._note_rotated(file, now)
            if not self._unsure:
                self._suspect(file, now, opened)
        file.path = path

    def _note_rotated(self, file: TailedFile, now: str) -> None:
        self._metrics.files_rotated.inc()
        logger.info("a file was rotated", extra={"path": file.path, "now": now, "deleted": file.deleted})

    def _suspect(self, file: TailedFile, now: str, opened: Container[str]) -> None:
        missing = adoption.unseen_successors(file.path, now, opened)
        if missing:
            self._metrics.lost("suspected_rotation", missing * file.size)
            logger.warning(
                "files were rotated away before they could be seen; each is counted with the size of the one before",
                extra={"path": file.path, "files": missing, "suspected_bytes": missing * file.size},
            )

    def _settle(self, truncated: list[TailedFile], now: float) -> Iterator[None]:
        """Mend what was truncated before the names were listed, then decide about possible copies; in steps."""
        copies: dict[str, list[Found]] = {}
        for held in self._adopter.held.values() if truncated else ():
            copies.setdefault(held.live, []).append(held)
        for file in in_steps(truncated):
            if file is None:
                yield
            elif file.file in self.files:
                self._mend(file, copies.pop(file.path or file.lineage, []), now)
        for found in in_steps(list(self._adopter.held.values())):
            if found is None:
                yield
            else:
                self._decide_held(found, now)

    def _mend(self, file: TailedFile, copies: list[Found], now: float) -> None:
        """Give the generation the copy that was made of it, if there is one; what is in the file now is a new one."""
        self._metrics.files_truncated.inc()
        path = file.path or file.lineage
        for held in copies:
            held.look(now)  # it may have been half written when it was last looked at
        copies = [held for held in copies if adoption.continues(held, file)]
        live = Found.of(file, path, now)
        if copies:
            copy = max(copies, key=lambda held: held.mtime_ns)
            del self._adopter.held[copy.inode]
            self._adopter.by_inode[copy.device, copy.inode] = file
            file.move_to(copy.fd, now)
            self.moved.append(file)
            logger.info("a file was truncated; its rest is read from the copy", extra={"path": copy.candidate.path})
        else:
            self.lose(file, "truncated", file.largest)
        self._adopter.by_inode.pop((live.device, live.inode), None)
        self._adopter.start(adoption.new_entry(live, self._sinks), live)

    def lose(self, file: TailedFile, reason: str, size: int) -> None:
        """Give a generation up: what no reader got of its ``size`` bytes is counted as lost."""
        lost = max(0, size - file.offset)
        self._metrics.lost(reason, lost)
        logger.log(
            logging.WARNING if lost else logging.INFO,
            "a file generation has ended early",
            extra={"path": file.path or file.lineage, "reason": reason, "lost_bytes": lost},
        )
        self._forget(file)
        self.gone.append(file)

    def _decide_held(self, found: Found, now: float) -> None:
        """Settle what a possible copy is once it does not grow and the live file did not shrink, or it is none."""
        found.look(now)
        live = self._adopter.live(found.live)
        waits = live and (live.truncated or now - found.grown_at < adoption.COPY_QUIET_SECONDS)
        if live and waits and adoption.is_copy(found, live):
            return
        del self._adopter.held[found.inode]
        if live and found.size and adoption.is_backup(found, live):
            self._adopter.put_by(adoption.new_entry(found, (), ignored=True), found)
        else:
            self._adopter.start(adoption.new_entry(found, self._sinks), found)

    def _account(self, sweep: Sweep) -> None:
        """Count what went while logship was down, once; forget files that have been gone for an hour."""
        count = not (self._accounted or self._unlistable or self._unsure)
        for lost in self._known.account(sweep.present, self._sinks, time.time(), count=count):
            self._metrics.lost(lost.reason, lost.nbytes)
            extra = {"path": lost.entry.path, "reason": lost.reason, "lost_bytes": lost.nbytes}
            logger.warning("a file went before all of it was read", extra=extra)
        self._accounted = self._accounted or count

    def _room(self) -> tuple[int, int]:
        """Give how many files may be opened, and how many more to go on with a name that is followed."""
        # one more than there is room for may be opened if a held one can be given up for it
        full = self._left(self.max_descriptors) == 0 and self.max_descriptors < self.max_files
        room = max(full and any(file.deleted for file in self.files.values()), self._left(self.max_files))
        return room, max(0, self._left(self.max_files + SUCCESSORS) - room)

    def _left(self, most: int) -> int:
        """Give how many more files may be open if so many may be."""
        return min(most, self.max_descriptors) - len(self.files) - len(self.new) - len(self._adopter.held)

    def _free_descriptor(self) -> None:
        # a file that nobody can write to any more is given up for one that somebody writes now (DECISIONS 33)
        oldest = next((file for file in self.files.values() if file.deleted), None)
        if oldest and not self.gone:  # one is enough; it is closed after the sweep
            self.lose(oldest, "descriptor_limit", oldest.size)

    def _forget(self, file: TailedFile) -> None:
        self.files.pop(file.file, None)
        self._adopter.forget(file)
