"""Says once what is silent by nature: a folder that is not there, or can't be listed; a condition that never holds."""

import logging
from collections.abc import Iterator, Sequence
from typing import Final

from logship.daemon.pipeline import Pipeline
from logship.files.discovery import FEWER
from logship.files.intake import Intake
from logship.files.strangers import ENOUGH
from logship.metrics import OUTCOMES, Metrics

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 60.0
"""Between two looks; the first one is so long after the start: the application starts after logship."""
_ABSENT: Final = "mount the volume that the application logs to there, or set LOGSHIP_PATHS; what appears there is read"
_UNLISTABLE: Final = "give this user r-x on it, e.g. by fsGroup"
MOVED: Final = "files are rotated into it, and no path of LOGSHIP_PATHS reaches it"
_MOVED: Final = (
    "what is moved there while logship is away is not read: call it old, archive or rotated, beneath the log's own "
    "folder, or give LOGSHIP_PATHS its files"
)
_UNMATCHED: Final = "compare it with a line of the log; logship check looks at the last ones"


class Voice:
    """Each thing is said once, and again only when it was over meanwhile; ``began`` is in monotonic seconds."""

    def __init__(self, intake: Intake, pipelines: Sequence[Pipeline], metrics: Metrics, began: float) -> None:
        self._intake = intake
        self._pipelines = pipelines
        self._metrics = metrics
        self._due = began + LOOK_SECONDS
        self._told: dict[str, set[str]] = {}

    def look(self, now: float, *, said: str = "") -> None:
        """Look, if it is time; ``said`` is what memory lacks, to be said once."""
        if said:
            self._say("the memory limit is below what is needed", {said}, said)
        unlistable = set(self._intake.catalog.unlistable)
        self._say("a folder can't be listed: nothing in it is read", unlistable, _UNLISTABLE)
        self._say("too many folders: each look leaves some out", self._intake.discovery.crowded, FEWER)
        beyond = self._intake.catalog.departures.beyond.folders
        self._say("files are rotated into a folder that LOGSHIP_PATHS does not reach", beyond, _MOVED)
        if now >= self._due:
            self._due = now + LOOK_SECONDS
            if self._intake.catalog.files:  # else it is among the reasons why there are none
                self._say("a folder of LOGSHIP_PATHS does not exist", self.absent(), _ABSENT)
            self._say_unmatched()

    def end(self) -> None:
        """Look once more at the end: what a run was told to ship may be over before it is time."""
        self._say_unmatched()

    def _say_unmatched(self) -> None:
        self._say("a condition holds for nothing", set(self.unmatched()), _UNMATCHED)

    def absent(self) -> set[str]:
        """Give the folders that paths begin with and that are not there."""
        discovery = self._intake.discovery
        return discovery.root_paths - discovery.roots() - set(self._intake.catalog.unlistable)

    def unmatched(self) -> Iterator[str]:
        """Say, a line each, which sinks' conditions have held for none of many records."""
        for pipeline in self._pipelines:
            name = pipeline.reader.name
            counts = self._metrics.sink(name)
            totals, reasons = counts.totals(), counts.by_reason()["filtered"]
            others = sum(totals[term][0] for term in (*OUTCOMES, "dropped") if term != "filtered") + reasons["sampled"]
            if totals["filtered"][0] >= ENOUGH and not others:
                yield f"LOGSHIP_{name.upper()}_WHEN holds for none of the records so far"

    def ignored(self) -> Iterator[str]:
        """Say, a line each, which stores may leave out what they took."""
        for pipeline in self._pipelines:
            if records := pipeline.delivery.health.ignored_records:
                yield f"{pipeline.reader.name}: the store took {records} records that it may not show, for their age"

    def _say(self, message: str, now: set[str], advice: str) -> None:
        for what in sorted(now - self._told.get(message, set())):
            named = "path" if what.startswith("/") else "what"
            logger.warning(message, extra={named: what, **({"advice": advice} if advice != what else {})})
        self._told[message] = set(now)
