"""What takes out of records what must not leave the pod, as this room knows it (:mod:`logship.redaction`); pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from logship.model import Block, Tally

HOLLOW: Final = b'"}'
"""A rest that is empty, where all others lack a quote and a brace."""


class Changed(NamedTuple):
    """What some records became."""

    rests: list[bytes]
    """Of all of them (:class:`logship.records.layouts.Rows`), whole."""
    places: Sequence[int]
    """Which were looked at one by one, and changed; others may have lost members that the paths name."""
    records: int
    """How many were changed."""
    counts: Mapping[str, int]
    """Values that were taken out, by detector."""
    failed: Mapping[int, str]
    """Which could not be looked at, and why: they must not be sent."""


class Redaction(Protocol):
    """Takes out of records what must not leave the pod."""

    @property
    def kinds(self) -> Sequence[str]:
        """By what values are taken out, for metrics."""

    @property
    def added(self) -> Sequence[str]:
        """The names of what it adds to records, at the top."""

    def rests(
        self,
        text: bytes,
        count: int,
        whole: Callable[[], list[bytes]],
        block: Block,
        offsets: Callable[[], Sequence[int]],
        /,
    ) -> Changed | None:
        """Look at what follows our fields in so many records of a block; None if none is changed.

        ``text`` has them with a newline between two, all that are empty as :data:`HOLLOW`; ``whole`` gives them apart.
        """

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

    def behind(self, block: Block, /) -> str:
        """Give what is known where a block ends."""

    def parted(self, block: Block, records: Sequence[Block], /) -> list[Block]:
        """Say of each record of a block, in order, what is known where it begins."""
