"""What logship counts: every series of the ``/metrics`` page, at 0 from the start.

Each :class:`Metrics` has its own registry. No label holds a path or anything that an application or a store wrote:
a reason that is not known here is counted as ``other``. Numbers of a sink are *file* bytes and lines, whatever the
sink's encoding makes of them, so that they add up::

    read = delivered + duplicate + failure_store + dead_lettered + filtered
           + dropped{reason} + skipped{reason} + in_flight
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final, Literal

from logship.model import Status
from logship.record_metrics import OTHER, ByReason, RecordMetrics
from logship.redaction_metrics import RedactionMetrics
from logship.series import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, choose_encoder

_LOST: Final = ("truncated", "gone_while_down", "backlog", "suspected_rotation", "descriptor_limit", "max_files")
LOST_REASONS: Final = (*_LOST, "archive_member", "unreadable", OTHER)
FILTERED_REASONS: Final = ("condition", "no_level", "sampled", "before_since", "after_until", "no_time", OTHER)
DROPPED_REASONS: Final = ("too_large", "partial_success", OTHER)
INTERNAL_ERROR: Final = "internal_error"
SKIPPED_REASONS: Final = ("empty", "nul", "bom", "overlong", INTERNAL_ERROR, OTHER)
RETRY_REASONS: Final = (
    *("http_401", "http_403", "http_404", "http_408", "http_413", "http_429"),
    *("http_500", "http_502", "http_503", "http_504", "timeout", "connection_refused", "connection_reset"),
    *("secret", "token", "no_project", "proxy", "bad_request_setting", "unreachable", "dns"),
    *("tls", "tls_expired", "tls_not_spoken", "tls_unknown_ca", "tls_wrong_name"),
    *("bad_response", "too_large", "internal_error", "throttled", "no_ack", "not_otlp", "web_page"),
    *("write_failed", "disk_full", "read_only", "permission_denied", "in_use"),
    *("es_rejected_execution_exception", "circuit_breaking_exception"),
    *("unavailable_shards_exception", "cluster_block_exception", "shard_limit", "no_write_index", "pipeline_missing"),
    *("index_missing", "index_closed_exception", "index_not_found_exception", "document_id_not_supported"),
    OTHER,
)
OUTCOMES: Final = ("delivered", "duplicate", "failure_store", "dead_lettered", "filtered")
REQUEST_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
LATENCY_SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)

Totals = Mapping[str, tuple[int, int]]
"""(records, file bytes) by ``read``, the outcomes, ``dropped``, ``skipped`` and ``in_flight``."""


class SinkMetrics:
    """One sink's numbers; made by :class:`Metrics`, whose series it shares."""

    def __init__(self, name: str, series: "_SinkSeries", repaired: ByReason) -> None:
        sink = (name,)
        self._repaired = repaired
        self.retries = 0
        """Batches, or parts of one, that were sent again."""
        self._totals = {key: [0, 0] for key in ("read", *OUTCOMES, "dropped", "skipped", "in_flight")}
        self._read = tuple(each.labels(name) for each in series.read)
        self._evicted = tuple(each.labels(name) for each in series.evicted)
        for at, gauge in enumerate(series.in_flight):  # worked out when somebody asks, as the next two
            gauge.labels(name).set_function(partial(self._totals["in_flight"].__getitem__, at))
        self._outcomes = tuple(ByReason(each, sink, OUTCOMES) for each in series.outcomes)
        self._filtered = ByReason(series.filtered, sink, FILTERED_REASONS)
        self._dropped = tuple(ByReason(each, sink, DROPPED_REASONS) for each in series.dropped)
        self._skipped = tuple(ByReason(each, sink, SKIPPED_REASONS) for each in series.skipped)
        self._requests = ByReason(series.requests, sink, [status.value for status in Status])
        self._retries = ByReason(series.retries, sink, RETRY_REASONS)
        self._duration = series.duration.labels(name)
        self._latency = series.latency.labels(name)
        self._held, self._waits, self._last_success = 0, False, 0.0
        series.last_success.labels(name).set_function(lambda: self._last_success)
        series.buffer.labels(name).set_function(lambda: self._held)
        self._capacity = series.capacity.labels(name)
        series.paused.labels(name).set_function(lambda: self._waits)
        self._oldest = series.oldest.labels(name)
        self._overtaken = series.overtaken.labels(name)
        self._waiting = series.waiting.labels(name)

    def read(self, records: int, nbytes: int) -> None:
        """Count lines and bytes taken from files; they are in flight until one of the calls below ends them."""
        self._move("read", records, nbytes)
        for counter, amount in zip(self._read, (records, nbytes), strict=True):
            counter.inc(amount)

    def delivered(self, records: int, nbytes: int) -> None:
        """End them: the store has them."""
        self._end("delivered", records, nbytes)

    def duplicate(self, records: int, nbytes: int) -> None:
        """End them: the store had them already."""
        self._end("duplicate", records, nbytes)

    def failure_store(self, records: int, nbytes: int) -> None:
        """End them: the store has them, but not where they were to go."""
        self._end("failure_store", records, nbytes)

    def dead_lettered(self, records: int, nbytes: int) -> None:
        """End them: they are in the dead-letter file."""
        self._end("dead_lettered", records, nbytes)

    def filtered(self, reason: str, records: int, nbytes: int) -> None:
        """End them: the operator did not want them; ``reason`` is one of :data:`FILTERED_REASONS`."""
        self._end("filtered", records, nbytes)
        self._filtered.add(reason, records)

    def dropped(self, reason: str, records: int, nbytes: int) -> None:
        """Give them up; ``reason`` is one of :data:`DROPPED_REASONS`."""
        self._give_up("dropped", self._dropped, reason, records, nbytes)

    def skipped(self, reason: str, records: int, nbytes: int) -> None:
        """End lines and bytes that make no record; ``reason`` is one of :data:`SKIPPED_REASONS`."""
        self._give_up("skipped", self._skipped, reason, records, nbytes)

    def repaired(self, what: str, records: int) -> None:
        """Count records that the store took only once they were mended; ``what`` is one of its reasons."""
        self._repaired.add(what, records)

    def evicted(self, records: int, nbytes: int) -> None:
        """Count the oldest dead letters, which had to go for new ones; each was counted as dead-lettered before."""
        for counter, amount in zip(self._evicted, (records, nbytes), strict=True):
            counter.inc(amount)

    def overtaken(self, records: int) -> None:
        """Count records that make requests fail: they wait alone, and what comes behind them goes on."""
        self._overtaken.inc(records)

    def waiting(self, records: int) -> None:
        """Say how many such records wait."""
        self._waiting.set(records)

    def request(self, outcome: Status, seconds: float) -> None:
        """Count an attempt that came back, or was given up, after so long."""
        self._requests.add(outcome.value)
        self._duration.observe(seconds)

    def retried(self, reason: str) -> None:
        """Count a batch, or a part of one, that is sent again; ``reason`` is one of :data:`RETRY_REASONS`."""
        self.retries += 1
        self._retries.add(reason)

    def succeeded(self, at: float) -> None:
        """Note that the store took something at this time (epoch seconds)."""
        self._last_success = at

    def latency(self, seconds: float) -> None:
        """Note the time from a read to its acknowledgement."""
        self._latency.observe(seconds)

    def latencies(self) -> list[tuple[float, int]]:
        """Give (seconds, how many acknowledgements took at most so long) for each bucket; the last is infinite."""
        return self._latency.buckets()

    def buffer(self, nbytes: int) -> None:
        """Say how many bytes are held in memory for this sink."""
        self._held = nbytes

    def capacity(self, nbytes: int) -> None:
        """Say how many may be."""
        self._capacity.set(nbytes)

    def paused(self, on: bool) -> None:  # noqa: FBT001 - the gauge's value
        """Say whether reading for this sink waits for room."""
        self._waits = on

    def oldest_undelivered(self, seconds: float) -> None:
        """Give the age of the oldest byte that the store has not acknowledged; 0 if there is none."""
        self._oldest.set(seconds)

    def totals(self) -> Totals:
        """Give the terms of the conservation law as they are now."""
        return {key: (records, nbytes) for key, (records, nbytes) in self._totals.items()}

    def by_reason(self) -> dict[str, dict[str, int]]:
        """Give how many records were ``filtered`` and ``dropped``, by reason."""
        return {"filtered": self._filtered.totals, "dropped": self._dropped[0].totals}

    def _move(self, key: str, records: int, nbytes: int) -> None:
        sign = 1 if key == "read" else -1
        for name, change in ((key, 1), ("in_flight", sign)):
            self._totals[name][0] += change * records
            self._totals[name][1] += change * nbytes

    def _end(self, outcome: str, records: int, nbytes: int) -> None:
        self._give_up(outcome, self._outcomes, outcome, records, nbytes)

    def _give_up(self, key: str, counters: tuple[ByReason, ...], reason: str, records: int, nbytes: int, /) -> None:
        self._move(key, records, nbytes)
        for counter, amount in zip(counters, (records, nbytes), strict=True):
            counter.add(reason, amount)


