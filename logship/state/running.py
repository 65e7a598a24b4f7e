"""Which daemon uses a state folder, and where it answers: what ``lock`` in there says; loads nothing of ours.

The daemon writes its process id and its address into the file that it holds locked, once it listens; so ``check`` and
``status`` find it without reading a setting. They take no lock, not even for a moment: a daemon that starts right then
would be told that another one has the folder. What the file says is believed if a process of that id is a daemon.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Final, NamedTuple

LOCK: Final = "lock"
_MOST: Final = 1 << 12
_ENVIRON_MOST: Final = 1 << 22
_PREFIX: Final = "LOGSHIP_"
_PROGRAMS: Final = (b"logship", b"__main__.py")


class Running(NamedTuple):
    """A daemon."""

    pid: int
    address: str
    """``127.0.0.1:8687``, with the port that it really has; empty where it does not listen."""

    def has_settings_of(self, environ: Mapping[str, str]) -> bool:
        """Whether it was started with the same ``LOGSHIP_`` variables; False also where nobody may look."""
        try:
            with open(f"/proc/{self.pid}/environ", "rb") as file:  # noqa: PTH123 - pathlib is a tenth of the memory
                pairs = os.fsdecode(file.read(_ENVIRON_MOST)).split("\0")
        except OSError:
            return False
        theirs = dict(pair.partition("=")[::2] for pair in pairs)
        return _ours(theirs) == _ours(environ)


def _ours(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in environ.items() if name.startswith(_PREFIX)}


def announce(fd: int, address: str) -> None:
    """Write into the lock's file who has it, for :func:`find`; a full disk is no hindrance."""
    with suppress(OSError):
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()} {address}\n".encode(), 0)


def find(folder: str) -> Running | None:
    """Find the daemon that uses a folder; None if there is none, or none that this process can see."""
    try:
        with open(f"{folder}/{LOCK}", "rb") as file:  # noqa: PTH123 - as above
            words = file.read(_MOST).decode(errors="replace").split()
        pid = int(words[0])
        with open(f"/proc/{pid}/cmdline", "rb") as file:  # noqa: PTH123 - as above
            arguments = file.read(_MOST).split(b"\0")
    except (OSError, ValueError, IndexError):
        return None
    return Running(pid, words[1] if len(words) > 1 else "") if _runs(arguments) else None


def _runs(arguments: Sequence[bytes]) -> bool:
    """Whether a command line is ``logship run``, by its script or as a module."""
    return any(
        word == b"run" and os.path.basename(program) in _PROGRAMS  # noqa: PTH119 - as above
        for program, word in pairwise(arguments)
    )
