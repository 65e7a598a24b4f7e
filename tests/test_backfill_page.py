import gzip
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml  # type: ignore[import-untyped]

from logship.daemon.account import BAD_CONFIGURATION, DEADLINE, DRAINED, FAILED, INCOMPLETE
from logship.files.plan import LEFT_OUT
from logship.metrics import FILTERED_REASONS

PAGE = Path(__file__).parent.parent / "docs" / "backfill.md"
COMMANDS = [
    line.partition("   #")[0]
    for block in re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
    for line in block.splitlines()
]
NOW = datetime.now(UTC)
RECORDS = [NOW - timedelta(hours=1), datetime(2026, 11, 10, tzinfo=UTC), datetime(2026, 10, 10, tzinfo=UTC)]
"""Of the live file, of one that was rotated, and of an archive."""
SHIPPED = {"": [0], "--history": [2, 1, 0], "*.gz": [2], "--since 2h": [0], "--since 2026-11-01": [1]}


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Make what the page's commands are run on."""
    folder = tmp_path / "agent"
    folder.mkdir()
    lines = [json.dumps({"time": when.isoformat(), "n": n}).encode() + b"\n" for n, when in enumerate(RECORDS)]
    (folder / "app.log").write_bytes(lines[0])
    (folder / "app.log.1").write_bytes(lines[1])
    (folder / "app.log.2.gz").write_bytes(gzip.compress(lines[2]))
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_does_what_it_says(command: str, logs: Path, tmp_path: Path) -> None:
    """Typed as it stands, but for the folder; what is left out gives exit 4."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "logship").write_text(f'#!/bin/sh\nexec {sys.executable} -m logship "$@"\n')
    (tmp_path / "bin" / "logship").chmod(0o700)
    environ = {name: text for name, text in os.environ.items() if not name.startswith("LOGSHIP_")}
    environ |= {"LOGSHIP_STATE_DIR": f"{tmp_path}/state", "LOGSHIP_LISTEN": "", "LOGSHIP_LOG_FORMAT": "json"}
    environ["PATH"] = f"{tmp_path}/bin:{environ['PATH']}"
    typed = command.replace("/var/log/agent", str(logs))
    done = subprocess.run(["sh", "-c", typed], env=environ, capture_output=True, text=True, check=False, timeout=60)
    wanted = next(SHIPPED[part] for part in reversed(SHIPPED) if part in command)
    assert [json.loads(line)["n"] for line in done.stdout.splitlines()] == wanted, done.stderr
    left_alone = "--history" not in command and "*.gz" not in command
    assert done.returncode == (INCOMPLETE if left_alone else DRAINED), done.stderr
    assert '"the sum of this run"' in done.stderr


def test_the_page_has_every_word_that_a_run_says() -> None:
    """The exit codes, the reasons, and what is left out."""
    text = PAGE.read_text()
    codes = [int(code) for code in re.findall(r"^\| (\d) \|", text, re.MULTILINE)]
    assert codes == [DRAINED, FAILED, BAD_CONFIGURATION, DEADLINE, INCOMPLETE]
    assert {"before_since", "after_until", "no_time"} <= set(FILTERED_REASONS)
    for word in ("before_since", "after_until", "no_time", "history", "may_be_shipped"):
        assert f"`{word}`" in text
    assert {"history", "may_be_shipped"} <= set(LEFT_OUT)


def test_the_job_is_one_that_kubernetes_takes() -> None:
    """Its arguments are flags of ``run``; it does not begin again for what a second try does not mend."""
    found = re.search(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found
    job = yaml.safe_load(found[1])
    kubernetes_validate.validate(job, "1.31", strict=True)
    (rule,) = job["spec"]["podFailurePolicy"]["rules"]
    assert rule["onExitCodes"]["values"] == [FAILED, BAD_CONFIGURATION, INCOMPLETE]
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert rule["onExitCodes"]["containerName"] == container["name"]
    assert container["args"] == ["run", "--once", "--history"]
