"""What happens where a file loses its bytes while something else happens to it, or right after it did."""

import gzip
import os
from collections import Counter
from pathlib import Path

import pytest

from logship.state.identity import Saved
from tests.files.test_kinds import overwrite, problem
from tests.following import append, begun, follow, lines


def test_what_is_held_and_is_packed_before_it_is_decided_is_not_strange(logs: Path) -> None:
    """A file lost its bytes, so that what came after it waits; packed, removed and killed meanwhile, it arrives."""
    live, second = logs / "a.log", logs / "a.log.1"
    follower = begun(logs, 60)
    follower.save()
    os.truncate(live, 0)
    follower.step(0.1)
    live.rename(logs / "a.log.2")
    append(second, lines(60, 120))
    append(live, lines(120, 180))
    follower.step(0.1)
    assert follower.catalog._adoption.held, "else this shows nothing"
    (logs / "a.log.1.gz").write_bytes(gzip.compress(lines(60, 120)))
    follower.read()
    follower.save()
    second.unlink()
    follower.kill()
    again = follow(logs)
    again.drain()
    assert problem(lines(0, 180), follower, again) == ""


def test_a_file_that_several_generations_were_in_is_asked_about_once(logs: Path) -> None:
    """One of them began where a hole was filled; then the file was cut off and written anew, alike."""
    live = logs / "a.log"
    append(live, lines(0, 30) + bytes(len(lines(30, 31))) + lines(31, 60))
    follower = follow(logs)
    follower.read()
    follower.step(3.1)
    follower.read()
    overwrite(live, lines(30, 31), len(lines(0, 30)))
    follower.read()
    follower.read()
    (logs / "a.log.1").write_bytes(live.read_bytes())
    os.truncate(live, 0)
    append(live, lines(60, 65))
    for _ in range(10):
        follower.read()
    follower.step(6.0)
    follower.drain()
    assert problem(lines(0, 65), follower) == ""


def test_a_generation_that_was_opened_again_is_known_once_it_is_gone(logs: Path) -> None:
    """It is finished a second time when it is truncated: its copy is one of all of it, not of what is older."""
    live, follower = logs / "a.log", begun(logs, 30)
    (logs / "a.log-bak").write_bytes(lines(0, 30))
    for _ in range(3):
        follower.step(3.0)
    (logs / "a.log-bak").unlink()
    follower.catalog.max_files = 1
    for name, start in (("b.log", 100), ("a.log", 30)):
        append(logs / name, lines(start, start + 30))
        follower.step(1.0)
        follower.read()
        follower.step(1.0)
        follower.read()
    (logs / "a.log.1").write_bytes(live.read_bytes())
    os.truncate(live, 0)
    append(live, lines(60, 62))
    follower.drain()
    again = follow(logs)
    again.drain()
    assert problem(lines(0, 62) + lines(100, 130), follower, again) == ""


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("begun", [False, True])
def test_generations_that_are_in_one_file_all_go_on_after_a_kill(logs: Path, *, packed: bool, begun: bool) -> None:
    """A copy that was appended to: neither what was copied nor what came after it is taken for the whole file."""
    live, copy = logs / "a.log", logs / "a.log.1"
    append(live, lines(0, 60))
    first = follow(logs)
    first.read()
    copy.write_bytes(live.read_bytes())
    os.truncate(live, 0)
    first.read()
    first.read()
    append(copy, lines(60, 90))
    for _ in range(2 * begun):
        first.read()
    append(copy, lines(90, 120))
    first.step()
    first.save()
    first.kill()
    if packed:
        (logs / "a.log.1.gz").write_bytes(gzip.compress(copy.read_bytes()))
        copy.unlink()
    second = follow(logs)
    for _ in range(3):
        second.read()
    second.save()
    second.kill()
    third = follow(logs)
    third.drain()
    assert problem(lines(0, 120), first, second, third) == ""
    assert [*second.lost(), *third.lost()] == []


def test_what_fills_a_hole_goes_on_after_a_kill(logs: Path) -> None:
    """It has a generation of its own in the same file, of which nothing was read yet."""
    live = logs / "a.log"
    append(live, lines(0, 30) + bytes(len(lines(30, 60))) + lines(60, 90))
    first = follow(logs)
    first.read()
    first.step(3.1)
    first.read()
    overwrite(live, lines(30, 60), len(lines(0, 30)))
    first.step()
    first.save()
    first.kill()
    second = follow(logs)
    second.drain()
    assert problem(lines(0, 90), first, second) == ""
    assert [*second.lost()] == []


