"""Point 7 of "Files": file events are only hints. FORCE_POLLING runs through the other tests as a parameter."""

import contextlib
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.arrivals import assert_all_arrived, line
from tests.e2e.conftest import StartLogship, StartWriter
from tests.e2e.harness import Logship, scaled, wait_until
from tests.e2e.receiver import Receiver
from tests.e2e.writers import finish_all, lines_per_second

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

POLL_SECONDS = 0.2


def without(limit: str) -> tuple[str, ...]:
    """Give the command that runs another one in a user namespace with no inotify watches, or instances, left."""
    return ("unshare", "--user", "--map-root-user", "sh", "-c", f'echo 0 >/proc/sys/user/{limit} && exec "$@"', "sh")


@pytest.mark.parametrize("limit", ["max_inotify_watches", "max_inotify_instances"])
def test_without_inotify_it_says_so_once_and_polls(
    new_logship: StartLogship, logs: Path, receiver: Receiver, write: StartWriter, limit: str
) -> None:
    """With the watch limit reached there is one message, and nothing of new or rotated files is missing."""
    if subprocess.run([*without(limit), "true"], capture_output=True, check=False).returncode:
        pytest.skip("this kernel lets nobody have a user namespace with a limit of its own")
    logship = new_logship(
        prefix=without(limit), paths=f"{logs}/*.log", sinks="http", http_url=receiver.url, poll_seconds=POLL_SECONDS
    )
    logship.start()
    wait_until(lambda: logship.messages("file events can't be had"), "it says so")
    rate = lines_per_second(3.2 * POLL_SECONDS)
    finish_all([write("rotating", logs / f"w{number}.log", scaled(10_000), rate=rate) for number in range(2)])
    time.sleep(4)  # idle again: another attempt to watch would be another message
    (logs / "late.log").write_bytes(line("late", 0))
    receiver.wait_for_records(2 * scaled(10_000) + 1)
    logship.check_conservation()
    assert_all_arrived(receiver.records(), {"w0": scaled(10_000), "w1": scaled(10_000), "late": 1})
    assert len(logship.messages("file events can't be had")) == 1
    assert logship.probe("readyz") == 200


def watches(daemon: Logship) -> int:
    """Count the folders that it has watched now."""
    found = 0
    for info in Path(f"/proc/{daemon.pid}/fdinfo").iterdir():
        with contextlib.suppress(OSError):
            found += sum(each.startswith("inotify") for each in info.read_text().splitlines())
    return found


def test_forced_polling_has_no_inotify(logship: Logship, logs: Path, receiver: Receiver) -> None:
    """With FORCE_POLLING the daemon watches nothing even when idle; without it, it does."""
    logship.start()
    wait_until(lambda: watches(logship), "an idle daemon watches")
    assert logship.terminate() == 0
    logship.start(force_polling="true")
    time.sleep(3)
    assert watches(logship) == 0
    (logs / "a.log").write_bytes(line("a", 0))
    receiver.wait_for_records(1)


def test_an_idle_daemon_is_woken_by_an_event(logship: Logship, logs: Path, receiver: Receiver) -> None:
    """File events, where there are any, make a new file's lines come long before the next look is due."""
    logship.start(poll_seconds=100)
    wait_until(lambda: watches(logship), "an idle daemon watches")
    (logs / "a.log").write_bytes(line("a", 0))
    receiver.wait_for_records(1, 30)
    time.sleep(3)  # it is idle again
    with (logs / "a.log").open("ab") as file:
        file.write(line("a", 1))
    receiver.wait_for_records(2, 30)
    assert_all_arrived(receiver.records(), {"a": 2})


def test_an_event_tells_of_a_file_that_was_closed(logship: Logship, logs: Path, receiver: Receiver) -> None:
    """It was quiet, and another took its place: that it grows again is seen long before the next look is due."""
    logship.start(poll_seconds=100, max_files=2)
    for number in range(5):
        (logs / f"{number}.log").write_bytes(line(str(number), 0))
        receiver.wait_for_records(number + 1, 30)
    time.sleep(3)  # it is idle
    for number in range(5):
        with (logs / f"{number}.log").open("ab") as file:
            file.write(line(str(number), 1))
        receiver.wait_for_records(6 + number, 30)
    assert_all_arrived(receiver.records(), {str(number): 2 for number in range(5)})
