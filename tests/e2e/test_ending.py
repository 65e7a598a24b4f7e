"""The end of a pod: what the container's last word is, whatever a kubelet leaves of the grace."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import StartLogship, StartWriter
from tests.e2e.harness import Logship, wait_until
from tests.e2e.receiver import Answer, Receiver
from tests.e2e.test_life import write_lines

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

GRACE_SECONDS = 2.0
"""All that a kubelet gives a sidecar whose application has used up the pod's."""
IN_A_CONTAINER = """
set -e
mount -t tmpfs tmpfs "$1"
for name in null zero random urandom; do touch "$1/$name"; mount --bind "/dev/$name" "$1/$name"; done
touch "$1/termination-log"; mount --bind "$2" "$1/termination-log"
mount --rbind "$1" /dev
shift 2; exec "$@"
"""


@pytest.fixture
def last_word(tmp_path: Path) -> Path:
    """Give the file that a kubelet would read; needs root."""
    if os.geteuid():
        pytest.skip("needs root, to give a process a /dev of its own")
    (tmp_path / "dev").mkdir()
    path = tmp_path / "termination-log"
    path.touch()
    return path


@pytest.fixture
def contained(last_word: Path, new_logship: StartLogship, receiver: Receiver, logs: Path, tmp_path: Path) -> Logship:
    """Give a daemon that sees the file as a container does."""
    prefix = ("unshare", "-m", "sh", "-c", IN_A_CONTAINER, "sh", str(tmp_path / "dev"), str(last_word))
    try:
        subprocess.run([*prefix, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no mount namespace can be had: {error}")
    return new_logship(prefix=prefix, paths=f"{logs}/*.log", sinks="http", http_url=receiver.url)


def test_a_kill_without_a_word_leaves_a_last_one(
    contained: Logship, receiver: Receiver, logs: Path, last_word: Path
) -> None:
    """2 s after SIGTERM: what was left then, in bytes and records, and what the store last said."""
    receiver.script(then=Answer(status=503))
    contained.start()
    write_lines(logs / "app.log", 0, 100)
    receiver.wait_for(lambda counts: counts.requests > 0)
    assert last_word.read_text() == ""
    contained.signal()
    asked = time.monotonic()
    wait_until(lambda: contained.messages("draining")[2:], "two words about what is left")
    assert time.monotonic() - asked < GRACE_SECONDS
    contained.kill()
    size = (logs / "app.log").stat().st_size
    where = receiver.url.removeprefix("http://").split("/")[0]
    said = last_word.read_text()
    assert said.startswith("logship: draining, 2")
    assert said.endswith(f"{size} bytes (100 records) undelivered; http ({where}): http_503\n")
    last = contained.messages("draining")[-1]
    assert (last["undelivered_bytes"], last["undelivered_records"]) == (size, 100)
    assert last["last_error"] == f"http ({where}): http_503"


def test_all_that_fits_is_delivered_and_nothing_is_left_to_say(
    contained: Logship, receiver: Receiver, logs: Path, last_word: Path, write: StartWriter
) -> None:
    """Where an application in another pod goes on writing: exit 0, no error, and no message for ``describe``."""
    contained.start(shutdown_timeout_seconds=6)
    writer = write("append", logs / "app.log", 100_000, rate=100)
    receiver.wait_for(lambda counts: counts.records > 50)
    contained.signal()
    assert contained.exit_code() == 0
    assert not [each for each in contained.messages() if each["level"] == "error"]
    assert last_word.read_text() == ""
    writer.close()


def test_a_deadline_that_passes_is_the_last_word(
    contained: Logship, receiver: Receiver, logs: Path, last_word: Path
) -> None:
    """Exit 3, and the message says how much is left of what."""
    receiver.script(then=Answer(status=503))
    contained.start(shutdown_timeout_seconds=3)
    write_lines(logs / "app.log", 0, 10)
    receiver.wait_for(lambda counts: counts.requests > 0)
    assert contained.terminate() == 3
    (error,) = contained.messages("the drain deadline passed")
    assert error["undelivered_records"] == 10
    assert last_word.read_text().startswith("logship: the drain deadline passed with bytes undelivered: ")
