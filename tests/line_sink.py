"""A sink in memory whose records are plain lines, and the helpers of the tests that deliver to it."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from logship.model import Batch, Block, Encoded, FileId, Finding, Limits, Outcome, Status, Tally, Verdict

DELIVERED = Outcome(Status.DELIVERED)
Answering = Callable[[Batch], Outcome]


def errored(reason: str = "http_503", **more: float | None) -> Outcome:
    """Give an outcome that asks for another attempt."""
    return Outcome(Status.ERRORED, reason, retry_after=more.get("retry_after"))


def rejected(*indexes: int, reason: str = "mapper_parsing_exception") -> Outcome:
    """Give an answer that refuses these records and takes the others."""
    return Outcome(
        Status.DELIVERED, verdicts=tuple(Verdict(i, Status.REJECTED, reason, "secret words") for i in indexes)
    )


def block(*lines: str, start: int = 0, file: str = "f" * 22, flags: tuple[str, ...] = ()) -> Block:
    """Give a block of these lines; an empty one makes no record."""
    data = "".join(f"{line}\n" for line in lines).encode()
    return Block(FileId(file), "a.log", start, start + len(data), data, 1, 0.0, flags)


@dataclass
class LineSink:
    """Answers by script, then takes everything; ``stored`` is what it took, in order."""

    script: deque[Outcome | Answering] = field(default_factory=deque)
    otherwise: Outcome | Answering = DELIVERED
    attempts: list[list[str]] = field(default_factory=list)
    """The lines of each attempt."""
    batches: list[Batch] = field(default_factory=list)
    """The batch of each attempt."""
    stored: list[str] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)
    seconds: float = 0.0
    """How long each attempt takes."""

    def encode(self, block: Block) -> Encoded:
        """Upper-case the lines; the empty ones are skipped."""
        lines = self._lines(block)
        kept = [line.removesuffix(b"\n") for line in lines if line.strip()]
        blank = len(lines) - len(kept)
        tally = Tally((("empty", blank, blank),)) if blank else Tally()
        records = [line.upper() + b"\n" for line in kept]
        return Encoded(block, b"".join(records), len(records), tally, max(map(len, records), default=0))

    def records(self, block: Block) -> list[Block]:
        """Give the lines that are not empty; those that are one record together."""
        found, offset = [], block.start
        for line in self._lines(block):
            end = offset + len(line)
            if line.strip():
                joins = tuple(join for join in block.joins if join == (offset, end))
                found.append(replace(block, start=offset, end=end, data=line, joins=joins))
            offset = end
        return found

    @staticmethod
    def _lines(block: Block) -> list[bytes]:
        lines, offset, ends = [], block.start, dict(block.joins)
        while offset < block.end:
            newline = block.data.find(b"\n", offset - block.start) + 1
            end = ends.get(offset, block.start + newline if newline else block.end)
            lines.append(block.data[offset - block.start : end - block.start])
            offset = end
        return lines

    async def deliver(self, batch: Batch) -> Outcome:
        """Answer by script."""
        lines = batch.body.decode().lower().splitlines()
        self.attempts.append(lines)
        self.batches.append(batch)
        if self.seconds:
            await asyncio.sleep(self.seconds)
        answer = self.script.popleft() if self.script else self.otherwise
        outcome = answer(batch) if callable(answer) else answer
        fates = {verdict.index: verdict.status for verdict in outcome.verdicts}
        self.stored += [line for i, line in enumerate(lines) if fates.get(i, outcome.status) is Status.DELIVERED]
        return outcome

    async def preflight(self, *, send: bool) -> Sequence[Finding]:
        """Find nothing."""
        del send
        return []
