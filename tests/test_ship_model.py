"""Random histories of a log folder, its stores and logship itself, against a plain model of what must arrive.

Everything is real but the process, the network and the time. Half of the histories kill logship between any two
traces that it leaves on disk or in a store, and do nothing to a file that could cost a line: nothing may be missing.
The others destroy lines, and never kill: what is missing must be exactly what was counted as lost.
"""

import gzip
import json
import os
import random
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from logship.daemon.pipeline import Shape
from logship.delivery.deadletters import decode_letter
from logship.files.joining import Joining
from logship.state.identity import Print
from tests.living import Fuse, Id, Life, Store, play
from tests.seeds import SEEDS

STEPS = 60
MOODS = ("open", "open", "open", "down", "hanging", "raising", "deaf", "busy")
NAMES = ("a.log", "b.log")


class History:
    """A seed decides all that happens to the files, the stores and the daemon."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.lossy = seed % 2 == 1
        self.folder, self.logs = folder, folder / "logs"
        self.logs.mkdir()
        chance = self.random
        self.stores = {name: Store(chance=random.Random(chance.random())) for name in ("one", "two")}
        self.shape = Shape(
            batch_bytes=1 << 20,
            batch_records=chance.choice([5, 50, 10_000]),
            linger=0.2,
            share=chance.choice([4_000, 64_000]),
            in_flight=chance.choice([1, 1, 3]),
        )
        self.max_backlog = chance.choice([0, 6_000]) if self.lossy else 0
        self.written: list[bytes] = []
        self.halves: dict[str, bytes] = {}
        self.renamed: dict[str, int] = {}
        """Inode of the file that was rotated by rename last: a writer may still have it open, unlike a copy."""
        self.log: list[str] = []
        self.lost: Counter[str] = Counter()
        self.name = NAMES[0]
        self.life: Life | None = None
        self.joining: Joining | None = None

    # -- the writer -----------------------------------------------------------------------------------------------

    @property
    def live(self) -> Path:
        """The file that the writer has open."""
        return self.logs / self.name

    def _append(self, path: Path, data: bytes) -> None:
        with path.open("ab") as file:
            file.write(data)

    def _line(self) -> bytes:
        kind = b"bad" if self.random.random() < 0.05 else b"seq"
        pad = b"x" * self.random.choice([0, 20, 400])
        self.written.append(b'{"%b":%d,"pad":"%b"}\n' % (kind, len(self.written), pad))
        return self.written[-1]

    def _complete_half(self) -> None:
        if half := self.halves.pop(self.name, b""):
            self._append(self.live, half)

    async def write(self) -> None:
        """Append some lines, maybe with an empty one."""
        self._complete_half()
        lines = [self._line() for _ in range(self.random.choice([1, 2, 30]))]
        if not self.lossy and self.random.random() < 0.1:
            lines.append(b"\n")
        self._append(self.live, b"".join(lines))

    async def half_line(self) -> None:
        """Append the first half of a line; the next write brings the rest."""
        self._complete_half()
        line = self._line()
        self._append(self.live, line[:7])
        self.halves[self.name] = line[7:]

    def _rotated(self) -> list[Path]:
        return sorted(self.logs.glob(f"{self.name}.*"), key=lambda path: int(path.name.split(".")[2]), reverse=True)

    def _shift(self) -> None:
        for path in self._rotated():
            parts = path.name.split(".")
            path.rename(self.logs / ".".join([*parts[:2], str(int(parts[2]) + 1), *parts[3:]]))

    async def rename(self) -> None:
        """Rotate by rename: .1 to .2 and so on, then the live file to .1."""
        self._complete_half()
        if self.live.exists():
            self._shift()
            rotated = self.live.rename(self.logs / f"{self.name}.1")
            self.renamed[self.name] = rotated.stat().st_ino
            if self.random.random() < 0.8:
                await self.write()

    async def late_write(self) -> None:
        """Write to the file that was rotated last, as a writer does that still has the old descriptor."""
        rotated = self.logs / f"{self.name}.1"
        if rotated.exists() and rotated.stat().st_ino == self.renamed.get(self.name):
            self._append(rotated, self._line())

    async def copytruncate(self) -> None:
        """Rotate by copy and, shortly after, truncation; maybe the writer goes on at once."""
        self._complete_half()
        if not self._is_known(self.live):
            return
        self._shift()
        copy = self.logs / f"{self.name}.1"
        copy.write_bytes(self.live.read_bytes())
        if copy.stat().st_ino == self.renamed.get(self.name):
            del self.renamed[self.name]  # it is used again: no writer has a copy open
        await self.pause(0.0, 0.3)
        os.truncate(self.live, 0)
        if self.random.random() < 0.5:
            await self.write()

    async def compress(self) -> None:
        """Compress a rotated file, whoever reads it or not."""
        plain = [path for path in self._rotated() if path.suffix != ".gz"]
        if not plain or not self._is_known(path := self.random.choice(plain)):
            return
        data, packed, stat = gzip.compress(path.read_bytes()), path.with_name(f"{path.name}.gz"), path.stat()
        packed.write_bytes(data[: len(data) // 2])
        await self.pause(0.0, 0.3)
        packed.write_bytes(data)
        os.utime(packed, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        path.unlink()

    def _is_known(self, path: Path) -> bool:
        """Whether the checkpoint has enough of its head to know a copy of it (DECISIONS 3): seen for a second."""
        saved = self.folder / "state" / "checkpoint.json"
        if not (path.exists() and saved.exists()):
            return False
        inode, data = path.stat().st_ino, path.read_bytes()
        heads = [entry["head"] for entry in json.loads(saved.read_bytes())["files"] if entry["inode"] == inode]
        return any(head["length"] >= 64 and Print(**head).matches(data) for head in heads)

    async def delete(self) -> None:
        """Delete the live file once it is open; what was not read yet must arrive all the same."""
        self._complete_half()
        while self.live.exists() and not self._is_seen():
            await self.pause(0.1)
        self.live.unlink(missing_ok=True)
        await self.pause(1.1)

    async def truncate(self) -> None:
        """Cut the live file off once its size has been seen: nobody can count what nobody saw."""
        self._complete_half()
        while self.live.exists() and not self._is_seen():
            await self.pause(0.1)
        if self.live.exists():
            os.truncate(self.live, 0)

    def _is_seen(self) -> bool:
        # not by its size alone: what was truncated and written again may be as long as what was there before
        stat, data = self.live.stat(), self.live.read_bytes()
        files = [file for file in self.daemon.catalog.files.values() if file.inode == stat.st_ino]
        return any(file.size == stat.st_size and file.head.matches(data) for file in files)

    # -- the stores, the daemon and the time ----------------------------------------------------------------------

    async def change_mood(self) -> None:
        """Let a store fail, hang, lose answers, or come back, at another pace."""
        store = self.random.choice(list(self.stores.values()))
        store.mood, store.pace = self.random.choice(MOODS), self.random.choice([0.0, 0.05, 1.0])

    async def pause(self, *choices: float) -> None:
        """Let time pass; a daemon that dies meanwhile is started again."""
        await self.daemon.sleep(self.random.choice(choices or (0.0, 0.01, 0.1, 1.0, 7.0)))
        if self.daemon.dead:
            await self._end_life()

    @property
    def daemon(self) -> Life:
        """The one that runs, started if there is none."""
        if self.life is None:
            fuse = Fuse(-1 if self.lossy else self.random.choice([-1, self.random.randrange(1, 150)]))
            self.life = Life(self.folder, self.stores, self.shape, fuse, self.max_backlog, joining=self.joining)
        return self.life

    async def _end_life(self) -> None:
        life, self.life = self.daemon, None
        await life.bury()
        self.lost.update(dict(life.lost()))

    async def kill(self) -> None:
        """End it without a word; it stays down for some actions."""
        await self._end_life()

    async def drain(self) -> None:
        """Stop it in good order, with stores that take everything."""
        for name in NAMES:
            self.name = name
            self._complete_half()
        for store in self.stores.values():
            store.mood = "open"
        self.daemon.fuse.left = -1
        await self.daemon.drain()
        await self._end_life()

    # -- the whole ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Perform the actions, drain, and compare."""
        both = [
            *[self.write] * 8,
            *[self.pause] * 4,
            *[self.rename] * 3,
            *[self.change_mood] * 3,
            *[self.copytruncate] * 2,
            *[self.compress] * 2,
            self.half_line,
            self.late_write,
            self.drain,
        ]
        actions = [*both, self.delete, *[self.truncate] * 2] if self.lossy else [*both, *[self.kill] * 2]
        await self.pause(1.1)  # what was rotated before the first look ever is history, and not shipped
        for _ in range(STEPS):
            self.name = self.random.choice(NAMES)
            action = self.random.choice(actions)
            self.log.append(f"{action.__name__}({self.name})")
            await action()
            if self.lossy or self.random.random() < 0.7:
                await self.pause(0.0, 0.0, 0.1, 0.5)
        await self.drain()
        self.compare()

    def compare(self) -> None:
        """Check each line and each byte."""
        missing: set[bytes] = set()
        ids: dict[bytes, set[Id]] = defaultdict(set)
        for name in self.stores:
            arrived = self._arrived(name)
            for key, line in arrived.items():
                ids[line].add(key)
            missing |= set(self.written) - set(arrived.values())
        assert not set(ids) - set(self.written), "what nobody wrote"
        twice = {line: keys for line, keys in ids.items() if len(keys) > 1}
        assert not twice, f"{len(twice)} under two ids, such as {next(iter(twice.items()))}"
        del self.lost["suspected_rotation"]  # a guess, and of lines that arrived
        lost, gone = sum(self.lost.values()), sum(map(len, missing))
        if self.max_backlog:  # what is left of the line at which a file is skipped forward is skipped, not lost
            assert 0 <= gone - lost <= 500 * STEPS, f"{gone} bytes missing, counted as lost: {dict(self.lost)}"
        else:
            assert gone == lost, f"{gone} bytes missing {sorted(missing)[:2]}, counted as lost: {dict(self.lost)}"
        assert self.lossy or not gone

    def _arrived(self, name: str) -> dict[Id, bytes]:
        arrived = {key: line for key, (line, _) in self.stores[name].held.items()}
        path = self.folder / "state" / "dead-letter" / f"{name}.ndjson"
        for text in path.read_bytes().splitlines() if path.exists() else ():
            if letter := decode_letter(text):
                key = (letter.block.file, letter.block.start)
                assert arrived.setdefault(key, letter.block.data) == letter.block.data, "one id, two records"
        return arrived


@pytest.mark.parametrize("seed", SEEDS)
def test_every_line_arrives_or_is_counted(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line arrives at each store, or its dead letters, under one id; what does not was counted to the byte."""
    if seed % 4 > 1:
        monkeypatch.setattr("logship.files.pace.LONG_SWEEP_SECONDS", -1.0)  # as in a folder full of other names
    history = History(tmp_path, seed)
    play(history, seed)
