"""agent-with-claims: what a pod leaves undelivered is on its claims, and its successor delivers it."""

import collections
import json
import os
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.harness import wait_until
from tests.e2e.receiver import Receiver
from tests.k8s.process import can_name_hosts, logship
from tests.k8s.rendering import K8S, only_sidecar

pytestmark = pytest.mark.e2e

EXAMPLE = K8S / "agent-with-claims"


def write(path: Path, numbers: range) -> None:
    """Log as the application does."""
    with path.open("a") as file:
        file.writelines(json.dumps({"level": "info", "message": "an answer", "number": n}) + "\n" for n in numbers)


@pytest.mark.parametrize("end", ["killed", "its grace was over"])
def test_the_successor_delivers_what_its_predecessor_left(end: str, tmp_path: Path) -> None:
    """Each line once: what was delivered, what was not, what was rotated, and what is written later."""
    sidecar = only_sidecar(EXAMPLE)
    names = ("node-a", "node-b") if can_name_hosts() else ("", "")
    log = tmp_path / "logs" / "requests.log"
    with Receiver(tmp_path) as receiver:
        moved = {"http://receiver:8080/logs": receiver.url}
        first = logship(sidecar, tmp_path, moved, hostname=names[0]).start()
        write(log, range(300))
        wait_until(lambda: receiver.counts().records == 300, "the first lines have arrived")
        first.wait_idle()
        receiver.down()
        write(log, range(300, 600))
        log.rename(log.with_name("requests.log.1"))
        write(log, range(600, 900))
        wait_until(lambda: first.metrics().total("logship_input_lines_total") == 900, "all was read")
        if end == "killed":
            first.kill()
        else:
            first.settings["shutdown_timeout_seconds"] = 1
            assert first.terminate() in {0, 3}
        receiver.up()
        second = logship(sidecar, tmp_path, moved, hostname=names[1]).start()
        write(log, range(900, 1000))
        wait_until(lambda: receiver.counts().records >= 1000, "all has arrived")
        second.check_conservation()
        second.close()
        found = collections.Counter(each["number"] for each in receiver.records())
        assert found == collections.Counter(range(1000))


class Claim:
    """A file system of its own, mounted where a pod has it; each time as another device, as on another node."""

    def __init__(self, folder: Path, name: str) -> None:
        self._image, self._path = folder / f"{name}.img", folder / name
        self._device = ""
        self._path.mkdir(parents=True)
        with self._image.open("wb") as file:
            file.truncate(64 << 20)
        subprocess.run(["mkfs.ext4", "-q", self._image], check=True)

    def attach(self, device: str) -> None:
        """Mount it as that device."""
        subprocess.run(["losetup", device, self._image], check=True)
        self._device = device
        subprocess.run(["mount", device, self._path], check=True)

    def detach(self) -> None:
        """Unmount it, if it is mounted; nobody may have a file of it open."""
        if self._device:
            subprocess.run(["umount", self._path], check=True)
            subprocess.run(["losetup", "--detach", self._device], check=True)
            self._device = ""


def free_devices(count: int) -> list[str]:
    """Give names of loop devices that nobody uses; skips where there are none."""
    words = ["losetup", "--list", "--noheadings", "--output=NAME"]
    taken = subprocess.run(words, capture_output=True, text=True, check=False)
    found = [f"/dev/loop{n}" for n in range(32) if Path(f"/dev/loop{n}").exists()]
    free = [each for each in found if taken.returncode == 0 and each not in taken.stdout.split()]
    if os.geteuid() or len(free) < count or not shutil.which("mkfs.ext4"):
        pytest.skip("volumes of one's own need root, mkfs.ext4 and loop devices")
    return free[-count:]


def test_a_claim_that_is_another_device_on_another_node_is_the_same(tmp_path: Path) -> None:
    """Real file systems, detached and attached elsewhere between the two pods: each line once all the same."""
    sidecar, devices = only_sidecar(EXAMPLE), free_devices(4)
    logs, state = Claim(tmp_path, "logs"), Claim(tmp_path / "daemon", "state")
    log = tmp_path / "logs" / "requests.log"
    with Receiver(tmp_path) as receiver, ExitStack() as stack:
        moved = {"http://receiver:8080/logs": receiver.url}
        for claim, device in zip((logs, state), devices, strict=False):
            stack.callback(claim.detach)
            claim.attach(device)
        first = logship(sidecar, tmp_path, moved).start()
        stack.callback(first.close)
        write(log, range(300))
        wait_until(lambda: receiver.counts().records == 300, "the first lines have arrived")
        first.wait_idle()
        receiver.down()
        write(log, range(300, 600))
        log.rename(log.with_name("requests.log.1"))
        write(log, range(600, 900))
        wait_until(lambda: first.metrics().total("logship_input_lines_total") == 900, "all was read")
        was = log.stat().st_dev
        first.kill()
        for at, claim in enumerate((logs, state)):
            claim.detach()
            claim.attach(devices[at + 2])
        assert log.stat().st_dev != was
        receiver.up()
        second = logship(sidecar, tmp_path, moved).start()
        stack.callback(second.close)
        write(log, range(900, 1000))
        wait_until(lambda: receiver.counts().records >= 1000, "all has arrived")
        second.check_conservation()
        found = collections.Counter(each["number"] for each in receiver.records())
        assert found == collections.Counter(range(1000))


def test_nothing_of_what_must_stay_is_in_the_pod() -> None:
    """Both folders are claims, which stay when the StatefulSet goes."""
    sidecar = only_sidecar(EXAMPLE)
    assert not any("emptyDir" in volume for volume in sidecar.pod["volumes"])
    (stateful,) = [each for each in sidecar.manifests if each["kind"] == "StatefulSet"]
    claims = {claim["metadata"]["name"] for claim in stateful["spec"]["volumeClaimTemplates"]}
    assert claims == {sidecar.mounts["/var/log/agent"], sidecar.mounts["/var/lib/logship"]}
    assert set(stateful["spec"]["persistentVolumeClaimRetentionPolicy"].values()) == {"Retain"}
