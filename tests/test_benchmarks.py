import json
import re
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from benchmarks import drain
from benchmarks.__main__ import main
from benchmarks.corpus import lines, prepare, shortest
from benchmarks.receiver import Kept, Request, answer
from benchmarks.report import shown, spread, table
from benchmarks.shippers import FIELDS, Job, Start, present


def post(path: str, body: bytes) -> Request:
    """Make a request that sends something."""
    return Request("POST", path, {}, bytearray(body))


def test_the_input_is_the_same_every_time(tmp_path: Path) -> None:
    """Lines of exactly the length asked for, JSON, numbered from 0 without a gap."""
    size = prepare(tmp_path / "a", 100, 262)
    text = (tmp_path / "a").read_bytes()
    assert size == 100 * 262
    assert text == lines(100, 262)
    assert {len(line) for line in text.splitlines(keepends=True)} == {262}
    assert [json.loads(line)["seq"] for line in text.splitlines()] == list(range(100))
    assert len(lines(1, shortest(1))) == shortest(1)


def test_the_receiver_misses_nothing_and_notes_what_came_twice() -> None:
    """Sequence numbers are looked for in what was kept, lines counted as they come."""
    kept = Kept()
    answer(post("/", b'{"seq": 1}\n{"seq":2}\n{"seq": 2}\n'), kept)
    bulk = b'{"create":{"_id":"x"}}\n{"seq":4,"at":5}\n'
    assert json.loads(answer(post("/i/_bulk?x", bulk), kept))["items"] == [{"create": {"status": 201}}]
    assert answer(Request("GET", "/_count", {}, bytearray()), kept) == b"4"
    report = kept.report()
    assert (report["records"], report["distinct"], report["highest"]) == (4, 3, 4)
    kept.reset()
    assert kept.report()["records"] == 0


@pytest.mark.parametrize("job", [Job(sink, how) for sink in drain.SINKS for how in drain.COMPRESSIONS], ids=str)
def test_fluent_bits_configuration_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, job: Job) -> None:
    """YAML with nothing left to fill in, compression only if the job says so, and the same five fields."""
    monkeypatch.setenv("FLUENT_BIT", "/bin/fluent-bit")
    (program,) = [each for each in present()[0] if each.name == "fluent-bit"]
    command = program.command(Start(job, tmp_path / "x.log", tmp_path, 1234, live=False))
    text = Path(command[-1]).read_text()
    pipeline = yaml.safe_load(text)["pipeline"]
    (out,) = pipeline["outputs"]
    assert (out["port"], out.get("compress")) == (1234, "gzip" if job.compression == "gzip" else None)
    added = {each["key"]: each["value"] for each in pipeline["inputs"][0]["processors"]["logs"]}
    assert set(added.values()) == set(FIELDS.values())
    assert len(added) == len(FIELDS)
    assert not re.search("@[A-Z]+@", re.sub("#.*", "", text))


def test_a_spread_is_median_and_bounds() -> None:
    """And columns are lined up."""
    assert shown(spread([3.0, 1.0, 2.0])) == "2.0 (1.0-3.0)"
    assert table([("a", "b"), ("long", "c")]) == "a     b\n----  -\nlong  c"


def test_a_drain_is_measured_and_complete(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole way with few lines: the real daemon, every line counted, figures in text and JSON."""
    out = tmp_path / "results.json"
    code = main(["drain", "--lines=2000", "--rounds=1", "--sink=elasticsearch", "--compression=gzip", f"--json={out}"])
    text = capsys.readouterr().out
    assert code == 0, text
    assert "elasticsearch, gzip" in text
    assert "receiver's ceiling" in text
    (result,) = json.loads(out.read_text())["drain"]
    assert (result["shipper"], result["missing"], result["repeated"]) == ("logship", 0, 0)
    assert result["mb_per_second"]["median"] > 0
