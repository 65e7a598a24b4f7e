"""``report``: RESULTS.md and its plots, from the JSON alone."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.goals import Verdict, judge
from benchmarks.plots import Panel, along, bars, distribution, draw, phases
from benchmarks.results import columns_of, load
from benchmarks.tables import figures_table, ratios, table

Found = Mapping[str, Any]
_ORDER = ("drain", "live", "latency", "memory", "startup", "rotate", "faults", "scale", "loops", "micro", "profile")
_SHOWN_FUNCTIONS = 15


def write(folder: Path) -> int:
    """Write ``RESULTS.md`` beside the folder of the JSON, and plots into it; gives 1 if there is no result."""
    found = load(folder)
    if not found:
        print(f"no result in {folder}: python -m benchmarks all")
        return 1
    page = folder.parent / "RESULTS.md"
    drawn = {name: _draw(name, result, folder) for name, result in found.items()}
    page.write_text("\n".join(_page(found, drawn, folder.name)))
    print(f"wrote {page}")
    return 0


def _page(found: Mapping[str, Found], drawn: Mapping[str, Sequence[str]], folder: str) -> Iterator[str]:
    yield "# Results\n"
    yield "Written by `python -m benchmarks report` from the JSON in `results/`; no figure here is typed by hand.\n"
    yield from _surroundings(found)
    yield "\n## Goals\n"
    yield _goals(judge(found))
    for name in (name for name in _ORDER if name in found):
        yield from _section(name, found[name], [f"{folder}/{file}" for file in drawn[name]])


def _surroundings(found: Mapping[str, Found]) -> Iterator[str]:
    abouts = [result["about"] for result in found.values()]
    first = abouts[0]
    yield (
        f"{first['cores']} cores of {first['processor']}, {first['memory_gib']:.0f} GiB, {first['system']}, "
        f"Linux {first['kernel']}. "
        "The shipper runs on one core; the receiver, the writer and the measuring on another."
    )
    rows: list[Sequence[str]] = [("benchmark", "date", "load before", "logship", "Python", "peers", "command")]
    for name, result in found.items():
        about = result["about"]
        peers = ", ".join(f"{peer} {version}" for peer, version in about["versions"].items()) or "none"
        versions = f"{about['logship']} {about['commit']}"
        load_before = f"{about['load_before']:.1f}"
        rows.append((name, about["date"], load_before, versions, about["python"], peers, f"`{about['command']}`"))
    yield "\n" + table(rows, markdown=True)


def _goals(verdicts: Sequence[Verdict]) -> str:
    rows: list[Sequence[str]] = [("goal", "logship", "Fluent Bit", "measured", "wanted", "")]
    for each in verdicts:
        goal, unit = each.goal, " x" if each.goal.ratio else ""
        bound = f"≤ {goal.most:.3g}{unit}" if goal.most is not None else f"≥ {goal.least:.3g}{unit}"
        theirs = f"{each.theirs:.3g}" if each.theirs is not None else ""
        met = "met" if each.met else "**missed**"
        rows.append((goal.words, f"{each.ours:.3g}", theirs, f"{each.value:.3g}{unit}", bound, met))
    return table(rows, markdown=True) if len(rows) > 1 else "No result that a goal is for."


def _section(name: str, result: Found, files: Sequence[str]) -> Iterator[str]:
    yield f"\n## {name}\n"
    yield result["words"][0].upper() + result["words"][1:] + ". Medians, with (min-max) where there were rounds.\n"
    facts = {key: value for key, value in result["facts"].items() if not isinstance(value, dict | list)}
    if facts:
        yield ", ".join(f"{key.replace('_', ' ')}: {_fact(value)}" for key, value in facts.items()) + "\n"
    yield from (f"![{name}]({file})\n" for file in files)
    columns = [
        column for column in columns_of(result) if any(column.key in each["figures"] for each in result["summary"])
    ]
    yield figures_table(result["summary"], columns, markdown=True)
    yield from _notes(result)


def _fact(value: object) -> str:
    return f"{value:,.6g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


def _notes(result: Found) -> Iterator[str]:
    notes = ratios(result["summary"], columns_of(result)) if len(result["summary"]) < 20 else []
    notes += [
        f"{job}: the receiver's ceiling is {most['mb_per_second']:.0f} MB/s ({most['cpu_seconds_per_gb']:.2f} s/GB of "
        "the sender), by a client that only sends ready-made bodies"
        for job, most in result["facts"].get("ceilings", {}).items()
    ]
    notes += [
        f"{row['case']}, {row['shipper']}, round {row['round'] + 1} failed: {row['failed'].strip().splitlines()[-1:]}"
        for row in result["rows"]
        if "failed" in row
    ]
    if notes:
        yield "\n" + "\n".join(f"- {note}" for note in notes)
    for job, top in result["facts"].get("top", {}).items():
        rows = [("function", "itself %"), *((f"`{name}`", f"{share:.1f}") for name, share in top["own"])]
        yield f"\n{job}: where the samples are\n"
        yield table(rows[: _SHOWN_FUNCTIONS + 1], markdown=True)


def _panels(name: str, result: Found) -> list[Panel]:
    if name == "latency":
        return [distribution(result, case) for case in dict.fromkeys(each["case"] for each in result["summary"])]
    if name == "memory":
        return [phases(result, _PHASES, "RSS MiB (peak, but for idle)")]
    if name == "scale":
        return [
            along(result, axis, "cpu_percent" if axis in _LIVE_AXES else "cpu_seconds_per_gb", _title(axis))
            for axis in result["facts"]["axes"]
        ]
    return [bars(result, key, title) for key, title in _BARS.get(name, {}).items()]


_DRAIN = {
    "cpu_seconds_per_gb": "CPU s/GB (less is better)",
    "mb_per_second": "MB/s (more is better)",
    "peak_rss_mib": "peak RSS MiB (less is better)",
}
_BARS: Mapping[str, Mapping[str, str]] = {
    "drain": _DRAIN,
    "loops": _DRAIN,
    "live": {"delay_p99_ms": "delay p99 ms", "cpu_percent": "CPU % of a core"},
    "startup": {"started_ms": "started ms", "first_line_ms": "first line received ms"},
    "rotate": {"missing": "lines lost", "cpu_percent": "CPU % of a core"},
}
_PHASES = {"idle_rss_mib": "idle", "load_rss_mib": "under load", "outage_rss_mib": "in an outage"}
_LIVE_AXES = ("lines a second", "idle files")


def _title(axis: str) -> str:
    return ("CPU % of a core by " if axis in _LIVE_AXES else "CPU s/GB by ") + axis


def _draw(name: str, result: Found, folder: Path) -> list[str]:
    """Draw a result's plots; gives their names, those of the flame graphs that are there included."""
    if name == "profile":
        return sorted(path.name for path in folder.glob("profile-*.svg"))
    panels = [panel for panel in _panels(name, result) if panel.series]
    if not panels:
        return []
    draw(folder / f"{name}.svg", panels, columns=3 if len(panels) == 3 else 2)
    return [f"{name}.svg"]
