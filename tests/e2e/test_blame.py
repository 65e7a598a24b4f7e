"""Who is at fault is told right: each situation is made really, and what the operator reads names its cause."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import StartLogship
from tests.e2e.harness import Logship, wait_until
from tests.e2e.receiver import Answer, Receiver
from tests.e2e.test_life import write_lines
from tests.privileges import NOBODY
from tests.small_volume import small_volume
from tests.status_schema import assert_is_status

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

NO_POWER = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search")
"""Runs root as a user who may do no more than others."""


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Give a volume of half a mebibyte for the state; needs root."""
    with small_volume(tmp_path, "size=512k", lazy=True) as folder:
        yield folder


def texts(messages: list[dict[str, Any]]) -> str:
    """Give all that was said, for what must not be in it."""
    return json.dumps(messages)


def problems(daemon: Logship) -> str:
    """Give what the status says is wrong, and see that it is a status."""
    status = daemon.status()
    assert_is_status(status)
    return "\n".join(status["problems"])


def test_a_full_state_volume_is_no_fault_of_the_store(
    new_logship: StartLogship, receiver: Receiver, logs: Path, small: Path
) -> None:
    """With one refused record: it is held, the volume is named, and once there is room it is put aside."""
    daemon = new_logship(paths=f"{logs}/*.log", sinks="http", http_url=receiver.url, state_dir=small / "state")
    daemon.start()
    write_lines(logs / "app.log", 0, 5)
    receiver.wait_for_records(5)
    full = pytest.raises(OSError, match="No space left")
    with full, (small / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(b"x" * 4096)
    receiver.script(then=Answer(status=400))
    write_lines(logs / "app.log", 5, 6)
    wait_until(lambda: daemon.messages("can't be put aside"), "it says so")
    (said,) = daemon.messages("a refused record can't be put aside: it is held")
    assert said["cause"] == f"{small}/state/dead-letter/http.ndjson: No space left on device"
    assert "make room on the state volume" in said["advice"]
    assert "refuses everything" not in texts(daemon.messages())
    wait_until(lambda: "the checkpoint can't be saved, after any restart" in problems(daemon), "a failed save")
    (sink,) = daemon.status()["sinks"]
    assert (sink["state"], sink["last_error"]) == ("holding", "dead_letters")
    wait_until(lambda: f"{small}/state: the volume is full" in problems(daemon), "a look at the volume")
    (unsaved,) = daemon.messages("the checkpoint can't be saved: after any restart")
    assert "No space left on device" in unsaved["cause"]
    (small / "filler").unlink()
    wait_until(lambda: daemon.status()["sinks"][0]["totals"]["dead_lettered"]["records"], "the dead letter", 100)
    assert daemon.status()["sinks"][0]["state"] == "refusing"
    assert daemon.messages("refused records can be put aside again")
    receiver.clear()


def test_a_folder_that_can_not_be_listed_is_no_matter_of_inotify(
    new_logship: StartLogship, receiver: Receiver, logs: Path, tmp_path: Path
) -> None:
    """The folder is named, with what to give; once it can be listed, its files are read and watched."""
    if os.geteuid():
        pytest.skip("needs root, to have a folder of somebody else")
    os.chown(logs, NOBODY, NOBODY)
    logs.chmod(0o700)
    (tmp_path / "daemon").mkdir()
    daemon = new_logship(prefix=NO_POWER, paths=f"{logs}/*.log", sinks="http", http_url=receiver.url)
    daemon.start(ready=False)
    wait_until(lambda: daemon.messages("can't be listed"), "it says so")
    (said,) = daemon.messages("a folder can't be listed: nothing in it is read")
    assert (said["path"], said["advice"]) == (str(logs), "give this user r-x on it, e.g. by fsGroup")
    assert "inotify" not in texts(daemon.messages())
    assert f"{logs}: can't be listed" in problems(daemon)
    logs.chmod(0o755)
    write_lines(logs / "app.log", 0, 3)
    receiver.wait_for_records(3)


def test_a_retry_limit_that_is_reached_is_no_refusal(new_logship: StartLogship, receiver: Receiver, logs: Path) -> None:
    """Nothing is wrong with mapping and records: the store was away, and the records can be sent again."""
    receiver.script(then=Answer(status=503))
    daemon = new_logship(
        paths=f"{logs}/*.log",
        sinks="http",
        http_url=receiver.url,
        retry_limit_seconds=1,
        retry_initial_seconds=0.1,
        retry_max_seconds=0.2,
    )
    daemon.start()
    write_lines(logs / "app.log", 0, 3)
    wait_until(lambda: daemon.messages("put aside"), "it gives up")
    (said,) = daemon.messages("records were put aside as dead letters")
    assert (said["reason"], said["records"]) == ("retry_limit", 3)
    assert "LOGSHIP_RETRY_LIMIT_SECONDS" in said["advice"]
    assert said["where"] == receiver.url.removeprefix("http://").split("/")[0]
    (failed,) = daemon.messages("delivery failed and is tried again")
    assert "takes nothing now" in failed["advice"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOGSHIP_")}
    environment |= {f"LOGSHIP_{name.upper()}": str(value) for name, value in daemon.settings.items()}
    check = [sys.executable, "-m", "logship", "check"]
    out = subprocess.run(check, env=environment, capture_output=True, text=True, check=False).stdout
    assert "FAIL http: dead letters: records were given up; " in out
    assert "the store could not take them within LOGSHIP_RETRY_LIMIT_SECONDS" in out
    out += subprocess.run([*check, "--full"], env=environment, capture_output=True, text=True, check=False).stdout
    assert (
        "FAIL http: dead letters: records could not be delivered within LOGSHIP_RETRY_LIMIT_SECONDS, at last for "
        "http_503: the store was away or busy; once it takes records again, run `logship replay`"
    ) in out
    assert "mapping" not in out + texts(daemon.messages())
    receiver.clear()
