"""From the first stage of ``logship run`` to the second: what reads and checks settings is no part of the daemon.

The first stage writes what it found as JSON into an anonymous file (no path, gone with its descriptor) and replaces
itself by the daemon, under the same process id. Secrets travel as the names of variables and paths, never as values.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Final, NoReturn

import msgspec
from msgspec import Struct, field

from logship import sinks
from logship.config import Config

DRAIN_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)

_OTEL_NAMES: Final = {
    "k8s.pod.name": "pod_name",
    "k8s.namespace.name": "pod_namespace",
    "k8s.pod.uid": "pod_uid",
    "k8s.node.name": "node_name",
    "k8s.container.name": "container_name",
    "service.name": "service_name",
}


class Resolved(Struct, frozen=True, kw_only=True):
    """Settings, found valid."""

    config: Config
    sinks: Mapping[str, Any] = field(default_factory=dict)
    """Each chosen sink's name and its module's ``Settings``, in the order of ``config.sinks``."""
    warnings: tuple[str, ...] = ()
    """One line each, for the log."""
    once: bool = False
    """Ship what is there and leave."""


def enrichment_fields(config: Config) -> dict[str, Any]:
    """Give the fields that every record gets, by OpenTelemetry's names; only those that are set."""
    named = {name: getattr(config, attribute) for name, attribute in _OTEL_NAMES.items()}
    return {**config.fields, **{name: value for name, value in named.items() if value}}


def write(resolved: Resolved) -> int:
    """Give the descriptor of an anonymous file that holds the settings and survives ``exec``."""
    descriptor = os.memfd_create("logship-settings", 0)
    with open(descriptor, "wb", closefd=False) as file:
        file.write(msgspec.json.encode(resolved))
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def read(descriptor: int) -> Resolved:
    """Read what :func:`write` wrote, and close the descriptor; imports the modules of the chosen sinks."""
    with open(descriptor, "rb") as file:
        raw: dict[str, Any] = msgspec.json.decode(file.read())
    chosen = {name: msgspec.convert(values, settings_type(name)) for name, values in raw.pop("sinks").items()}
    config = msgspec.convert(raw.pop("config"), Config)
    return Resolved(config=config, sinks=chosen, warnings=tuple(raw["warnings"]), once=raw["once"])


def settings_type(sink: str) -> type[Any]:
    """Import the module of a sink and give its ``Settings``."""
    settings: type[Any] = sinks.load(sink).Settings
    return settings


def release_signals() -> None:
    """Let SIGTERM and SIGINT come, held since the first line of ``logship run``; what was pending arrives now."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, DRAIN_SIGNALS)


def become_daemon(resolved: Resolved) -> NoReturn:
    """Replace this process by the daemon."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, daemon_command(write(resolved)))  # noqa: S606 - our own interpreter, no shell


def daemon_command(descriptor: int) -> list[str]:
    """Give the daemon's command line, with this interpreter's own flags."""
    flags: list[str] = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]  # noqa: SLF001 - as multiprocessing does
    # The working folder is no place to import from, unless this process was started from there (`python -m logship`).
    safe = [] if sys.path[0] in ("", os.getcwd()) or "-P" in flags else ["-P"]  # noqa: PTH109 - compared as text
    return [sys.executable, *flags, *safe, "-m", "logship.daemon", str(descriptor)]
