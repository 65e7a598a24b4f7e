"""What stands in the way of shipping: looks where the daemon will look, ships nothing, changes nothing that matters."""

import asyncio
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from logship import plugins
from logship.check.findings import bad, good
from logship.check.limits import look_at_limits
from logship.check.log_files import Surroundings, look_at_files
from logship.check.redaction import hidden, look_at_redaction
from logship.check.ways import look_at_ways
from logship.daemon.server import bind
from logship.delivery.deadletters import Letter, decode_letter
from logship.errors import LogshipError, StateError
from logship.files.discovery import Discovery
from logship.files.patterns import Pattern
from logship.model import Finding, Sink
from logship.settings.config import Config
from logship.settings.resolved import Resolved, redacting
from logship.state.checkpoints import Checkpoints

STATE_MARGIN: Final = 16 << 20
_GIB: Final = 1 << 30
_CHECKPOINT: Final = "checkpoint.json"
_THEN: Final = "then run `logship replay`"
_ONCE_IT_CAN: Final = "the store was away or busy; once it takes records again, run `logship replay`"
_LETTERS_READ: Final = 1 << 20
"""The end of a sink's dead letters in which the last one is looked for."""
_FIELD: Final = re.compile(r"field \[([\w.@-]{1,100})\] of type \[(\w{1,40})\]", re.ASCII)


async def inspect(resolved: Resolved, *, send: bool) -> list[Finding]:
    """Look at everything: settings' warnings, folders, files, state, the port, then each sink."""
    config = resolved.config
    findings = [good("settings", "valid"), *(good("settings", warning) for warning in resolved.warnings)]
    checkpoint = Checkpoints(Path(config.state_dir)).peek()
    discovery = Discovery([Pattern.of(glob, config.root) for glob in config.paths], config.exclude)
    conditions = {name: each.when for name, each in resolved.sinks.items() if each.when}
    around = Surroundings.of(checkpoint, redacting(config), from_end=config.read_from == "end", conditions=conditions)
    findings += look_at_files(discovery, replace(around, multiline=config.multiline))
    findings += look_at_redaction(around.enrichment.redaction)
    findings += look_at_state(config)
    findings += look_at_limits(config, discovery, resolved.sinks)
    findings += look_at_dead_letters(Path(config.state_dir) / "dead-letter", tuple(resolved.sinks))
    for name, settings in resolved.sinks.items():
        kind = resolved.kind(name)
        for finding in await look_at_sink(kind, settings, config, send=send):
            findings.append(replace(finding, subject=name + finding.subject.removeprefix(kind)))
    return hidden(findings, around.enrichment.redaction)


def look_at_state(config: Config) -> list[Finding]:
    """Say whether the state folder can be used, and, if no other daemon uses it, whether the port is free."""
    folder = Path(config.state_dir)
    dead_letters = len(config.sinks) * config.dead_letter_max_bytes
    if not os.path.lexists(folder):
        return [*_look_above(folder, dead_letters), *_look_at_port(config.listen)]
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".check-"):
            pass
    except OSError as error:
        why = f"{folder} can't be written by user {os.geteuid()}: {error.strerror}; mount a volume there"
        return [bad("state", why), *_look_at_port(config.listen)]
    findings = [_look_at_space(folder, folder, dead_letters), _look_at_checkpoint(folder)]
    try:
        with Checkpoints(folder).lock():
            return findings + _look_at_port(config.listen)
    except StateError:
        return [*findings, good("state", f"{folder} is in use by a running logship: the port was not tried")]


def _look_above(folder: Path, dead_letters: int) -> list[Finding]:
    """Say whether a folder that is not there can be made."""
    above = next(path for path in folder.parents if os.path.lexists(path))
    if above.is_dir() and os.access(above, os.W_OK | os.X_OK):
        return [_look_at_space(folder, above, dead_letters), _look_at_checkpoint(folder)]
    why = "may not be written" if above.is_dir() else "is no folder"
    return [bad("state", f"{folder} can't be made by user {os.geteuid()}: {above} {why}; mount a volume there")]


