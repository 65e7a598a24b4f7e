"""What ``logship check`` finds in the log folders: why a file that somebody writes gives no line, told apart by cause.

Each cause has its own words; k8s/TROUBLESHOOTING.md quotes them, and its test compares.
"""

import errno
import itertools
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

from logship.check.file_lines import event_time, of_no_form, of_no_rule
from logship.check.findings import bad, good
from logship.check.last_records import Last, told
from logship.check.redaction import would_redact
from logship.files.beneath import BIRTH_SLACK_NS, birth_ns
from logship.files.discovery import CROWDED, Discovery
from logship.files.names import Candidate
from logship.files.patterns import Pattern
from logship.model import Finding
from logship.records.enrichment import Enrichment
from logship.records.line_parser import trim
from logship.settings.parsing import format_size
from logship.state.checkpoints import Checkpoint

LINE_TRAP: Final = 64 << 10
"""A file of this size that has no newline at all is no log."""
SHOWN: Final = 3
"""Files that are named for one cause."""
PATIENCE_SECONDS: Final = 60.0
"""So long after logship first started it is no longer normal that nothing is there."""
UNFINISHED_SECONDS: Final = 5.0
"""A last line without newline that nobody has written to for so long is not being written."""
FUTURE_SECONDS: Final = 300.0
"""An event time this much later than now is no matter of clocks that differ a little."""
_LISTED: Final = 1000


class Surroundings(Struct, frozen=True):
    """What a file is judged by."""

    enrichment: Enrichment
    """Says how lines are understood, and where their times are."""
    first_start: float = 0.0
    """When logship first started with this state, in epoch seconds; 0: it never did."""
    from_end: bool = False
    """Files found at the first start were read from their ends."""
    left_alone: int = 0
    """Rotated files from before the first start: they are never read."""
    in_kubernetes: bool = False
    now: float = 0.0
    """Epoch seconds."""
    conditions: Mapping[str, str] = {}
    """Of each sink that has one, by its name."""
    multiline: str = "off"
    """The setting."""

    @classmethod
    def of(
        cls,
        checkpoint: Checkpoint,
        enrichment: Enrichment,
        *,
        from_end: bool,
        conditions: Mapping[str, str] | None = None,
    ) -> "Surroundings":
        """Take them from the state folder and from this process."""
        first = 0.0 if checkpoint.first or checkpoint.damage else checkpoint.first_start_ns / 1e9
        early = checkpoint.first_start_ns - BIRTH_SLACK_NS
        born = [each.birth_ns or -1 for each in checkpoint.entries if each.ignored]
        born += [row.birth_ns for row in checkpoint.finished.left_alone()]
        alone = [each for each in born if 0 < each < early]
        here = "KUBERNETES_SERVICE_HOST" in os.environ
        return cls(enrichment, first, from_end, len(alone), here, time.time(), conditions or {})

    @property
    def overdue(self) -> bool:
        """Whether something should be there by now."""
        return bool(self.first_start) and self.now - self.first_start > PATIENCE_SECONDS


def look_at_files(discovery: Discovery, around: Surroundings) -> list[Finding]:
    """Say what of the roots can be listed, and what of the matched files can be read, and whether lines come of it."""
    unlistable: set[str] = set()
    candidates = [candidate for candidate in discovery.candidates(unlistable) if candidate.matched]
    left = (bad("paths", f"{root}: {CROWDED}") for root in sorted(discovery.crowded))
    findings = [*map(_unlistable, sorted(unlistable)), *left]
    roots = dict.fromkeys(pattern.root.path for pattern in discovery.patterns)
    absent = [root for root in roots if not os.path.isdir(root) and root not in unlistable]  # noqa: PTH112 - Path's may raise
    findings += [_absent(root, around) for root in absent]
    findings += [
        bad("paths", f"{root} is on no volume, only this container sees it: mount the application's log volume there")
        for root in roots
        if around.in_kubernetes and root not in absent and root not in unlistable and _on_no_volume(root)
    ]
    if candidates:
        return findings + _look_at_candidates(candidates, around)
    return findings + ([] if unlistable else [_nothing(discovery, around, bool(roots.keys() - set(absent)))])


def _unlistable(folder: str) -> Finding:
    return bad(
        "paths", f"{folder} can't be listed by user {os.geteuid()}{_owner(folder)}: give it r-x, e.g. by fsGroup"
    )


