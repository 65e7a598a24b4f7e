from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.apiserver.server import Cluster
from tests.e2e.harness import wait_until
from tests.k8s.injecting import dry_run, is_injected, make_namespace, pod, refusal, sidecar_of
from tests.k8s.rendering import K8S

pytest_plugins = ("tests.k8s.injecting",)
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

IMAGE = "registry.example:5000/team/logship:0.1.0"
ALL = {
    "image": IMAGE,
    "image-pull-policy": "Always",
    "folder": "/app/logs",
    "logs-size": "4Gi",
    "state-size": "512Mi",
    "cpu-request": "20m",
    "cpu-limit": "500m",
    "memory-request": "96Mi",
    "memory-limit": "192Mi",
}


def parameters(data: dict[str, str]) -> dict[str, Any]:
    """Give the ConfigMap of a namespace's own parameters."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "logship-injection"}, "data": data}


def test_the_clusters_parameters_are_the_defaults() -> None:
    """What the policy takes for a key that is left out is what the ConfigMap of the cluster says."""
    policy = K8S / "inject" / "policy"
    data = yaml.safe_load((policy / "parameters.yaml").read_text())["data"]
    for file in ("inject.yaml", "refuse-parameters.yaml"):
        text = (policy / file).read_text()
        for key, value in data.items():
            assert text.count(f'params.data[?"{key}"].orValue("') == text.count(
                f'params.data[?"{key}"].orValue("{value}")'
            )
    assert {key for key in data if f'"{key}"' in (policy / "inject.yaml").read_text()} == set(data)


def test_a_namespace_has_parameters_of_its_own(cluster: Cluster) -> None:
    """All of them, in the pods of that namespace alone."""
    namespace = make_namespace(cluster, "own-all", logship="enabled", logship_parameters="own")
    cluster.create(parameters(ALL), namespace)
    wait_until(lambda: is_injected(cluster, namespace), "the namespace's parameters")
    made = dry_run(cluster, pod(), namespace)
    sidecar = sidecar_of(made)
    assert sidecar
    assert (sidecar["image"], sidecar["imagePullPolicy"]) == (IMAGE, "Always")
    assert sidecar["resources"] == {
        "requests": {"cpu": "20m", "memory": "96Mi"},
        "limits": {"cpu": "500m", "memory": "192Mi"},
    }
    assert made["spec"]["containers"][0]["volumeMounts"] == [{"name": "logship-logs", "mountPath": "/app/logs"}]
    assert sidecar["volumeMounts"][0]["mountPath"] == "/app/logs"
    limits = {each["name"]: each["emptyDir"]["sizeLimit"] for each in made["spec"]["volumes"] if "emptyDir" in each}
    assert limits == {"logship-logs": "4Gi", "logship-state": "512Mi"}
    assert {"name": "LOGSHIP_MAX_BACKLOG_BYTES", "value": "2048MiB"} in sidecar["env"]
    of_cluster = sidecar_of(dry_run(cluster, pod(), "on"))
    assert of_cluster
    assert of_cluster["image"] == "logship:0.1.0"


def test_what_is_left_out_has_its_default(cluster: Cluster) -> None:
    """The sidecar with an image alone is the cluster's, but for the image."""
    namespace = make_namespace(cluster, "own-image", logship="enabled", logship_parameters="own")
    cluster.create(parameters({"image": IMAGE}), namespace)
    wait_until(lambda: is_injected(cluster, namespace), "the namespace's parameters")
    ours, of_cluster = (sidecar_of(dry_run(cluster, pod(), each)) for each in (namespace, "on"))
    assert of_cluster
    assert ours == {**of_cluster, "image": IMAGE}


def test_parameters_that_are_promised_and_not_there(cluster: Cluster) -> None:
    """No pod without a sidecar is made in their absence, neither by label of the namespace nor of the pod."""
    for made in (pod(), pod(labels={"logship": "enabled"})):
        said = refusal(cluster, made, "own")
        assert "logship-own-" in said
        assert "no params found" in said


def test_a_pod_is_taken_with_its_namespaces_parameters(cluster: Cluster) -> None:
    """By its label, where the namespace only has parameters."""
    namespace = make_namespace(cluster, "own-pods", logship_parameters="own")
    cluster.create(parameters({"image": IMAGE}), namespace)
    labelled = pod(labels={"logship": "enabled"})
    wait_until(lambda: sidecar_of(dry_run(cluster, labelled, namespace)), "the namespace's parameters")
    assert sidecar_of(dry_run(cluster, pod(), namespace)) is None


