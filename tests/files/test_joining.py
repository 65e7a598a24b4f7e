import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from logship.files.framer import Place, TruncatedError
from logship.files.joining import Cuts, Joining
from logship.files.reading import read_on
from logship.files.strangers import MULTILINE
from logship.files.tailing import TailedFile
from logship.model import NO_LIMIT, Block
from logship.records.framing import Frame
from logship.records.joining import joined_lines
from logship.records.multiline import Extent, Multiline, parse_multiline
from tests.following import an_entry
from tests.records.test_multiline import SAMPLES, sample

LONG = 400
Records = list[tuple[int, bytes, tuple[str, ...]]]
"""Offset, bytes and flags of each."""


def joining(text: str = "auto", *, max_lines: int = 1000) -> Joining:
    """Join by a setting; a line of text may wait for a second."""
    multiline = parse_multiline(text, max_lines=max_lines, max_bytes=LONG)
    assert multiline
    return Joining(multiline, 1.0)


class Growing:
    """A real file that grows, read as one reader does."""

    def __init__(self, folder: Path, rule: Joining | None = None) -> None:
        self.path, self.now, self.place = folder / "a.log", 100.0, Place()
        self.path.touch()
        self.rule = rule or joining()
        self.file = self._open()
        self.blocks: list[Block] = []

    def _open(self, cuts: tuple[tuple[int, str], ...] = ()) -> TailedFile:
        entry = an_entry("f" * 22, str(self.path))
        file = TailedFile(entry, os.open(self.path, os.O_RDONLY), str(self.path), None, self.now)
        file.cuts = Cuts(cuts)
        return file

    def write(self, data: bytes) -> None:
        """Append."""
        with self.path.open("ab") as file:
            file.write(data)

    def read(self, seconds: float = 0.0, *, size: int = 1 << 19, at_end: bool = False) -> list[Block]:
        """Let time pass, look, and read all that can be read."""
        self.now += seconds
        self.file.look(self.now)
        self.file.places["s"] = self.place
        found: list[Block] = []
        while True:
            before = self.place
            blocks, self.place = read_on(self.file, before, LONG, self.now, size=size, at_end=at_end, joining=self.rule)
            found += blocks
            if self.place == before and not blocks:
                self.blocks += found
                return found

    def restart(self, offset: int) -> None:
        """Die, and begin again at an acknowledged offset, with what was noted."""
        cuts = {cut for block in self.blocks for cut in block.cuts}
        self.file.close()
        self.file = self._open(tuple(sorted(cuts)))
        self.place = self.file.restore(Place(offset, scanned=offset))

    @property
    def records(self) -> Records:
        """Offset, bytes and flags of each record."""
        return records(self.blocks)


def records(blocks: list[Block]) -> Records:
    """Give offset, bytes and flags of each record."""
    lines = [(*each, block.flags) for block in blocks for each in zip(*joined_lines_of(block), strict=True)]
    return [(offset, data, flags) for offset, data, flags in lines if data.strip()]


def joined_lines_of(block: Block) -> tuple[list[int], list[bytes]]:
    """Take a block apart; one that has no newline is one line."""
    return joined_lines(block) if block.data.endswith(b"\n") or block.joins else ([block.start], [block.data])


@pytest.fixture
def growing(tmp_path: Path) -> Iterator[Growing]:
    """Give an empty file."""
    found = Growing(tmp_path)
    yield found
    found.file.close()


class _Faulty(Multiline):
    """Has a fault."""

    def extent(self, lines: Sequence[bytes], at: int, form: str, state: str = "") -> Extent:
        """Fail."""
        raise IndexError(lines[at], form, state)


def test_lines_that_a_fault_of_ours_keeps_from_being_joined_are_records(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """None is lost, and it is told."""
    growing = Growing(tmp_path, Joining(_Faulty(("python",), None, 1000, LONG), 1.0))
    growing.write(b"Traceback (most recent call last):\n  File x\nKeyError: 1\n" * 2)
    growing.read()
    assert [data for _, data, _ in growing.records] == [
        *(b"Traceback (most recent call last):\n", b"  File x\n", b"KeyError: 1\n") * 2
    ]
    assert "lines are not joined" in caplog.text
    growing.file.close()


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(SAMPLES), min_size=1, max_size=2),
    st.lists(st.integers(0, 4000), max_size=6),
    st.integers(30, 3000),
)
def test_records_do_not_depend_on_how_the_file_grew(paths: list[Path], cuts: list[int], size: int) -> None:
    """Whatever was there at which time, and however much is read at once."""
    data = b"".join(line + b"\n" for path in paths for line in sample(path)[0])
    with TemporaryDirectory() as folder, TemporaryDirectory() as other:
        whole, parts = Growing(Path(folder)), Growing(Path(other))
        whole.write(data)
        whole.read(at_end=True)
        for start, end in pairwise(sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})):
            parts.write(data[start:end])
            parts.read(0.1, size=size)
        parts.read(0.1, size=size, at_end=True)
        whole.file.close()
        parts.file.close()
    assert [record[:2] for record in parts.records] == [record[:2] for record in whole.records]
    assert b"".join(block.data for block in parts.blocks) == data


