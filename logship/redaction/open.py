"""Puts together what redacts, from the names of detectors, own expressions and paths."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from logship.model import Block
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment, to_json
from logship.records.layouts import Lines
from logship.records.parsed_lines import LineRewriter
from logship.records.runtime_lines import RUNTIMES
from logship.records.text_records import TextRecords
from logship.records.time_range import ALL_TIMES
from logship.redaction.blocks import BlockRedactor
from logship.redaction.detectors import NAMES, detectors_of
from logship.redaction.fields import Fields
from logship.redaction.kept import Kept
from logship.redaction.marks import by_hash, by_type
from logship.redaction.open_lines import OpenLines
from logship.redaction.redactor import CUT, FIELD, Redactor
from logship.redaction.scanner import Detector, Scanner, own


def open_redaction(
    names: Sequence[str],
    expressions: Mapping[str, str],
    fields: Sequence[str],
    enrichment: Enrichment,
    *,
    key: bytes = b"",
    tag: bool = False,
) -> BlockRedactor:
    """Give it; ``key`` is that of hashes, empty for marks that name the kind alone.

    Raises ValueError: the setting's field in lower case, a colon, and what is wrong.
    """
    try:
        detectors = list(detectors_of(names))
    except ValueError as why:
        message = f"redact: {why}"
        raise ValueError(message) from None
    detectors += [_own(name, expression) for name, expression in expressions.items()]
    scanner = Scanner(detectors) if detectors else None
    known = [*dict.fromkeys(each.name for each in detectors)]
    fields = [*fields, *(old for path in fields for old in _before(path, enrichment.rename))]
    fields = [*dict.fromkeys(way for path in fields for way in _ways(path, enrichment))]
    redactor = Redactor(scanner, fields, Kept(enrichment), by_hash(key) if key else by_type)
    rewriter = LineRewriter(enrichment, TextRecords(enrichment, b""))
    open_lines = (
        OpenLines(rewriter.piece, rewriter.may_go_on, rewriter.wrapped) if enrichment.parse in RUNTIMES else None
    )
    samples = [(each.name, each.sample) for each in detectors if each.sample]
    redactor.copied = enrichment.format == "auto" and enrichment.parse not in {"auto", "off"}
    parsed = Parsed(enrichment, wrapped=redactor.copied) if fields and enrichment.format != "raw" else None
    return BlockRedactor(redactor, known, tag=tag, open_lines=open_lines, parsed=parsed, samples=samples)


class Parsed:
    """Gives the record that a line becomes, where that has its fields from the text of the line."""

    def __init__(self, enrichment: Enrichment, *, wrapped: bool) -> None:
        """Know by ``wrapped`` that any line may be such a one, not only what becomes a record as a text."""
        self._encode = BlockEncoder(_plain(enrichment), Lines()).encode
        self._wrapped = wrapped

    def __call__(self, block: Block) -> bytes:
        """Give the record; empty if the line itself is one, or one that is written a little wrong."""
        body = self._encode(block).body
        text = block.data.removesuffix(b"\n").removesuffix(b"\r").decode(errors="replace")
        return body if self._wrapped or to_json(text) in body else b""


def _plain(enrichment: Enrichment) -> Enrichment:
    """Give what makes records of lines without any field of ours."""
    return replace(
        enrichment, redaction=None, fields={}, file_fields=(), drop=(), rename={}, only=(), sample={}, times=ALL_TIMES
    )


def _before(path: str, rename: Mapping[str, str]) -> Iterator[str]:
    """Give the paths that ``RENAME`` makes one of that path, or of what lies below it: redaction comes before."""
    names, meant = path.split("."), Fields([path])
    for old, new in rename.items():
        tops = [count for count in range(1, len(names)) if Fields([".".join(names[:count])]).ends_at(new)]
        found = [".".join((old, *names[count:])) for count in tops] + ([old] if meant.reaches(new) else [])
        yield from (each for each in found if not meant.ends_at(each))


def _ways(path: str, enrichment: Enrichment) -> Sequence[str]:
    """Give the paths that a member at a path may have moved to, out of the way of ours."""
    names = path.split(".")
    if not any(enrichment.clash(".".join(names[:count])) for count in range(1, len(names) + 1)):
        return (path,)
    return path, f"overridden.*.{path}"


def _own(name: str, expression: str) -> Detector:
    """Make a detector of an expression of the operator's."""
    if name in (*NAMES, FIELD, CUT, "all"):
        message = f"redact_patterns: {name!r} is the name of a detector of logship's; choose another"
        raise ValueError(message)
    try:
        return own(name, expression)
    except ValueError as why:
        message = f"redact_patterns: {name!r} {why}"
        raise ValueError(message) from None
