"""Where followed files went that no name leads to any more: folders that no pattern reaches."""

import os
from pathlib import Path

from logship.files.tailing import TailedFile

_MOST = 100


class Beyond:
    """Asks the kernel where an open file is now. What is moved there while logship is away nobody reads."""

    def __init__(self) -> None:
        self.folders: set[str] = set()
        """Up to 100; not those that rotated files were in before."""

    def place(self, file: TailedFile) -> str:
        """Give the path of a file that was renamed, if it can be known; note its folder if it left its own."""
        if file.deleted:
            return ""
        try:
            path = Path(f"/proc/self/fd/{file.fd}").readlink()
            stays = path.parent == Path(file.lineage).parent.resolve()
        except (OSError, RuntimeError):  # a loop of links
            return ""
        there = path.is_absolute() and os.path.lexists(path)
        if there and not stays and len(self.folders) < _MOST:
            self.folders.add(str(path.parent))
        return str(path) if there else ""
