"""``logship run``: checks the settings, then becomes the daemon under the same process id."""

import argparse
import os
from collections.abc import Sequence

from logship import handoff
from logship.commands.flags import daemon_flags, given, sink_flags


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--once", action="store_true", help="ship what is there, to end of file, and leave")
    daemon_flags(parser)


def run(parsed: argparse.Namespace, rest: Sequence[str]) -> int:
    """Never come back, unless a setting is wrong: that is a ConfigError."""
    resolved = resolve("logship run", parsed, rest, once=parsed.once)
    handoff.become_daemon(resolved)


def resolve(prog: str, parsed: argparse.Namespace, rest: Sequence[str], *, once: bool = False) -> handoff.Resolved:
    """Give the settings that flags, the environment and files come to."""
    from logship.settings import chosen_sinks, load  # noqa: PLC0415 - pydantic, for this stage only

    flags = given(parsed)
    sinks = {name: handoff.settings_type(name) for name in chosen_sinks(flags, os.environ)}
    return load(flags | sink_flags(prog, rest, sinks), os.environ, once=once)
