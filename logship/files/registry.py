"""Generations that are not open: put by until their files change, finished, gone, or never to be read.

In memory: what Filebeat calls its registry, the file on disk, is :mod:`logship.state.checkpoints`.

Those that are finished are rows of 92 bytes (:mod:`logship.state.finished`); the others are entries. Each question is
answered by an index, however many there are.
"""

import os
from collections.abc import Container, Generator, Iterable, Iterator
from contextlib import suppress

from msgspec.structs import replace

from logship.files.beneath import is_overlay, written_ns
from logship.files.entries import Entries
from logship.files.found import Found
from logship.files.identification import Known, Source, View
from logship.files.inode_reuse import entry_of_another, in_this_file, is_around, row_of_this
from logship.files.members import known_within
from logship.files.names import Candidate
from logship.files.signatures import Signatures
from logship.files.snapshot import finished_row, signature_of
from logship.files.tailing import TailedFile
from logship.model import FileId
from logship.state.fingerprint import Fingerprint, common
from logship.state.finished import Finished
from logship.state.identity import HEAD_BYTES, SHORT_HEAD_BYTES, Entry, same_content
from logship.state.lately import MOST
from logship.state.neighbour import Neighbour
from logship.state.rows import PACKED, Row


class Registry(Entries):
    """What is kept of generations that are not open now."""

    def __init__(
        self,
        entries: Iterable[Entry],
        finished: Finished,
        sinks: tuple[str, ...],
        *,
        again: bool = False,
        history: bool = False,
        neighbour: Neighbour | None = None,
    ) -> None:
        """``again`` has what is never to be read judged anew, ``history`` as if it had not been known.

        ``neighbour`` knows what another has read, or is to read.
        """
        super().__init__(sinks)
        self._again = again
        self._history = history
        self._neighbour = neighbour
        self._judged: set[int] = set()
        """Inodes of files that were put by since the start."""
        self.finished = finished
        self.signatures = Signatures()
        self._reopened: set[FileId] = set()
        """Generations that were finished and are not any more: what their rows say is of yesterday."""
        self._removed: dict[FileId, None] = {}
        """Finished generations whose files are gone and that are entries still, the one that went last at the end."""
        self._changed: set[int] = set()
        """Inodes of finished files that the sweep under way has met, to be opened again once there is room."""
        for entry in entries:
            self.add(entry)
            finished.lately.forget(entry.file)
            if (row := finished.at(entry.inode)) and row.file == entry.file:
                finished.forget(entry.inode)  # it was open again when the checkpoint was saved

    def keep(self, entry: Entry, found: Found | TailedFile) -> None:
        """Know a generation, and what its file looks like as long as nobody touches it."""
        self.pop(entry.file)
        stat = os.fstat(found.fd)
        if self._again:
            self._judged.add(stat.st_ino)
        if stat.st_nlink and (row := finished_row(entry, found)):
            # who is at the head of that file speaks for it, or who is last in an archive
            self._finish(row, found, there=not entry.shift or bool(row.flags & PACKED))
        else:
            self.add(entry)
            self.signatures.note(stat.st_ino, entry.file, signature_of(found))

    def remove(self, entry: Entry, file: TailedFile) -> None:
        """Know a generation whose bytes no name leads to, by its row; those that went last by all of it."""
        row = self.note_history(entry, file)
        self.add(replace(entry, inode=0) if file.orphaned else entry)  # what is there now is another's
        if row and row.crc:
            self._removed[entry.file] = None
        if len(self._removed) > MOST:
            self.pop(oldest := next(iter(self._removed)))
            del self._removed[oldest]

    def reopen(self, file: FileId, inode: int) -> None:
        """Know a generation no longer: it is followed, in the file with an inode."""
        self.pop(file)
        self._removed.pop(file, None)
        self.finished.lately.forget(file)
        if row := self.finished.at(inode):
            if row.file == file:
                self._reopened.add(file)
            self.finished.forget(inode)

    def has(self, inode: int) -> bool:
        """Whether a generation is known to be, or to have been, in the file with an inode."""
        return inode in self.finished or bool(self.at(inode))

    @property
    def left_alone(self) -> int:
        """How many files are there and never read."""
        return sum(entry.ignored for entry in self.entries.values()) + self.finished.count_left_alone()

    def begin_sweep(self) -> None:
        """Note that names are listed anew."""
        self.finished.begin_sweep()
        self._changed = set()

    def change(self, inode: int) -> None:
        """Note that a finished file is there, and is not as it was: what it is stays known until it is opened."""
        self._changed.add(inode)

    def former(self, found: Found) -> tuple[FileId, ...]:
        """Give those of them that may have been in this very file."""
        return tuple(entry.file for entry in self._each(self.at(found.inode)) if not entry_of_another(found, entry))

    def unchanged(self, candidate: Candidate) -> FileId | None:
        """Give the generation that a name still stands for, if its file has not changed since it was closed.

        Of a finished one this is the empty text: nobody keeps its identity in memory.
        """
        finished = candidate.inode in self.finished
        file, signature = self.signatures.get(candidate.inode)
        if not finished and (file is None or file not in self.entries):
            return None
        if self._is_to_judge(candidate.inode, file) or (finished and self._unread_in(candidate.inode)):
            return None
        with suppress(OSError):
            stat = os.stat(candidate.path, follow_symlinks=False)  # noqa: PTH116 - one call a file and sweep
            if finished and self.finished.meet_unchanged(stat.st_ino, stat.st_size, written_ns(stat)):
                return FileId("")
            return file if (stat.st_size, written_ns(stat)) == signature else None
        return None

    def is_anothers(self, found: Found) -> bool:
        """Whether the neighbour has read all that a plain file has."""
        return bool(self._neighbour and self._neighbour.has_read(found.lineage, found.size, found.read_at))

    def _is_to_judge(self, inode: int, file: FileId | None = None) -> bool:
        """Whether what is never to be read is judged anew; once."""
        known = self.entries.get(file) if file else None
        return self._again and inode not in self._judged and (known.ignored if known else self.finished.ignores(inode))

    def as_it_was(self, found: Found) -> bool:
        """Whether a file that a link led to is a finished one, which has not changed; it is noted as met."""
        if self._is_to_judge(found.inode) or self._unread_in(found.inode):
            return False
        return self.finished.meet_unchanged(found.inode, found.size, found.mtime_ns)

    def find(self, found: Found) -> list[Entry]:
        """Give the generations that are in this file, in the order of where they end; all but the last are sealed."""
        name = found.candidate.path if found.birth_ns is None or is_overlay(found.candidate.device) else ""
        known = self._each(self.at(found.inode))
        entries = in_this_file(found, (each for each in known if not self._is_history(each, found)), name)
        row = self.finished.at(found.inode)
        left_out = row and row.ignored and (entries or (self._history and row.file_size == found.size))
        if row and not left_out and is_around(row, entries) and row_of_this(found, row, name):
            entry = row.entry(found.lineage, self._sinks, found.read_at)
            digest = self.finished.lately.of(row.file) if entry.digest.points else None
            entries.append(replace(entry, digest=digest) if digest else entry)
        return entries

    def _unread_in(self, inode: int) -> list[Entry]:
        """Give the generations that are to be read on in a file, whatever else was, or is, finished in it."""
        return [entry for entry in self._each(self.at(inode)) if not (entry.ignored or entry.gone)]

    def find_packed(self, found: Found) -> tuple[Entry, ...]:
        """Give those of an archive that was found, which learns up to where it is known."""
        return known_within(found, self.finished.at(found.inode), self._unread_in(found.inode))

    def _is_history(self, entry: Entry, found: Found) -> bool:
        return self._history and entry.ignored and entry.size == found.size

    def was_in(self, found: Found) -> bool:
        """Whether a known generation was in this very file, whatever is in it now: inode and birth time agree."""
        born = {entry.birth_ns for entry in self._each(self.at(found.inode))}
        row = self.finished.at(found.inode)
        return found.birth_ns is not None and (found.birth_ns in born or (row and row.birth_ns) == found.birth_ns)

    def find_moved(self, found: Found) -> Entry | None:
        """Give the generation that has this file's name, head and marker, and another inode (a volume's numbers)."""
        known = (entry for entry in self.of_lineage(found.lineage) if not entry.ignored)
        return next((entry for entry in known if same_content(entry, found.size, found.read_at)), None)

    def sources(self, found: Found) -> list[Source]:
        """Give the generations of a file's lineage, and those that were in it, newest last."""
        files = dict.fromkeys((*self._by_path.of(found.lineage), *found.former, *self._by_inode.of(found.inode)))
        known = filter(None, map(self.entries.get, files))
        ours = [entry for entry in known if not (self._history and entry.ignored)]
        theirs = self._neighbour.of_lineage(found.lineage) if self._neighbour else []
        lately = self.finished.lately.of_lineage(found.lineage)
        finished = [(row, row.entry(found.lineage, self._sinks, found.read_at), digest) for row, digest in lately]
        return [*(Source.finished(*each) for each in finished), *map(Source.saved, (*theirs, *ours))]

    def find_finished(self, found: Found, view: View, *, proven: bool) -> Generator[None, None, Known | None]:
        """Find, in steps, the finished generation of a lineage that a file begins with, all of it; the longest one.

        ``proven``: by its digest, not only by its first and last bytes, which are all that is known of history.
        """
        best: Known | None = None
        for row in self.like(found.lineage, view.read_at(min(HEAD_BYTES, view.size), 0)):
            packed = bool(found.live) and row.is_packed_in(view.size, found.mtime_ns)
            least = best.common + 1 if best else 1 if packed else SHORT_HEAD_BYTES
            stale = row.file in self._reopened or row.file in self.entries or (proven and not row.crc)
            if stale or row.size < least or not row.begins(view.size, view.read_at):
                continue
            digest = Fingerprint(0, (row.size, row.crc)) if row.crc else Fingerprint()
            if row.crc and (yield from common(digest, view.size, view.read_at)) < row.size:
                continue
            source = Source(digest, row.size, entry=row.entry(found.lineage, self._sinks, view.read_at))
            best = Known(source, row.size, row.size)
        return best

    def like(self, lineage: str, head: bytes) -> Iterator[Row]:
        """Give what has been read of a lineage, by this or by the neighbour, and begins with a head."""
        ours = self.finished.like(lineage, head)
        yield from (row for row in ours if not (self._history and row.ignored))
        if self._neighbour:
            yield from self._neighbour.finished.like(lineage, head)

    def note_history(self, entry: Entry, file: TailedFile) -> Row | None:
        """Know a finished generation that no file has any more, so that a copy of it is known; None if it is not."""
        if row := finished_row(entry, file):
            self._finish(row, file, there=False)
        return row

    def _finish(self, row: Row, found: Found | TailedFile, *, there: bool) -> None:
        self.finished.add(row, there=there)
        if isinstance(found, TailedFile):
            self.finished.lately.note(row, found.digest)
        if there:
            self.finished.meet(row.inode)
        self._reopened.discard(row.file)

    def met(self, entry: Entry) -> bool:
        """Whether the sweep under way has met the file of a finished generation, as it was."""
        row = self.finished.at(entry.inode) if self.finished.met(entry.inode) else None
        return row is not None and row.file == entry.file

    def knows(self, path: str) -> bool:
        """Whether a finished generation is of a lineage."""
        return any(not row.ignored for row in self.finished.of_lineage(path))

    def doubt_copies(self, lineage: str) -> None:
        """Have what was put by as a copy, or is history, of a lineage looked at again: it may have what is missing."""
        for row in self.finished.doubt(lineage):
            self.signatures.doubt(row.inode, (row.file_size, row.mtime_ns))
        for entry in list(self.of_lineage(lineage)):
            if entry.ignored and not entry.gone:
                self.pop(entry.file)
                self.signatures.doubt(entry.inode, self.signatures.get(entry.inode)[1])

    def keep_names(self, present: Container[FileId], *, sure: bool) -> None:
        """Note which generations a sweep has met; ``sure`` says that all names were seen."""
        self.signatures.keep(present)
        if sure:
            self.finished.keep_met(self._changed)
            self.finished.compact()
