"""A part of the rotators' zoo that a change must not break: real rotators, beside a logship alive or killed."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.zoo.cells import Options, run_cell
from tests.zoo.finding import CACHE, all_setups, build

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PART = {
    "logrotate-copytruncate-compress": ("exact", "kill-one"),
    "logrotate-create-delaycompress": ("pattern", "kill-three"),
    "logging-rotating": ("pattern", "kill-three", "ten-kills"),
    "logging-timed": ("pattern",),
    "lumberjack-gzip": ("kill-three",),
    "logback-fixed-window-gz": ("kill-three",),
    "winston-daily-gz": ("kill-three",),
}
"""By set-up: its cells. One each of Go, Java and Node."""
LINES = 30_000
SETUPS = {each.name: each for each in all_setups()}


@pytest.mark.parametrize(("name", "cell"), [(name, cell) for name, cells in PART.items() for cell in cells])
def test_nothing_is_missing_nothing_twice_and_nothing_foreign(name: str, cell: str, tmp_path: Path) -> None:
    """Whatever some file of the rotator still has arrives under one id, and nothing else does."""
    if name not in SETUPS:
        _not_here("there is no such set-up")
    if why := build(SETUPS[name], CACHE):
        _not_here(why)
    options = Options((sys.executable, "-m", "logship"), CACHE, lines=LINES)
    figures = run_cell(SETUPS[name], cell, options, tmp_path / "cell")
    assert not figures.failures(), figures
    shutil.rmtree(tmp_path / "cell/logs")


def _not_here(why: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)
