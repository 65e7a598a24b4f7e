"""``logship run``, before the daemon: reads and checks the settings, in a child of the daemon's process."""

import argparse
import fcntl
import os
import time
from collections.abc import Sequence
from typing import NoReturn

import msgspec

from logship.commands.flags import daemon_flags, given
from logship.daemon import handoff
from logship.errors import ConfigError
from logship.settings.backfill import Asked, backfill_of
from logship.settings.config import Config
from logship.settings.loading import load
from logship.settings.resolved import Resolved
from logship.settings.standards import mended


def arguments(parser: argparse.ArgumentParser, words: Sequence[str]) -> None:
    """Add the flags."""
    parser.add_argument("--once", action="store_true", help="ship what is there, to end of file, and leave")
    group = parser.add_argument_group("with --once (docs/backfill.md)")
    group.add_argument("--history", action="store_true", help="rotated files, too, packed or not, oldest first")
    group.add_argument("--since", default="", metavar="TIME", help="only records from then on, e.g. 2026-11-28 or 2h")
    group.add_argument("--until", default="", metavar="TIME", help="only records from before then")
    group.add_argument("--verbose", action="store_true", help="a line for each file")
    daemon_flags(parser, words)


def run(parsed: argparse.Namespace) -> NoReturn:
    """Hand the settings to the daemon, which waits, and leave; raises ConfigError if one is wrong."""
    resolved = with_backfill(parsed)
    if "stdout" in map(resolved.kind, resolved.sinks) and fcntl.fcntl(1, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
        raise ConfigError(['LOGSHIP_SINKS: "stdout" has nowhere to write: standard output is closed'])
    handoff.write(resolved, parsed.descriptor)
    os._exit(0)  # to take all apart again is a tenth of what was done


def with_backfill(parsed: argparse.Namespace) -> Resolved:
    """Give the settings, and what goes with ``--once``; raises ConfigError with the faults of both."""
    asked = Asked(history=parsed.history, since=parsed.since, until=parsed.until, verbose=parsed.verbose)
    resolved, faults = None, []
    try:
        resolved = resolve(parsed, once=parsed.once)
    except ConfigError as error:
        faults = error.faults
    config = resolved.config if resolved else Config()
    raw = config.format == "raw"
    backfill, more = backfill_of(asked, config.timestamp_zone, time.time_ns(), once=parsed.once, raw=raw)
    if faults or more or not resolved:
        raise ConfigError([*faults, *more])
    return msgspec.structs.replace(resolved, backfill=backfill)


def resolve(parsed: argparse.Namespace, *, once: bool = False) -> Resolved:
    """Give the settings that flags, the environment and files come to; proxies' variables are made readable."""
    resolved = load(given(parsed), os.environ, once=once)
    os.environ.update(mended(os.environ))
    return resolved
