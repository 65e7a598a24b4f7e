"""Figures of several rounds brought together, and written as tables."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
"""One run: ``case``, ``shipper``, ``round``, and its figures; or ``failed`` with the shipper's last words."""
Entry = Mapping[str, Any]
"""All rounds of one shipper on one case: ``case``, ``shipper``, ``rounds``, ``figures`` by name, and ``curves``."""

NAMES = frozenset({"case", "shipper", "round", "failed"})
"""What a row has beside its figures."""


@dataclass(frozen=True, slots=True)
class Column:
    """A figure as a table has it."""

    key: str
    title: str
    form: str = ".1f"
    total: bool = False
    """Show the sum of all rounds: what is missing in one round is missing."""
    compared: str = ""
    """What a ratio of it is called; empty: no ratio is given."""


def spread(values: Iterable[float]) -> dict[str, float]:
    """Give median, min, max and sum."""
    each = list(values)
    return {"median": statistics.median(each), "min": min(each), "max": max(each), "sum": sum(each)}


def summary(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Bring the rounds of each shipper on each case together; runs that failed are left out."""
    good = [row for row in rows if "failed" not in row]
    found = []
    for case, shipper in dict.fromkeys((row["case"], row["shipper"]) for row in good):
        own = [row for row in good if (row["case"], row["shipper"]) == (case, shipper)]
        keys = [key for key in own[0] if key not in NAMES]
        curves = [key for key in keys if isinstance(own[0][key], list)]
        found.append(
            {
                "case": case,
                "shipper": shipper,
                "rounds": len(own),
                "figures": {key: spread(row[key] for row in own) for key in keys if key not in curves},
                "curves": {key: _middle([row[key] for row in own]) for key in curves},
            }
        )
    return found


def _middle(curves: Sequence[Sequence[float]]) -> list[float]:
    return [statistics.median(values) for values in zip(*curves, strict=False)]


def shown(values: Mapping[str, float], form: str = ".1f", *, alone: bool = False) -> str:
    """Write a spread: ``12.3 (11.9-13.0)``; only the median if there was but one round."""
    median = f"{values['median']:{form}}"
    return median if alone else f"{median} ({values['min']:{form}}-{values['max']:{form}})"


def table(rows: Sequence[Sequence[str]], *, markdown: bool = False) -> str:
    """Line up columns, or write them as a page has them; the first row is their titles."""
    if markdown:
        return "\n".join("| " + " | ".join(row) + " |" for row in (rows[0], ["---"] * len(rows[0]), *rows[1:]))
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def figures_table(entries: Sequence[Entry], columns: Sequence[Column], *, markdown: bool = False) -> str:
    """Write a row for each case and shipper, cases together; a figure that a shipper has not stays empty."""
    rows: list[Sequence[str]] = [("case", "shipper", *(column.title for column in columns))]
    for case in dict.fromkeys(entry["case"] for entry in entries):
        rows += [
            (case, entry["shipper"], *(_cell(entry, column) for column in columns))
            for entry in entries
            if entry["case"] == case
        ]
    return table(rows, markdown=markdown)


def _cell(entry: Entry, column: Column) -> str:
    values = entry["figures"].get(column.key)
    if values is None:
        return ""
    alone = values["min"] == values["max"]
    return f"{values['sum']:.0f}" if column.total else shown(values, column.form, alone=alone)


def ratio(ours: Entry, theirs: Entry, key: str) -> float | None:
    """Give our median as a multiple of theirs; None where there is none."""
    pair = [entry["figures"].get(key, {}).get("median") for entry in (ours, theirs)]
    return pair[0] / pair[1] if pair[0] is not None and pair[1] else None


def ratios(entries: Sequence[Entry], columns: Sequence[Column], first: str = "logship") -> list[str]:
    """Compare the medians of the first shipper with those of each other, a line for each case and peer."""
    ours = {entry["case"]: entry for entry in entries if entry["shipper"] == first}
    lines = []
    for entry in entries:
        if entry["shipper"] == first or entry["case"] not in ours:
            continue
        found = [(ratio(ours[entry["case"]], entry, column.key), column.compared) for column in columns]
        words = [f"{value:.2f} x {word}" for value, word in found if value is not None and word]
        if words:
            lines.append(f"{entry['case']}: {first} has {', '.join(words)} of {entry['shipper']}")
    return lines
