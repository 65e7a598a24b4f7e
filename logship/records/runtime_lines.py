"""Lines that a container's runtime wrote, each around a line of a program's or a part of one: joined by their texts.

Pure. The texts are taken out, parts are put together, and what :mod:`logship.records.joining` makes of the texts is
what becomes of the lines. A program has two streams: what one wrote goes on with nothing of the other's.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from msgspec.structs import replace

from logship.records.framing import Frame
from logship.records.joining import Joined, More, join_lines
from logship.records.line_starts import FORMLESS, LEARNED_BYTES
from logship.records.looks import RECORD
from logship.records.multiline import Multiline
from logship.records.places import inside, without

RUNTIMES: Final = ("cri", "docker")
"""Values of ``PARSE`` by which there are such lines."""


class Piece(NamedTuple):
    """What one line has of a program's."""

    stream: str
    text: bytes
    goes_on: bool
    """Whether the next line of the stream has the rest."""


Unwrap = Callable[[bytes], Piece | None]
"""Takes a line, without its newline and CR, apart; None if it is not a runtime's."""


Rewrap = Callable[[bytes, Piece, bytes], bytes]
"""Gives a line with another text, of what was taken apart of it."""


class _Text(NamedTuple):
    """A line of a program's, as far as its parts follow one another and no limit cuts it."""

    stream: str
    text: bytes
    """With a newline."""
    start: int
    """Where its first line begins in the file."""
    end: int
    lines: int
    is_open: bool
    """Whether its rest is not in it."""


class RuntimeLines(NamedTuple):
    """How such lines are joined before a block is made of them."""

    unwrap: Unwrap
    multiline: Multiline
    of_texts: bool = True
    """Whether texts are joined, too, not only parts of one."""

    def learn(self, head: bytes) -> str:
        """Give the form of a generation with these first bytes, as :meth:`Multiline.learn` does."""
        texts = b"".join([each.text for each in self._texts(head, 0) if not each.is_open])
        return self.multiline.learn(texts) or (FORMLESS if len(head) >= LEARNED_BYTES else "")

    def knows(self, line: bytes) -> bool:
        """Whether a line is one that the setting is about."""
        piece = self.unwrap(line.removesuffix(b"\r"))
        return self.multiline.knows(piece.text if piece else line)

    def join(self, data: bytes, start: int, more: More, *, form: str, state: str, noted: str) -> Joined:
        """Make frames of whole records of ``data``, which begins at offset ``start``, as ``join_lines`` does.

        A state is noted with its stream before it. A last line without newline is left.
        """
        texts = self._texts(data, start)
        waiting = texts.pop() if texts and texts[-1].is_open and more in (More.MAYBE, More.SOON) else None
        frames: list[Frame] = []
        held, brief = start, False
        for run, following in _runs(texts, waiting):
            stream, follows = run[0].stream, _more(run[-1], following, more)
            found = self._joined(run, follows, form, _of(stream, state), _of(stream, noted))
            places, parted = _places(run), [(each.start, each.end) for each in run if each.lines > 1]
            made = [_in_file(frame, stream, places, parted, data, start) for frame in found.frames]
            if run[-1].is_open and follows is More.LATE and not made[-1].cuts:
                made[-1] = replace(made[-1], cuts=((made[-1].end, ""),))
            state = made[-1].cuts[-1][1] if made and made[-1].cuts else ""
            held, brief = places[found.held], found.brief and not waiting
            frames += made
        return Joined(_together(frames), held, brief)

    def _joined(self, run: Sequence[_Text], follows: More, form: str, state: str, noted: str) -> Joined:
        """Join texts; all places are among them."""
        data = b"".join([each.text for each in run])
        if not self.of_texts:
            return Joined([Frame(0, len(data), data)], len(data))
        return join_lines(self.multiline, data, 0, follows, form=form, state=state, noted=noted)

    def _texts(self, data: bytes, start: int) -> list[_Text]:
        """Take whole lines apart, and put parts of one text together."""
        lines = data.split(b"\n")[:-1]
        ends = [*accumulate((len(line) + 1 for line in lines), initial=start)]
        bare = [line.removesuffix(b"\r") for line in lines]
        pieces = [self.unwrap(line) or Piece("", line, goes_on=False) for line in bare]
        texts: list[_Text] = []
        at = 0
        while at < len(pieces):
            end = at + 1
            while pieces[end - 1].goes_on and end < len(pieces) and pieces[end].stream == pieces[at].stream:
                if not self.multiline.fits(end + 1 - at, ends[end + 1] - ends[at]):
                    break
                end += 1
            text = pieces[at].text if end - at == 1 else b"".join([piece.text for piece in pieces[at:end]])
            text = text.removesuffix(b"\r").replace(b"\n", b" ") + b"\n"
            texts.append(_Text(pieces[at].stream, text, ends[at], ends[end], end - at, pieces[end - 1].goes_on))
            at = end
        return texts


def _runs(texts: Sequence[_Text], waiting: _Text | None) -> Iterator[tuple[Sequence[_Text], _Text | None]]:
    """Give the texts of one stream that follow one another, none but the last open; and the one behind them."""
    first = 0
    for at, text in enumerate(texts, 1):
        following = texts[at] if at < len(texts) else waiting
        if text.is_open or following is None or following.stream != text.stream or following is waiting:
            yield texts[first:at], following
            first = at


def _more(last: _Text, following: _Text | None, more: More) -> More:
    """Say what follows a run."""
    if following is None:
        return more
    if following.stream != last.stream:
        return More.NEVER
    if last.is_open:
        return More.LATE
    # a JSON record goes on with nothing, whatever its rest is
    return More.NEVER if following.text.startswith(RECORD) else More.MAYBE


def _of(stream: str, word: str) -> str:
    """Give the state that was noted, if that was of the stream."""
    other, _, state = word.rpartition(" ")
    return state if other == stream else ""


def _places(run: Sequence[_Text]) -> dict[int, int]:
    """Give where in the file each of the texts begins, and the last one ends, by where it is among them."""
    texts = accumulate((len(each.text) for each in run), initial=0)
    return dict(zip(texts, [*(each.start for each in run), run[-1].end], strict=True))


def _in_file(
    frame: Frame, stream: str, places: Mapping[int, int], parted: Sequence[tuple[int, int]], data: bytes, start: int
) -> Frame:
    """Make a frame of the lines that the texts of another one are in; ``parted`` are the texts of several lines."""
    first, last = places[frame.start], places[frame.end]
    joins = [(places[begin], places[end]) for begin, end in frame.joins]
    own = parted[bisect_left(parted, (first,)) : bisect_left(parted, (last,))]
    joins = sorted([*joins, *without(own, inside(joins, [begin for begin, _ in own]))])
    cuts = tuple((places[at], f"{stream} {word}" if word else "") for at, word in frame.cuts)
    return Frame(first, last, data[first - start : last - start], frame.flags, joins=(*joins,), cuts=cuts)


def _together(frames: Sequence[Frame]) -> list[Frame]:
    """Put frames together that nothing parts: streams take turns."""
    found: list[list[Frame]] = []
    for frame in frames:
        if found and not (found[-1][-1].flags or found[-1][-1].cuts or frame.flags):
            found[-1].append(frame)
        else:
            found.append([frame])
    return [_one(some) if len(some) > 1 else some[0] for some in found]


def _one(frames: Sequence[Frame]) -> Frame:
    joins = tuple(join for frame in frames for join in frame.joins)
    data = b"".join([frame.data for frame in frames])
    return replace(frames[0], end=frames[-1].end, data=data, joins=joins, cuts=frames[-1].cuts)
