from collections.abc import Mapping
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml  # type: ignore[import-untyped]

from tests.k8s.rendering import K8S, TARGETS, Manifest, pod_of, render

MOUNT = {"name": "logship-logs", "mountPath": "/var/log/agent"}
PATCHED = ("bare", "full", "store", "node", "once", "grouped", "nightly", "weekly")


def spec_of(manifest: Manifest) -> Mapping[str, Any]:
    """Give a workload's pod spec."""
    pod = pod_of(manifest)
    assert pod
    return dict(pod["spec"])


def before() -> dict[str, Manifest]:
    """Give the workloads as their authors wrote them."""
    manifests = yaml.safe_load_all((TARGETS / "workloads.yaml").read_text())
    return {manifest["metadata"]["name"]: manifest for manifest in manifests}


def after() -> dict[str, Manifest]:
    """Give them with the component."""
    return {manifest["metadata"]["name"]: manifest for manifest in render(TARGETS)}


def test_one_line_adds_it() -> None:
    """The kustomization says nothing of the sidecar but where the component is, and nothing else comes out of it."""
    kustomization = yaml.safe_load((TARGETS / "kustomization.yaml").read_text())
    assert kustomization.keys() == {"apiVersion", "kind", "resources", "components"}
    assert kustomization["components"] == ["../../../k8s/component"]
    assert after().keys() == before().keys()


@pytest.mark.parametrize("name", PATCHED)
def test_what_comes_out_is_a_workload(name: str) -> None:
    """That the oldest and the newest Kubernetes take."""
    for version in ("1.29", kubernetes_validate.latest_version()):
        kubernetes_validate.validate(after()[name], version, strict=True)


@pytest.mark.parametrize("name", PATCHED)
def test_the_sidecar_starts_before_the_applications_own_init_containers(name: str) -> None:
    """Those keep their order; what they write is shipped while they write it."""
    sidecar, *others = spec_of(after()[name])["initContainers"]
    assert (sidecar["name"], sidecar["restartPolicy"]) == ("logging-sidecar", "Always")
    assert others == spec_of(before()[name]).get("initContainers", [])


@pytest.mark.parametrize("name", PATCHED)
def test_the_first_container_gets_the_log_volume_whatever_it_is_called(name: str) -> None:
    """Beside its other mounts, in the place of one that is there at the same path; other containers are left alone."""
    first, *others = spec_of(after()[name])["containers"]
    old_first, *old_others = spec_of(before()[name])["containers"]
    kept = [mount for mount in old_first.pop("volumeMounts", []) if mount["mountPath"] != MOUNT["mountPath"]]
    assert first.pop("volumeMounts") == [*kept, MOUNT]
    assert first == old_first
    assert others == old_others


@pytest.mark.parametrize("name", PATCHED)
def test_nothing_of_the_pod_gets_lost(name: str) -> None:
    """Volumes and settings that were there are there still."""
    old, new = spec_of(before()[name]), spec_of(after()[name])
    assert old.get("securityContext", {}).items() <= new["securityContext"].items()
    assert [each for each in new["volumes"] if not each["name"].startswith("logship-")] == old.get("volumes", [])
    ours = {"containers", "initContainers", "securityContext", "volumes", "enableServiceLinks"}
    assert {key: old[key] for key in old.keys() - ours} == {key: new[key] for key in new.keys() - ours}


def test_a_workload_that_does_not_want_it_is_left_alone() -> None:
    """By its label `logship: skip`; an empty security context is what the API server would add itself."""
    for name in ("left-alone", "cron-left-alone"):
        changed = after()[name]
        pod = pod_of(changed)
        assert pod
        assert pod["spec"].pop("securityContext") == {}
        assert changed == before()[name]


@pytest.mark.parametrize(("name", "group"), [("bare", 65532), ("nightly", 65532), ("grouped", 2000), ("weekly", 3000)])
def test_a_pods_own_group_of_files_stays(name: str, group: int) -> None:
    """A pod without one gets one; nothing is left of how that was found out."""
    workload = after()[name]
    context = spec_of(workload)["securityContext"]
    assert context["fsGroup"] == group
    assert context.get("fsGroupChangePolicy") == ("OnRootMismatch" if group == 65532 else None)
    assert workload["metadata"] == before()[name]["metadata"]


def test_a_cron_jobs_sidecar_is_that_of_all_others() -> None:
    """Its file is a copy, as its pod is at another place."""
    sidecar, in_cron_job = (
        yaml.safe_load((K8S / "component" / name).read_text()) for name in ("sidecar.yaml", "cron-job.yaml")
    )
    assert in_cron_job["spec"]["jobTemplate"]["spec"]["template"] == sidecar["spec"]["template"]


@pytest.mark.parametrize("name", ["rights", "thing"])
def test_what_is_no_workload_stays_as_it_is(name: str) -> None:
    """Nothing is left of the namespace by which pods without a group of their own are found."""
    assert after()[name] == before()[name]
