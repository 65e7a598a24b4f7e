"""agent-with-claims: what a pod leaves undelivered is on its claims, and its successor delivers it."""

import collections
import json
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
        second.check_conservation()
        second.close()
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
