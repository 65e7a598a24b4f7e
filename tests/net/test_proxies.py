import pytest

from logship.net.proxies import proxy_for

PROXY = {"http_proxy": "http://proxy:3128", "HTTPS_PROXY": "proxy:8080"}


@pytest.mark.parametrize(
    ("environ", "url", "proxy"),
    [
        (PROXY, "http://store/in", "http://proxy:3128"),
        (PROXY, "https://store/in", "http://proxy:8080"),
        ({"HTTP_PROXY": "u:p@proxy"}, "http://store", "http://u:p@proxy"),
        ({"HTTP_PROXY": "proxy", "REQUEST_METHOD": "GET"}, "http://store", None),
        ({"ALL_PROXY": "https://proxy"}, "https://store", "https://proxy"),
        ({}, "https://store", None),
        ({"http_proxy": ""}, "http://store", None),
    ],
)
def test_the_proxy_is_found(environ: dict[str, str], url: str, proxy: str | None) -> None:
    """By the URL's scheme; lower case wins, and an address without a scheme is of HTTP."""
    assert proxy_for(url, environ) == proxy


@pytest.mark.parametrize(
    ("no_proxy", "host"),
    [
        ("*", "anything"),
        ("store", "store"),
        ("other, store", "store."),
        ("Example.com", "a.example.COM"),
        (".example.com", "a.example.com"),
        ("example.com.", "a.example.com."),
        ("10.0.0.0/8", "10.1.2.3"),
        ("10.1.2.3", "10.1.2.3"),
        ("fd00::/8", "[fd00::1]"),
        ("[fd00::1]", "[fd00::1]"),
        ("store:80", "store"),
        ("[fd00::1]:80", "[fd00::1]"),
        ("10.1.2.3:80", "10.1.2.3"),
        ("svc,.cluster.local", "store.ns.svc.cluster.local"),
    ],
)
def test_no_proxy_names_what_goes_straight(no_proxy: str, host: str) -> None:
    """Hosts and all below them, addresses, networks, ports; a dot at the end counts nowhere."""
    assert proxy_for(f"http://{host}/", {**PROXY, "NO_PROXY": no_proxy}) is None


@pytest.mark.parametrize(
    ("no_proxy", "host"),
    [
        ("ample.com", "example.com"),
        ("10.0.0.0/8", "11.1.2.3"),
        ("10.0.0.0/8", "10.example.com"),
        ("10.0.0.0/99", "10.1.2.3"),
        ("store:443", "store"),
        ("", "store"),
        (".", "store"),
    ],
)
def test_all_else_goes_by_the_proxy(no_proxy: str, host: str) -> None:
    """A name that only ends alike, another network, another port."""
    assert proxy_for(f"http://{host}/", {**PROXY, "no_proxy": no_proxy})
