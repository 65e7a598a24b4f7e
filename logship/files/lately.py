"""The newest finished generations, as they were read: of a copy that is shorter, too, it is known what it is.

A row (:mod:`logship.state.rows`) knows a whole copy only. These are in memory alone: after a start rows have to do.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from logship.files.found import Found
from logship.files.identification import Source
from logship.files.tailing import TailedFile
from logship.model import FileId
from logship.state.fingerprint import Digest, Fingerprint
from logship.state.identity import HEAD_BYTES, Entry

MOST = 64
"""About 200 KiB."""


class Lately:
    """Their entries and digests, the newest last."""

    def __init__(self) -> None:
        self._kept: dict[FileId, tuple[Entry, Digest]] = {}

    def note(self, entry: Entry, found: Found | TailedFile) -> None:
        """Keep one that is finished; of a few bytes a beginning proves nothing."""
        if not isinstance(found, TailedFile) or entry.size <= HEAD_BYTES or found.digest.end != entry.size:
            return
        digest = found.digest
        whole = Fingerprint(digest.base, digest.fingerprint().points[-2:])
        self.forget(entry.file)
        self._kept[entry.file] = replace(entry, digest=whole), digest
        if len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]

    def forget(self, file: FileId) -> None:
        """Keep it no longer: it is read on."""
        self._kept.pop(file, None)

    def of_lineage(self, path: str) -> Iterator[Source]:
        """Give what they were; only what is proved of one is known."""
        for entry, digest in self._kept.values():
            if entry.path == path:
                yield Source(digest.fingerprint(), entry.size, entry=entry, recent=digest.recent, proven=True)
