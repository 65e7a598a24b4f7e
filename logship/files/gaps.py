"""Bytes that were rotated away while nobody looked: suspected, with an estimate, and never without a sign.

Of a lineage whose last known generation is nowhere any more, and of which at least two unknown files are there, what
came between is gone: as much as was written in that time, at the rate of the unknown files.
"""

import logging
from collections.abc import Container, Iterable, Mapping

from msgspec import Struct

from logship.files.losses import LOSSES
from logship.files.registry import Registry
from logship.files.tailing import TailedFile
from logship.metrics import Metrics
from logship.model import FileId
from logship.state.identity import Entry

logger = logging.getLogger(__name__)

REASON = "suspected_rotation"
_LEAST = 2
"""Unknown files of one lineage that show that it was rotated meanwhile."""


class Seen(Struct, frozen=True):
    """What a sweep found after a time in which nobody looked."""

    registry: Registry
    present: Container[FileId]
    """Generations that have a name."""
    files: Mapping[FileId, TailedFile]
    """Those that are open, but for the new ones."""
    new: Mapping[FileId, tuple[TailedFile, Entry]]
    looked_ns: int
    """When somebody last looked, in epoch nanoseconds."""
    again: Container[str] = ()
    """Lineages of which a whole generation was found in a copy or an archive."""


class Gaps:
    """Looks for them after a time in which nobody looked."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self.suspected: dict[str, int] = {}
        """Estimated bytes by live path, since the start."""

    def look(self, seen: Seen, unknown: Iterable[Entry]) -> None:
        """Judge every lineage of which ``unknown`` files were found."""
        lineages: dict[str, list[TailedFile]] = {}
        for entry in unknown:
            file = seen.new[entry.file][0] if entry.file in seen.new else seen.files.get(entry.file)
            if file:
                lineages.setdefault(entry.path, []).append(file)
        for path, files in lineages.items():
            last_ns = self._last_known(seen, path, files) if len(files) >= _LEAST else None
            if last_ns is not None:
                self._estimate(path, files, last_ns)

    @staticmethod
    def _last_known(seen: Seen, path: str, files: list[TailedFile]) -> int | None:
        """Give up to when the lineage is known (epoch nanoseconds); None where a known generation is still there."""
        unknown = {file.file for file in files}
        resumed = any(file.lineage == path and file.file not in unknown for file, _ in seen.new.values())
        opened = [file for file in seen.files.values() if file.lineage == path and file.file not in unknown]
        saved = [entry for entry in seen.registry.of_lineage(path) if not entry.ignored]
        known = {file.file for file in opened} | {entry.file for entry in saved}
        if resumed or path in seen.again or any(each in seen.present for each in known):
            return None
        if opened:
            return max(file.mtime_ns for file in opened)
        return seen.looked_ns if saved or seen.registry.knows(path) else None

    def _estimate(self, path: str, files: list[TailedFile], looked_ns: int) -> None:
        began = min(file.birth_ns or file.mtime_ns for file in files)
        spanned = max(file.mtime_ns for file in files) - began
        hole = began - looked_ns
        nbytes = sum(file.size for file in files) * hole // max(spanned, 10**6)
        sizes = sorted(file.size for file in files)
        if nbytes < sizes[len(sizes) // 2] // 2:
            return  # the first one begins where the last known one ended
        self.suspected[path] = self.suspected.get(path, 0) + nbytes
        self._metrics.lost(REASON, nbytes)
        logger.warning(
            "files were rotated away while nobody looked; what was in them is estimated",
            extra={"path": path, "suspected_bytes": nbytes, "seconds": round(hole / 1e9, 1), "advice": LOSSES[REASON]},
        )
