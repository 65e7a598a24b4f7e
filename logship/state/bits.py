"""Sets of hashes that may be any number: what is asked about is surely not in one, or maybe."""

from mmap import mmap


class Bits:
    """One bit for each hash; takes no memory before it has some."""

    def __init__(self, bits: int) -> None:
        """``bits``: a power of two."""
        self._last = bits - 1
        self._bits = mmap(-1, bits // 8)

    def add(self, hashed: int) -> None:
        """Have a hash."""
        self._bits[(hashed & self._last) >> 3] |= 1 << (hashed & 7)

    def __contains__(self, hashed: int) -> bool:
        """Whether this hash, or another one with its bit, is there."""
        return bool(self._bits[(hashed & self._last) >> 3] >> (hashed & 7) & 1)
