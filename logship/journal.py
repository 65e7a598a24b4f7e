"""Notes each acknowledgement at once, so that ``kill -9`` repeats at most what was in flight (promise 1).

One short line for each file of a batch, appended without fsync: what a process has written survives its death. The
checkpoint, with fsync, follows within a second and covers a death of the node. Lines carry absolute offsets, which
never run backwards within a generation: reading one twice, or one that the checkpoint has already, does no harm.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from logship.identity import Entry, Print, Saved
from logship.model import FileId, LineState

_PREFIX = "acked-"


class Journal:
    """The acknowledgements since the last checkpoint: one file between two saves, removed after the second."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = max((_number(path) for path in _files(folder)), default=0)
        self._fd = -1

    def note(self, file: FileId, sink: str, saved: Saved) -> None:
        """Append one acknowledged offset; a disk that can't take it costs repeats after a crash, nothing else."""
        marker = saved.marker
        line = [file, sink, saved.offset, saved.state.value, marker.length, marker.digest]
        with suppress(OSError):
            os.write(self._descriptor(), json.dumps(line).encode() + b"\n")

    def turn(self) -> int:
        """Begin another file, before a checkpoint is taken; give the number up to which that checkpoint covers."""
        covered = self._number
        self.close()
        self._number += 1
        return covered

    def drop(self, covered: int) -> None:
        """Remove what a checkpoint on disk covers."""
        for path in _files(self._folder):
            if _number(path) <= covered:
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the current file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _descriptor(self) -> int:
        if self._fd < 0:
            path = self._folder / f"{_PREFIX}{self._number}.ndjson"
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        return self._fd


def applied(entries: tuple[Entry, ...], folder: Path) -> tuple[Entry, ...]:
    """Bring entries forward by what was noted after them; a torn or strange line is passed over."""
    noted: dict[tuple[str, str], Saved] = {}
    for path in sorted(_files(folder), key=_number):
        with suppress(OSError):
            for file, sink, saved in _lines(path.read_bytes()):
                noted[file, sink] = saved
    return tuple(replace(entry, offsets=_forward(entry, noted)) for entry in entries) if noted else entries


def _forward(entry: Entry, noted: Mapping[tuple[str, str], Saved]) -> Mapping[str, Saved]:
    offsets = dict(entry.offsets)
    for (file, sink), saved in noted.items():
        if file == entry.file and saved.offset >= offsets.get(sink, Saved()).offset:
            offsets[sink] = replace(saved, in_flight=offsets[sink].in_flight if sink in offsets else ())
    return offsets


def _lines(text: bytes) -> Iterator[tuple[str, str, Saved]]:
    for line in text.splitlines():
        with suppress(ValueError, TypeError):
            file, sink, offset, state, length, digest = json.loads(line)
            yield file, sink, Saved(int(offset), LineState(state), Print(int(length), str(digest)))


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.glob(f"{_PREFIX}*.ndjson") if path.stem.removeprefix(_PREFIX).isdecimal()]


def _number(path: Path) -> int:
    return int(path.stem.removeprefix(_PREFIX))
