import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from logship.files.framer import Place
from logship.files.joining import Joining
from logship.files.reading import read_on
from logship.files.scanned import FEW_BYTES
from logship.files.tailing import TailedFile
from tests.following import an_entry

JOINING = Joining.by("auto", "auto", 1000, 1 << 20, 1.0)
MAX_LINE = 1 << 20


class Reader:
    """A sink's reader of one file, which holds lines back that may go on."""

    def __init__(self, path: Path) -> None:
        """Open an empty file."""
        path.touch()
        self.path, self.place, self.now = path, Place(), 0.0
        self.file = TailedFile(an_entry("f" * 22, str(path)), os.open(path, os.O_RDONLY), "", None, 0.0)

    def write(self, data: bytes, at: int, *, look: bool = True) -> None:
        """Write over what there is from ``at`` on, and look."""
        with self.path.open("r+b") as file:
            file.seek(at)
            file.write(data)
        self.now += 0.01
        if look:
            self.look()

    def look(self) -> None:
        """Look at the file."""
        self.file.look(self.now)

    def read(self) -> bytes:
        """Give what leaves."""
        self.file.places["sink"] = self.file.places.get("sink", self.place)
        blocks, after = read_on(self.file, self.file.places["sink"], MAX_LINE, self.now, joining=JOINING)
        self.file.places["sink"] = after
        return b"".join(block.data for block in blocks)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """Give a reader of a file that is closed in the end."""
    reader = Reader(tmp_path / "app.log")
    yield reader
    reader.file.close()


@pytest.mark.parametrize("closing", [b"</log>\n", b"</log>", b"]\n"])
@pytest.mark.parametrize("look", [True, False], ids=["seen by a look", "seen by a read"])
def test_a_closing_line_that_is_written_over_is_looked_at_again(reader: Reader, closing: bytes, *, look: bool) -> None:
    """It had not left: the generation goes on with what stands there now, and each record leaves once."""
    first = b'{"n": 0}\n'
    reader.write(first + closing, 0)
    assert reader.read() == first
    for number in range(1, 20):
        at = reader.file.size - len(closing)
        record = b'{"n": %d}\n' % number
        reader.write(record + closing, at, look=look)
        assert reader.file.sound
        data = reader.read() or reader.read()
        reader.look()
        assert reader.file.sound
        data += reader.read()
        assert data == record


def test_the_digest_has_what_stands_there(reader: Reader) -> None:
    """What was looked at and written over since is in no digest: a later question would be answered by it."""
    reader.write(b'{"n": 0}\n]\n', 0)
    reader.read()
    assert reader.file.digest.end == 11
    reader.write(b'{"n": 1}\n]\n', 9, look=False)
    reader.read()
    reader.read()
    reader.look()
    assert reader.file.digest.begins_otherwise(20, reader.file.read_at) is False
    assert reader.file.digest.recent == b'{"n": 0}\n{"n": 1}\n]\n'


def test_more_than_a_few_bytes_are_what_a_truncation_took(reader: Reader) -> None:
    """They are looked for in copies, and counted."""
    reader.write(b'{"n": 0}\n' + b"x" * FEW_BYTES + b"\n", 0)
    assert reader.read() == b'{"n": 0}\n'
    reader.write(b"y" * 200 + b"\n", 9)
    assert not reader.file.sound


def test_what_left_and_is_written_over_ends_the_generation(reader: Reader) -> None:
    """Bytes that replace delivered ones are new bytes."""
    reader.write(b'{"n": 0}\n]\n', 0)
    assert reader.read() == b'{"n": 0}\n'
    reader.write(b'{"m": 0}\n{"n": 1}\n]\n', 0)
    assert not reader.file.sound


def test_who_goes_on_in_a_file_looks_again_at_what_had_not_left(reader: Reader) -> None:
    """Else its head, or what it looked at, would never be found there, and it would be asked about for ever."""
    reader.write(b'{"n": 0}\n' + b"x" * FEW_BYTES + b"\n", 0)
    reader.read()
    reader.write(b'{"n": 1}\n' + b"x" * FEW_BYTES + b"\n", 9)
    reader.file.orphan()
    reader.file.move_to(os.open(reader.path, os.O_RDONLY), reader.now)
    assert reader.file.sound
    assert reader.read() == b'{"n": 1}\n'
