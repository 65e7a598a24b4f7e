"""Row numbers by inode: some 20 bytes each, where a dict takes 116, for there may be a hundred thousand of them."""

from array import array
from collections.abc import Iterator
from typing import Final

_EMPTY: Final = 0
_GONE: Final = 2**32 - 1
_LEAST_BITS: Final = 10
_GOLDEN: Final = 0x9E3779B97F4A7C15
_MASK: Final = 2**64 - 1


class RowIndex:
    """The last row of each inode that has one, in a table with open addressing."""

    def __init__(self) -> None:
        self._inodes = array("Q")
        """By row."""
        self._clear(_LEAST_BITS)

    def _clear(self, bits: int) -> None:
        self._shift, self._last = 64 - bits, (1 << bits) - 1
        self._slots = array("I", bytes(4 << bits))
        self._count = self._used = 0

    def __len__(self) -> int:
        """Give how many inodes have a row."""
        return self._count

    def __contains__(self, inode: int) -> bool:
        """Whether an inode has a row."""
        return self.get(inode) >= 0

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Give each inode and its row, in no order; to be taken whole before anything changes."""
        return ((self._inodes[slot - 1], slot - 1) for slot in self._slots if slot not in (_EMPTY, _GONE))

    def append(self, inode: int, *, there: bool) -> None:
        """Note the inode of the next row; unless it is ``there``, the row is nobody's."""
        self._inodes.append(inode)
        if there:
            self._put(inode, len(self._inodes))

    def get(self, inode: int) -> int:
        """Give the row of an inode; -1 where it has none."""
        at, slots, inodes, last = (inode * _GOLDEN & _MASK) >> self._shift, self._slots, self._inodes, self._last
        while slot := slots[at]:
            if slot != _GONE and inodes[slot - 1] == inode:
                return slot - 1
            at = at + 1 & last
        return -1

    def forget(self, inode: int) -> None:
        """Have an inode without a row."""
        if (at := self._place(inode)) is not None:
            self._slots[at] = _GONE
            self._count -= 1

    def _place(self, inode: int) -> int | None:
        at = (inode * _GOLDEN & _MASK) >> self._shift
        while slot := self._slots[at]:
            if slot != _GONE and self._inodes[slot - 1] == inode:
                return at
            at = at + 1 & self._last
        return None

    def _put(self, inode: int, slot: int) -> None:
        at = self._place(inode)
        if at is not None:
            self._slots[at] = slot
            return
        if self._used * 3 > self._last * 2:
            self._grow()
        at = (inode * _GOLDEN & _MASK) >> self._shift
        while self._slots[at]:
            at = at + 1 & self._last
        self._slots[at] = slot
        self._count += 1
        self._used += 1

    def _grow(self) -> None:
        """Put all that is there into a table that is at most a third full."""
        there = array("I", (slot for slot in self._slots if slot not in (_EMPTY, _GONE)))
        self._clear(max(_LEAST_BITS, (len(there) * 3).bit_length()))
        for slot in there:
            self._put(self._inodes[slot - 1], slot)
