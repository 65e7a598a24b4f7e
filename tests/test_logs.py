import io
import json
import logging
import re
from collections.abc import Iterator

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logship.errors import StateError
from logship.logs import json_line, printable, readable_line, set_up

HOSTILE = 'a\n{"level": "error"}\x1b[2J\x9b\u202e\u2028\udcff.log'


@pytest.fixture(autouse=True)
def root_logger_as_it_was() -> Iterator[None]:
    """Put pytest's own set-up back."""
    root = logging.getLogger()
    before, level, raising = root.handlers[:], root.level, logging.raiseExceptions
    yield
    root.handlers[:] = before
    root.setLevel(level)
    logging.raiseExceptions = raising


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_a_message_is_one_json_object_a_line() -> None:
    """Time, level, message, logger, then the fields; whatever is in them."""
    out = io.StringIO()
    set_up("info", "auto", out)
    logging.getLogger("logship.test").warning("a file is gone", extra={"file": HOSTILE, "bytes": 5, "kept": None})
    (line,) = out.getvalue().splitlines()
    assert line.isascii()
    message = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", message.pop("time"))
    assert message == {
        "level": "warning",
        "message": "a file is gone",
        "logger": "logship.test",
        "file": HOSTILE.replace("\udcff", r"\udcff"),
        "bytes": 5,
        "kept": None,
    }
    assert orjson.loads(line)  # strict readers take it, too: no lone surrogate


def test_a_terminal_gets_readable_lines() -> None:
    """``auto`` looks at the stream; a hostile name stays on its line and moves no cursor."""
    out = Terminal()
    set_up("info", "auto", out)
    logging.getLogger("x").info("a file is gone", extra={"file": HOSTILE, "empty": ""})
    line = out.getvalue()
    assert line.count("\n") == 1
    assert line.rstrip("\n").isprintable()
    assert "info    a file is gone  file=" in line
    assert 'empty=""' in line


def test_the_level_holds() -> None:
    """What is below it is not shown; set up again, it replaces what was."""
    first, second = io.StringIO(), io.StringIO()
    set_up("debug", "json", first)
    set_up("warning", "json", second)
    logging.getLogger("x").info("quiet")
    logging.getLogger("x").error("loud")
    assert first.getvalue() == ""
    assert [json.loads(line)["message"] for line in second.getvalue().splitlines()] == ["loud"]


def test_an_exceptions_text_is_not_shown_unless_it_is_ours() -> None:
    """A library's error may quote the record; where it came from is enough to find it."""

    def shown(error: Exception) -> str:
        try:
            raise error  # noqa: TRY301 - a real traceback is needed
        except Exception as caught:  # noqa: BLE001 - any kind
            record = logging.makeLogRecord({"msg": "failed", "exc_info": (type(caught), caught, caught.__traceback__)})
        return str(json.loads(json_line(record))["exception"])

    assert re.fullmatch(r"ValueError at tests/test_logs\.py:\d+", shown(ValueError("password=hunter2")))
    assert re.fullmatch(r"StateError \(no space\) at tests/test_logs\.py:\d+", shown(StateError("no space")))


@given(st.text(st.characters()))
def test_whatever_is_logged_is_printable(text: str) -> None:
    """One line, no control character, in both styles."""
    record = logging.makeLogRecord({"msg": "seen", "field": text})
    assert printable(text).isprintable()
    assert readable_line(record).isprintable()
    assert json_line(record).isascii()
    assert "\n" not in json_line(record)


def test_a_stream_that_is_gone_is_no_fault() -> None:
    """A closed stderr must not end the daemon or make more messages."""
    out = io.StringIO()
    set_up("info", "json", out)
    out.close()
    logging.getLogger("x").error("nobody hears this")
