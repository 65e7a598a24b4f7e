"""What moves through logship, and the two seams (Sink, SinkModule) that it moves across.

Everything that moves is frozen: a value may be kept, sent twice or split without asking who else holds it.
This module imports nothing of ours.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from enum import Enum
from typing import Any, Final, NewType, Protocol

from msgspec import Struct

FileId = NewType("FileId", str)
"""Random identity of one file generation: 22 characters of ``[A-Za-z0-9_-]`` (128 bits, base64url)."""


NO_LIMIT = 2**63 - 1
"""More bytes, or records, than there ever are."""


LEAST_BYTES = 4096
"""What a block counts at least: a thousand files may have one line each."""


class LineState(Enum):
    """Where an offset stands within a line; saved beside the offset in the checkpoint."""

    WHOLE = "whole"
    """At the start of a line."""
    PARTIAL = "partial"
    """Within a line whose first part was shipped as ``partial``: the rest is a ``continuation``."""
    SKIPPING = "skipping"
    """Within an overlong line: the rest, up to its newline, is skipped."""


AS_TEXT: Final = "as_text"
"""The flag of a record that a fault of logship's keeps from being read: its text is sent as it stands."""


class Block(Struct, frozen=True):
    """Bytes of one file that were read at once: the unit that moves.

    Either *whole lines* (``flags`` and ``skipped`` empty; each line ends with its newline), or *one record with flags*
    (``flags`` not empty; the newline may be missing), or *a gap* (``skipped`` names why; ``data`` is empty and the
    bytes make no record, they only have to be acknowledged in order).
    """

    file: FileId
    name: str
    """The file's name without folder, as first seen; surrogate escapes stand for bytes that are not UTF-8."""
    start: int
    """Byte offset of the first byte."""
    end: int
    """Byte offset just past the last byte; ``end - start == len(data)`` unless this is a gap."""
    data: bytes
    time_ns: int
    """Event time, in epoch nanoseconds, of the records that name none: the file's mtime at the first read."""
    seen: float
    """Monotonic seconds at the read, for latency."""
    flags: tuple[str, ...] = ()
    """``truncated``, ``partial``, ``continuation`` or ``as_text``: what the record says of itself in ``log.flags``."""
    skipped: str = ""
    """Why the bytes of a gap make no record: ``overlong``, ``nul``, ``empty``."""
    after: LineState = LineState.WHOLE
    """Where ``end`` stands within a line."""
    joins: tuple[tuple[int, int], ...] = ()
    """(start, end) in the file, ascending, of several lines that are one record each."""
    cuts: tuple[tuple[int, str], ...] = ()
    """(offset, word) of what has to be noted before the block leaves, so that the same bytes make the same records when
    they are read again: where records were cut though they might have gone on, and, at 0, what was learned."""
    points: tuple[tuple[int, int], ...] = ()
    """Offsets from the start to the end of what was read, and the CRC-32 of its bytes up to each; empty where unknown.
    They are of a block only if they begin and end with it: it may be a part of what was read."""
    path: str = ""
    """The whole path whose last part ``name`` is, as first seen; empty where it was not kept."""
    opened: str = ""
    """What redaction knows where it begins: that a private key, or a line, began before (:mod:`logship.redaction`)."""
    open_after: str = ""
    """The same where it ends."""

    @property
    def lines(self) -> int:
        """How many lines the data has; an unterminated last one counts. 0 for a gap."""
        return self.data.count(b"\n") + (bool(self.data) and not self.data.endswith(b"\n"))

    @property
    def weight(self) -> int:
        """What it counts against a bound, in bytes."""
        return max(LEAST_BYTES, len(self.data))


