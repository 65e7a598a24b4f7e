from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from logship.settings.loading import load
from tests.k8s.injecting import GOLDEN, PODS, TRIED, policies_digest, sidecar_of
from tests.k8s.rendering import K8S
from tests.k8s.standards import violations

NAMES = [each["metadata"]["name"] for each in yaml.safe_load_all(PODS.read_text())]
every_pod = pytest.mark.parametrize("name", NAMES)
SERVERS_DEFAULTS = {"terminationMessagePath", "scheme", "successThreshold", "protocol", "apiVersion"}
BY_DESIGN = ["LOGSHIP_CONTAINER_NAME", "LOGSHIP_SHUTDOWN_TIMEOUT_SECONDS"]
"""What the component's sidecar can't know of its pod."""


def kept(name: str) -> Any:
    """Give an injected pod as the API server made it."""
    return yaml.safe_load((GOLDEN / f"{name}.yaml").read_text())


def without_defaults(value: Any) -> Any:
    """Give a part of a pod without what the server fills in."""
    if isinstance(value, dict):
        return {key: without_defaults(each) for key, each in value.items() if key not in SERVERS_DEFAULTS}
    return [without_defaults(each) for each in value] if isinstance(value, list) else value


def test_the_policies_are_those_that_were_tried() -> None:
    """After a change of them, `make apiserver` tries them on a real API server, and writes down that it did."""
    assert TRIED.read_text().splitlines()[-1] == policies_digest()


def test_the_sidecar_is_that_of_the_component() -> None:
    """Field by field, but for what only the pod knows."""
    (by_component,) = yaml.safe_load((K8S / "component" / "sidecar.yaml").read_text())["spec"]["template"]["spec"][
        "initContainers"
    ]
    ours = without_defaults(sidecar_of(kept("bare")))
    assert [each["name"] for each in ours["env"] if each["name"] in BY_DESIGN] == BY_DESIGN
    ours["env"] = [each for each in ours["env"] if each["name"] not in BY_DESIGN]
    assert ours == by_component


@every_pod
def test_its_settings_start(name: str, tmp_path: Any) -> None:
    """What the pod decides is what the settings take; what comes from the downward API is a text."""
    sidecar = sidecar_of(kept(name))
    assert sidecar
    environment = {
        each["name"]: each.get("value", "x") for each in sidecar["env"] if each["name"].startswith("LOGSHIP_")
    }
    loaded = load({}, {"LOGSHIP_STATE_DIR": str(tmp_path)} | environment)
    assert loaded.warnings == ()
    grace = kept(name)["spec"]["terminationGracePeriodSeconds"]
    assert loaded.config.shutdown_timeout_seconds == (grace - 5 if grace > 10 else max(1, grace // 2))


@every_pod
def test_what_is_kept_is_what_restricted_allows(name: str) -> None:
    """By our own reading of the rules."""
    assert violations(kept(name)["spec"]) == []
