"""How long a file has had something to read."""

from msgspec import Struct


class Behind(Struct):
    """Times and sizes of a file that one sink has not read to its end."""

    since: float
    """What is not read yet was seen at, or after, this time (monotonic seconds)."""
    size: int
    """What lies past this was seen after ``sized``."""
    sized: float

    def passed(self, offset: int, size: int, now: float) -> None:
        """Note how far the file was read, and its size now."""
        if offset >= self.size:
            self.since, self.size, self.sized = self.sized, size, now
