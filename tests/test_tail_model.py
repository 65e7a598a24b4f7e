"""Random histories of a log folder, replayed against logship's real tailing and a plain model of what must arrive."""

import gzip
import os
import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from logship.files.decoding import LEAST_BYTES as LEAST_PACKED
from logship.files.identification import LEAST_BYTES
from logship.state.identity import HEAD_BYTES, SHORT_HEAD_BYTES
from tests.following import Follower, zipped
from tests.seeds import SEEDS

STEPS = 60
HOLE_BYTES = 200
ENOUGH_BYTES = 1100
"""A file that is smaller may be any that begins alike."""
PACKS: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "zip": zipped}
ARCHIVES = [f".{kind}" for kind in PACKS]
EQUAL_LINE = b'{"event":"session starts"}\n'


class History:
    """A writer that rotates in every way, and a follower that is restarted and killed; all of it decided by a seed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.logs = folder / "logs"
        self.logs.mkdir()
        self.state = folder / "state"
        self.pattern = "*.log*" if seed % 8 in {3, 5} else "*.log"
        self.live = self.logs / "a.log"
        self.written: list[bytes] = []
        self.half = b""
        self.renamed = 0
        """Inode of the file that was rotated by rename last: a writer may still have it open, unlike a copy."""
        self.copies: set[int] = set()
        """Inodes of files that copies were made in."""
        self.hole = (0, 0)
        """Inode and offset of what was left out last."""
        self.changed_ns = 0
        """The last time of change that was set."""
        self.equal = 0
        """Files with the same one line."""
        self.repeated: set[bytes] = set()
        """Lines that may arrive under several ids."""
        self.gone: set[bytes] = set()
        """Lines that were written over before anybody had to see them: they may arrive."""
        self.shortened = False
        """Whether last lines were taken away once."""
        self.log: list[str] = []
        self.arrived: dict[tuple[str, int], bytes] = {}
        self.telling = random.Random(seed) if seed % 4 == 3 else None
        """Says at which pauses of a sweep files are looked at, and events name all of them."""
        self.follower = self._start()

    def _start(self) -> Follower:
        follower = Follower(f"{self.logs}/{self.pattern}", self.state, rotate_wait=5.0)
        sweep = follower.catalog.sweep

        def told_meanwhile(now: float) -> Iterator[None]:
            for _ in sweep(now):
                yield
                if self.telling and self.telling.random() < 0.5:
                    follower.intake._look_at_files(follower.now)
                    follower.catalog.succeed(follower.now)
                    follower.catalog.welcome([str(path) for path in self.logs.iterdir()], follower.now)

        follower.catalog.sweep = told_meanwhile  # type: ignore[method-assign]
        return follower

    def run(self) -> None:
        """Perform the actions, then drain and compare."""
        actions = [
            *[self.write] * 8,
            *[self.take] * 6,
            self.half_line,
            *[self.rename] * 3,
            *[self.copytruncate] * 2,
            self.delete,
            self.truncate,
            self.restart,
            *[self.kill] * 2,
            self.late_write,
            self.wait,
            self.backup,
            *self.random.choice(self._habits()) * 3,
        ]
        self.take()  # what was rotated before the first look ever is history, and not shipped
        for _ in range(STEPS):
            action = self.random.choice(actions)
            self.log.append(action.__name__)
            action()
        self._complete_half()
        self.follower.drain()
        self._collect()
        self.compare()

    def _habits(self) -> list[list[Callable[[], None]]]:
        """Give what rotators, writers and people do besides; no folder has all of it."""
        return [
            [self.copy_over, self.compress],
            [self.put_in_place, self.compress, self.equal_file],
            [self.preallocate, self.compress, self.equal_file],
            [self.append_a_copy, self.compress],
            [self.cut_the_tail, self.compress],
            [self.rewrite_the_tail, self.compress],
            [self.leave_a_hole, self.fill_a_hole],
            [self.size_goes_back, self.compress],
            [self.session],
            [self.put_the_head_in_place, self.edit_in_place, self.compress],
            [self.take_the_head_off, self.compress],
            [self.copy_in_steps, self.compress],
            [self.overwrite_an_archive, self.compress],
            [self.stop_a_packer, self.compress],
        ]

    def _append(self, path: Path, data: bytes) -> None:
        with path.open("ab") as file:
            file.write(data)

    def _line(self, length: int = 0) -> bytes:
        number = len(self.written)
        line = b'{"seq":%d,"pad":"%b"}\n' % (number, b"x" * self.random.choice([0, 20, 400]))
        line = line[:-3] + b"x" * (length - len(line)) + line[-3:] if length > len(line) else line
        line = line[: length - 3] + line[-3:] if length else line
        self.written.append(line)
        return line

    def _complete_half(self) -> None:
        if self.half:
            self._append(self.live, self.half)
            self.half = b""

    def write(self) -> None:
        """Append some lines."""
        self._complete_half()
        self._append(self.live, b"".join(self._line() for _ in range(self.random.choice([1, 2, 30]))))

    def half_line(self) -> None:
        """Append the first half of a line; the next write brings the rest."""
        self._complete_half()
        line = self._line()
        self._append(self.live, line[:7])
        self.half = line[7:]

    def _rotated(self) -> list[tuple[int, str]]:
        """Give number and suffix of each rotated file, the oldest first."""
        names = (path.name.split(".", 3) for path in self.logs.glob("a.log.*"))
        return sorted(((int(parts[2]), "".join(f".{part}" for part in parts[3:])) for parts in names), reverse=True)

    def _shift(self) -> None:
        for number, suffix in self._rotated():
            (self.logs / f"a.log.{number}{suffix}").rename(self.logs / f"a.log.{number + 1}{suffix}")

    def rename(self) -> None:
        """Rotate by rename: .1 to .2 and so on, then the live file to .1."""
        self._complete_half()
        if self.live.exists():
            self._shift()
            self.live.rename(self.logs / "a.log.1")
            inode = (self.logs / "a.log.1").stat().st_ino
            self.renamed = 0 if inode in self.copies else inode  # no writer has what was put in place
            self.copies.discard(inode)
            if self.random.random() < 0.8:
                self.write()

    def copytruncate(self) -> None:
        """Rotate by copy and truncation; maybe the writer goes on at once."""
        self._complete_half()
        if self.live.exists() and self.live.stat().st_size:
            self._settle()
            self._shift()
            (self.logs / "a.log.1").write_bytes(self.live.read_bytes())
            self._copied(self.logs / "a.log.1")
            os.truncate(self.live, 0)
            if self.random.random() < 0.5:
                self.write()

    def _copied(self, path: Path) -> None:
        inode = path.stat().st_ino
        self.copies.add(inode)
        self.renamed = 0 if inode == self.renamed else self.renamed  # it is used again: no writer has it open

    def _settle(self) -> None:
        # a copy with a head of under 64 bytes can't be told from another file after a restart
        while self.live.stat().st_size < ENOUGH_BYTES:
            self.write()
        self._read_all()

    def delete(self) -> None:
        """Delete the live file once it is open; what was not read yet must arrive all the same."""
        self._complete_half()
        self._read_all()
        self.live.unlink(missing_ok=True)
        self.take()

    def truncate(self) -> None:
        """Cut the live file off after it was read."""
        self._complete_half()
        self._read_all()
        if self.live.exists():
            os.truncate(self.live, 0)
            self.follower.step()

    def late_write(self) -> None:
        """Write to the file that was rotated last, as a writer does that still has the old descriptor."""
        rotated = self.logs / "a.log.1"
        if rotated.exists() and rotated.stat().st_ino == self.renamed:
            self.follower.step()
            self._append(rotated, self._line())

    def backup(self) -> None:
        """Copy the live file under a rotated name: nothing of it may arrive."""
        self._complete_half()
        if self.live.exists() and self.live.stat().st_size >= SHORT_HEAD_BYTES:  # less proves nothing
            self._read_all()
            (self.logs / "a.log.bak").unlink(missing_ok=True)
            self.take()
            (self.logs / "a.log-bak").write_bytes(self.live.read_bytes())
            self.take()
            self.follower.step(3.0)
            self.take()
            (self.logs / "a.log-bak").unlink()
            self.take()

    def copy_over(self) -> None:
        """Rotate by a copy over the last copy, and truncation."""
        self._complete_half()
        copy = self.logs / "a.log.1"
        if self.live.exists() and self._may_copy_onto(copy):
            self._settle()
            copy.write_bytes(self.live.read_bytes())
            self._copied(copy)
            self._read_all()
            os.truncate(self.live, 0)
            self._read_all()

    def _may_copy_onto(self, path: Path) -> bool:
        """Whether a rotator would: it only copies onto what it copied, and does not know what was compressed."""
        packed = any(path.with_name(path.name + suffix).exists() for suffix in ARCHIVES)
        return not packed and (not path.exists() or path.stat().st_ino in self.copies)

    def copy_in_steps(self) -> None:
        """Rotate by a copy that is met when it has only been begun; maybe the next one begins before anybody looks."""
        self._complete_half()
        if self.live.exists() and self.live.stat().st_size:
            self._settle()
            for number in range(self.random.choice([1, 1, 2])):
                while number and self.live.stat().st_size < ENOUGH_BYTES:
                    self.write()
                self._shift()
                data, copy = self.live.read_bytes(), self.logs / "a.log.1"
                for size in (0, self.random.randrange(len(data))):
                    copy.write_bytes(data[:size])
                    self._rest()
                copy.write_bytes(data)
                self._copied(copy)
                os.truncate(self.live, 0)
                self.write()

    def append_a_copy(self) -> None:
        """Rotate by a copy that is appended to the last copy, and truncation."""
        self._complete_half()
        copy = self.logs / "a.log.1"
        if self.live.exists() and self._may_copy_onto(copy):
            self._settle()
            self._append(copy, self.live.read_bytes())
            self._copied(copy)
            self._read_all()
            os.truncate(self.live, 0)
            self._read_all()

    def cut_the_tail(self) -> None:
        """Take the last lines away once they were read, and write on behind what is left."""
        self._complete_half()
        if self.live.exists() and self.live.stat().st_size:
            self._settle()
            kept = self.live.read_bytes().splitlines(keepends=True)
            os.truncate(self.live, len(b"".join(kept[: -self.random.choice([1, 3])])))
            self._read_all()
            self.write()

    def rewrite_the_tail(self) -> None:
        """Write another line over the last ones once they were read, and write on."""
        self._complete_half()
        if self.live.exists() and self.live.stat().st_size:
            self._settle()
            data = self.live.read_bytes()
            start = len(b"".join(data.splitlines(keepends=True)[:-3]))
            with self.live.open("r+b") as file:
                file.seek(start)
                file.write(self._line(len(data) - start))
            self._touch()
            self._read_all()

    def leave_a_hole(self) -> None:
        """Write behind a place that is left out."""
        self._complete_half()
        if self.live.exists() and self.live.stat().st_size:
            self.hole = (self.live.stat().st_ino, self.live.stat().st_size)
            self._append(self.live, bytes(HOLE_BYTES))
            self.write()
            self._rest()

    def fill_a_hole(self) -> None:
        """Write what was left out, sooner or later, unless the file is not there any more."""
        inode, start = self.hole
        if self.live.exists() and self.live.stat().st_ino == inode:
            with self.live.open("r+b") as file:
                file.seek(start)
                if file.read(HOLE_BYTES) == bytes(HOLE_BYTES):
                    file.seek(start)
                    file.write(self._line(HOLE_BYTES))
            self._touch()
            self._rest()

    def _touch(self) -> None:
        """Have the time of the last change be another: a file system's clock may tick every ten milliseconds only."""
        self.changed_ns = max(self.changed_ns, self.live.stat().st_mtime_ns) + 10**7
        os.utime(self.live, ns=(0, self.changed_ns))

    def size_goes_back(self) -> None:
        """Have a look find the file smaller than it is, as network volumes give it."""
        self._complete_half()
        if self.live.exists() and self.live.stat().st_size:
            self.take()
            data = self.live.read_bytes()
            kept = self.random.randrange(len(data))
            os.truncate(self.live, kept)
            self.follower.step()
            with self.live.open("r+b") as file:
                file.seek(kept)
                file.write(data[kept:])

    def session(self) -> None:
        """Write to one of more files than may be open."""
        self.follower.catalog.max_files = 3
        self._append(self.logs / f"session-{self.random.randrange(8)}.log", self._line())

    def _to_pack(self) -> list[Path]:
        plain = [self.logs / f"a.log.{number}" for number, suffix in self._rotated() if not suffix]
        plain = [path for path in plain if path.stat().st_size >= SHORT_HEAD_BYTES]  # less proves nothing
        # an archive of a name that matches by itself is looked for under that
        return plain if self.pattern == "*.log" else []

    def compress(self) -> None:
        """Compress a rotated file, whoever has read it or not, under a temporary name."""
        if not (plain := self._to_pack()):
            return
        path = self.random.choice(plain)
        self.follower.step()  # nobody writes, rotates and compresses between two looks (DECISIONS 8)
        kind = self.random.choice([*PACKS])
        packed, archive = PACKS[kind](path.read_bytes()), path.with_name(f"{path.name}.{kind}")
        temporary = self.random.choice([path.with_name(f"{archive.name}.tmp"), archive])
        temporary.write_bytes(packed[: len(packed) // 2])
        self._rest_or_die()
        temporary.write_bytes(packed)
        self._rest_or_die()
        self.random.choice([self._meet, self._do])(path.unlink)
        temporary.rename(archive)

    def stop_a_packer(self) -> None:
        """Have a part of an archive, whose original is gone: for a while, or for good."""
        if not (plain := self._to_pack()):
            return
        path = self.random.choice(plain)
        data, archive = path.read_bytes(), path.with_name(f"{path.name}.gz")
        packed = gzip.compress(data)
        size = self.random.randrange(LEAST_PACKED, len(packed))
        self.follower.step()
        archive.write_bytes(packed[:size])
        path.unlink()
        self._rest_or_die()
        if self.random.random() < 0.5:
            self._append(archive, packed[size:])
        else:
            sound = zlib.decompressobj(31).decompress(packed[:size]).rfind(b"\n") + 1
            self.gone.update(data[sound:].splitlines(keepends=True))
            if sound < LEAST_BYTES:  # any log may begin so
                self.repeated.update(data[:sound].splitlines(keepends=True))

    def _rest_or_die(self) -> None:
        self.random.choice([self._rest, self._rest, self.kill])()

    def _do(self, *acts: Callable[[], object]) -> None:
        for act in acts:
            act()

    def _meet(self, *acts: Callable[[], object]) -> None:
        """Have one sweep meet something at some of its pauses, or behind the last one."""
        sweep, left = self.follower.catalog.sweep, list(acts)

        def meeting(now: float) -> Iterator[None]:
            for _ in sweep(now):
                while left and self.random.random() < 0.5:
                    left.pop(0)()
                yield

        self.follower.catalog.sweep = meeting  # type: ignore[method-assign]
        self.follower.step()
        self.follower.catalog.sweep = sweep  # type: ignore[method-assign]
        self._do(*left)

    def overwrite_an_archive(self) -> None:
        """Write an archive over where it is, twice within one sweep, with what was rotated and packed unseen; die."""
        self._complete_half()
        if not (self.live.exists() and any(suffix in ARCHIVES for _, suffix in self._rotated())):
            return
        self._settle()
        self._shift()
        self.live.rename(self.logs / "a.log.1")
        self._copied(self.logs / "a.log.1")  # its writer is gone
        number, suffix = self.random.choice([each for each in self._rotated() if each[1] in ARCHIVES])
        path, pack = self.logs / f"a.log.{number}{suffix}", PACKS[suffix[1:]]
        lost, last = ([self._line() for _ in range(30)] for _ in range(2))
        self.gone.update(lost)
        self._meet(*(lambda lines=each: path.write_bytes(pack(b"".join(lines))) for each in (lost, last)))
        self.write()
        self.kill()

    def put_in_place(self) -> None:
        """Put a copy of the live file in its place, maybe with more lines, as rsync and editors do: another inode."""
        self._complete_half()
        if self.live.exists() and self.live.stat().st_size:
            self._settle()
            more = b"".join(self._line() for _ in range(self.random.choice([0, 3])))
            (self.logs / ".a.log.new").write_bytes(self.live.read_bytes() + more)
            (self.logs / ".a.log.new").rename(self.live)
            self._copied(self.live)
            self._read_all()

    def put_the_head_in_place(self) -> None:
        """Put the first lines of the live file in its place, and maybe write on at once: another inode."""
        self._complete_half()
        if self.live.exists() and self.live.stat().st_size:
            self._settle()
            self._put(self._first_lines())

    def take_the_head_off(self) -> None:
        """Put the last lines of the live file in its place, as ``tail -n`` and ``mv`` do: nobody knows those again."""
        self._complete_half()
        if self.live.exists() and self.live.stat().st_size:
            self._settle()
            lines = self.live.read_bytes().splitlines(keepends=True)
            lines = lines[self.random.randrange(1, len(lines)) :]
            self.repeated.update(lines)
            self._put(b"".join(lines))

    def _put(self, data: bytes) -> None:
        new = self.logs / ".a.log.new"
        new.write_bytes(data)
        new.rename(self.live)
        self._copied(self.live)
        if self.random.random() < 0.5:
            self.write()
        self._read_all()

    def edit_in_place(self) -> None:
        """Save the live file where it is with fewer last lines, or others, as editors do."""
        self._complete_half()
        if self.live.exists() and self.live.stat().st_size:
            self._settle()
            inode = self.live.stat().st_ino
            if all(file.inode != inode for file in self.follower.catalog.files.values()):
                return  # a copy is known by its head and its last bytes alone
            kept = self._first_lines()
            self.live.write_bytes(kept + self._line() if self.random.random() < 0.5 else kept)
            self._touch()
            self._read_all()

    def _first_lines(self) -> bytes:
        """Give most lines of the live file, and more than could be a banner."""
        lines, size = self.live.read_bytes().splitlines(keepends=True), 0
        most = len(lines) - self.random.randrange(1, max(2, len(lines) // 4))
        least = next(number for number, line in enumerate(lines, 1) if (size := size + len(line)) >= HEAD_BYTES)
        kept = lines[: max(most, least)]
        # of what was cut off before only some points are known: what is between two of them may come again
        self.repeated.update(kept if self.shortened else ())
        self.shortened = True
        return b"".join(kept)

    def _read_all(self) -> None:
        """Have all that is there read, also where it has to be seen for longer what a file is."""
        self.take()
        while self._waits():
            self.follower.step(1.0)
            self.take()
        self.follower.save()  # as the daemon does each second

    def _waits(self) -> bool:
        catalog = self.follower.catalog
        holes = any(file.holes.wait for file in catalog.files.values())
        return catalog.unsettled or catalog.waiting.files > 0 or holes

    def preallocate(self) -> None:
        """Have NULs behind the data, which are filled later, and cut off in the end."""
        self._complete_half()
        if self.live.exists():
            end = self.live.stat().st_size
            os.truncate(self.live, end + 8192)
            self._read_all()
            for _ in range(3):
                line = self._line()
                with self.live.open("r+b") as file:
                    file.seek(end)
                    file.write(line)
                end += len(line)
                self._read_all()
            os.truncate(self.live, end)

    def equal_file(self) -> None:
        """Write a file of its own, with the one line that others have, too."""
        self.equal += 1
        (self.logs / f"session-{self.equal}.log").write_bytes(EQUAL_LINE)

    def _rest(self) -> None:
        """Let some time pass, or none, with or without a look."""
        seconds = self.random.choice([0.0, 0.1, 0.1, 5.0])
        if seconds:
            self.follower.step(seconds)
            self.take()

    def take(self) -> None:
        """Look and read; maybe without acknowledgement; maybe save."""
        self.follower.read()
        if self.random.random() < 0.5:
            self.follower.save()

    def wait(self) -> None:
        """Let the wait for late writers pass."""
        self.follower.read()
        self.follower.step(6.0)
        self.follower.read()

    def restart(self) -> None:
        """Drain, stop and start."""
        self._complete_half()
        self.follower.drain()
        self._collect()
        self.follower = self._start()

    def kill(self) -> None:
        """End without a word and start."""
        self.follower.read(ack=False)
        self._collect()
        self.follower.kill()
        self.follower = self._start()

    def _collect(self) -> None:
        for block in self.follower.blocks:
            start = block.start
            for line in block.data.splitlines(keepends=True):
                assert self.arrived.setdefault((block.file, start), line) == line, "one id, two records"
                start += len(line)

    def compare(self) -> None:
        """Every line arrived under exactly one id."""
        arrived = Counter(self.arrived.values())
        assert arrived.pop(EQUAL_LINE, 0) == self.equal
        missing = [line for line in self.written if line not in arrived and line not in self.gone]
        assert not missing, f"{len(missing)} missing, first {missing[0][:30]!r}"
        twice = {line: count for line, count in arrived.items() if count > 1 and line not in self.repeated}
        assert not twice, f"{len(twice)} under two ids: {list(twice)[:3]}"
        assert set(arrived) <= set(self.written)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_line_arrives_under_one_id(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever happens to the files and to logship, each line arrives, and under one (generation, offset) only."""
    if seed % 4 > 1:
        monkeypatch.setattr("logship.files.pace.LONG_SWEEP_SECONDS", -1.0)  # as in a folder full of other names
    if seed % 4 == 3:
        for step in ("sweeping.NAMES_AT_ONCE", "sweeping.FILES_AT_ONCE", "steps.FILES_AT_ONCE"):
            monkeypatch.setattr(f"logship.files.{step}", 1)
        monkeypatch.setattr("logship.files.identification._STEP_BYTES", 512)
    history = History(tmp_path, seed)
    try:
        history.run()
    except AssertionError as error:
        pytest.fail(f"LOGSHIP_TEST_SEED={seed} replays it: {error}; history: {' '.join(history.log)}")
