"""What redaction knows at an offset is saved beside it: in the ledger, the journal and the checkpoint."""

from pathlib import Path

from msgspec.structs import replace

from logship.model import Block, FileId
from logship.state.acks import Ledger
from logship.state.checkpoints import Checkpoints
from logship.state.identity import Entry, Print, Saved
from logship.state.journal import Journal, applied

FILE = FileId("A" * 22)


def block(start: int, end: int, opened: str = "", after: str = "") -> Block:
    """Make a block of whole lines."""
    data = b"x" * (end - start - 1) + b"\n"
    return Block(FILE, "a.log", start, end, data, 0, 0.0, opened=opened, open_after=after)


def test_it_is_that_of_the_last_block_that_was_acknowledged() -> None:
    """Out of order, too: it moves with the offset."""
    ledger = Ledger()
    ledger.open(FILE, Saved())
    one, two = block(0, 4, after="16/999"), block(4, 8, "16/999", "15/998")
    ledger.sent(one)
    ledger.sent(two)
    ledger.ack(two)
    assert ledger.saved(FILE) == replace(ledger.saved(FILE) or Saved(), offset=0, opened="")
    ledger.ack(one)
    saved = ledger.saved(FILE)
    assert saved
    assert (saved.offset, saved.opened) == (8, "15/998")


def test_before_a_record_that_waits_it_is_that_records() -> None:
    """Whoever reads on from there begins with that record."""
    ledger = Ledger()
    ledger.open(FILE, Saved())
    whole = block(0, 12, after="14/1")
    record = block(4, 8, "15/2", "")
    ledger.sent(whole)
    ledger.ack(whole, [record])
    saved = ledger.saved(FILE)
    assert saved
    assert (saved.offset, saved.opened) == (4, "15/2")
    ledger.ack(record)
    saved = ledger.saved(FILE)
    assert saved
    assert (saved.offset, saved.opened) == (12, "14/1")


def test_it_survives_a_crash_and_a_checkpoint(tmp_path: Path) -> None:
    """The journal's line has it, and so has the checkpoint's entry; what an older version wrote has none."""
    entry = Entry(FILE, "/a.log", 1, None, Print(), 12, 0.0, offsets={"s": Saved()})
    journal = Journal(tmp_path)
    journal.acked(FILE, "s", Saved(8, opened="16/999cut"))
    journal.close()
    (after,) = applied((entry,), tmp_path)
    assert (after.offsets["s"].offset, after.offsets["s"].opened) == (8, "16/999cut")
    Checkpoints(tmp_path).save([after], 1)
    (loaded,) = Checkpoints(tmp_path).peek().entries
    assert loaded.offsets["s"].opened == "16/999cut"
    text = (tmp_path / "checkpoint.json").read_text()
    (tmp_path / "checkpoint.json").write_text(text.replace(',"opened":"16/999cut"', ""))
    (older,) = Checkpoints(tmp_path).peek().entries
    assert older.offsets["s"].opened == ""
