import os
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.apiserver.server import Cluster
from tests.e2e.harness import wait_until
from tests.k8s.injecting import (
    GOLDEN,
    INJECT,
    PODS,
    dry_run,
    is_injected,
    pod,
    refusal,
    sidecar_of,
    without_the_servers_own,
)
from tests.k8s.rendering import TARGETS, of_kind, pod_of, render
from tests.k8s.standards import violations

pytest_plugins = ("tests.k8s.injecting",)
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

NAMES = ("bare", "full", "named", "own-volume", "own-claim", "own-parent", "our-volumes")
BY_DESIGN = {"LOGSHIP_CONTAINER_NAME", "LOGSHIP_SHUTDOWN_TIMEOUT_SECONDS"}
"""What the component's sidecar can't know of its pod."""


def environment(sidecar: Any) -> dict[str, str]:
    """Give the variables that have a value."""
    return {each["name"]: each["value"] for each in sidecar["env"] if "value" in each}


@pytest.mark.parametrize("name", NAMES)
def test_an_injected_pod_is_the_one_that_is_kept(cluster: Cluster, name: str) -> None:
    """Byte for byte as YAML; LOGSHIP_TEST_WRITE_GOLDEN=1 keeps what comes out now."""
    made = without_the_servers_own(dry_run(cluster, pod(name), "on"))
    text = yaml.safe_dump(made, sort_keys=True)
    kept = GOLDEN / f"{name}.yaml"
    if os.environ.get("LOGSHIP_TEST_WRITE_GOLDEN"):
        kept.write_text(text)
    assert text == kept.read_text()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_the_pod_is_overwritten(cluster: Cluster, name: str) -> None:
    """All that the server makes of it without the sidecar is there with it, in its order; what is new is ours."""
    without, made = (dry_run(cluster, pod(name), namespace) for namespace in ("off", "on"))
    old, new = without["spec"], made["spec"]
    assert new["initContainers"][1:] == old.get("initContainers", [])
    added = [volume["name"] for volume in new["volumes"] if volume not in old.get("volumes", [])]
    assert set(added) <= {"logship-logs", "logship-state", "logship-secrets"}
    assert [volume for volume in new["volumes"] if volume["name"] not in added] == old.get("volumes", [])
    assert old["securityContext"].items() <= new["securityContext"].items()
    for before, after in zip(old["containers"], new["containers"], strict=True):
        mounts = after.pop("volumeMounts", [])
        kept = before.pop("volumeMounts", [])
        assert mounts[: len(kept)] == kept
        assert before == after
    ours = {"containers", "initContainers", "securityContext", "volumes"}
    assert {key: new[key] for key in new.keys() - ours} == {key: old[key] for key in old.keys() - ours}
    labels = made["metadata"]["labels"]
    assert labels == without["metadata"].get("labels", {}) | {"logship/injected": "true"}


@pytest.mark.parametrize("name", NAMES)
def test_it_is_what_restricted_allows(cluster: Cluster, name: str) -> None:
    """A real create, in a namespace that enforces it; by our own reading of the rules, too."""
    made = cluster.create(pod(name, name=f"{name}-made"), "on")
    assert sidecar_of(made)
    assert violations(made["spec"]) == []


def test_the_sidecar_is_that_of_the_component(cluster: Cluster) -> None:
    """Field by field as the server has both, but for what only the pod knows."""
    (workload,) = [each for each in of_kind(render(TARGETS), "Deployment") if each["metadata"]["name"] == "bare"]
    template = pod_of(workload)
    assert template
    for container in template["spec"]["containers"]:
        container["securityContext"] = pod()["spec"]["containers"][0]["securityContext"]
    by_component = dry_run(cluster, {**pod(), "spec": template["spec"]}, "off")
    injected = dry_run(cluster, pod(), "on")
    theirs, ours = sidecar_of(by_component), dict(sidecar_of(injected) or {})
    ours["env"] = [each for each in ours["env"] if each["name"] not in BY_DESIGN]
    token = "kube-api-access-"
    ours["volumeMounts"], of_component = (
        [each for each in mounts if not each["name"].startswith(token)]
        for mounts in (ours["volumeMounts"], (theirs or {})["volumeMounts"])
    )
    assert ours == {**(theirs or {}), "volumeMounts": of_component}
    for made in (by_component, injected):
        made["spec"]["volumes"] = [each for each in made["spec"]["volumes"] if each["name"].startswith("logship-")]
    assert injected["spec"]["volumes"] == by_component["spec"]["volumes"]
    assert injected["spec"]["securityContext"] == by_component["spec"]["securityContext"]


