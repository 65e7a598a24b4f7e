"""What a run came to: how far it is, the sum at its end, and its exit code."""

import logging
import os
from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec import Struct

from logship.files.discovery import CROWDED, Discovery
from logship.files.intake import Intake
from logship.files.plan import LEFT_OUT, Plan
from logship.files.tailing import TailedFile
from logship.metrics import Metrics
from logship.model import FileId
from logship.state.acks import Ledger
from logship.state.identity import Entry, Saved

logger = logging.getLogger(__name__)

DRAINED, FAILED, BAD_CONFIGURATION, DEADLINE, INCOMPLETE = 0, 1, 2, 3, 4
_SHOWN: Final = 20
"""Paths that are named, of any number."""
_SUSPECTED: Final = "suspected_rotation"
_EXPANSION: Final = 10
"""What archives of logs are taken to come to, times their size, before any was opened."""


class Progress(Struct, frozen=True):
    """How far a run is."""

    done: int
    """Bytes of log that every sink has acknowledged; of archives, those of their contents."""
    total: int
    """Bytes that there are; what is in archives that were not opened yet is a guess."""


class Account:
    """Listens to the intake of a ``run --once``, and counts."""

    name: Final = ""

    def __init__(
        self,
        intake: Intake,
        plan: Plan,
        ledgers: Sequence[Ledger],
        metrics: Metrics,
        *,
        verbose: bool,
        bar: bool,
        clock: Callable[[], float],
    ) -> None:
        """``bar``: how far it is may be drawn, as no record is written to the same terminal."""
        self.bar = bar
        self._intake = intake
        self._ledgers = ledgers
        self._metrics = metrics
        self._verbose = verbose
        self._clock = clock
        self._began = clock()
        self._begins: dict[FileId, int] = {}
        self._closed = 0
        """Bytes of closed files that were acknowledged."""
        self._packed, self._unpacked = 1, _EXPANSION
        """Bytes of archives so far, and of their contents."""
        self._plan = plan
        self.unlistable: set[str] = set()
        self.unmatched = [
            pattern.glob
            for pattern in intake.discovery.patterns
            if not any(
                each.matched or plan.history
                for each in Discovery([pattern], intake.discovery.exclude).candidates(self.unlistable)
            )
        ]

    # -- what the intake tells ------------------------------------------------------------------------------------

    def opened(self, file: TailedFile, entry: Entry) -> None:
        """Note where a file begins."""
        reached = [entry.offsets.get(sink, Saved()).offset for sink in file.places] or [0]
        self._begins.setdefault(file.file, min(reached))
        if self._plan.is_packed(file.inode):
            self._packed += os.fstat(file.fd).st_size
            self._unpacked += file.size

    def closed(self, file: TailedFile) -> None:
        """Note that nothing more comes of a file."""
        offset = self._acknowledged(file)
        self._closed += offset - self._begins.get(file.file, 0)
        self._say(file, offset)

    def grew(self, file: TailedFile) -> None:
        """Nothing comes of it."""

    def end(self) -> None:
        """Nothing comes of it."""

    def settled(self, file: TailedFile) -> bool:  # noqa: ARG002 - a listener's
        """Nothing is on its way here."""
        return True

    def saved(self, file: TailedFile) -> Saved | None:  # noqa: ARG002 - a listener's
        """Nothing is saved of this."""
        return None

    def skip(self, file: TailedFile, offset: int) -> None:
        """Nothing comes of it."""

    # -- how far it is --------------------------------------------------------------------------------------------

    def progress(self) -> Progress:
        """Give how far the run is."""
        done = total = self._closed
        for file in self._intake.catalog.files.values():
            begin = self._begins.get(file.file, 0)
            done += self._acknowledged(file) - begin
            total += file.size - begin
        catalog = self._intake.catalog
        waits = bool(catalog.waiting.files)
        total += self._plan.remaining(catalog.registry.has, self._unpacked / self._packed) if waits else 0
        return Progress(done, total)

    def _acknowledged(self, file: TailedFile) -> int:
        return min((ledger.offset(file.file) for ledger in self._ledgers), default=0)

    def _say(self, file: TailedFile, offset: int) -> None:
        if self._verbose and offset >= file.size:
            path = self._plan.path(file.inode) or file.path or file.lineage
            logger.info("a file is shipped", extra={"path": path, "bytes": offset - self._begins.get(file.file, 0)})

    # -- what it came to ------------------------------------------------------------------------------------------

    def finish(self, *, saved: bool) -> int:
        """Say what it came to, and give the exit code of a run that was not cut short."""
        for file in self._intake.catalog.files.values():
            self._say(file, self._acknowledged(file))
        self._say_sum()
        unread = self._unread()
        for path, cause in list(unread.items())[:_SHOWN]:
            logger.error("not all could be read", extra={"path": path, "cause": cause})
        if unread:
            return FAILED
        return INCOMPLETE if self._left_out() or refused(self._metrics) or not saved else DRAINED

    def _say_sum(self) -> None:
        lines, nbytes = (self._value(f"logship_input_{unit}_total") for unit in ("lines", "bytes"))
        seconds = round(self._clock() - self._began, 1)
        left_out = {"left_out": _listed(self._left_out())} if self._left_out() else {}
        extra = {"files": len(self._begins), "lines": lines, "bytes": nbytes, "seconds": seconds, **left_out}
        logger.info("the sum of this run", extra=extra)
        for name in self._metrics.sinks:
            logger.info("the sum of a sink", extra={"sink": name, **self._of_sink(name)})
        for why, count in self._left_out().items():
            logger.warning("files are left out", extra={"files": count, "why": why, "cause": LEFT_OUT.get(why, why)})
        for path, why in list(self._plan.left_out.why.items())[:_SHOWN] if self._verbose else ():
            logger.info("a file is left out", extra={"path": path, "why": why})

    def _of_sink(self, name: str) -> dict[str, Any]:
        totals = {key: records for key, (records, _) in self._metrics.sink(name).totals().items()}
        left = totals["dead_lettered"] + totals["dropped"]
        found: dict[str, Any] = {"delivered": totals["delivered"], "refused": left}
        found |= {key: totals[key] for key in ("duplicate", "failure_store", "in_flight") if totals[key]}
        for key, series in (("filtered", "filtered"), ("skipped", "skipped"), ("dropped", "dropped")):
            if why := self._by_reason(f"logship_sink_{series}_records_total", sink=name):
                found[key] = _listed(why)
        return found

    def _left_out(self) -> dict[str, int]:
        """Give how many files were left out, or may have been missed, by reason."""
        lost = self._by_reason("logship_input_lost_bytes_total")
        gaps = {_SUSPECTED: lost[_SUSPECTED]} if _SUSPECTED in lost else {}
        return {**self._plan.left_out.counts(), **gaps}

    def _unread(self) -> dict[str, str]:
        """Give what was asked for and could not be read, and why."""
        catalog = self._intake.catalog
        found = dict.fromkeys(self.unmatched, "no file matches: look at LOGSHIP_PATHS")
        found |= dict.fromkeys(sorted(self.unlistable), "this folder can't be listed by the user that logship runs as")
        found |= dict.fromkeys(sorted(self._intake.discovery.crowded), CROWDED)
        found |= catalog.unreadable | self._plan.left_out.unreadable
        found |= dict.fromkeys(catalog.registry.unfinished(), "it could not be read to its end")
        found |= dict.fromkeys(self._plan.missed(catalog.registry.has), "it was removed before it was read")
        lost = self._by_reason("logship_input_lost_bytes_total")
        lost.pop(_SUSPECTED, None)
        return found | {f"{size} bytes": f"they went before they were read: {reason}" for reason, size in lost.items()}

    def _by_reason(self, series: str, **labels: str) -> dict[str, int]:
        found = {}
        for metric in self._metrics.registry.collect():
            for sample in metric.samples:
                if sample.name == series and sample.value and labels.items() <= sample.labels.items():
                    found[sample.labels["reason"]] = int(sample.value)
        return found

    def _value(self, series: str) -> int:
        return int(self._metrics.registry.get_sample_value(series) or 0)


def refused(metrics: Metrics) -> int:
    """Give how many records the stores would not take: they are in the dead-letter files, or given up."""
    totals = [metrics.sink(name).totals() for name in metrics.sinks]
    return sum(each[key][0] for each in totals for key in ("dead_lettered", "dropped"))


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
