import pytest

from logship.check.ways import look_at_ways


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def said(kind: str, url: str) -> list[str]:
    """Give what is said of an address."""
    found = [*look_at_ways("mine", kind, [url])]
    assert {each.subject for each in found} == {"mine: address"}
    assert all(each.good for each in found), "doubts are no faults"
    return [each.message for each in found]


def test_the_way_is_told_with_what_decided_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the credentials in either address, or what is behind the path."""
    url = "http://u:secret@store.example:3100/loki/api/v1/push?key=secret"
    straight = "requests go to http://store.example:3100/loki/api/v1/push straight, by no proxy: "
    assert said("loki", url) == [straight + "neither HTTP_PROXY nor ALL_PROXY is set"]
    monkeypatch.setenv("http_proxy", "http://u:secret@proxy.example:3128")
    by = "requests go to http://store.example:3100/loki/api/v1/push by the proxy proxy.example:3128: "
    assert said("loki", url) == [by + "HTTP_PROXY is set, and NO_PROXY names no such host"]
    monkeypatch.setenv("NO_PROXY", "other,.example")
    assert said("loki", url) == [straight + "NO_PROXY has .example"]


@pytest.mark.parametrize(
    ("kind", "url", "doubt"),
    [
        ("http", "https://x:80/", "port 80 speaks no TLS as a rule: http:// goes there"),
        ("http", "http://x:443/", "port 443 speaks TLS as a rule: https:// goes there"),
        ("elasticsearch", "http://x:9300/i/_bulk", "port 9300 is between Elasticsearch's nodes: HTTP is at 9200"),
        ("http", "http://x/a//b", "the path /a//b has // in it, which many a server takes for another"),
        ("loki", "http://x/other", "the path /other is taken as it is, and does not end with /push"),
    ],
)
def test_what_looks_odd_is_a_doubt(kind: str, url: str, doubt: str) -> None:
    """With what is there as a rule."""
    assert said(kind, url)[1:] == [f"not sure: {doubt}"]


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("http", "https://x:443/"),
        ("http", "http://x/"),
        ("loki", "http://x:3100/loki/api/v1/push"),
        ("otlp", "http://x:4318/v1/logs/"),
        ("splunk", "https://x:8088/services/collector/event"),
    ],
)
def test_what_is_usual_is_none(kind: str, url: str) -> None:
    """Nobody is made to doubt what is right."""
    assert len(said(kind, url)) == 1
