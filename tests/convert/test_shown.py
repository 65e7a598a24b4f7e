"""What is printed: read by a real shell, and as YAML; the daemon's own reading of settings then finds no fault."""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from logship.convert.conversion import faults
from logship.convert.sheet import Kind
from logship.convert.shown import SECRET_NAME, SECRETS_FOLDER, environment_file, kubernetes_list
from tests.convert.examples import EXAMPLES
from tests.convert.test_conversion import converted
from tests.convert.writing import Example, with_filter, with_output

AROUND = {"ES": "es.example", "TOKEN": "t", "ENV": 'a "b" $c', "HOSTNAME": "h", "KEY": "k", "HOME": "/root"}
"""Variables that examples use."""


def of_shell(text: str, folder: Path) -> dict[str, str]:
    """Give the settings that a shell has after reading the lines; secrets are in files, as the comments say."""
    secrets = folder / "secrets"
    secrets.mkdir(exist_ok=True)
    for name in re.findall(rf"{SECRETS_FOLDER}/(\w+)", text):
        value = {"url": "http://x/secret", "headers": "X-Key=secret"}.get(name.rpartition("_")[2], "secret")
        (secrets / name).write_text(value)
    file = folder / "settings.env"
    file.write_text(text.replace(SECRETS_FOLDER, str(secrets)))
    command = ["sh", "-euc", f"set -a; . {file}; env -0"]
    done = subprocess.run(command, env={**AROUND, "PATH": os.environ["PATH"]}, capture_output=True, check=True)
    found = dict(pair.split("=", 1) for pair in done.stdout.decode().split("\0") if "=" in pair)
    ours = {name: value for name, value in found.items() if name.startswith("LOGSHIP_")}
    return {**ours, "HOME": "/root", "LOGSHIP_SECRETS_DIR": str(secrets)}


def of_kubernetes(text: str) -> dict[str, str]:
    """Give the settings that a container has: what a kubelet makes of the list."""
    found: dict[str, str] = {}
    entries: list[Mapping[str, Any]] = yaml.safe_load(text)["env"]
    for each in entries:
        if "value" in each:
            replaced = re.sub(r"(?<!\$)\$\((\w+)\)", lambda match: AROUND[match[1]], each["value"])
            found[each["name"]] = replaced.replace("$$(", "$(")
        elif reference := each["valueFrom"].get("secretKeyRef"):
            assert reference == {"name": SECRET_NAME, "key": each["name"].lower()}
            of = {"URL": "http://x/secret", "HEADERS": "X-Key=secret"}
            found[each["name"]] = of.get(each["name"].rpartition("_")[2], "secret")
        else:
            found[each["name"]] = each["valueFrom"]["fieldRef"]["fieldPath"]
    return {**found, "HOME": "/root"}


FORMS_OF_THEIR_OWN = ("modify",)
"""Examples with a mapping as JSON, in which a variable's own quotes would be an end: that is the operator's to know."""


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name not in FORMS_OF_THEIR_OWN])
def test_a_shell_reads_settings_without_a_fault(name: str, tmp_path: Path) -> None:
    """All that were found, with the same texts, but for variables and secrets."""
    sheet = converted(EXAMPLES[name], tmp_path)
    found = of_shell(environment_file(sheet, "x"), tmp_path)
    plain = {name: each.text for name, each in sheet.settings.items() if "${" not in each.text and not each.secret}
    assert {name: found.get(name) for name in plain} == plain
    assert faults(found) == []


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name not in FORMS_OF_THEIR_OWN])
def test_kubernetes_has_settings_without_a_fault(name: str, tmp_path: Path) -> None:
    """The same."""
    sheet = converted(EXAMPLES[name], tmp_path)
    found = of_kubernetes(kubernetes_list(sheet, "x"))
    plain = {name: each.text for name, each in sheet.settings.items() if "${" not in each.text and not each.secret}
    assert {name: found.get(name) for name in plain} == plain
    assert faults(found) == []


def test_no_secret_is_printed(tmp_path: Path) -> None:
    """In no form, whatever became of the option: only where it is, and where to put it."""
    lines = ["HTTP_Passwd hunter2", "HTTP_Api_Key hunter2", "Header X-Api-Key hunter2", "Header Cookie a=hunter2",
             "cloud_auth elastic:hunter2", "tls.key_passwd hunter2", "uri /in?token=hunter2",
             "shared_key hunter2"]  # fmt: skip
    for output in ("es", "http", "splunk", "datadog", "loki", "kafka", "opentelemetry", "forward", "what"):
        more = ["apikey hunter2", "splunk_token hunter2", "rdkafka.sasl.password hunter2", "bearer_token hunter2",
                "oauth2.client_secret hunter2", "Header Authorization Bearer hunter2"]  # fmt: skip
        text = with_output(f"Name {output}", *lines, *more) + with_filter("Name modify", "Add password hunter2")
        sheet = converted(Example(text, {}), tmp_path)
        for shown in (environment_file(sheet, "x"), kubernetes_list(sheet, "x")):
            assert "hunter2" not in shown, output


def test_the_pods_own_names_come_from_the_downward_api(tmp_path: Path) -> None:
    """Where the kubernetes filter asked the API server."""
    sheet = converted(Example(with_filter("Name kubernetes"), {}), tmp_path)
    found = of_kubernetes(kubernetes_list(sheet, "x"))
    assert found["LOGSHIP_POD_NAME"] == "metadata.name"
    assert "LOGSHIP_POD_NAME" in environment_file(sheet, "x")


def test_a_variable_is_left_to_the_environment(tmp_path: Path) -> None:
    """As a shell and as Kubernetes write it; what else looks like one to them is not."""
    text = with_filter("Name modify", "Add a ${HOSTNAME}", "Add b `x$y\\z", "Add c ${NONE:-d}")
    text += "[FILTER]\n    Name grep\n    Match *\n    Regex e ^x$(y)?\n"
    sheet = converted(Example(text, {}), tmp_path)
    found = of_shell(environment_file(sheet, "x"), tmp_path)
    assert found["LOGSHIP_FIELDS"] == "a=h,b=`x$y\\z,c=d"
    assert found["LOGSHIP_STDOUT_WHEN"] == 'e~"^x$(y)?"'
    shown = kubernetes_list(sheet, "x")
    assert 'value: "a=$(HOSTNAME),b=`x$y\\\\z,c=$(NONE)"' in shown
    assert r'value: "e~\"^x$$(y)?\""' in shown
    assert "# define these before them in the list: HOSTNAME, NONE (d there, if it is not set)" in shown


def test_remarks_that_are_alike_are_one_line(tmp_path: Path) -> None:
    """But never of what is left out; each is a comment, whatever a file has in it."""
    inputs = "".join(
        f"[INPUT]\n    Name tail\n    Path /a/{n}.log\n    DB.sync full\n    colour r\x1bd\n" for n in "ab"
    )
    sheet = converted(Example(inputs + "[OUTPUT]\n    Name stdout\n", {}), tmp_path)
    comments = [line for line in environment_file(sheet, "x").splitlines() if line.startswith("#")]
    assert sum("db.sync full (and in line 9)" in line for line in comments) == 1
    assert sum("colour" in line for line in comments) == 2
    assert all(line.isprintable() for line in comments)
    assert {each.kind for each in sheet.remarks} == set(Kind)
