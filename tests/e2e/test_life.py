"""Start, drain, restart: what a kubelet does to the daemon, and what may be wrong with its state folder."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.arrivals import assert_all_arrived, line
from tests.e2e.conftest import StartLogship, StartWriter
from tests.e2e.harness import Logship, wait_until
from tests.e2e.receiver import Answer, Receiver

pytestmark = pytest.mark.e2e


def write_lines(path: Path, first: int, end: int, name: str = "app") -> None:
    """Append numbered lines in one go."""
    with path.open("ab") as file:
        file.write(b"".join(line(name, number) for number in range(first, end)))


def test_lines_written_just_before_sigterm_arrive_within_two_seconds(
    logship: Logship, receiver: Receiver, logs: Path
) -> None:
    """A kubelet may give no more than 2 s: 1,000 lines, half of them in a file that nobody has seen, make it."""
    logship.start()
    write_lines(logs / "app.log", 0, 10)
    receiver.wait_for_records(10)
    write_lines(logs / "app.log", 10, 500)
    write_lines(logs / "late.log", 0, 500, "late")
    time.sleep(0.01)
    asked = time.monotonic()
    logship.signal()
    assert logship.exit_code() == 0
    assert_all_arrived(receiver.records(), {"app": 500, "late": 500})
    # not a speed test: 2 s is all that a kubelet may give (promise 7)
    assert max(request.at for request in receiver.requests()) - asked < 2.0


def test_unready_at_once_and_lines_after_sigterm_are_taken(
    logship: Logship, receiver: Receiver, logs: Path, write: StartWriter
) -> None:
    """SIGTERM makes it unready at once; an application that overruns is read until it has been quiet."""
    logship.start(drain_quiet_seconds=1.0)
    writer = write("append", logs / "app.log", 300, rate=100)
    wait_until(lambda: receiver.counts().records > 20, "some lines")
    logship.signal()
    wait_until(lambda: logship.probe("readyz") == 503, "unready")
    assert logship.probe("livez") == 200
    writer.finish()
    assert logship.exit_code() == 0
    assert_all_arrived(receiver.records(), {"app": 300})


def test_the_deadline_ends_a_slow_drain_and_the_next_start_goes_on(
    logship: Logship, receiver: Receiver, logs: Path
) -> None:
    """A store at 2 s a request: exit 3 at the deadline; the next start sends only what was not acknowledged."""
    write_lines(logs / "app.log", 0, 4000)
    receiver.script(then=Answer(delay=2.0))
    logship.start(batch_max_records=200, shutdown_timeout_seconds=5)
    wait_until(lambda: receiver.counts().records > 0, "a first answer")
    asked = time.monotonic()
    logship.signal()
    assert logship.exit_code() == 3
    assert time.monotonic() - asked > 4.0  # it went on until the deadline
    assert logship.messages("the drain deadline passed")
    before = receiver.counts().records
    assert 200 <= before < 4000
    receiver.clear()
    logship.start(batch_max_records=200)
    wait_until(lambda: any(record["seq"] == 3999 for record in receiver.records()), "the last line")
    assert_all_arrived(receiver.records(), {"app": 4000}, repeats=True)
    assert receiver.counts().records <= 4000 + 200  # at most the batch that was in flight came twice


def test_a_second_sigterm_leaves_at_once(logship: Logship, receiver: Receiver, logs: Path) -> None:
    """The checkpoint is saved and the process gone, whatever the store does."""
    write_lines(logs / "app.log", 0, 100)
    receiver.script(then=Answer(delay=60.0))
    logship.start()
    receiver.wait_for(lambda counts: counts.requests > 0)
    logship.signal()
    wait_until(lambda: logship.messages("draining"), "the drain")
    asked = time.monotonic()
    logship.signal()
    assert logship.exit_code() == 3
    assert time.monotonic() - asked < 15.0  # the deadline would be 25 s


def test_a_drain_during_an_outage_keeps_trying_until_the_store_is_back(
    logship: Logship, receiver: Receiver, logs: Path
) -> None:
    """Back-off ends at once when the drain begins, and stays short: a store that comes back in time gets all."""
    receiver.script(then=Answer(status=503))
    write_lines(logs / "app.log", 0, 1000)
    logship.start(retry_initial_seconds=20, retry_max_seconds=60)
    receiver.wait_for(lambda counts: counts.requests > 0)
    logship.signal()
    wait_until(lambda: logship.messages("draining"), "the drain")
    time.sleep(1.0)
    receiver.clear()
    assert logship.exit_code() == 0
    assert_all_arrived(receiver.records(), {"app": 1000})


@pytest.mark.parametrize("content", [b"", b'{"version":1,"files":[{"fi', b'{"version":0}', b"\0" * 4096, b"[]"])
def test_an_unusable_checkpoint(logship: Logship, receiver: Receiver, logs: Path, content: bytes) -> None:
    """Torn, empty or of another version: a clear message, everything is read again, and the old one is kept aside."""
    write_lines(logs / "app.log", 0, 50)
    logship.start()
    receiver.wait_for_records(50)
    assert logship.terminate() == 0
    (logship.state / "checkpoint.json").write_bytes(content)
    logship.start()
    receiver.wait_for_records(100)
    assert logship.terminate() == 0
    assert_all_arrived(receiver.records(), {"app": 50}, ordered=False, repeats=True)
    assert len(logship.messages("the checkpoint is not usable")) == 1
    kept = list(logship.state.glob("checkpoint.json.unusable-*"))
    assert [path.read_bytes() for path in kept] == [content]


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small tmpfs, which needs root")
@pytest.mark.parametrize("options", ["size=64k", "ro,size=64k"])
def test_a_state_folder_that_is_full_or_read_only(
    logship: Logship, receiver: Receiver, logs: Path, options: str
) -> None:
    """Logs are shipped all the same, with one message a minute, and once it can be written again it is."""
    logship.state.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(logship.state)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"no tmpfs can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        if "ro" not in options:
            (logship.state / "ballast").write_bytes(b"x" * 64 * 1024)
        write_lines(logs / "app.log", 0, 1000)
        logship.start()
        receiver.wait_for_records(1000)
        write_lines(logs / "app.log", 1000, 2000)
        receiver.wait_for_records(2000)
        wait_until(
            lambda: logship.metrics().by("logship_checkpoint_saves_total", "outcome").get("failed", 0) > 1, "failures"
        )
        assert len(logship.messages("the checkpoint can't be saved")) == 1
        if "ro" in options:
            subprocess.run(["mount", "-o", "remount,rw", str(logship.state)], check=True)
        else:
            (logship.state / "ballast").unlink()
        wait_until(lambda: logship.messages("the checkpoint can be saved again"), "a save that worked")
        assert (logship.state / "checkpoint.json").exists()
        assert logship.terminate() == 0
        assert_all_arrived(receiver.records(), {"app": 2000})
    finally:
        logship.close()
        subprocess.run(["umount", "-l", str(logship.state)], check=True)


def test_two_daemons_never_share_a_state_folder(
    logship: Logship, new_logship: StartLogship, receiver: Receiver
) -> None:
    """The second ends with exit 1 and says why; the first goes on."""
    logship.start()
    second = new_logship("second", sinks="http", http_url=receiver.url, state_dir=logship.state)
    second.start(ready=False)
    assert second.exit_code() == 1
    assert "another logship uses the state folder" in second.stderr.read_text()
    assert logship.probe("readyz") == 200


def test_an_exit_file_ends_it(logship: Logship, receiver: Receiver, logs: Path) -> None:
    """In a Job without native sidecars the application makes a file when it has finished; SIGTERM waits for it."""
    done = logs / "done"
    done.write_text("from an earlier pod")
    os.utime(done, (1, 1))
    logship.start(exit_file=done)
    write_lines(logs / "app.log", 0, 100)
    receiver.wait_for_records(100)
    logship.signal()
    time.sleep(1.0)
    assert logship.running
    write_lines(logs / "app.log", 100, 200)
    done.unlink()
    done.write_text("")
    assert logship.exit_code() == 0
    assert_all_arrived(receiver.records(), {"app": 200})


def test_once_ships_what_is_there_and_leaves(new_logship: StartLogship, receiver: Receiver, logs: Path) -> None:
    """Also a last line without newline; a second run has nothing to do."""
    write_lines(logs / "app.log", 0, 100)
    with (logs / "app.log").open("ab") as file:
        file.write(b'{"last":true}')
    for _ in range(2):
        once = new_logship(once=True, paths=f"{logs}/*.log", sinks="http", http_url=receiver.url)
        once.start(ready=False)
        assert once.exit_code() == 0
    records = list(receiver.records())
    assert len(records) == 101
    assert (records[-1]["last"], records[-1]["log.flags"]) == (True, ["partial"])


def test_once_ships_more_files_than_may_be_open(new_logship: StartLogship, receiver: Receiver, logs: Path) -> None:
    """They take turns, also those whose last line has no newline; nothing is left behind in silence."""
    for number in range(40):
        (logs / f"{number}.log").write_bytes(b'{"seq":%d}' % number + b"\n" * (number % 2))
    once = new_logship(once=True, paths=f"{logs}/*.log", sinks="http", http_url=receiver.url, max_files=3)
    once.start(ready=False)
    assert once.exit_code() == 0
    assert sorted(record["seq"] for record in receiver.records()) == list(range(40))


def test_stdout_is_whole_lines_and_back_pressure(new_logship: StartLogship, logs: Path) -> None:
    """A reader that pauses stops the reading of files; every line is whole, in order, behind its prefix."""
    write_lines(logs / "app.log", 0, 50_000)
    daemon = new_logship(paths=f"{logs}/*.log", sinks="stdout", stdout_prefix="collected: ")
    read, write_end = os.pipe()
    daemon.start(stdout=write_end, buffer_max_bytes="1MiB")
    os.close(write_end)
    wait_until(lambda: daemon.metrics().total("logship_input_paused", sink="stdout") == 1, "the pause")
    held = daemon.metrics().total("logship_buffer_bytes", sink="stdout")
    assert held < 3 << 20
    assert daemon.probe("livez") == 200
    numbers = []
    with os.fdopen(read, "rb") as reader:
        for text in reader:
            assert text.startswith(b"collected: {")
            numbers.append(json.loads(text.removeprefix(b"collected: "))["seq"])
            if len(numbers) == 50_000:
                break
        assert numbers == list(range(50_000))
        assert daemon.terminate() == 0


def test_a_closed_stdout_ends_it(new_logship: StartLogship, logs: Path) -> None:
    """Nobody will ever read again: a message and exit 1, and nothing is acknowledged that was not written."""
    daemon = new_logship(paths=f"{logs}/*.log", sinks="stdout")
    read, write_end = os.pipe()
    daemon.start(stdout=write_end)
    os.close(write_end)
    os.close(read)
    write_lines(logs / "app.log", 0, 100)
    assert daemon.exit_code() == 1
    assert ["standard output" in message["cause"] for message in daemon.messages("can't go on")] == [True]
    daemon.start(stdout=subprocess.PIPE)
    process = daemon._process
    assert process
    assert process.stdout
    assert [json.loads(process.stdout.readline())["seq"] for _ in range(100)] == list(range(100))


def test_two_sinks_are_independent(new_logship: StartLogship, receiver: Receiver, logs: Path, tmp_path: Path) -> None:
    """One of them down: the other's lag stays small; after a restart each goes on from its own offset."""
    daemon = new_logship(paths=f"{logs}/*.log", sinks="stdout,http", http_url=receiver.url)
    receiver.script(then=Answer(status=503))
    shipped = tmp_path / "stdout"
    with shipped.open("wb") as out:
        daemon.start(stdout=out)
        for number in range(20):
            write_lines(logs / "app.log", number * 100, number * 100 + 100)
            time.sleep(0.05)
        wait_until(lambda: shipped.read_bytes().count(b"\n") == 2000, "stdout")
        wait_until(lambda: daemon.metrics().totals("stdout")["delivered"][0] == 2000, "what is written is noted")
        look = daemon.metrics()
        assert look.total("logship_oldest_undelivered_seconds", sink="stdout") < 2.0
        assert look.total("logship_oldest_undelivered_seconds", sink="http") > 0.5
        assert receiver.counts().records == 0
        daemon.kill()
        receiver.clear()
        daemon.start(stdout=out)
        receiver.wait_for_records(2000)
        assert daemon.terminate() == 0
    assert_all_arrived(receiver.records(), {"app": 2000})
    assert shipped.read_bytes().count(b"\n") == 2000


def test_a_signal_during_the_start_is_not_lost(logship: Logship, receiver: Receiver, logs: Path) -> None:
    """SIGTERM before the daemon is up drains it as soon as it is: exit 0, and what was there is shipped."""
    write_lines(logs / "app.log", 0, 100)
    logship.start(ready=False)
    time.sleep(0.15)
    logship.signal(signal.SIGTERM)
    code = logship.exit_code()
    assert code in {0, -signal.SIGTERM}  # before Python itself was up, the signal ends it
    if code == 0:
        assert_all_arrived(receiver.records(), {"app": 100})
