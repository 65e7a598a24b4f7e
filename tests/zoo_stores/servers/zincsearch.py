"""ZincSearch by its Elasticsearch interface, read back by the same."""

import base64
import json
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.processes import free_port
from tests.zoo_stores.corpus import loads, number_in
from tests.zoo_stores.judging import Stored
from tests.zoo_stores.server import ROOT, Program, ask
from tests.zoo_stores.servers.victorialogs import time_of
from tests.zoo_stores.setup import Setup
from tests.zoo_stores.shapes import as_document, record, split

VERSION: Final = "0.4.10"
INDEX: Final = "logs"
_USER: Final = "admin"
_MOST: Final = 10_000
_QUIET_SECONDS: Final = 20.0
"""So long nothing new can be found, and all is there: it indexes what it took later."""
_CUT: Final = ("999,000 bytes", "1 MiB")
"""They are texts here, and have no time."""
_FLOAT_NS: Final = 128
"""Half of what the last bit of a float is worth, of today's nanoseconds since 1970."""


class ZincSearch:
    """One server."""

    def __init__(self, folder: Path) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self._data = folder / "data"
        self._program = Program(folder / "zincsearch.txt")

    def start(self, *, throttled: bool = False) -> None:
        """Start it; it has no limit to meet."""
        assert not throttled
        self._program.start(["sh", ROOT / "zincsearch" / "run.sh", self.url.rpartition(":")[2], self._data])
        self._program.wait(f"{self.url}/healthz")

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it."""
        self._program.stop(number)

    def settings(self) -> Mapping[str, object]:
        """Give logship's settings."""
        return {
            "elasticsearch_url": f"{self.url}/es",
            "elasticsearch_index": INDEX,
            "elasticsearch_username": _USER,
            "elasticsearch_password": _USER,
            "elasticsearch_compression": "none",
            "max_line_bytes": "900KiB",
        }

    def stored(self) -> list[Stored]:
        """Give all documents, once there are no more."""
        found, since = self._hits(), time.monotonic()
        while time.monotonic() - since < _QUIET_SECONDS:
            time.sleep(0.5)
            if len(more := self._hits()) > len(found):
                found, since = more, time.monotonic()
        return [_stored(hit["_source"]) for hit in found]

    def _hits(self) -> list[dict[str, Any]]:
        user = base64.b64encode(f"{_USER}:{_USER}".encode()).decode()
        query = json.dumps({"query": {"match_all": {}}, "size": _MOST, "from": 0}).encode()
        found = loads(ask(f"{self.url}/es/{INDEX}/_search", query, Authorization=f"Basic {user}"))
        hits: list[dict[str, Any]] = found["hits"]["hits"]
        return hits


def _stored(found: dict[str, Any]) -> Stored:
    number, time_ns = number_in(str(found)), time_of(found["@timestamp"])
    fields, ours = split(found)
    return record(number, time_ns, fields=fields, ours=ours)


SETUPS: Final = (
    Setup(
        "zincsearch",
        "elasticsearch",
        "ZincSearch",
        VERSION,
        ZincSearch,
        ZincSearch.settings,
        as_document,
        "zincsearch",
        {"fields": ("slog", "zap", "big numbers", *_CUT), "time": (*_CUT, "of 2300")},
        same_time=lambda written, stored: abs(written - stored) <= _FLOAT_NS,
        keyed=True,
        scenarios=("plain", "kill", "restart", "crash"),
        words="numbers and times go through 64-bit floats: times to 128 ns, `12.50` is `12.5`, integers over 2^53 are "
        "rounded; answers nothing for a record over 1 MB (`ZINC_MAX_DOCUMENT_SIZE`) and what is behind it, so here "
        "longer lines are cut",
        needs="`ELASTICSEARCH_URL=URL/es`, `_COMPRESSION=none` (it can't unpack gzip), `_USERNAME`, `_PASSWORD`, "
        "`MAX_LINE_BYTES=900KiB`",
    ),
)
