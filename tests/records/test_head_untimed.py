"""Levels of lines without a time: what Python's logging writes in the formats that its users choose."""

import logging
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logship.records.head_gate import MAY_BE_HEAD
from logship.records.head_untimed import TIMED_LATE, UNTIMED
from logship.records.text_heads import TextHeads

NOON = 1_795_780_800 * 10**9
NAMES = ("app.db", "worker", "root", "__main__")
LEVELS = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL)
FIRST = (
    # Django 5.2's "simple", of its documentation
    "%(levelname)s %(message)s",
    *["%(levelname)s - %(message)s", "%(levelname)s -- %(message)s", "%(levelname)s --> %(message)s"],
    *["%(levelname)s => %(message)s", "%(levelname)s >> %(message)s", "%(levelname)s > %(message)s"],
    *["%(levelname)s: %(message)s", "%(levelname)s : %(message)s", "%(levelname)s; %(message)s"],
    *["%(levelname)s, %(message)s", "%(levelname)s | %(message)s", "%(levelname)s|%(message)s"],
    *["%(levelname)s\t%(message)s", "%(levelname)-8s| %(message)s", "%(levelname)-8s %(message)s"],
    *["%(levelname)8s %(message)s", "%(levelname)8s: %(message)s", "%(levelname).4s %(message)s"],
    *["[%(levelname)s] %(message)s", "(%(levelname)s) %(message)s", "<%(levelname)s> %(message)s"],
    *["{%(levelname)s} %(message)s", "- %(levelname)s - %(message)s", "| %(levelname)s | %(message)s"],
    *["*** %(levelname)s *** %(message)s", "# %(levelname)s # %(message)s", "== %(levelname)s == %(message)s"],
    *["[%(levelname)8s] %(message)s", "[%(levelname)-8s] %(message)s", "[%(levelname)s]: %(message)s"],
    *["%(levelname)s %(name)s: %(message)s", "%(levelname)s [%(name)s] %(message)s"],
    *["%(levelname)s (%(name)s) %(message)s", "%(levelname)s:%(name)s:%(message)s"],
    *["%(levelname)s\t%(name)s\t%(message)s", "%(levelname)s/%(name)s: %(message)s"],
    *["%(levelname)s in %(module)s: %(message)s", "%(levelname)s :: %(name)s :: %(message)s"],
    *["%(levelname)s/%(processName)s] %(message)s", "%(levelname)s:%(filename)s:%(lineno)d: %(message)s"],
    *["%(levelname)s %(filename)s:%(lineno)d %(message)s", "%(levelname)s %(funcName)s(): %(message)s"],
    *["%(levelname)s %(process)d %(thread)d %(message)s", "%(levelname)s %(module)s %(funcName)s: %(message)s"],
    "%(levelname)s [%(filename)s:%(lineno)s - %(funcName)s()] %(message)s",
)
BEHIND = (
    *["%(name)s [%(levelname)s] %(message)s", "%(name)s: [%(levelname)s] %(message)s"],
    *["%(name)s (%(levelname)s) %(message)s", "%(name)s (%(levelname)s): %(message)s"],
    *["%(name)s - %(levelname)s - %(message)s", "%(name)s - %(levelname)s: %(message)s"],
    *["%(name)s | %(levelname)s | %(message)s", "%(name)s|%(levelname)s|%(message)s"],
    *["%(name)s %(levelname)s: %(message)s", "%(name)s: %(levelname)s: %(message)s"],
    *["%(name)s: %(levelname)s - %(message)s", "%(name)s :: %(levelname)s :: %(message)s"],
    *["%(name)s.%(levelname)s: %(message)s", "%(name)s/%(levelname)s: %(message)s"],
    *["%(name)s\t%(levelname)s\t%(message)s", "%(name)-12s: %(levelname)-8s %(message)s"],
    *["%(name)-12s %(levelname)-8s %(message)s", "%(name)-12s %(levelname)s %(message)s"],
    *["[%(name)s] %(levelname)s: %(message)s", "[%(name)s] [%(levelname)s] %(message)s"],
    *["[%(name)s][%(levelname)s] %(message)s", "[%(name)s] %(levelname)s %(message)s"],
    *["[%(name)s] %(levelname)s - %(message)s", "[%(threadName)s] %(levelname)s %(message)s"],
    *["%(threadName)s %(levelname)s: %(message)s", "%(module)s %(levelname)s: %(message)s"],
    *["[%(process)d] [%(levelname)s] %(message)s", "%(process)d - %(levelname)s - %(message)s"],
    *["%(process)d: %(levelname)s: %(message)s", "%(process)d %(levelname)s: %(message)s"],
    *["%(filename)s:%(lineno)d - %(levelname)s - %(message)s", "%(filename)s:%(lineno)d [%(levelname)s] %(message)s"],
    *["%(filename)s:%(lineno)d: %(levelname)s: %(message)s", "[%(filename)s:%(lineno)d] %(levelname)s: %(message)s"],
    *["%(filename)s:%(lineno)d %(levelname)s %(message)s", "%(funcName)s() %(levelname)s %(message)s"],
    "%(module)s.%(funcName)s:%(lineno)d [%(levelname)s] %(message)s",
)
LATE = (
    *["<%(levelname)s> %(asctime)s %(message)s", "(%(levelname)s) %(asctime)s %(message)s"],
    *["%(name)s %(levelname)s %(asctime)s %(message)s", "%(name)s - %(levelname)s - %(asctime)s - %(message)s"],
    *["[%(name)s] %(levelname)s %(asctime)s %(message)s", "%(name)s: [%(levelname)s] %(asctime)s: %(message)s"],
    *["[%(name)s] [%(asctime)s] [%(levelname)s] %(message)s", "%(process)d %(levelname)s %(asctime)s %(message)s"],
)
UNREAD = {
    "%(name)s %(levelname)s %(message)s": "two words, as a sentence has them: `got ERROR from it`",
    "%(process)d %(levelname)s %(message)s": "`500 ERROR responses`",
    "%(levelname)s-%(message)s": "`ERROR-prone`",
    "%(levelname).1s %(message)s": "`I see`",
    "%(message)s [%(levelname)s]": "the end of a line may be anything",
}


