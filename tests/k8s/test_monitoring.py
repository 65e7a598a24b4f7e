"""What Prometheus and Grafana are given: checked by the real promtool, and run in a real Prometheus."""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from benchmarks.processes import free_port
from logship.metrics import Metrics
from tests.e2e.harness import Logship, wait_until
from tests.e2e.receiver import Answer, Receiver

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
K8S = ROOT / "k8s"
MONITORING = K8S / "monitoring"
NAMESPACE, POD = "shop", "agent-1"


def program(name: str) -> str:
    """Find one of Debian's package ``prometheus``; CI must have it."""
    found = shutil.which(name)
    if not found:
        assert os.environ.get("CI") != "true", f"{name} is missing (Debian: prometheus)"
        pytest.skip(f"no {name}")
    return found


def load(path: Path) -> Any:
    """Read a YAML file."""
    return yaml.safe_load(path.read_text())


def alerts() -> list[dict[str, Any]]:
    """Give every rule."""
    groups = load(MONITORING / "prometheusrule.yaml")["spec"]["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    """Give the dashboard's panels, without the titles of rows."""
    document = json.loads((MONITORING / "dashboard.json").read_text())
    return [panel for panel in document["panels"] if panel["type"] != "row"]


def queries() -> list[tuple[str, str]]:
    """Give (panel, query) of the whole dashboard."""
    return [(panel["title"], target["expr"]) for panel in panels() for target in panel["targets"]]


def series() -> set[str]:
    """Give the names that a real logship exposes, each sample's own."""
    families = Metrics(("x",), "1").registry.collect()
    samples = {sample.name for family in families for sample in family.samples}
    assert {"logship_sink_records_total", "process_cpu_seconds_total", "logship_ready"} <= samples
    return samples


def named(query: str) -> set[str]:
    """Give the series that a query names."""
    return set(re.findall(r"\b(?:logship|process)_[a-z_]+", query))


# -- rules ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """Take the groups out of the custom resource, as the operator does."""
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump({"groups": load(MONITORING / "prometheusrule.yaml")["spec"]["groups"]}))
    return path


def test_promtool_finds_no_fault_in_the_rules(rules: Path) -> None:
    """Lint faults included."""
    words = [program("promtool"), "check", "rules", "--lint=all", "--lint-fatal", str(rules)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(alerts())} rules found" in done.stdout


