"""What ``logship check`` finds in the last lines of a file, read as logship itself reads them."""

from logship.model import Block, FileId
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.layouts import Lines
from logship.records.line_parser import LineParser
from logship.records.looks import RECORD
from logship.records.multiline import parse_multiline

FEW = 10
"""Lines; fewer prove nothing."""


def block_of(lines: bytes, mtime: float) -> Block:
    """Give whole lines as a block of a file that was last written then (epoch seconds)."""
    return Block(FileId("A" * 22), "", 1, 1 + len(lines), lines, int(mtime * 10**9), 0.0)


def event_time(line: bytes, mtime: float, enrichment: Enrichment) -> bytes | None:
    """Give the event time of a trimmed line, as a JSON string; None if it names none."""
    return LineParser(enrichment).judge(line, block=block_of(line, mtime)).stamp


def of_no_form(lines: bytes, mtime: float, enrichment: Enrichment) -> int:
    """Say how many of some whole lines ``PARSE`` could make nothing of, if that is so for all of them; else 0."""
    tally = BlockEncoder(enrichment, Lines()).encode(block_of(lines, mtime)).tally
    return 0 if tally.parsed or tally.unparsed < FEW else tally.unparsed


def of_no_rule(lines: bytes, setting: str) -> int:
    """Say how many of some whole lines are text, if ``MULTILINE`` was chosen and is about none of them; else 0."""
    multiline = parse_multiline(setting, max_lines=1, max_bytes=1)
    texts = [line for line in lines.split(b"\n") if line.strip() and not line.startswith(RECORD)]
    if multiline is None or not multiline.chosen or len(texts) < FEW:
        return 0
    return 0 if any(map(multiline.knows, texts)) else len(texts)
