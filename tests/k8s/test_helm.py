"""The Helm library chart, by the real Helm: what comes out is what the Kustomize component gives."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml  # type: ignore[import-untyped]

from logship.commands.settings import every_option
from tests.k8s.charts import KUBERNETES, deployment, packed, refusal, rendered, run
from tests.k8s.rendering import CHARTS, K8S, TARGETS, Sidecar, of_kind, pod_of, render, sidecars
from tests.k8s.standards import violations

KUSTOMIZED = K8S / "agent-with-logging"


@pytest.fixture(scope="module")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the example chart with its dependency."""
    return packed(tmp_path_factory.mktemp("charts"))


def only(chart: Path, **values: Any) -> Sidecar:
    """Give the one sidecar of a rendered release."""
    (sidecar,) = sidecars(rendered(chart, **values))
    return sidecar


def test_the_sidecar_is_the_components(chart: Path) -> None:
    """Of a chart that sets nothing: every field, in the same order of its lists."""
    (component,) = [
        pod["spec"]["initContainers"][0]
        for each in render(TARGETS)
        if each["metadata"]["name"] == "bare" and (pod := pod_of(each))
    ]
    assert only(chart, containerName="", settings={"LOGSHIP_SINKS": None}).container == component


def test_the_pod_is_the_components(chart: Path) -> None:
    """Of the same application with the same settings: all but where the settings are kept."""
    ours, theirs = rendered(chart, name="agent-with-logging"), render(KUSTOMIZED)
    (own,), (other,) = sidecars(ours), sidecars(theirs)
    changed = {"env", "envFrom"}
    assert {name: value for name, value in own.container.items() if name not in changed} == {
        name: value for name, value in other.container.items() if name not in changed
    }
    patterns = {"LOGSHIP_PATHS": "/var/log/agent/*.log"}  # said by the other; the default
    assert own.environment | patterns == other.environment
    rest = [{name: value for name, value in each.items() if name != "initContainers"} for each in (own.pod, other.pod)]
    assert rest[0] == rest[1]


def test_kubernetes_takes_it_and_the_restricted_standard_lets_it_run(chart: Path) -> None:
    """The oldest with native sidecars and the newest."""
    for manifest in rendered(chart):
        for version in ("1.29", kubernetes_validate.latest_version()):
            kubernetes_validate.validate(manifest, version, strict=True)
    assert violations(deployment(rendered(chart))) == []


def test_helm_itself_finds_no_fault(chart: Path) -> None:
    """By its linter, with warnings for errors."""
    done = run("lint", "--strict", chart, CHARTS / "logship")
    assert done.returncode == 0, done.stdout


def test_settings_arrive_as_they_were_written(chart: Path) -> None:
    """Large numbers as their digits, and a dollar as one, which a kubelet would read a variable by."""
    settings: dict[str, Any] = {
        "LOGSHIP_BATCH_MAX_BYTES": 2_000_000,
        "LOGSHIP_BATCH_TIMEOUT_SECONDS": 0.25,
        "LOGSHIP_FORCE_POLLING": True,
        "LOGSHIP_FIELDS": '{"a": "b\\c"}',
        "LOGSHIP_REDACT_PATTERNS": "^a$(POD)$$",
    }
    found = only(chart, settings=settings).environment
    assert {name: found[name] for name in settings} == {
        "LOGSHIP_BATCH_MAX_BYTES": "2000000",
        "LOGSHIP_BATCH_TIMEOUT_SECONDS": "0.25",
        "LOGSHIP_FORCE_POLLING": "true",
        "LOGSHIP_FIELDS": '{"a": "b\\c"}',
        "LOGSHIP_REDACT_PATTERNS": "^a$$(POD)$$$$",
    }


