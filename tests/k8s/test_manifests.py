import re
from collections.abc import Iterator
from pathlib import Path

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml  # type: ignore[import-untyped]

from tests.k8s.rendering import (
    CHARTS,
    K8S,
    Manifest,
    every_example,
    every_kustomization,
    name_of,
    of_kind,
    only_sidecar,
    pod_of,
    render,
    shipping,
)
from tests.k8s.standards import containers, violations

OLDEST = "1.29"
"""The first Kubernetes with native sidecars that need no feature gate."""
STARTS = {
    "agent-with-logging": ["logging-sidecar", "agent"],
    "agent-with-elasticsearch": ["logging-sidecar", "agent"],
    "agent-with-claims": ["logging-sidecar", "agent"],
    "agent-with-sidecars": ["metrics-sidecar", "logging-sidecar", "agent"],
    "agent-inference-logger": ["log-collector", "agent"],
    "agent-with-mesh": ["metrics-sidecar", "logging-sidecar", "agent"],
    "agent-with-mesh/istio": ["metrics-sidecar", "logging-sidecar", "agent"],
    "agent-with-mesh/client-certificate": ["metrics-sidecar", "logging-sidecar", "agent"],
    "job-with-logging": ["logging-sidecar", "batch"],
    "legacy-pod": ["agent", "logging-sidecar"],
    "sinks/http": ["logging-sidecar", "agent"],
    "sinks/gcl": ["logging-sidecar", "agent"],
    "sinks/cloudwatch": ["logging-sidecar", "agent"],
    "sinks/kafka": ["logging-sidecar", "agent"],
    "sinks/otlp": ["logging-sidecar", "agent"],
    "sinks/splunk": ["logging-sidecar", "agent"],
    "sinks/datadog": ["logging-sidecar", "agent"],
    "sinks/loki": ["logging-sidecar", "agent"],
    "sinks/file": ["logging-sidecar", "agent"],
}
"""In which order the containers of some examples start."""


def loose_manifests() -> list[Path]:
    """Give the files with objects that no kustomization has, to be applied by themselves."""
    named = {
        (path.parent / entry).resolve()
        for path in K8S.rglob("kustomization.yaml")
        for entry in re.findall(r"[\w./-]+\.ya?ml", path.read_text())
    }
    files = [
        path for path in sorted(K8S.rglob("*.yaml")) if path.name != "kustomization.yaml" and CHARTS not in path.parents
    ]
    return [path for path in files if path not in named and re.search(r"^kind:", path.read_text(), re.MULTILINE)]


def validate(manifest: Manifest, version: str) -> None:
    """Raise where a Kubernetes of that version would refuse the object, or ignore a part of it."""
    # The one is no part of Kubernetes; the others are newer than its published schemas, and tried on a real API server.
    if not manifest["apiVersion"].startswith(("monitoring.coreos.com/", "admissionregistration.k8s.io/")):
        kubernetes_validate.validate(manifest, version, strict=True)


@every_kustomization
@pytest.mark.parametrize("version", [OLDEST, kubernetes_validate.latest_version()])
def test_kubernetes_takes_it(folder: Path, version: str) -> None:
    """Each object, with no field that the schema of that version does not know."""
    for manifest in render(folder):
        validate(manifest, version)


def test_an_older_kubernetes_takes_the_legacy_pod() -> None:
    """It is for clusters that do not know native sidecars."""
    for manifest in render(K8S / "legacy-pod"):
        validate(manifest, "1.28")


@pytest.mark.parametrize("path", loose_manifests(), ids=name_of)
def test_files_to_be_applied_by_themselves(path: Path) -> None:
    """Hold to the same rules as what is rendered."""
    for manifest in yaml.safe_load_all(path.read_text()):
        validate(manifest, OLDEST)
        validate(manifest, kubernetes_validate.latest_version())
        pod = pod_of(manifest)
        assert pod is None or violations(pod["spec"]) == []


@every_kustomization
def test_the_restricted_standard_lets_it_run(folder: Path) -> None:
    """In a namespace with `pod-security.kubernetes.io/enforce: restricted`."""
    pods = [pod for manifest in render(folder) if (pod := pod_of(manifest))]
    assert [fault for pod in pods for fault in violations(pod["spec"])] == []


