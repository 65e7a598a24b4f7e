"""What is reached in silence is a finding of ``check``: room on volumes, memory, open files, a store's age."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from logship.check import limits
from tests.commands.test_check import bad, check, folder, messages
from tests.small_volume import small_volume

__all__ = ["folder"]  # the fixture, for every test here


@pytest.fixture
def full(folder: Path) -> Iterator[Path]:
    """Give a volume without room; needs root."""
    with small_volume(folder, "size=256k") as volume:
        (volume / "a.log").write_bytes(b"x" * (255 << 10) + b"\n")
        yield volume


def test_a_full_log_volume_stands_in_the_way(
    full: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The application's own lines are cut then, and nothing of logship's shows it."""
    monkeypatch.setenv("LOGSHIP_PATHS", f"{full}/*.log")
    code, findings = check(capsys)
    assert code == 1
    (said,) = [each for each in bad(findings) if each.startswith("logs:")]
    assert said.startswith(f"logs: volume: {full}: the volume is full, 0.00 MiB of 0.25 MiB left: the application's")


def test_a_full_volume_of_the_file_sink_stands_in_the_way(
    full: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its name."""
    monkeypatch.setenv("LOGSHIP_SINKS", "keep:file")
    monkeypatch.setenv("LOGSHIP_KEEP_PATH", f"{full}/kept")
    _, findings = check(capsys)
    assert any(each.startswith(f"keep: volume: {full}: the volume is full") for each in bad(findings))


def test_more_files_than_may_be_open_are_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is no fault: each has its turn."""
    for number in range(4):
        (folder / "logs" / f"{number}.log").touch()
    monkeypatch.setenv("LOGSHIP_MAX_FILES", "5")
    assert not [each for each in messages(check(capsys)[1]) if "MAX_FILES" in each]
    monkeypatch.setenv("LOGSHIP_MAX_FILES", "2")
    code, findings = check(capsys)
    assert code == 0
    (said,) = [each for each in messages(findings) if "MAX_FILES" in each]
    assert said.startswith("files: 5 files match, LOGSHIP_MAX_FILES lets 2 be open at once: the others wait")


def test_too_little_memory_stands_in_the_way(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By this process's cgroup, which is the daemon's in a container."""
    monkeypatch.setattr(limits, "memory_limit", lambda: 32 << 20)
    code, findings = check(capsys)
    assert code == 1
    assert any(each.startswith("memory: memory is limited to 32 MiB") for each in bad(findings))


def test_files_that_are_older_than_a_store_shows_are_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Datadog's 18 hours: what waited for longer is taken, and maybe found by nobody."""
    monkeypatch.setenv("LOGSHIP_SINKS", "datadog")
    monkeypatch.setenv("LOGSHIP_DATADOG_API_KEY", "k")
    monkeypatch.setenv("LOGSHIP_DATADOG_SITE", "datadoghq.invalid")
    told = []
    for age in (17 * 3600, 19 * 3600):
        path = folder / "logs" / "a.log"
        written = path.stat().st_ctime - age
        os.utime(path, (written, written))
        told.append([each for each in messages(check(capsys)[1]) if "hours ago" in each])
    none, (said,) = told
    assert none == []
    assert said.startswith(f"datadog: age: 1 files were last written over 18 hours ago, {folder}/logs/a.log for one")
