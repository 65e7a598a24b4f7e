"""A look at the running daemon, once a second: what the kernel and its own metrics say."""

import os
from pathlib import Path

from tests.e2e.harness import Logship, Samples

_TICKS = os.sysconf("SC_CLK_TCK")
MIB = 1 << 20


def look(daemon: Logship) -> dict[str, float]:
    """Look at the daemon; OSError if it has gone."""
    pid = daemon.pid
    metrics = daemon.metrics()
    return {
        "rss_mib": _status(pid, "VmRSS") / 1024,
        "pss_mib": _pss(pid) / 1024,
        "threads": _status(pid, "Threads"),
        "descriptors": sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()),
        "cpu_seconds": _cpu_seconds(pid),
        "state_mib": sum(path.stat().st_size for path in daemon.state.glob("*") if path.is_file()) / MIB,
        "load_average": os.getloadavg()[0],
        **_of_metrics(metrics),
    }


def _of_metrics(metrics: Samples) -> dict[str, float]:
    return {
        "lag_mib": metrics.total("logship_input_lag_bytes") / MIB,
        "files_open": metrics.total("logship_input_files_open"),
        "files_held_deleted": metrics.total("logship_input_files_held_deleted"),
        "buffer_mib": metrics.total("logship_buffer_bytes") / MIB,
        "lost_bytes": metrics.total("logship_input_lost_bytes_total"),
        "dead_lettered": metrics.total("logship_sink_records_total", outcome="dead_lettered"),
        "delivered": metrics.total("logship_sink_records_total", outcome="delivered"),
        "retries": metrics.total("logship_sink_retries_total"),
        "save_errors": metrics.total("logship_checkpoint_saves_total")
        - metrics.total("logship_checkpoint_saves_total", outcome="saved"),
    }


def _status(pid: int, field: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))


def _pss(pid: int) -> int:
    """Give the memory in KiB, of shared pages its share; what may not be read is as large as the resident set."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except PermissionError:
        return _status(pid, "VmRSS")
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
