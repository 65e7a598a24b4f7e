"""``run --once``: rotated history with a real logrotate, kills, a daemon beside it, and what its end says."""

import gzip
import json
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import StartLogship
from tests.e2e.harness import Logship, wait_until
from tests.e2e.receiver import Answer, Receiver

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

BEGAN = 1_795_800_000
"""2026-11-27T17:20:00Z: the time of the first record."""


class Application:
    """Writes numbered records, a second apart by their times, and rotates its log with a real logrotate."""

    def __init__(self, folder: Path, logs: Path, *options: str, name: str = "app.log") -> None:
        self.log = logs / name
        self.written = 0
        folder.mkdir(exist_ok=True)
        self._state, self._conf = folder / f"{name}.state", folder / f"{name}.conf"
        own = ("rotate 30", "nocreate", "missingok", *options)
        self._conf.write_text(f"{self.log} {{\n" + "\n".join(own) + "\n}\n")
        self._conf.chmod(0o600)

    def write(self, count: int) -> None:
        """Write so many records."""
        with self.log.open("a") as file:
            for n in range(self.written, self.written + count):
                stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(BEGAN + n))
                file.write(json.dumps({"time": stamp, "n": n, "app": self.log.name, "pad": "x" * 100}) + "\n")
        self.written += count

    def rotate(self) -> None:
        """Rotate, now."""
        subprocess.run(["logrotate", "-f", "-s", self._state, self._conf], check=True, timeout=30)

    def live(self, files: int, count: int) -> None:
        """Write and rotate so many files, and leave a live one."""
        for _ in range(files):
            self.write(count)
            self.rotate()
        self.write(count)


@pytest.fixture
def history(new_logship: StartLogship, receiver: Receiver, logs: Path) -> Logship:
    """Give a run that ships history to the receiver, not started yet."""
    flags = ["--history"]
    return new_logship("once", paths=f"{logs}/*.log", sinks="http", http_url=receiver.url, once=True, flags=flags)


def numbers(receiver: Receiver) -> list[int]:
    """Give the records that arrived, in order."""
    return [record["n"] for record in receiver.records()]


def sums(run: Logship) -> dict[str, Any]:
    """Give what the last run said of itself at its end."""
    return run.messages("the sum of this run")[-1] | run.messages("the sum of a sink")[-1]


@pytest.mark.parametrize("compress", [("compress",), ("compress", "delaycompress"), ("nocompress",)], ids=len)
def test_history_comes_oldest_first_and_once(
    history: Logship, receiver: Receiver, logs: Path, tmp_path: Path, compress: Sequence[str]
) -> None:
    """Whatever logrotate packed; the second run has nothing left to do, nor one after another rotation."""
    application = Application(tmp_path / "rotate", logs, *compress)
    application.live(12, 500)
    history.start(ready=False)
    assert history.exit_code() == 0
    assert numbers(receiver) == list(range(application.written))
    said = sums(history)
    assert (said["files"], said["lines"], said["delivered"], said["refused"]) == (13, 6500, 6500, 0)
    application.rotate()
    history.start(ready=False)
    assert history.exit_code() == 0
    assert len(numbers(receiver)) == application.written
    application.write(10)
    history.start(ready=False)
    assert history.exit_code() == 0
    assert numbers(receiver) == list(range(application.written))


def test_more_files_than_are_open_at_once_come_in_order(history: Logship, receiver: Receiver, logs: Path) -> None:
    """Though copies have lost the times of their files, and names say nothing: the first record's time orders them."""
    for place in range(150):
        lines = [
            json.dumps({"time": f"2026-11-27T{place // 60:02}:{place % 60:02}:{n:02}Z", "n": place * 60 + n})
            for n in range(60)
        ]
        path = logs / f"app.log.{(place * 37) % 150 + 1}.gz"
        path.write_bytes(gzip.compress("\n".join(lines).encode() + b"\n"))
    (logs / "app.log").write_text('{"time": "2026-11-28T00:00:00Z", "n": 9000}\n')
    history.start(ready=False)
    assert history.exit_code() == 0
    assert numbers(receiver) == list(range(9001))


