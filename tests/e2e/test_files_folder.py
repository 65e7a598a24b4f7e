"""Point 5 of "Files": what a folder may look like."""

import os
import time
from pathlib import Path

import pytest

from tests.e2e.arrivals import assert_all_arrived, line
from tests.e2e.conftest import StartLogship, StartWriter
from tests.e2e.harness import Logship, scaled, wait_until
from tests.e2e.receiver import Receiver
from tests.e2e.writers import finish_all

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

NO_PRIVILEGE = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--")
"""Takes from root what makes it root to files."""


def lines(name: str, start: int, end: int) -> bytes:
    """Give a writer's lines."""
    return b"".join(line(name, number) for number in range(start, end))


def append(path: Path, data: bytes) -> None:
    """Write at the end of a file."""
    with path.open("ab") as file:
        file.write(data)


@pytest.mark.parametrize("force_polling", ["false", "true"], ids=["events", "polling"])
def test_a_folder_that_does_not_exist_yet(
    logship: Logship, logs: Path, receiver: Receiver, write: StartWriter, force_polling: str
) -> None:
    """The daemon is ready without it; created 10 s later, it and the folder in it are found, and nothing is missing."""
    logship.start(paths=f"{logs}/later/*/*.log", force_polling=force_polling)
    time.sleep(10)
    assert logship.probe("readyz") == 200
    (logs / "later" / "deep").mkdir(parents=True)
    finish_all([write("append", logs / "later" / "deep" / "a.log", 1000, rate=1000)])
    receiver.wait_for_records(1000)
    assert_all_arrived(receiver.records(), {"a": 1000})


def test_a_file_without_read_permission(new_logship: StartLogship, logs: Path, receiver: Receiver) -> None:
    """It is named once, holds nothing else up, and is read from its beginning as soon as it may be."""
    prefix = NO_PRIVILEGE if os.geteuid() == 0 else ()
    logship = new_logship(prefix=prefix, paths=f"{logs}/*.log", sinks="http", http_url=receiver.url, poll_seconds=0.2)
    append(logs / "closed.log", lines("closed", 0, 100))
    (logs / "closed.log").chmod(0)
    append(logs / "open.log", lines("open", 0, 100))
    logship.start()
    receiver.wait_for_records(100)
    time.sleep(1)
    assert logship.probe("readyz") == 200
    wait_until(lambda: "closed.log" in str(logship.status()["problems"]), "it is named in the status")
    wait_until(lambda: logship.metrics().total("logship_input_files_ignored") == 1, "it is counted")
    append(logs / "closed.log", lines("closed", 100, 200)) if os.geteuid() == 0 else None
    (logs / "closed.log").chmod(0o644)
    expected = {"open": 100, "closed": 200 if os.geteuid() == 0 else 100}
    receiver.wait_for_records(sum(expected.values()))
    assert_all_arrived(receiver.records(), expected)
    assert len(logship.messages("can't be read")) == 1
    wait_until(lambda: not logship.status()["problems"], "the status has no problem any more")


