import os
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from logship.state import finished
from logship.state.checkpoints import Checkpoints
from logship.state.fingerprint import Fingerprint, ReadAt
from logship.state.finished import KEEP_SECONDS, Finished
from logship.state.identity import HEAD_BYTES, MARKER_BYTES, Entry, Print, Saved, new_file_id
from logship.state.rows import GONE, PACKED, ROW_BYTES, Row, path_hash, row_of

DATA = b"".join(b"line %d\n" % number for number in range(500))
SINKS = ("http", "kafka")


def reading(data: bytes) -> ReadAt:
    """Read from bytes as from a file."""
    return lambda size, offset: data[offset : offset + size]


def an_entry(data: bytes = DATA, *, path: str = "/logs/a.log", inode: int = 7, ignored: bool = False) -> Entry:
    """Give what is known of a file that all sinks have read."""
    done = Saved(len(data), marker=Print.of(data[-MARKER_BYTES:]))
    return Entry(
        file=new_file_id(),
        path=path,
        inode=inode,
        birth_ns=5,
        head=Print.of(data[:HEAD_BYTES]),
        size=len(data),
        seen=1.0,
        offsets={} if ignored else dict.fromkeys(SINKS, done),
        ignored=ignored,
        digest=Fingerprint(0, (len(data), zlib.crc32(data))),
    )


def a_row(data: bytes = DATA, *, path: str = "/logs/a.log", inode: int = 7, ignored: bool = False) -> Row:
    """Give its row."""
    row = row_of(an_entry(data, path=path, inode=inode, ignored=ignored), len(data), 3, data[-MARKER_BYTES:])
    assert row
    return row


def test_a_row_gives_its_entry_back() -> None:
    """Identity, head, size, offsets, digest and marker: enough to go on where it grows."""
    entry = an_entry()
    row = row_of(entry, len(DATA), 3, DATA[-MARKER_BYTES:])
    assert row
    assert row.file == entry.file
    assert replace(row.entry("/logs/a.log", SINKS, reading(DATA)), seen=1.0) == entry


def test_of_another_file_it_knows_no_marker() -> None:
    """Where others are the last bytes, they are not what was read last."""
    again = a_row().entry("/logs/a.log", SINKS, reading(DATA[:-MARKER_BYTES] + b"x" * 2 * MARKER_BYTES))
    assert set(again.offsets.values()) == {Saved(len(DATA))}


def test_a_sink_that_is_new_begins_at_the_start() -> None:
    """With other sinks than those that have read it, all begin anew, rather than one missing something."""
    again = a_row().entry("/logs/a.log", (*SINKS, "new"), reading(DATA))
    assert {saved.offset for saved in again.offsets.values()} == {0}


def test_only_what_is_read_by_all_sinks_makes_a_row() -> None:
    """Nor does what is in flight, or has an identity of another kind, or a head that is not that of the file."""
    entry = an_entry()
    behind = {**entry.offsets, "http": Saved(5)}
    flying = {**entry.offsets, "http": replace(entry.offsets["http"], in_flight=((0, 5, 1),))}
    others = (
        replace(entry, offsets=behind),
        replace(entry, offsets=flying),
        replace(entry, offsets={}),
        replace(entry, head=Print()),
        replace(entry, file="short"),
    )
    assert [row_of(other, len(DATA), 3, DATA[-MARKER_BYTES:]) for other in others] == [None] * len(others)


@pytest.mark.parametrize("size", [1, 63, 64, 1023, 1024, len(DATA)])
def test_a_row_knows_its_file_when_that_grows(size: int) -> None:
    """By its first and its last bytes; a shorter file, another head and another end are none of it."""
    data = DATA[:size]
    row = a_row(data)
    assert row.begins(size + 4, reading(data + b"more"))
    assert not row.begins(size - 1, reading(data[:-1]))
    assert not row.begins(size, reading(b"?" + data[1:]))
    assert not row.begins(size, reading(data[:-1] + b"?"))


