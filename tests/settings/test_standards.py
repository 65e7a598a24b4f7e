"""Variables of all programs: proxies and certificates."""

from pathlib import Path

import pytest

from logship.errors import ConfigError
from logship.net.proxies import proxy_for
from logship.settings import loading as settings
from logship.settings.standards import mended
from tests.settings.test_loading import HOME

SENDS = HOME | {"LOGSHIP_SINKS": "http", "LOGSHIP_HTTP_URL": "http://x"}


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "https_proxy"])
def test_a_proxy_without_scheme_is_one_of_http(name: str) -> None:
    """As for curl and Go; what is well stays as it is."""
    assert mended({name: "proxy:3128\n"}) == {name: "http://proxy:3128"}
    assert mended({name: "http://u:p%40@proxy:3128", "no_proxy": ".svc", "PATH": " x "}) == {}


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("HTTPS_PROXY", "socks5://proxy:1", "is no proxy that can be used; write http://proxy.example:3128"),
        ("http_proxy", "http://proxy:x", "can't be understood; write http://proxy.example:3128"),
        ("http_proxy", "http://", "names no host and port; write http://proxy.example:3128"),
        ("http_proxy", "'http://p'", "has quotes around it; leave them out"),
        ("SSL_CERT_FILE", "/nowhere/ca.pem", "can't be read: No such file or directory"),
        ("SSL_CERT_FILE", "/dev/null", "holds no certificate in PEM"),
        ("SSL_CERT_DIR", "/nowhere", "is no folder; name one, or leave it out"),
    ],
)
def test_what_nobody_can_use_is_a_fault(name: str, text: str, why: str) -> None:
    """For a sink that uses the network; a pod that prints only is not kept from starting."""
    with pytest.raises(ConfigError) as error:
        settings.load({}, SENDS | {name: text})
    assert error.value.faults == [f'{name}: "{text}" {why}']
    assert settings.load({}, HOME | {name: text}).warnings == ()


def test_no_fault_shows_a_proxys_password() -> None:
    """It is part of the address."""
    with pytest.raises(ConfigError) as error:
        settings.load({}, SENDS | {"HTTP_PROXY": "socks5://user:hunter2@proxy:1"})
    assert "hunter2" not in str(error.value)


def test_what_matches_nothing_is_a_warning(tmp_path: Path) -> None:
    """It is often set for all pods of a cluster."""
    certificates = tmp_path / "ca.pem"
    certificates.write_text("-----BEGIN CERTIFICATE-----\n")
    good = "10.0.0.0/8, .svc,*.local fd00::/8,[::1]:80,10.1.2.3,*"
    given = {
        "NO_PROXY": good + ",10.0.0.0/33,http://store,web-*",
        "all_proxy": "p:1",
        "SSL_CERT_FILE": str(certificates),
    }
    hint = "matches nothing; write a host, .example for all its names, an address or 10.0.0.0/8"
    assert settings.load({}, SENDS | given).warnings == (
        f'NO_PROXY: "10.0.0.0/33" {hint}',
        f'NO_PROXY: "http://store" {hint}',
        f'NO_PROXY: "web-*" {hint}',
    )
    for part in good.replace(",", " ").split():
        host = {"10.0.0.0/8": "10.1.2.3", "fd00::/8": "[fd00::1]", "[::1]:80": "[::1]"}.get(part, part.lstrip("*."))
        assert proxy_for(f"http://{host or 'x'}/", {"http_proxy": "p", "NO_PROXY": part}) is None


def test_the_proxy_for_all_is_one_where_no_other_is() -> None:
    """Many a desktop sets it to one of SOCKS beside the two that count first."""
    socks = {"ALL_PROXY": "socks5://127.0.0.1:1080"}
    with pytest.raises(ConfigError, match=r"ALL_PROXY: .* is no proxy that can be used"):
        settings.load({}, SENDS | socks | {"http_proxy": "p:1"})
    assert settings.load({}, SENDS | socks | {"http_proxy": "p:1", "HTTPS_PROXY": "p:1"}).warnings == ()
    assert mended({"ALL_PROXY": "proxy:3128"}) == {"ALL_PROXY": "http://proxy:3128"}
