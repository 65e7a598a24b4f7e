import os
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from logship.files.framer import Place
from logship.files.tailing import TailedFile
from logship.state.identity import Print, Saved
from tests.files.test_reading import Tail, make
from tests.following import an_entry

__all__ = ["make"]


def test_restore_reads_back_what_is_before_an_offset(make: Callable[..., Tail]) -> None:
    """After a restart, a truncation is noticed from the first read on."""
    tail = make()
    tail.write(b"0123456789" * 10 + b"\n")
    assert tail.file.restore(Place(offset=100)).tail == (b"0123456789" * 10)[36:]
    assert tail.file.restore(Place()).tail == b""


def test_a_look_tells_growth_deletion_and_the_head(make: Callable[..., Tail]) -> None:
    """``fstat`` is the truth: size, links, and a head that is taken anew while it grows."""
    tail = make()
    assert not tail.look()
    tail.write(b"a" * 100)
    assert tail.file.head.length == 100
    assert (tail.file.size, tail.file.largest, tail.file.deleted) == (100, 100, False)
    tail.path.unlink()
    assert not tail.look()
    assert tail.file.deleted
    assert tail.file.sound


@pytest.mark.parametrize(
    ("head", "offset", "cut"),
    [
        (b"", 8, False),
        (b"0123456\n", 8, False),
        (b"0123456\n" * 128, 8, True),
        (b"0123456\n" * 128, 0, False),
        (b"another\n" * 128, 8, False),
    ],
    ids=["no head", "a line", "all", "nothing delivered", "another"],
)
def test_a_file_is_smaller_than_at_the_last_look_only_if_it_has_all_of_its_head(
    tmp_path: Path, head: bytes, offset: int, *, cut: bool
) -> None:
    """And something was delivered: else it may have been copied, cut off and written anew, and its copy has all."""
    path = tmp_path / "a.log"
    path.write_bytes(b"0123456\n" * 200)
    stat = path.stat()
    entry = replace(an_entry("f" * 22, "/logs/a.log"), size=5000, head=Print.of(head), inode=stat.st_ino, birth_ns=7)
    entry = replace(entry, offsets={"sink": Saved(offset)})
    file = TailedFile(entry, os.open(path, os.O_RDONLY), "", 7, 0.0)
    assert file.doubt.lasts == cut
    assert file.doubt.cut_unread(1.0, sure=False) == (5000 - stat.st_size if cut else 0)
    file.close()
