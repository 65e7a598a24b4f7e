"""Turns an Outcome into what became of each record, and splits a batch into smaller ones; pure.

Lines are told apart only here, and only if an answer tells them apart: a batch with one fate is counted as a whole.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from logship.model import Batch, Block, Encoded, Outcome, Sink, Status, Verdict

_TAKEN: Final = frozenset({Status.DELIVERED, Status.DUPLICATE, Status.FAILURE_STORE})


class Record(Struct, frozen=True):
    """One record of a batch."""

    block: Block
    """Its line alone."""
    nbytes: int
    """Bytes of the file that are in it."""
    mended: Encoded | None = None
    """In another form than the encoder's, since the store refused that."""


class Refusal(Struct, frozen=True):
    """A record that the store will never take, and its reason."""

    record: Record
    reason: str
    detail: str


class Settled(Struct):
    """What became of the records of one attempt."""

    delivered: Counter[str] = field(default_factory=Counter)
    """``records`` and file ``bytes``."""
    duplicate: Counter[str] = field(default_factory=Counter)
    failure_store: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    """Refused by a store that did not say which they are; of the bytes, their share."""
    refused: list[Refusal] = field(default_factory=list)
    again: list[Encoded] = field(default_factory=list)
    """What may yet succeed, oldest first, neighbours put together."""
    mended: list[Encoded] = field(default_factory=list)
    """What was refused, in a form that may be taken."""
    repaired: Counter[str] = field(default_factory=Counter)
    """What was mended in the records that the store took."""
    suspects: list[Refusal] = field(default_factory=list)
    """Those of them that may be at fault themselves."""
    held: list[tuple[Refusal, str]] = field(default_factory=list)
    """Those of them whose part of the store can't be written, and which part."""

    records: int = 0
    """How many were sent."""
    left: int = 0
    """How many of them may yet succeed."""
    answers: int = 1
    """How many were answered for one by one, of those that the store took; 1 if it answered for all at once."""

    @property
    def accepted(self) -> bool:
        """Whether the store took any of them, now or before."""
        return bool(self.taken)

    @property
    def taken(self) -> int:
        """How many records the store has."""
        return self.delivered["records"] + self.duplicate["records"] + self.failure_store["records"]


def file_bytes(part: Encoded) -> int:
    """Give the bytes of the file that are in the part's records; what was left out is counted elsewhere."""
    left_out = part.tally.skipped_bytes + part.tally.filtered_bytes
    return 0 if part.block.skipped else part.block.end - part.block.start - left_out


def split(part: Encoded, sink: Sink) -> list[Record]:
    """Give the part's records. Costs next to nothing but the cutting, unless bytes were trimmed off some line."""
    if not part.records:
        return []
    if part.records == part.block.lines == 1 or part.mended:
        return [Record(part.block, file_bytes(part), part if part.mended else None)]
    blocks = sink.records(part.block)
    if sum(block.end - block.start for block in blocks) == file_bytes(part):
        return [Record(block, block.end - block.start) for block in blocks]
    return [Record(block, file_bytes(sink.encode(block))) for block in blocks]


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
    same = (first.file, first.name, first.path, first.time_ns) == (
        second.file,
        second.name,
        second.path,
        second.time_ns,
    )
    return plain and same and first.end == second.start and first.data.endswith(b"\n")


def _join(run: Sequence[Block]) -> Block:
    first, last = run[0], run[-1]
    if first is last:
        return first
    data = b"".join([block.data for block in run])
    return replace(first, end=last.end, data=data, after=last.after, points=())


def encode(blocks: Iterable[Block], sink: Sink) -> list[Encoded]:
    """Encode them with as few calls as can be."""
    return [sink.encode(block) for block in coalesce(blocks)]


def again(some: Iterable[Record], sink: Sink) -> list[Encoded]:
    """Encode records with as few calls as can be; those that were mended stay so."""
    parts: list[Encoded] = []
    for mended, run in groupby(some, key=attrgetter("mended")):
        parts += [mended] if mended else encode([each.block for each in run], sink)
    return parts


def mend(record: Record, fate: Verdict, sink: Sink) -> Encoded:
    """Give the record in the form that the store may take."""
    last = record.mended or sink.encode(record.block)
    before = last.tally.repaired if last.mended else ()
    tally = replace(last.tally, repaired=(*before, (fate.mended, 1)))
    return Encoded(record.block, fate.body, 1, tally, len(fate.body), last.mended + 1)


def records(batch: Batch, sink: Sink) -> list[Record]:
    """Give all records of a batch, in order."""
    return [record for part in batch.parts for record in split(part, sink)]


def halves(batch: Batch, sink: Sink) -> tuple[Batch, Batch]:
    """Divide a batch of two records or more; the records stay in order."""
    found = records(batch, sink)
    middle = len(found) // 2
    return Batch(tuple(again(found[:middle], sink))), Batch(tuple(again(found[middle:], sink)))


