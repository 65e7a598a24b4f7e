"""What a run that ends begins with: its state, beside a daemon one of its own, and its plan of the files."""

import contextlib
import logging
import math
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from logship.errors import StateError
from logship.files.plan import Plan
from logship.settings.resolved import Resolved, enrichment_of
from logship.state.checkpoints import Checkpoint, Checkpoints
from logship.state.neighbour import Neighbour

logger = logging.getLogger(__name__)

FOLDER: Final = "history"
"""Beneath a daemon's state folder, the state of what is shipped beside it."""


class State(Struct, frozen=True):
    """A state folder that is held."""

    resolved: Resolved
    """The settings, with that folder."""
    checkpoints: Checkpoints
    neighbour: Neighbour | None = None
    """Who else has shipped, or ships, some of the files."""
    beside: bool = False
    """Whether that is a daemon which runs."""


@contextlib.contextmanager
def held(resolved: Resolved) -> Iterator[State]:
    """Hold the state folder; with ``--history``, where a daemon has it, one beneath it. Raises StateError."""
    folder = Path(resolved.config.state_dir)
    with contextlib.ExitStack() as stack:
        try:
            checkpoints = Checkpoints(folder)
            stack.enter_context(checkpoints.lock())
        except StateError:
            if not resolved.backfill.history:
                raise
            yield stack.enter_context(_beside(resolved, folder))
            return
        other = Neighbour(folder / FOLDER) if resolved.once and (folder / FOLDER).is_dir() else None
        yield State(resolved, checkpoints, other)


@contextlib.contextmanager
def _beside(resolved: Resolved, folder: Path) -> Iterator[State]:
    """Hold a folder for what the daemon of another one left alone; it opens no server, for the daemon has one."""
    own = Checkpoints(folder / FOLDER, keep=math.inf)
    with own.lock():
        daemon = Neighbour(folder)
        if not daemon.there:
            message = f"a daemon uses {folder}, and has no checkpoint there that can be read: {daemon.damage or 'none'}"
            raise StateError(message)
        extra = {"state_dir": str(folder / FOLDER), "daemon_state_dir": str(folder)}
        logger.info("a daemon runs: only what it left alone is shipped", extra=extra)
        config = replace(resolved.config, state_dir=str(folder / FOLDER), listen="", exit_file="")
        yield State(msgspec.structs.replace(resolved, config=config), own, daemon, beside=True)


def plan_of(state: State, checkpoint: Checkpoint) -> Plan | None:
    """Give which files are taken, and in which order; None for a daemon."""
    if not state.resolved.once:
        return None
    daemon = state.neighbour if state.beside else None
    from logship.records.first_time import FirstTime  # noqa: PLC0415 - a daemon needs none

    return Plan(
        FirstTime(enrichment_of(state.resolved.config)).of,
        history=state.resolved.backfill.history,
        first_start_ns=daemon.first_start_ns if daemon else checkpoint.first_start_ns,
        now_ns=time.time_ns(),
        daemon=daemon,
    )
