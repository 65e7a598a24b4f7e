"""``logship run``: checks the settings, then becomes the daemon under the same process id."""

import argparse
import os
from typing import NoReturn

from logship.commands.flags import daemon_flags, given, sink_flags
from logship.daemon import handoff
from logship.plugins import settings_type
from logship.settings.loading import chosen_sinks, load
from logship.settings.resolved import Resolved


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--once", action="store_true", help="ship what is there, to end of file, and leave")
    daemon_flags(parser)


def run(parsed: argparse.Namespace) -> NoReturn:
    """Never come back, unless a setting is wrong: that is a ConfigError."""
    handoff.become_daemon(resolve("logship run", parsed, once=parsed.once))


def resolve(prog: str, parsed: argparse.Namespace, *, once: bool = False) -> Resolved:
    """Give the settings that flags, the environment and files come to."""
    flags = given(parsed)
    sinks = {name: settings_type(name) for name in chosen_sinks(flags, os.environ)}
    return load(flags | sink_flags(prog, parsed.rest, sinks), os.environ, once=once)