def written(form: str, name: str, level: int) -> bytes:
    """Have logging write a line."""
    made = logging.LogRecord(name, level, "/srv/app/views.py", 37, "could not reach %s", ("the host",), None, "load")
    made.created, made.msecs = 1_795_773_600.123, 123.0
    formatter = logging.Formatter(form)
    formatter.converter = time.gmtime
    return formatter.format(made).encode()


@pytest.mark.parametrize("form", [*FIRST, *BEHIND, *LATE])
def test_a_level_is_read_where_logging_was_told_to_write_it(form: str) -> None:
    """Whatever stands before it, and one look at many lines finds what a look at each does; a time behind it counts."""
    lines = [written(form, name, level) for name in NAMES for level in LEVELS]
    meant = [logging.getLevelName(level).encode() for _ in NAMES for level in LEVELS]
    heads = TextHeads("UTC")
    each = [heads.single(line, NOON) for line in lines]
    words = [(one.levels[0] or b"none").strip(b'"') for one in each]
    assert [word for word, whole in zip(words, meant, strict=True) if not whole.startswith(word)] == []
    together = heads.read(lines, NOON, b"\n".join(lines))
    assert [*together.levels] == [one.levels[0] for one in each]
    stamp = b'"2026-11-27T10:00:00.123Z"' if form in LATE else None
    assert {*together.stamps} == {one.stamps[0] for one in each} == {stamp}


@pytest.mark.parametrize(("form", "why"), UNREAD.items())
def test_what_a_sentence_may_be_as_well_has_no_level(form: str, why: str) -> None:
    """Behind a word without a mark, and at a line's end."""
    line = written(form, "worker", logging.ERROR)
    assert TextHeads("UTC").single(line, NOON).levels == [None], why


PIECES = (
    *(
        b" ",
        b"  ",
        b"a",
        b"app",
        b"Ab",
        b"a.b",
        b"[",
        b"]",
        b"[x]",
        b"(",
        b")",
        b"<",
        b">",
        b"-",
        b" - ",
        b"|",
        b" | ",
        b":",
    ),
    *(
        b": ",
        b"::",
        b"->",
        b"7",
        b"123",
        b"INFO",
        b"ERROR",
        b"[ERROR]",
        b"(WARN)",
        b"\t",
        b"/",
        b".",
        b"f()",
        b"$",
        b"_x",
    ),
    *(b"a.py:3", b"root ", b"2026-11-27 10:00:00"),
)
DIGITS = bytes.maketrans(b"123456789", b"000000000")


@given(st.lists(st.sampled_from(PIECES), min_size=2, max_size=8).map(b"".join))
def test_the_gate_lets_every_line_pass_that_has_such_a_head(line: bytes) -> None:
    """What it refuses is looked at no further: a line would have its level alone, and not among others."""
    shape = line.translate(DIGITS)
    for form in (TIMED_LATE, *UNTIMED):
        if shape[:1] in form.starts and form.head.match(shape):
            assert MAY_BE_HEAD(line)
