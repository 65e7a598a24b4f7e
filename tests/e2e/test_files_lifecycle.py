"""Points 2 to 4 of "Files": files that go, come back or move while logship runs, or while it is down."""

import gzip
import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import pytest

from tests.e2e.arrivals import assert_all_arrived, line
from tests.e2e.conftest import StartLogship, StartWriter
from tests.e2e.harness import Logship, scaled, wait_until
from tests.e2e.receiver import Answer, Receiver
from tests.e2e.writers import lines_per_second, shift

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


def lines(name: str, numbers: Iterable[int]) -> bytes:
    """Give a writer's lines."""
    return b"".join(line(name, number) for number in numbers)


def append(to: Path | IO[bytes], name: str, numbers: range) -> None:
    """Write a writer's lines, each 1,000 with one call."""
    with to.open("ab") if isinstance(to, Path) else open(os.dup(to.fileno()), "ab") as file:  # noqa: PTH123
        for start in range(numbers.start, numbers.stop, 1000):
            file.write(lines(name, range(start, min(start + 1000, numbers.stop))))
            file.flush()


def no_loss(logship: Logship) -> None:
    """Check that nothing was counted as lost."""
    assert logship.check_conservation().by("logship_input_lost_bytes_total", "reason") == {}


def followed(logship: Logship, files: int) -> None:
    """Wait until so many files are open."""
    wait_until(lambda: logship.status()["files_total"] == files, f"{files} files are followed")


# -- while it runs ----------------------------------------------------------------------------------------------------


def test_deleted_while_open(logship: Logship, logs: Path, receiver: Receiver) -> None:
    """A file that is deleted before it was read, and written on, is shipped to its end from the descriptor."""
    receiver.script(then=Answer(delay=0.2))
    logship.start()
    with (logs / "a.log").open("ab") as file:
        append(file, "a", range(1000))
        followed(logship, 1)
        append(file, "a", range(1000, 50_000))
        (logs / "a.log").unlink()
        append(file, "a", range(50_000, 60_000))
        receiver.clear()
        receiver.wait_for_records(60_000)
        wait_until(lambda: logship.metrics().total("logship_input_files_held_deleted") == 1, "it is known as deleted")
        append(file, "a", range(60_000, 61_000))
    append(logs / "a.log", "new", range(1000))
    receiver.wait_for_records(62_000)
    no_loss(logship)
    assert_all_arrived(receiver.records(), {"a": 61_000, "new": 1000})


def test_deleted_in_an_outage(logship: Logship, logs: Path, receiver: Receiver) -> None:
    """What was deleted while the store was down is held open, read or not, and arrives once it is back."""
    receiver.down()
    logship.start()
    append(logs / "a.log", "a", range(100))
    followed(logship, 1)
    append(logs / "a.log", "a", range(100, 20_000))
    (logs / "a.log").unlink()
    append(logs / "a.log", "b", range(10_000))
    followed(logship, 2)
    (logs / "a.log").unlink()
    time.sleep(1)
    receiver.up()
    receiver.wait_for_records(30_000)
    no_loss(logship)
    assert_all_arrived(receiver.records(), {"a": 20_000, "b": 10_000})


def recreate(path: Path, inode: int, data: bytes) -> None:
    """Make a file with an inode number that was just given back, or skip the test."""
    spares = [path.with_name(f"{number}.spare") for number in range(300)]
    for spare in spares:  # the lower numbers that are free are used up first
        spare.touch()
        if spare.stat().st_ino == inode:
            spare.write_bytes(data)
            spare.rename(path)
            break
    for spare in spares:
        spare.unlink(missing_ok=True)
    if not path.exists():
        pytest.skip("this file system does not use an inode number again at once")


@pytest.mark.parametrize("same_head", [False, True], ids=["other-head", "same-head"])
@pytest.mark.parametrize("longer", [False, True], ids=["shorter", "longer"])
@pytest.mark.parametrize("down", [False, True], ids=["running", "down"])
def test_recreated_on_the_same_inode(
    new_logship: StartLogship, logs: Path, receiver: Receiver, *, same_head: bool, longer: bool, down: bool
) -> None:
    """A new file on the old inode number is read from its beginning, even if it begins as the old one did."""
    logship = new_logship(
        paths=f"{logs}/*.log", sinks="http", http_url=receiver.url, rotate_wait_seconds=0.3, poll_seconds=0.2
    )
    logship.start()
    live, banner = logs / "a.log", lines("banner", range(20))
    live.write_bytes(banner + lines("old", range(1000)))
    receiver.wait_for_records(1020)
    logship.check_conservation()
    if down:
        assert logship.terminate() == 0
    live.rename(logs / "elsewhere.txt")
    if not down:
        followed(logship, 0)
    inode = (logs / "elsewhere.txt").stat().st_ino
    (logs / "elsewhere.txt").unlink()
    count = 2000 if longer else 500
    recreate(live, inode, (banner if same_head else b"") + lines("new", range(count)))
    if down:
        logship.start()
    total = 1020 + count + (20 if same_head else 0)
    receiver.wait_for_records(total)
    no_loss(logship)
    records = [record for record in receiver.records() if record["writer"] != "banner"]
    assert_all_arrived(records, {"old": 1000, "new": count})
    assert receiver.counts().records == total