def test_rows_are_92_bytes_and_outlast_a_restart(tmp_path: Path) -> None:
    """They are appended to the file, whole, and read back as they were."""
    path = tmp_path / "finished.bin"
    table = Finished(path)
    rows = [a_row(inode=number, path=f"/logs/{number % 3}.log") for number in range(10)]
    for number, row in enumerate(rows):
        table.add(row)
        table.flush()
        assert path.stat().st_size == (number + 1) * ROW_BYTES == (number + 1) * 92
    again = Finished(path)
    assert [again.at(row.inode) for row in rows] == rows
    assert len(again) == 10
    assert not again.pending


def test_what_a_kill_cut_off_is_passed_over(tmp_path: Path) -> None:
    """Of a write that was cut in a row, whole rows stay, and the next write goes on behind them."""
    path = tmp_path / "finished.bin"
    table = Finished(path)
    rows = [a_row(inode=number) for number in range(4)]
    for row in rows[:3]:
        table.add(row)
    table.flush()
    os.truncate(path, 2 * ROW_BYTES + 40)
    again = Finished(path)
    assert [again.at(row.inode) for row in rows[:3]] == [*rows[:2], None]
    again.add(rows[3])
    again.flush()
    assert list(Finished(path).of_lineage("/logs/a.log")) == [*rows[:2], rows[3]]


def test_a_file_is_unchanged_by_inode_size_and_time() -> None:
    """One of them differs, and it has to be looked at."""
    table = Finished()
    table.add(a_row())
    assert table.unchanged(7, len(DATA), 3)
    assert not table.unchanged(8, len(DATA), 3)
    assert not table.unchanged(7, len(DATA) + 1, 3)
    assert not table.unchanged(7, len(DATA), 4)
    assert 7 in table


def test_what_is_forgotten_is_known_by_content_only() -> None:
    """The file is open again, or gone: its inode says nothing, its row stays for copies of it."""
    table, row = Finished(), a_row()
    table.add(row)
    table.forget(7)
    table.forget(8)
    assert table.at(7) is None
    assert 7 not in table
    assert list(table.like("/logs/a.log", DATA)) == [row]


def test_only_what_is_met_is_kept_as_there() -> None:
    """A sweep has seen all names: who was not among them has no file."""
    table = Finished()
    for number in range(5):
        table.add(a_row(inode=number))
    table.meet(0)
    table.begin_sweep()
    table.meet(1)
    assert [number for number in range(5) if table.met(number)] == [1]
    table.keep_met({3, 99})
    assert [number for number in range(5) if number in table] == [1, 3]


def test_a_reused_inode_is_of_the_last_row() -> None:
    """The row before it stays, for copies."""
    table, first, second = Finished(), a_row(), a_row(DATA[:800])
    table.add(first)
    table.add(second)
    assert table.at(7) == second
    assert len(table) == 1
    assert list(table.of_lineage("/logs/a.log")) == [first, second]


def test_copies_that_were_put_by_are_looked_at_again() -> None:
    """Of one lineage, and not what was read: that is known still."""
    table = Finished()
    table.add(a_row(inode=1, ignored=True))
    table.add(a_row(inode=2))
    table.add(a_row(inode=3, path="/logs/b.log", ignored=True))
    assert {row.inode for row in table.left_alone()} == {1, 3}
    table.doubt("/logs/a.log")
    assert [number for number in (1, 2, 3) if number in table] == [2, 3]


def test_an_inode_that_a_copy_once_had_is_not_doubted() -> None:
    """It is another file's by now, which was read."""
    table, read = Finished(), a_row()
    table.add(a_row(ignored=True))
    table.add(read)
    table.doubt("/logs/a.log")
    assert table.at(7) == read


