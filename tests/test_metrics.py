import os
import re
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logship.metrics import (
    DROPPED_REASONS,
    FILTERED_REASONS,
    LOST_REASONS,
    OUTCOMES,
    RETRY_REASONS,
    SKIPPED_REASONS,
    Metrics,
)
from logship.model import Status

SINKS = ("stdout", "elasticsearch")

SERIES = """logship_input_bytes_total
logship_input_lines_total logship_input_files_open logship_input_files_opened_total
logship_input_files_held_deleted logship_input_files_rotated_total logship_input_files_truncated_total
logship_input_lag_bytes logship_input_lost_bytes_total logship_input_lines_truncated_total
logship_input_decode_errors_total logship_input_files_ignored logship_input_paused logship_buffer_bytes
logship_buffer_capacity_bytes logship_sink_read_records_total logship_sink_read_bytes_total
logship_sink_records_total logship_sink_bytes_total logship_sink_dropped_records_total
logship_sink_dropped_bytes_total logship_sink_skipped_records_total logship_sink_skipped_bytes_total
logship_sink_in_flight_records logship_sink_in_flight_bytes logship_sink_requests_total logship_sink_retries_total
logship_records_overridden_fields_total logship_records_bad_timestamps_total
logship_sink_request_duration_seconds_count logship_delivery_latency_seconds_count
logship_oldest_undelivered_seconds logship_sink_last_success_timestamp_seconds logship_checkpoint_saves_total
logship_ready logship_build_info process_resident_memory_bytes process_open_fds process_cpu_seconds_total"""


@pytest.fixture
def metrics() -> Metrics:
    """Give fresh ones."""
    return Metrics(SINKS, "1.2.3")


def page(metrics: Metrics) -> str:
    """Give the page as Prometheus reads it."""
    return metrics.exposition()[1].decode()


def test_every_series_is_there_from_the_start(metrics: Metrics) -> None:
    """A query on a series never comes back empty because nothing has happened yet."""
    shown = set(re.findall(r"^([a-z_]+)(?:\{| )", page(metrics), re.MULTILINE))
    assert set(SERIES.split()) <= shown


def test_every_series_is_0_at_the_start(metrics: Metrics) -> None:
    """The first rate of a counter is right: it starts at 0, with all its label values."""
    text = page(metrics)
    ours = [line for line in text.splitlines() if line.startswith("logship_") and "build_info" not in line]
    assert [line for line in ours if not line.endswith(" 0.0")] == []
    for reason in LOST_REASONS:
        assert f'logship_input_lost_bytes_total{{reason="{reason}"}} 0.0' in text
    for sink in SINKS:
        for reasons, name in ((DROPPED_REASONS, "dropped"), (SKIPPED_REASONS, "skipped")):
            for reason in reasons:
                assert f'logship_sink_{name}_bytes_total{{reason="{reason}",sink="{sink}"}} 0.0' in text
        assert f'logship_sink_retries_total{{reason="{RETRY_REASONS[0]}",sink="{sink}"}} 0.0' in text


def test_what_is_not_known_is_other(metrics: Metrics) -> None:
    """A reason that an application or a store made up makes no new series."""
    before = {line.rpartition(" ")[0] for line in page(metrics).splitlines()}
    metrics.lost('x"} 1\nevil', 5)
    sink = metrics.sink("stdout")
    sink.read(2, 2)
    sink.dropped("/var/log/agent/secret.log", 1, 1)
    sink.skipped("mapper [password]", 1, 1)
    sink.retried("illegal_argument_exception: hunter2")
    text = page(metrics)
    assert {line.rpartition(" ")[0] for line in text.splitlines()} == before
    assert 'logship_input_lost_bytes_total{reason="other"} 5.0' in text
    assert 'logship_sink_retries_total{reason="other",sink="stdout"} 1.0' in text


def test_two_instances_share_nothing() -> None:
    """Each daemon, and each test, counts for itself."""
    first, second = Metrics(SINKS, "1"), Metrics(SINKS, "1")
    first.input_bytes.inc(7)
    first.sink("stdout").read(1, 7)
    assert "logship_input_bytes_total 0.0" in page(second)
    assert second.sink("stdout").totals()["read"] == (0, 0)


ENDS = st.sampled_from([*OUTCOMES, "dropped", "skipped"])