def _absent(root: str, around: Surroundings) -> Finding:
    if around.overdue:
        remedy = "mount the volume that the application logs to there, or set LOGSHIP_PATHS to where it is mounted"
        return bad("paths", f"{root} does not exist: {remedy}")
    return good("paths", f"{root} does not exist yet: what appears there is tailed")


def _on_no_volume(folder: str) -> bool:
    """Whether a folder is on the file system that the container's own files are on."""
    with suppress(OSError):
        return Path(folder).stat().st_dev == Path("/").stat().st_dev
    return False


def _nothing(discovery: Discovery, around: Surroundings, roots: bool) -> Finding:  # noqa: FBT001 - whether any is there
    """Say why no file matches."""
    globs = ", ".join(pattern.glob for pattern in discovery.patterns)
    left_out = [each for each in Discovery(discovery.patterns).candidates(set()) if each.matched]
    if left_out:
        names = _names(each.path for each in left_out)
        return bad("files", f"LOGSHIP_EXCLUDE leaves out every file that matches {globs}: {names}")
    folder = next((each.glob for each in discovery.patterns if os.path.isdir(each.glob)), "")  # noqa: PTH112
    if folder:
        return bad("files", f"no file matches {globs}: {folder} is a folder; set LOGSHIP_PATHS to {folder}/*.log")
    others = _others(discovery)
    if others:
        return bad("files", f"no file matches {globs}, but other files are there: {_names(others)}; set LOGSHIP_PATHS")
    if around.overdue and roots:
        remedy = "see that the application writes to the same volume, at the path where it is mounted there"
        return bad("files", f"no file is there: {remedy}")
    return good("files", "no file matches yet")


def _others(discovery: Discovery) -> list[str]:
    """Give files in the roots, and in the folders right beneath them, whatever their names."""
    roots = {pattern.root.path: pattern.root for pattern in discovery.patterns}
    anything = Discovery([Pattern(root, parts) for root in roots.values() for parts in (("*",), ("*", "*"))])
    found = itertools.islice(anything.candidates(set()), _LISTED)
    return sorted(each.path for each in found)


def _names(paths: Iterator[str] | Sequence[str]) -> str:
    """Give some names, and how many there are beside them."""
    every = list(paths)
    more = f" and {len(every) - SHOWN} more" if len(every) > SHOWN else ""
    return ", ".join(every[:SHOWN]) + more


def _owner(path: str) -> str:
    """Say who may do what with a name, as far as that can be seen."""
    with suppress(OSError):
        seen = Path(path).stat()
        return f" ({stat.filemode(seen.st_mode)}, owner {seen.st_uid}:{seen.st_gid})"
    return ""


# -- the files that match -----------------------------------------------------------------------------------------


class _Looked(Struct, frozen=True):
    """The two ends of a file."""

    path: str
    head: bytes
    tail: bytes
    """Its last 64 KiB."""
    size: int
    mtime: float
    birth_ns: int | None


def _look_at_candidates(candidates: Sequence[Candidate], around: Surroundings) -> list[Finding]:
    looked = [(candidate, _look(candidate)) for candidate in candidates]
    failed = [(candidate, found) for candidate, found in looked if isinstance(found, OSError)]
    findings = [good("files", f"{len(looked) - len(failed)} of {len(looked)} matched files can be read")]
    if failed:
        candidate, error = failed[0]
        denied = error.errno in (errno.EACCES, errno.EPERM)
        remedy = f"let user {os.geteuid()} read it, e.g. by fsGroup" if denied else "leave it out by LOGSHIP_EXCLUDE"
        first = f"{candidate.path}{_owner(candidate.path) if denied else ''}: {error.strerror}; {remedy}"
        findings[0] = bad("files", f"{len(failed)} of {len(looked)} matched files can't be read: {first}")
    readable = [found for _, found in looked if isinstance(found, _Looked)]
    for judge in (_no_line_ends, _in_the_future, _of_no_form, _was_there_before):
        findings += itertools.islice(_judged(judge, readable, around), SHOWN)
    lasts = [Last(file.path, file.tail, file.mtime, file.size <= LINE_TRAP) for file in readable]
    findings += [good("files", message) for message in told(lasts, around.enrichment, around.conditions, SHOWN)]
    findings += itertools.islice(would_redact(lasts, around.enrichment), SHOWN)
    return findings + _left_alone(around)


def _judged(
    judge: Callable[[_Looked, Surroundings], Finding | None], files: Sequence[_Looked], around: Surroundings
) -> Iterator[Finding]:
    yield from (finding for file in files if (finding := judge(file, around)))


