"""What ``logship check`` finds of redaction: whether each detector works, and what it would do to files' last lines."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from logship.check.file_lines import block_of
from logship.check.last_records import Last
from logship.model import Finding, Tally
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.layouts import Lines
from logship.records.raw_encoding import RawEncoder
from logship.records.redaction import Redaction


def look_at_redaction(redaction: Redaction | None) -> list[Finding]:
    """Say whether each detector finds its own sample; nothing where nothing is redacted."""
    if redaction is None:
        return []
    tried = redaction.tried()
    findings = [
        _finding(f"the detector {name} does not find its own sample: report this, and do not rely on it", good=False)
        for name, found in tried.items()
        if not found
    ]
    works = ", ".join(name for name, found in tried.items() if found)
    return [*findings, *([_finding(f"found their samples: {works}")] if works else [])]


def would_redact(files: Sequence[Last], enrichment: Enrichment) -> Iterator[Finding]:
    """Say of each file what would be taken out of its last lines, as counts by detector."""
    for file in files if enrichment.redaction else ():
        tally = _tally(file, enrichment)
        what = ", ".join(f"{count} {name}" for name, count in tally.redactions)
        if tally.redacted:
            yield _finding(f"{file.path}: {tally.redacted} of its last {len(file.lines)} lines: {what}")


def _tally(file: Last, enrichment: Enrichment) -> Tally:
    block = block_of(b"".join(line + b"\n" for line in file.lines), file.mtime)
    raw = enrichment.format == "raw"
    made = RawEncoder(redaction=enrichment.redaction) if raw else BlockEncoder(enrichment, Lines())
    return made.encode(block).tally


def hidden(findings: Sequence[Finding], redaction: Redaction | None) -> list[Finding]:
    """Give findings without what must not be shown: a file may be called by it."""
    if redaction is None:
        return [*findings]
    return [replace(each, message=redaction.text(each.message)) for each in findings]


def _finding(message: str, *, good: bool = True) -> Finding:
    return Finding(good, "redaction", message)
