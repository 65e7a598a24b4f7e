"""From the first stage of ``logship run`` to the second: what reads and checks settings is no part of the daemon.

The first stage writes what it found as JSON into an anonymous file (no path, gone with its descriptor) and replaces
itself by the daemon, under the same process id. Secrets travel as the names of variables and paths, never as values.
"""

import os
import signal
import subprocess
import sys
from typing import Any, Final, NoReturn

import msgspec
import orjson

from logship.plugins import settings_type
from logship.settings.config import Config
from logship.settings.resolved import Backfill, Resolved

HELD: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)


def write(resolved: Resolved) -> int:
    """Give the descriptor of an anonymous file that holds the settings and survives ``exec``."""
    descriptor = os.memfd_create("logship-settings", 0)
    with open(descriptor, "wb", closefd=False) as file:
        file.write(orjson.dumps(msgspec.structs.asdict(resolved), default=msgspec.structs.asdict))
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def read(descriptor: int) -> Resolved:
    """Read what :func:`write` wrote, and close the descriptor; imports the modules of the chosen sinks."""
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


def become_daemon(resolved: Resolved) -> NoReturn:
    """Replace this process by the daemon."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, daemon_command(write(resolved)))  # noqa: S606 - our own interpreter, no shell


def daemon_command(descriptor: int) -> list[str]:
    """Give the daemon's command line, with this interpreter's own flags."""
    flags: list[str] = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]  # noqa: SLF001 - as multiprocessing does
    # The working folder is no place to import from, unless this process was started from there (`python -m logship`).
    safe = [] if sys.path[0] in ("", _working_folder()) or "-P" in flags else ["-P"]
    return [sys.executable, *flags, *safe, "-m", "logship.daemon", str(descriptor)]


def _working_folder() -> str:
    """Give it as a text; empty if it was removed."""
    try:
        return os.getcwd()  # noqa: PTH109 - compared as text
    except OSError:
        return ""