@pytest.mark.parametrize("pattern", ["*.log", "a.log*"])
@pytest.mark.parametrize("begun", [0, 10, 60])
@pytest.mark.parametrize("hole", [False, True])
def test_the_next_copy_has_begun_before_a_truncation_is_noticed(
    logs: Path, pattern: str, begun: int, *, hole: bool
) -> None:
    """Steps are far apart: what it is a copy of has still to be asked about, and is no other file."""
    live, copy = logs / "a.log", logs / "a.log.1"
    first, second = lines(0, 60), bytes(len(lines(0, 60)) if hole else 0) + lines(100, 160)
    append(live, first)
    follower = follow(logs, pattern)
    follower.read()
    append(logs / "a.log.2", first)
    live.write_bytes(second)
    copy.write_bytes(second[: len(second) - len(lines(100 + begun, 160))])
    follower.read()
    follower.read()
    copy.write_bytes(second)
    os.truncate(live, 0)
    append(live, lines(200, 260))
    for _ in range(4):
        follower.read()
        follower.step(3.0)
    follower.drain()
    assert problem(lines(0, 60) + lines(100, 160) + lines(200, 260), follower) == ""
    assert not dict(follower.lost())


def put_in_place(path: Path, data: bytes) -> None:
    """Put other bytes under a name, in a file of their own."""
    new = path.with_name("new")
    new.write_bytes(data)
    new.rename(path)


def test_what_is_written_behind_the_first_lines_arrives_though_it_is_rotated_before_it_is_seen(logs: Path) -> None:
    """Of what was cut off before only some points are known: none is where the file ends by then."""
    live = logs / "a.log"
    append(live, lines(0, 90))
    follower = follow(logs, rotate_wait=5.0)
    follower.read()
    os.truncate(live, len(lines(0, 70)))
    for _ in range(3):
        follower.step(1.0)
        follower.read()
    put_in_place(live, lines(0, 40))
    follower.step(6.0)
    follower.read()
    follower.step(6.0)
    assert not follower.catalog.files
    append(live, lines(90, 92))
    live.rename(logs / "a.log.1")
    for _ in range(3):
        follower.step(3.0)
        follower.read()
    follower.drain()
    assert problem(lines(0, 92), follower) == ""


def test_what_is_put_in_place_goes_on_where_most_of_it_is_proved(logs: Path) -> None:
    """Of another generation, which is not there any more, it might have more, but nobody knows."""
    live = logs / "a.log"
    append(live, lines(0, 90))
    first = follow(logs)
    first.read()
    put_in_place(live, lines(0, 50) + lines(90, 91))
    for _ in range(3):
        first.step(1.0)
        first.read()
    first.save()
    first.kill()
    second = follow(logs)
    second.read()
    put_in_place(live, lines(0, 45) + lines(91, 92))
    second.read()
    second.drain()
    assert problem(lines(0, 92), first, second) == ""


@pytest.mark.parametrize("more", [0, 10])
@pytest.mark.parametrize("settling", [False, True])
def test_what_was_cut_off_behind_what_was_read_is_counted(logs: Path, more: int, *, settling: bool) -> None:
    """Its reader was far behind: all that was read is there, and goes on."""
    follower = begun(logs, 100)
    append(logs / "a.log", lines(100, 300))
    follower.step(1.0)
    os.truncate(logs / "a.log", len(lines(0, 200)))
    follower.step(1.0)
    assert not list(follower.lost()), "a network volume may give an old size for a moment"
    append(logs / "a.log", lines(300, 300 + more))
    if not settling:
        follower.step(1.0)
    follower.drain()
    assert dict(follower.lost()) == {"truncated": len(lines(200, 300))}
    assert problem(lines(0, 200) + lines(300, 300 + more), follower) == ""


def test_an_old_size_for_a_moment_is_no_loss(logs: Path) -> None:
    """It is as large as it was again within a second."""
    follower = begun(logs, 100)
    append(logs / "a.log", lines(100, 300))
    follower.step(1.0)
    os.truncate(logs / "a.log", len(lines(0, 200)))
    follower.step(0.5)
    append(logs / "a.log", lines(200, 300))
    follower.step(0.4)
    follower.step(2.0)
    follower.drain()
    assert not list(follower.lost())
    assert problem(lines(0, 300), follower) == ""


