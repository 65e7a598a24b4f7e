"""From an answer to what became of each record, and how a batch is taken apart; pure.

Lines are told apart only here, and only if an answer tells them apart: a batch with one fate is counted as a whole.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from logship.model import Batch, Block, Encoded, Outcome, Sink, Status, Verdict


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that the store will never take, and its reason."""

    record: Encoded
    reason: str
    detail: str


@dataclass(slots=True)
class Settled:
    """What became of the records of one attempt."""

    delivered: Counter[str] = field(default_factory=Counter)
    """``records`` and file ``bytes``."""
    duplicate: Counter[str] = field(default_factory=Counter)
    refused: list[Refusal] = field(default_factory=list)
    again: list[Encoded] = field(default_factory=list)
    """What may yet succeed, oldest first, neighbours put together."""

    @property
    def accepted(self) -> bool:
        """Whether the store took any of them, now or before."""
        return bool(self.delivered["records"] or self.duplicate["records"])


def file_bytes(part: Encoded) -> int:
    """Give the bytes of the file that are in the part's records; what was skipped is counted elsewhere."""
    return 0 if part.block.skipped else part.block.end - part.block.start - part.tally.skipped_bytes


def split(part: Encoded, sink: Sink) -> list[Encoded]:
    """Give the part's records, each encoded alone."""
    return [part] if part.records <= 1 else [sink.encode(block) for block in sink.records(part.block)]


def coalesce(blocks: Iterable[Block]) -> list[Block]:
    """Put neighbours together again: lines that follow one another in one file and share all that a block says."""
    joined: list[list[Block]] = []
    for block in blocks:
        if joined and _follows(joined[-1][-1], block):
            joined[-1].append(block)
        else:
            joined.append([block])
    return [_join(run) for run in joined]


def _follows(first: Block, second: Block) -> bool:
    plain = not (first.flags or second.flags or first.skipped or second.skipped)
    same = (first.file, first.name, first.time_ns, first.end) == (
        second.file,
        second.name,
        second.time_ns,
        second.start,
    )
    return plain and same and first.data.endswith(b"\n")


def _join(run: Sequence[Block]) -> Block:
    first, last = run[0], run[-1]
    if first is last:
        return first
    data = b"".join([block.data for block in run])
    return Block(first.file, first.name, first.start, last.end, data, first.time_ns, first.seen, after=last.after)


def halves(batch: Batch, sink: Sink) -> tuple[Batch, Batch]:
    """Divide a batch of two records or more; the records stay in order."""
    records = [record for part in batch.parts for record in split(part, sink) if record.records]
    middle = len(records) // 2
    return _batch(records[:middle], sink), _batch(records[middle:], sink)


def _batch(records: Sequence[Encoded], sink: Sink) -> Batch:
    return Batch(tuple(sink.encode(block) for block in coalesce(record.block for record in records)))


def settle(batch: Batch, outcome: Outcome, sink: Sink) -> Settled:
    """Say what became of every record of a batch."""
    settled = Settled()
    verdicts = {verdict.index: verdict for verdict in outcome.verdicts}
    rest = Verdict(-1, outcome.status, outcome.reason, outcome.detail)
    start = 0
    for part in batch.parts:
        fates = [verdicts.get(index, rest) for index in range(start, start + part.records)] if verdicts else [rest]
        start += part.records
        _settle_part(settled, part, fates, sink)
    blocks = coalesce(part.block for part in settled.again)
    if len(blocks) < len(settled.again):
        settled.again = [sink.encode(block) for block in blocks]
    return settled


def _settle_part(settled: Settled, part: Encoded, fates: Sequence[Verdict], sink: Sink) -> None:
    if len({(fate.status, fate.reason, fate.detail) for fate in fates}) <= 1:
        _sort(settled, part, fates[0] if fates else Verdict(-1, Status.DELIVERED), sink)
        return
    for record, fate in zip(split(part, sink), fates, strict=True):
        _sort(settled, record, fate, sink)


def _sort(settled: Settled, part: Encoded, fate: Verdict, sink: Sink) -> None:
    if fate.status is Status.ERRORED:
        settled.again.append(part)
    elif fate.status is Status.REJECTED:
        settled.refused += [Refusal(record, fate.reason, fate.detail) for record in split(part, sink) if record.records]
    else:
        counts = settled.delivered if fate.status is Status.DELIVERED else settled.duplicate
        counts["records"] += part.records
        counts["bytes"] += file_bytes(part)


def one_reason(refused: Iterable[Refusal]) -> str:
    """Give the reason that all refusals share; ``several`` if they don't."""
    reasons = [reason for reason, _ in groupby(sorted(each.reason for each in refused))]
    return reasons[0] if len(reasons) == 1 else "several"
