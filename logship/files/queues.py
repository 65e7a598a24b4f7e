"""Which files are read one after the other, and which in turn."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Protocol

from logship.files.names import shape
from logship.files.tailing import TailedFile


class Order(Protocol):
    """In which order files are read, one after the other, by their inodes."""

    def rank(self, inode: int, /) -> tuple[Any, ...]:
        """Give what they are sorted by."""

    def may_read(self, inode: int, /) -> bool:
        """Whether no other has to be opened before."""


def in_queues(files: Iterable[TailedFile]) -> list[tuple[str, list[TailedFile]]]:
    """Give files, oldest first, in queues, each with the lineage of its first one: generations of one lineage.

    Names that differ in digits only, as dated and numbered ones do, are in one queue where each file had stopped
    growing before the next one began: what one writer wrote stays in order after a back-log. Sessions that are written
    at the same time do not wait for each other.
    """
    queues: dict[str, list[TailedFile]] = {}
    order: list[tuple[str, list[TailedFile]]] = []
    last: dict[str, TailedFile] = {}
    for file in files:
        series = _series(file.lineage)
        if file.lineage not in queues:
            former = last.get(series)
            if former and file.birth_ns and former.mtime_ns <= file.birth_ns:
                queues[file.lineage] = queues[former.lineage]
            else:
                queues[file.lineage] = []
                order.append((file.lineage, queues[file.lineage]))
        queues[file.lineage].append(file)
        last[series] = file
    return order


@lru_cache(maxsize=1024)
def _series(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return f"{folder}/{shape(name)}"
