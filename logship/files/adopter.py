"""What a sweep opened becomes an open file, is held as a possible copy, or is put by."""

import logging
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from msgspec.structs import replace

from logship.files import adoption
from logship.files.adoption import Found
from logship.files.compressed import MAX_CONTENT_BYTES, Contents
from logship.files.known import Known
from logship.files.sweeping import FILES_AT_ONCE, Opener, Sweep
from logship.files.tailing import TailedFile
from logship.metrics import Metrics
from logship.model import FileId
from logship.state.checkpoints import Checkpoint
from logship.state.identity import Entry

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Adopter:
    """Knows what is new, held or put by, and the ways to find an open file."""

    def __init__(
        self,
        known: Known,
        opener: Opener,
        checkpoint: Checkpoint,
        metrics: Metrics,
        sinks: tuple[str, ...],
        *,
        from_end: bool,
    ) -> None:
        self._known = known
        self._opener = opener
        self._metrics = metrics
        self._sinks = sinks
        self._from_end = from_end
        self._ages = {entry.file: age for age, entry in enumerate(checkpoint.entries)}
        self.first = checkpoint.first
        """Whether this is the first sweep of the first start."""
        self.looked_ns = checkpoint.saved_ns
        """When the last sweep began, or what it found was saved; epoch nanoseconds."""
        self.new: dict[FileId, tuple[TailedFile, Entry]] = {}
        """Adopted, but not to be read before the checkpoint has them."""
        self.held: dict[int, Found] = {}
        """Possible copies, by inode."""
        self.by_inode: dict[tuple[int, int], TailedFile] = {}
        """What is open or new, by device and inode."""
        self.by_path: dict[str, TailedFile] = {}
        """By the name that each had when names were last noted, or was found under since."""

    def note_names(self, files: Iterable[TailedFile]) -> None:
        """Note under which names the open files, oldest first, and the new ones are."""
        # also one that was known at the start and is not published yet: a copy of it may be found in the same sweep
        every = [*files, *(file for file, _ in self.new.values())]
        self.by_path = {file.path: file for file in reversed(every) if file.path}

    def forget(self, file: TailedFile) -> None:
        """Find a file no longer."""
        if self.by_path.get(file.path) is file:
            del self.by_path[file.path]
        if self.by_inode.get((file.device, file.inode)) is file:
            del self.by_inode[file.device, file.inode]

    def adopt(self, sweep: Sweep) -> Iterator[None]:
        """Take what a sweep opened, in steps: known generations first, in the order of their age."""
        known: list[tuple[Entry, Found]] = []
        unknown: list[Found] = []
        for found in in_steps(list(sweep.fresh.values())):
            if found is None:
                yield
                continue
            try:
                entry = self._recognise(found, sweep)
            except OSError as error:
                self._refuse(sweep.take(found), error)
                continue
            known += [(entry, found)] if entry else []
            unknown += [] if entry else [found]
        for pair in in_steps(sorted(known, key=lambda pair: self._ages.get(pair[0].file, 0))):
            if pair is None:
                yield
            elif pair[0].ignored:
                self.put_by(replace(pair[0], size=pair[1].size, seen=time.time()), sweep.take(pair[1]), sweep)
            else:
                self.start(pair[0], sweep.take(pair[1]))
        # rotated forms first, oldest first: what they hold was written before what the live file holds
        for found in in_steps(sorted(unknown, key=lambda found: (not found.live, found.mtime_ns))):
            if found is None:
                yield
            else:
                yield from self._adopt_unknown(found, sweep)

    def _recognise(self, found: Found, sweep: Sweep) -> Entry | None:
        entry = self._known.find(found)
        for other in self._known.at(found.inode):
            if entry is None or other != entry.file:
                sweep.present.pop(other, None)  # inodes are used again: who had this one before is gone
        if entry and entry.ignored and _is_archive(found):
            self._known.pop(entry.file)  # left alone while it was incomplete: it is judged anew
            return None
        return entry

    def _adopt_unknown(self, found: Found, sweep: Sweep) -> Iterator[None]:
        if _is_archive(found):
            yield from self._adopt_archive(found, sweep)
            return
        copied = self._known.find_copied(found) if found.live else None
        # a clock that was set back since the last look dates nothing: what nobody has seen is then taken as new
        looked_ns = 0 if time.time_ns() < self.looked_ns - adoption.NEWER_SLACK_NS else self.looked_ns
        old = self.first or found.mtime_ns < looked_ns - adoption.NEWER_SLACK_NS
        live = self.live(found.live)
        sweep.take(found)
        if copied:
            self.start(copied, found)
        elif not found.candidate.matched and old:
            self.put_by(adoption.new_entry(found, (), ignored=True), found, sweep)
        elif live and adoption.is_copy(found, live):
            self.held[found.inode] = found
        else:
            at_end = self.first and self._from_end
            self.start(adoption.new_entry(found, self._sinks, at_end=at_end), found)

    def _adopt_archive(self, found: Found, sweep: Sweep) -> Iterator[None]:
        if sweep.unpacked > MAX_CONTENT_BYTES:
            return  # it was not taken: the next sweep finds it
        contents = Contents(found.fd)
        packed = yield from self._known.find_packed(contents)
        sweep.unpacked += contents.unpacked
        sweep.take(found)
        if packed:
            self.start(packed, found, contents)
        else:
            self.put_by(adoption.new_entry(found, (), ignored=True), found, sweep)

    def start(self, entry: Entry, found: Found, contents: Contents | None = None) -> None:
        """Go on, or begin, with a generation in what was found; ``contents`` if it is compressed."""
        try:
            file = adoption.tailed(entry, found, self._sinks, contents)
        except OSError as error:
            self._known.add(entry)
            self._refuse(found, error)
            return
        self._known.pop(entry.file)
        self.by_inode[file.device, file.inode] = file
        if not self.live(file.path):
            self.by_path[file.path] = file
        self.new[file.file] = (file, replace(entry, inode=found.inode, birth_ns=found.birth_ns, size=file.size))
        self._metrics.files_opened.inc()
        logger.info("following a file", extra={"path": found.candidate.path, "offset": file.offset, "size": file.size})

    def put_by(self, entry: Entry, found: Found, sweep: Sweep | None = None) -> None:
        """Close what was found, and know it as not to be read."""
        self._known.keep(entry, found)
        if sweep:
            sweep.present[entry.file] = None
        os.close(found.fd)

    def is_new(self, found: Found) -> bool:
        """Whether what has the name of a followed file is neither known nor maybe a copy."""
        if found.inode in self.held or (found.device, found.inode) in self.by_inode or _is_archive(found):
            return False
        found.live = found.candidate.live(self.by_path)
        live = self.live(found.live)
        try:
            known = self._known.find(found) or (self._known.find_copied(found) if found.live else None)
            return not known and not (live and adoption.is_copy(found, live))
        except OSError:
            return False

    def _refuse(self, found: Found, error: OSError) -> None:
        self._opener.refuse(found.candidate.path, error)
        os.close(found.fd)

    def live(self, path: str) -> TailedFile | None:
        """Give the open file that has this name."""
        file = self.by_path.get(path) if path else None
        return file if file and file.path == path else None


def _is_archive(found: Found) -> bool:
    return found.candidate.name.endswith(".gz")


def in_steps(things: Sequence[T]) -> Iterator[T | None]:
    """Give them, and after some of them None: time for a pause."""
    for number, thing in enumerate(things, 1):
        yield thing
        if number % FILES_AT_ONCE == 0:
            yield None