def _look(candidate: Candidate) -> _Looked | OSError:
    try:
        folder = candidate.root.open()
        try:
            file = candidate.root.open_file(folder, candidate.relative)
        finally:
            os.close(folder)
    except OSError as error:
        return error
    try:
        seen = os.fstat(file)
        head, tail = os.pread(file, LINE_TRAP, 0), os.pread(file, LINE_TRAP, max(0, seen.st_size - LINE_TRAP))
        return _Looked(candidate.path, head, tail, seen.st_size, seen.st_mtime, birth_ns(file))
    except OSError as error:
        return error
    finally:
        os.close(file)


def _no_line_ends(file: _Looked, around: Surroundings) -> Finding | None:
    """Find a file that grows and gives no record."""
    remedy = "write one record a line, or leave it out with LOGSHIP_EXCLUDE"
    if len(file.head) >= LINE_TRAP and b"\n" not in file.head:
        what = "is full of NUL bytes" if not file.head.strip(b"\0") else "has no newline"
        where = f"in its first {format_size(LINE_TRAP)}"
        return bad("files", f"{file.path} {what} {where}: no line ever ends there; {remedy}")
    rest = file.tail.rpartition(b"\n")[2]
    glued = b"}{" in rest
    unfinished = b"\n" not in file.head and around.now - file.mtime > UNFINISHED_SECONDS
    if not rest.strip(b"\0") or not (glued or unfinished):
        return None
    what = "records without a newline between them" if glued else "no newline"
    end = "no line ends in them" if glued else "no line has ended there"
    advice = r'write "\n" after each record (json.dumps and f.write add none)'
    return bad("files", f"{file.path} has {len(rest)} bytes at its end with {what}: {end}; {advice}")


def _in_the_future(file: _Looked, around: Surroundings) -> Finding | None:
    """Find a last record that stores file under a time that nobody looks at yet."""
    line = file.tail.rpartition(b"\n")[0].rpartition(b"\n")[2]
    content = trim(line, first=file.size <= LINE_TRAP and b"\n" not in file.tail[:-1]).content
    if not content or around.enrichment.format != "auto":
        return None
    stamp = event_time(content, file.mtime, around.enrichment)
    ahead = _seconds(stamp) - around.now if stamp else 0.0
    if stamp is None or ahead < FUTURE_SECONDS:
        return None
    when = f"{stamp.decode()[1:20]}Z, {_duration(ahead)} in the future"
    remedy = "mend the application's clock, or set LOGSHIP_TIMESTAMP_ZONE to the zone that it writes"
    return bad("files", f"{file.path}: its last record is of {when}, where no search for recent ones looks; {remedy}")


def _of_no_form(file: _Looked, around: Surroundings) -> Finding | None:
    """Find a file of whose last lines none is what LOGSHIP_PARSE or LOGSHIP_MULTILINE names."""
    whole = file.tail.rpartition(b"\n")[0].partition(b"\n")[2] + b"\n"
    lines, setting, they = of_no_form(whole, file.mtime, around.enrichment), "PARSE", "stay messages"
    if not lines:
        lines, setting, they = of_no_rule(whole, around.multiline), "MULTILINE", "stay records by themselves"
    what = f"none of its last {lines} lines is of the form that LOGSHIP_{setting} names; they {they}"
    return good("files", f"{file.path}: {what}") if lines else None


def _seconds(stamp: bytes) -> float:
    return datetime.fromisoformat(stamp.decode()[1:20]).replace(tzinfo=UTC).timestamp()


def _duration(seconds: float) -> str:
    for unit, size in (("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


_ORDER: Final = "list the sidecar first under initContainers, with restartPolicy: Always"


def _was_there_before(file: _Looked, around: Surroundings) -> Finding | None:
    """Find a file that an application wrote before logship could see it."""
    if not around.first_start or file.birth_ns is None or file.birth_ns + BIRTH_SLACK_NS >= around.first_start * 1e9:
        return None
    early = f"{file.path} was there {_duration(around.first_start - file.birth_ns / 1e9)} before logship first started"
    if around.from_end:
        message = f"{early}, and LOGSHIP_READ_FROM=end left out what it had: {_ORDER}"
        return (bad if around.in_kubernetes else good)("files", message)
    return good("files", f"{early}; it is read from its beginning. In a pod, {_ORDER}")


def _left_alone(around: Surroundings) -> list[Finding]:
    what = f"{around.left_alone} rotated files were there before logship first started, and are never read"
    finding = (bad if around.in_kubernetes else good)("files", f"{what}: in a pod, {_ORDER}")
    return [finding] if around.left_alone else []