def test_rows_are_found_by_lineage_and_head(tmp_path: Path) -> None:
    """On disk and not yet there: equal first bytes under another name are of another lineage."""
    path = tmp_path / "finished.bin"
    table = Finished(path)
    written, other, short = a_row(inode=1), a_row(inode=2, path="/logs/b.log"), a_row(DATA[:100], inode=3)
    table.add(written)
    table.add(other)
    table.flush()
    table.add(short)
    table.add(a_row(b"other" + DATA, inode=4))
    assert list(table.like("/logs/a.log", DATA[:HEAD_BYTES])) == [written, short]
    assert list(table.like("/logs/b.log", DATA[:HEAD_BYTES])) == [other]
    assert list(table.like("/logs/c.log", DATA[:HEAD_BYTES])) == []


def test_a_path_in_another_field_is_no_lineage() -> None:
    """Bytes that are equal by chance, anywhere else in a row, are not taken for it."""
    table = Finished()
    table.add(a_row(path="/logs/b.log")._replace(size=path_hash("/logs/a.log")))
    assert list(table.of_lineage("/logs/a.log")) == []


def test_a_generation_without_a_file_is_not_there(tmp_path: Path) -> None:
    """Not after a restart either; a copy of it is known by its row."""
    path = tmp_path / "finished.bin"
    table, row = Finished(path), a_row()
    table.add(row, there=False)
    table.flush()
    for each in (table, Finished(path)):
        assert 7 not in each
        assert len(each) == 0
        assert [found.flags for found in each.like("/logs/a.log", DATA)] == [GONE]


def test_rows_are_kept_30_days(tmp_path: Path) -> None:
    """What is older goes at a start, from the disk too, and is not among what was dropped too early."""
    path = tmp_path / "finished.bin"
    table, now = Finished(path), int(time.time())
    table.add(a_row(inode=1)._replace(seen=int(now - KEEP_SECONDS - 60)))
    table.add(a_row(inode=2)._replace(seen=int(now - KEEP_SECONDS + 3600)))
    table.flush()
    again = Finished(path)
    assert ([row.inode for row in again.of_lineage("/logs/a.log")], again.dropped) == ([2], 0)
    assert path.stat().st_size == ROW_BYTES
    assert not again.pending
    again.add(a_row(inode=3))
    again.flush()
    assert [row.inode for row in Finished(path).of_lineage("/logs/a.log")] == [2, 3]


def test_of_too_many_the_oldest_are_dropped_which_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The bound holds at a start, and how many had to go is said."""
    monkeypatch.setattr(finished, "MAX_ROWS", 3)
    path = tmp_path / "finished.bin"
    table = Finished(path)
    for number in range(5):
        table.add(a_row(inode=number))
    table.flush()
    again = Finished(path)
    assert again.dropped == 2
    assert ["too many finished files" in record.message for record in caplog.records] == [True]
    assert [number for number in range(5) if number in again] == [2, 3, 4]
    assert path.stat().st_size == 3 * ROW_BYTES


def test_a_file_that_is_finished_again_and_again_takes_one_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The table is written anew while it runs: what is there stays known, by the last row, and nothing is forgotten."""
    monkeypatch.setattr(finished, "MAX_ROWS", 10)
    table, rows = Finished(tmp_path / "finished.bin"), [a_row(path=f"/logs/{n}.log", inode=n) for n in range(4)]
    for turn in range(50):
        for row in rows:
            table.forget(row.inode)
            table.add(row._replace(file_size=turn))
        table.compact()
    table.forget(3)
    table.flush()
    assert (tmp_path / "finished.bin").stat().st_size <= 20 * ROW_BYTES
    assert [n for n in range(4) if n in table] == [0, 1, 2]
    assert all(table.unchanged(n, 49, 3) and table.at(n) == rows[n]._replace(file_size=49) for n in range(3))
    assert not caplog.records


