"""Everything that a daemon runs, and how it ends: a drain, its deadline, a second signal."""

import asyncio
import logging
import os
from collections.abc import Coroutine
from typing import Any, NoReturn

from logship.daemon import handoff, progress
from logship.daemon.account import DEADLINE, DRAINED, INCOMPLETE, Account, refused
from logship.daemon.ending import Ending
from logship.daemon.exit_file import ExitFile, watch_exit_file
from logship.daemon.memory import give_back_memory
from logship.daemon.pipeline import Pipeline
from logship.daemon.shutdown import Stop
from logship.daemon.supervisor import leaves, supervise
from logship.daemon.view import DaemonView
from logship.daemon.volumes import Volumes
from logship.files.intake import Intake
from logship.state.checkpointer import Checkpointer

logger = logging.getLogger("logship.daemon")

_LATE = "the drain deadline passed with bytes undelivered"
_CUT_SHORT = "stopped before the end: the same command goes on from here, and what is delivered is not sent again"
_POISON = "the store does not take what is left: the next start sends it again"


def leave(code: int) -> NoReturn:
    """End the process at once."""
    logging.shutdown()
    os._exit(code)


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
        *,
        volumes: Volumes,
        account: Account | None = None,
    ) -> None:
        """``account`` is kept of a run that ends by itself."""
        self._account = account
        self._exit_file = exit_file
        self._intake = intake
        self._pipelines = pipelines
        self._saver = saver
        self._view = view
        self._stop = stop
        self._volumes = volumes
        self._ending = Ending(intake, pipelines, stop)
        self._drained = False

    async def run(self, *, once: bool) -> int:
        """Run all tasks until every pipeline has drained, or the deadline."""
        with self._stop.on_signals(on_second=self._leave_now, on_hang_up=self._look_again):
            handoff.release_signals()
            late = False
            try:
                async with asyncio.timeout(None) as deadline:
                    await self._run_tasks(deadline, once=once)
                waits = any(len(each.delivery.waiting) for each in self._pipelines)
                code = DEADLINE if waits or self._is_cut_short() else DRAINED
            except TimeoutError:
                late = True
                code = DRAINED if self._ending.is_delivered() else DEADLINE
            finally:
                if self._account:
                    self._intake.closing.close_read()
                await self._saver.finish()
        code = self._say_the_end(code, late=late)
        self._intake.catalog.close()
        return code

    def _is_cut_short(self) -> bool:
        """Whether files wait that were never opened, or a run that would have ended by itself was told to."""
        told = bool(self._account and self._stop.stopping.is_set() and self._ending.left().nbytes)
        return told or self._intake.catalog.waiting.files > 0

    def _say_the_end(self, code: int, *, late: bool) -> int:
        """Say what it came to, and give the exit code."""
        self._view.end()
        finished = self._account.finish(saved=self._saver.saved) if self._account else None
        left, message = self._ending.left(), ""
        if code == DEADLINE:
            short = _CUT_SHORT if self._account else _LATE
            message = _LATE if late else short if self._is_cut_short() else _POISON
            waiting = {"files_left": count} if (count := self._intake.catalog.waiting.files) else {}
            logger.error(message, extra={**left.fields(), **waiting})
            message = f"{message}: {left.words()}"
        elif finished is not None:
            code = finished
        elif refused(self._view.metrics) or not self._saver.saved:
            code = INCOMPLETE
        self._ending.last_word(message)
        others = {"left_to_the_next_start_bytes": left.nbytes} if code != DEADLINE and left.nbytes else {}
        logger.info("stopped", extra={"exit_code": code, **others})
        return code

    async def _run_tasks(self, deadline: asyncio.Timeout, *, once: bool) -> None:
        async with asyncio.TaskGroup() as group:
            helpers = [
                self._start(group, "checkpoint saver", self._saver.run()),
                self._start(group, "heartbeat", self._view.run()),
                self._start(group, "deadline", self._stop.arm(deadline)),
                self._start(group, "exit file", self._watch_exit_file()),
                self._start(group, "memory", give_back_memory(self._progress)),
                self._start(group, "volumes", self._volumes.run()),
                self._start(group, "ending", self._ending.run()),
            ]
            if self._account:
                helpers.append(
                    self._start(group, "progress bar", progress.show(self._account.progress, bar=self._account.bar))
                )
                helpers.append(self._start(group, "closing of files", self._intake.close_read()))
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

    def _progress(self) -> tuple[int, int]:
        return sum(each.taken for each in self._pipelines), sum(each.held for each in self._pipelines)

    async def _watch_exit_file(self) -> None:
        await watch_exit_file(self._exit_file, self._saver.first_start_ns, self._stop)

    def _look_again(self) -> None:
        """Look at the folders now, and let each sink that waits try again; it reads secrets and certificates then."""
        logger.info("looking again, as a signal asks")
        self._intake.sweep_again()
        for pipeline in self._pipelines:
            pipeline.delivery.hurry()

    def _leave_now(self) -> None:
        self._saver.save_now()
        left = self._ending.left()
        self._ending.last_word(f"left at a second signal: {left.words()}" if left.nbytes else "")
        leave(DEADLINE if left.nbytes else DRAINED)
