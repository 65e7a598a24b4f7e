"""``logship check``: one line a finding, what is wrong and what to do."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from logship.check.inspection import inspect
from logship.commands.flags import daemon_flags
from logship.commands.run import resolve
from logship.errors import ConfigError
from logship.logs import document, printable, set_up
from logship.model import Finding

FAILED = 1
BAD_CONFIGURATION = 2


def arguments(parser: argparse.ArgumentParser, words: Sequence[str]) -> None:
    """Add the flags."""
    parser.add_argument("--send", action="store_true", help="deliver one test record to each sink")
    parser.add_argument("--json", action="store_true", help="the findings as JSON")
    daemon_flags(parser, words)


def run(parsed: argparse.Namespace) -> int:
    """Print the findings; 0 if all is well, 1 if something stands in the way, 2 if a setting is wrong."""
    set_up("error", "auto")
    try:
        resolved = resolve(parsed)
    except ConfigError as error:
        show([Finding(good=False, subject="settings", message=fault) for fault in error.faults], as_json=parsed.json)
        return BAD_CONFIGURATION
    findings = asyncio.run(inspect(resolved, send=parsed.send))
    show(findings, as_json=parsed.json)
    return 0 if all(finding.good for finding in findings) else FAILED


def show(findings: Sequence[Finding], *, as_json: bool) -> None:
    """Print them, a line each or as one JSON list."""
    if as_json:
        plain = [{"good": each.good, "subject": each.subject, "message": each.message} for each in findings]
        sys.stdout.write(document(plain, indent=True).decode() + "\n")
        return
    for each in findings:
        sys.stdout.write(f"{'ok  ' if each.good else 'FAIL'} {printable(f'{each.subject}: {each.message}')}\n")
