"""OpenSearch with the index template of ``k8s/agent-with-elasticsearch``, read back by its search API."""

import signal
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.processes import free_port
from tests.zoo_stores.corpus import loads, number_in
from tests.zoo_stores.judging import Stored
from tests.zoo_stores.server import ROOT, Program, ask, java_of
from tests.zoo_stores.servers.victorialogs import time_of
from tests.zoo_stores.setup import Setup
from tests.zoo_stores.shapes import as_document, record, split

TEMPLATE: Final = ROOT.parent / "k8s" / "agent-with-elasticsearch" / "index-template.json"
STREAM: Final = "logs-agent-default"
_FOLDER: Final = "opensearch"
_PAGE: Final = 500
_NANOS: Final = "strict_date_optional_time_nanos"
_THROTTLED: Final = "indexing_pressure.memory.limit=20kb"
"""Larger requests are answered by 429."""


class OpenSearch:
    """One server of a version."""

    def __init__(self, folder: Path, version: str) -> None:
        self._version = version
        self.url = f"http://127.0.0.1:{free_port()}"
        self._data = folder / "data"
        self._program = Program(folder / "opensearch.txt")
        self._new = True

    def start(self, *, throttled: bool = False) -> None:
        """Start it, the first time with the template; ``throttled``: it takes no more than 20 KiB at once."""
        port = self.url.rpartition(":")[2]
        command = ["sh", ROOT / "opensearch" / "run.sh", port, self._data, *([_THROTTLED] * throttled)]
        self._program.start(command, java_of(_FOLDER, self._version))
        self._program.wait(f"{self.url}/_cluster/health?wait_for_status=yellow")
        if self._new:
            ask(
                f"{self.url}/_index_template/logs-agent",
                TEMPLATE.read_bytes(),
                "PUT",
                Content_Type="application/json",
            )
        self._new = False

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it."""
        self._program.stop(number)

    def settings(self) -> Mapping[str, object]:
        """Give logship's settings."""
        return {"elasticsearch_url": self.url}

    def stored(self) -> list[Stored]:
        """Give all documents, with the times that it has indexed."""
        ask(f"{self.url}/{STREAM}/_refresh", method="POST")
        return [_stored(hit) for hit in self._hits()]

    def _hits(self) -> Iterator[dict[str, Any]]:
        query = f'{{"size":{_PAGE},"docvalue_fields":[{{"field":"@timestamp","format":"{_NANOS}"}}]}}'
        page = loads(self._ask(f"{STREAM}/_search?scroll=1m", query))
        while hits := page["hits"]["hits"]:
            yield from hits
            page = loads(self._ask("_search/scroll", f'{{"scroll":"1m","scroll_id":"{page["_scroll_id"]}"}}'))

    def _ask(self, path: str, body: str) -> bytes:
        return ask(f"{self.url}/{path}", body.encode(), Content_Type="application/json")


def _stored(hit: dict[str, Any]) -> Stored:
    fields, ours = split(hit["_source"])
    time_ns = time_of(hit["fields"]["@timestamp"][0])
    return record(number_in(str(fields)), time_ns, fields=fields, ours=ours)


def _setup(version: str, words: str) -> Setup:
    known = {"refused": ("an empty name", "25 levels deep", "150 levels deep", "of 2300"), "fields": ("a name twice",)}
    return Setup(
        f"opensearch-{version.partition('.')[0]}",
        "elasticsearch",
        "OpenSearch",
        version,
        partial(OpenSearch, version=version),
        OpenSearch.settings,
        as_document,
        _FOLDER,
        known,
        keyed=True,
        words=words,
        needs="`ELASTICSEARCH_URL`; first the index template",
    )


_WORDS: Final = (
    "refuses, and logship puts aside: a field without a name, more than 20 levels, times after 2262; of a name that is "
    "there twice in one object the first moves to `overridden.`"
)
SETUPS: Final = (_setup("2.19.6", _WORDS), _setup("3.9.0", _WORDS))
