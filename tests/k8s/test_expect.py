"""What the pages of examples say that one is to expect in the sidecar's output, compared with real runs.

The application and logship run as processes with the manifests' settings, logship's two streams into one file, as a
container runtime keeps them. ``…`` on a page stands for anything.
"""

import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.harness import Logship, wait_until
from tests.k8s.process import LOGS, logship
from tests.k8s.rendering import K8S, of_kind, only_sidecar, render
from tests.k8s.test_agent import Agent

pytestmark = pytest.mark.e2e

_QUOTE = re.compile(r"^    ((?:collected: )?\{.*\})$", re.MULTILINE)
_TAIL = re.compile(r"--tail=(\d+)|tail -n (\d+)")


def quoted(example: str) -> list[str]:
    """Give the lines of output that an example's page shows."""
    return _QUOTE.findall((K8S / example / "README.md").read_text())


def shown(example: str, output: str) -> list[str]:
    """Give the lines that the page's command prints: the last of them, where it asks for those."""
    ends = [int(one or other) for one, other in _TAIL.findall((K8S / example / "README.md").read_text())]
    return output.splitlines()[-ends[-1] if ends else 0 :]


def matches(line: str, pattern: str) -> bool:
    """Whether a line is as it is quoted."""
    return re.fullmatch(".*?".join(map(re.escape, pattern.split("…"))), line) is not None


def compare(example: str, output: str) -> None:
    """Find each line that is quoted, in this order, among those that the command prints."""
    lines = iter(shown(example, output))
    for pattern in quoted(example):
        assert any(matches(line, pattern) for line in lines), f"not there, or not there in time: {pattern}\n{output}"


def started(example: str, folder: Path) -> tuple[Logship, Path]:
    """Run an example's sidecar; its output goes into a file."""
    names = {"metadata.namespace": "default", "metadata.name": f"{example}-6c9d8f7b5d-x2x7k"}
    shipper = logship(only_sidecar(K8S / example), folder, names)
    shipper.stderr = folder / "output"
    with shipper.stderr.open("ab") as output:
        shipper.start(stdout=output)
    return shipper, shipper.stderr


def asked(folder: Path, shipper: Logship, **environ: str) -> Agent:
    """Ask the agent something and wait until that is shipped."""
    agent = Agent(folder / "logs", **environ)
    agent.ask("is anybody there")
    wait_until(lambda: b"was answered by 200" in shipper.stderr.read_bytes(), "it is shipped")
    return agent


@pytest.mark.parametrize(
    ("example", "environ"),
    [("agent-with-logging", {}), ("agent-inference-logger", {"LOG_FILE": "inference.log"})],
)
def test_a_request(example: str, environ: dict[str, str], tmp_path: Path) -> None:
    """The messages and records that the page shows, after one question."""
    shipper, output = started(example, tmp_path)
    agent = asked(tmp_path, shipper, **environ)
    said = output.read_text().replace(str(tmp_path / "logs"), LOGS)
    agent.close()
    shipper.close()
    compare(example, said)


def test_the_end_of_a_legacy_pod(tmp_path: Path) -> None:
    """SIGTERM to both at once; the application's last words come before logship's."""
    shipper, output = started("legacy-pod", tmp_path)
    agent = asked(tmp_path, shipper)
    shipper.signal()
    assert agent.stop() == 0
    Path(str(shipper.settings["exit_file"])).touch()
    assert shipper.exit_code() == 0
    agent.close()
    compare("legacy-pod", output.read_text())


def test_the_end_of_a_job(tmp_path: Path) -> None:
    """All records, then logship's last words."""
    shipper, output = started("job-with-logging", tmp_path)
    (job,) = of_kind(render(K8S / "job-with-logging"), "Job")
    (batch,) = job["spec"]["template"]["spec"]["containers"]
    script = batch["command"][2].replace(LOGS, str(tmp_path / "logs"))
    subprocess.run([*batch["command"][:2], script], check=True)
    time.sleep(0.5)  # what a kubelet takes until its SIGTERM
    assert shipper.terminate() == 0
    said = output.read_text()
    assert said.count('"message": "record') == 1000
    compare("job-with-logging", said)


@pytest.mark.parametrize("wrong", ["logger", "order", "tail"])
def test_a_page_that_says_something_else_is_found(wrong: str) -> None:
    """Another name of a logger; another order; or a line that the command's ``--tail`` does not reach."""
    page: Callable[[str], str] = {
        "logger": lambda said: said.replace("logship.daemon.shutdown", "logship.daemon.ending"),
        "order": lambda said: "\n".join(reversed(said.splitlines())),
        "tail": lambda said: said + "\n{}" * 5,
    }[wrong]
    right = "\n".join(line.replace("…", "x") for line in quoted("legacy-pod"))
    compare("legacy-pod", right)
    with pytest.raises(AssertionError, match="not there"):
        compare("legacy-pod", page(right))