def by_name(*names: str) -> list[Path]:
    """Give samples."""
    return [path for name in names for path in SAMPLES if path.stem == name]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(SAMPLES), min_size=1, max_size=2),
    st.lists(st.tuples(st.integers(0, 4000), st.booleans()), max_size=6),
    st.integers(0, 40),
    st.integers(2, 9),
)
@example(by_name("rust-plain", "perl-plain"), [], 0, 3)  # the clock cut what may not have gone on with a panic
@example(by_name("rust-plain"), [], 0, 2)  # a limit did
@example(by_name("rust-plain", "rust-backtrace"), [(358, True)], 0, 2)  # both might
def test_the_same_records_come_again_from_any_offset(
    paths: list[Path], cuts: list[tuple[int, bool]], block: int, most: int
) -> None:
    """Cuts by the clock or a limit are where they were, once all has been written and is read again at once.

    Whether a rest says ``continuation`` is not compared.
    """
    data = b"".join(line + b"\n" for path in paths for line in sample(path)[0])
    with TemporaryDirectory() as folder:
        growing = Growing(Path(folder), joining(max_lines=most))
        quiet = {cut: is_quiet for cut, is_quiet in cuts if cut < len(data)}
        for start, end in pairwise(sorted({0, len(data), *quiet})):
            growing.write(data[start:end])
            growing.read()
            growing.read(2.0 if quiet.get(end, True) else 0.1)
        first = growing.records
        again = [each for each in growing.blocks if not each.flags][block : block + 1] or growing.blocks[:1]
        growing.restart(again[0].start)
        growing.blocks = []
        growing.read(0.1)
        growing.read(2.0)
        growing.file.close()
    expected = [record[:2] for record in first if record[0] >= again[0].start]
    assert [record[:2] for record in growing.records] == expected


AT = b"2026-11-27T10:00:00.123456789Z stdout "


def runtime(multiline: str = "auto") -> Joining:
    """Join what a container's runtime wrote."""
    found = Joining.by(multiline, "cri", 4, LONG, 1.0)
    assert found
    return found


def records_twice(joining: Joining, data: bytes, quiet: Mapping[int, bool], block: int, size: int) -> Records:
    """Give the records of a file that grew in pieces, quiet behind some: the same, read again from a block on."""
    with TemporaryDirectory() as folder:
        growing = Growing(Path(folder), joining)
        for start, end in pairwise(sorted({0, len(data), *quiet})):
            growing.write(data[start:end])
            growing.read(size=size)
            growing.read(2.0 if quiet.get(end, True) else 0.1, size=size)
        first = growing.records
        again = growing.blocks[block : block + 1] or growing.blocks[:1]
        growing.restart(again[0].start)
        growing.blocks = []
        growing.read(0.1)
        growing.read(2.0)
        growing.file.close()
    assert b"".join(record for _, record, _ in first) == data
    assert growing.records == [record for record in first if record[0] >= again[0].start]
    return first


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("FFPPPx"), st.integers(0, 90)), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(0, 2000), st.booleans()), max_size=6),
    st.integers(0, 20),
    st.integers(30, 3000),
)
def test_lines_that_a_runtime_cut_are_the_same_records_again(
    tags: list[tuple[str, int]], cuts: list[tuple[int, bool]], block: int, size: int
) -> None:
    """However the file grew, and from wherever it is read again; what is written at once is one record."""
    lines = [AT + tag.encode() + b" " + b"y" * length + b"\n" for tag, length in tags]
    data = b"".join(lines)
    quiet = {cut: is_quiet for cut, is_quiet in cuts if cut < len(data)}
    first = records_twice(runtime("off"), data, quiet, block, size)
    if not any(quiet.values()):
        expected, at = list[bytes](), 0
        while at < len(lines):
            end = at + 1
            while tags[end - 1][0] == "P" and end < min(at + 4, len(lines)) and tags[end][0] != "x":
                if sum(map(len, lines[at : end + 1])) > LONG:
                    break
                end += 1
            expected.append(b"".join(lines[at:end]))
            at = end
        assert [record for _, record, _ in first] == expected