def test_what_follows_from_the_volumes_and_the_grace_is_set(chart: Path) -> None:
    """Half of the log volume for held files, the paths where it is mounted, a drain that ends before the grace."""
    found = only(chart, logs={"sizeLimit": "3Gi", "mountPath": "/app/logs"}, terminationGracePeriodSeconds=90)
    assert found.environment["LOGSHIP_MAX_BACKLOG_BYTES"] == "1536MiB"
    assert found.environment["LOGSHIP_PATHS"] == "/app/logs/*.log"
    assert found.environment["LOGSHIP_SHUTDOWN_TIMEOUT_SECONDS"] == "85"
    assert found.mounts["/app/logs"] == "logship-logs"
    assert found.pod["containers"][0]["volumeMounts"] == [{"name": "logship-logs", "mountPath": "/app/logs"}]
    assert found.volume("/app/logs")["emptyDir"] == {"sizeLimit": "3Gi"}


def test_a_setting_wins_over_what_would_follow(chart: Path) -> None:
    """And is there once: of two of a name a kubelet takes the last, and an API server may refuse them."""
    found = only(chart, settings={"LOGSHIP_MAX_BACKLOG_BYTES": "1MiB"})
    names = [each["name"] for each in found.container["env"]]
    assert found.environment["LOGSHIP_MAX_BACKLOG_BYTES"] == "1MiB"
    assert len(names) == len(set(names))


def test_claims_take_the_place_of_what_goes_with_the_pod(chart: Path) -> None:
    """Those that are there, or those of a StatefulSet."""
    spec = deployment(rendered(chart, logs={"claim": "logs"}, state={"volumeClaimTemplate": True}))
    assert [each for each in spec["volumes"] if each["name"] != "logship-secrets"] == [
        {"name": "logship-logs", "persistentVolumeClaim": {"claimName": "logs"}}
    ]


STATEFUL = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: stateful}
spec:
  serviceName: stateful
  selector: {matchLabels: {app: stateful}}
  template:
    metadata: {labels: {app: stateful}}
    spec:
      initContainers:
        {{- include "logship.sidecar" . | nindent 8 }}
      containers:
        - name: app
          image: app:1
          volumeMounts:
            {{- include "logship.mount" . | nindent 12 }}
      volumes:
        {{- include "logship.volumes" . | nindent 8 }}
  volumeClaimTemplates:
    {{- include "logship.volumeClaimTemplates" . | nindent 4 }}
"""
SCHEDULED = """
apiVersion: batch/v1
kind: CronJob
metadata: {name: scheduled}
spec:
  schedule: "0 * * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          initContainers:
            {{- include "logship.sidecar" . | nindent 12 }}
          containers:
            - name: app
              image: app:1
              volumeMounts:
                {{- include "logship.mount" . | nindent 16 }}
          volumes:
            {{- include "logship.volumes" . | nindent 12 }}
