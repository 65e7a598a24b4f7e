"""Puts a daemon's parts together from its settings."""

import contextlib
import logging
import resource
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from logship import __version__, plugins
from logship.daemon.account import Account
from logship.daemon.backfill import State, plan_of
from logship.daemon.exit_file import ExitFile
from logship.daemon.parts import Parts
from logship.daemon.pipeline import Pipeline, Shape
from logship.daemon.reader import Reader
from logship.daemon.server import open_server
from logship.daemon.shutdown import Stop
from logship.daemon.surroundings import Surroundings
from logship.daemon.view import DaemonView
from logship.daemon.volumes import LOGS, STATE, Volumes
from logship.delivery.backoff import RetryPolicy
from logship.delivery.deadletters import DeadLetters
from logship.delivery.delivery import Delivery
from logship.delivery.hiding import hiding
from logship.files.catalog import Catalog
from logship.files.discovery import Discovery
from logship.files.intake import Intake
from logship.files.joining import Joining
from logship.files.patterns import Pattern
from logship.files.plan import OPEN_AT_ONCE, Plan, PlannedDiscovery
from logship.files.rules import Rules
from logship.files.wakeups import FileEvents, Timer, Wakeups
from logship.files.watching import Watch
from logship.logs import hide
from logship.metrics import Metrics
from logship.model import Sink
from logship.records.time_range import TimeRange
from logship.settings.config import Config, SinkSettings
from logship.settings.resolved import Resolved, redacting
from logship.state.checkpointer import Checkpointer
from logship.state.journal import Journal, applied

logger = logging.getLogger("logship.daemon")

SPARE_DESCRIPTORS = 40
"""What no file may take: the loop, the watcher, a listing, the state and some connections."""
DRAIN_SHARE = 0.3
"""So much of the time for a drain is waited for files that still grow; the rest is for delivery."""


@contextlib.asynccontextmanager
async def open_parts(state: State, stop: Stop, *, clock: Callable[[], float] = time.monotonic) -> AsyncIterator[Parts]:
    """Put a daemon together, ready to run; leaving closes what it opened. ``clock`` gives monotonic seconds."""
    resolved, checkpoints = state.resolved, state.checkpoints
    config = resolved.config
    sinks = tuple(resolved.sinks)
    redaction = redacting(config).redaction
    metrics = Metrics(sinks, __version__, redaction.kinds if redaction else ())
    hide(redaction.text if redaction else None)
    folder = Path(config.state_dir)
    checkpoint = checkpoints.load()
    checkpoint = replace(checkpoint, entries=applied(checkpoint.entries, folder))
    if checkpoint.damage:
        logger.error(
            "the checkpoint is not usable: every file is read from its beginning", extra={"cause": checkpoint.damage}
        )
    plan, patterns = plan_of(state, checkpoint), [Pattern.of(glob, config.root) for glob in config.paths]
    discovery = PlannedDiscovery(patterns, config.exclude, plan) if plan else Discovery(patterns, config.exclude)
    catalog = Catalog(
        discovery,
        checkpoint,
        metrics,
        sinks=sinks,
        from_end=config.read_from == "end",
        plan=plan,
        neighbour=state.neighbour,
    )
    catalog.max_files = min(config.max_files, OPEN_AT_ONCE) if plan else config.max_files
    catalog.max_descriptors = max(1, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - SPARE_DESCRIPTORS)
    saver = Checkpointer(checkpoints, Journal(folder), checkpoint.first_start_ns, metrics, clock=clock)
    rules = _rules(config, once=resolved.once)
    intake = Intake(catalog, discovery, rules, metrics, _wakeups(config, discovery), saver.save, clock=clock)
    saver.entries, saver.looked_ns, saver.may_differ = intake.entries, lambda: catalog.looked_ns, intake.may_differ
    stop.listeners.append(intake.drain)
    assembly = _Assembly(resolved, metrics, intake, saver, stop, clock)
    async with contextlib.AsyncExitStack() as stack:
        pipelines = [
            await stack.enter_async_context(assembly.open_pipeline(name, resolved.kind(name), settings))
            for name, settings in resolved.sinks.items()
        ]
        lag, first_start_ns = config.ready_max_lag_seconds, checkpoint.first_start_ns
        around = Surroundings(saver, Volumes(_folders(resolved, discovery), clock=clock), config.buffer_max_bytes)
        view = DaemonView(
            *(lag, metrics, intake, pipelines, stop), first_start_ns=first_start_ns, surroundings=around, clock=clock
        )
        view.shown = redaction.text if redaction else str
        if config.listen:
            port = await stack.enter_async_context(open_server(config.listen, view, view.stalled))
            checkpoints.announce(f"{config.listen.rpartition(':')[0]}:{port}")
        exit_file = ExitFile.of(config.exit_file, discovery.root_paths) if config.exit_file else None
        account = _account(plan, resolved, intake, pipelines, metrics, clock) if plan else None
        yield Parts(exit_file, intake, pipelines, saver, view, stop, volumes=around.volumes, account=account)