def test_kills_lose_nothing_and_repeat_only_what_was_in_flight(
    new_logship: StartLogship, receiver: Receiver, logs: Path, tmp_path: Path
) -> None:
    """With the same ids: what repeats is byte for byte the same, so that a store with a key has each record once."""
    application = Application(tmp_path / "rotate", logs, "compress")
    application.live(8, 4000)
    run = new_logship(
        "once",
        paths=f"{logs}/*.log",
        sinks="http",
        http_url=receiver.url,
        once=True,
        flags=["--history"],
        file_fields="name,offset",
        batch_max_records=500,
    )
    receiver.script(then=Answer(delay=0.05))
    for life in range(6):
        run.start(ready=False)
        enough = (life + 1) * 2500
        wait_until(lambda enough=enough: receiver.counts().records >= enough or not run.running, "some arrive")  # type: ignore[misc]
        run.kill()
    receiver.clear()
    run.start(ready=False)
    assert run.exit_code() == 0
    found = numbers(receiver)
    assert set(found) == set(range(application.written))
    assert len(found) - application.written <= 6 * 1500
    places = {(record["n"], record["log.offset"]) for record in receiver.records()}
    assert len(places) == application.written, "a record that repeats has the place that it had"


@pytest.fixture
def daemon(new_logship: StartLogship, receiver: Receiver, logs: Path) -> Logship:
    """Give a daemon over the same logs, not started yet, which shares its state folder with the runs beside it."""
    return new_logship("daemon", paths=f"{logs}/*.log", sinks="http", http_url=receiver.url)


def test_beside_a_daemon_only_what_it_left_alone_is_shipped(
    daemon: Logship, new_logship: StartLogship, receiver: Receiver, logs: Path, tmp_path: Path
) -> None:
    """Each record once, whoever ships it, over rotations, a kill, a second run, and runs without the daemon."""
    application = Application(tmp_path / "rotate", logs, "compress", "delaycompress")
    application.live(6, 2000)
    left_alone = 6 * 2000
    daemon.start()
    daemon.wait_idle()
    application.rotate()
    application.write(2000)
    daemon.wait_idle()
    flags = {"once": True, "flags": ["--history"], "sinks": "http", "http_url": receiver.url}
    beside = new_logship("beside", paths=f"{logs}/*.log", state_dir=daemon.state, batch_max_records=200, **flags)
    receiver.script(then=Answer(delay=0.02))
    beside.start(ready=False)
    receiver.wait_for_records(6000)
    beside.kill()
    receiver.clear()
    application.rotate()  # what is read just now gets another name, and one more is packed
    application.write(2000)
    daemon.wait_idle()
    for _ in range(2):
        beside.start(ready=False)
        assert beside.exit_code() == 0
    found = numbers(receiver)
    assert set(found) == set(range(application.written))
    assert len(found) - application.written <= 600, "what was in flight at the kill"
    assert daemon.metrics().total("logship_input_lines_total") == application.written - left_alone
    assert daemon.terminate() == 0
    count = len(found)
    beside.start(ready=False)
    assert beside.exit_code() == 0
    plain = new_logship("plain", **flags | {"flags": []}, paths=f"{logs}/*.log", state_dir=daemon.state)
    plain.start(ready=False)
    assert plain.exit_code() == 0, "nothing is left out: it was shipped beside the daemon"
    daemon.start()
    application.rotate()
    daemon.wait_idle()
    assert len(numbers(receiver)) == count


def test_it_ends_after_what_is_in_flight_and_goes_on_there(
    history: Logship, receiver: Receiver, logs: Path, tmp_path: Path
) -> None:
    """Ctrl-C, soon, with exit 3 and a word of what the next run does; that one ships the rest, and no more."""
    application = Application(tmp_path / "rotate", logs, "compress")
    application.live(8, 5000)
    receiver.script(then=Answer(delay=0.1))
    history.start(ready=False, batch_max_records=500)
    receiver.wait_for_records(2000)
    began = time.monotonic()
    history.signal(signal.SIGINT)
    assert history.exit_code() == 3
    assert time.monotonic() - began < 20
    (said,) = history.messages("stopped before the end")
    assert said["undelivered_bytes"] > 0
    before = numbers(receiver)
    assert before == list(range(len(before)))
    receiver.clear()
    history.start(ready=False)
    assert history.exit_code() == 0
    assert numbers(receiver) == list(range(application.written))


