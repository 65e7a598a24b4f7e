"""What it takes for a name to survive a crash of the node."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on disk: a new or renamed file is there after a crash. Raises OSError."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
