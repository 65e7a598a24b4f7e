"""Puts together what redacts, from the names of detectors, own expressions and paths."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from logship.model import Block
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.layouts import Lines
from logship.records.parsed_lines import LineRewriter
from logship.records.text_records import TextRecords
from logship.records.time_range import ALL_TIMES
from logship.redaction.blocks import BlockRedactor
from logship.redaction.detectors import NAMES, detectors_of
from logship.redaction.kept import Kept
from logship.redaction.marks import by_hash, by_type
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
    fields = [*dict.fromkeys(way for path in fields for way in _ways(path, enrichment))]
    redactor = Redactor(scanner, fields, Kept(enrichment), by_hash(key) if key else by_type)
    continues = LineRewriter(enrichment, TextRecords(enrichment, b"")).continues
    samples = [(each.name, each.sample) for each in detectors if each.sample]
    parsed = None
    if enrichment.format == "auto" and enrichment.parse not in {"auto", "off"}:
        encoder = BlockEncoder(_plain(enrichment), Lines())

        redactor.copied = True

        def parsed(block: Block) -> bytes:
            return encoder.encode(block).body

    return BlockRedactor(redactor, known, tag=tag, continues=continues, parsed=parsed, samples=samples)


def _plain(enrichment: Enrichment) -> Enrichment:
    """Give what makes records of lines without any field of ours."""
    return replace(
        enrichment, redaction=None, fields={}, file_fields=(), drop=(), rename={}, only=(), sample={}, times=ALL_TIMES
    )


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
