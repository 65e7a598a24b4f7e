"""Several lines of a file as one record: what is held back, until when, and what has to be known to cut so again."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from logship.files.framer import Place, advance
from logship.files.strangers import MULTILINE, Strangers
from logship.model import NO_LIMIT, FileId
from logship.own_faults import OwnFaults
from logship.records.framing import Frame
from logship.records.joining import Joined, More, join_lines
from logship.records.line_starts import LEARNED_BYTES
from logship.records.multiline import Multiline, parse_multiline
from logship.records.plain_lines import is_plain
from logship.records.runtime_lines import RUNTIMES, RuntimeLines

_BRIEF = 0.15
"""Part of the wait that is enough for a line that nobody knows: a message and its trace are nearly always one write.
By default the line leaves with the batch that those before it opened."""
EARLY_SECONDS = 1e-6
"""A timer may fire so much too early: the loop counts what is within its clock's resolution as due."""


_NO_WORDS: Final = dict[int, str]()
_NO_OFFSETS: Final = list[int]()
"""Of all files that have no cut, and there are thousands: never to be changed."""


class Cuts:
    """What is noted of one generation: where records were cut by force, and the form that was learned.

    Both outlive the daemon. A cut is needed until all sinks have acknowledged what is before it, and noted: there may
    be any number of them.
    """

    __slots__ = ("_fresh", "_offsets", "_words", "form")

    def __init__(self, saved: Iterable[tuple[int, str]] = ()) -> None:
        words = dict(saved)
        self.form = words.pop(0, "")
        """What was learned; empty where nothing was."""
        self._words, self._offsets = (words, sorted(words)) if words else (_NO_WORDS, _NO_OFFSETS)
        self._fresh = False
        """Whether a form was learned that is in no checkpoint yet."""

    @property
    def any(self) -> bool:
        """Whether anything is noted."""
        return bool(self.form or self._words)

    def state(self, offset: int) -> str:
        """Give the state of the record that was cut at an offset; empty where none was."""
        return self._words.get(offset, "")

    def after(self, offset: int) -> int:
        """Give the first cut past an offset; NO_LIMIT where there is none."""
        at = bisect_right(self._offsets, offset)
        return self._offsets[at] if at < len(self._offsets) else NO_LIMIT

    def note(self, form: str, frames: Iterable[Frame]) -> list[Frame]:
        """Note what was learned, and where frames were cut; give them with all that is noted before they leave."""
        if form and not self.form:
            self.form, self._fresh = form, True
        return [self._noted(frame) for frame in frames]

    def _noted(self, frame: Frame) -> Frame:
        for offset, word in frame.cuts:
            if not self._words:
                self._words, self._offsets = {}, []
            if offset not in self._words:
                insort(self._offsets, offset)
            self._words[offset] = word
        within = self._offsets[bisect_right(self._offsets, frame.start) : bisect_right(self._offsets, frame.end)]
        learned = [(0, self.form)] if self._fresh else []
        cuts = (*learned, *((offset, self._words[offset]) for offset in within))
        return replace(frame, cuts=cuts) if cuts else frame

    def saved(self, acknowledged: int) -> tuple[tuple[int, str], ...]:
        """Give what is still needed once all before an offset is acknowledged; the rest is forgotten."""
        self._fresh = False
        past = bisect_left(self._offsets, acknowledged)
        for offset in self._offsets[:past]:
            del self._words[offset]
        del self._offsets[:past]
        learned = [(0, self.form)] if self.form else []
        return (*learned, *((offset, self._words[offset]) for offset in self._offsets))


class Joining(Struct, frozen=True):
    """How one read joins lines."""

    multiline: Multiline
    wait: float
    """Seconds without growth after which a record is not waited for."""
    stop: int = NO_LIMIT
    """Where a block ended that may have left in an earlier life: there a record ends."""
    late: bool = False
    """Nothing is waited for: there is a newer file."""
    strangers: Strangers = field(default_factory=Strangers)
    faults: OwnFaults = field(default_factory=OwnFaults)
    runtime: RuntimeLines | None = None
    """What joins lines that a container's runtime wrote: it asks ``multiline`` of the texts in them."""

    @classmethod
    def by(
        cls, multiline: str, parse: str, max_lines: int, max_bytes: int, wait: float, *, late: bool = False
    ) -> "Joining | None":
        """Give what settings ask for (``MULTILINE``, ``PARSE`` and their limits); None where no lines are joined."""
        rules = parse_multiline(multiline, max_lines=max_lines, max_bytes=max_bytes)
        runtime = None
        if parse in RUNTIMES:
            from logship.records.parsers import open_parser  # noqa: PLC0415 - expressions to compile

            parser = open_parser(parse)
            known = rules or Multiline((), None, max_lines, max_bytes)
            if parser and parser.unwrap:
                runtime = RuntimeLines(parser.unwrap, known, of_texts=rules is not None)
            rules = known
        return cls(rules, wait, late=late, runtime=runtime) if rules else None

    def learn(self, head: bytes) -> str:
        """Give the form of a generation with these first bytes; empty where there is none, or none yet."""
        return (self.runtime or self.multiline).learn(head)

    def join(self, data: bytes, start: int, more: More, *, form: str, state: str, noted: str) -> Joined:
        """Join lines as :func:`join_lines` does."""
        if self.runtime:
            return self.runtime.join(data, start, more, form=form, state=state, noted=noted)
        return join_lines(self.multiline, data, start, more, form=form, state=state, noted=noted)

    def due(self, place: Place, grown_at: float) -> float:
        """Give when (monotonic seconds) what is held back at a place no longer is, if the file does not grow."""
        return grown_at + (self.wait * _BRIEF if place.brief else self.wait)

    def boundary(self, cuts: Cuts, place: Place) -> int:
        """Give the first offset from which it is known that a record ends there, past what was looked at."""
        known = min(self.stop, cuts.after(place.offset))
        return known if known > (place.offset if place.held else place.scanned) else NO_LIMIT


