"""What it takes for a name to survive a crash of the node."""

import contextlib
import os
from pathlib import Path


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make a folder, and those above it, so that their names survive a crash; raises OSError. One may be there."""
    try:
        folder.mkdir(mode)
    except FileExistsError:
        if not folder.is_dir():
            raise
    except FileNotFoundError:
        if folder.parent.is_dir():  # of what can't be made in there, /proc says the same
            raise
        make_folder(folder.parent)
        make_folder(folder, mode)
    else:
        with contextlib.suppress(PermissionError):  # one may be let through a folder, and not to read it
            sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on disk: a new or renamed file is there after a crash. Raises OSError."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
