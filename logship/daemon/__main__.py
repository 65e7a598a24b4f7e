"""The daemon: puts the parts together, runs them to the end of a drain or to its deadline, and gives the exit code."""

import gc

if __name__ == "__main__":
    gc.disable()  # until all is loaded: importing makes little garbage, and looking for it is an eighth of the start

import asyncio
import contextlib
import logging
import os
import resource
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, NoReturn

from msgspec import Struct
from msgspec.structs import replace

from logship import __version__, logs, plugins
from logship.daemon import handoff, progress
from logship.daemon.exit_file import ExitFile, watch_exit_file
from logship.daemon.memory import give_back_memory, look_for_new_garbage_only
from logship.daemon.pipeline import Pipeline, Shape
from logship.daemon.reader import Reader
from logship.daemon.server import open_server
from logship.daemon.shutdown import Stop, ignore_signals
from logship.daemon.supervisor import leaves, supervise
from logship.daemon.view import DaemonView
from logship.delivery.backoff import RetryPolicy
from logship.delivery.deadletters import DeadLetters
from logship.delivery.delivery import Delivery
from logship.errors import ConfigError, LogshipError
from logship.files.catalog import Catalog
from logship.files.discovery import Discovery, Pattern
from logship.files.intake import Intake, Rules
from logship.files.wakeups import FileEvents, Timer, Wakeups
from logship.metrics import Metrics
from logship.model import Sink
from logship.records.enrichment import Enrichment
from logship.settings.config import Config
from logship.settings.resolved import Resolved, enrichment_fields
from logship.state.checkpointer import Checkpointer
from logship.state.checkpoints import Checkpoints
from logship.state.journal import Journal, applied

logger = logging.getLogger("logship.daemon")  # __name__ is __main__ here

SPARE_DESCRIPTORS = 40
"""What no file may take: the loop, the watcher, a listing, the state and some connections."""
DRAINED, FAILED, BAD_CONFIGURATION, DEADLINE = 0, 1, 2, 3
_POISON = "all is delivered but records that make the store fail"


def main(argv: Sequence[str] | None = None) -> None:
    """Run the daemon on the settings behind the descriptor in ``argv``; exits with a code of INTERFACE.md."""
    arguments = sys.argv[1:] if argv is None else argv
    ignore_signals()
    resolved = handoff.read(int(arguments[0]))
    logs.set_up(resolved.config.log_level, resolved.config.log_format)
    # a thread that hangs, in a write or a look-up, must not keep a finished daemon alive (DECISIONS 23): it leaves
    # before the runner is closed, which would wait for threads
    with asyncio.Runner() as runner:
        try:
            leave(runner.run(run(resolved)))
        except* LogshipError as group:
            leave(_report(leaves(group)))
        except* Exception:
            logger.exception("logship can't go on")
            leave(FAILED)


def leave(code: int) -> NoReturn:
    """End the process at once."""
    logging.shutdown()
    os._exit(code)


async def run(resolved: Resolved) -> int:
    """Ship until a signal, then drain; raises LogshipError, alone or in a group, for what ends the daemon."""
    config = resolved.config
    for warning in resolved.warnings:
        logger.warning(warning)
    told = {"version": __version__, "paths": ",".join(config.paths), "sinks": ",".join(config.sinks)}
    logger.info("starting", extra={**told, "state_dir": config.state_dir, "listen": config.listen})
    _raise_descriptor_limit()
    stop = Stop(config.shutdown_timeout_seconds)
    checkpoints = Checkpoints(Path(config.state_dir))
    with checkpoints.lock():
        async with open_parts(resolved, checkpoints, stop) as parts:
            look_for_new_garbage_only()
            return await parts.run(once=resolved.once)


