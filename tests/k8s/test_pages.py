import re
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from tests.k8s.charts import packed, rendered
from tests.k8s.rendering import CHARTS, K8S, ROOT, Manifest, name_of, pod_of, render, shipping
from tests.k8s.standards import containers

PAGES = sorted(K8S.rglob("*.md"))
every_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


def commands(page: Path) -> list[str]:
    """Give the lines to be typed, those of a shell block, comments left out, continued lines joined."""
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [line.partition(" #")[0] for line in lines if line.strip() and not line.startswith("#")]


@every_page
def test_commands_name_files_that_exist(page: Path) -> None:
    """They are typed in the repository's root folder."""
    names = (
        "\n".join(commands(page)).replace("logship/injected", "").replace("logship/container", "")
    )  # a label, an annotation
    paths = re.findall(r"(?<![\w/.-])(?:k8s|docs|tests|logship)/[\w./-]+", names)
    assert [path for path in paths if not (ROOT / path).exists()] == []


@every_page
def test_folders_to_apply_are_kustomizations(page: Path) -> None:
    """`kubectl apply -k` and `delete -k` need one."""
    folders = re.findall(r" -k (\S+)", "\n".join(commands(page)))
    assert [folder for folder in folders if not (ROOT / folder / "kustomization.yaml").exists()] == []


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    """Within the repository."""
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def known(manifests: Iterable[Manifest]) -> tuple[set[str], set[str]]:
    """Give the names of all containers, and of all objects as kubectl takes them."""
    found = list(manifests)
    pods = [pod for manifest in found if (pod := pod_of(manifest))]
    objects = {f"{manifest['kind'].lower()}/{manifest['metadata']['name']}" for manifest in found}
    objects |= {f"pod/{each.removeprefix('statefulset/')}-0" for each in objects if each.startswith("statefulset/")}
    return {container["name"] for pod in pods for container in containers(pod["spec"])}, objects


def loose(page: Path) -> list[Manifest]:
    """Give what a page has applied by itself: the receivers."""
    files = {path for path in page.parent.rglob("*.yaml") if path.name.endswith("receiver.yaml")}
    files |= {ROOT / path for path in re.findall(r" -f (k8s/\S+)", "\n".join(commands(page)))}
    return [manifest for path in files for manifest in yaml.safe_load_all(path.read_text())]


@pytest.mark.parametrize("page", [page for page in PAGES if page.name == "README.md"], ids=name_of)
def test_commands_name_containers_and_objects_that_there_are(page: Path, tmp_path: Path) -> None:
    """Those of the example that the page belongs to; the guide may name those of any example."""
    guide, helm = page.parent == K8S, page.parent == CHARTS
    folders = shipping() if guide else [page.parent] if (page.parent / "kustomization.yaml").exists() else []
    released = [*rendered(packed(tmp_path))] if helm else []
    names, objects = known([each for folder in folders for each in render(folder)] + loose(page) + released)
    names |= {"logging-sidecar"} if page.parent.name == "inject" else set()
    for line in commands(page):
        for part in re.findall(r"kubectl [^|]*", line):
            assert set(re.findall(r"(?<!sh)(?<!head) -c ([\w-]+)", part)) <= names, line
            assert set(re.findall(r" ((?:deployment|statefulset|service|job|pod)/[\w-]+)", part)) <= objects, line
            labels = re.findall(r"app.kubernetes.io/instance=([\w-]+)", part)
            assert all(objects & {f"deployment/{each}", f"statefulset/{each}"} for each in labels), line


def test_every_example_has_a_page() -> None:
    """That says what to type and what to expect; the guide leads to it."""
    examples = {K8S / name_of(folder).split("/")[0] for folder in shipping()} - {K8S / "sinks"}
    examples |= {folder for folder in (K8S / "sinks").iterdir() if folder.is_dir()}
    assert [name_of(folder) for folder in examples if not (folder / "README.md").exists()] == []
    guide = (K8S / "README.md").read_text()
    assert [each.name for each in examples if each.parent == K8S and f"({each.name}/README.md)" not in guide] == []


def test_every_manifest_is_of_use() -> None:
    """It is part of a kustomization, or a page says when to apply it."""
    pages = "\n".join(page.read_text() for page in PAGES)
    for path in K8S.rglob("*.y*ml"):
        if path.name == "kustomization.yaml" or str(path.relative_to(ROOT)) in pages or CHARTS in path.parents:
            continue
        assert path.name in (path.parent / "kustomization.yaml").read_text(), path
