"""Notes each block that leaves and each acknowledgement at once: ``kill -9`` repeats only what was in flight.

A repeat is byte for byte the same (promise 1, DECISIONS 2). One short line each, appended without fsync: what a
process has written survives its death. The checkpoint, with fsync, follows within seconds and covers a death of the
node. Offsets never run backwards within a generation: to read a line twice, or one that the checkpoint has, is no harm.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from logship.model import Block, FileId, LineState
from logship.records.framing import NUL
from logship.state.fingerprint import Digest, points_of
from logship.state.identity import HEAD_BYTES, Entry, Print, Saved

_PREFIX = "journal-"
_SENT_VALUES = (3, 5, 6)
"""Offsets and time alone, as older versions wrote; with a CRC-32 and a word; with points within the block, too."""

_CUT = "cut"
"""The last value of a line that says where a record was cut, or, at 0, what was learned."""
_HEAD = "head"
"""The last value of a line with what a generation begins with: its checkpoint may be from before it had any of that."""


class Journal:
    """The acknowledgements since the last checkpoint: one file between two saves, removed after the second."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths = {_number(path): path for path in _files(folder)}
        """Of the files that are there, by number."""
        self._number = max(self._paths, default=0)
        self._fd = -1
        self._torn = False
        """Whether the disk took only a part of the last line."""

    def sent(self, sink: str, block: Block) -> None:
        """Append a block that is about to leave, with the time that its records get if they name none.

        What has to be known to make the same records again is appended first.
        """
        if block.start == 0 and block.data:
            head = Print.of(block.data[:HEAD_BYTES])
            self._append([block.file, sink, head.length, head.digest, _HEAD])
        for offset, word in block.cuts:
            self._append([block.file, sink, offset, word, _CUT])
        _, *points, (_, crc) = points_of(block) if block.data else [(0, 0), (0, 0)]
        more = [points] if points else []
        self._append([block.file, sink, block.start, block.end, block.time_ns, crc, *more, block.skipped or "sent"])

    def acked(self, file: FileId, sink: str, saved: Saved) -> None:
        """Append an acknowledged offset."""
        marker = saved.marker
        state = f"{saved.state.value} {saved.opened}".rstrip()
        self._append([file, sink, saved.offset, state, marker.length, marker.digest])

    def turn(self) -> int:
        """Begin another file, before a checkpoint is taken; give the number up to which that checkpoint covers."""
        covered = self._number
        self.close()
        self._number += 1
        return covered

    def drop(self, covered: int) -> None:
        """Remove what a checkpoint on disk covers."""
        for number in [number for number in self._paths if number <= covered]:
            with suppress(OSError):
                self._paths[number].unlink(missing_ok=True)
                del self._paths[number]

    def close(self) -> None:
        """Close the current file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _append(self, line: list[object]) -> None:
        # a disk that can't take it costs repeats after a crash, nothing else
        with suppress(OSError):
            text = (b"\n" if self._torn else b"") + msgspec.json.encode(line) + b"\n"
            written = os.write(self._descriptor(), text)
            self._torn = written < len(text)

    def _descriptor(self) -> int:
        if self._fd < 0:
            path = self._paths[self._number] = self._folder / f"{_PREFIX}{self._number}.ndjson"
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        return self._fd


def applied(entries: tuple[Entry, ...], folder: Path) -> tuple[Entry, ...]:
    """Bring entries forward by what was noted after them; a torn or strange line is passed over."""
    noted: dict[FileId, dict[str, _Noted]] = {}
    for path in sorted(_files(folder), key=_number):
        with suppress(OSError):
            for line in path.read_bytes().splitlines():
                with suppress(ValueError, TypeError, OverflowError, IndexError):
                    file, sink, *values = json.loads(line)
                    noted.setdefault(file, {}).setdefault(sink, _Noted()).take(values)
    return tuple(_forward(entry, noted[entry.file]) if entry.file in noted else entry for entry in entries)


class _Noted(Struct):
    acked: Saved | None = None
    sent: list[tuple[int, int, int]] = field(default_factory=list)
    proofs: list[tuple[int, int, int]] = field(default_factory=list)
    holes: list[tuple[int, int]] = field(default_factory=list)
    cuts: dict[int, str] = field(default_factory=dict)
    points: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """By the start of a block, offsets in it, and the CRC-32 from its start up to each."""
    head: Print = Print()

    def take(self, values: list[Any]) -> None:
        if values[-1] == _CUT:
            offset, word, _ = values
            self.cuts[int(offset)] = str(word)
        elif values[-1] == _HEAD:
            length, digest, _ = values
            self.head = Print(int(length), str(digest))
        elif len(values) in _SENT_VALUES:
            start, end, time_ns = map(int, values[:3])
            if values[-1] == NUL:
                self.holes.append((start, end))
            elif values[-1] == "sent":
                self.proofs.append((start, end, int(values[3])))
                points = values[4] if len(values) == max(_SENT_VALUES) else []
                self.points[start] = [*((int(at), int(crc)) for at, crc in points), (end, int(values[3]))]
            self.sent.append((start, end, time_ns))
        else:
            offset, state, length, digest = values
            state, _, opened = state.partition(" ")
            self.acked = Saved(int(offset), LineState(state), Print(int(length), str(digest)), opened=opened)


def _forward(entry: Entry, noted: Mapping[str, _Noted]) -> Entry:
    offsets, digest, head = dict(entry.offsets), Digest(entry.digest), entry.head
    holes = sorted({*entry.holes, *(hole for news in noted.values() for hole in news.holes)})
    cuts = dict(entry.cuts)
    for sink, news in noted.items():
        cuts.update(news.cuts)
        head = max(head, news.head, key=lambda each: each.length)
        saved = offsets.get(sink, Saved())
        newer = news.acked if news.acked and news.acked.offset >= saved.offset else saved
        left = sorted({sent for sent in (*saved.in_flight, *news.sent) if sent[1] > newer.offset})
        proofs = {proof for proof in (*saved.proofs, *news.proofs) if proof[1] > newer.offset}
        offsets[sink] = replace(newer, in_flight=tuple(left), proofs=tuple(sorted(proofs)))
        passed = {end for _, end in news.holes}
        for start, points in sorted(news.points.items()):
            if start in passed:
                digest.take(b"", start)  # what is behind a hole is in a digest of its own
            digest.extend(start, points)
    known = tuple(sorted(cuts.items()))
    size = max(entry.size, *(saved.offset for saved in offsets.values()))
    size = entry.size if entry.size < entry.furthest.offset else size  # it was seen cut off when it was saved
    kept = digest.fingerprint()
    now = replace(entry, offsets=offsets, size=size, head=head, digest=kept, holes=tuple(holes), cuts=known)
    return now.until(entry.size) if entry.sealed else now


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.glob(f"{_PREFIX}*.ndjson") if path.stem.removeprefix(_PREFIX).isdecimal()]


def _number(path: Path) -> int:
    return int(path.stem.removeprefix(_PREFIX))
