"""What prometheus-client has for whoever counts, without what it has for whoever serves or pushes: 0.6 MiB."""

from logship.spare import without

with without("http.server", "wsgiref.simple_server", "urllib.request", "socketserver"):
    from prometheus_client import (
        CollectorRegistry,
        Counter,
        Gauge,
        Histogram,
        ProcessCollector,
        disable_created_metrics,
    )
    from prometheus_client.exposition import choose_encoder

__all__ = ("CollectorRegistry", "Counter", "Gauge", "Histogram", "ProcessCollector", "choose_encoder")

disable_created_metrics()  # type: ignore[no-untyped-call]  # twice the series, and a lint fault