@pytest.mark.parametrize(
    ("grace", "deadline"), [(0, "1"), (1, "1"), (2, "1"), (9, "4"), (10, "5"), (11, "6"), (30, "25"), (3600, "3595")]
)
def test_the_pods_grace_decides_how_long_a_drain_may_take(cluster: Cluster, grace: int, deadline: str) -> None:
    """5 s are left to save and to stop, in a short one half of it."""
    made = pod()
    made["spec"]["terminationGracePeriodSeconds"] = grace
    assert environment(sidecar_of(dry_run(cluster, made, "on")))["LOGSHIP_SHUTDOWN_TIMEOUT_SECONDS"] == deadline


@pytest.mark.parametrize(
    ("limit", "backlog"),
    [
        ("2Gi", "1024MiB"),
        ("100M", "50000000"),
        ("3Mi", "1572864"),
        ("1.5Gi", "768MiB"),
        ("0", "512MiB"),
        ("2M", "1000000"),
    ],
)
def test_the_volumes_limit_decides_how_much_is_kept_back(cluster: Cluster, limit: str, backlog: str) -> None:
    """Half of it, whatever unit it has; 0 is no limit to Kubernetes, and the parameter counts."""
    made = pod("own-volume")
    made["spec"]["volumes"][0]["emptyDir"] = {"sizeLimit": limit}
    assert environment(sidecar_of(dry_run(cluster, made, "on")))["LOGSHIP_MAX_BACKLOG_BYTES"] == backlog


def test_one_pod_can_be_left_alone_and_one_taken(cluster: Cluster) -> None:
    """By the label `logship`; any other namespace is none of ours."""
    assert sidecar_of(dry_run(cluster, pod(labels={"logship": "skip"}), "on")) is None
    assert sidecar_of(dry_run(cluster, pod(labels={"logship": "enabled"}), "off")) is not None
    assert sidecar_of(dry_run(cluster, pod(labels={"logship": "enabled"}), "on")) is not None
    assert sidecar_of(dry_run(cluster, pod(), "off")) is None


@pytest.mark.parametrize("place", ["containers", "initContainers"])
def test_a_container_that_is_called_like_ours_stays(cluster: Cluster, place: str) -> None:
    """It is the component's, or the pod's own: the pod is as it would be without us."""
    made = pod()
    own = {**made["spec"]["containers"][0], "name": "logging-sidecar", "image": "own:1"}
    made["spec"].setdefault(place, []).append(own)
    left, without = (without_the_servers_own(dry_run(cluster, made, namespace)) for namespace in ("on", "off"))
    assert left == without


def test_a_pod_for_windows_is_left_alone(cluster: Cluster) -> None:
    """It can't have what the sidecar asks for."""
    made = pod()
    made["spec"]["os"] = {"name": "windows"}
    made["spec"]["containers"][0]["securityContext"] = {"runAsNonRoot": True}
    assert sidecar_of(dry_run(cluster, made, "on")) is None


def test_an_annotation_that_names_no_container_is_refused(cluster: Cluster) -> None:
    """The message has the name and those that there are."""
    wrong = pod("named", annotations={"logship/container": "too"})
    said = refusal(cluster, wrong, "on")
    assert "annotation logship/container: 'too' is none of the pod's containers: one, two" in said


@pytest.mark.parametrize("label", ["logship=enable", "logship=true", "logship-parameters=mine"])
def test_a_namespaces_label_that_does_nothing_is_told(cluster: Cluster, label: str) -> None:
    """By kubectl, to whoever sets it; it is not refused, as it may be somebody else's."""
    said = cluster.try_kubectl("label", "namespace", "off", label, "--dry-run=server")
    key, _, value = label.partition("=")
    assert said.code == 0
    assert f"label {key}: '{value}' does nothing" in said.err