BAD = [
    (
        {"memory_limit": "64Mi"},
        "memory_limit: no such parameter; there are image, image-pull-policy, folder, logs-size",
    ),
    ({"LOGSHIP_SINKS": "http"}, "Settings (LOGSHIP_...) go into the ConfigMap logship-settings"),
    ({"image": None}, "image is missing"),
    ({"image": ""}, "image is missing"),
    ({"image": "Logship:0.1.0 "}, "image: 'Logship:0.1.0 ' is no image"),
    ({"image": "https://registry.example/logship:1"}, "image: 'https://registry.example/logship:1' is no image"),
    ({"image": "registry.example:5000/logship"}, "has neither tag nor digest"),
    ({"image-pull-policy": "always"}, "image-pull-policy: 'always' is none of Always, IfNotPresent, Never"),
    ({"folder": "logs"}, "folder: 'logs' is no absolute path"),
    ({"folder": "/var/log/agent/"}, "folder: '/var/log/agent/' is no absolute path"),
    ({"folder": "/app/../etc"}, "folder: '/app/../etc' is no absolute path"),
    ({"folder": "/app logs"}, "folder: '/app logs' is no absolute path"),
    ({"folder": ""}, "folder: '' is no absolute path"),
    ({"folder": "/" + "a" * 200}, "is no absolute path"),
    ({"folder": "/var/log"}, "folder: '/var/log' belongs to the system"),
    ({"folder": "/etc/ssl"}, "folder: '/etc/ssl' belongs to the system"),
    ({"folder": "/var/lib/logship/logs"}, "belongs to the system or to logship"),
    ({"logs-size": "lots"}, "logs-size: 'lots': no quantity"),
    ({"logs-size": "lots", "cpu-request": "1 core"}, "logs-size: 'lots', cpu-request: '1 core': no quantity"),
    ({"logs-size": "-1Gi"}, "logs-size: '-1Gi': must be at least 16Mi"),
    ({"state-size": "1Mi"}, "state-size: '1Mi': must be at least 16Mi"),
    ({"state-size": "16777216.5"}, "state-size: '16777216.5': no whole number of bytes"),
    ({"memory-limit": "32Mi"}, "memory-limit: '32Mi' is too little"),
    ({"memory-limit": "128m"}, "memory-limit: '128m' is too little"),
    ({"memory-request": "1Gi"}, "memory-request: '1Gi' must be more than 0 and at most memory-limit, 128Mi"),
    ({"memory-request": "0"}, "memory-request: '0' must be more than 0"),
    ({"memory-request": "96Mi", "memory-limit": "64Mi"}, "memory-request: '96Mi' must be"),
    ({"cpu-request": "-50m"}, "cpu-request: '-50m' must be more than 0"),
    ({"cpu-request": "0"}, "cpu-request: '0' must be more than 0"),
    ({"cpu-limit": "10m"}, "cpu-limit: '10m' must be at least cpu-request, 50m"),
]


@pytest.mark.parametrize(("change", "message"), BAD, ids=[message for _, message in BAD])
@pytest.mark.parametrize("namespace", ["off", "logship-system"])
def test_bad_parameters_are_refused_when_they_are_written(
    cluster: Cluster, namespace: str, change: dict[str, str | None], message: str
) -> None:
    """In any namespace, with what is wrong and what to write; None leaves the key out."""
    data = {key: value for key, value in ({"image": IMAGE} | change).items() if value is not None}
    flags = ("replace", "--dry-run=server") if namespace == "logship-system" else ("create", "--dry-run=server")
    answer = cluster.try_kubectl(*flags, "--filename=-", f"--namespace={namespace}", given=parameters(data))
    assert answer.code != 0
    assert message in answer.err
    assert "logship-injection: " in answer.err


@pytest.mark.parametrize("key", [key for key in ALL if key != "image"])
def test_each_parameter_is_taken(cluster: Cluster, key: str) -> None:
    """Alone beside an image."""
    data = {"image": IMAGE, key: ALL[key]}
    assert cluster.create(parameters(data), "off", "--dry-run=server")["data"] == data


@pytest.mark.parametrize(
    "image",
    [
        "logship:0.1.0",
        "localhost:5000/logship:x",
        "a.b/c/d_e/f-g:1.2",
        f"logship@sha256:{'a' * 64}",
        f"x/y:1@sha256:{'0' * 64}",
    ],
)
def test_images_as_they_are_written(cluster: Cluster, image: str) -> None:
    """With a port, a path, a tag, a digest, or both."""
    assert cluster.create(parameters({"image": image}), "off", "--dry-run=server")["data"] == {"image": image}


def test_other_config_maps_are_none_of_ours(cluster: Cluster) -> None:
    """Whatever they hold."""
    other = parameters({"folder": "x"}) | {"metadata": {"name": "other"}}
    assert cluster.create(other, "off", "--dry-run=server")["data"] == {"folder": "x"}