def test_what_is_asked_for_and_cannot_be_read_is_exit_1(
    new_logship: StartLogship, receiver: Receiver, logs: Path
) -> None:
    """A pattern that matches nothing, each time, and an archive that is cut, once; what can be read is shipped."""
    (logs / "app.log").write_text('{"n": 2}\n')
    (logs / "a.log.1.gz").write_bytes(gzip.compress(b'{"n": 0}\n{"n": 1}\n'))
    (logs / "b.log.1.gz").write_bytes(gzip.compress(b'{"n": 3}\n{"n": 4}\n')[:-6])
    paths = f"{logs}/*.log,{logs}/*.gz,{logs}/nothing/*.log"
    run = new_logship("once", paths=paths, sinks="http", http_url=receiver.url, once=True)
    for _ in range(2):
        run.start(ready=False)
        assert run.exit_code() == 1
    assert sorted(numbers(receiver)) == [0, 1, 2, 3, 4]
    named = [message["path"] for message in run.messages("not all could be read")]
    assert sorted(named) == [f"{logs}/b.log.1.gz", *[f"{logs}/nothing/*.log"] * 2]


def test_what_is_refused_or_left_out_is_exit_4(
    new_logship: StartLogship, receiver: Receiver, logs: Path, tmp_path: Path
) -> None:
    """All else is shipped; the sum says how much, and why."""
    Application(tmp_path / "rotate", logs).live(2, 10)
    run = new_logship("once", paths=f"{logs}/*.log", sinks="http", http_url=receiver.url, once=True)
    run.start(ready=False)
    assert run.exit_code() == 4
    assert numbers(receiver) == list(range(20, 30))
    assert sums(run)["left_out"] == "history 2"
    run.start(ready=False)
    assert run.exit_code() == 4, "a second run says the same"
    other = new_logship(
        "refused", paths=f"{logs}/*.log", sinks="http", http_url=receiver.url, once=True, flags=["--history"]
    )
    receiver.script(Answer(status=400), Answer(status=400), then=Answer())
    other.start(ready=False, batch_max_records=1)
    assert other.exit_code() == 4
    assert sums(other)["refused"] >= 1


def test_only_a_stretch_of_time(new_logship: StartLogship, receiver: Receiver, logs: Path, tmp_path: Path) -> None:
    """By the records' own times; the others are counted."""
    Application(tmp_path / "rotate", logs, "compress").live(5, 100)
    since, until = (time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(BEGAN + n)) for n in (150, 420))
    flags = ["--history", "--since", since, "--until", until]
    run = new_logship("once", paths=f"{logs}/*.log", sinks="http", http_url=receiver.url, once=True, flags=flags)
    run.start(ready=False)
    assert run.exit_code() == 0
    assert numbers(receiver) == list(range(150, 420))
    assert sums(run)["filtered"] == "before_since 150, after_until 180"


def test_a_state_that_cannot_be_saved_is_exit_4(new_logship: StartLogship, receiver: Receiver, logs: Path) -> None:
    """All is shipped, and the next run would ship it again."""
    (logs / "app.log").write_text('{"n": 0}\n')
    run = new_logship("once", paths=f"{logs}/*.log", sinks="http", http_url=receiver.url, once=True)
    (run.folder / "file").write_text("")
    run.start(ready=False, state_dir=run.folder / "file" / "state")
    assert run.exit_code() == 4
    assert numbers(receiver) == [0]
    assert run.messages("the checkpoint can't be saved")


def test_one_line_a_file_only_if_asked(new_logship: StartLogship, receiver: Receiver, logs: Path) -> None:
    """A thousand files are no thousand messages."""
    for number in range(5):
        (logs / f"{number}.log").write_text('{"n": 0}\n')
        os.utime(logs / f"{number}.log", (BEGAN + number, BEGAN + number))
    quiet = new_logship("quiet", paths=f"{logs}/*.log", sinks="http", http_url=receiver.url, once=True)
    told = new_logship(
        "told", paths=f"{logs}/*.log", sinks="http", http_url=receiver.url, once=True, flags=["--verbose"]
    )
    for run in (quiet, told):
        run.start(ready=False)
        assert run.exit_code() == 0
    assert {message["message"] for message in quiet.messages()} == {
        "starting",
        "the sum of this run",
        "the sum of a sink",
        "stopped",
    }
    shipped = sorted(message["path"] for message in told.messages("a file is shipped"))
    assert shipped == [f"{logs}/{number}.log" for number in range(5)]