class Parts:
    """Everything that runs, and how it ends."""

    def __init__(
        self,
        exit_file: ExitFile | None,
        intake: Intake,
        pipelines: list[Pipeline],
        saver: Checkpointer,
        view: DaemonView,
        stop: Stop,
    ) -> None:
        self._exit_file = exit_file
        self._intake = intake
        self._pipelines = pipelines
        self._saver = saver
        self._view = view
        self._stop = stop
        self._drained = False

    async def run(self, *, once: bool) -> int:
        """Run all tasks until every pipeline has drained, or the deadline."""
        with self._stop.on_signals(on_second=self._leave_now, on_hang_up=self._look_again):
            handoff.release_signals()
            try:
                async with asyncio.timeout(None) as deadline:
                    await self._run_tasks(deadline, once=once)
                code = DEADLINE if any(len(each.delivery.waiting) for each in self._pipelines) else DRAINED
            except TimeoutError:
                code = DEADLINE
            finally:
                await self._saver.finish()
        if code == DEADLINE:
            late = not self._stop.time_left()
            message = "the drain deadline passed with bytes undelivered" if late else _POISON
            logger.error(message, extra=self._view.undelivered())
        self._intake.catalog.close()
        logger.info("stopped", extra={"exit_code": code})
        return code

    async def _run_tasks(self, deadline: asyncio.Timeout, *, once: bool) -> None:
        async with asyncio.TaskGroup() as group:
            helpers = [
                self._start(group, "checkpoint saver", self._saver.run()),
                self._start(group, "heartbeat", self._view.run()),
                self._start(group, "deadline", self._stop.arm(deadline)),
                self._start(group, "exit file", self._watch_exit_file()),
                self._start(group, "memory", give_back_memory(self._progress)),
            ]
            if once:
                helpers.append(self._start(group, "progress bar", progress.show(self._view.acknowledged)))
            async with asyncio.TaskGroup() as shipping:
                self._start(shipping, "intake", self._intake.run(once=once))
                for pipeline in self._pipelines:
                    self._start(shipping, f"{pipeline.reader.name} pipeline", pipeline.run())
            self._drained = True
            for helper in helpers:
                helper.cancel()

    def _start(self, group: asyncio.TaskGroup, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        main = asyncio.current_task()
        assert main  # noqa: S101 - it runs in one

        async def watched() -> None:
            try:
                await supervise(name, work, lambda: self._drained or self._view.dead or main.cancelling())
            except Exception as error:
                self._view.dead = self._view.dead or str(leaves(error)[0])
                raise

        return group.create_task(watched(), name=name)

    def _progress(self) -> list[tuple[int, int]]:
        return [(pipeline.taken, pipeline.held) for pipeline in self._pipelines]

    async def _watch_exit_file(self) -> None:
        await watch_exit_file(self._exit_file, self._saver.first_start_ns, self._stop)

    def _look_again(self) -> None:
        """Look at the folders now, and let each sink that waits try again; it reads secrets and certificates then."""
        logger.info("looking again, as a signal asks")
        self._intake.look_again()
        for pipeline in self._pipelines:
            pipeline.delivery.hurry()

    def _leave_now(self) -> None:
        self._saver.save_now()
        leave(DEADLINE if self._view.undelivered()["undelivered_bytes"] else DRAINED)


@contextlib.asynccontextmanager
async def open_parts(
    resolved: Resolved, checkpoints: Checkpoints, stop: Stop, *, clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[Parts]:
    """Put a daemon together, ready to run; leaving closes what it opened. ``clock`` gives monotonic seconds."""
    config = resolved.config
    metrics = Metrics(config.sinks, __version__)
    folder = Path(config.state_dir)
    checkpoint = checkpoints.load()
    checkpoint = replace(checkpoint, entries=applied(checkpoint.entries, folder))
    if checkpoint.damage:
        logger.error(
            "the checkpoint is not usable: every file is read from its beginning", extra={"cause": checkpoint.damage}
        )
    discovery = Discovery([Pattern.of(glob, config.root) for glob in config.paths], config.exclude)
    catalog = Catalog(discovery, checkpoint, metrics, sinks=config.sinks, from_end=config.read_from == "end")
    catalog.max_files = config.max_files
    catalog.max_descriptors = max(1, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - SPARE_DESCRIPTORS)
    saver = Checkpointer(checkpoints, Journal(folder), checkpoint.first_start_ns, metrics, clock=clock)
    rules = Rules(config.poll_seconds, config.rotate_wait_seconds, config.drain_quiet_seconds, config.max_backlog_bytes)
    intake = Intake(catalog, discovery, rules, metrics, _wakeups(config, discovery), saver.save, clock=clock)
    saver.entries = intake.entries
    stop.listeners.append(intake.drain)
    assembly = _Assembly(config, metrics, intake, saver, stop, clock)
    async with contextlib.AsyncExitStack() as stack:
        pipelines = [
            await stack.enter_async_context(assembly.open_pipeline(name, settings))
            for name, settings in resolved.sinks.items()
        ]
        lag, first_start_ns = config.ready_max_lag_seconds, checkpoint.first_start_ns
        view = DaemonView(lag, metrics, intake, pipelines, stop, first_start_ns=first_start_ns, clock=clock)
        if config.listen:
            await stack.enter_async_context(open_server(config.listen, view, view.stalled))
        exit_file = ExitFile.of(config.exit_file, discovery.root_paths) if config.exit_file else None
        yield Parts(exit_file, intake, pipelines, saver, view, stop)


class _Assembly(Struct, frozen=True):
    """What every pipeline is connected to."""

    config: Config
    metrics: Metrics
    intake: Intake
    saver: Checkpointer
    stop: Stop
    clock: Callable[[], float]

    @contextlib.asynccontextmanager
    async def open_pipeline(self, name: str, settings: object) -> AsyncIterator[Pipeline]:
        """Open a sink and put its pipeline together."""
        config, metrics = self.config, self.metrics.sink(name)
        fields = enrichment_fields(config)
        enrichment = Enrichment(fields, config.format, config.timestamp_fields, config.timestamp_zone)
        async with plugins.load(name).open_sink(settings, enrichment) as sink:
            reader = Reader(
                name,
                self.metrics,
                max_line_bytes=config.max_line_bytes,
                unsound=self.intake.look_again,
                clock=self.clock,
            )
            self.intake.listeners.append(reader)
            yield Pipeline(
                reader,
                sink,
                self._delivery(name, sink),
                metrics,
                self._shape(),
                ended=lambda: self.intake.ended,
                stop=self.stop.stopping,
                saver=self.saver,
            )

    def _delivery(self, name: str, sink: Sink) -> Delivery:
        config = self.config
        return Delivery(
            name,
            sink,
            policy=RetryPolicy(
                config.retry_initial_seconds,
                config.retry_max_seconds,
                config.retry_limit_seconds,
                config.request_timeout_seconds,
            ),
            dead_letters=DeadLetters(Path(config.state_dir) / "dead-letter", name, config.dead_letter_max_bytes),
            metrics=self.metrics.sink(name),
            draining=self.stop.stopping,
            time_left=self.stop.time_left,
            clock=self.clock,
        )

    def _shape(self) -> Shape:
        config = self.config
        share = config.buffer_max_bytes // len(config.sinks)
        return Shape(
            config.batch_max_bytes, config.batch_max_records, config.batch_timeout_seconds, share, config.max_in_flight
        )


def _wakeups(config: Config, discovery: Discovery) -> Wakeups:
    return Timer() if config.force_polling else FileEvents(discovery.folders)


def _raise_descriptor_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else max(soft, 65536), hard))


def _report(errors: list[BaseException]) -> int:
    for error in errors:
        for line in str(error).splitlines():
            logger.error("logship can't go on", extra={"cause": line})
    return BAD_CONFIGURATION if any(isinstance(error, ConfigError) for error in errors) else FAILED


if __name__ == "__main__":
    main()