def test_a_folder_that_cannot_be_written_keeps_rows_in_memory(tmp_path: Path) -> None:
    """A failed write loses nothing: the next one that succeeds has all rows."""
    path = tmp_path / "missing" / "finished.bin"
    table, rows = Finished(path), [a_row(inode=number) for number in range(3)]
    for row in rows:
        table.add(row)
        with pytest.raises(FileNotFoundError):
            table.flush()
    assert (table.pending, [table.at(row.inode) for row in rows]) == (True, rows)
    path.parent.mkdir()
    table.flush()
    assert not table.pending
    assert [Finished(path).at(row.inode) for row in rows] == rows


def test_rows_of_what_no_file_has_are_saved_too(tmp_path: Path) -> None:
    """A generation that was read and is gone, and no other is finished: a copy of it is known after a kill."""
    checkpoints = Checkpoints(tmp_path)
    checkpoints.load().finished.add(a_row(), there=False)
    checkpoints.save((), 1)
    assert [row.size for row in Checkpoints(tmp_path).load().finished.of_lineage("/logs/a.log")] == [a_row().size]


def test_of_an_archive_that_was_appended_to_what_came_last_is_doubted() -> None:
    """Up to where the rest is known is not forgotten."""
    known = Finished()
    row = a_row(ignored=True)
    known.add(row._replace(flags=row.flags | PACKED))
    assert [each.file for each in known.doubt("/logs/a.log")] == [row.file]
    assert not known.unchanged(row.inode, row.file_size, row.mtime_ns)
    found = known.at(row.inode)
    assert found
    assert found.done == row.size


def test_a_first_start_begins_without_rows(tmp_path: Path) -> None:
    """What a checkpoint that is gone left behind is of no use."""
    path = tmp_path / "finished.bin"
    table = Finished(path)
    table.add(a_row())
    table.flush()
    assert len(Finished(path, anew=True)) == 0
    assert not path.exists()


def test_a_finished_file_takes_less_than_200_bytes_of_memory(tmp_path: Path) -> None:
    """Of 20,000 that are there: a number each, once they are on disk, and 92 bytes more until then."""
    pattern, table = a_row(), Finished(tmp_path / "finished.bin")
    tracemalloc.start()
    try:
        for number in range(20_000):
            table.add(pattern._replace(inode=10**9 + number, number=b"%016d" % number))
        before, _ = tracemalloc.get_traced_memory()
        table.flush()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert before / 20_000 < 300
    assert after / 20_000 < 200
    assert table.at(10**9 + 12_345)


def test_who_is_like_nobody_costs_no_look_at_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There may be ten thousand rotated files of one log, each of which asks."""
    table = Finished(tmp_path / "finished.bin")
    for number in range(2000):
        table.add(a_row(b"file %d\n" % number + DATA[: number % 900], inode=number))
    table.flush()
    looks, plain = list[int](), table._disk.pieces

    def pieces() -> Iterator[bytes]:
        looks.append(len(looks))
        return plain()

    monkeypatch.setattr(table._disk, "pieces", pieces)
    for number in range(2000, 4000):
        assert not list(table.like("/logs/a.log", b"file %d\n" % number + DATA))
    assert len(looks) < 2000
    assert [row.inode for row in table.like("/logs/a.log", b"file 1234\n" + DATA)] == [1234]
    assert not list(table.like("/logs/b.log", b"file 1234\n" + DATA))


def test_what_is_finished_after_a_checkpoint_was_damaged_is_known_to_the_next_start(tmp_path: Path) -> None:
    """It was kept in memory alone, and all was sent again; what was finished before is not believed any more."""
    state = Checkpoints(tmp_path)
    state.load().finished.add(a_row(inode=7))
    state.save([], 1)
    (tmp_path / "checkpoint.json").write_bytes(b"torn")
    state = Checkpoints(tmp_path)
    loaded = state.load()
    assert loaded.damage
    loaded.finished.add(a_row(inode=8))
    state.save([], 1)
    again = Checkpoints(tmp_path).load()
    assert (again.damage, len(again.finished), 8 in again.finished) == ("", 1, True)
