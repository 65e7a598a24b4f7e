"""Which way each sink's requests go, and whether host, port and path look like its store; nobody is asked.

A port or path that looks wrong is a doubt, not a fault: stores are put behind anything.
"""

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

from logship.check.findings import good
from logship.model import Finding
from logship.net.proxies import way_to

_PORTS: Final = {
    80: ("https", "80 speaks no TLS as a rule: http:// goes there"),
    443: ("http", "443 speaks TLS as a rule: https:// goes there"),
}
_OTHERS: Final = {
    514: "is syslog's: nothing there takes HTTP",
    2181: "is ZooKeeper's: nothing there takes records",
    3000: "is Grafana's, which shows records and takes none: Loki is at 3100",
    4317: "takes OTLP over gRPC: OTLP over HTTP is at 4318",
    5044: "takes Beats: nothing there takes HTTP",
    5601: "is a dashboard's: Elasticsearch and OpenSearch are at 9200",
    8089: "is Splunk's management: its HTTP Event Collector is at 8088",
    9090: "is Prometheus', which takes no logs",
    9092: "is Kafka's: the sink kafka goes there",
    9300: "is between Elasticsearch's nodes: HTTP is at 9200",
    24224: "takes Fluentd's forward protocol: nothing there takes HTTP",
}
"""Ports that are mistaken for a store's, and what they are as a rule."""
_ENDS: Final = {"loki": "/push", "otlp": "/v1/logs", "datadog": "/logs", "elasticsearch": "/_bulk"}
"""How the path ends at which a kind of store takes records."""


def look_at_ways(name: str, kind: str, addresses: Sequence[str]) -> Iterator[Finding]:
    """Say of each address what requests go to, by which way and why, and what looks odd about it."""
    for url in addresses:
        parts = urlsplit(url)
        shown = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
        way = way_to(url)
        proxy = urlsplit(way.proxy or "").netloc.rpartition("@")[2]
        by = f"by the proxy {proxy}" if way.proxy else "straight, by no proxy"
        yield good(f"{name}: address", f"requests go to {shown} {by}: {way.why}")
        yield from (good(f"{name}: address", f"not sure: {doubt}") for doubt in _doubts(kind, url))


def _doubts(kind: str, url: str) -> Iterator[str]:
    parts = urlsplit(url)
    port = parts.port or 0
    scheme, words = _PORTS.get(port, ("", ""))
    if scheme == parts.scheme:
        yield f"port {words}"
    if port in _OTHERS:
        yield f"port {port} {_OTHERS[port]}"
    if "//" in parts.path:
        yield f"the path {parts.path} has // in it, which many a server takes for another"
    end = _ENDS.get(kind, "")
    if end and not parts.path.rstrip("/").endswith(end):
        yield f"the path {parts.path} is taken as it is, and does not end with {end}"
