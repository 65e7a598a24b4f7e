"""``logship top``: what the running daemon does, in a terminal, redrawn each second until somebody presses q."""

import argparse
import contextlib
import os
import select
import signal
import sys
import termios
import threading
import time
import tty
from collections.abc import Iterator, Sequence
from typing import Any, Final

import orjson
from rich.console import Console
from rich.live import Live

from logship.commands.daemon_client import address, named, status_body
from logship.commands.frame import frame
from logship.commands.watching import Watched
from logship.errors import LogshipError

EVERY_SECONDS: Final = 1.0
PLAIN_WIDTH: Final = 120
"""Of a frame that goes to a file or a pipe."""
_LEAVE: Final = b"qQ\x04"
"""q, and the end of input; Ctrl-C does it, too."""


def arguments(parser: argparse.ArgumentParser, _: Sequence[str]) -> None:
    """Add the flags."""
    parser.add_argument("--listen", help="where the daemon listens (default: as the one of our state folder says)")


def run(parsed: argparse.Namespace) -> int:
    """Show it until q; raises LogshipError, which says where it looked, if no daemon answers to begin with."""
    watched = Watched()
    listen = address(parsed.listen)
    watched.add(time.monotonic(), look(listen))
    console = Console()
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or console.is_dumb_terminal:
        time.sleep(EVERY_SECONDS)
        watched.add(time.monotonic(), look(listen))
        once(watched)
        return 0
    live = Live(console=console, screen=True, auto_refresh=False)
    with contextlib.suppress(KeyboardInterrupt), _keys() as pressed, live:
        Screen(watched, live, listen).run(pressed)
    return 0


def look(listen: str | None) -> dict[str, Any]:
    """Ask for the status; raises LogshipError, which says where, if nobody answers, or another program."""
    body = status_body(listen)
    with contextlib.suppress(orjson.JSONDecodeError):
        found = orjson.loads(body)
        if isinstance(found, dict) and {"version", "sinks", "files"} <= found.keys():
            return found
    message = f"what answers at {named(listen)} is not logship: see --listen"
    raise LogshipError(message)


def once(watched: Watched) -> None:
    """Print one frame, without colours: there is no terminal to redraw."""
    sys.stderr.write(
        "logship: no terminal that can be redrawn: one look, and no more; scripts have `logship status --json`\n"
    )
    width = int(os.environ.get("COLUMNS", "") or PLAIN_WIDTH)
    console = Console(width=width, no_color=True, force_terminal=False, highlight=False)
    console.print(frame(watched, console, height=None, now=time.time()))


class Screen:
    """Redraws each second; a thread asks the daemon, so that keys are heard while that hangs."""

    def __init__(self, watched: Watched, live: Live, listen: str | None) -> None:
        self._watched, self._live, self._listen = watched, live, listen
        self._away = ""
        self._lock = threading.Lock()
        self._over = threading.Event()

    def run(self, pressed: int) -> None:
        """Show frames until a key on the descriptor ``pressed`` says that it is enough."""
        threading.Thread(target=self._ask, daemon=True).start()
        try:
            while True:
                self._draw()
                ready, _, _ = select.select([pressed], [], [], EVERY_SECONDS)
                if ready and set(os.read(pressed, 64) or _LEAVE) & set(_LEAVE):
                    return
        finally:
            self._over.set()

    def _draw(self) -> None:
        console = self._live.console
        with self._lock:
            shown = frame(self._watched, console, height=console.height, now=time.time(), away=self._away)
            self._live.update(shown, refresh=True)

    def _ask(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            try:
                status = look(self._listen)
            except LogshipError as error:
                with self._lock:
                    self._away = str(error)
            else:
                with self._lock:
                    self._watched.add(time.monotonic(), status)
                    self._away = ""


@contextlib.contextmanager
def _keys() -> Iterator[int]:
    """Have keys at once and unseen while the block runs; gives their descriptor. SIGTERM ends it in order."""
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    old = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    tty.setcbreak(descriptor)
    try:
        yield descriptor
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
        signal.signal(signal.SIGTERM, old)
