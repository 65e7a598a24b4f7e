"""What takes out of records what must not leave the pod, as this room knows it (:mod:`logship.redaction`); pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from logship.model import Block, Tally

HOLLOW: Final = b'"}'
"""A rest that is empty, where all others lack a quote and a brace."""


class Rests(NamedTuple):
    """What follows our fields in the records of a block."""

    records: int
    together: Callable[[], bytes]
    """All of them, a newline between two; those that are empty may be :data:`HOLLOW`. One may have newlines itself."""
    one: Callable[[int], bytes]
    """One, by place."""
    read: bytes
    """The lines of the block, if each of them is a record, and has in it all that is in its rest; else nothing."""
    place: Callable[[int], int]
    """Tells which of those lines has the byte at a place in them."""


class Changed(NamedTuple):
    """What some records became."""

    rests: Sequence[bytes] | None
    """All of them (:class:`logship.records.layouts.Rows`), whole but for those that are hollow; None: as they were."""
    some: Mapping[int, bytes]
    """What was changed beside that, by place, whole."""
    records: int
    """How many were changed."""
    counts: Mapping[str, int]
    """Values that were taken out, by detector."""
    failed: Mapping[int, str]
    """Which could not be looked at, and why: they must not be sent."""
    lengths: Mapping[int, int]
    """How many bytes those had."""


class Redaction(Protocol):
    """Takes out of records what must not leave the pod."""

    @property
    def kinds(self) -> Sequence[str]:
        """By what values are taken out, for metrics."""

    @property
    def added(self) -> Sequence[str]:
        """The names of what it adds to records, at the top."""

    def rests(self, rests: Rests, block: Block, offsets: Callable[[], Sequence[int]], /) -> Changed | None:
        """Look at records of a block; None if none is changed."""

    def lines(
        self, lines: Sequence[bytes], block: Block, offsets: Callable[[], Sequence[int]], tally: Tally, /
    ) -> tuple[Sequence[bytes], Tally]:
        """Do the same with lines as they were written; give the tally with what it came to."""

    def value(self, name: str, raw: bytes, /) -> bytes:
        """Give what the raw JSON value of a top-level member becomes."""

    def may_have(self, name: str, raw: bytes, /) -> bool:
        """Say whether the paths may name a top-level member, or what is in its raw JSON value."""

    def text(self, text: str, /) -> str:
        """Give a text of ours, in which a file's name may be; surrogates stand for bytes that are not UTF-8."""

    def shown(self, block: Block, /) -> Block:
        """Give the block with such names of its file as may be shown."""

    def letter(self, block: Block, /) -> Block:
        """Give a block of one record as it may be kept among the dead letters; it may be longer then, or shorter."""

    def tried(self) -> Mapping[str, bool]:
        """Say of each detector that has a sample whether it finds it."""

    def behind(self, block: Block, /) -> str:
        """Give what is known where a block ends."""

    def parted(self, block: Block, records: Sequence[Block], /) -> list[Block]:
        """Say of each record of a block, in order, what is known where it begins."""