def test_what_was_cut_off_behind_what_was_read_while_logship_was_away_is_counted(logs: Path) -> None:
    """Its size is in the checkpoint."""
    first = begun(logs, 100)
    append(logs / "a.log", lines(100, 300))
    first.step(1.0)
    first.save()
    first.kill()
    os.truncate(logs / "a.log", len(lines(0, 200)))
    second = follow(logs)
    second.read()
    second.step(2.0)
    second.drain()
    assert dict(second.lost()) == {"truncated": len(lines(200, 300))}
    assert problem(lines(0, 200), first, second) == ""


def test_what_was_cut_off_is_counted_once(logs: Path) -> None:
    """Behind what was read first, then all of it."""
    follower = begun(logs, 100)
    append(logs / "a.log", lines(100, 300))
    follower.step(1.0)
    for size, pause in ((len(lines(0, 200)), 0.2), (0, 0.2)):
        os.truncate(logs / "a.log", size)
        for _ in range(10):
            follower.step(pause)
    follower.step(6.0)
    follower.step(6.0)
    follower.drain()
    assert dict(follower.lost()) == {"truncated": len(lines(100, 300))}


@pytest.mark.parametrize("kept", [2000, 5000])
def test_a_line_that_is_written_right_behind_a_cut_is_not_taken_for_what_was_there(logs: Path, kept: int) -> None:
    """Before anybody looks, and between two points of its digest: lines come again rather than never (720)."""
    follower = begun(logs, 20_000)
    os.truncate(logs / "a.log", len(lines(0, kept)))
    append(logs / "a.log", lines(20_000, 20_010))
    for _ in range(10):
        follower.read()
        follower.step(0.3)
    follower.drain()
    seen = b"".join(block.data for block in follower.blocks)
    assert all(line in seen for line in lines(20_000, 20_010).splitlines())


@pytest.mark.parametrize("how", ["cut", "edited", "put"])
@pytest.mark.parametrize("more", [0, 1])
@pytest.mark.parametrize("end", [800, 900], ids=["between points", "at one"])
def test_a_slow_sink_gets_what_a_file_still_has_that_was_cut_off_in_front_of_another_sinks_place(
    logs: Path, how: str, more: int, end: int
) -> None:
    """Over a kill; what it has no more is counted for it alone."""
    live = logs / "a.log"
    append(live, lines(0, 1000))
    first = follow(logs, slow=True)
    first.read()
    first.save()
    first.kill()
    kept = lines(0, 1000)[: len(lines(0, end))]
    if how == "cut":
        os.truncate(live, len(kept))
    elif how == "edited":
        overwrite(live, b"#", len(kept))
    else:
        (logs / "new").write_bytes(kept)
        (logs / "new").rename(live)
    append(live, lines(2000, 2000 + more))
    second = follow(logs, slow=True)
    second.read()
    second.step(6.0)
    second.read()
    got = b"".join(block.data for block in second.slow_reader.read())
    while blocks := second.slow_reader.read():
        got += b"".join(block.data for block in blocks)
    second.drain()
    assert all(got.count(line) == 1 for line in lines(0, end).splitlines()), len(got)
    assert got.count(lines(2000, 2001)) == more
    gone = {} if how == "edited" else {"truncated": len(lines(end, 1000)) - len(lines(2000, 2000 + more))}
    assert dict(second.lost()) == gone


