import io
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from logship.check.sample_lines import BYTES_MOST, LINES_MOST, blocks, take
from logship.errors import LogshipError
from logship.files.joining import Joining
from logship.records.multiline import parse_multiline
from tests.check.samples import sample

LINE = b'{"level":"info"}\n'


def test_a_file_is_taken_with_its_time(tmp_path: Path) -> None:
    """Records without a time of their own have the file's."""
    (tmp_path / "a.log").write_bytes(LINE * 2)
    os.utime(tmp_path / "a.log", ns=(5, 7))
    taken = take(f"{tmp_path}/a.log")
    assert (taken.name, taken.data, taken.mtime_ns, taken.more) == (f"{tmp_path}/a.log", LINE * 2, 7, False)


def test_standard_input_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which has no name and no time but now."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LINE)))
    taken = take("-")
    assert (taken.name, taken.data) == ("stdin", LINE)
    assert taken.mtime_ns > 10**18


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    """It gives lines in pieces."""
    os.mkfifo(tmp_path / "pipe")

    def write() -> None:
        with (tmp_path / "pipe").open("wb", buffering=0) as pipe:
            for _ in range(3):
                pipe.write(LINE)

    writer = threading.Thread(target=write)
    writer.start()
    assert take(f"{tmp_path}/pipe").data == LINE * 3
    writer.join()


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (LINE * (LINES_MOST + 1), LINE * LINES_MOST),
        (LINE * LINES_MOST + b"x", LINE * LINES_MOST),
        (b"x" * (BYTES_MOST - 1) + b"\n" + LINE, b"x" * (BYTES_MOST - 1) + b"\n"),
        (b"x" * (BYTES_MOST + 9), b"x" * BYTES_MOST),
    ],
    ids=["lines", "a part of a line", "bytes", "one long line"],
)
def test_of_a_huge_file_the_first_lines_are_taken(tmp_path: Path, data: bytes, kept: bytes) -> None:
    """And that there is more is known."""
    (tmp_path / "a.log").write_bytes(data)
    taken = take(f"{tmp_path}/a.log")
    assert taken.more
    assert taken.data == kept


def test_so_many_lines_are_all(tmp_path: Path) -> None:
    """No more is said to be there than is."""
    (tmp_path / "a.log").write_bytes(LINE * LINES_MOST)
    assert not take(f"{tmp_path}/a.log").more


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "has no line"),
        (b"\n\r\n \0", "has no line"),
        (b"\x1f\x8b\x08\0rest", "is packed (gzip): unpack it, for example `zcat FILE | logship check --lines -`"),
        (b"\x7fELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0>\0", "is no text: many of its first bytes are control characters"),
    ],
)
def test_what_has_no_lines_is_said_to_have_none(tmp_path: Path, data: bytes, said: str) -> None:
    """In words that say what to do."""
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(LogshipError) as found:
        take(f"{tmp_path}/a")
    assert str(found.value) == f"{tmp_path}/a: {said}"


@pytest.mark.parametrize("name", ["nothing", "."])
def test_what_can_not_be_read_says_why(tmp_path: Path, name: str) -> None:
    """A folder, or no file."""
    with pytest.raises(LogshipError, match=r"can't be read: (No such file|Is a directory)"):
        take(f"{tmp_path}/{name}")


def test_a_hole_of_nuls_is_no_binary_file(tmp_path: Path) -> None:
    """A logger that goes on after copytruncate makes one, and colours and tabs are text."""
    (tmp_path / "a").write_bytes(b"\0" * 100_000 + b"\x1b[31mred\x1b[0m\ttext\n")
    assert take(f"{tmp_path}/a").data.endswith(b"text\n")


def test_line_numbers_are_those_of_the_file() -> None:
    """From 1."""
    taken = sample("a\nb\nc")
    assert [taken.line_of(at) for at in (0, 1, 2, 4)] == [1, 1, 2, 3]


def cut(data: bytes, longest: int = 100, joining: Joining | None = None) -> list[tuple[bytes, Any, str]]:
    """Give blocks as (bytes, flags, skipped)."""
    return [(each.data, each.flags, each.skipped) for each in blocks(sample(data), longest, joining)]


def test_lines_are_cut_as_a_daemon_cuts_them() -> None:
    """Overlong ones, NULs, and the last without a newline; state of a daemon there is none."""
    assert cut(b"a\n" + b"x" * 120 + b"\n\0\0b\nlast") == [
        (b"a\n", (), ""),
        (b"x" * 100, ("truncated",), ""),
        (b"", (), "overlong"),
        (b"", (), "nul"),
        (b"b\n", (), ""),
        (b"last", ("partial",), ""),
    ]


def test_lines_are_joined_as_a_daemon_joins_them() -> None:
    """The last record too, which a daemon would hold back for a while."""
    multiline = parse_multiline("auto", max_lines=9, max_bytes=999)
    assert multiline
    text = b"Traceback (most recent call last):\n  File\nValueError: x\n"
    (block,) = blocks(sample(text), 999, Joining(multiline, 0.0, late=True))
    assert block.joins == ((0, len(text)),)


def test_what_it_does_not_understand_it_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that does not move ends, rather than hangs."""
    monkeypatch.setattr("logship.check.sample_lines.read_on", lambda _, place, *__, **___: ([], place))
    assert cut(b"a\n") == []
