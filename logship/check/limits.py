"""What ``logship check`` finds of limits that are reached in silence: volumes, memory, open files, a store's age."""

import os
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from logship.check.findings import bad, good
from logship.daemon.memory_limit import memory_limit, too_little
from logship.daemon.volumes import LOGS, look
from logship.files.discovery import Discovery
from logship.model import Finding
from logship.settings.config import Config, SinkSettings

_COUNTED: Final = 100_000
"""Names that are looked at."""


def look_at_limits(config: Config, discovery: Discovery, sinks: Mapping[str, Any]) -> list[Finding]:
    """Say what is too little, or nearly so; nothing of what is enough."""
    known = {name: each for name, each in sinks.items() if isinstance(each, SinkSettings)}
    folders = {name: [each.folder()] for name, each in known.items() if each.folder()}
    volumes = look({LOGS: sorted(discovery.root_paths), **folders})
    judge = {"full": bad, "nearly full": good}
    findings = [judge[each.state](f"{each.holds}: volume", each.problem()) for each in volumes if each.problem()]
    if words := too_little(memory_limit(), config.buffer_max_bytes):
        findings.append(bad("memory", words))
    return [*findings, *_many_files(discovery, config.max_files), *_too_old(discovery, known)]


def _many_files(discovery: Discovery, most: int) -> Iterator[Finding]:
    count = sum(each.matched for each in islice(discovery.candidates(set()), _COUNTED))
    if count > most:
        words = f"{count} files match, LOGSHIP_MAX_FILES lets {most} be open at once: the others wait for their turn"
        yield good("files", f"{words}; raise it if they are written at the same time")


def _too_old(discovery: Discovery, sinks: Mapping[str, SinkSettings]) -> Iterator[Finding]:
    """Find files that a store may show nothing of, since nobody has written to them for longer than it allows for."""
    for name, settings in sinks.items():
        if seconds := settings.oldest_seconds():
            some = (each.path for each in islice(discovery.candidates(set()), _COUNTED) if each.matched)
            old = [path for path in some if _written(path) < time.time() - seconds]
            if old:
                words = f"{len(old)} files were last written over {seconds / 3600:.0f} hours ago, {old[0]} for one"
                yield good(f"{name}: age", f"{words}: what is so old is taken, and may not be shown")


def _written(path: str) -> float:
    try:
        return os.stat(path, follow_symlinks=False).st_mtime  # noqa: PTH116 - there may be thousands
    except OSError:
        return time.time()
