"""Records that a store refused, kept in files with the store's reason, one JSON line each.

``<sink>.ndjson`` grows to half the bound, then becomes ``<sink>.1.ndjson``, and the one before that goes. A replay
takes both by renaming them to ``<sink>.replay-<n>.ndjson``. Every change is made under a lock on ``<sink>.lock``, so a
replay may run beside the daemon. The store's words and the record may hold anything: the files are their owner's only.
"""

import base64
import contextlib
import fcntl
import os
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from logship.errors import DeadLetterError
from logship.json_faults import UNREADABLE
from logship.model import Block, FileId, LineState
from logship.state.durable import make_folder, sync_folder

_MODE: Final = 0o600
_NEWLINE: Final = b"\n"


class Letter(Struct, frozen=True):
    """One refused record: a block of a single line, and what the store said."""

    block: Block
    reason: str
    detail: str = ""
    status: str = "rejected"
    """``rejected``, or ``errored`` for one that was given up."""


class _Line(Struct, omit_defaults=True):
    """A letter as it is written."""

    time: str
    sink: str
    status: str
    reason: str
    file: str
    offset: int
    end: int
    time_ns: int
    detail: str = ""
    flags: tuple[str, ...] = ()
    after: str = LineState.WHOLE.value
    name: str = ""
    name_base64: str = ""
    path: str = ""
    path_base64: str = ""
    record: str = ""
    record_base64: str = ""
    redacted: bool = False


_decoder = msgspec.json.Decoder(_Line)


def _text(data: bytes) -> tuple[str, str]:
    """Give (text, "") if the bytes are UTF-8, else ("", base64)."""
    try:
        return data.decode(), ""
    except UnicodeDecodeError:
        return "", base64.b64encode(data).decode()


def encode_letter(letter: Letter, sink: str, now: datetime) -> bytes:
    """Give the line, with its newline; the record is without its own."""
    block = letter.block
    record, record_base64 = _text(block.data.removesuffix(_NEWLINE))
    name, name_base64 = _text(os.fsencode(block.name))
    path, path_base64 = _text(os.fsencode(block.path))
    line = _Line(
        time=now.isoformat(timespec="milliseconds"),
        sink=sink,
        status=letter.status,
        reason=letter.reason,
        file=block.file,
        offset=block.start,
        end=block.end,
        time_ns=block.time_ns,
        detail=letter.detail,
        flags=block.flags,
        after=block.after.value,
        name=name,
        name_base64=name_base64,
        path=path,
        path_base64=path_base64,
        record=record,
        record_base64=record_base64,
        redacted=block.end - block.start != len(block.data),
    )
    return msgspec.json.encode(line) + _NEWLINE


def decode_letter(data: bytes) -> Letter | None:
    """Read a line back; None if a crash tore it."""
    try:
        line = _decoder.decode(data)
        record = line.record.encode() or base64.b64decode(line.record_base64)
        name = os.fsdecode(line.name.encode() or base64.b64decode(line.name_base64))
        path = os.fsdecode(line.path.encode() or base64.b64decode(line.path_base64))
        after = LineState(line.after)
    except (ValueError, *UNREADABLE):  # base64's and Enum's are ValueErrors
        return None
    end = line.end
    if line.redacted:  # it is longer or shorter than it was
        record += _NEWLINE
        end = line.offset + len(record)
    elif line.end - line.offset > len(record):
        record += _NEWLINE
    block = Block(
        *(FileId(line.file), name, line.offset, end, record, line.time_ns, 0.0, tuple(line.flags)),
        after=after,
        path=path,
    )
    if _NEWLINE in record[:-1]:  # several lines, one record
        block = replace(block, joins=((line.offset, end),))
    return Letter(block, line.reason, line.detail, line.status)


def read_letters(path: Path) -> Iterator[Letter]:
    """Give the letters in a segment, oldest first; one at a time, since a segment may be large."""
    with path.open("rb") as file:
        yield from filter(None, map(decode_letter, file))


def count_letters(path: Path) -> tuple[int, int]:
    """Give (records, file bytes) of the letters in a segment."""
    records = nbytes = 0
    for letter in read_letters(path):
        records += 1
        nbytes += letter.block.end - letter.block.start
    return records, nbytes


def segments(folder: Path, sink: str) -> list[Path]:
    """Give the files of a sink's letters, oldest first."""
    taken = sorted(folder.glob(f"{sink}.replay-*.ndjson"), key=_number)
    return taken + [path for path in (folder / f"{sink}.1.ndjson", folder / f"{sink}.ndjson") if path.exists()]


