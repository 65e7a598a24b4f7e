"""Descriptors run out, the log folder goes and comes back: it goes on, loses nothing, recovers."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.arrivals import assert_all_arrived, line
from tests.e2e.conftest import StartLogship
from tests.e2e.harness import Logship, wait_until
from tests.e2e.receiver import Receiver

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


def write(path: Path, name: str, start: int, end: int) -> None:
    """Append a writer's lines."""
    with path.open("ab") as file:
        file.write(b"".join(line(name, number) for number in range(start, end)))


@pytest.mark.skipif(not shutil.which("prlimit"), reason="needs prlimit")
def test_few_descriptors(new_logship: StartLogship, receiver: Receiver, logs: Path) -> None:
    """With more files than descriptors it ships those that it has open, answers, saves, and takes the others later."""
    names = [f"f{number:03}" for number in range(120)]
    for name in names:
        write(logs / f"{name}.log", name, 0, 3)
    daemon = new_logship(
        prefix=("prlimit", "--nofile=64:64"),
        paths=f"{logs}/*.log",
        sinks="http",
        http_url=receiver.url,
        poll_seconds=0.2,
        rotate_wait_seconds=0.2,
    ).start()
    receiver.wait_for_records(30)
    assert (daemon.probe("livez"), daemon.probe("readyz")) == (200, 200)
    wait_until(lambda: daemon.metrics().total("logship_input_files_ignored") > 0, "others are ignored")
    wait_until(lambda: daemon.metrics().total("logship_checkpoint_saves_total", outcome="saved") > 1, "a save")
    shipped = {record["writer"] for record in receiver.records()}
    for name in shipped:
        (logs / f"{name}.log").unlink()
    wait_until(lambda: len({record["writer"] for record in receiver.records()}) > len(shipped), "others follow")
    while len(seen := {record["writer"] for record in receiver.records()}) < len(names):
        for name in seen:
            (logs / f"{name}.log").unlink(missing_ok=True)
        time.sleep(0.1)
    receiver.wait_for_records(3 * len(names))
    assert_all_arrived(receiver.records(), dict.fromkeys(names, 3))


@pytest.mark.parametrize("force_polling", ["false", "true"], ids=["events", "polling"])
def test_the_log_folder_goes_and_comes_back(
    logship: Logship, receiver: Receiver, logs: Path, force_polling: str
) -> None:
    """Renamed away and back, its files go on where they were, also with what was written meanwhile."""
    write(logs / "app.log", "app", 0, 100)
    logship.start(poll_seconds=0.2, force_polling=force_polling)
    receiver.wait_for_records(100)
    away = logs.with_name("away")
    logs.rename(away)
    write(away / "app.log", "app", 100, 200)
    time.sleep(2)
    assert (logship.probe("livez"), logship.probe("readyz")) == (200, 200)
    away.rename(logs)
    write(logs / "app.log", "app", 200, 300)
    write(logs / "new.log", "new", 0, 10)
    receiver.wait_for_records(310)
    logship.check_conservation()
    assert_all_arrived(receiver.records(), {"app": 300, "new": 10})


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts need root")
def test_a_mount_over_the_log_folder_and_away(logship: Logship, receiver: Receiver, logs: Path) -> None:
    """Another file system on the same path has files of its own; when it has gone, those beneath it go on."""
    write(logs / "app.log", "app", 0, 100)
    logship.start(poll_seconds=0.2)
    receiver.wait_for_records(100)
    if subprocess.run(["mount", "-t", "tmpfs", "none", logs], capture_output=True, check=False).returncode:
        pytest.skip("needs CAP_SYS_ADMIN")
    try:
        write(logs / "app.log", "other", 0, 50)
        receiver.wait_for_records(150)
    finally:
        subprocess.run(["umount", "--lazy", logs], check=True)
    write(logs / "app.log", "app", 100, 200)
    receiver.wait_for_records(250)
    logship.check_conservation()
    assert_all_arrived(receiver.records(), {"app": 200, "other": 50})
