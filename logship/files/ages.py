"""Whether what nobody knows is newer than the last look; of old files that are rotated or packed nothing is read."""

import os
import time
from collections.abc import Container
from contextlib import suppress
from typing import Final

from logship.files.found import Found
from logship.files.sweeping import TICK_NS, Sweep
from logship.files.tailing import TailedFile
from logship.model import FileId

NEWER_SLACK_NS: Final = 2 * 10**9
"""File times are coarse, and a save takes time."""


def is_newer(found: Found, looked_ns: int) -> bool:
    """Whether a file was written, or made, since the last look (epoch nanoseconds).

    A time of change may have been set. What packs keeps that of what it packs, so of an archive its birth says nothing;
    neither does that of what was made elsewhere. A clock that was set back dates nothing: all is new then.
    """
    looked_ns = 0 if time.time_ns() < looked_ns - NEWER_SLACK_NS else looked_ns
    made_since = not (found.packed or found.foreign) and looked_ns < (found.birth_ns or 0)
    return made_since or found.mtime_ns >= looked_ns - NEWER_SLACK_NS


def was_there(found: Found, swept_ns: int) -> bool:
    """Whether a file was made before the last sweep began (epoch nanoseconds): it had another name then, or none.

    A clock that was set back dates nothing.
    """
    return swept_ns <= time.time_ns() and 0 < (found.birth_ns or 0) < swept_ns - TICK_NS


def is_foreign(found: Found, live: TailedFile | None, sweep: Sweep, unknown: Container[FileId], *, away: bool) -> bool:
    """Whether a rotated form was made elsewhere: its live name's file is the one that it was, and was met before it.

    Else a generation may have come, been rotated and been packed between two looks. ``away``: nobody looked for long,
    and what packs may have done so late. ``unknown`` are generations that this sweep was the first to see.
    """
    if not found.live:
        return False
    if away:
        return not found.packed and _is_known(found.live, live, sweep, unknown)
    if live is None or not 0 < live.met_ns < (found.birth_ns or 0):
        return False
    named = sweep.present.get(live.file)
    return bool(named and named.path == found.live) and _has_its_bytes(live)


def _has_its_bytes(live: TailedFile) -> bool:
    """Whether a file has what it had at its last look: that may be in an archive now."""
    live.recheck()
    return live.sound


def _is_known(path: str, live: TailedFile | None, sweep: Sweep, unknown: Container[FileId]) -> bool:
    """Whether what has a live name was known before, open or finished."""
    if live:
        return live.file not in unknown and _has_its_bytes(live)
    with suppress(OSError):
        return sweep.registry.finished.met(os.stat(path).st_ino)  # noqa: PTH116 - of names that are hostile
    return False
