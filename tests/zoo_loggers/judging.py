"""What logship made of one logger's file: how many records, and of each event the time, the severity and the trace."""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from msgspec import Struct, field

from tests.zoo_loggers.logger import SECOND, TRACE, Logger

MTIME_AFTER: Final = 7 * SECOND
"""A file's mtime is so long after the program's end: a time that is exactly this was not in the line."""
_MARK: Final = re.compile(r"zoo-(\d)")
_SHOWN: Final = 300
_STEP: Final = 4
_NAMES: Final = ("none", "trace", "debug", "info", "warning", "error", "fatal")
_SEPARATOR: Final = "\x1e"
"""Of JSON text sequences (RFC 7464)."""


class Output(Struct, frozen=True):
    """What a program wrote, and when."""

    text: str
    begun_ns: int
    ended_ns: int

    @property
    def mtime_ns(self) -> int:
        """That of its file."""
        return self.ended_ns + MTIME_AFTER


class Record(Struct, frozen=True):
    """One log record as OTLP has it."""

    time_ns: int
    severity: int
    """0: unknown."""
    body: str
    trace: str


class Figures(Struct):
    """What a cell came to."""

    records: int = 0
    lines: int = 0
    """Of the exception's event, as the program wrote it."""
    apart: int = 0
    """Records that are no event and no line of the logger's own: pieces of one."""
    missing: str = ""
    """Numbers of the events that begin no record."""
    time: dict[str, str] = field(default_factory=dict)
    """By number of the event, what is wrong with it; the others alike."""
    level: dict[str, str] = field(default_factory=dict)
    trace: str = ""
    text: str = ""
    """Numbers of the events whose JSON was taken for text."""
    examples: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What else went wrong: with the program, or with logship."""

    def faults(self) -> list[str]:
        """Say in words what is not as it was meant; nothing: all is right."""
        found = [f"time of {_grouped(self.time)}"] * bool(self.time)
        found += [f"level of {_grouped(self.level)}"] * bool(self.level)
        found += [f"no record for {_listed(self.missing)}"] * bool(self.missing)
        found += [f"{self.apart} pieces of records"] * bool(self.apart)
        found += [f"trace id {self.trace}"] * bool(self.trace)
        found += [f"JSON taken for text: {_listed(self.text)}"] * bool(self.text)
        return found + self.notes


def judge(logger: Logger, output: Output, records: Sequence[Record]) -> Figures:
    """Compare the records with what the program meant."""
    figures = Figures(records=len(records), lines=_lines(output.text))
    figures.notes = not_as_said(logger, output.text)
    found: dict[str, Record] = {}
    for each in records:
        marks = _MARK.findall(each.body)
        expected = marks and marks[0] not in found
        if not expected and not (logger.others and re.search(logger.others, _text(each.body))):
            figures.apart += 1
            _show(figures, f"apart: {each.body}")
        if marks:
            found.setdefault(marks[0], each)
    figures.missing = "".join(number for number in logger.events if number not in found)
    latest = 0
    for number in filter(found.__contains__, logger.events):
        _compare(figures, logger, number, found[number], output)
        if logger.time and number not in figures.time:
            if found[number].time_ns // logger.unit < latest // logger.unit:
                figures.time[number] = "out of order"
            latest = found[number].time_ns
    return figures


def _compare(figures: Figures, logger: Logger, number: str, record: Record, output: Output) -> None:
    if logger.time and (why := _time_fault(logger, record.time_ns, output)):
        figures.time[number] = why
        _show(figures, f"time: {record.body}")
    meant = logger.severity(number) or 0
    if (meant - 1) // _STEP != (record.severity - 1) // _STEP:
        figures.level[number] = f"read as {name(record.severity)}" if record.severity else "not found"
        _show(figures, f"level, {name(meant)} meant, {name(record.severity)} read: {record.body}")
    if number == "7" and logger.trace and record.trace != TRACE:
        figures.trace = "wrong" if record.trace else "not found"
        _show(figures, f"trace: {record.body}")
    if logger.fields and not is_object(record.body):
        figures.text += number
        _show(figures, f"text: {record.body}")


def _time_fault(logger: Logger, time_ns: int, output: Output) -> str:
    if time_ns == output.mtime_ns:
        return "not found"
    first = output.begun_ns // logger.unit * logger.unit
    return "" if first <= time_ns <= output.ended_ns else f"off by {(time_ns - output.ended_ns) / SECOND:.4g} s"


def name(severity: int) -> str:
    """Give a severity's name."""
    return _NAMES[(severity + _STEP - 1) // _STEP]


def is_object(body: str) -> bool:
    """Whether a line's fields were read: its body is a JSON object by the letter of the standard, or its only field.

    Text that begins like an object is a line of JSON that was taken for text, as is an object with such a message.
    """
    if not body.lstrip(_SEPARATOR).startswith("{"):
        return True
    try:
        found = json.loads(body, parse_constant=_refuse)
    except ValueError:
        return False
    message = found.get("message")
    return not (isinstance(message, str) and message.startswith("{"))


def _text(body: str) -> str:
    """Give the message of a line of text that was given fields, such as its level; else the body."""
    with suppress(ValueError):
        message = json.loads(body).get("message") if body.startswith('{"') else None
        return message if isinstance(message, str) else body
    return body


def _refuse(text: str) -> Any:
    raise ValueError(text)


def not_as_said(logger: Logger, text: str) -> list[str]:
    """Say which example of the row the program's output does not bear out."""
    found = []
    if logger.time and not re.search(shape(logger.time), text):
        found.append(f"no time like {logger.time} was written")
    anywhere = not logger.fields or "zoo-3" not in text
    warning = [line for line in text.splitlines() if "zoo-3" in line or anywhere]
    if logger.level and not any(logger.level in line for line in warning):
        found.append(f"no level like {logger.level} was written")
    return found


def shape(example: str) -> str:
    """Give an expression for what is written like an example: other digits, another day, of one digit too, or month."""
    words = re.sub(r"(?<![A-Za-z])[A-Z][a-z]{2}(?![A-Za-z])", "\x00", example)
    words = re.sub(r"\d+", "\x01", words)
    found = (
        re.escape(words).replace("\x00", "[A-Z][a-z]{2}").replace(r"\ " + "\x01", r"\ {1,2}\d+").replace("\x01", r"\d+")
    )
    return re.sub(r"(?<=[^A-Z])[AP]M", "[AP]M", found)


def _lines(text: str) -> int:
    """Count the lines from event 6 to the next event's."""
    lines = text.splitlines()
    begin = next((at for at, line in enumerate(lines) if "zoo-6" in line), None)
    if begin is None:
        return 0
    return next((at for at in range(1, len(lines) - begin) if "zoo-7" in lines[begin + at]), len(lines) - begin)


def _grouped(faults: Mapping[str, str]) -> str:
    by_fault: dict[str, str] = {}
    for number, fault in faults.items():
        by_fault[fault] = by_fault.get(fault, "") + number
    return "; ".join(f"{_listed(numbers)} {fault}" for fault, numbers in by_fault.items())


def _listed(numbers: str) -> str:
    return ", ".join(numbers) if len(numbers) < len("12345") else f"{len(numbers)} events"


def _show(figures: Figures, text: str) -> None:
    kind = text[:4]
    if not any(each.startswith(kind) for each in figures.examples):
        figures.examples.append(text.replace("\n", "⏎")[:_SHOWN])
