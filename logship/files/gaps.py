"""Bytes that were rotated away while nobody looked: suspected, with an estimate, and never without a sign.

Of a lineage whose last known generation is nowhere any more, and of which at least two unknown files are there, what
came between is gone: as much as was written in that time, at the rate of the unknown files. Where there is one, or too
little time for half a file, it is the rest of the known one: at its own rate, and no more than it had.
"""

import logging
from collections.abc import Container, Iterable, Mapping

from msgspec import Struct

from logship.files.edits import has_end_of
from logship.files.losses import LOSSES
from logship.files.registry import Registry
from logship.files.tailing import TailedFile
from logship.metrics import Metrics
from logship.model import FileId
from logship.state.checkpointer import IDLE_SECONDS, MUCH_BYTES, SAVE_SECONDS
from logship.state.identity import Entry

logger = logging.getLogger(__name__)

REASON = "suspected_rotation"
_LEAST = 2
"""Unknown files of one lineage that show that it was rotated meanwhile."""
_GRAIN_NS = int(SAVE_SECONDS * 1e9)
"""Offsets are saved so often: what is closer to the last look was maybe seen."""
_CALM_NS = int(IDLE_SECONDS * 1e9)
"""So often while little is written: a megabyte since is saved at once."""


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
            last_ns = self._last_known(seen, path, files)
            if last_ns is None:
                continue
            files.sort(key=_began)
            if len(files) < _LEAST or not self._estimate(path, files, last_ns):
                self._estimate_rest(seen, files[0], last_ns)

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

    def _estimate(self, path: str, files: list[TailedFile], looked_ns: int) -> bool:
        """Judge by how fast the unknown ones grew, the oldest first; whether whole ones may have gone."""
        began = _began(files[0])
        spanned = max(file.mtime_ns for file in files) - began
        hole = began - looked_ns
        before = files[0].size if files[0].kind else 0  # an archive begins where what is in it ended
        nbytes = (sum(file.size for file in files) - before) * hole // max(spanned, 10**6) - before
        sizes = sorted(file.size for file in files)
        if nbytes < sizes[len(sizes) // 2] // 2:
            return False  # the first one begins where the last known one ended, or in its last part
        self._suspect("files were rotated away while nobody looked; what was in them is estimated", path, nbytes, hole)
        return True

    def _estimate_rest(self, seen: Seen, file: TailedFile, looked_ns: int) -> None:
        """Judge by how fast the last known generation grew: it went, and one that is new has its name."""
        began, last = _began(file), _last_gone(seen, file.lineage)
        if last is None or last.birth_ns is None or began - looked_ns < _GRAIN_NS:
            return
        lived = max(looked_ns - last.birth_ns, _GRAIN_NS)
        nbytes = min(last.size * (began - looked_ns) // lived, last.size)
        saved = nbytes < MUCH_BYTES and began - looked_ns < _CALM_NS
        if nbytes and not (saved or has_end_of(last, file.read_at)):
            message = "a file went while nobody looked; what was written to it meanwhile is estimated"
            self._suspect(message, file.lineage, nbytes, began - looked_ns)

    def _suspect(self, message: str, path: str, nbytes: int, hole: int) -> None:
        self.suspected[path] = self.suspected.get(path, 0) + nbytes
        self._metrics.lost(REASON, nbytes)
        extra = {"path": path, "suspected_bytes": nbytes, "seconds": round(hole / 1e9, 1), "advice": LOSSES[REASON]}
        logger.warning(message, extra=extra)


def _began(file: TailedFile) -> int:
    """Give when a file was begun, as far as is known, in epoch ns; an archive may have the time of its file."""
    began = file.birth_ns or file.mtime_ns
    return min(began, file.mtime_ns) if file.kind else began


def _last_gone(seen: Seen, path: str) -> Entry | None:
    """Give the newest generation of a lineage that was open when somebody looked last, and is nowhere now."""
    known = (each for each in seen.registry.of_lineage(path) if not (each.ignored or each.gone))
    return max(known, key=lambda entry: entry.seen, default=None)
