import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from logship.model import Block, FileId, LineState
from logship.records.framing import NUL
from logship.state.fingerprint import Digest
from logship.state.identity import Entry, Print, Saved
from logship.state.journal import Journal, applied

FILE = FileId("f" * 22)


def entry(offset: int = 0, in_flight: tuple[tuple[int, int, int], ...] = ()) -> Entry:
    """Make what a checkpoint said."""
    return Entry(FILE, "/a.log", 1, None, Print(), 1000, 0.0, {"sink": Saved(offset, in_flight=in_flight)})


def block(start: int, end: int, time_ns: int = 7) -> Block:
    """Make a block that leaves."""
    return Block(FILE, "a.log", start, end, b"x" * (end - start), time_ns, 0.0)


def test_an_acknowledgement_is_there_after_a_kill(tmp_path: Path) -> None:
    """What was noted after the checkpoint moves its offset forward, with state and marker."""
    journal = Journal(tmp_path)
    saved = Saved(500, LineState.PARTIAL, Print.of(b"before"))
    journal.acked(FILE, "sink", saved)
    assert applied((entry(),), tmp_path)[0].offsets["sink"] == saved


def test_blocks_that_left_keep_their_time(tmp_path: Path) -> None:
    """What was on its way is repeated with the same boundaries and time; what was acknowledged is forgotten."""
    journal = Journal(tmp_path)
    journal.sent("sink", block(0, 100))
    journal.sent("sink", block(100, 200, 8))
    journal.acked(FILE, "sink", Saved(100))
    assert applied((entry(),), tmp_path)[0].offsets["sink"].in_flight == ((100, 200, 8),)


def test_what_a_generation_begins_with_is_known(tmp_path: Path) -> None:
    """As far as its first block has it; a checkpoint that knows more of it wins."""
    journal = Journal(tmp_path)
    journal.sent("sink", block(0, 100))
    journal.sent("sink", block(100, 4000))
    assert applied((entry(),), tmp_path)[0].head == Print.of(b"x" * 100)
    longer = replace(entry(), head=Print.of(b"x" * 1024))
    assert applied((longer,), tmp_path)[0].head == longer.head


def test_what_a_checkpoint_covers_is_removed(tmp_path: Path) -> None:
    """Only what came after the checkpoint was begun stays; a failed checkpoint removes nothing."""
    journal = Journal(tmp_path)
    journal.acked(FILE, "sink", Saved(10))
    covered = journal.turn()
    journal.acked(FILE, "sink", Saved(20))
    assert len(list(tmp_path.iterdir())) == 2
    journal.drop(covered)
    assert len(list(tmp_path.iterdir())) == 1
    assert applied((entry(10),), tmp_path)[0].offsets["sink"].offset == 20
    again = Journal(tmp_path)
    again.acked(FILE, "sink", Saved(30))
    assert applied((entry(10),), tmp_path)[0].offsets["sink"].offset == 30


def test_an_older_note_never_moves_an_offset_back(tmp_path: Path) -> None:
    """A journal that the checkpoint covers already does no harm."""
    Journal(tmp_path).acked(FILE, "sink", Saved(10))
    assert applied((entry(400),), tmp_path)[0].offsets["sink"].offset == 400


def test_a_line_that_a_full_disk_tore_takes_no_other_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one begins on a line of its own."""
    write, journal = os.write, Journal(tmp_path)
    journal.acked(FILE, "sink", Saved(10))
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:20]))
    journal.acked(FILE, "sink", Saved(20))
    monkeypatch.setattr(os, "write", write)
    journal.close()
    journal.acked(FILE, "sink", Saved(30))
    assert applied((entry(),), tmp_path)[0].offsets["sink"].offset == 30


def test_a_folder_that_cannot_be_written_costs_nothing_else(tmp_path: Path) -> None:
    """Shipping goes on without notes."""
    journal = Journal(tmp_path / "absent")
    journal.acked(FILE, "sink", Saved(10))
    journal.drop(journal.turn())
    assert applied((entry(),), tmp_path / "absent") == (entry(),)


@given(garbage=st.binary(max_size=200))
@example(garbage=b'"  "')
def test_garbage_is_passed_over(tmp_path_factory: object, garbage: bytes) -> None:
    """A torn or strange line hides nothing that comes before or after it."""
    folder = tmp_path_factory.mktemp("journal")  # type: ignore[attr-defined]
    journal = Journal(folder)
    journal.acked(FILE, "sink", Saved(10))
    journal.close()
    (path,) = folder.iterdir()
    path.write_bytes(path.read_bytes() + garbage.replace(FILE.encode(), b"") + b"\n")
    journal.acked(FILE, "sink", Saved(20))
    assert applied((entry(),), folder)[0].offsets["sink"].offset == 20


def test_where_a_record_was_cut_is_known_after_a_kill(tmp_path: Path) -> None:
    """It was noted before the block left; whichever sink's it was, and however many there are."""
    journal = Journal(tmp_path)
    for at in range(200):
        sent = replace(block(10 * at, 10 * at + 10), cuts=((0, "stamp"), (10 * at + 10, "s")))
        journal.sent("sink" if at % 2 else "other", sent)
    known = replace(entry(), cuts=((5, "tb"),))
    found = applied((known,), tmp_path)[0]
    assert found.cuts == ((0, "stamp"), (5, "tb"), *((10 * at + 10, "s") for at in range(200)))
    assert set(found.offsets) == {"sink", "other"}
    assert len(found.offsets["sink"].in_flight) == 100


def test_a_file_is_as_large_as_what_was_read_of_it_unless_it_was_cut_off(tmp_path: Path) -> None:
    """A size below the offset says that a file was seen cut off: that an offset went on must not say so."""
    Journal(tmp_path).acked(FILE, "sink", Saved(1500))
    assert applied((entry(500),), tmp_path)[0].size == 1500
    assert applied((entry(1200),), tmp_path)[0].size == 1000


def test_what_is_behind_a_hole_has_a_digest_after_a_kill(tmp_path: Path) -> None:
    """The writer's file was cut off, and it goes on where it was: copies are known by what follows the NULs."""
    journal = Journal(tmp_path)
    journal.sent("sink", Block(FILE, "a.log", 0, 5000, b"", 7, 0.0, skipped=NUL))
    journal.sent("sink", block(5000, 6000))
    read = Digest()
    read.take(b"x" * 1000, 5000)
    assert applied((entry(),), tmp_path)[0].digest.pairs[-1] == read.fingerprint().pairs[-1]
    assert applied((entry(),), tmp_path)[0].digest.base == read.base == 5000
