import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from tests.k8s.rendering import K8S, of_kind, render, sidecars

LOGS = "/var/log/agent"


def test_prometheus_scrapes_the_application_and_logship() -> None:
    """On their own ports; and Prometheus takes the file."""
    path = K8S / "agent-with-sidecars" / "metrics" / "prometheus.yml"
    jobs = yaml.safe_load(path.read_text())["scrape_configs"]
    assert [job["static_configs"][0]["targets"] for job in jobs] == [["localhost:8001"], ["localhost:8687"]]
    promtool = shutil.which("promtool")
    if not promtool and not os.environ.get("CI"):
        pytest.skip("promtool is not installed")
    subprocess.run([str(promtool), "check", "config", path], check=True, capture_output=True)


def test_a_job_ends_by_itself() -> None:
    """Nothing but the application decides when it is over: the sidecar is a native one, and never restarts the pod."""
    (job,) = of_kind(render(K8S / "job-with-logging"), "Job")
    spec = job["spec"]["template"]["spec"]
    assert spec["restartPolicy"] == "Never"
    assert [container["name"] for container in spec["containers"]] == ["batch"]


def test_the_job_writes_lines(tmp_path: Path) -> None:
    """A thousand of them, JSON, each with its newline."""
    (job,) = of_kind(render(K8S / "job-with-logging"), "Job")
    (batch,) = job["spec"]["template"]["spec"]["containers"]
    script = batch["command"][2].replace(LOGS, str(tmp_path)).replace("0.005", "0")
    subprocess.run([*batch["command"][:2], script], check=True)
    lines = (tmp_path / "batch.log").read_text().splitlines(keepends=True)
    assert len(lines) == 1000
    assert yaml.safe_load(lines[-1])["message"] == "record 1000 of 1000"
    assert lines[-1].endswith("}\n")


@pytest.mark.parametrize(("ends", "code"), [("exit 3", 3), ("kill -TERM $PPID; sleep 0.1; exit 7", 7)])
def test_the_legacy_pod_says_when_its_application_has_ended(ends: str, code: int, tmp_path: Path) -> None:
    """By itself, or after a SIGTERM to the container; never while it still runs, and its exit code is kept."""
    (sidecar,) = sidecars(render(K8S / "legacy-pod"))
    finished = Path(sidecar.environment["LOGSHIP_EXIT_FILE"])
    application = sidecar.pod["containers"][0]
    (tmp_path / finished.name).touch()
    script = application["command"][2].replace(str(finished.parent), str(tmp_path))
    program = f"trap 'test ! -e {tmp_path}/{finished.name} || exit 9' TERM; {ends}"
    ended = subprocess.run([*application["command"][:2], script, "sh", "sh", "-c", program], check=False, timeout=30)
    assert ended.returncode == code
    assert (tmp_path / finished.name).exists()
