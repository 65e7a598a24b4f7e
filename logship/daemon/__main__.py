"""The daemon's process: from the settings that its child hands over to an exit code."""

import asyncio
import contextlib
import logging
import resource

from logship import __version__, logs
from logship.daemon import handoff
from logship.daemon.account import BAD_CONFIGURATION, FAILED
from logship.daemon.assembly import open_parts
from logship.daemon.backfill import held
from logship.daemon.memory import keep_freed_memory, look_for_new_garbage_only
from logship.daemon.parts import leave
from logship.daemon.shutdown import Stop, ignore_signals
from logship.daemon.supervisor import leaves
from logship.errors import ConfigError, LogshipError
from logship.settings.resolved import Resolved

logger = logging.getLogger("logship.daemon")


def main(descriptor: int) -> None:
    """Run the daemon on the settings behind a descriptor; exits with a code of INTERFACE.md."""
    ignore_signals()
    keep_freed_memory()
    resolved = handoff.read(descriptor)
    logs.set_up(resolved.config.log_level, resolved.config.log_format)
    # a thread that hangs, in a write or a look-up, must not keep a finished daemon alive (DECISIONS 23): it leaves
    # before the runner is closed, which would wait for threads
    with asyncio.Runner() as runner:
        try:
            leave(runner.run(run(resolved)))
        except* LogshipError as group:
            leave(_report(leaves(group)))
        except* Exception as group:
            for error in leaves(group):
                logger.exception("logship can't go on", exc_info=error)
            leave(FAILED)


async def run(resolved: Resolved) -> int:
    """Ship until a signal, then drain; raises LogshipError, alone or in a group, for what ends the daemon."""
    config = resolved.config
    for warning in resolved.warnings:
        logger.warning(warning)
    told = {"version": __version__, "paths": ",".join(config.paths), "sinks": ",".join(config.sinks)}
    logger.info("starting", extra={**told, "state_dir": config.state_dir, "listen": config.listen})
    _raise_descriptor_limit()
    stop = Stop(config.shutdown_timeout_seconds)
    with held(resolved) as state:
        async with open_parts(state, stop) as parts:
            look_for_new_garbage_only()
            return await parts.run(once=resolved.once)


def _raise_descriptor_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else max(soft, 65536), hard))


def _report(errors: list[BaseException]) -> int:
    for error in errors:
        for line in str(error).splitlines():
            logger.error("logship can't go on", extra={"cause": line})
    return BAD_CONFIGURATION if any(isinstance(error, ConfigError) for error in errors) else FAILED