@pytest.mark.parametrize("read", [0, 300])
@pytest.mark.parametrize("scale", [1, 20])
@pytest.mark.parametrize("seen", [False, True])
def test_a_slow_sink_gets_what_a_live_file_still_has(logs: Path, read: int, scale: int, *, seen: bool) -> None:
    """It was cut off in front of another sink's place: what it has no more is counted for the slow one alone."""
    live, read, kept, end = logs / "a.log", read * scale, 800 * scale, 1000 * scale
    append(live, lines(0, read or end))
    follower = follow(logs, slow=True)
    follower.step()
    slow = follower.slow_reader.read() if read else []
    append(live, lines(read or end, end))
    follower.read()
    os.truncate(live, len(lines(0, kept)))
    if seen:
        follower.step(0.1)
    append(live, lines(end, end + 1))
    for _ in range(12):
        follower.read()
        follower.step(0.5)
    while more := follower.slow_reader.read():
        slow += more
    follower.drain()
    got = Counter(line for block in slow for line in block.data.splitlines(keepends=True))
    assert got == Counter((lines(0, kept) + lines(end, end + 1)).splitlines(keepends=True))
    assert lines(end, end + 1) in b"".join(block.data for block in follower.blocks)
    lost, cut = dict(follower.lost()), lines(kept, end)
    if scale > 1 and not seen:  # nothing tells where it was cut: the sizes do
        cut = cut[len(lines(end, end + 1)) :]
    assert lost == {"truncated": len(cut)}


def test_what_a_slow_sink_lost_by_one_cut_is_not_counted_by_the_next(logs: Path) -> None:
    """It is cut off in its middle, then all of it."""
    live = logs / "a.log"
    append(live, lines(0, 1000))
    follower = follow(logs, slow=True)
    follower.read()
    for kept in (800, 0):
        os.truncate(live, len(lines(0, kept)))
        for _ in range(12):
            follower.read()
            follower.step(0.6)
    follower.drain()
    assert dict(follower.lost()) == {"truncated": len(lines(0, 1000))}


@pytest.mark.parametrize("scale", [1, 20])
def test_what_was_not_acknowledged_when_a_live_file_was_cut_off_is_read_again_after_a_kill(
    logs: Path, scale: int
) -> None:
    """As far as its file still has it, with the same ids."""
    live, acked, kept, end = logs / "a.log", 300 * scale, 800 * scale, 1000 * scale
    append(live, lines(0, acked))
    first = follow(logs)
    first.read()
    append(live, lines(acked, end))
    first.read(ack=False)
    (generation,) = first.catalog.files
    os.truncate(live, len(lines(0, kept)))
    first.step(0.1)
    append(live, lines(end, end + 1))
    for _ in range(5):
        first.step(0.5)
    first.kill()
    second = follow(logs)
    second.read()
    second.drain()
    again = b"".join(block.data for block in second.blocks if block.file == generation)
    assert again == lines(acked, kept)
    assert second.blocks[-1].data == lines(end, end + 1)
    assert not list(second.lost())


def test_what_is_acknowledged_from_behind_a_cut_leaves_what_another_sink_has_not_got(logs: Path) -> None:
    """The journal says so after the checkpoint was saved: the generation ends at the cut all the same."""
    live = logs / "a.log"
    append(live, lines(0, 1000))
    first = follow(logs, slow=True)
    first.step()
    sent = first.take(ack=False)
    (generation,) = first.catalog.files
    os.truncate(live, len(lines(0, 800)))
    for _ in range(5):
        first.step(0.5)
    for block in sent:
        first.reader.ledger.ack(block)
        first.journal.acked(block.file, "sink", first.reader.ledger.saved(block.file) or Saved())
    first.kill()
    second = follow(logs, slow=True)
    second.read()
    slow = second.slow_reader.read()
    assert b"".join(block.data for block in slow if block.file == generation) == lines(0, 800)
    assert not second.blocks
    second.drain()
    assert not list(second.lost())


@pytest.mark.parametrize("copied", [False, True])
def test_half_a_line_that_was_read_is_not_all_that_is_known_of_a_file(logs: Path, *, copied: bool) -> None:
    """The rest of it was seen, and cut off unread: what only begins so is another's, and what is gone is counted."""
    live, other, line = logs / "a.log", logs / "a.log.1", b'{"seq":63,"pad":""}\n'
    append(live, line[:7])
    follower = follow(logs)
    follower.read()
    append(live, line[7:])
    follower.step()
    written = line if copied else b'{"seq":154,"pad":""}\n'
    if copied:
        append(other, line)
    os.truncate(live, 0)
    for _ in range(5):
        follower.step(0.3)
    if not copied:
        live.rename(logs / "a.log.2")
        append(other, written)
    for _ in range(10):
        follower.read()
        follower.step(1.0)
    follower.drain()
    assert problem(written, follower) == ""
    assert dict(follower.lost()) == ({} if copied else {"truncated": len(line)})
