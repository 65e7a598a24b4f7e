"""What the files of entries looked like when they were closed: how large they were, and when they were changed."""

from collections.abc import Container

from logship.model import FileId

Signature = tuple[int, int]
"""Bytes, and the time of the last change in nanoseconds."""


class Signatures:
    """By inode. As long as a file looks so, nobody has touched it."""

    def __init__(self) -> None:
        self._noted: dict[int, tuple[FileId, Signature]] = {}
        self._doubted: dict[int, Signature] = {}

    def __len__(self) -> int:
        """Give how many files are noted."""
        return len(self._noted)

    def note(self, inode: int, file: FileId, signature: Signature) -> None:
        """Note what the file of a generation looks like."""
        self._noted[inode] = file, signature

    def get(self, inode: int) -> tuple[FileId, Signature] | tuple[None, None]:
        """Give the generation whose file had an inode, and what it looked like."""
        return self._noted.get(inode, (None, None))

    def keep(self, present: Container[FileId]) -> None:
        """Forget the files of generations that are not there."""
        self._noted = {inode: known for inode, known in self._noted.items() if known[0] in present}

    def doubt(self, inode: int, signature: Signature | None) -> None:
        """Note that what was put by is looked at again, though it may not have changed."""
        if signature:
            self._doubted[inode] = signature

    def is_doubted(self, inode: int) -> bool:
        """Whether what has an inode is to be looked at again."""
        return inode in self._doubted

    def doubts(self, inode: int, signature: Signature) -> bool:
        """Whether a file is looked at again only for what it may have of a known generation; asked once."""
        return self._doubted.pop(inode, None) == signature
