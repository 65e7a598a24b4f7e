"""What is followed from now on, held until more is known of it, or put by (DECISIONS 1 to 9)."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from logship.files.archives import Contents
from logship.files.decoding import UNREADABLE
from logship.files.found import Found, new_entry, tailed
from logship.files.losses import CUT, tell_cut_archive
from logship.files.made import Made
from logship.files.open_files import OpenFiles
from logship.files.opener import Opener
from logship.files.plan import HISTORY, Plan
from logship.files.registry import Registry
from logship.files.snapshot import entry_of
from logship.files.sweeping import Sweep
from logship.files.tailing import TailedFile
from logship.logs import Seldom
from logship.metrics import Metrics
from logship.model import FileId
from logship.state.fingerprint import Fingerprint
from logship.state.identity import HEAD_BYTES, Entry, Print

logger = logging.getLogger(__name__)

_UNPACK = (
    "unpack what is sound of it beside it, under its name from before it was packed, "
    "e.g. zcat app.log.1.gz > app.log.1: what is new of that ships"
)


class Adoption:
    """Knows what is new, held or put by."""

    def __init__(
        self,
        registry: Registry,
        opener: Opener,
        metrics: Metrics,
        sinks: tuple[str, ...],
        *,
        first: bool,
        from_end: bool,
        plan: Plan | None = None,
    ) -> None:
        self._registry = registry
        self._plan = plan
        self.opener = opener
        self.metrics = metrics
        self.sinks = sinks
        self.from_end = from_end
        self.open = OpenFiles()
        self.first = first
        """Whether this is the first sweep of the first start."""
        self.new: dict[FileId, tuple[TailedFile, Entry]] = {}
        """Followed from now on, but not to be read before the checkpoint has them."""
        self.held: dict[int, Found] = {}
        """Copies that may be in the making, by inode."""
        self.moved: list[TailedFile] = []
        """Generations that go on in another file: readers must look for the rest there."""
        self.unknown: dict[FileId, Entry] = {}
        """What this sweep found that nobody had seen before, in rotated forms too."""
        self.met_again: set[str] = set()
        """Lineages of which this sweep found a copy, or an archive, with all of a generation."""
        self._saying = Seldom()
        """Of packed files that are not read."""
        self.made = Made()
        """Archives and copies that are read: they may be of what waits (:mod:`.waiting`)."""
        self.describe: Callable[[TailedFile], Entry] = lambda file: entry_of(file, {})
        """Gives what to save of an open file."""

    def settled(self, file: TailedFile) -> bool:
        """Whether all that was read of a generation is acknowledged; what remains of an orphan goes another way."""
        saved = self.describe(file).offsets
        places = ((saved[sink], place.offset) for sink, place in file.places.items() if sink in saved)
        return all(each.offset >= offset or (file.orphaned and not each.in_flight) for each, offset in places)

    def leave_packed(self, found: Found, contents: Contents, sweep: Sweep | None, *, old: bool) -> None:
        """Put an archive by that is none of ours, not complete, or not to be read; what is appended is asked about.

        One that may be in the making is held first, until it does not grow any more.
        """
        problem = contents.problem or ("a format that is not read" if found.packed in UNREADABLE else "")
        unfinished = contents.size > 0 or (found.live and not problem)
        if unfinished and not (old or found.settled):
            self.held[found.inode] = found
            return
        found.apart = bool(old or problem)
        if not old and self._saying.may_say(found.grown_at):
            cause = problem or CUT
            extra = {"path": found.candidate.path, "format": found.packed, "cause": cause, "advice": _UNPACK}
            logger.warning("a packed file is not read; what only it has is not shipped", extra=extra)
        if self._plan and not old:
            self._plan.left_out.refuse(found.candidate.path, problem or CUT)
        self.leave(found, sweep, HISTORY if old else "", done=None if found.apart else found.packed_from)

    def tell_cut(self, found: Found, contents: Contents, missing: int = 0) -> None:
        """Say of an archive that it is cut or damaged, if it is; so many bytes that are ``missing`` are counted."""
        if not contents.complete:
            tell_cut_archive(self.metrics, found.candidate.path, contents, missing)
            if self._plan:
                self._plan.left_out.refuse(found.candidate.path, contents.problem or CUT)

    def start(self, entry: Entry, found: Found, contents: Contents | None = None) -> None:
        """Go on, or begin, with a generation in what was found; ``contents`` if it is packed."""
        if contents and entry.packed != (contents.start, contents.end):
            self.tell_cut(found, contents)
        try:
            if contents or any(entry.packed):
                entry = replace(entry, packed=(contents.start, contents.end) if contents else (0, 0))
            file = tailed(entry, found, self.sinks, contents)
        except Exception as error:  # noqa: BLE001 - see sparing
            self._registry.add(entry)
            self.refuse(found, error)
            return
        if self._plan:
            self._plan.started.add(found.inode)
        if contents or found.live:
            self.made.note(found.candidate.path, contents.size if contents else found.size)
        self._registry.reopen(entry.file, found.inode)
        self.open.add(file)
        # the head of what it has: of an archive that is not what its file begins with
        here = {"inode": found.inode, "birth_ns": found.birth_ns, "real_path": file.real_path}
        self.new[file.file] = (file, replace(entry, **here, size=file.size, head=file.head))
        self.metrics.files_opened.inc()
        logger.info("following a file", extra={"path": found.candidate.path, "offset": file.offset, "size": file.size})

    def leave(
        self,
        found: Found,
        sweep: Sweep | None,
        why: str,
        done: int | None = None,
        digest: Fingerprint = Fingerprint(),  # noqa: B008 - frozen
    ) -> None:
        """Put it by; of an archive that was appended to, all up to ``done`` is never to be asked about again."""
        entry = replace(new_entry(found, (), ignored=True), digest=digest)
        found.apart = found.apart or found.packed_from > 0 or found.packed_to < found.size
        if found.apart:
            size = found.packed_to if done is None else done
            entry = replace(entry, size=size, head=Print.of(found.read_at(min(HEAD_BYTES, size), 0)))
            self.open.judge(found, size)
        self.put_by(entry, found, sweep, why=why)

    def put_by(self, entry: Entry, found: Found, sweep: Sweep | None = None, *, why: str) -> None:
        """Close what was found, and know it as not to be read; ``why`` is a word of :mod:`logship.files.plan`."""
        if self._plan and why:
            self._plan.left_out.note(found.candidate.path, why)
        self._registry.keep(entry, found)
        if sweep:
            sweep.present[entry.file] = None
        os.close(found.fd)

    @contextmanager
    def sparing(self, found: Found) -> Iterator[None]:
        """Refuse a file if anything goes wrong with it, a fault of our own too: others have nothing to do with that."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it is, the daemon holds the other files
            self.refuse(found, error)

    def refuse(self, found: Found, error: Exception) -> None:
        """Close what could not be read after all, or nobody foresaw; it is tried again."""
        self.opener.refuse(found.candidate.path, error)
        if isinstance(error, OSError) or self._is_nobodys(found):
            os.close(found.fd)

    def _is_nobodys(self, found: Found) -> bool:
        """Whether a descriptor is still what was opened, and no file has it: nobody knows how far it has come."""
        file = self.open.by_inode.get((found.device, found.inode))
        if self.held.get(found.inode) is found or (file and file.fd == found.fd):
            return False
        try:
            stat = os.fstat(found.fd)
        except OSError:
            return False
        return (stat.st_dev, stat.st_ino) == (found.device, found.inode)
