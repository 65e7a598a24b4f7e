import os
import time
from pathlib import Path

import pytest

from logship.model import FileId
from logship.state.checkpoints import Checkpoints
from logship.state.finished import KEEP_SECONDS
from logship.state.identity import Entry, Print, Saved, new_file_id
from logship.state.neighbour import Neighbour
from logship.state.rows import FORMAT, row_of

DATA = b"a line of a log\n" * 100


def entry(path: str, inode: int, *, ignored: bool = False, read: int = len(DATA)) -> Entry:
    """Make what is known of a generation."""
    offsets = {} if ignored else {"http": Saved(read)}
    head = Print.of(DATA[:1024])
    return Entry(new_file_id(), path, inode, None, head, len(DATA), time.time(), offsets, ignored=ignored)


def save(folder: Path, entries: list[Entry], finished: list[Entry], *, seen: int | None = None) -> list[FileId]:
    """Have a daemon's state on disk; gives what is finished there."""
    checkpoints = Checkpoints(folder)
    checkpoint = checkpoints.load()
    for each in finished:
        row = row_of(each, len(DATA), 5, DATA[-64:])
        assert row
        checkpoint.finished.add(row if seen is None else row._replace(seen=seen))
    checkpoints.save(entries, 7)
    return [each.file for each in finished]


def content(folder: Path) -> dict[str, bytes]:
    """Give the files of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_is_left_alone_is_told_from_what_is_read_or_to_be_read(tmp_path: Path) -> None:
    """By inode, size and time of the last write: a file that changed since is the daemon's to judge."""
    live, rest = entry("/l/app.log", 1, read=10), entry("/l/b.log", 4, ignored=True)
    save(tmp_path, [live, rest], [entry("/l/app.log", 2), entry("/l/app.log", 3, ignored=True)])
    found = Neighbour(tmp_path)
    assert (found.there, found.first_start_ns) == (True, 7)
    size = len(DATA)
    assert [inode for inode in range(9) if found.left_alone(inode, size, 5)] == [3, 4]
    assert not found.left_alone(3, size + 1, 5)
    assert not found.left_alone(3, size, 6)
    assert [inode for inode in range(9) if found.knows(inode)] == [1, 2, 3, 4]
    assert [each.file for each in found.of_lineage("/l/app.log")] == [live.file]
    assert all(each.ignored and not each.inode for each in found.entries)
    assert len(list(found.finished.like("/l/app.log", DATA[:1024]))) == 1, "what was left alone is nobody's"


def test_a_file_that_is_followed_again_is_not_left_alone(tmp_path: Path) -> None:
    """Its row stays, and its entry says more."""
    save(tmp_path, [entry("/l/app.log", 3)], [entry("/l/app.log", 3, ignored=True)])
    assert not Neighbour(tmp_path).left_alone(3, len(DATA), 5)


def test_nothing_of_it_is_touched(tmp_path: Path) -> None:
    """Not even rows that a daemon would drop at its start: what was left alone so long ago is so still."""
    old = int(time.time() - KEEP_SECONDS - 100)
    save(tmp_path, [], [entry("/l/app.log", 3, ignored=True)], seen=old)
    before = content(tmp_path)
    found = Neighbour(tmp_path)
    assert found.left_alone(3, len(DATA), 5)
    assert len(Checkpoints(tmp_path).peek().finished) == 0
    assert content(tmp_path) == before
    assert len(before["finished.bin"]) == FORMAT.size
    assert len(Checkpoints(tmp_path).load().finished) == 0
    assert content(tmp_path)["finished.bin"] == b"", "whose it is drops them"


@pytest.mark.parametrize("text", [None, b"{", b'{"version": 99}'])
def test_of_a_state_that_cannot_be_used_nothing_is_known(tmp_path: Path, text: bytes | None) -> None:
    """It is left as it is."""
    if text is not None:
        (tmp_path / "checkpoint.json").write_bytes(text)
    (tmp_path / "finished.bin").write_bytes(os.urandom(10))
    before = content(tmp_path)
    found = Neighbour(tmp_path)
    assert (found.there, found.knows(0), bool(found.damage)) == (False, False, text is not None)
    assert content(tmp_path) == before
