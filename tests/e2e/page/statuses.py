"""Status documents for the page, made as the daemon makes them."""

import math
from collections.abc import Sequence
from typing import Any

from logship.daemon import figures
from logship.daemon.attention import attention
from logship.daemon.status import FileStatus, SinkStatus, document
from logship.metrics import OUTCOMES

STARTED_AT = 1_790_000_000.0
BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, math.inf)


def sink(name: str = "elasticsearch", state: str = "ok", *, records: int = 1000, **more: Any) -> SinkStatus:
    """Make one that has read 10 records more than it delivered."""
    totals = dict.fromkeys(("read", *OUTCOMES, "dropped", "skipped", "in_flight"), (0, 0))
    totals |= {"read": (records + 10, 100 * records + 1000), "delivered": (records, 100 * records)}
    totals |= {"in_flight": (10, 1000)} | more.pop("totals", {})
    times = {"last_success": more.pop("last_success", STARTED_AT + 60), "since": more.pop("since", STARTED_AT)}
    latency = figures.latency(
        [(bound, int(records * min(1.0, bound))) for bound in BOUNDS[:-1]] + [(math.inf, records)]
    )
    where = more.pop("where", "es.logs:9200")
    return SinkStatus(name, state, totals=totals, where=where, figures=latency, **times, **more)


def status(
    *sinks: SinkStatus,
    files: Sequence[FileStatus] = (FileStatus("/var/log/agent/app.log", 5000, {"elasticsearch": 4000}),),
    uptime: float = 100.0,
    lines: int = 1010,
    **more: Any,
) -> dict[str, Any]:
    """Make a document; ``more`` is put into it as it is."""
    odd = dict.fromkeys(("bad_timestamps", "future_timestamps", "without_timestamp", "without_level", "unparsed"), 0)
    made = document(
        version="1.2.3",
        started_at=STARTED_AT,
        now=STARTED_AT + uptime,
        ready=more.pop("cause", ""),
        files=files,
        sinks=sinks or (sink(),),
        problems=more.pop("problems", ()),
        counts={**dict.fromkeys(("files_ignored", "files_left_alone", "files_waiting", "waiting_bytes"), 0), **odd},
    )
    about: dict[str, Any] = {
        "host": "agent-5d8c",
        "input": {"lines": lines, "bytes": 100 * lines},
        "cpu_seconds": uptime / 100,
    }
    about |= {"memory": {"resident_bytes": 40_000_000, "limit_bytes": 64_000_000}, "lost_bytes": {"truncated": 0}}
    about |= {"checkpoint": {"saved_at": made["started_at"], "failing_since": None, "error": ""}}
    volume = {"free_bytes": 10**9, "size_bytes": 10**10, "no_inodes": False, "state": "ok"}
    about |= {"volumes": [{"path": "/var/log/agent", "holds": "logs", **volume}]}
    made |= {**about, **more}
    return {**made, "attention": attention(made)}
