import json
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from benchmarks import corpora, drain, loops, micro, profile, report, results
from benchmarks.__main__ import BENCHMARKS
from benchmarks.corpus import lines, numbered, prepare, shortest
from benchmarks.flames import flame_graph
from benchmarks.goals import GOALS, PEER, judge
from benchmarks.kinds import joined, learned
from benchmarks.plots import along, bars, distribution, phases
from benchmarks.receiver import Kept, Request, answer
from benchmarks.rounds import FailedError, Plan, Run, measure
from benchmarks.shippers import FIELDS, Job, Start, present
from benchmarks.tables import Column, figures_table, ratios, shown, spread, summary, table
from benchmarks.writer import HOW, Log, line
from logship.model import Block, FileId
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.layouts import Lines

JOBS = [Job(sink, how) for sink in drain.SINKS for how in drain.COMPRESSIONS]


def post(path: str, body: bytes) -> Request:
    """Make a request that sends something."""
    return Request("POST", path, {}, bytearray(body) + b"of another", len(body))


def rows() -> list[dict[str, object]]:
    """Give two rounds of two shippers on one case."""
    return [
        {"case": "a: 10", "shipper": "logship", "round": 0, "value": 10, "cost": 1.0, "missing": 0, "d": [1.0, 2.0]},
        {"case": "a: 10", "shipper": PEER, "round": 0, "value": 10, "cost": 8.0, "missing": 3, "d": [5.0, 6.0]},
        {"case": "a: 10", "shipper": "logship", "round": 1, "value": 10, "cost": 3.0, "missing": 0, "d": [3.0, 4.0]},
        {"case": "a: 10", "shipper": PEER, "round": 1, "failed": "no"},
    ]


COLUMNS = (Column("cost", "CPU", compared="the CPU"), Column("missing", "missing", total=True))


@pytest.mark.parametrize("line_bytes", [64, 262, 4096])
def test_the_input_is_the_same_every_time(tmp_path: Path, line_bytes: int) -> None:
    """Lines of exactly the length asked for, JSON, numbered from 0 without a gap."""
    size = prepare(tmp_path / "a", 100, line_bytes)
    text = (tmp_path / "a").read_bytes()
    assert size == 100 * line_bytes
    assert text == lines(100, line_bytes)
    assert {len(line) for line in text.splitlines(keepends=True)} == {line_bytes}
    assert [json.loads(line)["seq"] for line in text.splitlines()] == list(range(100))
    assert len(lines(1, shortest(1))) == shortest(1)


def test_one_line_in_a_hundred_may_be_odd() -> None:
    """Text, an empty object, CRLF, a key of ours: none has a number, all others have theirs."""
    text = lines(400, 262, odd=True)
    assert text.count(b"\n") == 400
    assert len(re.findall(rb'"seq": \d+', text)) == numbered(400, odd=True) == 396
    for odd in (b"Traceback", b"\n{}\n", b"\r\n", b'"service.name"'):
        assert text.count(odd) == 1
    assert numbered(400, odd=False) == 400


@pytest.mark.parametrize(
    ("name", "shares"),
    [
        ("plain", (100, 0, 0)),
        ("a condition", (100, 0, 0)),
        ("1 % odd lines", (99, 0, 1)),
        ("text lines", (0, 100, 0)),
        ("stack traces 5 %", (95, 0, 5)),
        ("agents", (80, 15, 5)),
        (corpora.REDACTED, (80, 15, 5)),
        (corpora.NOTHING_FOUND, (80, 15, 5)),
    ],
)
def test_a_corpus_has_the_lines_that_it_is_named_for(tmp_path: Path, name: str, shares: tuple[int, ...]) -> None:
    """In per cent: numbered JSON, text with its time, all else; the same every time, and a record for each number."""
    records = 40 * 115 if shares[2] == 5 else 4200
    numbered = corpora.write(tmp_path / "a", name, records, 262)
    corpora.write(tmp_path / "b", name, records, 262)
    data = (tmp_path / "a").read_bytes()
    assert data == (tmp_path / "b").read_bytes()
    found = data.splitlines()
    kinds = [
        sum(b'"seq"' in each for each in found),
        sum(each.startswith((b"2026-11-22 10:", b"INFO:")) for each in found),
    ]
    kinds.append(len(found) - sum(kinds))
    assert kinds == [round(len(found) * share / 100) for share in shares]
    assert kinds[0] == numbered
    encoder = BlockEncoder(Enrichment({}), Lines())
    whole = Block(FileId("f" * 22), "a.log", 0, len(data), data, 1_795_345_200 * 10**9, 0.0)
    encoded = [encoder.encode(each) for each in joined(whole, learned(whole))]
    assert sum(each.records for each in encoded) == records
    for last in (b"TimeoutError: no answer", b"RuntimeError: the tool"):
        assert sum(each.body.count(last) for each in encoded) == data.count(last)