class Tally(Struct, frozen=True):
    """What the encoder noticed in one block, for the metrics."""

    skipped: tuple[tuple[str, int, int], ...] = ()
    """(reason, lines, bytes) that made no record: ``empty``, ``nul``, ``bom``, ``overlong``. A line that was only
    trimmed counts 0 lines and the bytes trimmed off."""
    decode_errors: int = 0
    """Lines in which invalid UTF-8 was replaced."""
    overridden: int = 0
    """Records of the application that had a field of ours, or a name that clashes with one."""
    bad_times: int = 0
    """Records with an event time that could not be understood."""
    future_times: int = 0
    """Records with an event time over 5 minutes later than the block's."""
    without_level: int = 0
    """Records whose level nothing tells."""
    without_time: int = 0
    """Records that take their file's time for want of their own."""
    repaired: tuple[tuple[str, int], ...] = ()
    """(what, records) that were no JSON, or none that the store takes, and were mended; a record may count twice."""
    parsed: int = 0
    """Lines of which ``PARSE`` made fields."""
    unparsed: int = 0
    """Lines that are not of the form that ``PARSE`` names."""
    filtered: tuple[tuple[str, int, int], ...] = ()
    """(reason, records, bytes) that this sink is not to have: ``condition``, ``no_level``, ``sampled``."""
    redactions: tuple[tuple[str, int], ...] = ()
    """(detector, values) that were taken out."""
    redacted: int = 0
    """Records out of which something was taken."""
    unredactable: tuple[str, ...] = ()
    """Why, of each record that could not be looked at, and is sent as a stub."""

    @property
    def skipped_lines(self) -> int:
        """Lines of the block that made no record."""
        return sum(lines for _, lines, _ in self.skipped) if self.skipped else 0

    @property
    def skipped_bytes(self) -> int:
        """Bytes of the block that are in no record."""
        return sum(size for _, _, size in self.skipped) if self.skipped else 0

    @property
    def filtered_records(self) -> int:
        """Records that this sink is not to have."""
        return sum(records for _, records, _ in self.filtered) if self.filtered else 0

    @property
    def filtered_bytes(self) -> int:
        """Bytes of the block that are in those."""
        return sum(size for _, _, size in self.filtered) if self.filtered else 0


class Encoded(Struct, frozen=True):
    """A block as its sink sends it."""

    block: Block
    body: bytes
    """Whole records in the sink's layout, uncompressed, each with its separator or newline."""
    records: int
    tally: Tally = Tally()
    longest: int = 0
    """No record has more bytes; exact where that is more than the store takes of one."""
    mended: int = 0
    """How often its one record was refused and made another one; 0 for what the encoder gave."""


class Batch(Struct, frozen=True):
    """What one delivery carries, oldest block first."""

    parts: tuple[Encoded, ...]

    @property
    def records(self) -> int:
        """How many records it has."""
        return self.parts[0].records if len(self.parts) == 1 else sum(part.records for part in self.parts)

    @property
    def nbytes(self) -> int:
        """Encoded, uncompressed bytes."""
        return len(self.parts[0].body) if len(self.parts) == 1 else sum(len(part.body) for part in self.parts)

    @property
    def body(self) -> bytes:
        """All records in the sink's layout, one after the other."""
        return self.parts[0].body if len(self.parts) == 1 else b"".join([part.body for part in self.parts])


class Status(Enum):
    """What became of a batch or of one record, in the terms of the field."""

    DELIVERED = "delivered"
    """The store has it."""
    DUPLICATE = "duplicate"
    """The store had it already: as good as delivered, counted apart."""
    FAILURE_STORE = "failure_store"
    """The store has it, but where it keeps what it could not index: nobody who searches the index finds it."""
    ERRORED = "errored"
    """It may yet succeed: send it again."""
    REJECTED = "rejected"
    """It never will: put it aside."""


class Verdict(Struct, frozen=True):
    """What became of one record of a batch whose answer told records apart."""

    index: int
    """Which record of the batch, from 0."""
    status: Status
    reason: str = ""
    """A few words of bounded vocabulary, free of log content, fit for a metric label (``mapper_parsing_exception``)."""
    detail: str = ""
    """The store's own words; may quote the record, so only the dead letter shows it."""
    suspect: bool = False
    """ERRORED in a way that may be the record's own fault: the store's own 500, say."""
    body: bytes = b""
    """REJECTED as it was: in this form the store may take it, so it is sent again at once."""
    mended: str = ""
    """What was mended in that form, as in :class:`Tally`."""
    scope: str = ""
    """ERRORED for a part of the store alone, an index say, that can't be written now: the others go on."""


