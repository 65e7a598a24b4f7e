"""A file of which nothing can be parsed is told of once."""

import pytest

from logship.daemon.strangers import Strangers
from logship.model import Block, FileId, Tally


def _block(file: str) -> Block:
    return Block(FileId(file), f"{file}.log", 0, 2, b"x\n", 0, 0.0)


def test_file_without_a_line_that_fits_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """At a thousand lines, and never again."""
    strangers = Strangers()
    strangers.saw(_block("a"), Tally(unparsed=999))
    assert not caplog.records
    strangers.saw(_block("a"), Tally(unparsed=1))
    strangers.saw(_block("a"), Tally(unparsed=5000))
    (record,) = caplog.records
    assert (vars(record)["file"], vars(record)["lines"]) == ("a.log", 1000)


def test_file_with_a_line_that_fits_is_not_told_of(caplog: pytest.LogCaptureFixture) -> None:
    """However many others there are; each file is counted by itself, and without PARSE none is."""
    strangers = Strangers()
    strangers.saw(_block("a"), Tally(parsed=1, unparsed=10))
    for _ in range(3):
        strangers.saw(_block("a"), Tally(unparsed=600))
        strangers.saw(_block("b"), Tally(unparsed=300))
        strangers.saw(_block("c"), Tally())
    assert not caplog.records