def test_labels_that_do_something_are_not_told(cluster: Cluster) -> None:
    """No warning beside what is right."""
    labels = ("logship=enabled", "logship-parameters=own", "other=enable")
    assert cluster.try_kubectl("label", "namespace", "off", *labels, "--dry-run=server").err == ""


WORKLOADS: dict[str, tuple[str, dict[str, Any]]] = {
    "Deployment": ("apps/v1", {"selector": {"matchLabels": {"app": "made"}}}),
    "StatefulSet": ("apps/v1", {"selector": {"matchLabels": {"app": "made"}}, "serviceName": "made"}),
    "DaemonSet": ("apps/v1", {"selector": {"matchLabels": {"app": "made"}}}),
    "Job": ("batch/v1", {}),
}


def workload(kind: str) -> dict[str, Any]:
    """Give a workload of the bare pod."""
    version, spec = WORKLOADS[kind]
    template = {"metadata": {"labels": {"app": "made", "kind": kind}}, "spec": pod()["spec"]}
    if kind == "Job":
        template["spec"]["restartPolicy"] = "Never"
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": kind.lower()},
        "spec": {**spec, "template": template},
    }


def pods_of(cluster: Cluster, kind: str) -> list[Any]:
    """Give the pods that a controller made."""
    return list(cluster.get("pods", "--namespace=on", f"--selector=kind={kind}")["items"])


@pytest.mark.parametrize("kind", WORKLOADS)
def test_the_pods_that_controllers_make_have_it(cluster: Cluster, kind: str) -> None:
    """Kubernetes' own controllers, which see pods being made as anybody does."""
    if kind == "DaemonSet":  # it needs a node, which is not ready where no kubelet says so
        node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node"}}
        cluster.kubectl("create", "--filename=-", given=node)
        cluster.kubectl("taint", "node", "node", "node.kubernetes.io/not-ready:NoSchedule-")
    cluster.create(workload(kind), "on")
    wait_until(lambda: pods_of(cluster, kind), f"a pod of the {kind}")
    assert all(sidecar_of(made) for made in pods_of(cluster, kind))


def test_the_pods_of_a_cron_job_have_it(cluster: Cluster) -> None:
    """At the next minute."""
    job = workload("Job")
    job["spec"]["template"]["metadata"]["labels"]["kind"] = "CronJob"
    spec = {"schedule": "* * * * *", "jobTemplate": {"spec": job["spec"]}}
    cluster.create({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "made"}, "spec": spec}, "on")
    wait_until(lambda: pods_of(cluster, "CronJob"), "a pod of the CronJob", seconds=90)
    assert all(sidecar_of(made) for made in pods_of(cluster, "CronJob"))


def test_the_variant_for_older_clusters(cluster: Cluster) -> None:
    """The beta version of the same policies, which this server can still read."""
    cluster.kubectl("delete", "--kustomize", str(INJECT), "--ignore-not-found")
    try:
        wait_until(lambda: not is_injected(cluster, "on"), "the policy to be out of force")
        wait_until(
            lambda: cluster.try_kubectl("apply", "--kustomize", str(INJECT / "v1beta1")).code == 0,
            "the variant to be applied",
        )
        wait_until(lambda: is_injected(cluster, "on"), "the variant to be in force")
        made = without_the_servers_own(dry_run(cluster, pod("full"), "on"))
        assert yaml.safe_dump(made, sort_keys=True) == (GOLDEN / "full.yaml").read_text()
    finally:
        cluster.kubectl("apply", "--kustomize", str(INJECT))
        wait_until(lambda: is_injected(cluster, "on"), "the policy to be in force again")


def test_every_pod_is_looked_at() -> None:
    """Each of the file's is one of the parameters above."""
    assert [each["metadata"]["name"] for each in yaml.safe_load_all(PODS.read_text())] == list(NAMES)
