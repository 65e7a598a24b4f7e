"""What became of the lines of one cell: which a file still has, which arrived, and how often."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct, field

_SHOWN = 8
"""Examples of each fault."""


class Arrival(Struct, frozen=True):
    """One record as the store took it."""

    identity: str
    """Its ``_id``."""
    number: int | None
    """The line's ``n``; None: it is no line of the writer."""
    text: str = ""
    """What it was, where it is no line."""


class Figures(Struct):
    """What a cell came to; all but ``lost`` are records or lines."""

    arrived: int = 0
    """Different lines."""
    missing: int = 0
    """Some file has the line, and it never arrived."""
    gone: int = 0
    """Written, in no file any more, and never arrived: retention, or the rotator's own loss."""
    twice: int = 0
    """Arrived under more than one id."""
    foreign: int = 0
    """Records that are no line of the writer."""
    late: int = 0
    """Arrived for the first time after a line that was written later."""
    repeats: int = 0
    """Records that came again under the same id, which a store does not keep twice."""
    clashes: int = 0
    """Records under an id that another line had: a store answers 409, and the line is lost."""
    lost: Mapping[str, int] = field(default_factory=dict)
    """``logship_input_lost_bytes_total`` by reason, in bytes, over all lives."""
    rotations: int = 0
    """Seen while logship was away."""
    seconds: float = 0
    holes: list[str] = field(default_factory=list)
    """The first ranges of missing numbers."""
    doubles: list[str] = field(default_factory=list)
    """The first ranges of numbers that arrived twice."""
    odd: list[str] = field(default_factory=list)
    """The first foreign records."""
    notes: list[str] = field(default_factory=list)
    """What else went wrong, such as a writer that failed."""

    @property
    def suspected(self) -> int:
        """Bytes that logship says are lost."""
        return sum(self.lost.values())

    def failures(self) -> list[str]:
        """Name the goals that this cell does not reach."""
        found = [name for name in ("missing", "twice", "foreign", "clashes") if getattr(self, name)]
        if self.suspected and not self.missing and not self.gone:
            found.append("suspected")
        return found + ["notes"] * bool(self.notes)


def judge(arrivals: Iterable[Arrival], existing: Collection[int], written: range) -> Figures:
    """Compare what arrived, in its order, with the numbers that some file has and those that were written."""
    figures = Figures()
    number_of: dict[str, int | None] = {}
    times: dict[int, int] = {}
    highest = -1
    for each in arrivals:
        if each.identity in number_of:
            same = number_of[each.identity] == each.number
            figures.repeats += same
            figures.clashes += not same
            continue
        number_of[each.identity] = each.number
        if each.number is None or each.number not in written:
            figures.foreign += 1
            figures.odd += [each.text] * (figures.foreign <= _SHOWN)
            continue
        times[each.number] = times.get(each.number, 0) + 1
        figures.late += each.number < highest and times[each.number] == 1
        highest = max(highest, each.number)
    figures.arrived = len(times)
    twice = sorted(number for number, count in times.items() if count > 1)
    missing = sorted(set(existing) - times.keys())
    figures.missing, figures.twice = len(missing), len(twice)
    figures.gone = len(set(written) - set(existing) - times.keys())
    figures.holes, figures.doubles = ranges(missing)[:_SHOWN], ranges(twice)[:_SHOWN]
    return figures


def ranges(numbers: Sequence[int]) -> list[str]:
    """Give ascending numbers as ranges: ``3-5``, ``9``."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return [f"{first}-{last}" if last > first else str(first) for first, last in found]
