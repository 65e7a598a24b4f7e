"""What the daemon shows of itself: probes, gauges that are worked out when asked for, and the status document."""

import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from logship import __version__
from logship.daemon import figures
from logship.daemon.pipeline import Pipeline
from logship.daemon.showing import shown_in
from logship.daemon.shutdown import Stop
from logship.daemon.status import FileStatus, SinkStatus, document
from logship.daemon.surroundings import Surroundings
from logship.daemon.voice import MOVED, Voice
from logship.files.beneath import BIRTH_SLACK_NS
from logship.files.discovery import CROWDED
from logship.files.intake import Intake
from logship.files.removed import WRITTEN
from logship.metrics import Metrics
from logship.record_metrics import value_of
from logship.ticks import tick

logger = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
STALLED_SECONDS = 10.0
UNTERMINATED_SECONDS = 5.0
"""So long after a file was first seen it should have a whole line, if it has anything."""

NOTHING_SECONDS = 60.0
"""So long after the start a file should be there to follow: the application starts after logship."""


class DaemonView:
    """The :class:`logship.daemon.server.View` of a running daemon. Waiting for a sink is life (DECISIONS 29)."""

    def __init__(
        self,
        max_lag: float,
        metrics: Metrics,
        intake: Intake,
        pipelines: Sequence[Pipeline],
        stop: Stop,
        *,
        first_start_ns: int = 0,
        surroundings: Surroundings | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.metrics = metrics
        self._max_lag = max_lag
        self._intake = intake
        self._pipelines = pipelines
        self._stop = stop
        self._clock = clock
        self._first_start_ns = first_start_ns
        self._surroundings = surroundings
        self._beat = self._born = clock()
        self._voice = Voice(intake, pipelines, metrics, self._born)
        self._started_at = time.time()
        self.dead = ""
        """Which task has died, and of what: a LogshipError's words."""
        self._awaits_file = True
        self.shown: Callable[[str], str] = str
        """Gives a text with a file's name in it as it may be shown."""

    async def run(self) -> None:
        """Beat, for ever: an event loop that stalls stops beating."""
        while True:
            self._beat = self._clock()
            if self._awaits_file:
                self._say_if_there_is_none()
            self._voice.look(self._beat, said=self._surroundings.memory_problem if self._surroundings else "")
            await tick(BEAT_SECONDS)

    def end(self) -> None:
        """Say what only the end shows."""
        self._voice.end()

    def _say_if_there_is_none(self) -> None:
        """Say once that there is nothing to do: a wrong folder looks just like an application that writes nothing."""
        catalog, discovery = self._intake.catalog, self._intake.discovery
        late = self._intake.swept and self._beat - self._born >= NOTHING_SECONDS
        if late and not catalog.files:
            looked_for = ", ".join(pattern.glob for pattern in discovery.patterns)
            extra = {"looked_for": looked_for, "problems": "; ".join(self._problems())}
            logger.warning("there is no file to follow yet", extra=extra)
        self._awaits_file = not (late or catalog.files)

    def live(self) -> str:
        """Give the cause why this process should be replaced; empty while it lives."""
        return self.shown(self.dead) or self.stalled()

    def stalled(self) -> str:
        """Give the cause if the event loop has not been round for too long; any thread may ask."""
        return "the event loop stalled" if self._clock() - self._beat > STALLED_SECONDS else ""

    def started(self) -> bool:
        """Whether the first sweep has finished."""
        return self._intake.swept

    def ready(self) -> str:
        """Give the cause why tailing does not work; empty when it does."""
        if not self._intake.swept:
            return "the first sweep has not finished"
        if self._stop.stopping.is_set():
            return "draining"
        if roots := [each for each in self._intake.catalog.unlistable if each in self._intake.discovery.root_paths]:
            return self.shown(f"folders can't be listed: {', '.join(roots)}")
        oldest = max((self._oldest(pipeline) for pipeline in self._pipelines), default=0.0)
        if 0 < self._max_lag < oldest:
            return f"the oldest undelivered byte is {oldest:.0f} s old"
        return ""

    def refresh(self) -> None:
        """Bring the gauges up to date."""
        self.metrics.ready.set(not self.ready())
        done, size = self.acknowledged()
        self.metrics.lag_bytes.set(size - done + self._intake.catalog.waiting.nbytes)
        for pipeline in self._pipelines:
            self.metrics.sink(pipeline.reader.name).oldest_undelivered(self._oldest(pipeline))

    def status(self) -> Mapping[str, Any]:
        """Give the status document."""
        catalog = self._intake.catalog
        files = [
            FileStatus(
                self.shown(file.path or file.lineage),
                file.size,
                {pipeline.reader.name: pipeline.reader.ledger.offset(file.file) for pipeline in self._pipelines},
                deleted=file.deleted,
                unterminated=file.unterminated,
                before_start=(file.birth_ns or self._first_start_ns) < self._first_start_ns - BIRTH_SLACK_NS,
                rotated=file.path != file.lineage,
                quiet_seconds=max(0.0, self._clock() - file.grown_at),
            )
            for file in catalog.files.values()
        ]
        made = document(
            version=__version__,
            started_at=self._started_at,
            now=self._started_at + self._clock() - self._born,  # whatever the wall clock was set to meanwhile
            ready=self.ready(),
            files=files,
            sinks=[self._sink(pipeline) for pipeline in self._pipelines],
            problems=[*map(self.shown, self._problems())],
            counts={**self._counts(), **(self._surroundings.status() if self._surroundings else {})},
        )
        from logship.daemon.attention import attention  # noqa: PLC0415 - most daemons are never asked

        return shown_in({**made, **self._about_process(), "attention": attention(made)}, self.shown)

    def _problems(self) -> Iterator[str]:
        """Give, a line each, what keeps files from becoming records, or may soon."""
        if self._surroundings:
            yield from self._surroundings.problems()
        catalog, discovery = self._intake.catalog, self._intake.discovery
        yield from (f"{path}: {cause}" for path, cause in catalog.unreadable.items())
        yield from (f"{folder}: can't be listed" for folder in catalog.unlistable)
        yield from (f"{root}: {CROWDED}" for root in sorted(discovery.crowded))
        if waiting := catalog.waiting.files:
            yield f"{waiting} files wait until one that is open has been read: {catalog.waiting.advice}"
        yield from self._intake.strangers.problems()
        for path, nbytes in catalog.departures.gaps.suspected.items():
            yield f"{path}: about {nbytes} bytes were rotated away while nobody looked"
        yield from (f"{folder}: {MOVED}" for folder in sorted(catalog.departures.beyond.folders))
        yield from (f"{root}: does not exist" for root in sorted(self._voice.absent()))
        yield from self._voice.unmatched()
        yield from self._voice.ignored()
        if not (catalog.files or catalog.unreadable) and (others := discovery.other_files()):
            yield f"no file matches, but the folder has {others} other files"
        removed = self._intake.closing.removed
        yield from (f"{file.lineage}: {WRITTEN}" for file in catalog.files.values() if removed.is_written(file))
        for file in catalog.files.values():
            if file.unterminated and not file.offset and self._clock() - file.opened_at > UNTERMINATED_SECONDS:
                yield f"{file.path or file.lineage}: {file.unterminated} bytes, and no line has ended"

    def _counts(self) -> dict[str, object]:
        """Give what is left out, what is lost, and what is odd about records."""
        catalog = self._intake.catalog
        waiting = {"files_waiting": catalog.waiting.files, "waiting_bytes": catalog.waiting.nbytes}
        ignored = value_of(self.metrics.files_ignored)
        files = {"files_ignored": ignored, "files_left_alone": catalog.registry.left_alone, **waiting}
        odd = {**self.metrics.records.totals(), **self.metrics.redactions.totals()}
        return {**files, "lost_bytes": self.metrics.lost_bytes, **odd}

    def _about_process(self) -> dict[str, Any]:
        """Give where this runs, what it takes, and what it has read, each byte once."""
        read = {"bytes": value_of(self.metrics.input_bytes), "lines": value_of(self.metrics.input_lines)}
        return {"host": os.uname().nodename, "input": read, "cpu_seconds": round(time.process_time(), 3)}

    def acknowledged(self) -> tuple[int, int]:
        """Give (bytes that every sink has, bytes in all open files)."""
        files = self._intake.catalog.files.values()
        ledgers = [pipeline.reader.ledger for pipeline in self._pipelines]
        # what was read past the size that was last seen is not there yet
        done = sum(min(file.size, *(ledger.offset(file.file) for ledger in ledgers)) for file in files)
        return done, sum(file.size for file in files)

    def _sink(self, pipeline: Pipeline) -> SinkStatus:
        delivery, name = pipeline.delivery, pipeline.reader.name
        return SinkStatus(
            name,
            delivery.state,
            delivery.last_success_at or 0.0,
            delivery.last_error,
            self._oldest(pipeline),
            self.metrics.sink(name).totals(),
            delivery.health.last_refusal,
            len(delivery.waiting),
            delivery.health.where,
            delivery.health.last_refusal_at,
            **self.metrics.sink(name).by_reason(),
            ignored_records=delivery.health.ignored_records,
            since=delivery.health.state_since,
            last_error_at=delivery.health.last_error_at or 0.0,
            retries=self.metrics.sink(name).retries,
            buffer_bytes=pipeline.held,
            figures=figures.latency(self.metrics.sink(name).latencies()),
        )

    def _oldest(self, pipeline: Pipeline) -> float:
        oldest, waiting = pipeline.reader.oldest(), self._intake.catalog.waiting
        since = min(
            [each for each in (oldest, waiting.since if waiting.files else None) if each is not None], default=None
        )
        return 0.0 if since is None else max(0.0, self._clock() - since)
