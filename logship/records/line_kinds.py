"""Tells lines of a block apart by their looks, so that those of one kind are read together; pure."""

from collections.abc import Mapping, Sequence
from itertools import compress
from operator import itemgetter
from typing import Final, NamedTuple

from logship.records.json_members import SPACE
from logship.records.looks import RECORD, are_whole_records, bare
from logship.records.odd_lines import is_text

_NOT: Final = bytes([1, 0]).ljust(256)
_MAYBE_JSON: Final = frozenset(b"{\x1b" + SPACE)
"""What a line begins with that may be an object."""


class Sorted(NamedTuple):
    """Which lines of a block can be read together, by their places; all others are odd."""

    records: Sequence[int]
    messages: Sequence[int]
    cleaned: Mapping[int, bytes] = {}
    """Those of them that were no UTF-8, or had white space or a colour around an object, as they are without."""
    damaged: Sequence[int] = ()
    """Which of them were no UTF-8."""


def sort_lines(lines: Sequence[bytes], *, known_text: bool, message: bool, whole: bool) -> Sorted:
    """Tell lines apart by their looks; those that are not UTF-8 are odd, and JSON that was cut (not ``whole``)."""
    if known_text and _MAYBE_JSON.isdisjoint(map(itemgetter(0), lines)):
        return Sorted([], range(len(lines)))
    good = range(len(lines)) if known_text else [at for at, line in enumerate(lines) if is_text(line)]
    if message:
        return Sorted([], [at for at in good if whole or not lines[at].startswith(b"{")])
    some = lines if known_text else [lines[at] for at in good]
    whole_records = are_whole_records(some)
    records, messages = [*compress(good, whole_records)], [*compress(good, whole_records.translate(_NOT))]
    if not _MAYBE_JSON.isdisjoint([lines[at][0] for at in messages]):
        messages = [at for at in messages if not _may_be_json(lines[at])]
    return _cleaned(lines, records, messages)


def _cleaned(lines: Sequence[bytes], records: Sequence[int], messages: Sequence[int]) -> Sorted:
    """Let lines that are to be cleaned go with the others."""
    left = {*range(len(lines))}.difference(records, messages) if len(records) + len(messages) < len(lines) else ()
    cleaned, damaged = dict[int, bytes](), list[int]()
    more: tuple[list[int], list[int]] = [], []
    for at in left:
        text = lines[at].decode(errors="replace").encode()
        inner = bare(text)
        is_text = not inner.startswith(b"{")
        if is_text or (inner.startswith(RECORD) and inner.endswith(b"}")):
            cleaned[at] = text if is_text else inner
            more[is_text].append(at)
            damaged += [at] if text != lines[at] else []
    if not cleaned:
        return Sorted(records, messages)
    return Sorted(sorted((*records, *more[0])), sorted((*messages, *more[1])), cleaned, damaged)


def _may_be_json(line: bytes) -> bool:
    return line.lstrip(SPACE).startswith(b"{") or (line.startswith(b"\x1b") and bare(line) is not line)
