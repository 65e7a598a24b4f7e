"""What ``logship check`` asks an Elasticsearch or OpenSearch server: its version, whether it lets us in, the index.

A name that no template covers becomes a plain index with guessed mappings, not a data stream (DECISIONS 28).
"""

import asyncio
import json
from typing import Any, Final
from urllib.parse import quote

from logship.delivery.http_status import classify
from logship.json_faults import UNREADABLE
from logship.model import Finding, Outcome, Status
from logship.net.preflight import PREFLIGHT_SECONDS, doubtful, outcome_finding
from logship.net.transport import Transport
from logship.sinks.elasticsearch.mapping import mapping_faults

_OK: Final = 200
_NOT_FOUND: Final = 404
_SURE: Final = frozenset({"http_401", "http_503", "timeout", "connection_refused", "connection_reset", "dns", "secret"})
"""What a server says of itself to everybody; else it may forbid, or not know, the page alone."""


def example_of(index: str) -> str:
    """Give an index of that name, of some hour."""
    return index.replace("%Y", "2000").replace("%m", "01").replace("%d", "01").replace("%H", "00")


async def look(transport: Transport, url: str, index: str) -> list[Finding]:
    """Ask the server at ``url`` (without trailing slash); stops at the first thing that stands in the way."""
    _, found = await _get(transport, f"{url}/")
    if isinstance(found, Outcome):
        server = outcome_finding("elasticsearch: server", found)
        return [server if found.reason in _SURE else doubtful(server)]
    version = found.get("version", {}) if isinstance(found, dict) else {}
    name = f"{version.get('distribution', 'elasticsearch')} {version.get('number', 'of unknown version')}"
    return [
        Finding(good=True, subject="elasticsearch: server", message=name),
        *await _mapping(transport, url, index),
        await _index(transport, url, index, has_templates=_is_original(found)),
    ]


def _is_original(found: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether it is Elasticsearch or OpenSearch itself, not one that speaks ``_bulk`` alone."""
    version = found.get("version") if isinstance(found, dict) else None
    return isinstance(version, dict) and ("distribution" in version or "cluster_uuid" in found or "tagline" in found)


async def _mapping(transport: Transport, url: str, index: str) -> list[Finding]:
    """Compare the mapping that the index has, or would get, with the template of the docs; nothing if it is unknown."""
    name = quote(example_of(index))
    status, found = await _get(transport, f"{url}/{name}/_mapping")
    is_there = status == _OK and isinstance(found, dict) and bool(found)
    settings: Any = None
    if is_there:
        _, settings = await _get(transport, f"{url}/{name}/_settings")
        # Of a data stream the newest: its name has the highest number.
        newest = max(found)
        mappings = _inner(found, newest, "mappings")
        settings = _inner(settings, newest, "settings") if isinstance(settings, dict) and newest in settings else None
    else:
        _, found = await _get(transport, f"{url}/_index_template/_simulate_index/{name}", "POST")
        mappings, settings = _inner(found, "template", "mappings"), _inner(found, "template", "settings")
    faults = mapping_faults(mappings, settings) if mappings else []
    if not faults:
        return []
    what = "and begin a new index (of a data stream: POST …/_rollover)" if is_there else "before the first record"
    message = f"unlike the template of the docs, {'; '.join(faults)}. Records may be refused: install it {what}"
    return [Finding(good=False, subject="elasticsearch: mapping", message=message)]


def _inner(found: Any, *names: str) -> Any:  # noqa: ANN401 - any JSON
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found


async def _index(transport: Transport, url: str, index: str, *, has_templates: bool) -> Finding:
    subject = f"elasticsearch: index {index}"
    example = example_of(index)
    if "%" not in index:
        status, found = await _get(transport, f"{url}/{quote(example)}?filter_path=*.data_stream")
        if status == _OK:
            what = "is a data stream" if "data_stream" in json.dumps(found) else "is there, a plain index"
            return Finding(good=True, subject=subject, message=what)
        if isinstance(found, Outcome) and status != _NOT_FOUND:
            return doubtful(outcome_finding(subject, found))
    return await _template(transport, url, example, subject, has_templates=has_templates)


async def _template(transport: Transport, url: str, example: str, subject: str, *, has_templates: bool) -> Finding:
    """Say what would be made at the first record."""
    _, found = await _get(transport, f"{url}/_index_template/_simulate_index/{quote(example)}", "POST")
    if isinstance(found, Outcome):
        message = f"is not there yet, and templates can't be looked at ({found.reason}): see that one covers it"
        return Finding(good=True, subject=subject, message=message)
    if isinstance(found, dict) and "template" in found:
        return Finding(good=True, subject=subject, message="is not there yet; an index template covers it")
    if not has_templates:
        return Finding(good=True, subject=subject, message="is not there yet, and the server tells of no templates")
    message = (
        "no index template covers it: the first record would make a plain index with guessed mappings; "
        "install the template of the docs, or name an index that one covers"
    )
    return Finding(good=False, subject=subject, message=message)


async def _get(transport: Transport, url: str, method: str = "GET") -> tuple[int, Any]:
    """Give (status, parsed body), or (status or 0, Outcome) if it is no 2xx with JSON."""
    try:
        async with asyncio.timeout(PREFLIGHT_SECONDS):
            answer = await transport.request(method, url)
    except TimeoutError:
        return 0, Outcome(Status.ERRORED, "timeout")
    if isinstance(answer, Outcome):
        return 0, answer
    outcome = classify(answer.status, answer.headers, answer.body, 0.0)
    if outcome.status is not Status.DELIVERED:
        return answer.status, outcome
    try:
        return answer.status, json.loads(answer.body)
    except (ValueError, *UNREADABLE):
        return answer.status, Outcome(Status.ERRORED, "bad_response")