class _SinkSeries:
    """The series that have a ``sink`` label."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def pair(kind: type[Counter], name: str, doc: str, *labels: str) -> tuple[Counter, Counter]:
            lines = kind(name.format("records"), doc.format("Lines"), ["sink", *labels], registry=registry)
            return lines, kind(name.format("bytes"), doc.format("File bytes"), ["sink", *labels], registry=registry)

        def counter(name: str, doc: str, *labels: str) -> Counter:
            return Counter(name, doc, ["sink", *labels], registry=registry)

        def gauge(name: str, doc: str) -> Gauge:
            return Gauge(name, doc, ["sink"], registry=registry)

        def histogram(name: str, doc: str, buckets: Sequence[float]) -> Histogram:
            return Histogram(name, doc, ["sink"], registry=registry, buckets=buckets)

        self.read = pair(Counter, "logship_sink_read_{}", "{} read from files for the sink.")
        self.outcomes = pair(Counter, "logship_sink_{}", "{} that found their end, by outcome.", "outcome")
        unwanted = "Lines that the sink was not to have, by reason."
        self.filtered = counter("logship_sink_filtered_records", unwanted, "reason")
        self.dropped = pair(Counter, "logship_sink_dropped_{}", "{} given up, by reason.", "reason")
        self.skipped = pair(Counter, "logship_sink_skipped_{}", "{} that make no record, by reason.", "reason")
        self.evicted = pair(
            Counter, "logship_dead_letters_evicted_{}", "{} of the oldest dead letters, gone because the file was full."
        )
        self.in_flight = (
            gauge("logship_sink_in_flight_records", "Lines read and not yet at their end."),
            gauge("logship_sink_in_flight_bytes", "File bytes read and not yet at their end."),
        )
        self.requests = counter("logship_sink_requests", "Attempts to deliver, by outcome.", "outcome")
        self.retries = counter("logship_sink_retries", "Batches sent again, by reason.", "reason")
        took, waited = "How long an attempt took.", "From line seen to line acknowledged."
        self.duration = histogram("logship_sink_request_duration_seconds", took, REQUEST_SECONDS)
        self.latency = histogram("logship_delivery_latency_seconds", waited, LATENCY_SECONDS)
        last = "When the store last took something; 0 if never."
        self.last_success = gauge("logship_sink_last_success_timestamp_seconds", last)
        self.buffer = gauge("logship_buffer_bytes", "Bytes held in memory.")
        self.capacity = gauge("logship_buffer_capacity_bytes", "Bytes that may be held in memory.")
        self.paused = gauge("logship_input_paused", "1 while reading waits for room in the buffer.")
        overtaken = "Records that made requests fail, and that what came behind them did not wait for."
        self.overtaken = counter("logship_sink_overtaken_records", overtaken)
        self.waiting = gauge("logship_sink_waiting_records", "Records that made requests fail, and wait alone.")
        self.oldest = gauge("logship_oldest_undelivered_seconds", "Age of the oldest byte not yet acknowledged.")


class Metrics:
    """All series, in a registry of their own; ``sinks`` are the values of the ``sink`` label."""

    def __init__(self, sinks: Sequence[str], version: str, detectors: Sequence[str] = ()) -> None:
        """``detectors`` are what values are redacted by."""
        self.registry = registry = CollectorRegistry()

        def counter(name: str, doc: str, *labels: str) -> Counter:
            return Counter(name, doc, labels, registry=registry)

        def gauge(name: str, doc: str) -> Gauge:
            return Gauge(name, doc, registry=registry)

        self.input_bytes = counter("logship_input_bytes", "Bytes read from files, each once.")
        self.input_lines = counter("logship_input_lines", "Lines read from files, each once.")
        self.files_opened = counter("logship_input_files_opened", "Files opened.")
        self.files_rotated = counter("logship_input_files_rotated", "Files that were seen to be renamed or replaced.")
        self.files_truncated = counter("logship_input_files_truncated", "Files that were seen to shrink.")
        self.files_open = gauge("logship_input_files_open", "Files open now.")
        self.files_held_deleted = gauge("logship_input_files_held_deleted", "Files open that have no name any more.")
        self.files_ignored = gauge("logship_input_files_ignored", "Files that match and are not opened.")
        self.lag_bytes = gauge("logship_input_lag_bytes", "Bytes in files that the slowest sink has not acknowledged.")
        self.lines_truncated = counter("logship_input_lines_truncated", "Lines cut at the size limit.")
        self.multiline_records = counter("logship_multiline_records", "Records that were made of several lines.")
        self.decode_errors = counter("logship_input_decode_errors", "Lines in which invalid UTF-8 was replaced.")
        self.records = RecordMetrics(registry)
        self.redactions = RedactionMetrics(registry, detectors)
        self.ready = gauge("logship_ready", "1 while /readyz answers 200.")
        doc = "Bytes that vanished before they could be read, by reason."
        self._lost = ByReason(counter("logship_input_lost_bytes", doc, "reason"), (), LOST_REASONS)
        saves = counter("logship_checkpoint_saves", "Attempts to save the checkpoint, by outcome.", "outcome")
        self._saves = ByReason(saves, (), ("saved", "failed"))
        build = Gauge("logship_build_info", "Always 1; the version is a label.", ["version"], registry=registry)
        build.labels(version).set(1)
        series = _SinkSeries(registry)
        self._sinks = {name: SinkMetrics(name, series, self.records.repaired) for name in sinks}
        ProcessCollector(registry=registry)

    def lost(self, reason: str, nbytes: int) -> None:
        """Count bytes that nobody can read any more; ``reason`` is one of :data:`LOST_REASONS`."""
        self._lost.add(reason, nbytes)

    @property
    def lost_bytes(self) -> dict[str, int]:
        """Bytes that nobody can read any more, by reason."""
        return dict(self._lost.totals)

    def checkpoint_saved(self, outcome: Literal["saved", "failed"]) -> None:
        """Count an attempt to save the checkpoint."""
        self._saves.add(outcome)

    @property
    def sinks(self) -> tuple[str, ...]:
        """The names of all sinks."""
        return tuple(self._sinks)

    def sink(self, name: str) -> SinkMetrics:
        """Give the numbers of one of the sinks named at construction."""
        return self._sinks[name]

    def exposition(self, accept: str = "") -> tuple[str, bytes]:
        """Give (content type, page) in the format that an ``Accept`` header asks for."""
        encode, content_type = choose_encoder(accept)
        return content_type, encode(self.registry)
