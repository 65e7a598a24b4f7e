from pathlib import Path
from types import MappingProxyType

from tests.zoo_loggers.judging import Figures
from tests.zoo_loggers.logger import Logger
from tests.zoo_loggers.page import row, said_right, write_page

LOGGER = Logger("one", "go", "one", "1.2", lambda _: None, lambda _: [], "at | 1999", "\x1b[33mWARN")
NEEDS = Logger("two", "go", "two", "2", lambda _: None, lambda _: [], needs=MappingProxyType({"PARSE": "logfmt"}))
WRONG = Figures(lines=3, level={"3": "read as info"})


def test_a_row_shows_what_is_written_and_what_is_read() -> None:
    """Control characters are shown, and what would end a column is escaped."""
    assert row(LOGGER, {"default": WRONG}) == (
        "| `one` | one 1.2 | `at \\| 1999` | `\\e[33mWARN` | 3 lines | level of 3 read as info | no setting helps |"
    )


def test_a_page_keeps_the_rows_of_what_was_not_run(tmp_path: Path) -> None:
    """One language alone may be there."""
    page = tmp_path / "loggers.md"
    page.write_text("before\n<!-- loggers -->\n<!-- end -->\nafter\n")
    write_page(page, [LOGGER, NEEDS], {"one": {"default": Figures(lines=1)}, "two": {"default": WRONG}})
    first = page.read_text()
    write_page(page, [LOGGER, NEEDS], {"two": {"default": WRONG}})
    assert page.read_text() == first
    write_page(page, [LOGGER], {"one": {"default": WRONG}})
    assert page.read_text().splitlines()[3:] == [
        *(
            "## go",
            "",
            "| logger | package | time | level (a warning) | an exception | what logship reads | what to set |",
        ),
        *("|" + " --- |" * 7, row(LOGGER, {"default": WRONG}), "", "<!-- end -->", "after"),
    ]


def test_what_a_page_calls_right_is_found_again() -> None:
    """By its defaults, and by what there is to set."""
    rows = [
        row(LOGGER, {"default": Figures(lines=1)}),
        row(NEEDS, {"default": WRONG, "set": Figures(lines=3)}),
    ]

    assert said_right("\n".join(["| logger | package |", *rows])) == {("one", "default"), ("two", "set")}
    assert said_right(row(LOGGER, {"default": WRONG})) == set()
