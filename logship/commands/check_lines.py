"""``logship check --lines``: what logship makes of lines, for people at 80 columns or as one JSON object a record."""

import argparse
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import Final

from msgspec.structs import asdict

from logship.check.line_records import Lines, Told
from logship.check.sample_lines import LINES_MOST, Sample, take
from logship.logs import document
from logship.printable import printable
from logship.settings.resolved import Resolved

_WIDTH: Final = 80
_NARROWEST: Final = 40
_LABEL: Final = 10
_LEFT_OUT: Final = {
    "condition": "its condition does not hold",
    "no_level": "its condition asks for a level, and the record has none",
    "sampled": "LOGSHIP_SAMPLE leaves it out",
}


def run(parsed: argparse.Namespace, resolved: Resolved) -> int:
    """Print what becomes of the lines; raises LogshipError if there are none that can be read."""
    sample = take(parsed.lines)
    lines = Lines(sample, resolved, explain=parsed.explain)
    if parsed.json:
        for told in lines.records():
            sys.stdout.write(document({name: value for name, value in asdict(told).items() if value}).decode() + "\n")
        sys.stderr.writelines(f"logship: {printable(sample.name)}: {line}\n" for line in _limits(sample))
        return 0
    width = max(_NARROWEST, min(_WIDTH, shutil.get_terminal_size((_WIDTH, 24)).columns))
    counted: Counter[str] = Counter()
    for sink, words in lines.common.items():
        sys.stdout.writelines(f"{line}\n" for line in _labelled(sink, f"all records: {words}", width))
    sys.stdout.write("\n" if lines.common else "")
    for told in lines.records():
        counted.update(_counted(told))
        sys.stdout.writelines(f"{line}\n" for line in _page(told, width))
    sys.stdout.writelines(f"{line}\n" for line in _sum(sample, lines, counted, width))
    return 0


def _page(told: Told, width: int) -> Iterator[str]:
    """Give the lines about one record."""
    which = f"line {told.first}" if told.first == told.last else f"lines {told.first} to {told.last}"
    yield printable(f"{which}: {told.kind}")
    if told.time:
        yield from _labelled("time", f"{told.time}, from {told.time_from}", width)
        level = f"{told.level or 'none'}, severity {told.severity}" if told.severity else ""
        unknown = f"{told.level} is no level that is known" if told.level else "none is known"
        yield from _labelled("level", f"{level}, from {told.level_from}" if level else unknown, width)
        yield from _labelled("added", ", ".join(told.added), width)
    yield from _labelled("left out", ", ".join(told.gone), width)
    yield from _labelled("new", ", ".join(told.new), width)
    for note in told.notes:
        yield from _labelled("note", note, width)
    for reason in told.why:
        yield from _labelled("why", reason, width)
    for sink, reason in told.left_out.items():
        yield from _labelled(sink, f"does not get it: {_LEFT_OUT.get(reason, reason)}", width)
    for sink, record in told.sinks.items():
        yield from _exact(sink, record, width)
    yield ""


def _labelled(label: str, text: str, width: int) -> Iterator[str]:
    """Give words on as many lines as they need; none if there are no words."""
    room = width - _LABEL - 2
    if len(label) >= _LABEL and text:
        yield f"  {printable(label)}"
        label = ""
    for at, line in enumerate(textwrap.wrap(printable(text), room, break_on_hyphens=False)):
        yield f"  {printable(label) if not at else '':{_LABEL}}{line}".rstrip()


def _exact(sink: str, record: str, width: int) -> Iterator[str]:
    """Give a record as it is, cut where the terminal ends."""
    room, label = width - _LABEL - 2, sink
    if len(label) >= _LABEL:
        yield f"  {printable(label)}"
        label = ""
    for line in map(printable, record.split("\n")):
        for at in range(0, max(1, len(line)), room):
            yield f"  {printable(label):{_LABEL}}{line[at : at + room]}"  # blanks at its end are part of it
            label = ""


def _counted(told: Told) -> Iterator[str]:
    yield "records"
    if told.time and told.time_from.startswith("its file"):
        yield "without a time of their own"
    if told.time and not told.severity:
        yield "without a level"
    yield from (f"not for {sink}" for sink in told.left_out)


def _sum(sample: Sample, lines: Lines, counted: Counter[str], width: int) -> Iterator[str]:
    """Say what all came to."""
    count = sample.data.count(b"\n") + (not sample.data.endswith(b"\n"))
    records = counted.pop("records", 0)
    parts = [f"{count} line{'s' * (count != 1)}, {records} record{'s' * (records != 1)}"]
    parts += [f"{number} {what}" for what, number in counted.items()]
    parts += [f"{nbytes} bytes skipped ({reason})" for reason, nbytes in lines.skipped().items()]
    yield from textwrap.wrap(f"{printable(sample.name)}: {', '.join(parts)}", width, break_on_hyphens=False)
    yield from _limits(sample)


def _limits(sample: Sample) -> Iterator[str]:
    """Say what was not looked at, or would not be sent yet."""
    if not sample.data.endswith(b"\n"):
        yield "Its last line has no newline: a daemon waits for one, and sends it only at its end."
    if sample.more:
        yield f"There is more: at most {LINES_MOST} lines are looked at; `tail` chooses others."
