"""A file in which a setting fits no line is told of once, whatever setting it is."""

import pytest

from logship.files import strangers as module
from logship.files.strangers import ENOUGH, MULTILINE, PARSE, Strangers
from logship.model import FileId

A, B = FileId("a"), FileId("b")


@pytest.mark.parametrize("setting", [PARSE, MULTILINE])
def test_a_file_without_a_line_that_fits_is_told_once(setting: str, caplog: pytest.LogCaptureFixture) -> None:
    """At a thousand lines, and never again; the status shows it while the file is open."""
    strangers = Strangers()
    strangers.saw(setting, A, "/logs/a.log", 999, fits=False)
    assert not caplog.records
    assert strangers.asks(setting, A)
    strangers.saw(setting, A, "/logs/a.log", 1, fits=False)
    strangers.saw(setting, A, "/logs/a.log", 5000, fits=False)
    assert not strangers.asks(setting, A)
    (record,) = caplog.records
    told = vars(record)
    assert (told["path"], told["setting"], told["lines"]) == ("/logs/a.log", setting, ENOUGH)
    assert list(strangers.problems()) == [f"/logs/a.log: none of its lines is of the form that {setting} names"]
    strangers.forget(A)
    assert list(strangers.problems()) == []


def test_a_file_with_a_line_that_fits_is_not_told_of(caplog: pytest.LogCaptureFixture) -> None:
    """However many others there are; each file, and each setting, is counted by itself."""
    strangers = Strangers()
    strangers.saw(PARSE, A, "/a", 10, fits=True)
    for _ in range(3):
        strangers.saw(PARSE, A, "/a", 600, fits=False)
        strangers.saw(PARSE, B, "/b", 300, fits=False)
        strangers.saw(MULTILINE, B, "/b", 300, fits=False)
    assert not caplog.records


def test_a_line_that_fits_after_all_ends_it(caplog: pytest.LogCaptureFixture) -> None:
    """A banner of a thousand lines was no fault."""
    strangers = Strangers()
    strangers.saw(PARSE, A, "/a", ENOUGH, fits=False)
    assert len(list(strangers.problems())) == 1
    strangers.saw(PARSE, A, "/a", 0, fits=True)
    strangers.saw(PARSE, A, "/a", ENOUGH, fits=False)
    assert list(strangers.problems()) == []
    assert len(caplog.records) == 1


def test_lines_that_another_reader_saw_do_not_count_again() -> None:
    """Each sink's reader joins the same lines."""
    strangers = Strangers()
    strangers.saw(MULTILINE, A, "/a", 600, fits=False, end=100)
    assert not strangers.asks(MULTILINE, A, 100)
    assert strangers.asks(MULTILINE, A, 101)


def test_so_many_files_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """An application can make any number; then all are forgotten."""
    monkeypatch.setattr(module, "_FILES", 2)
    strangers = Strangers()
    for number in range(5):
        strangers.saw(PARSE, FileId(str(number)), "/x", 1, fits=False)
    assert len(strangers._lines[PARSE]) <= 2
