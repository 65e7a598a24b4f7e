import re

from tests.zoo_stores.server import ROOT
from tests.zoo_stores.servers import collector, kafka, opensearch, victorialogs


def test_versions_on_the_page_are_those_that_are_built() -> None:
    """By what Go and Maven are told."""
    module = (ROOT / "victorialogs" / "go.mod").read_text()
    assert re.search(rf"VictoriaLogs v{re.escape(victorialogs.VERSION)} ", module)
    core = (ROOT / "otelcol" / "go.mod").read_text()
    assert f"go.opentelemetry.io/collector/otelcol v{collector.VERSION}\n" in core
    assert f"<kafka.version>{kafka.VERSION}<" in (ROOT / "kafka" / "pom.xml").read_text()
    pom = (ROOT / "opensearch" / "pom.xml").read_text()
    assert f"<opensearch.version>{opensearch.SETUPS[0].version}<" in pom
