"""The figures of a soak: as JSON, and as the table of ``docs/soak.md``."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from tests.soak.record import Soak
from tests.soak.trends import calm, growth, growths, longest_life, median, rates

CALM_SECONDS = 15.0
"""After a fault, until its back-log is certainly shipped."""
_MEASURES = ("rss_mib", "pss_mib", "descriptors", "threads", "state_mib")
BEGIN, END = "<!-- soak -->\n", "<!-- /soak -->"


def problems(soak: Soak) -> list[str]:
    """Say what is wrong, a line each: lines that are not accounted for, faults, growth."""
    return [*soak.problems, *growths(soak)]


def summary(soak: Soak) -> dict[str, Any]:
    """Give the figures."""
    life = longest_life(soak.samples)
    quiet = calm(soak, CALM_SECONDS)
    cpu = [each for each in rates(soak.samples, "cpu_seconds", of_life=True) if each is not None]
    return {
        **soak.about,
        "seconds": soak.seconds,
        "samples": len(soak.samples),
        "load_average": median(soak.samples, "load_average"),
        "faults": len(soak.faults),
        "restarts": [asdict(each) for each in soak.restarted],
        "longest_life_seconds": round(life[-1].at - life[0].at, 1),
        "growth": {name: growth(life, name) for name in _MEASURES},
        "peak": {name: max(each.values[name] for each in soak.samples) for name in (*_MEASURES, "lag_mib")},
        "cpu_percent_mean": 100 * sum(cpu) / len(cpu),
        "calm_seconds": {
            f"{store}_{each}": median(quiet, f"{store}_{each}") for store in soak.accounts for each in ("p50", "p99")
        },
        "accounts": {name: each.as_json() for name, each in soak.accounts.items()},
        "lost_bytes": soak.lost_bytes,
        "exit_code": soak.exit_code,
        "problems": problems(soak),
    }


def table(figures: Mapping[str, Any]) -> str:
    """Write the figures of :func:`summary` as the page has them."""
    return "\n".join(
        [_heading(figures), "", *_accounts(figures), "", *_growth(figures), "", _rest(figures), "", _verdict(figures)]
    )


def _heading(figures: Mapping[str, Any]) -> str:
    return (
        f"{figures['date'][:10]}, logship {figures['logship']}, Python {figures['python']}, "
        f"{figures['cores']} cores of {figures['processor']} (load average {figures['load_average']:.1f}):\n"
        f"{figures['seconds'] / 60:g} minutes, {figures['faults']} faults, {len(figures['restarts'])} restarts."
    )


def _accounts(figures: Mapping[str, Any]) -> list[str]:
    titles = ("written", "arrived", "dead-lettered", "missing", "taken twice", "answered 409")
    keys = ("written", "arrived", "dead_lettered", "missing", "repeated", "duplicates")
    rows = [
        f"| {name} | " + " | ".join(f"{account[key]:,}" for key in keys) + " |"
        for name, account in figures["accounts"].items()
    ]
    return [f"| lines, by store | {' | '.join(titles)} |", "|---" * (len(titles) + 1) + "|", *rows]


def _growth(figures: Mapping[str, Any]) -> list[str]:
    words = {
        "rss_mib": "RSS, MiB",
        "pss_mib": "PSS, MiB",
        "descriptors": "descriptors",
        "threads": "threads",
        "state_mib": "state folder, MiB",
    }
    rows = [
        f"| {words[name]} | {each['second_tenth_median']:.4g} | {each['last_tenth_median']:.4g} "
        f"| {figures['peak'][name]:.4g} |"
        for name, each in figures["growth"].items()
    ]
    return ["| | median of the second tenth | of the last | peak |", "|---|---|---|---|", *rows]


def _rest(figures: Mapping[str, Any]) -> str:
    delays = ", ".join(
        f"{store} {_milliseconds(figures, store, 'p50')} and {_milliseconds(figures, store, 'p99')} ms"
        for store in figures["accounts"]
    )
    return (
        f"The tenths are those of the longest life, {figures['longest_life_seconds'] / 60:.1f} minutes.\n"
        f"From written to stored in calm seconds, p50 and p99 (medians): {delays}.\n"
        f"Processor: {figures['cpu_percent_mean']:.1f} % of a core. Bytes counted as lost: {figures['lost_bytes']:,}. "
        f"Largest back-log: {figures['peak']['lag_mib']:.1f} MiB."
    )


def _verdict(figures: Mapping[str, Any]) -> str:
    return f"**Wrong:** {'; '.join(figures['problems'])}." if figures["problems"] else "Nothing was wrong."


def _milliseconds(figures: Mapping[str, Any], store: str, name: str) -> str:
    seconds = figures["calm_seconds"][f"{store}_{name}"]
    return "none" if seconds is None else f"{seconds * 1000:.0f}"


def replaced(page: str, figures: Mapping[str, Any]) -> str:
    """Give a page with the table between its marks; a page without marks raises ValueError."""
    before, after = page.index(BEGIN) + len(BEGIN), page.index(END)
    return page[:before] + table(figures) + "\n" + page[after:]