"""


def with_template(chart: Path, folder: Path, text: str) -> Path:
    """Give a copy of the chart with another template, and no other workload."""
    copy = folder / "other"
    shutil.copytree(chart, copy)
    (copy / "templates" / "deployment.yaml").write_text(text)
    return copy


def test_a_stateful_set_has_claims_by_templates(chart: Path, tmp_path: Path) -> None:
    """As agent-with-claims has them: of the same names and sizes, and no volumes beside them."""
    made = with_template(chart, tmp_path, STATEFUL)
    manifests = rendered(made, logs={"volumeClaimTemplate": True}, state={"volumeClaimTemplate": True})
    (found,) = of_kind(manifests, "StatefulSet")
    (kustomized,) = of_kind(render(K8S / "agent-with-claims"), "StatefulSet")
    kubernetes_validate.validate(found, "1.29", strict=True)
    claims = [
        [(claim["metadata"]["name"], claim["spec"]) for claim in each["spec"]["volumeClaimTemplates"]]
        for each in (found, kustomized)
    ]
    assert claims[0] == claims[1]
    pods = [each["spec"]["template"]["spec"]["volumes"] for each in (found, kustomized)]
    assert [[volume["name"] for volume in volumes] for volumes in pods] == [["logship-secrets"]] * 2


def test_a_cron_job_has_its_sidecar_two_levels_deeper(chart: Path, tmp_path: Path) -> None:
    """By the same templates."""
    (found,) = of_kind(rendered(with_template(chart, tmp_path, SCHEDULED)), "CronJob")
    kubernetes_validate.validate(found, "1.29", strict=True)
    spec = found["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert spec["initContainers"] == [only(chart).container]
    assert spec["volumes"] == deployment(rendered(chart))["volumes"]


def test_a_dependency_of_another_name_is_told(chart: Path, tmp_path: Path) -> None:
    """Its values would be elsewhere, and nothing of them would come to hold."""
    copy = with_template(chart, tmp_path, (chart / "templates" / "deployment.yaml").read_text())
    wanted = copy / "Chart.yaml"
    wanted.write_text(wanted.read_text().replace("name: logship", "name: logship\n    alias: shipper"))
    assert (
        "lack the chart's own: name the dependency logship"
        in run("template", copy, "--kube-version", KUBERNETES).stderr
    )


def test_a_pod_may_keep_its_own_group(chart: Path) -> None:
    """The chart then says nothing of it."""
    assert not deployment(rendered(chart, fsGroup=None))["securityContext"]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"imge": {}}, "additional properties 'imge' not allowed"),
    ({"image": {"tag": 1}}, "at '/image/tag': got number, want string"),
    ({"image": {"digest": "latest"}}, "at '/image/digest'"),
    ({"logs": {"sizeLimit": "1G"}}, "at '/logs/sizeLimit': '1G' does not match"),
    ({"logs": {"mountPath": "logs"}}, "at '/logs/mountPath'"),
    ({"logs": {"path": "/x"}}, "at '/logs': additional properties 'path' not allowed"),
    ({"settings": {"LOGSHIP_PATHS": ["a"]}}, "at '/settings/LOGSHIP_PATHS': got array"),
    ({"settings": {"sinks": "http"}}, "logship.settings.sinks is no setting: they are named as their variables"),
    ({"state": {"sizeLimit": "64Mi"}}, "logship.state.sizeLimit is 64Mi, and 1 sinks may need 80Mi"),
    ({"settings": {"LOGSHIP_SINKS": "http,loki,splunk,otlp"}}, "is 256Mi, and 4 sinks may need 272Mi"),
    ({"logs": {"claim": "a", "volumeClaimTemplate": True}}, "logship.logs has a claim and a volumeClaimTemplate"),
    ({"fsGroup": 0}, "at '/fsGroup'"),
    ({"terminationGracePeriodSeconds": 0}, "at '/terminationGracePeriodSeconds'"),
]


@pytest.mark.parametrize(("values", "message"), REFUSED, ids=[json.dumps(values) for values, _ in REFUSED])
def test_what_can_not_be_meant_is_refused(chart: Path, values: dict[str, Any], message: str) -> None:
    """With the value's place, before anything is sent to a cluster."""
    assert message in refusal(chart, **values)


def test_every_secret_is_refused_among_the_settings(chart: Path) -> None:
    """And told where it belongs; nothing else is refused for being one."""
    text = (CHARTS / "logship" / "templates" / "_checked.tpl").read_text()
    found = re.search(r'regexMatch "(_\(.*\)\$)" \$name', text)
    assert found
    for option in every_option():
        assert bool(re.search(found[1], option.variable)) is bool(option.secret_file), option.variable
    said = refusal(chart, settings={"LOGSHIP_DATADOG_API_KEY": "0123"})
    assert "logship.settings.LOGSHIP_DATADOG_API_KEY is a secret" in said
    assert "put it into the Secret logship-secrets, as logship_datadog_api_key" in said


def test_every_value_is_in_the_schema() -> None:
    """No value of values.yaml is missing there."""
    schema = json.loads((CHARTS / "logship" / "values.schema.json").read_text())["properties"]
    values = yaml.safe_load((CHARTS / "logship" / "values.yaml").read_text())
    assert values.keys() == schema.keys() - {"global", "enabled"}
    assert values["logs"].keys() == schema["logs"]["properties"].keys()
    assert values["state"].keys() == schema["state"]["properties"].keys()
