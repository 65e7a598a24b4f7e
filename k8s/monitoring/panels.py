# ruff: noqa: INP001 - beside a script that is run by itself
"""What the Grafana dashboard shows, row by row; dashboard.py makes JSON of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

POD: Final = 'namespace=~"$namespace",pod=~"$pod"'
SINK: Final = f'{POD},sink=~"$sink"'
OURS: Final = "on (namespace, pod, instance) group_left logship_build_info"
"""Leaves out the application's own ``process_`` series."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: what it shows, of what unit, and how wide and high it is on a grid of 24."""

    title: str
    about: str
    unit: str
    queries: Sequence[tuple[str, str]]
    """(PromQL, legend)."""
    width: int = 8
    height: int = 8
    kind: str = "timeseries"
    thresholds: Sequence[tuple[str, float]] = ()
    """(colour, from this value on)."""
    stack: bool = False


def rate(series: str, labels: str, by: str) -> str:
    """Give the rate of a counter, summed by some labels."""
    return f"sum by ({by}) (rate({series}{{{labels}}}[$__rate_interval]))"


def grown(series: str, labels: str, by: str) -> str:
    """Give how much a counter grew in the range that is shown."""
    return f"sum by ({by}) (increase({series}{{{labels}}}[$__range]))"


def stat(title: str, about: str, unit: str, query: str, *thresholds: tuple[str, float]) -> Panel:
    """Make one number, green until told otherwise."""
    return Panel(title, about, unit, [(query, "")], 4, 4, "stat", [("green", 0), *thresholds])


def quantiles(series: str) -> list[tuple[str, str]]:
    """Give the median and the 99th percentile of a histogram, for each sink."""
    inner = f"sum by (le, sink) (rate({series}_bucket{{{SINK}}}[$__rate_interval]))"
    return [(f"histogram_quantile({q}, {inner})", f"{{{{sink}}}} p{q * 100:g}") for q in (0.5, 0.99)]


