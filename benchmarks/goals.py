"""What logship wants to reach, as figures and as ratios to Fluent Bit in the same run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PEER = "fluent-bit"


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on a median, or on its ratio to the peer's."""

    benchmark: str
    case: str
    key: str
    words: str
    most: float | None = None
    least: float | None = None
    ratio: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a goal was met."""

    goal: Goal
    ours: float
    theirs: float | None
    value: float
    """What the bound is for."""
    met: bool


def _job(case: str, cpu: float, speed: float) -> list[Goal]:
    return [
        Goal("drain", case, "cpu_seconds_per_gb", f"{case}: CPU s/GB", most=1 / cpu, ratio=True),
        Goal("drain", case, "mb_per_second", f"{case}: MB/s", least=speed, ratio=True),
        Goal("drain", case, "peak_rss_mib", f"{case}: peak RSS MiB", most=56.0),
    ]


GOALS = (
    *_job("http", 6, 3.0),
    *_job("http, gzip", 10, 3.0),
    *_job("elasticsearch", 5, 2.5),
    *_job("elasticsearch, gzip", 9, 3.0),
    Goal("live", "elasticsearch", "delay_p50_ms", "20,000 lines/s: delay p50 ms", most=150.0),
    Goal("live", "elasticsearch", "delay_p99_ms", "20,000 lines/s: delay p99 ms", most=300.0),
    Goal("live", "elasticsearch", "cpu_percent", "20,000 lines/s: CPU %", most=1.0, ratio=True),
    Goal("live", "http", "delay_p50_ms", "20,000 lines/s, http: delay p50 ms", most=150.0),
    Goal("live", "http", "delay_p99_ms", "20,000 lines/s, http: delay p99 ms", most=300.0),
    Goal("live", "http", "cpu_percent", "20,000 lines/s, http: CPU %", most=1.0, ratio=True),
    Goal("memory", "elasticsearch", "idle_cpu_percent", "idle CPU %", most=0.3),
    Goal("memory", "elasticsearch", "idle_rss_mib", "idle RSS MiB", most=44.0),
    Goal("startup", "elasticsearch", "started_ms", "start to /startupz ms", most=800.0),
    Goal("scale", "idle files: 1,000", "cpu_percent", "1,000 idle files: CPU %", most=1.0),
)


def judge(found: Mapping[str, Mapping[str, Any]]) -> list[Verdict]:
    """Hold each goal against the results; goals whose figures are not there are left out."""
    verdicts = (_judge(goal, found) for goal in GOALS)
    return [verdict for verdict in verdicts if verdict]


def _judge(goal: Goal, found: Mapping[str, Mapping[str, Any]]) -> Verdict | None:
    ours, theirs = (_median(goal, found, shipper) for shipper in ("logship", PEER))
    if ours is None or (goal.ratio and not theirs):
        return None
    value = ours / theirs if goal.ratio and theirs else ours
    met = (goal.most is None or value <= goal.most) and (goal.least is None or value >= goal.least)
    return Verdict(goal, ours, theirs, value, met)


def _median(goal: Goal, found: Mapping[str, Mapping[str, Any]], shipper: str) -> float | None:
    for entry in found.get(goal.benchmark, {}).get("summary", ()):
        if (entry["case"], entry["shipper"]) == (goal.case, shipper) and goal.key in entry["figures"]:
            return float(entry["figures"][goal.key]["median"])
    return None
