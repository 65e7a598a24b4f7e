"""Results as plots; each function takes a result and gives what is drawn."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

_COLORS = {"logship": "#2f6fde", "fluent-bit": "#e07b39", "rsyslog": "#7a9e4b"}
_OTHERS = ("#9467bd", "#8c8c8c", "#d4a72c", "#17a2b8")


@dataclass(frozen=True, slots=True)
class Series:
    """One shipper's figures."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Bars:
    """A group of bars for each label."""

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    """``x`` are places of labels."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines over an axis."""

    title: str
    x_title: str
    series: Sequence[Series]
    log: bool = True
    log_y: bool = False


Panel = Bars | Lines


def bars(found: Mapping[str, Any], key: str, title: str) -> Bars:
    """Give a bar for each case and shipper that has the figure; peers with their defaults are only in the table."""
    entries = [entry for entry in found["summary"] if key in entry["figures"] and "defaults" not in entry["shipper"]]
    labels = [*dict.fromkeys(entry["case"] for entry in entries)]
    series = []
    for shipper in dict.fromkeys(entry["shipper"] for entry in entries):
        own = [entry for entry in entries if entry["shipper"] == shipper]
        values = [entry["figures"][key] for entry in own]
        series.append(
            Series(
                shipper,
                [labels.index(entry["case"]) for entry in own],
                [value["median"] for value in values],
                [value["median"] - value["min"] for value in values],
                [value["max"] - value["median"] for value in values],
            )
        )
    return Bars(title, labels, series)


def phases(found: Mapping[str, Any], keys: Mapping[str, str], title: str) -> Bars:
    """Give bars for several figures of each shipper; ``keys`` has a label for each."""
    series = []
    for entry in found["summary"]:
        own = [(at, entry["figures"][key]) for at, key in enumerate(keys) if key in entry["figures"]]
        series.append(
            Series(
                entry["shipper"],
                [at for at, _ in own],
                [value["median"] for _, value in own],
                [value["median"] - value["min"] for _, value in own],
                [value["max"] - value["median"] for _, value in own],
            )
        )
    return Bars(title, [*keys.values()], series)


def along(found: Mapping[str, Any], axis: str, key: str, title: str) -> Lines:
    """Give a line for each shipper over one axis of ``scale``."""
    own = [each for each in found["summary"] if each["case"].startswith(f"{axis}: ") and key in each["figures"]]
    series = []
    for shipper in dict.fromkeys(entry["shipper"] for entry in own):
        figures = [entry["figures"] for entry in own if entry["shipper"] == shipper]
        series.append(
            Series(shipper, [each["value"]["median"] for each in figures], [each[key]["median"] for each in figures])
        )
    return Lines(title, axis, series, log_y=key == "cpu_percent")


def distribution(found: Mapping[str, Any], case: str) -> Lines:
    """Give the delay that so many per cent of the lines did not exceed."""
    shares = found["facts"]["shares"]
    series = [
        Series(entry["shipper"], entry["curves"]["delays_ms"], shares)
        for entry in found["summary"]
        if entry["case"] == case and entry["curves"].get("delays_ms")
    ]
    return Lines(f"{case}: % of lines received within", "ms", series)


def draw(path: Path, panels: Sequence[Panel], columns: int = 2) -> None:
    """Write panels as one SVG that is the same for the same figures."""
    columns = min(columns, len(panels))
    rows = math.ceil(len(panels) / columns)
    with mpl.rc_context({"svg.hashsalt": "logship", "font.size": 9, "svg.fonttype": "path"}):
        figure = Figure(figsize=(5.2 * columns, 3.4 * rows), layout="constrained")
        figure.patch.set_facecolor("white")
        for at, panel in enumerate(panels):
            axes = figure.add_subplot(rows, columns, at + 1)
            axes.set_title(panel.title, fontsize=10)
            axes.spines[["top", "right"]].set_visible(False)
            if isinstance(panel, Bars):
                _draw_bars(axes, panel)
            else:
                _draw_lines(axes, panel)
            axes.legend(frameon=False, fontsize=8)
        figure.savefig(path, format="svg", metadata={"Date": None})


def color(name: str, at: int) -> str:
    """Give a shipper's colour, the same in every plot."""
    return _COLORS.get(name) or _OTHERS[at % len(_OTHERS)]


def _draw_bars(axes: Axes, panel: Bars) -> None:
    width = 0.8 / max(1, len(panel.series))
    for at, series in enumerate(panel.series):
        places = [x + (at - (len(panel.series) - 1) / 2) * width for x in series.x]
        shown = axes.bar(
            places,
            series.y,
            width,
            yerr=[series.low, series.high],
            label=series.name,
            color=color(series.name, at),
            error_kw={"elinewidth": 0.8, "ecolor": "#444444"},
        )
        axes.bar_label(shown, fmt="%.3g", fontsize=7, padding=1)
    axes.set_xticks(range(len(panel.labels)), [label.replace(", ", ",\n") for label in panel.labels])
    axes.margins(y=0.15)


def _draw_lines(axes: Axes, panel: Lines) -> None:
    for at, series in enumerate(panel.series):
        marker = "o" if len(series.x) < 20 else ""
        axes.plot(series.x, series.y, marker=marker, markersize=4, label=series.name, color=color(series.name, at))
    if panel.log:
        axes.set_xscale("log" if all(x > 0 for series in panel.series for x in series.x) else "linear")
    if panel.log_y:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    axes.set_xlabel(panel.x_title)
    axes.grid(visible=True, alpha=0.25)