class DeadLetters:
    """One sink's dead letters, of which at most ``max_bytes`` are kept."""

    def __init__(self, folder: Path, sink: str, max_bytes: int, hide: Callable[[Letter], Letter] | None = None) -> None:
        """``hide`` takes out of each what must not be kept."""
        self._folder, self._sink, self._max_bytes = folder, sink, max_bytes
        self._hide = hide
        self._current = folder / f"{sink}.ndjson"
        self._older = folder / f"{sink}.1.ndjson"

    def put(self, letters: Sequence[Letter]) -> tuple[int, int]:
        """Append, and return once they are on disk; blocks.

        Gives (records, file bytes) of the oldest letters, or of these, that had to go. Raises DeadLetterError, and then
        none of what is missing counts as put; what was put already may be put twice by a repeat.
        """
        now = datetime.now(UTC)
        letters = [*map(self._hide, letters)] if self._hide else letters
        lines = [encode_letter(letter, self._sink, now) for letter in letters]
        if not self._max_bytes:
            return len(letters), sum(letter.block.end - letter.block.start for letter in letters)
        try:
            with self._locked():
                return self._append(lines)
        except OSError as error:
            message = f"{self._current}: {error.strerror}"
            raise DeadLetterError(message) from error

    def last_put(self) -> float | None:
        """Give when a letter that is there was last put, in epoch seconds; None if none is seen."""
        times = []
        for path in (self._current, self._older):
            with contextlib.suppress(OSError):
                times.append(path.stat().st_mtime)
        return max(times, default=None)

    def take(self) -> list[Path]:
        """Take all that is there for a replay, oldest first: nothing is added to what it gives.

        What a killed replay left is given again. Raises DeadLetterError.
        """
        try:
            if not self._folder.is_dir():
                return []
            with self._locked():
                return self._rename_all()
        except OSError as error:
            message = f"{self._folder}: {error.strerror}"
            raise DeadLetterError(message) from error

    def _rename_all(self) -> list[Path]:
        taken = self._taken()
        number = _number(taken[-1]) if taken else 0
        for path in (self._older, self._current):
            if path.exists():
                number += 1
                taken.append(path.rename(self._folder / f"{self._sink}.replay-{number}.ndjson"))
        sync_folder(self._folder)
        return taken

    def _taken(self) -> list[Path]:
        return sorted(self._folder.glob(f"{self._sink}.replay-*.ndjson"), key=_number)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        make_folder(self._folder, 0o700)
        fd = os.open(self._folder / f"{self._sink}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)

    def _append(self, lines: list[bytes]) -> tuple[int, int]:
        records = nbytes = 0
        done = 0
        while done < len(lines):
            size = self._current.stat().st_size if self._current.exists() else 0
            count = _fitting(lines, done, self._max_bytes // 2 - size) or (not size)
            if count:
                self._write(b"".join(lines[done : done + count]))
                done += count
                continue
            lost = self._make_room(size)
            records, nbytes = records + lost[0], nbytes + lost[1]
            self._current.rename(self._older)
        return records, nbytes

    def _make_room(self, size: int) -> tuple[int, int]:
        """Drop the older segment, and what killed replays left if that is needed to keep the bound."""
        records = nbytes = 0
        taken = [path for path in self._taken() if not _in_use(path)]
        while self._older.exists() or (
            taken and size + sum(each.stat().st_size for each in taken) > self._max_bytes // 2
        ):
            path = taken.pop(0) if taken else self._older
            lost = count_letters(path)
            records, nbytes = records + lost[0], nbytes + lost[1]
            path.unlink()
        return records, nbytes

    def _write(self, data: bytes) -> None:
        new = not self._current.exists()
        fd = os.open(self._current, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, _MODE)
        try:
            size = os.fstat(fd).st_size
            if size and os.pread(fd, 1, size - 1) != _NEWLINE:
                data = _NEWLINE + data  # a crash tore the last line: it must not spoil the next
            try:
                view = memoryview(data)
                while view:
                    view = view[os.write(fd, view) :]
                os.fsync(fd)
            except OSError:
                os.ftruncate(fd, size)
                raise
        finally:
            os.close(fd)
        if new:
            sync_folder(self._folder)


def _fitting(lines: Sequence[bytes], start: int, room: int) -> int:
    count = 0
    for line in lines[start:]:
        room -= len(line)
        if room < 0:
            break
        count += 1
    return count


def _in_use(path: Path) -> bool:
    """Whether a replay has it open."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def _number(path: Path) -> int:
    found = re.search(r"\.replay-(\d+)\.ndjson$", path.name)
    return int(found[1]) if found else 0
