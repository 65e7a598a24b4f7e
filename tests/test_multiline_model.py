"""Random histories as in :mod:`tests.test_ship_model`, of records of several lines.

Whatever dies, rotates or pauses: an id always stands for the same bytes, every line arrives once, under one id at both
stores, and what was written at once arrives as one record, but for what is over the limit.
"""

from pathlib import Path

import pytest

from logship.files.joining import Joining
from logship.records.multiline import parse_multiline
from tests.living import Id, play
from tests.seeds import SEEDS
from tests.test_ship_model import History

MOST = 12
"""Lines of a record."""


class Records(History):
    """Its writer writes records of several lines, sometimes bit by bit."""

    def __init__(self, folder: Path, seed: int) -> None:
        super().__init__(folder, seed)
        multiline = parse_multiline("auto", max_lines=MOST, max_bytes=1 << 20)
        assert multiline
        self.joining = Joining(multiline, 1.0)
        self.meant: list[list[bytes]] = []
        """The lines of each record that was written at once."""

    def _line(self) -> bytes:
        record = self._record()
        self.meant.append(record)
        return b"".join(record)

    def _record(self) -> list[bytes]:
        if self.random.random() < 0.3:
            return [super()._line()]
        kind = "bad" if self.random.random() < 0.05 else "seq"
        number = len(self.written)
        lines = [b"10:00:00.%06d %b %d\n" % (number, kind.encode(), number)]
        lines += [
            b"more of %d, %d %b\n" % (number, more, b"x" * self.random.choice([0, 20, 200]))
            for more in range(self.random.choice([0, 0, 1, 3, 10, 40]))
        ]
        self.written += lines
        return lines

    async def half_line(self) -> None:
        """Append a record up to anywhere within it; the next write brings the rest."""
        self._complete_half()
        data = b"".join(self._record())
        cut = self.random.randrange(1, len(data))
        self._append(self.live, data[:cut])
        self.halves[self.name] = data[cut:]

    def _arrived(self, name: str) -> dict[Id, bytes]:
        records = super()._arrived(name)
        whole = {data.rstrip(b"\n") for data in records.values()}  # an empty line may have come before the cut
        for lines in self.meant:
            first = b"".join(lines[:MOST])[:-1]
            assert first in whole, f"cut: {[data for data in whole if lines[0][:-1] in data]}, not {first!r}"
        return {
            (file, start + data.index(line)): line
            for (file, start), data in records.items()
            for line in data.splitlines(keepends=True)
            if line.strip()
        }

    def compare(self) -> None:
        """Check that both stores have the same records, too: a cut that one made is the other's."""
        super().compare()
        one, two = (super(Records, self)._arrived(name) for name in self.stores)
        assert one == two


class Runtime(Records):
    """Its lines are those of a container's runtime, which cuts long ones; a stack trace has many."""

    def __init__(self, folder: Path, seed: int) -> None:
        super().__init__(folder, seed)
        self.joining = Joining.by("auto", "cri", MOST, 1 << 20, 1.0)

    def _record(self) -> list[bytes]:
        kind = b"bad" if self.random.random() < 0.05 else b"seq"
        number = len(self.written)
        stream = self.random.choice([b"stdout", b"stderr"])
        tags = self.random.choice("PF") * self.random.choice([0, 0, 1, 3, 10, 40]) + "F"
        lines = []
        for at, tag in enumerate(tags.encode()):
            text = b"more of %d, %d" % (number, at) if at else b"10:00:00.%06d %b %d" % (number, kind, number)
            text += b" " + b"x" * self.random.choice([0, 200])
            lines.append(b"2026-11-27T10:00:00.%06dZ %b %c %b\n" % (number, stream, tag, text))
        self.written += lines
        return lines


@pytest.mark.parametrize("histories", [Records, Runtime])
@pytest.mark.parametrize("seed", SEEDS)
def test_records_are_whole_and_the_same_whenever_they_are_read(
    tmp_path: Path, seed: int, histories: type[Records]
) -> None:
    """What may be cut where a writer pauses is cut there again after a kill: no id comes to stand for other bytes."""
    history = histories(tmp_path, 2 * seed)  # those with kills; what is lost to truncations is the other model's matter
    play(history, seed)