class File(Protocol):
    """What is asked of a file that is read."""

    file: FileId
    size: int
    """As it was last seen."""
    grown_at: float
    """Monotonic seconds."""
    path: str
    lineage: str
    cuts: Cuts

    def read_at(self, size: int, offset: int, /) -> bytes:
        """Read up to ``size`` bytes at ``offset``."""


class Read(Struct, frozen=True):
    """One read to be joined."""

    file: File
    data: bytes
    start: int
    """Its offset."""
    longest: int
    """Bytes of a line."""
    boundary: int
    complete: bool
    """There is no more in the file now."""
    quiet: float
    """Seconds since it last grew."""
    ended: bool
    """No writer is expected any more: an unterminated last line is to leave."""

    @classmethod
    def of(cls, file: File, data: bytes, start: int, now: float, *, longest: int, boundary: int, ended: bool) -> "Read":
        """Say what a read at ``now`` (monotonic seconds) found."""
        beyond = file.size - start - len(data)
        quiet = 0.0 if beyond else now - file.grown_at
        return cls(file, data, start, longest, boundary, beyond <= 0, quiet, ended)

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.start + len(self.data)


class Whole(NamedTuple):
    """What one read comes to. It is noted only once it is known that it was of the right file."""

    frames: list[Frame]
    place: Place
    """Where the reader stands then."""
    form: str
    """What is learned of the generation."""


def join(read: Read, frames: list[Frame], place: Place, joining: Joining) -> Whole:
    """Join the lines of the frames of one read; where a fault of ours keeps them apart, each line is a record."""
    try:
        return _join(read, frames, place, joining)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - the daemon holds other files, too
        path, now = read.file.path or read.file.lineage, read.file.grown_at + read.quiet
        joining.faults.saw("lines are not joined", error, now, file=path, offset=read.start)
        return Whole(frames, advance(place, frames, len(read.data)), read.file.cuts.form)


def _join(read: Read, frames: Sequence[Frame], place: Place, joining: Joining) -> Whole:
    cuts = read.file.cuts
    more = _more(read, cuts, joining)
    joined: list[Frame] = []
    form, state, held, brief = cuts.form, cuts.state(place.offset), NO_LIMIT, False
    for number, frame in enumerate(frames):
        plain = not joining.runtime and not state and frame.data.endswith(b"\n") and is_plain(frame.data)
        if frame.flags or frame.skipped or plain:
            joined.append(frame)
        else:
            data, follows = frame.data, More.NEVER
            if number == len(frames) - 1:
                data, follows = _with_tail(read, frame, more)
            if joining.multiline.chosen:
                _look_for_strangers(read.file, frame, joining)
            form = form or joining.learn(read.file.read_at(LEARNED_BYTES, 0))
            noted = cuts.state(read.end)
            found = joining.join(data, frame.start, follows, form=form, state=state, noted=noted)
            joined += found.frames
            held = found.held if found.held < frame.end else NO_LIMIT
            brief = found.brief and frame.end == read.end
        state = ""
    after = advance(place, joined, len(read.data))
    if held < NO_LIMIT:
        scanned = read.end if place.scanned == place.offset else frames[-1].end
        after = replace(after, scanned=scanned, held=True, brief=brief)
    return Whole(joined, after, form)


def _look_for_strangers(file: File, frame: Frame, joining: Joining) -> None:
    """Note whether the setting is about any of the lines."""
    if joining.strangers.asks(MULTILINE, file.file, frame.end):
        lines = frame.data.split(b"\n")[:-1]
        fits = any(map((joining.runtime or joining.multiline).knows, lines))
        path = file.path or file.lineage
        joining.strangers.saw(MULTILINE, file.file, path, len(lines), fits=fits, end=frame.end)


def _more(read: Read, cuts: Cuts, joining: Joining) -> More:
    if read.end == read.boundary:
        return More.NOTED if cuts.after(read.end - 1) == read.end else More.NEVER
    quiet = read.quiet + EARLY_SECONDS
    if read.complete and (read.ended or joining.late or quiet >= joining.wait):
        return More.LATE
    return More.SOON if read.complete and quiet >= joining.wait * _BRIEF else More.MAYBE


def _with_tail(read: Read, frame: Frame, more: More) -> tuple[bytes, More]:
    """Give the last lines of a read, with an unterminated one if that is to leave, and what may follow them."""
    tail = read.data[frame.end - read.start :]
    if b"\n" in tail:
        return frame.data, More.MAYBE  # one line that was long in coming; the next read takes more
    if tail[:1] == b"\0" or len(tail) > read.longest:
        return frame.data, More.NEVER  # no line that could go on with anything
    if tail and more is More.SOON:
        return frame.data, More.MAYBE  # somebody is writing
    leaves = more is More.NOTED or (read.ended and more is More.LATE)
    return frame.data + tail if leaves else frame.data, more
