"""Renders the kustomizations under ``k8s/`` with the real kustomize, and finds things in what came out."""

import functools
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import yaml  # type: ignore[import-untyped]

Manifest = Mapping[str, Any]

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
K8S: Final = ROOT / "k8s"
CHARTS: Final = K8S / "helm"
TARGETS: Final = HERE / "targets"


def kustomizations(kind: str = "Kustomization") -> list[Path]:
    """Give the folders under ``k8s/`` that can be built, or with ``Component`` the components."""
    found = sorted(K8S.rglob("kustomization.yaml"))
    assert found
    return [path.parent for path in found if yaml.safe_load(path.read_text())["kind"] == kind]


def name_of(folder: Path) -> str:
    """Give a folder's name for a test's id."""
    return str(folder.relative_to(K8S))


@functools.cache
def program(name: str) -> str:
    """Give the path of kustomize or Helm; skips, or in CI fails, where there is none."""
    found = subprocess.run(["sh", HERE / f"{name}.sh"], capture_output=True, text=True, check=False)
    if found.returncode == 0:
        return found.stdout.strip()
    why = f"no {name}: {found.stderr.strip()}"
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


def kustomize() -> str:
    """Give the path of kustomize."""
    return program("kustomize")


@functools.cache
def render(folder: Path) -> tuple[Manifest, ...]:
    """Give the objects that ``kubectl apply -k`` would send."""
    built = subprocess.run([kustomize(), "build", folder], capture_output=True, text=True, check=False, timeout=60)
    assert built.returncode == 0, built.stderr
    # Deprecated fields of a kustomization are told on stderr.
    assert built.stderr == ""
    return tuple(yaml.safe_load_all(built.stdout))


def pod_of(manifest: Manifest) -> Mapping[str, Any] | None:
    """Give the pod, or the pod template, of a workload; None for anything else."""
    match manifest["kind"]:
        case "Pod":
            return manifest
        case "Deployment" | "StatefulSet" | "DaemonSet" | "Job":
            template: Mapping[str, Any] = manifest["spec"]["template"]
            return template
        case "CronJob":
            of_each_job: Mapping[str, Any] = manifest["spec"]["jobTemplate"]["spec"]["template"]
            return of_each_job
    return None


def of_kind(manifests: tuple[Manifest, ...], kind: str) -> list[Manifest]:
    """Give the objects of a kind."""
    return [manifest for manifest in manifests if manifest["kind"] == kind]


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A logship container in a rendered pod."""

    container: Mapping[str, Any]
    pod: Mapping[str, Any]
    """The pod's spec."""
    manifests: tuple[Manifest, ...]
    """Everything that was rendered with it."""

    @property
    def name(self) -> str:
        """The container's name."""
        return str(self.container["name"])

    @property
    def environment(self) -> dict[str, str]:
        """What the kubelet would set; what comes from the downward API stands as its field's path."""
        found: dict[str, str] = {}
        for source in self.container.get("envFrom", []):
            found |= self._data("ConfigMap", source["configMapRef"]["name"])
        for each in self.container.get("env", []):
            found[each["name"]] = each["value"] if "value" in each else self._value_from(each["valueFrom"])
        return found

    @property
    def mounts(self) -> dict[str, str]:
        """Each mount's path and its volume."""
        return {each["mountPath"]: each["name"] for each in self.container["volumeMounts"]}

    def volume(self, mount_path: str) -> Mapping[str, Any]:
        """Give the volume that is mounted at a path."""
        (found,) = [each for each in self.pod["volumes"] if each["name"] == self.mounts[mount_path]]
        return dict(found)

    def room(self, mount_path: str) -> str:
        """Give the size of the volume at a path: of an emptyDir, or of a StatefulSet's claim."""
        name = self.mounts[mount_path]
        claims = [
            claim["spec"]["resources"]["requests"]["storage"]
            for manifest in of_kind(self.manifests, "StatefulSet")
            for claim in manifest["spec"].get("volumeClaimTemplates", [])
            if claim["metadata"]["name"] == name
        ]
        return str(claims[0] if claims else self.volume(mount_path)["emptyDir"]["sizeLimit"])

    def secret(self, mount_path: str) -> dict[str, str]:
        """Give the files of the Secret mounted at a path that was rendered with the pod; empty if it was not."""
        volume = self.volume(mount_path)
        return self._data("Secret", volume["secret"]["secretName"])

    def _value_from(self, source: Mapping[str, Any]) -> str:
        if "fieldRef" in source:
            return str(source["fieldRef"]["fieldPath"])
        of = source["secretKeyRef"]
        data = self._data("Secret", of["name"])
        return data.get(of["key"], str(of["key"]))

    def _data(self, kind: str, name: str) -> dict[str, str]:
        found = [each for each in of_kind(self.manifests, kind) if each["metadata"]["name"] == name]
        return {key: value for each in found for key, value in each.get("data", each.get("stringData", {})).items()}


def sidecars(manifests: tuple[Manifest, ...]) -> Iterator[Sidecar]:
    """Give every container that runs ``logship run``."""
    for manifest in manifests:
        pod = pod_of(manifest)
        for container in [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]] if pod else []:
            if container["image"].startswith("logship:") and "command" not in container:
                yield Sidecar(container, pod["spec"] if pod else {}, manifests)


def shipping() -> list[Path]:
    """Give the kustomizations with a pod that ships logs: all but the bare application and what has no pod."""
    others = {"application", "monitoring", "inject"}
    return [folder for folder in kustomizations() if folder.relative_to(K8S).parts[0] not in others]


def only_sidecar(folder: Path) -> Sidecar:
    """Give the one logship of a rendered example."""
    (sidecar,) = sidecars(render(folder))
    return sidecar


every_kustomization: Final = pytest.mark.parametrize("folder", kustomizations(), ids=name_of)
every_example: Final = pytest.mark.parametrize("folder", shipping(), ids=name_of)
