"""Disks that go, fail or hang, and a clock that is set: it goes on or says what is wrong, loses nothing, recovers."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from tests.e2e.arrivals import assert_all_arrived, line
from tests.e2e.conftest import StartLogship
from tests.e2e.harness import Logship, wait_until
from tests.e2e.receiver import Answer, Receiver

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounts need root")


def give_up(why: str) -> None:
    """Skip the test, or fail it in CI, where what it needs is to be there."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(why)


def write(path: Path, start: int, end: int, name: str = "app") -> None:
    """Append a writer's lines."""
    with path.open("ab") as file:
        file.write(b"".join(line(name, number) for number in range(start, end)))


def shipped(daemon: Logship, receiver: Receiver, records: int) -> None:
    """Wait until so many lines have arrived and all of it is noted."""
    receiver.wait_for_records(records)
    daemon.check_conservation()


def saved_ns(checkpoint: Path) -> int:
    """Give when a checkpoint was saved; 0 where there is none."""
    return int(json.loads(checkpoint.read_bytes())["saved_ns"]) if checkpoint.exists() else 0


# -- the state folder -------------------------------------------------------------------------------------------------


def test_the_state_folder_is_removed(
    logship: Logship, new_logship: StartLogship, receiver: Receiver, logs: Path
) -> None:
    """While nothing changes it is there again within seconds, held against others; a kill then repeats nothing."""
    write(logs / "app.log", 0, 100)
    logship.start()
    shipped(logship, receiver, 100)
    wait_until((logship.state / "checkpoint.json").exists, "a checkpoint")
    shutil.rmtree(logship.state)
    wait_until((logship.state / "checkpoint.json").exists, "it is saved again")
    second = new_logship("second", sinks="http", http_url=receiver.url, state_dir=logship.state).start(ready=False)
    assert second.exit_code() == 1
    assert "another logship uses the state folder" in second.stderr.read_text()
    shutil.rmtree(logship.state)
    receiver.script(*[Answer(status=400)] * 4)  # of 8 lines, the first is put aside: into a folder that is not there
    write(logs / "app.log", 100, 108)
    shipped(logship, receiver, 107)
    letters = logship.state / "dead-letter" / "http.ndjson"
    assert [json.loads(each)["reason"] for each in letters.read_text().splitlines()] == ["http_400"]
    wait_until((logship.state / "checkpoint.json").exists, "it is saved again")
    logship.kill()
    logship.start()
    write(logs / "app.log", 108, 200)
    shipped(logship, receiver, 199)
    assert [record["seq"] for record in receiver.records()] == [*range(100), *range(101, 200)]


@contextmanager
def mounted(volume: Path, folder: Path) -> Iterator[Callable[[], object]]:
    """Mount ``volume`` on ``folder``, or skip; gives the call that mounts it again once it was unmounted."""

    def mount() -> bool:
        return not subprocess.run(["mount", "--bind", volume, folder], capture_output=True, check=False).returncode

    if not mount():
        pytest.skip("needs CAP_SYS_ADMIN")
    try:
        yield mount
    finally:
        while not unmount(folder):
            pass


def unmount(folder: Path) -> int:
    """Take a file system away, though some of its files are open; gives the exit code."""
    return subprocess.run(["umount", "--lazy", folder], capture_output=True, check=False).returncode


@as_root
def test_the_state_volume_is_unmounted_and_back(
    logship: Logship, receiver: Receiver, logs: Path, tmp_path: Path
) -> None:
    """What is saved beneath it meanwhile does no harm; on the volume it is brought up to date at once."""
    volume = tmp_path / "volume"
    volume.mkdir()
    logship.state.mkdir(parents=True)
    with mounted(volume, logship.state) as mount:
        write(logs / "app.log", 0, 100)
        logship.start()
        shipped(logship, receiver, 100)
        wait_until((volume / "checkpoint.json").exists, "a checkpoint")
        assert unmount(logship.state) == 0
        write(logs / "app.log", 100, 200)
        shipped(logship, receiver, 200)
        wait_until((logship.state / "checkpoint.json").exists, "it is saved beneath")
        old = saved_ns(volume / "checkpoint.json")
        assert mount()
        wait_until(lambda: saved_ns(volume / "checkpoint.json") > old, "it is saved on the volume")
        logship.kill()
        write(logs / "app.log", 200, 300)
        logship.start()
        shipped(logship, receiver, 300)
        assert_all_arrived(receiver.records(), {"app": 300})
        assert logship.terminate() == 0


