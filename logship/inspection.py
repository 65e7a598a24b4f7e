"""What stands in the way of shipping: looks where the daemon will look, ships nothing, changes nothing that matters."""

import asyncio
import errno
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from logship import sinks
from logship.checkpoints import Checkpoints
from logship.config import Config
from logship.discovery import Candidate, Discovery, Pattern
from logship.enrichment import Enrichment
from logship.errors import LogshipError, StateError
from logship.handoff import Resolved, enrichment_fields
from logship.logs import printable
from logship.model import Finding
from logship.server import bind
from logship.texts import format_size

STATE_MARGIN: Final = 16 << 20
_GIB: Final = 1 << 30
LINE_TRAP: Final = 64 << 10
"""A file of this size that has no newline at all is no log."""
TRAPS_SHOWN: Final = 3
_CHECKPOINT: Final = "checkpoint.json"


def _good(subject: str, message: str) -> Finding:
    return Finding(good=True, subject=subject, message=printable(message))


def _bad(subject: str, message: str) -> Finding:
    return Finding(good=False, subject=subject, message=printable(message))


async def inspect(resolved: Resolved, *, send: bool) -> list[Finding]:
    """Look at everything: settings' warnings, folders, files, state, the port, then each sink."""
    config = resolved.config
    findings = [_good("settings", "valid"), *(_good("settings", warning) for warning in resolved.warnings)]
    findings += look_at_files(Discovery([Pattern.of(glob, config.root) for glob in config.paths], config.exclude))
    findings += look_at_state(config)
    for name, settings in resolved.sinks.items():
        findings += await look_at_sink(name, settings, config, send=send)
    return findings


def look_at_files(discovery: Discovery) -> list[Finding]:
    """Say what of the roots can be listed, and what of the matched files can be read."""
    unlistable: set[str] = set()
    candidates = [candidate for candidate in discovery.look((), unlistable) if candidate.matched]
    findings = [
        _bad("paths", f"{folder} can't be listed by user {os.geteuid()}: give it r-x, e.g. by fsGroup")
        for folder in sorted(unlistable)
    ]
    findings += [
        _good("paths", f"{root} does not exist yet: what appears there is tailed")
        for root in dict.fromkeys(pattern.root.path for pattern in discovery.patterns)
        if not Path(root).is_dir() and root not in unlistable
    ]
    return findings + _look_at_candidates(candidates)


def _look_at_candidates(candidates: Sequence[Candidate]) -> list[Finding]:
    if not candidates:
        return [_good("files", "no file matches yet")]
    looked = [(candidate, _read_head(candidate)) for candidate in candidates]
    failed = [(candidate, head) for candidate, head in looked if isinstance(head, OSError)]
    findings = [_good("files", f"{len(looked) - len(failed)} of {len(looked)} matched files can be read")]
    if failed:
        candidate, error = failed[0]
        denied = error.errno in (errno.EACCES, errno.EPERM)
        remedy = f"let user {os.geteuid()} read it, e.g. by fsGroup" if denied else "leave it out by LOGSHIP_EXCLUDE"
        first = f"{candidate.path}: {error.strerror}; {remedy}"
        findings[0] = _bad("files", f"{len(failed)} of {len(looked)} matched files can't be read: {first}")
    traps = _line_traps((candidate, head) for candidate, head in looked if isinstance(head, bytes))
    return findings + list(itertools.islice(traps, TRAPS_SHOWN))


def _line_traps(looked: Iterator[tuple[Candidate, bytes]]) -> Iterator[Finding]:
    for candidate, head in looked:
        if len(head) >= LINE_TRAP and b"\n" not in head:
            what = "is full of NUL bytes" if not head.strip(b"\0") else "has no newline"
            yield _bad(
                "files",
                f"{candidate.path} {what} in its first {format_size(LINE_TRAP)}: no line ever ends there; "
                "write one record a line, or leave it out with LOGSHIP_EXCLUDE",
            )


def _read_head(candidate: Candidate) -> bytes | OSError:
    try:
        folder = candidate.root.open()
        try:
            file = candidate.root.open_file(folder, candidate.relative)
        finally:
            os.close(folder)
    except OSError as error:
        return error
    try:
        return os.pread(file, LINE_TRAP, 0)
    except OSError as error:
        return error
    finally:
        os.close(file)


def look_at_state(config: Config) -> list[Finding]:
    """Say whether the state folder can be used, and, if no other daemon uses it, whether the port is free."""
    folder = Path(config.state_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".check-"):
            pass
    except OSError as error:
        why = f"{folder} can't be written by user {os.geteuid()}: {error.strerror}; mount a volume there"
        return [_bad("state", why), *_look_at_port(config.listen)]
    findings = [_look_at_space(folder, len(config.sinks) * config.dead_letter_max_bytes), _look_at_checkpoint(folder)]
    try:
        with Checkpoints(folder).lock():
            return findings + _look_at_port(config.listen)
    except StateError:
        return [*findings, _good("state", f"{folder} is in use by a running logship: the port was not tried")]


def _look_at_space(folder: Path, dead_letters: int) -> Finding:
    needed, free = dead_letters + STATE_MARGIN, shutil.disk_usage(folder).free
    sizes = f"{free / _GIB:.1f} GiB free, {needed / _GIB:.1f} GiB may be needed"
    if free < needed:
        return _bad("state", f"{folder}: {sizes}; make the volume larger or LOGSHIP_DEAD_LETTER_MAX_BYTES smaller")
    return _good("state", f"{folder} can be written: {sizes}")


def _look_at_checkpoint(folder: Path) -> Finding:
    """Read a copy: loading keeps a damaged checkpoint aside, and that is for the daemon to do."""
    if not (folder / _CHECKPOINT).exists():
        return _good("state", "no checkpoint: this will be the first start")
    try:
        with tempfile.TemporaryDirectory() as copy:
            shutil.copy(folder / _CHECKPOINT, copy)
            checkpoint = Checkpoints(Path(copy)).load()
    except OSError as error:
        return _bad("state", f"{folder / _CHECKPOINT} can't be read: {error.strerror}; give it back to this user")
    if checkpoint.damage:
        return _bad("state", f"{folder / _CHECKPOINT} is not usable: start once, and all files are read again")
    return _good("state", f"the checkpoint knows {len(checkpoint.entries)} files")


def _look_at_port(listen: str) -> list[Finding]:
    if not listen:
        return [_good("listen", "off")]
    try:
        bind(listen).close()
    except LogshipError as error:
        return [_bad("listen", str(error))]
    return [_good("listen", f"{listen} is free")]


async def look_at_sink(name: str, settings: Any, config: Config, *, send: bool) -> list[Finding]:  # noqa: ANN401
    """Open a sink and let it look for itself."""
    enrichment = Enrichment(enrichment_fields(config), config.format, config.timestamp_fields, config.timestamp_zone)
    try:
        async with (
            asyncio.timeout(2 * config.request_timeout_seconds),
            sinks.load(name).open_sink(settings, enrichment) as sink,
        ):
            return list(await sink.preflight(send=send))
    except TimeoutError:
        return [_bad(name, f"no answer within {2 * config.request_timeout_seconds:g} s: see whether it can be reached")]
    except LogshipError as error:
        return [_bad(name, str(error))]
