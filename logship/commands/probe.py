"""``logship probe``: the exec probe of images that have no curl."""

import argparse
import sys
from collections.abc import Sequence
from typing import Final

from logship.commands.daemon_client import get

PATHS: Final = {"live": "/livez", "ready": "/readyz", "startup": "/startupz"}
_OK: Final = 200


def arguments(parser: argparse.ArgumentParser, _: Sequence[str]) -> None:
    """Add the flags."""
    parser.add_argument("probe", choices=PATHS)
    parser.add_argument("--listen", help="where the daemon listens (default: LOGSHIP_LISTEN, else [::]:8687)")


def run(parsed: argparse.Namespace) -> int:
    """Print the answer; 0 if it is yes, else 1."""
    status, body = get(PATHS[parsed.probe], parsed.listen)
    sys.stdout.write(body.decode(errors="replace"))
    return 0 if status == _OK else 1
