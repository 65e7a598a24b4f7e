"""logship's own messages on stderr: a JSON object a line, or a readable line on a terminal.

A message is a constant sentence with fields (``extra=``). File names and what a server says are hostile text: whatever
is no printable character leaves escaped, so that nobody forges a line or moves a terminal's cursor.
"""

import json
import logging
import math
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Literal, TextIO

import orjson

from logship.errors import LogshipError
from logship.printable import printable as printable  # noqa: PLC0414 - who prints asks for it here, too

_OWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_VALUE_MAX: Final = 2000
_HIDDEN_MAX: Final = 1 << 16
SAY_AGAIN_SECONDS: Final = 60.0

_hidden: Callable[[str], str] = str
"""What is done with each text of a field: a file may be called by what must not leave the pod."""


class Seldom:
    """Tells when what goes on may be said: once a minute."""

    def __init__(self) -> None:
        self._said = -math.inf

    def may_say(self, now: float) -> bool:
        """Give whether it is time, and note that it is said; ``now`` in monotonic seconds."""
        due = now - self._said >= SAY_AGAIN_SECONDS
        self._said = now if due else self._said
        return due


def set_up(level: str, style: Literal["auto", "json", "text"], stream: TextIO | None = None) -> None:
    """Send all messages from ``level`` up to the stream (stderr), in place of any earlier set-up."""
    out = sys.stderr if stream is None else stream
    readable = style == "text" or (style == "auto" and out.isatty())
    target = logging.StreamHandler(out)
    target.setFormatter(_Lines(readable_line if readable else json_line))
    root = logging.getLogger()
    root.handlers[:] = [target]
    root.setLevel(level.upper())
    logging.raiseExceptions = False  # a stderr that is full or closed must not become more messages


def hide(hidden: Callable[[str], str] | None) -> None:
    """From now on, do this with each text of a field; None: nothing."""
    global _hidden  # noqa: PLW0603 - messages are the process's, as their set-up is
    _hidden = hidden or str


class _Lines(logging.Formatter):
    """Makes one line of a record."""

    def __init__(self, line: Callable[[logging.LogRecord], str]) -> None:
        super().__init__()
        self._line = line

    def format(self, record: logging.LogRecord) -> str:
        """Give the line, without its newline."""
        return self._line(record)


def json_line(record: logging.LogRecord) -> str:
    """Give a record as a JSON object: time, level, message, logger, then its fields."""
    parts = {
        "time": _time(record),
        "level": record.levelname.lower(),
        "message": record.getMessage(),
        "logger": record.name,
        **{name: _value(value) for name, value in _fields(record).items()},
    }
    # with blanks, as the standard library writes it, so that nobody's patterns for it break
    line = b"{" + b", ".join([document(name) + b": " + document(value) for name, value in parts.items()]) + b"}"
    return line.decode() if line.isascii() else json.dumps(parts)  # ASCII only: every odd character is escaped


def document(value: object, *, indent: bool = False) -> bytes:
    """Give a document of ours as JSON in UTF-8, by orjson.

    What that refuses goes by the standard library: a lone surrogate, which stands for a byte of a file's name that is
    not UTF-8, and an integer of more than 64 bits.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 if indent else None)
    except orjson.JSONEncodeError:
        return json.dumps(value, indent=2 if indent else None).encode()


def readable_line(record: logging.LogRecord) -> str:
    """Give a record as ``10:00:00.123 warning the sentence  name=value``."""
    fields = "".join(f"  {printable(name)}={_shown(value)}" for name, value in _fields(record).items())
    return f"{_time(record)[11:23]} {record.levelname.lower():7} {printable(record.getMessage())}{fields}"


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields = {name: value for name, value in vars(record).items() if name not in _OWN}
    if record.exc_info:
        fields["exception"] = _exception(record)
    return fields


def _exception(record: logging.LogRecord) -> str:
    """Give the kind and the places of an exception; only our own texts are known to quote no record and no secret."""
    kind, error, trace = record.exc_info or (None, None, None)
    text = f" ({error})" if isinstance(error, LogshipError | OSError) else ""
    return f"{kind.__name__ if kind else '?'}{text} at {places(trace)}"


def places(trace: TracebackType | None) -> str:
    """Give the places that an exception came through, outermost first, without any content."""
    found = []
    while trace is not None:
        path = "/".join(trace.tb_frame.f_code.co_filename.split("/")[-2:])  # several rooms have a joining.py
        found.append(f"{path}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(found)


def _value(value: object) -> object:
    if isinstance(value, bool | int | float) or value is None:
        return value
    text = _hidden(str(value)[:_HIDDEN_MAX])[:_VALUE_MAX]
    # a name's bytes that are no text: a lone surrogate is no JSON that everybody reads
    return text.encode("utf-8", "backslashreplace").decode()


def _shown(value: object) -> str:
    text = printable(str(_value(value)))
    return json.dumps(text, ensure_ascii=False) if " " in text or not text else text