class _Assembly(Struct, frozen=True):
    """What every pipeline is connected to."""

    resolved: Resolved
    metrics: Metrics
    intake: Intake
    saver: Checkpointer
    stop: Stop
    clock: Callable[[], float]

    @property
    def config(self) -> Config:
        """The daemon's own settings."""
        return self.resolved.config

    @contextlib.asynccontextmanager
    async def open_pipeline(self, name: str, kind: str, settings: object) -> AsyncIterator[Pipeline]:
        """Open a sink and put its pipeline together."""
        config, metrics = self.config, self.metrics.sink(name)
        asked, plan = self.resolved.backfill, self.intake.catalog.plan
        enrichment = redacting(config, TimeRange(asked.since_ns, asked.until_ns))
        async with plugins.load(kind).open_sink(settings, enrichment) as sink:
            reader = Reader(
                name,
                self.metrics,
                max_line_bytes=config.max_line_bytes,
                unsound=self.intake.look_again,
                joining=self._joining(),
                strangers=self.intake.strangers,
                order=plan,
                watch=self._watch(),
                clock=self.clock,
            )
            self.intake.listeners.append(reader)
            self.stop.listeners.append(reader.hurry)
            yield Pipeline(
                reader,
                sink,
                self._delivery(name, sink, settings.where() if isinstance(settings, SinkSettings) else ""),
                metrics,
                self._shape(),
                ended=lambda: self.intake.ended,
                stop=self.stop.stopping,
                saver=self.saver,
            )

    def _joining(self) -> Joining | None:
        config = self.config
        if config.format == "raw":
            return None
        found = Joining.by(
            config.multiline,
            config.parse,
            config.multiline_max_lines,
            config.max_line_bytes,
            config.multiline_wait_seconds,
        )
        return found and replace(found, strangers=self.intake.strangers)

    def _watch(self) -> Watch | None:
        redaction = redacting(self.config).redaction
        return Watch(redaction.behind) if redaction else None

    def _delivery(self, name: str, sink: Sink, where: str) -> Delivery:
        config = self.config
        folder, hide_in = Path(config.state_dir) / "dead-letter", hiding(redacting(config).redaction)
        dead_letters = DeadLetters(folder, name, config.dead_letter_max_bytes, hide_in)
        delivery = Delivery(
            name,
            sink,
            policy=RetryPolicy(
                config.retry_initial_seconds,
                config.retry_max_seconds,
                config.retry_limit_seconds,
                config.request_timeout_seconds,
            ),
            dead_letters=dead_letters,
            metrics=self.metrics.sink(name),
            draining=self.stop.stopping,
            time_left=self.stop.time_left,
            where=where,
            clock=self.clock,
        )
        delivery.health.last_refusal_at = dead_letters.last_put()
        return delivery

    def _shape(self) -> Shape:
        config = self.config
        share = config.buffer_max_bytes // len(config.sinks)
        return Shape(
            config.batch_max_bytes,
            config.batch_max_records,
            config.batch_timeout_seconds,
            share,
            config.max_in_flight,
            self.resolved.once,
        )


def _folders(resolved: Resolved, discovery: Discovery) -> dict[str, list[str]]:
    """Give the folders that have to have room, by what they hold."""
    files = {name: [each.folder()] for name, each in resolved.sinks.items() if isinstance(each, SinkSettings)}
    written = {name: folders for name, folders in files.items() if folders[0]}
    return {LOGS: sorted(discovery.root_paths), STATE: [resolved.config.state_dir], **written}


def _account(
    plan: Plan,
    resolved: Resolved,
    intake: Intake,
    pipelines: Sequence[Pipeline],
    metrics: Metrics,
    clock: Callable[[], float],
) -> Account:
    """Keep account of a run that ends by itself: its files are told of by that alone."""
    logging.getLogger("logship.files").setLevel(logging.WARNING)
    ledgers = [pipeline.reader.ledger for pipeline in pipelines]
    bar = "stdout" not in map(resolved.kind, resolved.sinks) or not sys.stdout.isatty()
    account = Account(intake, plan, ledgers, metrics, verbose=resolved.backfill.verbose, bar=bar, clock=clock)
    intake.listeners.insert(0, account)  # before the readers forget a file that is closed
    return account


def _rules(config: Config, *, once: bool) -> Rules:
    quiet = config.drain_quiet_seconds
    return Rules(
        poll=config.poll_seconds,
        rotate_wait=config.rotate_wait_seconds,
        drain_quiet=quiet,
        gather=config.batch_timeout_seconds,
        drain_longest=max(quiet, config.shutdown_timeout_seconds * DRAIN_SHARE),
        max_backlog=0 if once else config.max_backlog_bytes,
    )


def _wakeups(config: Config, discovery: Discovery) -> Wakeups:
    return Timer() if config.force_polling else FileEvents(discovery.folders)
