"""What the files of closed generations looked like."""

from logship.files.signatures import Signatures
from logship.model import FileId

OURS, OTHERS = FileId("ours"), FileId("others")


def test_what_is_there_stays_noted() -> None:
    """A sweep that did not meet a generation has nobody remember its file."""
    known = Signatures()
    known.note(7, OURS, (100, 3))
    known.note(8, OTHERS, (200, 4))
    assert known.get(7) == (OURS, (100, 3))
    known.keep({OURS})
    assert len(known) == 1
    assert known.get(8) == (None, None)


def test_a_file_is_doubted_once_and_only_as_it_was() -> None:
    """What changed meanwhile is looked at for what it has now."""
    known = Signatures()
    known.doubt(7, (100, 3))
    known.doubt(8, (200, 4))
    known.doubt(9, None)
    assert known.doubts(7, (100, 3))
    assert not known.doubts(7, (100, 3))
    assert not known.doubts(8, (201, 5))
    assert not known.doubts(9, (0, 0))
