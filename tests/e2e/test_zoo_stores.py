"""A part of the stores' zoo that a change must not break: real stores, over kills of logship and restarts of theirs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.zoo_stores.cells import Options, missed, run_cell
from tests.zoo_stores.finding import all_setups, builds
from tests.zoo_stores.server import build
from tests.zoo_stores.setup import Setup

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PART = {
    "victorialogs-elasticsearch": ("plain", "throttle"),
    "victorialogs-http": ("plain", "kill"),
    "victorialogs-loki": ("kill",),
    "victorialogs-splunk": ("restart",),
    "victorialogs-datadog": ("restart",),
    "victorialogs-otlp": ("kill",),
    "opensearch-2": ("kill", "restart"),
}
"""By set-up: its cells."""
LINES = 1500
SETUPS = {each.name: each for each in all_setups()}


@pytest.mark.parametrize(("name", "cell"), [(name, cell) for name, cells in PART.items() for cell in cells])
def test_every_line_is_stored_as_it_was_written(name: str, cell: str, tmp_path: Path) -> None:
    """Its time, level, message and fields, once; but for what the store is known to drop, refuse or change."""
    setup = _built(name)
    figures = run_cell(setup, cell, Options((sys.executable, "-m", "logship"), LINES), tmp_path / "cell")
    assert not missed(setup, cell, figures), figures


@pytest.mark.parametrize("name", [name for name in PART if name.startswith("victorialogs-")])
def test_check_has_a_record_delivered_and_finds_no_fault(name: str, tmp_path: Path) -> None:
    """Whatever pages of a store's own such a server lacks."""
    setup = _built(name)
    server = setup.make(tmp_path / "server")
    server.start()
    settings = {"sinks": setup.sink, "paths": tmp_path / "*.log", "state_dir": tmp_path / "state", "listen": ""}
    environment = {
        f"LOGSHIP_{key.upper()}": str(value) for key, value in {**settings, **setup.settings(server)}.items()
    }
    try:
        command = [sys.executable, "-m", "logship", "check", "--send", "--json"]
        done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, check=False, timeout=60)
    finally:
        server.stop()
    findings = {each["subject"]: each for each in json.loads(done.stdout)}
    assert findings[f"{setup.sink}: delivery"]["message"] == "accepted"
    assert [each for subject, each in findings.items() if subject.startswith(setup.sink) and not each["good"]] == []


def _built(name: str) -> Setup:
    setup = SETUPS[name]
    if why := build(*builds(setup)):
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up(why)
    return setup