def test_the_odd_lines_of_a_corpus_are_of_several_kinds(tmp_path: Path) -> None:
    """Text, an empty object, NaN, a name in our way, no time, no UTF-8, CRLF: each once in 700 lines."""
    corpora.write(tmp_path / "a", "1 % odd lines", 700, 262)
    odd = [each for each in (tmp_path / "a").read_bytes().split(b"\n") if each and b'"seq"' not in each]
    assert len({*odd}) == 7
    assert {odd[0][:6], odd[1], odd[6][-1:]} == {b"worker", b"{}", b"\r"}


def test_a_cost_beside_plain_is_of_the_same_bytes() -> None:
    """What takes as long for half as many bytes costs about twice as much."""
    step = partial(sum, range(20_000))
    figures = micro.beside_plain(micro.Sized(step, 1000), micro.Sized(step, 2000))
    assert figures["to_plain"] > 1
    assert figures["cpu_seconds_per_gb"] > 0


def test_the_receiver_misses_nothing_and_notes_what_came_twice() -> None:
    """Sequence numbers are looked for in what was kept, lines counted when they are asked for."""
    kept = Kept()
    answer(post("/", b'{"seq": 1}\n{"seq":2}\n{"seq": 2}\n'), kept)
    bulk = b'{"create":{"_id":"x"}}\n{"seq":4,"at":5}\n'
    assert json.loads(answer(post("/i/_bulk?x", bulk), kept))["items"] == [{"create": {"status": 201}}]
    answer(post("/i/_doc", b'{"seq": 5}'), kept)
    assert answer(Request("GET", "/_count", {}, bytearray()), kept) == b"5"
    report = kept.report()
    assert (report["lines"], report["records"], report["distinct"], report["highest"]) == (5, 5, 4, 5)
    kept.reset()
    assert kept.report()["records"] == 0


def test_the_receiver_can_count_without_keeping() -> None:
    """For more than memory has room for; when the first and the last came is known all the same."""
    kept = Kept()
    answer(Request("GET", "/_count_only", {}, bytearray()), kept)
    for _ in range(3):
        answer(post("/", b'{"seq": 1}\n'), kept)
    report = kept.report()
    assert (report["lines"], report["records"]) == (3, 0)
    assert report["first_at"] < report["last_at"]


@pytest.mark.parametrize("how", HOW)
def test_the_writer_rotates_as_logrotate_does(tmp_path: Path, how: str) -> None:
    """Every line is in some file, the oldest files are gone, and a file is never over its size."""
    log = Log(tmp_path / "a.log", how, 1000, keep=2)
    for number in range(40):
        log.write(line(number, 200))
    log.close()
    found = {path.name: path.read_bytes().count(b"\n") for path in tmp_path.iterdir()}
    kept = {"a.log.1": 5} if how == "copy-over" else {"a.log.1": 5, "a.log.2": 5}
    assert found == {"a.log": 5} | kept
    assert log.rotations == 7