def test_every_alert_fires_when_it_should_and_not_otherwise(rules: Path) -> None:
    """Played by promtool; an alert without a story is a hole."""
    stories = Path(__file__).with_name("alerts.yaml")
    shutil.copy(stories, rules.parent)
    done = subprocess.run(
        [program("promtool"), "test", "rules", "alerts.yaml"],
        cwd=rules.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert {rule["alert"] for rule in alerts()} == set(re.findall(r"\bLogship\w+", stories.read_text()))


def test_the_stories_can_fail(rules: Path) -> None:
    """A rule that never fires is noticed."""
    shutil.copy(Path(__file__).with_name("alerts.yaml"), rules.parent)
    rules.write_text(rules.read_text().replace("> 300", "> 300000"))
    done = subprocess.run(
        [program("promtool"), "test", "rules", "alerts.yaml"],
        cwd=rules.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_an_alert_says_what_is_so_and_what_to_do(rule: dict[str, Any]) -> None:
    """Its page has the place that it points to."""
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert {"summary", "description", "runbook"} <= rule["annotations"].keys()
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^#+ (.*)$", (ROOT / page).read_text(), re.MULTILINE)
    assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert named(rule["expr"]) <= series()


# -- what is scraped --------------------------------------------------------------------------------------------------


def test_the_pod_monitor_finds_the_components_port() -> None:
    """By name, which is all that ties the two together."""
    (endpoint,) = load(MONITORING / "podmonitor.yaml")["spec"]["podMetricsEndpoints"]
    sidecar = load(K8S / "component" / "sidecar.yaml")["spec"]["template"]["spec"]["initContainers"][0]
    assert {"name": endpoint["port"], "containerPort": 8687} in sidecar["ports"]
    assert endpoint["path"] == "/metrics"


def test_the_kustomization_names_all_that_is_there() -> None:
    """And the dashboard under a label by which Grafana's sidecar finds it."""
    kustomization = load(MONITORING / "kustomization.yaml")
    (generated,) = kustomization["configMapGenerator"]
    assert generated["options"]["labels"] == {"grafana_dashboard": "1"}
    files = {*kustomization["resources"], *(each.partition("=")[2] for each in generated["files"])}
    assert files == {path.name for path in MONITORING.glob("*.[yj]*")} - {"kustomization.yaml"}


# -- the dashboard ----------------------------------------------------------------------------------------------------


def test_the_dashboard_is_what_its_source_makes() -> None:
    """``python k8s/monitoring/dashboard.py > k8s/monitoring/dashboard.json`` writes it again."""
    done = subprocess.run([sys.executable, MONITORING / "dashboard.py"], capture_output=True, text=True, check=True)
    assert done.stdout == (MONITORING / "dashboard.json").read_text()


def test_no_panel_lies_upon_another() -> None:
    """Within 24 columns, each with a unit and a title of its own."""
    document = json.loads((MONITORING / "dashboard.json").read_text())
    taken: set[tuple[int, int]] = set()
    for panel in document["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
    assert all(panel["fieldConfig"]["defaults"]["unit"] for panel in panels())
    ids = [panel["id"] for panel in document["panels"]]
    assert len(set(ids)) == len(ids)


def test_every_query_names_existing_series_and_keeps_to_the_variables() -> None:
    """A renamed series must not leave an empty panel."""
    document = json.loads((MONITORING / "dashboard.json").read_text())
    variables = {each["name"] for each in document["templating"]["list"]}
    assert variables == {"datasource", "namespace", "pod", "sink"}
    for title, query in queries():
        assert named(query), title
        assert named(query) <= series(), title
        assert 'namespace=~"$namespace",pod=~"$pod"' in query, title


# -- in a real Prometheus ---------------------------------------------------------------------------------------------


class Prometheus:
    """A real server that scrapes one target, as the operator would have it labelled."""

    def __init__(self, folder: Path, target: int, rules: Path) -> None:
        self.port = free_port()
        labels = {"namespace": NAMESPACE, "pod": POD, "container": "logging-sidecar"}
        jobs = [{"job_name": "logship", "static_configs": [{"targets": [f"127.0.0.1:{target}"], "labels": labels}]}]
        clock = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
        config = folder / "prometheus.yaml"
        config.write_text(yaml.safe_dump({"global": clock, "rule_files": [str(rules)], "scrape_configs": jobs}))
        self._stderr = (folder / "prometheus.stderr").open("wb")
        words = [program("prometheus"), f"--config.file={config}", f"--storage.tsdb.path={folder}/data"]
        words += [f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn"]
        self._process = subprocess.Popen(words, stdout=self._stderr, stderr=self._stderr)

    def get(self, path: str, **parameters: str) -> Any:
        """Ask the API; gives its data. OSError where nobody listens, or for a query that is refused."""
        query = urllib.parse.urlencode(parameters)
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/{path}?{query}", timeout=30) as answer:
            document = json.loads(answer.read())
        assert document["status"] == "success"
        return document["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Give the samples of an instant vector; none while it does not answer."""
        try:
            found: list[dict[str, Any]] = self.get("query", query=expression)["result"]
        except urllib.error.HTTPError as error:
            if error.code != 503:  # it is starting
                raise
            return []
        except OSError:
            return []
        return found

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(timeout=30)
        self._stderr.close()


@pytest.fixture
def prometheus(tmp_path: Path, rules: Path) -> Iterator[Prometheus]:
    """Give a Prometheus that has scraped a real logship before, while and after it delivered."""
    logs = tmp_path / "logs"
    logs.mkdir()
    with Receiver(tmp_path) as receiver:
        logship = Logship(
            tmp_path / "daemon", paths=f"{logs}/*.log", sinks="http", http_url=receiver.url, retry_initial_seconds=0.05
        ).start()
        started = Prometheus(tmp_path, logship.port, rules)
        try:
            wait_until(lambda: started.query('up{job="logship"} == 1'), "the first scrape")
            receiver.script(Answer(status=503))
            (logs / "a.log").write_text('{"a":1}\ntext\n\n')
            for sample in ("logship_delivery_latency_seconds_count", "logship_sink_requests_total"):
                wait_until(lambda sample=sample: started.query(f"increase({sample}[1m]) > 0"), f"{sample} was scraped")  # type: ignore[misc]  # a lambda in a loop
            yield started
        finally:
            started.close()
            logship.close()


def filled(query: str) -> str:
    """Put values in the place of the dashboard's variables, as Grafana does."""
    values = {"namespace": NAMESPACE, "pod": f"({POD}|other)", "sink": ".*", "__rate_interval": "1m", "__range": "1m"}
    filled = re.sub(r"\$(\w+)", lambda found: values[found[1]], query)
    assert "$" not in filled
    return filled


def has_data(prometheus: Prometheus, query: str) -> bool:
    """Whether a query of the dashboard gives something, all of it numbers."""
    samples = prometheus.query(filled(query))
    return bool(samples) and not any(sample["value"][1] in ("NaN", "+Inf", "-Inf") for sample in samples)


def test_every_query_runs_and_has_data(prometheus: Prometheus) -> None:
    """Of the dashboard; its variables find their values; and Prometheus takes every rule."""
    for title, query in queries():  # a scrape that a busy machine missed leaves a gap until the next
        wait_until(lambda query=query: has_data(prometheus, query), f"{title} has data: {query}")  # type: ignore[misc]  # a lambda in a loop
    document = json.loads((MONITORING / "dashboard.json").read_text())
    for variable in document["templating"]["list"][1:]:
        found = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["definition"])
        assert found
        wait_until(lambda found=found: prometheus.query(filled(found[1])), f"{variable['name']} has values")  # type: ignore[misc]  # a lambda in a loop
        assert all(found[2] in sample["metric"] for sample in prometheus.query(filled(found[1])))
    rules = [rule for group in prometheus.get("rules")["groups"] for rule in group["rules"]]
    assert {rule["name"] for rule in rules} == {rule["alert"] for rule in alerts()}
    wait_until(lambda: all(rule["health"] == "ok" for rule in prometheus.get("rules")["groups"][0]["rules"]), "all ran")