def test_a_thousand_files(logship: Logship, logs: Path, receiver: Receiver) -> None:
    """1,000 files in one glob are followed, each in its order, those there at the start as well as those that come."""
    names = [f"f{number:04}" for number in range(scaled(1000))]
    for name in names[: len(names) // 2]:
        append(logs / f"{name}.log", lines(name, 0, 10))
    logship.start(max_files=8 * len(names))  # an eighth of them stays open, however quiet
    for name in names[len(names) // 2 :]:
        append(logs / f"{name}.log", lines(name, 0, 10))
    for start in (10, 20):
        for name in names:
            append(logs / f"{name}.log", lines(name, start, start + 10))
    receiver.wait_for_records(30 * len(names))
    logship.check_conservation()
    assert_all_arrived(receiver.records(), dict.fromkeys(names, 30))
    assert logship.metrics().total("logship_input_files_open") == len(names)


@pytest.mark.parametrize("rotated_name", [False, True], ids=["two-names", "looks-rotated"])
def test_two_files_with_the_same_beginning(
    logship: Logship, logs: Path, receiver: Receiver, *, rotated_name: bool
) -> None:
    """Two files with the same first 2 kB are two files, also across a restart, and even if one looks rotated."""
    banner = b"".join(b'{"banner":"the same in both, line %03d"}\n' % number for number in range(60))
    assert len(banner) > 2000
    first, second = logs / "a.log", logs / ("a.log.1" if rotated_name else "b.log")
    logship.start(paths=f"{logs}/*")
    append(first, banner + lines("first", 0, 100))
    append(second, banner + lines("second", 0, 100))
    receiver.wait_for_records(300)
    logship.check_conservation()
    assert logship.terminate() == 0
    append(first, lines("first", 100, 200))
    append(second, lines("second", 100, 200))
    logship.start()
    receiver.wait_for_records(500)
    logship.check_conservation()
    records = list(receiver.records())
    assert_all_arrived([record for record in records if "writer" in record], {"first": 200, "second": 200})
    assert [record["banner"][-3:] for record in records if "banner" in record].count("007") == 2


def test_a_tiny_file_that_never_grows(logship: Logship, logs: Path, receiver: Receiver) -> None:
    """A file of 10 bytes is shipped once, whatever restarts come; another one with the same bytes is another file."""
    append(logs / "tiny.log", b"ten bytes\n")
    for kill in (False, True, False):
        logship.start()
        receiver.wait_for_records(1)
        time.sleep(1.5)
        logship.kill() if kill else logship.terminate()
    append(logs / "twin.log", b"ten bytes\n")
    logship.start()
    receiver.wait_for_records(2)
    logship.check_conservation()
    records = list(receiver.records())
    assert [(record["message"], record["log.file.name"]) for record in records] == [
        ("ten bytes", "tiny.log"),
        ("ten bytes", "twin.log"),
    ]


@pytest.mark.parametrize("force_polling", ["false", "true"], ids=["events", "polling"])
def test_a_symlink_retargeted_30_times(logship: Logship, logs: Path, receiver: Receiver, force_polling: str) -> None:
    """A link that is moved from file to file is followed; the last lines of each file come although it has moved."""
    logship.start(paths=f"{logs}/current.log", force_polling=force_polling, poll_seconds=0.15)
    (logs / "data").mkdir()
    for turn in range(30):
        target = logs / "data" / f"app-{turn}"
        append(target, lines("app", turn * 30, turn * 30 + 10))
        (logs / "new").symlink_to(target.relative_to(logs))
        (logs / "new").rename(logs / "current.log")
        time.sleep(0.3)
        append(target, lines("app", turn * 30 + 10, turn * 30 + 20))
        time.sleep(0.25)
        append(target, lines("app", turn * 30 + 20, turn * 30 + 30))
    receiver.wait_for_records(900)
    logship.check_conservation()
    assert_all_arrived(receiver.records(), {"app": 900})


def test_nothing_outside_the_root_is_read(logship: Logship, logs: Path, tmp_path: Path, receiver: Receiver) -> None:
    """A link that leads out of the folder, a FIFO and a folder with a log's name are not read and hold nothing up."""
    (tmp_path / "secret").write_bytes(b"token\n")
    (logs / "out.log").symlink_to(tmp_path / "secret")
    (logs / "up.log").symlink_to("../secret")
    (logs / "loop.log").symlink_to("loop.log")
    (logs / "folder.log").mkdir()
    os.mkfifo(logs / "fifo.log")
    append(logs / "a.log", lines("a", 0, 10))
    logship.start()
    receiver.wait_for_records(10)
    wait_until(lambda: logship.metrics().total("logship_input_files_ignored") == 4, "they are counted")
    assert_all_arrived(receiver.records(), {"a": 10})