@pytest.mark.parametrize("defaults", [False, True], ids=["best", "defaults"])
@pytest.mark.parametrize("job", JOBS, ids=str)
def test_fluent_bits_configuration_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, job: Job, *, defaults: bool
) -> None:
    """YAML with nothing left to fill in, compression only if the job says so, and the same five fields."""
    monkeypatch.setenv("FLUENT_BIT", "/bin/true")
    (program,) = [each for each in present(defaults=defaults)[0] if each.name.startswith("fluent-bit")]
    command = program.command(Start(job, tmp_path / "x.log", tmp_path, 1234, live=False, listen=99))
    text = Path(command[-1]).read_text()
    found = yaml.safe_load(text)
    pipeline = found["pipeline"]
    (out,) = pipeline["outputs"]
    assert found["service"]["http_port"] == 99
    assert (out["port"], out.get("compress")) == (1234, "gzip" if job.compression == "gzip" else None)
    added = dict(each.split() for each in pipeline["filters"][0]["record"])
    assert set(added.values()) == set(FIELDS.values())
    assert len(added) == len(FIELDS)
    assert not re.search("@[A-Z]+@", re.sub("#.*", "", text))


def test_a_spread_is_median_and_bounds() -> None:
    """And columns are lined up."""
    assert shown(spread([3.0, 1.0, 2.0])) == "2.0 (1.0-3.0)"
    assert shown(spread([3.0]), alone=True) == "3.0"
    assert table([("a", "b"), ("long", "c")]) == "a     b\n----  -\nlong  c"


def test_rounds_come_together() -> None:
    """Medians of figures and of curves, sums of what is missing, ratios to each peer; a failed run is left out."""
    entries = summary(rows())
    assert [(entry["shipper"], entry["rounds"]) for entry in entries] == [("logship", 2), (PEER, 1)]
    assert entries[0]["figures"]["cost"] == {"median": 2.0, "min": 1.0, "max": 3.0, "sum": 4.0}
    assert entries[0]["curves"]["d"] == [2.0, 3.0]
    assert figures_table(entries, COLUMNS, markdown=True).splitlines()[2:] == [
        "| a: 10 | logship | 2.0 (1.0-3.0) | 0 |",
        f"| a: 10 | {PEER} | 8.0 | 3 |",
    ]
    assert ratios(entries, COLUMNS) == [f"a: 10: logship has 0.25 x the CPU of {PEER}"]


def test_rounds_are_interleaved_and_end_with_the_time() -> None:
    """Every run once a round, the peers' defaults in the first only; no round begins that would outlast the budget."""
    clock = [0.0]
    told: list[str] = []

    def run() -> dict[str, float]:
        clock[0] += 10.0
        return {"cost": 1.0}

    def fail() -> dict[str, float]:
        words = "it fell over"
        raise FailedError(words)

    plan = Plan([Run("a", "x", run), Run("a", "y", fail), Run("a", "x, defaults", run, once=True)])
    taken = measure(plan, 5, 45.0, told.append, lambda: clock[0])
    assert [(row["round"], row["shipper"]) for row in taken] == [
        (0, "x"), (0, "y"), (0, "x, defaults"), (1, "x"), (1, "y"), (2, "x"), (2, "y"),
    ]  # fmt: skip
    assert [row["failed"] for row in taken if row["shipper"] == "y"] == ["it fell over"] * 3
    assert len(told) == len(taken)


def test_a_goal_is_a_bound_on_a_figure_or_on_a_ratio() -> None:
    """The goal's figures come from the results; one that is not there is no verdict."""
    case = "http"
    entries = [
        {"case": case, "shipper": shipper, "figures": {"cpu_seconds_per_gb": {"median": cost}}, "curves": {}}
        for shipper, cost in (("logship", 5.0), (PEER, 35.0))
    ]
    (verdict,) = judge({"drain": {"summary": entries}})
    assert (verdict.ours, verdict.theirs, verdict.met) == (5.0, 35.0, True)
    assert verdict.value == pytest.approx(1 / 7)
    assert judge({}) == []
    assert {goal.benchmark for goal in GOALS} <= BENCHMARKS.keys()