def around(batch: Batch, blamed: int | None, sink: Sink) -> Sequence[Batch]:
    """Divide a batch of two records or more into those before the one that is blamed, that one, and those after it.

    None is empty. If no record of the batch is blamed, it is halved.
    """
    if blamed is None or not 0 <= blamed < batch.records:
        return halves(batch, sink)
    found = records(batch, sink)
    runs = (found[:blamed], found[blamed : blamed + 1], found[blamed + 1 :])
    return [Batch(tuple(again(run, sink))) for run in runs if run]


def apart(batch: Batch, fits: Callable[[int], bool], sink: Sink) -> list[Batch]:
    """Divide a batch so that each record whose line does not fit is alone; the records stay in order."""
    runs: list[list[Record]] = [[]]
    for record in records(batch, sink):
        if fits(len(record.block.data)):
            runs[-1].append(record)
        else:
            runs += [[record], []]
    return [Batch(tuple(again(run, sink))) for run in runs if run]


def without(parts: Iterable[Encoded], gone: Iterable[Refusal], sink: Sink) -> list[Encoded]:
    """Give the parts without the records that are gone."""
    left_out = {(each.record.block.file, each.record.block.start) for each in gone}
    found = [record for part in parts for record in split(part, sink)]
    return again([each for each in found if (each.block.file, each.block.start) not in left_out], sink)


def too_long(batch: Batch, sink: Sink) -> bool:
    """Say whether a record of the batch is longer than the store takes."""
    return any(part.longest > sink.limits.max_record_bytes for part in batch.parts)


def part_too_long(batch: Batch, sink: Sink) -> tuple[Batch, list[Refusal]]:
    """Take the records that are longer than the store takes out of a batch; gives the others, and those."""
    limit = sink.limits.max_record_bytes
    found = [(record, len((record.mended or sink.encode(record.block)).body)) for record in records(batch, sink)]
    rest = again([record for record, size in found if size <= limit], sink)
    detail = f"{{}} bytes, and the store takes {limit}"
    refused = [Refusal(record, "record_too_large", detail.format(size)) for record, size in found if size > limit]
    return Batch(tuple(rest)), refused


def settle(batch: Batch, outcome: Outcome, sink: Sink) -> Settled:
    """Say what became of every record of a batch."""
    settled = Settled()
    verdicts = {verdict.index: verdict for verdict in outcome.verdicts}
    rest = Verdict(-1, outcome.status, outcome.reason, outcome.detail)
    left: list[Record] = []
    start = 0
    for part in batch.parts:
        fates = [verdicts.get(index, rest) for index in range(start, start + part.records)] if verdicts else [rest]
        start += part.records
        if len({fate.status for fate in fates}) <= 1 and (not fates or fates[0].status in _TAKEN):
            _count(settled, fates[0].status if fates else Status.DELIVERED, part.records, file_bytes(part))
            if part.mended:
                settled.repaired.update(dict.fromkeys((what for what, _ in part.tally.repaired), 1))
        else:
            left += _settle_part(settled, split(part, sink), fates if verdicts else [rest] * part.records, sink)
    settled.again, settled.left, settled.records = again(left, sink), len(left), start
    if verdicts and left:
        settled.answers = max(1, settled.taken)
    _take_out(settled, outcome.unnamed)
    return settled


def _take_out(settled: Settled, unnamed: int) -> None:
    """Count so many of the delivered records as dropped: records exactly, bytes by the average."""
    records, nbytes = settled.delivered["records"], settled.delivered["bytes"]
    if unnamed and records:
        settled.dropped.update(records=unnamed, bytes=nbytes * unnamed // records)
        settled.delivered.subtract(settled.dropped)


def _settle_part(settled: Settled, split_up: Sequence[Record], fates: Sequence[Verdict], sink: Sink) -> list[Record]:
    """Settle records that do not share one good fate; gives those that may yet succeed."""
    left = []
    for record, fate in zip(split_up, fates, strict=True):
        if fate.status is Status.ERRORED:
            left.append(record)
            if fate.suspect:
                settled.suspects.append(Refusal(record, fate.reason, fate.detail))
            elif fate.scope:
                settled.held.append((Refusal(record, fate.reason, fate.detail), fate.scope))
        elif fate.status is Status.REJECTED and fate.body:
            settled.mended.append(mend(record, fate, sink))
        elif fate.status is Status.REJECTED:
            settled.refused.append(Refusal(record, fate.reason, fate.detail))
        else:
            _count(settled, fate.status, 1, record.nbytes)
    return left


def _count(settled: Settled, status: Status, count: int, nbytes: int) -> None:
    counts = {Status.DUPLICATE: settled.duplicate, Status.FAILURE_STORE: settled.failure_store}.get(
        status, settled.delivered
    )
    counts["records"] += count
    counts["bytes"] += nbytes


def first_reason(outcome: Outcome) -> str:
    """Give the reason of the first record that may yet succeed, else the whole outcome's."""
    errored = (verdict.reason for verdict in outcome.verdicts if verdict.status is Status.ERRORED)
    return next(errored, outcome.reason)


def one_reason(refused: Iterable[Refusal]) -> str:
    """Give the reason that all refusals share; ``several`` if they don't."""
    reasons = {each.reason for each in refused}
    return reasons.pop() if len(reasons) == 1 else "several"
