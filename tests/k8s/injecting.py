"""A real API server with ``k8s/inject`` applied, for the tests of it; skips where `make apiserver` never ran.

A test module says ``pytest_plugins = ("tests.k8s.injecting",)`` and then has the fixture ``cluster``.
PYTEST_DONT_REWRITE: the module is imported before pytest loads it as a plugin.
"""

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
import yaml  # type: ignore[import-untyped]

from tests.apiserver.server import Cluster, MissingError, running
from tests.e2e.harness import wait_until
from tests.k8s.rendering import HERE, K8S, Manifest

INJECT: Final = K8S / "inject"
PODS: Final = HERE / "injection" / "pods.yaml"
TRIED: Final = HERE / "injection" / "tried.txt"
"""What the policies were tried on last, and their digest."""
GOLDEN: Final = HERE / "injection" / "golden"
RESTRICTED: Final = {"pod-security.kubernetes.io/enforce": "restricted"}
CONTEXT: Final = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}
SERVERS_OWN: Final = ("uid", "creationTimestamp", "managedFields", "resourceVersion", "generation", "namespace")


def pod(which: str = "bare", **metadata: Any) -> Any:
    """Give one of the pods; ``metadata`` is put into its own."""
    text = PODS.read_text().replace("CONTEXT", json.dumps(CONTEXT))
    (found,) = [each for each in yaml.safe_load_all(text) if each["metadata"]["name"] == which]
    found["metadata"] |= metadata
    return found


def policies_digest() -> str:
    """Give the SHA-256 of the policies and parameters."""
    files = sorted((INJECT / "policy").glob("*.yaml"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def sidecar_of(made: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Give the sidecar of a pod; None if it has none."""
    found = [each for each in made["spec"].get("initContainers", []) if each["name"] == "logging-sidecar"]
    return found[0] if found else None


def without_the_servers_own(made: Manifest) -> dict[str, Any]:
    """Give a pod without what differs each time."""
    metadata = {key: value for key, value in made["metadata"].items() if key not in SERVERS_OWN}
    return {key: value for key, value in made.items() if key != "status"} | {"metadata": metadata}


def dry_run(cluster: Cluster, manifest: Manifest, namespace: str) -> Any:
    """Give what the server would make of an object."""
    return cluster.create(manifest, namespace, "--dry-run=server")


def refusal(cluster: Cluster, manifest: Manifest, namespace: str) -> str:
    """Give why the server takes no such object; fails if it does."""
    answer = cluster.try_kubectl(
        "create", "--filename=-", f"--namespace={namespace}", "--dry-run=server", given=manifest
    )
    assert answer.code != 0, answer.out
    return answer.err


def is_injected(cluster: Cluster, namespace: str) -> bool:
    """Say whether a new pod would have the sidecar: policies are read some time after they were written."""
    answer = cluster.try_kubectl(
        "create", "--filename=-", f"--namespace={namespace}", "--dry-run=server", "--output=json", given=pod()
    )
    return answer.code == 0 and sidecar_of(json.loads(answer.out)) is not None


def make_namespace(cluster: Cluster, name: str, **labels: str) -> str:
    """Make a namespace that enforces ``restricted``, and wait for the account that its pods run as; gives its name."""
    words = {key.replace("_", "-"): value for key, value in labels.items()}
    cluster.kubectl(
        "create",
        "--filename=-",
        given={"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": words | RESTRICTED}},
    )
    wait_until(
        lambda: cluster.try_kubectl("get", "serviceaccount", "default", f"--namespace={name}").code == 0,
        "the service account",
    )
    return name


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Run a server with the policies and three namespaces: ``on`` and ``off``, and ``own`` with its own parameters."""
    try:
        with running() as found:
            found.kubectl("apply", "--kustomize", str(INJECT))
            make_namespace(found, "on", logship="enabled")
            make_namespace(found, "off")
            make_namespace(found, "own", logship="enabled", logship_parameters="own")
            wait_until(lambda: is_injected(found, "on"), "the policy to be in force")
            yield found
    except MissingError as error:
        pytest.skip(str(error))


if __name__ == "__main__":  # in words of `make apiserver`: what they were tried on
    TRIED.write_text("\n".join([*sys.argv[1:], policies_digest(), ""]))