@every_kustomization
def test_images_are_pinned_and_taken_from_the_node(folder: Path) -> None:
    """An image that `kind load` or `minikube image load` put there is not asked for at a registry."""
    for pod in [pod for manifest in render(folder) if (pod := pod_of(manifest))]:
        for container in containers(pod["spec"]):
            assert re.fullmatch(r"[a-z./-]+:v?\d+\.\d+\.\d+", container["image"])
            assert container["imagePullPolicy"] == "IfNotPresent"
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}
            assert container["resources"]["limits"].keys() == {"memory"}


@pytest.mark.parametrize("name", STARTS)
def test_the_containers_start_in_this_order(name: str) -> None:
    """The metrics sidecar before the logging sidecar: it stops after it; the application last."""
    (pod,) = [pod for manifest in render(K8S / name) if (pod := pod_of(manifest))]
    assert [container["name"] for container in containers(pod["spec"])] == STARTS[name]
    native = [each.get("restartPolicy") for each in pod["spec"].get("initContainers", [])]
    assert native == ["Always"] * (0 if name == "legacy-pod" else len(STARTS[name]) - 1)


@every_example
def test_the_sidecar_is_probed_where_it_answers(folder: Path) -> None:
    """On the port of `LISTEN`'s default; one second between two looks at the start, and no haste to kill it later."""
    container = only_sidecar(folder).container
    paths = {"startupProbe": "/startupz", "readinessProbe": "/readyz", "livenessProbe": "/livez"}
    for name, path in paths.items():
        assert container[name]["httpGet"] == {"path": path, "port": 8687}
    assert container["startupProbe"]["periodSeconds"] == 1
    for name in ("readinessProbe", "livenessProbe"):
        assert container[name]["periodSeconds"] * container[name]["failureThreshold"] >= 30
    assert container["ports"] == [{"name": "logship", "containerPort": 8687}]
    assert "lifecycle" not in container
    assert container["securityContext"]["readOnlyRootFilesystem"] is True


@every_example
def test_service_links_are_off(folder: Path) -> None:
    """Else a Service called logship would put LOGSHIP_PORT and the like into every container."""
    assert only_sidecar(folder).pod["enableServiceLinks"] is False


def services() -> Iterator[tuple[Path, Manifest]]:
    """Give each Service of the examples."""
    yield from ((folder, service) for folder in shipping() for service in of_kind(render(folder), "Service"))


def example_of(folder: Path) -> Path:
    """Give the example that a folder is a part of."""
    return K8S.joinpath(*folder.relative_to(K8S).parts[: 2 if folder.parent.name == "sinks" else 1])


def test_a_service_finds_the_pods_of_its_own_example() -> None:
    """And no other, where all of them are in one namespace."""
    pods = [(folder, pod) for folder in shipping() for manifest in render(folder) if (pod := pod_of(manifest))]
    for folder, service in services():
        selector = service["spec"]["selector"]
        found = {example_of(each) for each, pod in pods if selector.items() <= pod["metadata"]["labels"].items()}
        assert found == {example_of(folder)}


def test_no_two_examples_have_an_object_in_common() -> None:
    """Applying one changes nothing of another."""
    owners: dict[tuple[str, str], Path] = {}
    for folder in shipping():
        for manifest in render(folder):
            named = (manifest["kind"], manifest["metadata"]["name"])
            assert owners.setdefault(named, example_of(folder)) == example_of(folder)


def test_a_rollout_does_not_wait_for_a_volume_that_the_old_pod_keeps() -> None:
    """A Deployment with a claim that one node at a time can mount ends its old pods before it starts new ones."""
    found = [
        (deployment["metadata"]["name"], deployment["spec"].get("strategy"))
        for manifests in map(render, shipping())
        for claim in of_kind(manifests, "PersistentVolumeClaim")
        if "ReadWriteOnce" in claim["spec"]["accessModes"]
        for deployment in of_kind(manifests, "Deployment")
        for volume in deployment["spec"]["template"]["spec"]["volumes"]
        if volume.get("persistentVolumeClaim", {}).get("claimName") == claim["metadata"]["name"]
    ]
    assert found == [("agent-file", {"type": "Recreate"})]
