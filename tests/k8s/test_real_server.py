"""Every example, and the Helm chart, before a real API server: it takes all objects, and pods under ``restricted``."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.apiserver.server import Cluster
from tests.e2e.harness import wait_until
from tests.k8s.charts import packed, rendered
from tests.k8s.injecting import make_namespace
from tests.k8s.rendering import K8S, Manifest, every_example, of_kind, pod_of, render

pytest_plugins = ("tests.k8s.injecting",)
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

QUOTA = {"limits.cpu": "4", "requests.cpu": "2"}


@pytest.fixture(scope="module")
def namespace(cluster: Cluster) -> str:
    """Give one that enforces the standard, and in which nothing is injected."""
    for manifest in of_kind(render(K8S / "agent-with-victorialogs"), "Namespace"):
        make_namespace(cluster, manifest["metadata"]["name"])
    return make_namespace(cluster, "examples")


def pods(manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Give what a controller would make of a workload."""
    template = pod_of(manifest)
    if template is None:
        return
    claims = manifest["spec"].get("volumeClaimTemplates", [])
    names = [claim["metadata"]["name"] for claim in claims]
    volumes = [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in names]
    spec = {**template["spec"], "volumes": [*template["spec"].get("volumes", []), *volumes]}
    metadata = {"name": "made", "labels": template["metadata"].get("labels", {})}
    yield {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def taken(cluster: Cluster, manifests: tuple[Manifest, ...], namespace: str) -> None:
    """Give each object and its pod to the server."""
    for manifest in [each for each in manifests if each["kind"] != "Namespace"]:
        own = manifest["metadata"].get("namespace", namespace)
        for each in (manifest, *pods(manifest)):
            cluster.create(each, own, "--dry-run=server")


@every_example
def test_a_real_server_takes_it(folder: Path, cluster: Cluster, namespace: str) -> None:
    """Field by field, and its pods."""
    taken(cluster, render(folder), namespace)


def test_a_real_server_takes_what_helm_makes(cluster: Cluster, namespace: str, tmp_path: Path) -> None:
    """Likewise."""
    taken(cluster, rendered(packed(tmp_path)), namespace)


def test_a_quota_on_cpu_limits_refuses_the_pod_as_the_guide_says(cluster: Cluster) -> None:
    """In the server's own words, and names the sidecar."""
    where = "--namespace=" + make_namespace(cluster, "quota")
    hard = ",".join(f"{name}={value}" for name, value in QUOTA.items())
    cluster.kubectl("create", "quota", "team", f"--hard={hard}", where)
    status = {"status": {"hard": QUOTA, "used": dict.fromkeys(QUOTA, "0")}}  # what a controller would write
    words = ("--subresource=status", "--type=merge", f"--patch={json.dumps(status)}")
    cluster.kubectl("patch", "resourcequota", "team", where, *words)
    (deployment,) = of_kind(render(K8S / "agent-with-logging"), "Deployment")
    (pod,) = pods(deployment)

    def said() -> str:
        return cluster.try_kubectl("create", "--filename=-", "--dry-run=server", where, given=pod).err

    wait_until(said, "the quota is in force")
    assert "must specify limits.cpu for: agent,logging-sidecar" in said()
    assert "`must specify limits.cpu`" in (K8S / "README.md").read_text()
