import json
from pathlib import Path

import pytest

from benchmarks.__main__ import main

pytestmark = pytest.mark.e2e

TINY = {
    "drain": ["--lines=2000", "--sink=elasticsearch", "--compression=gzip"],
    "live": ["--lines=200", "--seconds=0.3", "--sink=http"],
    "latency": ["--rates", "200", "--seconds=0.3"],
    "memory": ["--lines=200", "--seconds=0.3"],
    "rotate": ["--lines=1000", "--seconds=1", "--rotate-bytes=150000"],
    "scale": ["--axis", "odd lines %", "--megabytes=0.02"],
    "loops": ["--lines=500", "--sink=http"],
    "startup": [],
    "micro": ["--kinds", "CRLF"],
}
"""Each benchmark as small as it can be; ``profile`` needs the right to look into another process."""


@pytest.fixture
def no_peers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Have no peer be found."""
    monkeypatch.delenv("FLUENT_BIT", raising=False)
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    monkeypatch.chdir(Path(__file__).parents[2])
    monkeypatch.setenv("LOGSHIP_SECRETS_DIR", str(tmp_path))


@pytest.mark.usefixtures("no_peers")
@pytest.mark.parametrize("name", TINY)
def test_every_benchmark_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """The whole way with few lines: the real daemon, every line counted, figures in text and JSON, and a report."""
    out = tmp_path / "results" / f"{name}.json"
    code = main([name, "--rounds=1", f"--json={out}", *TINY[name]])
    text = capsys.readouterr().out
    assert code == 0, text
    assert "absent: fluent-bit" in text
    found = json.loads(out.read_text())
    assert {row["shipper"] for row in found["rows"]} == {"logship", *(["logship on uvloop"] if name == "loops" else [])}
    assert not any("failed" in row or row.get("missing") for row in found["rows"]), text
    assert main(["report", f"--folder={out.parent}"]) == 0
    assert f"## {name}" in (tmp_path / "RESULTS.md").read_text()
