"""Renders the charts under ``k8s/helm`` with the real Helm."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml  # type: ignore[import-untyped]

from tests.k8s.rendering import CHARTS, Manifest, program

KUBERNETES: Final = "1.29"
"""Told to Helm, which knows none that is at hand: one that Go built by itself takes 1.20 for granted."""


def helm() -> str:
    """Give the path of Helm; skips, or in CI fails, where there is none."""
    return program("helm")


def run(*words: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run Helm, away from the caches and repositories of whoever runs the tests."""
    with tempfile.TemporaryDirectory() as home:
        return subprocess.run(
            [helm(), *words],
            input=stdin,
            env={"PATH": os.environ["PATH"], "HOME": home},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


def packed(folder: Path) -> Path:
    """Copy the charts into a folder and give the agent's, with its dependency, as the page has it made."""
    shutil.copytree(CHARTS, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("charts", "Chart.lock"))
    done = run("dependency", "update", folder / "agent")
    assert done.returncode == 0, done.stderr
    return folder / "agent"


def template(chart: Path, *, name: str = "agent", **logship: Any) -> subprocess.CompletedProcess[str]:
    """Render a release; ``logship``: values of the library chart."""
    values = json.dumps({"logship": logship})
    return run("template", name, chart, "--kube-version", KUBERNETES, "--values", "-", stdin=values)


def rendered(chart: Path, *, name: str = "agent", **logship: Any) -> tuple[Manifest, ...]:
    """Give the objects that Helm would send."""
    done = template(chart, name=name, **logship)
    assert done.returncode == 0, done.stderr
    return tuple(each for each in yaml.safe_load_all(done.stdout) if each)


def refusal(chart: Path, **logship: Any) -> str:
    """Give what Helm says to values that it refuses."""
    done = template(chart, **logship)
    assert done.returncode, done.stdout
    return done.stderr


def deployment(manifests: tuple[Manifest, ...]) -> Mapping[str, Any]:
    """Give the only Deployment's pod spec."""
    (found,) = [each for each in manifests if each["kind"] == "Deployment"]
    spec: Mapping[str, Any] = found["spec"]["template"]["spec"]
    return spec
