"""How often a folder's live file was rotated, seen from outside."""

from pathlib import Path


class Watch:
    """Counts from its making on: a new inode under the names it watches, or a file that became shorter."""

    def __init__(self, folder: Path, names: str) -> None:
        self._folder, self._names = folder, names
        self._sizes: dict[int, int] = {}
        self._rotations = 0
        self.look()
        self._rotations = 0

    def look(self) -> int:
        """Look again, often enough that no rotation is between two looks; the number so far."""
        for path in self._folder.glob(self._names):
            try:
                seen = path.stat()
            except FileNotFoundError:
                continue  # renamed between the two calls
            before = self._sizes.get(seen.st_ino)
            self._rotations += before is None or seen.st_size < before
            self._sizes[seen.st_ino] = seen.st_size
        return self._rotations
