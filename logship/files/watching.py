"""What redaction knows where each block begins and ends: a private key, or a line, may go on from one to the next."""

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from logship.files.framer import Place
from logship.model import Block

Behind = Callable[[Block], str]
"""Gives what is known where a block ends, of one that says what is where it begins."""


class Watch(Struct, frozen=True):
    """Looks at what one reader reads, block after block."""

    behind: Behind

    def marked(self, blocks: Sequence[Block], before: Place, after: Place) -> tuple[list[Block], Place]:
        """Note in blocks that were read from one place to another what is known of each, and in the other place."""
        word, found = before.opened, []
        for block in blocks:
            known = replace(block, opened=word)
            word = self.behind(known)
            found.append(replace(known, open_after=word))
        return found, replace(after, opened=word)

    def halves(self, first: Block, rest: Block) -> tuple[Block, Block]:
        """Note it in two parts of a block."""
        word = self.behind(first)
        return replace(first, open_after=word), replace(rest, opened=word)