def test_plots_show_what_the_results_say() -> None:
    """Bars with their bounds, lines over an axis, distributions: the figures, for each shipper."""
    found: dict[str, Any] = {"summary": summary(rows()), "facts": {"shares": [50, 100]}}
    panel = bars(found, "cost", "CPU")
    assert (panel.labels, [series.name for series in panel.series]) == (["a: 10"], ["logship", PEER])
    ours = panel.series[0]
    assert (ours.x, ours.y, ours.low, ours.high) == ([0], [2.0], [1.0], [1.0])
    (first, second) = along(found, "a", "cost", "").series
    assert ((first.x, first.y), (second.x, second.y)) == (([10], [2.0]), ([10], [8.0]))
    assert along(found, "b", "cost", "").series == []
    assert phases(found, {"cost": "x", "missing": "y"}, "").series[1].y == [8.0, 3]
    found["summary"][0]["curves"]["delays_ms"] = [2.0, 3.0]
    (series,) = distribution(found, "a: 10").series
    assert (series.x, series.y) == ([2.0, 3.0], [50, 100])


def test_a_profile_says_where_the_time_goes() -> None:
    """Lines of one function are one, waiting threads and imports are left out, and the graph has every function."""
    stacks = [
        "main (logship/daemon/__main__.py:1);encode (logship/records/encoding.py:5) 30",
        "main (logship/daemon/__main__.py:1);encode (logship/records/encoding.py:9);0x7f01 (libc.so.6) 10",
        "main (logship/daemon/__main__.py:2);<send> (socket.so) 60",
        "worker (thread.py:1);_queue_SimpleQueue_get (_queue.c) 500",
        "<module> (x.py:1);_find_and_load (<frozen importlib._bootstrap>:1) 7",
    ]
    samples = profile.shipping(profile.parse(stacks))
    own, below = profile.shares(samples)
    assert dict(own) == {"<send> (socket.so)": 60.0, "encode (logship/records/encoding.py)": 30.0, "(libc.so.6)": 10.0}
    assert dict(below)["encode (logship/records/encoding.py)"] == 40.0
    graph = flame_graph(samples, "a & b")
    assert "a &amp; b: 100 samples" in graph
    assert "&lt;send&gt; (socket.so): 60.0%" in graph


def test_the_report_is_made_of_the_json_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Machine, versions, command and tables come from the files; without a result there is no page."""
    folder = tmp_path / "results"
    assert report.write(folder) == 1
    about = {
        "date": "2026-11-22T10:00:00+00:00", "command": "python -m benchmarks all", "logship": "1.2.3", "commit": "abc",
        "python": "3.13.0", "system": "An OS", "processor": "A CPU", "cores": 2,
        "memory_gib": 24.0, "kernel": "6.1", "load_before": 0.1,
        "versions": {PEER: "5.1.1"}, "absent": [],
    }  # fmt: skip
    facts = {"ceilings": {"a: 10": {"mb_per_second": 900.0, "cpu_seconds_per_gb": 0.5}}, "lines": 1000}
    results.save(folder / "drain.json", results.result("drain", "ship a file", about, facts, COLUMNS, rows()))
    assert report.write(folder) == 0
    page = (tmp_path / "RESULTS.md").read_text()
    for words in ("2 cores of A CPU", f"{PEER} 5.1.1", "| a: 10 | logship | 2.0 (1.0-3.0) | 0 |", "900 MB/s", "failed"):
        assert words in page
    assert str(tmp_path) not in page
    capsys.readouterr()


def test_the_daemon_is_put_on_uvloop_from_outside() -> None:
    """By the benchmark's folder on PYTHONPATH, and only the daemon: the product has no switch for it."""
    (variant,) = [each for each in loops.programs([]) if "uvloop" in each.name]
    start = Start(Job("http", "none"), Path("x.log"), Path(), 1, live=True)
    show = "import asyncio; print(type(asyncio.Runner().get_loop()).__module__)"
    for argument, module in (("run", "uvloop"), ("logship", "asyncio.unix_events")):
        command = [sys.executable, "-W", "ignore", "-c", show, argument]
        done = subprocess.run(command, env=variant.environment(start), capture_output=True, text=True, check=True)
        assert done.stdout.strip() == module
