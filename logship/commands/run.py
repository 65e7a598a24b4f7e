"""``logship run``: checks the settings, then becomes the daemon under the same process id."""

import argparse
import fcntl
import os
from collections.abc import Sequence
from typing import NoReturn

from logship.commands.flags import daemon_flags, given
from logship.daemon import handoff
from logship.errors import ConfigError
from logship.settings.loading import load
from logship.settings.resolved import Resolved
from logship.settings.standards import mended


def arguments(parser: argparse.ArgumentParser, words: Sequence[str]) -> None:
    """Add the flags."""
    parser.add_argument("--once", action="store_true", help="ship what is there, to end of file, and leave")
    daemon_flags(parser, words)


def run(parsed: argparse.Namespace) -> NoReturn:
    """Never come back, unless a setting is wrong: that is a ConfigError."""
    resolved = resolve(parsed, once=parsed.once)
    if "stdout" in map(resolved.kind, resolved.sinks) and fcntl.fcntl(1, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
        raise ConfigError(['LOGSHIP_SINKS: "stdout" has nowhere to write: standard output is closed'])
    handoff.become_daemon(resolved)


def resolve(parsed: argparse.Namespace, *, once: bool = False) -> Resolved:
    """Give the settings that flags, the environment and files come to; proxies' variables are made readable."""
    resolved = load(given(parsed), os.environ, once=once)
    os.environ.update(mended(os.environ))
    return resolved
