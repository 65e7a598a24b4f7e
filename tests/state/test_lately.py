"""What is kept of the generations that were finished last."""

from pathlib import Path

import pytest

from logship.model import FileId
from logship.state.fingerprint import Digest
from logship.state.lately import MOST, PLACE_BYTES, Lately
from logship.state.rows import Row
from tests.state.test_finished import DATA, a_row


def a_digest(data: bytes = DATA) -> Digest:
    """Give the digest of what was read."""
    digest = Digest()
    digest.take(data, 0)
    return digest


def known(lately: Lately, path: str = "/logs/a.log") -> list[tuple[Row, tuple[int, ...]]]:
    """Give what is known of a lineage."""
    return [(row, digest.fingerprint().points) for row, digest in lately.of_lineage(path)]


def test_it_is_there_after_a_restart(tmp_path: Path) -> None:
    """With every point; and what was forgotten is not."""
    path, rows = tmp_path / "lately.bin", [a_row(), a_row(), a_row(path="/logs/b.log")]
    lately = Lately(path)
    for row in rows:
        lately.note(row, a_digest())
    lately.flush()
    lately.forget(rows[1].file)
    lately.flush()
    assert not lately.pending
    again = Lately(path)
    assert known(again) == [(rows[0], a_digest().fingerprint().points)]
    assert known(again, "/logs/b.log") == [(rows[2], a_digest().fingerprint().points)]
    assert known(Lately(path, since=rows[0].seen + 1.0)) == []
    assert known(Lately(path, anew=True)) == []
    assert not path.exists()


def test_each_new_one_takes_the_place_of_the_oldest(tmp_path: Path) -> None:
    """In memory and on disk, however many there are; a restart between them changes nothing."""
    path, rows = tmp_path / "lately.bin", [a_row(inode=number) for number in range(3 * MOST)]
    lately = Lately(path)
    for number, row in enumerate(rows):
        lately.note(row, a_digest())
        if number == 2 * MOST:
            lately.flush()
            lately = Lately(path)
    lately.flush()
    assert path.stat().st_size == MOST * PLACE_BYTES <= 64 << 10
    assert {row.inode for row, _ in known(Lately(path))} == {row.inode for row, _ in known(lately)}
    assert len(known(lately)) == MOST


@pytest.mark.parametrize("damage", [b"\xff" * PLACE_BYTES, b"x" * 100, bytes(PLACE_BYTES), b""])
def test_what_is_damaged_is_not_known(tmp_path: Path, damage: bytes) -> None:
    """A place that was written in part, or by something else; the others are."""
    path = tmp_path / "lately.bin"
    lately = Lately(path)
    for _ in range(MOST):
        lately.note(a_row(), a_digest())
    lately.flush()
    path.write_bytes(damage + path.read_bytes()[len(damage) :])
    assert len(known(Lately(path))) == MOST - bool(damage)


def test_of_few_bytes_and_of_what_was_not_read_nothing_is_kept() -> None:
    """A beginning of a kilobyte proves nothing."""
    lately = Lately()
    lately.note(a_row(DATA[:1000]), a_digest(DATA[:1000]))
    lately.note(a_row(), a_digest(DATA[:-1]))
    lately.forget(FileId("nobody"))
    assert known(lately) == []


def test_what_can_not_be_written_is_written_later(tmp_path: Path) -> None:
    """The folder comes back."""
    path = tmp_path / "gone" / "lately.bin"
    lately = Lately(path)
    lately.note(a_row(), a_digest())
    with pytest.raises(FileNotFoundError):
        lately.flush()
    assert lately.pending
    path.parent.mkdir()
    lately.flush()
    assert len(known(Lately(path))) == 1