TRACE = b"Traceback (most recent call last):"
TEXTS = [
    TRACE,
    b'  File "a.py", line 1, in f',
    b"ValueError: disk is full",
    b"",
    b"ready",
    b'{"a":1}',
    b"10:00:00.123 INFO app - ready",
]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from("FFFFP"), st.booleans()), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(0, 2000), st.booleans()), max_size=6),
    st.integers(0, 20),
    st.integers(30, 3000),
)
@example([(TRACE, "F", False), (TRACE, "F", True), (b"", "F", True), (TRACE, "F", False)], [(150, True)], 0, 30)
def test_what_a_runtime_wrote_is_the_same_records_again(
    texts: list[tuple[bytes, str, bool]], cuts: list[tuple[int, bool]], block: int, size: int
) -> None:
    """Stack traces and parts of lines of two streams, however the file grew; no record has lines of both."""
    streams = {False: b"stdout ", True: b"stderr "}
    lines = [AT[:-7] + streams[error] + tag.encode() + b" " + text + b"\n" for text, tag, error in texts]
    data = b"".join(lines)
    quiet = {cut: is_quiet for cut, is_quiet in cuts if cut < len(data)}
    first = records_twice(runtime(), data, quiet, block, size)
    assert not any(b" stdout " in record and b" stderr " in record for _, record, _ in first)


def test_what_a_runtime_wrote_is_joined_by_its_texts() -> None:
    """Whatever the rule; where there is none, parts of a line are still one."""
    for multiline, parse, of_runtime in [
        ("auto", "cri", True),
        ("off", "docker", True),
        ("python, java", "cri", True),
        ("start:^x", "cri", True),
        ("auto", "auto", False),
    ]:
        found = Joining.by(multiline, parse, 9, LONG, 1.0)
        assert found
        assert bool(found.runtime) is of_runtime
    assert Joining.by("off", "nginx", 9, LONG, 1.0) is None


def test_the_last_line_of_text_waits_for_a_second(growing: Growing) -> None:
    """Unless the next record begins; JSON never waits."""
    growing.write(b'{"a":1}\nError\n')
    assert [block.data for block in growing.read()] == [b'{"a":1}\n']
    assert growing.read(0.9) == []
    assert [(block.data, block.cuts) for block in growing.read(0.1)] == [(b"Error\n", ((14, ""),))]
    growing.write(b'text\n{"a":2}\n')
    assert [block.data for block in growing.read()] == [b'text\n{"a":2}\n']


def test_a_line_that_nobody_knows_waits_as_long_as_a_batch_does(growing: Growing) -> None:
    """A seventh of a second: what would go on with it is nearly always written with it, and then they are one."""
    growing.write(b"one\ntwo\n")
    assert [block.data for block in growing.read()] == [b"one\n"]
    assert growing.rule.due(growing.place, growing.file.grown_at) == growing.now + 0.15
    assert growing.read(0.1) == []
    assert [(block.data, block.cuts) for block in growing.read(0.05)] == [(b"two\n", ((8, ""),))]
    growing.write(b"failed\nTraceback (most recent call last):\n")
    assert growing.read() == growing.read(0.9) == []
    assert growing.rule.due(growing.place, growing.file.grown_at) == pytest.approx(growing.now + 0.1)
    assert [block.joins for block in growing.read(0.1)] == [((8, 50),)]


def test_a_line_that_nobody_knows_waits_while_the_next_one_is_written(growing: Growing) -> None:
    """It may be the trace."""
    growing.write(b"failed\nTraceb")
    assert growing.read() == growing.read(0.9) == []
    growing.write(b"ack (most recent call last):\n")
    growing.read(0.1)
    assert [block.joins for block in growing.read(1.0)] == [((0, 42),)]


