"""The soak's own smoke test: a few seconds of it, with all that the half hour has."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def test_a_short_soak_accounts_for_every_line_and_draws_it(tmp_path: Path) -> None:
    """Over two kills and two drains, with all applications writing and a mood of a store every other half second."""
    command = [sys.executable, "-m", "tests.soak", "--minutes", "0.15", "--every", "0.5", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads((tmp_path / "soak.json").read_text())
    assert [each["signal"] for each in figures["restarts"]] == ["SIGKILL", "SIGTERM"] * 2
    assert set(figures["accounts"]) == {"http", "elasticsearch"}
    for account in figures["accounts"].values():
        assert account["written"] > 5000
        assert account["arrived"] + account["dead_lettered"] == account["written"]
    assert (tmp_path / "soak.png").read_bytes().startswith(b"\x89PNG")
