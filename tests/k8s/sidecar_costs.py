"""What each of three sidecars costs: started one after the other as a kubelet does, then left idle.

    python -m tests.k8s.sidecar_costs --minutes 3

The demo agent is the application. logship and Prometheus have the settings of agent-with-sidecars; the third is an
OpenTelemetry Collector that takes traces. It needs Prometheus (Debian's, on the PATH) and Go (``tests/otelcol``).
k8s/LESSON.md has what it printed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.request import urlopen

from benchmarks.processes import free_port
from tests.e2e.harness import wait_until
from tests.k8s.process import logship
from tests.k8s.rendering import K8S, ROOT, only_sidecar
from tests.k8s.test_agent import Agent

EXAMPLE: Final = K8S / "agent-with-sidecars"
_COLLECTOR: Final = """
receivers: {otlp: {protocols: {http: {endpoint: 127.0.0.1:PORT}}}}
processors: {batch: {}}
exporters: {debug: {}}
service:
  telemetry: {metrics: {level: none}, logs: {level: error}}
  pipelines: {traces: {receivers: [otlp], processors: [batch], exporters: [debug]}}
"""


def answers(url: str) -> bool:
    """Whether somebody answers with HTTP there, whatever it is."""
    try:
        with urlopen(url, timeout=1):  # noqa: S310 - addresses of ours
            return True
    except OSError as error:
        return hasattr(error, "code")


@contextmanager
def program(words: Sequence[object], url: str, said: Path) -> Iterator[int]:
    """Run a program until it is no longer needed, and wait until it answers; gives its process id."""
    with said.open("wb") as file, subprocess.Popen([*map(str, words)], stdout=file, stderr=file) as process:
        try:
            wait_until(lambda: answers(url) or process.poll() is not None, f"{url} answers")
            assert process.poll() is None, said.read_text()
            yield process.pid
        finally:
            process.terminate()


def used(pid: int) -> tuple[int, float]:
    """Give a process's resident bytes and the seconds of CPU that it has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return int(fields[21]) * os.sysconf("SC_PAGE_SIZE"), ticks / os.sysconf("SC_CLK_TCK")


def measure(minutes: float, folder: Path) -> list[tuple[str, float, float, float]]:
    """Give for each sidecar its name, the seconds until it was ready, resident MiB, and percent of a core when idle."""
    ports = {name: free_port() for name in ("prometheus", "collector")}
    shipper = logship(only_sidecar(EXAMPLE), folder, {})
    scraped = (
        (EXAMPLE / "metrics" / "prometheus.yml").read_text().replace("localhost:8687", f"localhost:{shipper.port}")
    )
    (folder / "prometheus.yml").write_text(scraped)
    (folder / "otelcol.yaml").write_text(_COLLECTOR.replace("PORT", str(ports["collector"])))
    prometheus = ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb"]
    prometheus += [f"--web.listen-address=127.0.0.1:{ports['prometheus']}"]
    collector = ["sh", ROOT / "tests" / "otelcol" / "run.sh", folder / "otelcol.yaml"]
    begun = [time.monotonic()]
    with (
        program(prometheus, f"http://127.0.0.1:{ports['prometheus']}/-/ready", folder / "prometheus.txt") as first,
        _noted(begun),
        program(collector, f"http://127.0.0.1:{ports['collector']}/", folder / "otelcol.txt") as second,
        _noted(begun),
    ):
        shipper.start()
        begun.append(time.monotonic())
        agent = Agent(folder / "logs")
        pids = (first, second, shipper.pid)
        agent.ask("is anybody there")
        time.sleep(20)  # what a start leaves to do
        before = [used(pid)[1] for pid in pids]
        time.sleep(minutes * 60)
        after = [used(pid) for pid in pids]
        agent.close()
        shipper.terminate()
    names = ("metrics-sidecar, Prometheus", "traces-sidecar, OpenTelemetry Collector", "logging-sidecar, logship")
    return [
        (name, begun[at + 1] - begun[at], after[at][0] / (1 << 20), (after[at][1] - before[at]) / minutes / 60 * 100)
        for at, name in enumerate(names)
    ]


@contextmanager
def _noted(times: list[float]) -> Iterator[None]:
    times.append(time.monotonic())
    yield


def main() -> int:
    """Print a row for each sidecar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=3.0, help="how long they are left idle")
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as folder:
        for name, seconds, memory, cpu in measure(minutes, Path(folder)):
            print(f"| {name} | {seconds:.1f} s | {memory:.0f} MiB | {cpu:.2f} % |")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