def test_what_comes_after_a_cut_is_a_continuation(growing: Growing) -> None:
    """Also when all is read again, at once."""
    growing.write(b"2026-11-27 10:00:00 x\nmore\n")
    assert growing.read() == []
    first = growing.read(1.0)
    growing.write(b"late\nlater\n2026-11-27 10:00:01 y\n")
    expected = [
        (0, b"2026-11-27 10:00:00 x\nmore\n", ()),
        (27, b"late\nlater\n", ("continuation",)),
        (38, b"2026-11-27 10:00:01 y\n", ()),
    ]
    assert first[0].cuts == ((0, "stamp|0000-00-00 00:00"), (27, "s"))
    growing.read(0.1)
    growing.read(1.0)
    assert growing.records == expected
    growing.restart(0)
    growing.blocks = []
    growing.read(0.1)
    growing.read(1.0)
    assert growing.records == expected


def test_an_unterminated_line_at_the_end_belongs_to_its_record(growing: Growing) -> None:
    """It leaves with it, as partial; what comes later is its continuation."""
    growing.write(b'Traceback (most recent call last):\n  File "a.py", line 1\nKeyErr')
    growing.read()
    assert growing.read(1.0) != []  # the clock cuts before what is no line yet
    growing.restart(0)
    growing.blocks = []
    growing.file.cuts = Cuts()
    growing.read(at_end=True)
    whole = b'Traceback (most recent call last):\n  File "a.py", line 1\nKeyErr'
    assert growing.records == [(0, whole, ("partial",))]
    growing.write(b"or: 1\n")
    growing.read()
    assert growing.records[1:] == [(len(whole), b"or: 1\n", ("continuation",))]
    growing.restart(0)
    growing.blocks = []
    growing.read(1.0)
    assert growing.records == [(0, whole, ("partial",)), (len(whole), b"or: 1\n", ("continuation",))]


def test_a_record_is_no_longer_than_a_line_may_be(growing: Growing) -> None:
    """What is beyond is its continuation; an overlong line is no part of any."""
    growing.write(b"2026-11-27 10:00:00 x\n" + b"y" * 99 + b"\n" + (b"z" * 99 + b"\n") * 4 + b"w" * 500 + b"\nend\n")
    growing.read()
    growing.read(1.0)
    sizes = [(len(data), flags) for _, data, flags in growing.records]
    assert sizes == [(322, ()), (200, ("continuation",)), (LONG, ("truncated",)), (4, ())]


def test_a_cut_that_is_acknowledged_is_forgotten() -> None:
    """There may be any number of them, while a sink is behind."""
    cuts = Cuts([(0, "stamp"), (10, "s"), (30, "tb")])
    assert cuts.note("other", [Frame(10, 20, cuts=((20, ""),))])[0].cuts == ((20, ""),)
    assert (cuts.after(0), cuts.after(10), cuts.after(30), cuts.state(30)) == (10, 20, NO_LIMIT, "tb")
    assert cuts.saved(20) == ((0, "stamp"), (20, ""), (30, "tb"))
    assert (cuts.after(0), cuts.form) == (20, "stamp")


@pytest.mark.parametrize(("setting", "line", "said"), [("start:^BEGIN", b"x", 1), ("java", b"x", 1), ("auto", b"x", 0)])
def test_a_rule_that_matches_nothing_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, setting: str, line: bytes, said: int
) -> None:
    """After 1,000 lines; not of the default, and not where some line was what the setting is about."""
    growing = Growing(tmp_path, joining(setting))
    for _ in range(3):
        growing.write((line + b"\n") * 600)
        growing.read()
    told = [vars(record) for record in caplog.records]
    message = "none of a file's lines is of the form that a setting names"
    assert [(each["message"], each["setting"]) for each in told] == [(message, MULTILINE)] * said
    assert len(list(growing.rule.strangers.problems())) == said
    growing.file.close()


def test_a_rule_that_matches_something_is_not_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One line is enough."""
    growing = Growing(tmp_path, joining("start:^BEGIN"))
    growing.write(b"BEGIN\n" + b"more\n" * 5000)
    growing.read()
    assert not caplog.records
    growing.file.close()


def test_what_was_read_of_another_file_is_not_noted(growing: Growing) -> None:
    """Found out only behind the read: neither a form nor a cut of those bytes is this generation's."""
    growing.write(b'{"a":1}\n' * 20)
    growing.read()
    growing.path.write_bytes(b"x" * 200 + b"\n2026-11-27 10:00:00 y\nmore\n")
    growing.file.size, growing.file.grown_at = growing.path.stat().st_size, 0.0
    with pytest.raises(TruncatedError):
        read_on(growing.file, growing.place, LONG, growing.now, joining=growing.rule)
    assert growing.file.cuts.saved(0) == ()