# -- the log volume ---------------------------------------------------------------------------------------------------


@as_root
@pytest.mark.parametrize("force_polling", ["false", "true"], ids=["events", "polling"])
def test_the_log_volume_is_unmounted_and_back(
    logship: Logship, receiver: Receiver, logs: Path, tmp_path: Path, force_polling: str
) -> None:
    """What was open is read on; what was written, rotated and made meanwhile comes once it is back, each line once."""
    volume = tmp_path / "volume"
    volume.mkdir()
    with mounted(volume, logs) as mount:
        write(volume / "app.log", 0, 100)
        logship.start(poll_seconds=0.2, force_polling=force_polling)
        shipped(logship, receiver, 100)
        assert unmount(logs) == 0
        write(volume / "app.log", 100, 200)
        shipped(logship, receiver, 200)
        assert (logship.probe("livez"), logship.probe("readyz")) == (200, 200)
        (volume / "app.log").rename(volume / "app.log.1")
        write(volume / "app.log", 200, 300)
        write(volume / "new.log", 0, 100, "new")
        assert mount()
        shipped(logship, receiver, 400)
        assert_all_arrived(receiver.records(), {"app": 300, "new": 100})
        assert logship.metrics().by("logship_input_lost_bytes_total", "reason") == {}
        assert logship.terminate() == 0


# -- reads that fail or hang ------------------------------------------------------------------------------------------


