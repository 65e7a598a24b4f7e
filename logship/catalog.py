"""Which files are open and what they are: one sweep compares the folders with what is known and reconciles.

The catalog owns every descriptor. It never waits; :mod:`logship.intake` says when to sweep and saves what is new
before anybody reads it.
"""

import logging
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from logship import adoption
from logship.adoption import Found, Known
from logship.checkpoints import Checkpoint
from logship.discovery import Discovery
from logship.identity import Entry
from logship.metrics import Metrics
from logship.model import FileId
from logship.sweeping import Opener, Sweep
from logship.tailing import TailedFile

logger = logging.getLogger(__name__)

UNLISTABLE_SWEEPS = 3


class Catalog:
    """All generations: open ones in ``files``, oldest first; others in the checkpoint's words."""

    def __init__(
        self, discovery: Discovery, checkpoint: Checkpoint, metrics: Metrics, *, sinks: tuple[str, ...], from_end: bool
    ) -> None:
        self._discovery = discovery
        self._metrics = metrics
        self._sinks = sinks
        self._from_end = from_end
        self._first = checkpoint.first
        self._looked_ns = checkpoint.saved_ns
        self._ages = {entry.file: age for age, entry in enumerate(checkpoint.entries)}
        self._known = Known(checkpoint.entries)
        self._accounted = False
        self._held: dict[int, Found] = {}
        self._by_inode: dict[tuple[int, int], TailedFile] = {}
        self._unlistable: dict[str, int] = {}
        self.files: dict[FileId, TailedFile] = {}
        self.new: dict[FileId, tuple[TailedFile, Entry]] = {}
        """Adopted, but not to be read before the checkpoint has them."""
        self.gone: list[TailedFile] = []
        """Generations whose bytes are lost: readers must let go of them."""
        self.moved: list[TailedFile] = []
        """Truncated generations that go on in a copy: readers must look for the rest there."""
        self._opener = Opener(self._free_descriptor)
        self.max_files = 4096
        self.max_descriptors = 1 << 20
        """What files may take of the process's descriptors: listing, saving and sending need some, too."""

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
        """Whether a sweep is needed soon: a copy is held, or a file was found truncated."""
        return bool(self._held) or any(file.truncated for file in self.files.values())

    def entries(self) -> Iterator[Entry]:
        """Give what is known of generations that are not open, and of those that are new."""
        yield from self._known.entries.values()
        yield from (entry for _, entry in self.new.values())

    def publish(self) -> list[tuple[TailedFile, Entry]]:
        """Move what is new to the open files, and give it; the checkpoint has it now."""
        new, self.new = list(self.new.values()), {}
        self.files.update({file.file: file for file, _ in new})
        return new

    def finish(self, file: TailedFile, entry: Entry) -> None:
        """Close a file that is read and settled; what it was stays known as long as it is there."""
        self._forget(file)
        self._known.keep(entry, file)
        file.close()

    def release(self, file: TailedFile, entry: Entry) -> None:
        """Close a file that can't be read now; it is looked for by its name again."""
        self._forget(file)
        self._known.entries[entry.file] = entry
        file.close()

    def close(self) -> None:
        """Give every descriptor back."""
        for file in (*self.files.values(), *(file for file, _ in self.new.values())):
            file.close()
        for found in self._held.values():
            os.close(found.fd)

    def sweep(self, now: float) -> None:
        """Compare the folders with what is known; ``now`` in monotonic seconds."""
        unlistable, looked_ns = set[str](), time.time_ns()
        live = {file.lineage for file in self.files.values()} | self._known.paths()
        sweep = Sweep(now, self._opener, self._by_inode, self._known, self._held, self._room())
        sweep.look(self._discovery.look(live, unlistable))
        self._unlistable = {folder: self._unlistable.get(folder, 0) + 1 for folder in unlistable}
        self._adopt(sweep)
        if len(self.files) + len(self.new) > self.max_descriptors:
            self._free_descriptor()
        self._metrics.files_ignored.set(sweep.ignored)
        for file in self.files.values():
            self._rename(file, sweep)
        for file in [file for file in self.files.values() if file.truncated]:
            self._mend(file, now)
        for found in list(self._held.values()):
            self._decide_held(found, now)
        self._account(sweep)
        self._looked_ns, self._first = looked_ns, False

    # -- deciding what was found ----------------------------------------------------------------------------------

    def _adopt(self, sweep: Sweep) -> None:
        known = []
        for found in sweep.fresh.values():
            try:
                known.append((self._recognise(found), found))
            except OSError as error:
                self._refuse(found, error)
        for entry, found in sorted(
            ((entry, found) for entry, found in known if entry), key=lambda pair: self._ages.get(pair[0].file, 0)
        ):
            if entry.ignored:
                self._put_by(replace(entry, size=found.size, seen=time.time()), found, sweep)
            else:
                self._start(entry, found)
        # rotated forms first, oldest first: what they hold was written before what the live file holds
        unknown = [found for entry, found in known if entry is None]
        for found in sorted(unknown, key=lambda found: (not found.candidate.live, found.mtime_ns)):
            self._adopt_unknown(found, sweep)

    def _recognise(self, found: Found) -> Entry | None:
        entry = self._known.take(found)
        # an archive that was left alone while it was incomplete is judged anew
        return None if entry and entry.ignored and found.candidate.path.endswith(".gz") else entry

    def _adopt_unknown(self, found: Found, sweep: Sweep) -> None:
        candidate = found.candidate
        copied = self._known.take_copied(found) if candidate.live else None
        packed = self._known.take_compressed(found) if candidate.path.endswith(".gz") else None
        # a clock that was set back since the last look dates nothing: what nobody has seen is then taken as new
        looked_ns = 0 if time.time_ns() < self._looked_ns - adoption.NEWER_SLACK_NS else self._looked_ns
        old = self._first or found.mtime_ns < looked_ns - adoption.NEWER_SLACK_NS
        live = self._live(candidate.live)
        if copied:
            self._start(copied, found)
        elif packed:
            self._start(packed[0], found, packed[1])
        elif candidate.path.endswith(".gz") or (not candidate.matched and old):
            self._put_by(adoption.new_entry(found, (), ignored=True), found, sweep)
        elif live and adoption.is_copy(found, live):
            self._held[found.inode] = found
        else:
            at_end = self._first and self._from_end
            self._start(adoption.new_entry(found, self._sinks, at_end=at_end), found)

    def _start(self, entry: Entry, found: Found, content_size: int | None = None) -> None:
        try:
            file = adoption.tailed(entry, found, self._sinks, content_size)
        except OSError as error:
            self._known.entries[entry.file] = entry
            self._refuse(found, error)
            return
        self._by_inode[file.device, file.inode] = file
        self.new[file.file] = (file, replace(entry, inode=found.inode, birth_ns=found.birth_ns, size=file.size))
        self._metrics.files_opened.inc()
        logger.info("following a file", extra={"path": found.candidate.path, "offset": file.offset, "size": file.size})

    def _put_by(self, entry: Entry, found: Found, sweep: Sweep | None = None) -> None:
        self._known.keep(entry, found)
        if sweep:
            sweep.present[entry.file] = None
        os.close(found.fd)

    def _refuse(self, found: Found, error: OSError) -> None:
        self._opener.refuse(found.candidate.path, error)
        os.close(found.fd)

    def _live(self, path: str) -> TailedFile | None:
        if not path:
            return None
        # also one that was known at the start and is not published yet: a copy of it may be found in the same sweep
        files = chain(self.files.values(), (file for file, _ in self.new.values()))
        return next((file for file in files if file.path == path), None)

    # -- what happened to files that are open ---------------------------------------------------------------------

    def _rename(self, file: TailedFile, sweep: Sweep) -> None:
        candidate = sweep.present.get(file.file)
        path = candidate.path if candidate and candidate.matched else ""
        if file.path and file.path != path:
            self._metrics.files_rotated.inc()
            now = candidate.path if candidate else ""
            logger.info("a file was rotated", extra={"path": file.path, "now": now, "deleted": file.deleted})
            self._suspect(file, now, sweep)
        file.path = path

    def _suspect(self, file: TailedFile, now: str, sweep: Sweep) -> None:
        missing = adoption.unseen_successors(file.path, now, [found.candidate.path for found in sweep.fresh.values()])
        if missing:
            self._metrics.lost("suspected_rotation", missing * file.size)
            logger.warning(
                "files were rotated away before they could be seen; each is counted with the size of the one before",
                extra={"path": file.path, "files": missing, "suspected_bytes": missing * file.size},
            )

    def _mend(self, file: TailedFile, now: float) -> None:
        """Give the generation the copy that was made of it, if there is one; what is in the file now is a new one."""
        self._metrics.files_truncated.inc()
        path = file.path or file.lineage
        copies = [held for held in self._held.values() if held.candidate.live == path]
        for held in copies:
            held.look(now)  # it may have been half written when it was last looked at
        copies = [held for held in copies if adoption.continues(held, file)]
        live = Found.of(file, path, now)
        if copies:
            copy = max(copies, key=lambda held: held.mtime_ns)
            del self._held[copy.inode]
            self._by_inode[copy.device, copy.inode] = file
            file.move_to(copy.fd, now)
            self.moved.append(file)
            logger.info("a file was truncated; its rest is read from the copy", extra={"path": copy.candidate.path})
        else:
            self.lose(file, "truncated", file.largest)
        self._by_inode.pop((live.device, live.inode), None)
        self._start(adoption.new_entry(live, self._sinks), live)

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
        """Settle what a possible copy is once it does not grow and the live file did not shrink."""
        found.look(now)
        live = self._live(found.candidate.live)
        if live and now - found.grown_at < adoption.COPY_QUIET_SECONDS:
            return
        del self._held[found.inode]
        if live and found.size and adoption.is_backup(found, live):
            self._put_by(adoption.new_entry(found, (), ignored=True), found)
        else:
            self._start(adoption.new_entry(found, self._sinks), found)

    def _account(self, sweep: Sweep) -> None:
        """Count what went while logship was down, once; forget files that have been gone for an hour."""
        count = not self._accounted and not self._unlistable  # what can't be seen may yet be there
        for entry, lost in self._known.account(sweep.present, self._sinks, time.time(), count=count):
            self._metrics.lost("gone_while_down", lost)
            logger.warning("a file went while logship was down", extra={"path": entry.path, "lost_bytes": lost})
        self._accounted = self._accounted or count

    def _room(self) -> int:
        count = len(self.files) + len(self.new)
        # one more than there is room for may be opened if a held one can be given up for it
        spare = count == self.max_descriptors < self.max_files and any(file.deleted for file in self.files.values())
        return max(spare, min(self.max_files, self.max_descriptors) - count)

    def _free_descriptor(self) -> None:
        # a file that nobody can write to any more is given up for one that somebody writes now (DECISIONS 33)
        oldest = next((file for file in self.files.values() if file.deleted), None)
        if oldest and not self.gone:  # one is enough; it is closed after the sweep
            self.lose(oldest, "descriptor_limit", oldest.size)

    def _forget(self, file: TailedFile) -> None:
        self.files.pop(file.file, None)
        if self._by_inode.get((file.device, file.inode)) is file:
            del self._by_inode[file.device, file.inode]
