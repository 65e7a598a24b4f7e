"""``logship replay``: sends the dead letters again, safe beside a running daemon."""

import argparse
import asyncio
import dataclasses
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from logship import plugins
from logship.commands.flags import daemon_flags
from logship.commands.run import resolve
from logship.delivery.backoff import RetryPolicy
from logship.delivery.deadletters import DeadLetters, read_letters, segments
from logship.delivery.hiding import hiding
from logship.delivery.replay import Summary, replay
from logship.errors import ConfigError
from logship.logs import hide, printable, set_up
from logship.settings.resolved import Resolved, redacting

FAILED: Final = 1
_USED: Final = (
    *("sinks", "state_dir", "dead_letter_max_bytes", "log_level", "log_format"),
    *("retry_initial_seconds", "retry_max_seconds", "request_timeout_seconds"),
    *("format", "fields", "timestamp_fields", "timestamp_zone", "timestamp_format", "level_fields", "level_scale"),
    *("redact", "redact_patterns", "redact_fields", "redact_with", "redact_hash_key", "redact_tag"),
    *("pod_name", "pod_namespace", "pod_uid", "node_name", "container_name", "service_name"),
)
"""The daemon's settings that matter here."""


def arguments(parser: argparse.ArgumentParser, words: Sequence[str]) -> None:
    """Add the flags."""
    parser.add_argument("--sink", metavar="NAME", help="only this sink's (default: all of LOGSHIP_SINKS)")
    parser.add_argument("--list", action="store_true", help="say what there is, and send nothing")
    daemon_flags(parser, words, only=_USED)


def run(parsed: argparse.Namespace) -> int:
    """Print a line a sink; 0 if no dead letter is left, else 1."""
    resolved = resolve(parsed)
    set_up(resolved.config.log_level, resolved.config.log_format)
    names = [parsed.sink] if parsed.sink else list(resolved.sinks)
    if parsed.sink and parsed.sink not in resolved.sinks:
        raise ConfigError([f"--sink: {parsed.sink!r} is not in LOGSHIP_SINKS ({', '.join(resolved.sinks)})"])
    if parsed.list:
        folder = Path(resolved.config.state_dir) / "dead-letter"
        sys.stdout.writelines(printable(f"{name}: {listed(folder, name)}") + "\n" for name in names)
        return 0
    complete = True
    for name in names:
        summary = asyncio.run(replay_sink(name, resolved))
        sys.stdout.write(printable(f"{name}: {describe(summary)}") + "\n")
        complete = complete and summary.complete
    return 0 if complete else FAILED


async def replay_sink(name: str, resolved: Resolved) -> Summary:
    """Open one sink and send its dead letters once."""
    config = resolved.config
    policy = RetryPolicy(
        config.retry_initial_seconds,
        config.retry_max_seconds,
        request_timeout_seconds=config.request_timeout_seconds,
    )
    # Each was chosen once: what its condition was about may be redacted now.
    enrichment = dataclasses.replace(redacting(config), sample={})
    settings = dataclasses.replace(resolved.sinks[name], when="")
    folder, most = Path(config.state_dir) / "dead-letter", config.dead_letter_max_bytes
    hide(enrichment.redaction.text if enrichment.redaction else None)
    dead_letters = DeadLetters(folder, name, most, hiding(enrichment.redaction))
    async with plugins.load(resolved.kind(name)).open_sink(settings, enrichment) as sink:
        return await replay(name, sink, dead_letters, policy)


def listed(folder: Path, sink: str) -> str:
    """Say how many dead letters a sink has, how many bytes of its files they are, and why."""
    letters = [letter for path in segments(folder, sink) for letter in read_letters(path)]
    reasons = Counter(letter.reason for letter in letters).most_common()
    nbytes = sum(letter.block.end - letter.block.start for letter in letters)
    why = ", ".join(f"{count} {reason}" for reason, count in reasons)
    return f"{len(letters)} records, {nbytes} bytes: {why}" if letters else "no dead letters"


def describe(summary: Summary) -> str:
    """Say in a line what came of it."""
    counts = {
        "delivered": summary.delivered,
        "already there": summary.duplicate,
        "refused again": summary.refused,
        "refused, the store did not say which": summary.dropped,
        "not tried": summary.left,
        "lost, the dead letters are full": summary.lost,
        "unreadable, kept in dead-letter/*.unreadable.ndjson": summary.unreadable,
    }
    text = ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "no dead letters"
    return f"{text} ({summary.reason})" if summary.reason else text
