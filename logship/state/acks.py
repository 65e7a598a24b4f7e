"""Turns acknowledgements in any order into the contiguous prefix of each file that may be saved (promise 1)."""

from collections import deque
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from logship.model import Block, FileId, LineState
from logship.state.fingerprint import points_of
from logship.state.identity import MARKER_BYTES, Print, Saved

_MAX_IN_FLIGHT_SAVED = 64


class _Sent(Struct):
    """Bytes on their way, or acknowledged behind such; of the latter no data is kept, but for the tail."""

    start: int
    end: int
    after: LineState
    time_ns: int
    block: Block | None
    """None once it is acknowledged."""
    tail: bytes = b""
    open_after: str = ""


class _FileAcks(Struct):
    saved: Saved
    tail: bytes = b""
    """The last bytes before the saved offset, while they are known."""
    sent: deque[_Sent] | None = None
    """None while nothing is on its way: there are thousands of files."""
    before: tuple[tuple[int, int, int], ...] = ()
    """What may have left in an earlier life, as in ``Saved.in_flight``: kept until it was sent again."""
    proofs: tuple[tuple[int, int, int], ...] = ()
    """Of that, as in ``Saved.proofs``."""
    gone: bool = False
    """To be dropped once nothing of it is on its way."""


class Ledger:
    """What one sink has been sent and has acknowledged, per file."""

    def __init__(self) -> None:
        self._files: dict[FileId, _FileAcks] = {}

    def open(self, file: FileId, saved: Saved) -> None:
        """Begin with what the checkpoint says, unless the file is known."""
        self._files.setdefault(file, _FileAcks(saved, before=saved.in_flight, proofs=saved.proofs)).gone = False

    def forget(self, file: FileId) -> None:
        """Drop a file that is closed, as soon as nothing of it is on its way."""
        if acks := self._files.get(file):
            acks.gone = True
            self._drop_gone(file, acks)

    def sent(self, block: Block) -> None:
        """Note a block in read order, before it can leave."""
        acks = self._files[block.file]
        if acks.sent is None:
            acks.sent = deque()
        acks.sent.append(_Sent(block.start, block.end, block.after, block.time_ns, block, b"", block.open_after))

    def ack(self, block: Block, waiting: Sequence[Block] = ()) -> None:
        """Note that every record of the block is settled; the saved offset moves over the acked prefix.

        ``waiting`` are records of it, in order, that are not: each is from now on a block of its own.
        """
        acks = self._files[block.file]
        assert acks.sent is not None  # noqa: S101 - it was sent
        number, sent = next((at, each) for at, each in enumerate(acks.sent) if each.block is block)
        if waiting:
            _split(acks.sent, number, block, waiting)
        else:
            sent.block, sent.tail = None, block.data[-MARKER_BYTES:]
        while acks.sent and acks.sent[0].block is None:
            done = acks.sent.popleft()
            acks.tail = done.tail
            acks.saved = Saved(done.end, done.after, opened=done.open_after)
        if len(acks.sent) > _MAX_IN_FLIGHT_SAVED:
            acks.sent = _joined(acks.sent)
        acks.sent = acks.sent or None
        self._drop_gone(block.file, acks)

    def offset(self, file: FileId) -> int:
        """Give the acknowledged offset; 0 for an unknown file."""
        acks = self._files.get(file)
        return acks.saved.offset if acks else 0

    def saved(self, file: FileId) -> Saved | None:
        """Give what to write into the checkpoint for this file; None if this sink does not know it."""
        acks = self._files.get(file)
        if acks is None:
            return None
        if acks.tail:
            acks.saved, acks.tail = replace(acks.saved, marker=Print.of(acks.tail)), b""
        if not (acks.sent or acks.before or acks.saved.in_flight):
            return acks.saved  # the same object, as long as nothing happens
        sent = [(each.start, each.end, each.time_ns) for each in acks.sent or ()]
        reached = sent[-1][1] if sent else acks.saved.offset
        acks.before = tuple(each for each in acks.before if each[1] > reached)
        acks.proofs = tuple(each for each in acks.proofs if each[1] > reached)
        blocks = [each.block for each in acks.sent or () if each.block and each.block.data]
        proofs = [*((block.start, block.end, points_of(block)[-1][1]) for block in blocks), *acks.proofs]
        left = (*sent, *acks.before)[:_MAX_IN_FLIGHT_SAVED]
        return replace(acks.saved, in_flight=left, proofs=tuple(proofs[:_MAX_IN_FLIGHT_SAVED]))

    def outstanding(self, file: FileId) -> bool:
        """Whether a block of the file is still on its way."""
        acks = self._files.get(file)
        return bool(acks and acks.sent)

    def in_flight(self) -> Iterator[Block]:
        """Give the oldest block on its way of each file."""
        return (acks.sent[0].block for acks in self._files.values() if acks.sent and acks.sent[0].block)

    def _drop_gone(self, file: FileId, acks: _FileAcks) -> None:
        if acks.gone and not acks.sent:
            del self._files[file]


def _split(sent: deque[_Sent], number: int, block: Block, waiting: Sequence[Block]) -> None:
    """Put the records that wait, and what is around them and acknowledged, in the place of a block of whole lines."""
    pieces: list[_Sent] = []
    at = block.start
    for end, record in [*((each.start, each) for each in waiting), (block.end, None)]:
        if at < end:
            tail = block.data[: end - block.start][-MARKER_BYTES:]
            opened = record.opened if record else ""
            pieces.append(_Sent(at, end, LineState.WHOLE, block.time_ns, None, tail, opened))
        if record:
            pieces.append(
                _Sent(record.start, record.end, LineState.WHOLE, block.time_ns, record, b"", record.open_after)
            )
            at = record.end
    pieces[-1].after, pieces[-1].open_after = block.after, block.open_after
    sent.rotate(-number)
    sent.popleft()
    sent.extendleft(reversed(pieces))
    sent.rotate(number)


def _joined(sent: deque[_Sent]) -> deque[_Sent]:
    """Make one of acknowledged neighbours: what waits may wait for long, and must not cost more with each block."""
    joined: deque[_Sent] = deque()
    for each in sent:
        if joined and joined[-1].block is None and each.block is None:
            first = joined[-1]
            joined[-1] = _Sent(first.start, each.end, each.after, first.time_ns, None, each.tail, each.open_after)
        else:
            joined.append(each)
    return joined
