"""The store is down while the application logs and rotates: nothing is lost, and nothing grows but the held files."""

import os
import time
from pathlib import Path

import pytest

from tests.e2e.arrivals import LINE_BYTES, assert_all_arrived, line
from tests.e2e.conftest import StartWriter
from tests.e2e.harness import Logship, scaled, wait_until
from tests.e2e.receiver import Receiver

SECONDS = int(os.environ.get("LOGSHIP_TEST_OUTAGE_SECONDS", "0")) or scaled(30)
"""How long the store is down; 600 is the outage that the promise speaks of."""
RATE = 5000
ROTATE_BYTES = 2_000_000
WARM_UP_SECONDS = 5
MIB = 1 << 20

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120 + 3 * SECONDS)]


def memory(pid: int, field: str) -> int:
    """Give VmRSS or VmHWM in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(each.split()[1]) * 1024 for each in lines if each.startswith(f"{field}:"))


def held_unlinked(pid: int) -> dict[str, int]:
    """Give size by inode of the log files without a name that a process holds: disk space that is not free."""
    held = {}
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        try:
            if fd.readlink().name.endswith("(deleted)") and ".log" in fd.readlink().name:
                held[str(fd.stat().st_ino)] = fd.stat().st_size
        except FileNotFoundError:  # closed meanwhile
            continue
    return held


def descriptors(pid: int) -> int:
    """Give how many it has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def test_an_outage_with_rotation_costs_no_line_and_no_memory(
    logship: Logship, receiver: Receiver, logs: Path, write: StartWriter
) -> None:
    """At 5,000 lines/s in files of 2 MB of which two are kept, most are unlinked before the store is back.

    The peak is VmHWM, the kernel's own high-water mark of the resident set: a sampled RSS would miss a short peak, and
    a cgroup's figure would count the page cache of the log files.
    """
    logship.start()
    idle = descriptors(logship.pid)
    writer = write("rotating", logs / "app.log", RATE * (SECONDS + 5), rate=RATE, bytes=ROTATE_BYTES, keep=2)
    receiver.wait_for_records(RATE)
    receiver.down()
    time.sleep(min(WARM_UP_SECONDS, SECONDS / 3))  # the share of the buffer is full by then
    before = memory(logship.pid, "VmRSS")
    time.sleep(SECONDS - min(WARM_UP_SECONDS, SECONDS / 3))
    after = memory(logship.pid, "VmRSS")
    files = SECONDS * RATE * LINE_BYTES / ROTATE_BYTES
    held = held_unlinked(logship.pid)
    assert len(held) >= files / 2 - 3, "what was rotated away is held"
    assert descriptors(logship.pid) < idle + files + 16, "a descriptor for each held file, and a few"
    assert logship.probe("livez") == 200
    assert logship.probe("readyz") == 200
    receiver.up()
    writer.finish(SECONDS + 60)
    time.sleep(1.0)  # what was written last is in no figure before it is seen
    samples = logship.wait_idle(60 + SECONDS)
    assert samples.by("logship_input_lost_bytes_total", "reason") == {}
    assert_all_arrived(receiver.records(), {"app": writer.end}, repeats=True)
    wait_until(lambda: descriptors(logship.pid) < idle + 16, "the held files are closed", 45)
    peak = memory(logship.pid, "VmHWM")
    print(f"outage of {SECONDS} s: RSS {before / MIB:.1f} to {after / MIB:.1f} MiB, peak {peak / MIB:.1f} MiB")  # noqa: T201 - for people
    assert after < before * 1.1
    assert peak < 64 * MIB


def test_a_backlog_bound_gives_up_the_oldest_counts_it_and_frees_the_disk(
    logship: Logship, receiver: Receiver, logs: Path
) -> None:
    """What is missing afterwards is the oldest held files, whole, to the byte; they are not held any longer."""
    receiver.down()
    bound, size, end = 3_300_000, 1_000_000, 0
    logship.start(max_backlog_bytes=bound, buffer_max_bytes=1 << 20)
    written: list[bytes] = []
    for number in range(8):
        path = logs / f"app-{number}.log"
        mine = [line("app", each) for each in range(end, end + size // LINE_BYTES)]
        end += len(mine)
        written += mine
        path.write_bytes(b"".join(mine))
        wait_until(lambda name=path.name: name in str(logship.status()["files"]), "it is open")  # type: ignore[misc]
        path.unlink()
    wait_until(lambda: sum(held_unlinked(logship.pid).values()) <= bound, "the bound is kept")
    held = held_unlinked(logship.pid)
    assert len(held) == 3, "as many of the newest as fit are kept"
    lost = logship.metrics().by("logship_input_lost_bytes_total", "reason")
    receiver.up()
    logship.wait_idle()
    arrived = {int(record["seq"]) for record in receiver.records()}
    missing = sum(len(each) for at, each in enumerate(written) if at not in arrived)
    assert lost == {"backlog": missing}
    assert missing > 3 * size
    assert set(range(end - 2 * size // LINE_BYTES, end)) <= arrived, "the newest are all there"
