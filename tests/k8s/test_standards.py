import copy
from typing import Any

import pytest

from tests.k8s.standards import violations

GOOD: dict[str, Any] = {
    "containers": [
        {
            "name": "x",
            "image": "x",
            "ports": [{"containerPort": 1}],
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "runAsNonRoot": True,
                "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
                "seccompProfile": {"type": "RuntimeDefault"},
            },
        }
    ],
    "volumes": [{"name": "x", "emptyDir": {}}],
}


def test_a_pod_that_keeps_the_rules_breaks_none() -> None:
    """Neither where the containers say so, nor where the pod says it for them."""
    assert violations(GOOD) == []
    by_pod = copy.deepcopy(GOOD)
    context = by_pod["containers"][0]["securityContext"]
    by_pod["securityContext"] = {name: context.pop(name) for name in ("runAsNonRoot", "seccompProfile")}
    assert violations(by_pod) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"hostNetwork": True}, "hostNetwork"),
        ({"hostPID": True}, "hostPID"),
        ({"hostIPC": True}, "hostIPC"),
        ({"volumes": [{"name": "x", "hostPath": {"path": "/"}}]}, "volume x"),
        ({"securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}}, "sysctl kernel.msgmax"),
        ({"securityContext": {"runAsUser": 0}}, "runAsUser 0"),
        ({"securityContext": {"windowsOptions": {"hostProcess": True}}}, "hostProcess"),
        ({"securityContext": {"seccompProfile": {"type": "Unconfined"}}}, "seccompProfile"),
        ({"securityContext": {"appArmorProfile": {"type": "Unconfined"}}}, "appArmorProfile"),
        ({"securityContext": {"seLinuxOptions": {"type": "spc_t"}}}, "seLinuxOptions"),
    ],
)
def test_what_a_pod_must_not_say(change: dict[str, Any], fault: str) -> None:
    """Each rule can be broken."""
    assert violations(GOOD | change) == [fault]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"privileged": True}, "x: privileged"),
        ({"procMount": "Unmasked"}, "x: procMount"),
        ({"runAsUser": 0}, "x: runAsUser 0"),
        ({"seccompProfile": {"type": "Unconfined"}}, "x: seccompProfile"),
        ({"seccompProfile": None}, "x: seccompProfile is not set"),
        ({"allowPrivilegeEscalation": None}, "x: allowPrivilegeEscalation"),
        ({"runAsNonRoot": None}, "x: runAsNonRoot"),
        ({"capabilities": {}}, "x: capabilities are not dropped"),
        ({"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}, "x: capabilities are added"),
    ],
)
@pytest.mark.parametrize("place", ["containers", "initContainers"])
def test_what_a_container_must_not_say(place: str, change: dict[str, Any], fault: str) -> None:
    """Be it an init container or not; None takes the field away."""
    changed = GOOD["containers"][0]["securityContext"] | change
    context = {name: value for name, value in changed.items() if value is not None}
    bad = GOOD["containers"][0] | {"securityContext": context}
    assert violations(GOOD | {place: [bad]}) == [fault]


def test_the_hosts_ports_and_probes_of_other_hosts() -> None:
    """A port of the node, and a probe that makes the kubelet ask somebody else."""
    container = GOOD["containers"][0]
    taken = container | {"ports": [{"containerPort": 1, "hostPort": 1}]}
    assert violations(GOOD | {"containers": [taken]}) == ["x: hostPort"]
    probing = container | {"livenessProbe": {"httpGet": {"host": "example.com", "port": 1}}}
    assert violations(GOOD | {"containers": [probing]}) == ["x: livenessProbe host"]