@settings(deadline=None)
@given(reads=st.lists(st.integers(1, 10**6), max_size=20), ends=st.lists(ENDS, max_size=20))
def test_what_is_read_adds_up(reads: list[int], ends: list[str]) -> None:
    """The conservation law holds after every call, in the totals and on the page."""
    metrics = Metrics(("http",), "1")
    sink = metrics.sink("http")
    waiting: list[int] = []
    for number, nbytes in enumerate(reads):
        sink.read(1, nbytes)
        waiting.append(nbytes)
        if number < len(ends):
            end, size = ends[number], waiting.pop(0)
            if end in OUTCOMES and end != "filtered":
                getattr(sink, end)(1, size)
            else:
                getattr(sink, end)("empty", 1, size)
        totals = sink.totals()
        assert totals["in_flight"] == (len(waiting), sum(waiting))
        for kind in (0, 1):
            assert totals["read"][kind] == sum(each[kind] for key, each in totals.items() if key != "read")
    value = metrics.registry.get_sample_value
    assert value("logship_sink_in_flight_bytes", {"sink": "http"}) == sum(waiting)
    shown = sum(value("logship_sink_bytes_total", {"sink": "http", "outcome": each}) or 0 for each in OUTCOMES)
    for gone, reasons in (("dropped", DROPPED_REASONS), ("skipped", SKIPPED_REASONS)):
        name = f"logship_sink_{gone}_bytes_total"
        shown += sum(value(name, {"sink": "http", "reason": each}) or 0 for each in reasons)
    assert shown == sum(reads) - sum(waiting)
    of_reasons = (value("logship_sink_filtered_records_total", {"sink": "http", "reason": r}) for r in FILTERED_REASONS)
    assert sum(each or 0 for each in of_reasons) == sink.totals()["filtered"][0]


def test_every_call_moves_its_series(metrics: Metrics) -> None:
    """Each number goes where its name says, with the sink as label."""
    sink = metrics.sink("elasticsearch")
    sink.request(Status.ERRORED, 0.2)
    sink.succeeded(1_700_000_000.5)
    sink.latency(0.07)
    sink.buffer(11)
    sink.capacity(22)
    sink.paused(True)  # noqa: FBT003 - the gauge's value
    sink.oldest_undelivered(3.5)
    metrics.checkpoint_saved("failed")
    value = metrics.registry.get_sample_value
    of_sink = {"sink": "elasticsearch"}
    assert value("logship_sink_requests_total", {**of_sink, "outcome": "errored"}) == 1
    assert value("logship_sink_request_duration_seconds_bucket", {**of_sink, "le": "0.25"}) == 1
    assert value("logship_sink_request_duration_seconds_bucket", {**of_sink, "le": "0.1"}) == 0
    assert value("logship_sink_last_success_timestamp_seconds", of_sink) == 1_700_000_000.5
    assert value("logship_delivery_latency_seconds_sum", of_sink) == 0.07
    assert value("logship_buffer_bytes", of_sink) == 11
    assert value("logship_buffer_capacity_bytes", of_sink) == 22
    assert value("logship_input_paused", of_sink) == 1
    assert value("logship_oldest_undelivered_seconds", of_sink) == 3.5
    assert value("logship_checkpoint_saves_total", {"outcome": "failed"}) == 1
    assert value("logship_build_info", {"version": "1.2.3"}) == 1


def test_the_accept_header_chooses_the_format(metrics: Metrics) -> None:
    """OpenMetrics only for those who ask for it; it ends with its own mark."""
    plain_type, plain = metrics.exposition("*/*")
    open_type, openmetrics = metrics.exposition("application/openmetrics-text; version=1.0.0")
    assert plain_type.startswith("text/plain")
    assert open_type.startswith("application/openmetrics-text")
    assert openmetrics.endswith(b"# EOF\n")
    assert not plain.endswith(b"# EOF\n")


def test_promtool_finds_no_fault(metrics: Metrics) -> None:
    """Prometheus's own linter is content with every name, help text and type."""
    promtool = shutil.which("promtool")
    if promtool is None:
        assert os.environ.get("CI") != "true", "CI must have promtool (Debian: prometheus)"
        pytest.skip("promtool is not installed")
    done = subprocess.run(
        [promtool, "check", "metrics"], input=metrics.exposition()[1], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_promtool_finds_a_fault_where_there_is_one(metrics: Metrics) -> None:
    """The test above can fail."""
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    bad = metrics.exposition()[1].replace(b"logship_input_bytes_total", b"logship_input_bytes")
    assert subprocess.run(["promtool", "check", "metrics"], input=bad, capture_output=True, check=False).returncode != 0
