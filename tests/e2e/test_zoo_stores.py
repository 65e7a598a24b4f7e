"""A part of the stores' zoo that a change must not break: real stores, over kills of logship and restarts of theirs."""

import os
import sys
from pathlib import Path

import pytest

from tests.zoo_stores.cells import Options, missed, run_cell
from tests.zoo_stores.finding import all_setups, builds
from tests.zoo_stores.server import build

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
    setup = SETUPS[name]
    if why := build(*builds(setup)):
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up(why)
    figures = run_cell(setup, cell, Options((sys.executable, "-m", "logship"), LINES), tmp_path / "cell")
    assert not missed(setup, cell, figures), figures