class Disk:
    """Under a daemon that is started by ``prefix``, reads of log files do as told."""

    def __init__(self, folder: Path) -> None:
        self._told = folder / "fault"
        library = folder / "faulty.so"
        compiler = shutil.which("cc")
        if not compiler:
            give_up("no C compiler")
        source = Path(__file__).with_name("faulty.c")
        subprocess.run([str(compiler), "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
        self.prefix = ("env", f"LD_PRELOAD={library}", f"FAULT_FILE={self._told}")

    def fails(self) -> None:
        """Let reads give EIO."""
        self._tell("E")

    def hangs(self) -> None:
        """Let reads not return."""
        self._tell("H")

    def works(self) -> None:
        """Let reads read."""
        self._tell(" ")

    def _tell(self, what: str) -> None:
        new = self._told.with_suffix(".new")
        new.write_text(what)
        new.rename(self._told)


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    """Give a disk that works, until told otherwise."""
    return Disk(tmp_path)


@pytest.fixture
def on_disk(new_logship: StartLogship, disk: Disk, receiver: Receiver, logs: Path) -> Logship:
    """Give a daemon that reads it."""
    return new_logship(prefix=disk.prefix, paths=f"{logs}/*.log", sinks="http", http_url=receiver.url, poll_seconds=0.2)


def test_reads_that_fail(on_disk: Logship, disk: Disk, receiver: Receiver, logs: Path) -> None:
    """The file is named in a message and in the status; it lives, and once it can be read it goes on where it was.

    So does one that is deleted meanwhile, to which there is no other way than the open descriptor.
    """
    write(logs / "app.log", 0, 100)
    write(logs / "gone.log", 0, 100, "gone")
    on_disk.start()
    shipped(on_disk, receiver, 200)
    disk.fails()
    write(logs / "app.log", 100, 200)
    with (logs / "gone.log").open("ab") as late:
        (logs / "gone.log").unlink()
        wait_until(lambda: on_disk.metrics().total("logship_input_files_held_deleted") == 1, "it is held")
        late.write(b"".join(line("gone", number) for number in range(100, 200)))
    write(logs / "new.log", 0, 100, "new")
    wait_until(lambda: on_disk.messages("an open file can't be read"), "a message for what was open")
    wait_until(lambda: "new.log" in str(on_disk.messages("can't be read")), "a message for what is new")
    wait_until(lambda: "app.log: Input/output error" in str(on_disk.status()["problems"]), "it is in the status")
    assert (on_disk.probe("livez"), on_disk.probe("readyz")) == (200, 200)
    assert receiver.counts().records == 200
    disk.works()
    shipped(on_disk, receiver, 500)
    assert_all_arrived(receiver.records(), {"app": 200, "new": 100, "gone": 200})
    wait_until(lambda: not on_disk.status()["problems"], "the status has no problem any more")
    assert on_disk.metrics().by("logship_input_lost_bytes_total", "reason") == {}


def test_reads_that_hang(on_disk: Logship, disk: Disk, receiver: Receiver, logs: Path) -> None:
    """They stall the event loop: 503 says so, and where; when they return it lives again, and every line arrives."""
    write(logs / "app.log", 0, 100)
    on_disk.start()
    shipped(on_disk, receiver, 100)
    disk.hangs()
    write(logs / "app.log", 100, 200)

    def said() -> tuple[int, str]:
        try:
            return on_disk.get("/livez", timeout=0.5)
        except OSError:
            return 0, ""  # nobody answers, until it counts as stalled

    wait_until(lambda: said()[0] == 503, "it is noticed")
    status, text = said()
    assert (status, text.partition(" at ")[0]) == (503, "the event loop stalled")
    assert text.partition(" at ")[2].startswith("tailing.py:")
    disk.works()
    wait_until(lambda: on_disk.probe("livez") == 200, "it lives again")
    shipped(on_disk, receiver, 200)
    assert_all_arrived(receiver.records(), {"app": 200})


# -- the clock --------------------------------------------------------------------------------------------------------


class Clock:
    """The wall clock of a daemon that is started by ``prefix``; the steady one is left alone, as by an operator."""

    def __init__(self, folder: Path) -> None:
        self._told = folder / "clock"
        self.set("+0")
        library = next(iter(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None)
        if not library:
            give_up("no libfaketime (Debian: faketime)")
        settings = {
            "LD_PRELOAD": library,
            "FAKETIME_TIMESTAMP_FILE": self._told,
            "FAKETIME_CACHE_DURATION": 1,
            "FAKETIME_DONT_FAKE_MONOTONIC": 1,
            "NO_FAKE_STAT": 1,
        }
        self.prefix = ("env", *(f"{name}={value}" for name, value in settings.items()))

    def set(self, text: str) -> None:
        """Set it: ``-1h``."""
        self._told.write_text(f"{text}\n")


def dated(path: Path, hours: int) -> None:
    """Give a file the time that it has by a clock that is so many hours off."""
    at = time.time() + 3600 * hours
    os.utime(path, (at, at))


def test_a_clock_that_is_set_back_an_hour(
    new_logship: StartLogship, receiver: Receiver, logs: Path, tmp_path: Path
) -> None:
    """While it runs, and with rotations while it is down: each line arrives once; probes, exit file do not mind."""
    clock, live = Clock(tmp_path), logs / "app.log"
    daemon = new_logship(
        prefix=clock.prefix, paths=f"{logs}/*.log", sinks="http", http_url=receiver.url, poll_seconds=0.2
    )
    write(live, 0, 100)
    daemon.start(exit_file=logs / "done")
    shipped(daemon, receiver, 100)
    clock.set("-1h")
    live.rename(logs / "app.log.1")
    write(live, 100, 200)
    dated(live, -1)
    shipped(daemon, receiver, 200)
    wait_until(lambda: _said_at(daemon, logs, receiver) < time.time() - 1800, "the daemon's clock is set back")
    assert (daemon.probe("livez"), daemon.probe("readyz")) == (200, 200)
    assert 0 < daemon.status()["uptime_seconds"] < 600
    (logs / "done").touch()
    dated(logs / "done", -1)
    assert daemon.exit_code() == 0
    clock.set("-2h")
    live.rename(logs / "app.log.2")
    write(logs / "app.log.1", 200, 300)
    write(live, 300, 400)
    dated(logs / "app.log.1", -2)
    dated(live, -2)
    before = receiver.counts().records
    daemon.start(exit_file="")
    shipped(daemon, receiver, before + 200)
    records = [record for record in receiver.records() if record["writer"] == "app"]
    assert_all_arrived(records, {"app": 400})
    assert daemon.metrics().by("logship_input_lost_bytes_total", "reason") == {}


def _said_at(daemon: Logship, logs: Path, receiver: Receiver) -> float:
    """Give the time of a message that it writes now, for a file that is new."""
    name, before = f"probe{time.monotonic_ns()}", receiver.counts().records
    write(logs / f"{name}.log", 0, 1, name)
    receiver.wait_for(lambda counts: counts.records > before)
    return datetime.fromisoformat(daemon.messages("following a file")[-1]["time"]).timestamp()
