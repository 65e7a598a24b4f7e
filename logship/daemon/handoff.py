"""How ``logship run`` starts: a child reads and checks the settings while this process loads the daemon.

What reads and checks settings is no part of the daemon, and takes as long to load; both begin at once. The child writes
what it found as JSON into an anonymous file (no path, gone with its descriptor) and ends. Secrets travel as the names
of variables and paths, never as values.
"""

import importlib
import os
import signal
import sys
from typing import Any, Final

import msgspec
import orjson

from logship.plugins import load, names, settings_type
from logship.settings.config import Config
from logship.settings.resolved import Backfill, Resolved
from logship.settings.standards import mended

HELD: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
_FAILED: Final = 1


def part() -> int:
    """Come back in a child, with the descriptor for :func:`write`; this process becomes the daemon, or the child's end.

    Nothing that has threads may be loaded. What both need is loaded before: this module, with the settings' types.
    """
    for kind in _likely_sinks():
        load(kind)
    descriptor = os.memfd_create("logship-settings")
    if child := os.fork():
        _become_daemon(child, descriptor)
    return descriptor


def _likely_sinks() -> set[str]:
    """Give the kinds of sinks that the environment names; a wrong guess costs a moment, or is found by the child."""
    words = os.environ.get("LOGSHIP_SINKS", "").split(",")
    return {word.rpartition(":")[2].strip() for word in words} & set(names())


def _become_daemon(child: int, descriptor: int) -> None:
    sends = "logship.net.transport" in sys.modules
    daemon = importlib.import_module("logship.daemon.__main__")
    if sends:  # by what is loaded when a sink is opened
        importlib.import_module("logship.net.http_client")
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code < 0:
        sys.stderr.write(f"logship: the settings could not be read: signal {-code} ended the process that did\n")
    if code or not os.fstat(descriptor).st_size:  # it has said why, or what was asked for
        sys.exit(code if code >= 0 else _FAILED)
    os.environ.update(mended(os.environ))
    daemon.main(descriptor)


def write(resolved: Resolved, descriptor: int) -> None:
    """Write the settings into an anonymous file."""
    with open(descriptor, "wb", closefd=False) as file:
        file.write(orjson.dumps(msgspec.structs.asdict(resolved), default=msgspec.structs.asdict))


def read(descriptor: int) -> Resolved:
    """Read what :func:`write` wrote, and close the descriptor; imports the modules of the chosen sinks."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    with open(descriptor, "rb") as file:
        raw: dict[str, Any] = orjson.loads(file.read())
    kinds: dict[str, str] = raw["kinds"]
    chosen = {
        name: msgspec.convert(values, settings_type(kinds.get(name, name))) for name, values in raw.pop("sinks").items()
    }
    config, backfill = msgspec.convert(raw.pop("config"), Config), msgspec.convert(raw.pop("backfill"), Backfill)
    warnings = tuple(raw["warnings"])
    return Resolved(config=config, sinks=chosen, kinds=kinds, warnings=warnings, once=raw["once"], backfill=backfill)


def release_signals() -> None:
    """Let signals come, held since the first line of ``logship run``; what was pending arrives now."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)
