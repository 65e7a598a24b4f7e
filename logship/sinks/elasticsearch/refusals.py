"""What makes a document, which Elasticsearch or OpenSearch refused, one that it takes; pure.

The words are those of Elasticsearch 7 to 9 and OpenSearch 1 to 3. Only the first fault is told of a document: one with
several is mended again. Nothing is believed of the words but which name is at fault, and that only if it is there.
"""

import re
from collections.abc import Sequence
from functools import partial
from typing import Final

from msgspec import Raw
from msgspec.structs import replace

from logship.model import Batch, Outcome, Status, Verdict
from logship.records.enrichment import TIMESTAMP, Enrichment
from logship.records.levels import LevelReader
from logship.records.mending import (
    CLASHING_TYPE,
    LARGE_NUMBER,
    REPEATED_NAME,
    Readable,
    as_text,
    aside,
    has_object,
    without_repeats,
)
from logship.records.timestamps import TimestampReader

MOST: Final = 16
"""No document is mended more often."""
_DUPLICATE: Final = re.compile(r"Duplicate field '")
_FIELD: Final = re.compile(r"failed to parse field \[(.+?)\] of type \[(\w+)\]")
_OBJECT: Final = re.compile(r"object mapping (?:for )?\[(.+?)\] tried to parse")
_OTHER: Final = re.compile(
    r"(?i)(?:can't merge a non[ -](?:object|nested) mapping|mapper|mapping|field) \[(.+?)\] ?"
    r"(?:with an? (?:object|nested) mapping|cannot be changed from type|is defined|\. Existing mapping for \[)"
)
_TEXTUAL: Final = frozenset(
    {"text", "keyword", "match_only_text", "wildcard", "constant_keyword", "search_as_you_type"}
)


def mended(document: bytes, words: str, readable: Readable) -> tuple[bytes, str] | None:
    """Give the document without what the store's words blame, and what that is called; None if nothing helps."""
    if _DUPLICATE.search(words):
        found = without_repeats(document, readable)
        return (found, REPEATED_NAME) if found else None
    if match := _FIELD.search(words):
        return _other_type(document, match[1], match[2], large="out of range" in words)
    if match := _OBJECT.search(words) or _OTHER.search(words):
        found = aside(document, match[1]) if match[1] != TIMESTAMP else None
        return (found, CLASHING_TYPE) if found else None
    return None


def _other_type(document: bytes, name: str, kind: str, *, large: bool) -> tuple[bytes, str] | None:
    """Mend a number that is too large, or an object in the place of a value.

    A text in the place of a number stays refused: the template lets it pass, and in a mapping of the operator's own it
    may well be that the mapping is wrong.
    """
    if name == TIMESTAMP or not (large or has_object(document, name)):
        return None
    # A number that was the first of its name made its type in vain: as a text it makes another. Else it moves.
    found = as_text(document, name) if large or kind in _TEXTUAL else None
    found = found or aside(document, name)
    return (found, LARGE_NUMBER if large else CLASHING_TYPE) if found else None


def readable_names(enrichment: Enrichment) -> Readable:
    """Give what says whether a value of a name of a time, or of a level, can be read: as the encoder reads it."""
    times = TimestampReader(enrichment.timestamp_zone, enrichment.timestamp_formats)
    levels = LevelReader(enrichment.level_fields, enrichment.level_scale)

    def readable(name: str, value: bytes) -> bool | None:
        if name in enrichment.timestamp_fields:
            return times.read(value) is not None
        return levels.find({name: Raw(value)}, (name,)) is not None if name in levels.paths else None

    return readable


def with_mended(outcome: Outcome, batch: Batch, readable: Readable) -> Outcome:
    """Add to the verdicts on refused records the bodies that the store may take."""
    if all(verdict.status is not Status.REJECTED for verdict in outcome.verdicts):
        return outcome
    lines = batch.body.split(b"\n")
    rounds = [part.mended for part in batch.parts for _ in range(part.records)]
    mend = partial(_with_body, lines, rounds, readable)
    return replace(outcome, verdicts=tuple(map(mend, outcome.verdicts)))


def _with_body(lines: Sequence[bytes], rounds: Sequence[int], readable: Readable, verdict: Verdict) -> Verdict:
    at = verdict.index
    if verdict.status is not Status.REJECTED or rounds[at] >= MOST:
        return verdict
    try:
        found = mended(lines[2 * at + 1], verdict.detail, readable)
    except (RecursionError, ValueError):
        return verdict
    if found is None:
        return verdict
    return replace(verdict, body=lines[2 * at] + b"\n" + found[0] + b"\n", mended=found[1])
