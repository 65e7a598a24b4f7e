"""Files of which ``PARSE`` can make nothing: told once each, when many lines have shown it."""

import logging
from typing import Final

from logship.model import Block, FileId, Tally

logger = logging.getLogger(__name__)

ENOUGH: Final = 1000
"""Lines without one that could be parsed."""
_FILES: Final = 4096
"""Files that are remembered; then all are forgotten, and may be told of again."""


class Strangers:
    """Counts, for each file, the lines before the first one that could be parsed."""

    def __init__(self) -> None:
        self._unparsed: dict[FileId, int] = {}

    def saw(self, block: Block, tally: Tally) -> None:
        """Note what was made of a block's lines; nothing is noted where nobody asked for it."""
        if not (tally.parsed or tally.unparsed):
            return
        if len(self._unparsed) >= _FILES and block.file not in self._unparsed:
            self._unparsed.clear()
        before = self._unparsed.get(block.file, 0)
        known = before >= ENOUGH or tally.parsed
        now = self._unparsed[block.file] = ENOUGH if known else before + tally.unparsed
        if now >= ENOUGH and not known:
            logger.warning(
                "none of this file's lines is of the form that LOGSHIP_PARSE names; they stay messages",
                extra={"file": block.name, "lines": now},
            )
