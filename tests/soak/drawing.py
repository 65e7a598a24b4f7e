"""The picture of a soak: small plots over one time axis, faults shaded, restarts marked."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, NullFormatter
from PIL import Image

from tests.soak.record import Soak
from tests.soak.trends import rates

HTTP, ELASTICSEARCH, BLACK, GREY = "#0072b2", "#d55e00", "#222222", "#888888"
"""Told apart by the colour-blind too."""
_STORE_COLOURS = {"http": HTTP, "elasticsearch": ELASTICSEARCH}
MOODS = {
    "down": ("refuses connections", "#000000"),
    "resetting": ("resets connections", "#e69f00"),
    "unanswered": ("takes, then resets", "#cc79a7"),
    "slow": ("answers after 1.5 s", "#56b4e9"),
    "busy": ("429", "#f0e442"),
    "unavailable": ("503", "#999999"),
    "refusing": ("refuses some records", "#009e73"),
}
"""What each mood does, and its colour."""
_GAP_SECONDS = 2.5
_COLOURS = 96
Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a plot."""

    label: str
    values: Values
    colour: str
    style: str = "-"


@dataclass(frozen=True, slots=True)
class Plot:
    """One of the small plots."""

    title: str
    """With its unit."""
    curves: Sequence[Curve]
    log: bool = False
    floor: float | None = 0.0
    """Where the axis begins; None: where the values do."""


def plots(soak: Soak) -> list[Plot]:
    """Give what is drawn, from top to bottom."""

    def of(name: str) -> list[float | None]:
        return [each.values.get(name) for each in soak.samples]

    delays = [
        Curve(f"{sink} {name}", of(f"{sink}_{name}"), colour, style)
        for sink, colour in _STORE_COLOURS.items()
        for name, style in (("p50", ":"), ("p99", "-"))
    ]
    taken = [Curve(sink, rates(soak.samples, f"{sink}_records"), colour) for sink, colour in _STORE_COLOURS.items()]
    return [
        Plot("memory, MiB", [Curve("RSS", of("rss_mib"), BLACK), Curve("PSS", of("pss_mib"), GREY)]),
        Plot(
            "descriptors and threads",
            [
                Curve("descriptors", of("descriptors"), BLACK),
                Curve("files held without a name", of("files_held_deleted"), GREY),
                Curve("threads", of("threads"), BLACK, ":"),
            ],
        ),
        Plot("not acknowledged by the slower store, MiB", [Curve("", of("lag_mib"), BLACK)]),
        Plot("from written to stored, s", delays, log=True, floor=None),
        Plot("records taken by the store, 1/s", taken, log=True, floor=100),
        Plot("processor, % of a core", [Curve("", _percent(rates(soak.samples, "cpu_seconds", of_life=True)), BLACK)]),
    ]


def _percent(shares: Values) -> Values:
    return [None if share is None else 100 * share for share in shares]


def draw(soak: Soak, path: Path) -> None:
    """Write the picture."""
    drawn = plots(soak)
    with mpl.rc_context({"font.size": 8, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 0.9}):
        heights = [0.5, *[1.0] * len(drawn)]
        figure, axes = plt.subplots(
            len(heights), 1, sharex=True, figsize=(8.6, 10.6), layout="constrained", height_ratios=heights
        )
        _draw_faults(axes[0], soak)
        for axis in axes:
            _mark(axis, soak)
        for axis, plot in zip(axes[1:], drawn, strict=True):
            _shade(axis, soak)
            _draw(axis, plot, [each.at for each in soak.samples], _unit(soak)[0])
        axes[-1].set_xlabel(f"{_unit(soak)[1]} since the start")
        axes[-1].set_xlim(0, max(soak.seconds, soak.samples[-1].at) / _unit(soak)[0])
        _save(figure, path)
        plt.close(figure)


def _save(figure: Figure, path: Path) -> None:
    """Write it with few colours: a third of the size, and nobody sees it."""
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=110)
    with Image.open(drawn) as image:
        image.convert("RGB").quantize(_COLOURS).save(path, "PNG", optimize=True)


def _unit(soak: Soak) -> tuple[float, str]:
    return (60.0, "minutes") if soak.seconds >= 120 else (1.0, "seconds")


def _draw(axis: Axes, plot: Plot, at: Sequence[float], unit: float) -> None:
    for curve in plot.curves:
        x, y = _with_gaps(at, curve.values)
        axis.plot([each / unit for each in x], y, curve.style, color=curve.colour, label=curve.label)
    axis.set_title(plot.title, loc="left", fontsize=8, fontweight="bold")
    axis.grid(axis="y", color="#dddddd", linewidth=0.5)
    if plot.log:
        axis.set_yscale("log")
        axis.yaxis.set_major_formatter(FuncFormatter(_plain))
        axis.yaxis.set_minor_formatter(NullFormatter())
    if plot.floor is not None:
        axis.set_ylim(bottom=plot.floor)
    if any(curve.label for curve in plot.curves):
        axis.legend(loc="lower right", bbox_to_anchor=(1.01, 0.96), ncols=len(plot.curves), fontsize=7, frameon=False)


def _plain(value: float, _: int | None) -> str:
    return f"{value:g}" if value < 1000 else f"{value:,.0f}"


def _with_gaps(at: Sequence[float], values: Values) -> tuple[list[float], list[float]]:
    """Leave a gap where a value is missing or nobody looked, so that no line is drawn over what was not seen."""
    x: list[float] = []
    y: list[float] = []
    for time, value in zip(at, values, strict=True):
        if x and time - x[-1] > _GAP_SECONDS:
            x.append(time)
            y.append(math.nan)
        x.append(time)
        y.append(math.nan if value is None else value)
    return x, y


def _shade(axis: Axes, soak: Soak) -> None:
    unit = _unit(soak)[0]
    for fault in soak.faults:
        axis.axvspan(
            fault.start / unit, fault.end / unit, color=_STORE_COLOURS[fault.stores[0]], alpha=0.13, linewidth=0
        )


def _mark(axis: Axes, soak: Soak) -> None:
    unit = _unit(soak)[0]
    for each in soak.restarted:
        axis.axvline(each.start / unit, color=BLACK, linewidth=0.9, linestyle=_restart_style(each.signal))


def _restart_style(name: str) -> Literal["-", "--"]:
    return "-" if name == "SIGKILL" else "--"


def _draw_faults(axis: Axes, soak: Soak) -> None:
    """Draw which store was in which mood, a lane each."""
    unit = _unit(soak)[0]
    for fault in soak.faults:
        lane = list(_STORE_COLOURS).index(fault.stores[0])
        axis.barh(lane, (fault.end - fault.start) / unit, 0.8, fault.start / unit, color=MOODS[fault.mood][1])
    axis.set_yticks(range(len(_STORE_COLOURS)), list(_STORE_COLOURS))
    for label, colour in zip(axis.get_yticklabels(), _STORE_COLOURS.values(), strict=True):
        label.set_color(colour)
    axis.set_ylim(1.5, -0.5)
    axis.set_title("the stores' faults, and restarts of the daemon", loc="left", fontsize=8, fontweight="bold")
    moods: list[Patch | Line2D] = [Patch(color=colour, label=words) for words, colour in MOODS.values()]
    kills = [
        Line2D([], [], color=BLACK, linewidth=0.9, linestyle=_restart_style(name), label=words)
        for name, words in (("SIGKILL", "kill -9"), ("SIGTERM", "SIGTERM"))
    ]
    axis.legend(
        handles=moods + kills, loc="lower center", bbox_to_anchor=(0.5, 1.25), ncols=5, fontsize=7, frameon=False
    )
