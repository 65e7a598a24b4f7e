"""Turns acknowledgements in any order into the contiguous prefix of each file that may be saved (promise 1)."""

from collections import deque
from collections.abc import Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from logship.model import Block, FileId
from logship.state.identity import MARKER_BYTES, Print, Saved

_MAX_IN_FLIGHT_SAVED = 64


class _Sent(Struct):
    block: Block
    acked: bool = False


class _FileAcks(Struct):
    saved: Saved
    tail: bytes = b""
    """The last bytes before the saved offset, while they are known."""
    sent: deque[_Sent] = field(default_factory=deque)
    before: tuple[tuple[int, int, int], ...] = ()
    """What may have left in an earlier life, as in ``Saved.in_flight``: kept until it was sent again."""
    gone: bool = False
    """To be dropped once nothing of it is on its way."""


class Ledger:
    """What one sink has been sent and has acknowledged, per file."""

    def __init__(self) -> None:
        self._files: dict[FileId, _FileAcks] = {}

    def open(self, file: FileId, saved: Saved) -> None:
        """Begin with what the checkpoint says, unless the file is known."""
        self._files.setdefault(file, _FileAcks(saved, before=saved.in_flight)).gone = False

    def forget(self, file: FileId) -> None:
        """Drop a file that is closed, as soon as nothing of it is on its way."""
        if acks := self._files.get(file):
            acks.gone = True
            self._drop_gone(file, acks)

    def sent(self, block: Block) -> None:
        """Note a block in read order, before it can leave."""
        self._files[block.file].sent.append(_Sent(block))

    def ack(self, block: Block) -> None:
        """Note that every record of the block is settled; the saved offset moves over the acked prefix."""
        acks = self._files[block.file]
        next(sent for sent in acks.sent if sent.block is block).acked = True
        while acks.sent and acks.sent[0].acked:
            done = acks.sent.popleft().block
            acks.tail = done.data[-MARKER_BYTES:]
            acks.saved = Saved(done.end, done.after)
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
        sent = [(each.block.start, each.block.end, each.block.time_ns) for each in acks.sent]
        reached = sent[-1][1] if sent else acks.saved.offset
        acks.before = tuple(each for each in acks.before if each[1] > reached)
        return replace(acks.saved, in_flight=(*sent, *acks.before)[:_MAX_IN_FLIGHT_SAVED])

    def outstanding(self, file: FileId) -> bool:
        """Whether a block of the file is still on its way."""
        acks = self._files.get(file)
        return bool(acks and acks.sent)

    def in_flight(self) -> Iterator[Block]:
        """Give the oldest block on its way of each file."""
        return (acks.sent[0].block for acks in self._files.values() if acks.sent)

    def _drop_gone(self, file: FileId, acks: _FileAcks) -> None:
        if acks.gone and not acks.sent:
            del self._files[file]