def _look_at_space(folder: Path, there: Path, dead_letters: int) -> Finding:
    """Say whether there is room in a folder; ``there`` is on the same volume."""
    needed, free = dead_letters + STATE_MARGIN, shutil.disk_usage(there).free
    sizes = f"{free / _GIB:.1f} GiB free, {needed / _GIB:.1f} GiB may be needed"
    if free < needed:
        return bad("state", f"{folder}: {sizes}; make the volume larger or LOGSHIP_DEAD_LETTER_MAX_BYTES smaller")
    return good("state", f"{folder} can be written: {sizes}")


def _look_at_checkpoint(folder: Path) -> Finding:
    checkpoint = Checkpoints(folder).peek()
    if checkpoint.first:
        return good("state", "no checkpoint: this will be the first start")
    if checkpoint.damage and not os.access(folder / _CHECKPOINT, os.R_OK):
        return bad("state", f"{checkpoint.damage}; give it back to this user")
    if checkpoint.damage:
        return bad("state", f"{folder / _CHECKPOINT} is not usable: start once, and all files are read again")
    known, read = len(checkpoint.entries), len(checkpoint.finished)
    return good("state", f"the checkpoint knows {known} files that were open, and {read} that are finished")


def look_at_dead_letters(folder: Path, names: tuple[str, ...]) -> list[Finding]:
    """Say of each sink how much was put aside, and why last; nothing of a sink that has refused nothing."""
    findings = []
    for name in names:
        for pattern in (f"{name}.ndjson", f"{name}.1.ndjson", f"{name}.replay-*.ndjson"):
            letter = next(filter(None, map(_last_letter, folder.glob(pattern))), None)
            if letter:
                findings.append(bad(f"{name}: dead letters", _said(letter)))
                break
    return findings


def _last_letter(path: Path) -> Letter | None:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _LETTERS_READ))
            return next(filter(None, map(decode_letter, reversed(file.read().splitlines()))), None)
    except OSError:  # a replay took it just now
        return None


def _said(letter: Letter) -> str:
    """Say of a dead letter who is to blame, and what to do."""
    if letter.reason == "retry_limit":
        last = f", at last for {letter.detail}" if letter.detail else ""
        return f"records could not be delivered within LOGSHIP_RETRY_LIMIT_SECONDS{last}: {_ONCE_IT_CAN}"
    if letter.status == "errored":
        return f"records made every request with them fail, the last by {_why(letter)}: see the store's log; {_THEN}"
    return f"the store refused records, the last for {_why(letter)}; mend the mapping or the records, {_THEN}"


def _why(letter: Letter) -> str:
    """Give the reason and, where the store names it, the field; nothing of the record (DECISIONS 27)."""
    found = _FIELD.search(letter.detail)
    return f"{letter.reason}, field {found[1]} of type {found[2]}" if found else letter.reason


def _look_at_port(listen: str) -> list[Finding]:
    if not listen:
        return [good("listen", "off")]
    try:
        bind(listen).close()
    except LogshipError as error:
        return [bad("listen", str(error))]
    return [good("listen", f"{listen} is free")]


def _look_at_limits(name: str, config: Config, sink: Sink) -> list[Finding]:
    """Say if lines may be longer than the store takes a record."""
    most = sink.limits.max_record_bytes
    if config.max_line_bytes < most:
        return []
    message = f"takes records of {most} bytes: longer lines become dead letters; set LOGSHIP_MAX_LINE_BYTES below it"
    return [good(f"{name}: limits", message)]


async def look_at_sink(name: str, settings: Any, config: Config, *, send: bool) -> list[Finding]:  # noqa: ANN401
    """Open a sink and let it look for itself."""
    try:
        async with (
            asyncio.timeout(2 * config.request_timeout_seconds),
            plugins.load(name).open_sink(settings, redacting(config)) as sink,
        ):
            ways = look_at_ways(name, name, getattr(sink, "addresses", ()))
            return [*_look_at_limits(name, config, sink), *ways, *await sink.preflight(send=send)]
    except TimeoutError:
        return [bad(name, f"no answer within {2 * config.request_timeout_seconds:g} s: see whether it can be reached")]
    except LogshipError as error:
        return [bad(name, str(error))]
