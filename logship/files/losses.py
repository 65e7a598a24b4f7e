"""What to do about bytes that vanished before they could be read, by reason (:data:`logship.metrics.LOST_REASONS`)."""

import logging
from collections.abc import Mapping
from typing import Final

from logship.files.archives import Contents
from logship.metrics import Metrics

CUT: Final = "it is not complete"
"""Why an archive is not read, or not to its end."""
logger = logging.getLogger(__name__)

LOSSES: Final[Mapping[str, str]] = {
    "truncated": "the file was emptied before it was read: rotate by renaming",
    "suspected_rotation": "files are rotated away faster than they can be seen: make them larger, or keep more",
    "backlog": "the store is slow or away: a larger log volume, and LOGSHIP_MAX_BACKLOG_BYTES with it",
    "gone_while_down": "it was deleted while logship did not run: keep more rotated files",
    "descriptor_limit": "too many files are held open: fewer and larger ones, or a higher limit on open files",
    "max_files": "more files are written to than LOGSHIP_MAX_FILES lets be open: raise it, or keep more rotated files",
    "archive_member": "only the first file in a zip or tar is read: pack each log by itself",
    "unreadable": "it went bad while it was read, or is an archive that is cut: look at the volume, and the node's log",
}


def tell_left_out(metrics: Metrics, path: str, nbytes: int) -> None:
    """Count, and say, that an archive has other files than the one that is read."""
    metrics.lost("archive_member", nbytes)
    extra = {"path": path, "lost_bytes": nbytes, "advice": LOSSES["archive_member"]}
    logger.warning("an archive has more than one file: only the first is read", extra=extra)


def tell_cut_archive(metrics: Metrics, path: str, contents: Contents, before: int) -> None:
    """Count, and say, that an archive is read as far as it is sound; so many bytes were counted ``before``."""
    metrics.lost("unreadable", max(0, contents.missing - before))
    extra = {"path": path, "format": contents.kind, "cause": contents.problem or CUT, "bytes": contents.size}
    advice = "was the packer killed, or the volume full? what is behind that is in no file that was found"
    logger.warning(
        "a packed file is cut or damaged: it is read as far as it is sound",
        extra=extra | {"lost_bytes": contents.missing, "advice": advice},
    )


def tell_cut_off(metrics: Metrics, path: str, nbytes: int) -> None:
    """Count, and say, that a file was cut off behind what was read of it: what went nobody had read."""
    if nbytes > 0:
        metrics.lost("truncated", nbytes)
        extra = {"path": path, "lost_bytes": nbytes, "advice": LOSSES["truncated"]}
        logger.warning("a file was cut off behind what was read of it", extra=extra)


def tell_overwritten(metrics: Metrics, path: str, nbytes: int) -> None:
    """Count, and say, that an archive was written over between being gone through and being read: what it had."""
    if nbytes > 0:
        metrics.lost("truncated", nbytes)
        extra = {"path": path, "lost_bytes": nbytes, "advice": "give each archive a name of its own"}
        logger.warning("an archive was written over before it was read: what it had is gone", extra=extra)