ROWS: Final[Sequence[tuple[str, Sequence[Panel]]]] = (
    (
        "Is all well?",
        (
            stat("Sidecars", "That Prometheus scraped.", "none", f"count(logship_build_info{{{POD}}})"),
            stat(
                *("Not ready", "A folder can't be listed, or the sidecar starts or drains.", "none"),
                f"sum(1 - logship_ready{{{POD}}})",
                ("red", 1),
            ),
            stat(
                *("Oldest undelivered", "The age of the oldest line that a store has not acknowledged.", "s"),
                f"max(logship_oldest_undelivered_seconds{{{SINK}}})",
                *(("orange", 60), ("red", 300)),
            ),
            stat(
                *("Backlog", "Bytes in log files that the slowest sink has not acknowledged.", "bytes"),
                f"sum(logship_input_lag_bytes{{{POD}}})",
                *(("orange", 16 << 20), ("red", 256 << 20)),
            ),
            stat(
                *("Lost", "Bytes that were gone before they could be read.", "bytes"),
                f"sum(increase(logship_input_lost_bytes_total{{{POD}}}[$__range]))",
                ("red", 1),
            ),
            stat(
                *("Refused", "Records that a store never takes: dead letters.", "short"),
                f'sum(increase(logship_sink_records_total{{{SINK},outcome="dead_lettered"}}[$__range]))',
                ("orange", 1),
            ),
        ),
    ),
    (
        "Delivery",
        (
            Panel(
                "Records by outcome",
                "What became of the lines that were read.",
                "cps",
                [(rate("logship_sink_records_total", SINK, "sink, outcome"), "{{sink}} {{outcome}}")],
                stack=True,
            ),
            Panel(
                "Bytes read and delivered",
                "File bytes; the lines lie upon each other while the store keeps up.",
                "Bps",
                [
                    (rate("logship_input_bytes_total", POD, "namespace"), "{{namespace}} read"),
                    (rate("logship_sink_bytes_total", f'{SINK},outcome="delivered"', "sink"), "{{sink}} delivered"),
                ],
            ),
            Panel(
                "From line seen to line acknowledged",
                "Per batch, worst sidecars included.",
                "s",
                quantiles("logship_delivery_latency_seconds"),
            ),
            Panel(
                "Oldest undelivered line",
                "The five worst sidecars.",
                "s",
                [(f"topk(5, logship_oldest_undelivered_seconds{{{SINK}}})", "{{pod}} {{sink}}")],
                thresholds=[("transparent", 0), ("red", 300)],
            ),
            Panel(
                "Backlog",
                "The five sidecars that lag most.",
                "bytes",
                [(f"topk(5, logship_input_lag_bytes{{{POD}}})", "{{pod}}")],
            ),
            Panel(
                "Time since a store last took something",
                "An idle application makes it grow, too.",
                "s",
                [(f"time() - logship_sink_last_success_timestamp_seconds{{{SINK}}}", "{{pod}} {{sink}}")],
            ),
        ),
    ),
    (
        "Stores",
        (
            Panel(
                "Attempts by outcome",
                "Requests to the store.",
                "reqps",
                [(rate("logship_sink_requests_total", SINK, "sink, outcome"), "{{sink}} {{outcome}}")],
            ),
            Panel(
                "Sent again, by reason",
                "What the store, or the way to it, said.",
                "cps",
                [(rate("logship_sink_retries_total", SINK, "sink, reason"), "{{sink}} {{reason}}")],
            ),
            Panel("How long an attempt takes", "", "s", quantiles("logship_sink_request_duration_seconds")),
            Panel(
                "Given up",
                "Records dropped, and the oldest dead letters that had to go.",
                "short",
                [
                    (grown("logship_sink_dropped_records_total", SINK, "sink, reason"), "{{sink}} {{reason}}"),
                    (grown("logship_dead_letters_evicted_records_total", SINK, "sink"), "{{sink}} evicted"),
                ],
            ),
            Panel(
                "In flight",
                "Read, and not yet at their end.",
                "bytes",
                [(f"sum by (sink) (logship_sink_in_flight_bytes{{{SINK}}})", "{{sink}}")],
            ),
            Panel(
                "Buffers",
                "Of what may be held in memory; paused: reading waits for room.",
                "percentunit",
                [
                    (
                        f"max by (sink) (logship_buffer_bytes{{{SINK}}} / logship_buffer_capacity_bytes{{{SINK}}})",
                        "{{sink}}",
                    ),
                    (f"avg by (sink) (logship_input_paused{{{SINK}}})", "{{sink}} paused"),
                ],
            ),
        ),
    ),
    (
        "Files",
        (
            Panel(
                "Files",
                "Ignored: they match, but can't be opened, or are too many.",
                "none",
                [
                    (f"sum(logship_input_files_open{{{POD}}})", "open"),
                    (f"sum(logship_input_files_held_deleted{{{POD}}})", "deleted, held open"),
                    (f"sum(logship_input_files_ignored{{{POD}}})", "ignored"),
                ],
            ),
            Panel(
                "Rotation",
                "",
                "cps",
                [
                    (rate("logship_input_files_opened_total", POD, "namespace"), "{{namespace}} opened"),
                    (rate("logship_input_files_rotated_total", POD, "namespace"), "{{namespace}} rotated"),
                    (rate("logship_input_files_truncated_total", POD, "namespace"), "{{namespace}} truncated"),
                ],
            ),
            Panel(
                "Lost bytes, by reason",
                "",
                "bytes",
                [(grown("logship_input_lost_bytes_total", POD, "reason"), "{{reason}}")],
                stack=True,
            ),
            Panel(
                "Lines",
                "",
                "cps",
                [(rate("logship_input_lines_total", POD, "namespace, pod"), "{{pod}}")],
            ),
            Panel(
                "Odd lines",
                "Cut at the size limit, not UTF-8, fields that made way, times that are none or yet to come, skipped.",
                "short",
                [
                    (grown("logship_input_lines_truncated_total", POD, "namespace"), "{{namespace}} truncated"),
                    (grown("logship_input_decode_errors_total", POD, "namespace"), "{{namespace}} not UTF-8"),
                    (grown("logship_records_overridden_fields_total", POD, "namespace"), "{{namespace}} overridden"),
                    (grown("logship_records_bad_timestamps_total", POD, "namespace"), "{{namespace}} bad time"),
                    (grown("logship_records_future_timestamps_total", POD, "namespace"), "{{namespace}} future time"),
                    (grown("logship_sink_skipped_records_total", SINK, "sink, reason"), "{{sink}} {{reason}}"),
                ],
            ),
            Panel(
                "Checkpoint saves",
                "",
                "cps",
                [(rate("logship_checkpoint_saves_total", POD, "outcome"), "{{outcome}}")],
            ),
        ),
    ),
    (
        "What the sidecars cost",
        (
            Panel(
                "Processor",
                "Cores; the five that use most.",
                "none",
                [
                    (f"topk(5, rate(process_cpu_seconds_total{{{POD}}}[$__rate_interval]) * {OURS})", "{{pod}}"),
                ],
                12,
            ),
            Panel(
                "Memory",
                "Resident; the five that use most.",
                "bytes",
                [
                    (f"topk(5, process_resident_memory_bytes{{{POD}}} * {OURS})", "{{pod}}"),
                ],
                12,
            ),
        ),
    ),
)