class Outcome(Struct, frozen=True):
    """What one attempt to deliver a batch came to."""

    status: Status
    """What became of every record that ``verdicts`` does not name."""
    reason: str = ""
    """As in :class:`Verdict`; ``http_503``, ``timeout``, ``connection_refused``."""
    detail: str = ""
    """As in :class:`Verdict`."""
    verdicts: tuple[Verdict, ...] = ()
    blamed: int | None = None
    """Of a batch REJECTED as a whole: the index of the record that the store names as the reason. It is sent on its
    own to make sure, and those before and after it apart from it; without it, the batch is halved."""
    kept: bool = False
    """With ``blamed``: the store has the records before that one, and none after it."""
    unnamed: int = 0
    """Of a batch DELIVERED without verdicts: how many of its records the store refused without saying which."""
    ignored: int = 0
    """Of a batch DELIVERED: how many of its records the store may leave out without a word, for the reason."""
    retry_after: float | None = None
    """Seconds that the store asked to wait."""
    too_large: bool = False
    """ERRORED for its size: halve it and send both halves; a single record that is too large is rejected."""
    fault: bool = False
    """ERRORED for a wrong setting or credential: keep the data, retry slowly, say so once a minute."""
    suspect: bool = False
    """ERRORED in a way that may be one record's fault, by a reason of the store's own; 500, a cut connection, a
    time-out and an answer that makes no sense are so by themselves (:mod:`logship.delivery.suspects`)."""


class Limits(Struct, frozen=True):
    """What a store takes in one request; the setting or this, the smaller wins."""

    max_bytes: int = NO_LIMIT
    """Encoded, uncompressed."""
    max_records: int = NO_LIMIT
    max_record_bytes: int = NO_LIMIT
    """Of one record, encoded; a longer one is a dead letter, and never sent."""
    separable: bool = True
    """Whether one record may make a whole request fail, so that smaller ones are worth trying; else they are not: where
    a batch is a write, say, that waits for its reader."""


class Finding(Struct, frozen=True):
    """One line of ``logship check``."""

    good: bool
    subject: str
    """What was looked at: ``elasticsearch: DNS``."""
    message: str
    """What is so and, where it is wrong, what to do; free of secrets."""


class Sink(Protocol):
    """Takes one batch at a time to one store. It neither retries nor sleeps: delivery does."""

    @property
    def limits(self) -> Limits:
        """The store's own limits on one request."""

    def encode(self, block: Block, /) -> Encoded:
        """Give the block's records in the store's layout; pure, and the same for the same block."""

    def records(self, block: Block, /) -> list[Block]:
        """Take a block apart: one block for each record of ``encode(block)``, in its order; pure."""

    async def deliver(self, batch: Batch, /) -> Outcome:
        """Make one attempt. Cancelling it gives up the attempt; the caller bounds its time."""

    async def preflight(self, *, send: bool) -> Sequence[Finding]:
        """Find out, for ``logship check``, what stands in the way; with ``send`` deliver one test record."""


class SinkModule(Protocol):
    """A module of :mod:`logship.sinks` is the plugin: it is found by its name and imported only when chosen."""

    Settings: Any
    """A dataclass of :func:`logship.settings.config.setting` fields: its variables are ``LOGSHIP_<MODULE>_<FIELD>``."""

    def open_sink(self, settings: Any, enrichment: Any, /) -> AbstractAsyncContextManager[Sink]:  # noqa: ANN401
        """Open the sink with its own ``Settings`` and an ``Enrichment`` of the records; leaving closes it."""

    def encoder(self, settings: Any, enrichment: Any, /) -> Any:  # noqa: ANN401
        """Give the sink's :class:`logship.records.encoding.Encoder`, of records that people can read; opens nothing."""