def test_renamed_while_catching_up(logship: Logship, logs: Path, receiver: Receiver) -> None:
    """A large file that is renamed twice while it is being read is read on; the newer files come after it."""
    count = scaled(400_000)
    append(logs / "a.log", "a", range(count))
    receiver.script(then=Answer(delay=0.4))  # 1 MiB each: half of the file at most, until the script ends
    logship.start()
    receiver.wait_for_records(count // 20)
    for turn in range(2):
        shift(logs / "a.log", 5)
        (logs / "a.log").rename(logs / "a.log.1")
        append(logs / "a.log", "a", range(count + turn * 1000, count + turn * 1000 + 1000))
        time.sleep(0.5)
    assert receiver.counts().records < count
    receiver.clear()
    receiver.wait_for_records(count + 2000)
    no_loss(logship)
    assert_all_arrived(receiver.records(), {"a": count + 2000})


def test_old_descriptor_is_written_20_seconds_after_the_rename(
    logship: Logship, logs: Path, receiver: Receiver
) -> None:
    """ROTATE_WAIT_SECONDS long a rotated file is still followed: who keeps its descriptor loses nothing."""
    logship.start()
    with (logs / "a.log").open("ab") as old:
        append(old, "old", range(1000))
        receiver.wait_for_records(1000)
        (logs / "a.log").rename(logs / "a.log.1")
        for second in range(20):
            append(logs / "a.log", "new", range(second * 100, second * 100 + 100))
            time.sleep(1)
        append(old, "old", range(1000, 1100))
    receiver.wait_for_records(3100)
    no_loss(logship)
    assert_all_arrived(receiver.records(), {"old": 1100, "new": 2000})


@pytest.mark.parametrize("copied", [True, False], ids=["copied", "only-truncated"])
def test_truncated_and_grown_past_the_offset(logship: Logship, logs: Path, receiver: Receiver, *, copied: bool) -> None:
    """A file that was truncated and is longer than before at the next look is read anew from its beginning."""
    live = logs / "a.log"
    append(live, "a", range(1000))
    logship.start()
    receiver.wait_for_records(1000)
    logship.wait_idle()
    if copied:
        append(live, "a", range(1000, 1500))
        shutil.copyfile(live, logs / "a.log.1")
    with live.open("r+b") as file:
        file.truncate()
        file.write(lines("b", range(3000)))
    expected = {"a": 1500 if copied else 1000, "b": 3000}
    receiver.wait_for_records(sum(expected.values()))
    no_loss(logship)
    assert_all_arrived(receiver.records(), expected)


# -- while it is down -------------------------------------------------------------------------------------------------


def stop(logship: Logship, *, kill: bool) -> None:
    """Stop it, politely or not; in either case all that is there is in checkpoint or journal."""
    logship.check_conservation()
    if kill:
        time.sleep(1.5)  # saved, or noted
        logship.kill()
    else:
        assert logship.terminate() == 0


how = pytest.mark.parametrize("kill", [False, True], ids=["terminated", "killed"])


@how
@pytest.mark.parametrize("times", [1, 2, 5])
@pytest.mark.parametrize("pattern", ["*.log", "a*"], ids=["rotated-does-not-match", "rotated-matches"])
def test_rotated_while_down(
    logship: Logship, logs: Path, receiver: Receiver, write: StartWriter, *, times: int, kill: bool, pattern: str
) -> None:
    """The file is gone on with under its rotated name, those that nobody saw follow, the oldest first."""
    size = 32 * 1024
    rate = lines_per_second(0.2, size)
    write("rotating", logs / "a.log", 150, rate=rate, bytes=size, keep=9).finish()
    logship.start(paths=f"{logs}/{pattern}")
    receiver.wait_for_records(150)
    stop(logship, kill=kill)
    write("rotating", logs / "a.log", times * 290, first=150, rate=rate, bytes=size, keep=9).finish()
    assert len(list(logs.glob("a.log.*"))) == times
    logship.start()
    receiver.wait_for_records(150 + times * 290)
    no_loss(logship)
    assert_all_arrived(receiver.records(), {"a": 150 + times * 290})


@how
def test_copytruncated_while_down(logship: Logship, logs: Path, receiver: Receiver, *, kill: bool) -> None:
    """The rest is shipped from the copy, from the offset on; then the file, longer than before, from its beginning."""
    live = logs / "a.log"
    append(live, "a", range(1000))
    logship.start()
    receiver.wait_for_records(1000)
    stop(logship, kill=kill)
    append(live, "a", range(1000, 1500))
    shutil.copyfile(live, logs / "a.log.1")
    os.truncate(live, 0)
    append(live, "a", range(1500, 4500))
    logship.start()
    receiver.wait_for_records(4500)
    no_loss(logship)
    assert_all_arrived(receiver.records(), {"a": 4500})


@how
def test_truncated_and_grown_while_down(logship: Logship, logs: Path, receiver: Receiver, *, kill: bool) -> None:
    """Without a copy, too, what is in the file now is read from its beginning; what went unread is counted, exactly."""
    live = logs / "a.log"
    append(live, "a", range(1000))
    logship.start()
    receiver.wait_for_records(1000)
    stop(logship, kill=kill)
    live.write_bytes(lines("b", range(3000)))
    logship.start()
    receiver.wait_for_records(4000)
    no_loss(logship)
    assert_all_arrived(receiver.records(), {"a": 1000, "b": 3000})


def test_compressed_while_down(logship: Logship, logs: Path, receiver: Receiver) -> None:
    """A file that was rotated and compressed before its rest was read is read on in its compressed form."""
    live = logs / "a.log"
    append(live, "a", range(1000))
    logship.start()
    receiver.wait_for_records(1000)
    stop(logship, kill=False)
    append(live, "a", range(1000, 2000))
    (logs / "a.log.1.gz").write_bytes(gzip.compress(live.read_bytes()))
    live.unlink()
    append(live, "a", range(2000, 2500))
    logship.start()
    receiver.wait_for_records(2500)
    no_loss(logship)
    assert_all_arrived(receiver.records(), {"a": 2500})


def test_gone_while_down_is_counted(logship: Logship, logs: Path, receiver: Receiver) -> None:
    """A file that went, with bytes that nobody had shipped, is counted as lost to the byte: never silently."""
    live = logs / "a.log"
    append(live, "a", range(1000))
    logship.start()
    receiver.wait_for_records(1000)
    receiver.script(then=Answer(status=503))
    append(live, "a", range(1000, 1100))
    wait_until(lambda: logship.metrics().total("logship_sink_in_flight_records") == 100, "they are on their way")
    time.sleep(1.5)
    logship.kill()
    live.unlink()
    receiver.clear()
    logship.start()
    expected = {"gone_while_down": len(lines("a", range(1000, 1100)))}  # once its content was looked for everywhere
    wait_until(lambda: logship.metrics().by("logship_input_lost_bytes_total", "reason") == expected, "it is counted")


@pytest.mark.parametrize("how", ["terminate", "kill"])
@pytest.mark.parametrize("rotated", [False, True], ids=["live", "rotated"])
def test_cut_off_while_down(logship: Logship, logs: Path, receiver: Receiver, how: str, *, rotated: bool) -> None:
    """What is still there was read, as digests say: no more of it comes again than is behind the last one."""
    live, count = logs / "a.log", 21_000 if rotated else 20_000
    logship.start()
    append(live, "a", range(20_000))
    receiver.wait_for_records(20_000)
    if rotated:
        live.rename(logs / "a.log.1")
        append(live, "a", range(20_000, count))
        receiver.wait_for_records(count)
    logship.terminate() if how == "terminate" else logship.kill()
    os.truncate(logs / "a.log.1" if rotated else live, len(lines("a", range(9000))))
    append(live, "new", range(100))
    logship.start()
    wait_until(lambda: sum(record["writer"] == "new" for record in receiver.records()) == 100, "new lines arrive")
    append(live, "new", range(100, 200))
    wait_until(lambda: sum(record["writer"] == "new" for record in receiver.records()) == 200, "so do later ones")
    assert receiver.counts().records <= count + 200 + 5000
