"""Which proxy a request goes by, as curl and Go read the environment; for deliveries and for ``check`` alike; pure.

``https_proxy``, ``http_proxy`` and ``all_proxy``, also in capitals, with or without a scheme; ``no_proxy`` is a list of
hosts (and all below them), of addresses, of networks (``10.0.0.0/8``), each maybe with a port, or ``*``.
"""

import ipaddress
import os
from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import urlsplit

_PORTS: Final = {"http": 80, "https": 443}


class Way(NamedTuple):
    """How requests get to a store."""

    proxy: str | None
    """The proxy's address, with its credentials; None if they go straight."""
    why: str
    """What decided that, free of credentials."""


def proxy_for(url: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """Give the address of the proxy for a URL, with its credentials; None if the request goes straight."""
    return way_to(url, environ).proxy


def way_to(url: str, environ: Mapping[str, str] = os.environ) -> Way:
    """Say by which way a request to a URL goes, and why."""
    parts = urlsplit(url)
    name = next((each for each in (f"{parts.scheme}_proxy", "all_proxy") if _variable(each, environ)), "")
    if not name:
        return Way(None, f"neither {parts.scheme.upper()}_PROXY nor ALL_PROXY is set")
    if entry := _bypass(bare(parts.hostname or ""), parts.port or _PORTS.get(parts.scheme, 0), environ):
        return Way(None, f"NO_PROXY has {entry}")
    proxy = _variable(name, environ)
    return Way(
        proxy if "://" in proxy else f"http://{proxy}", f"{name.upper()} is set, and NO_PROXY names no such host"
    )


def bare(host: str) -> str:
    """Give a host without the dot at its end, which keeps resolvers from trying the cluster's own domains.

    A certificate never has it, and TLS does not send it.
    """
    return host.removesuffix(".")


def _variable(name: str, environ: Mapping[str, str]) -> str:
    if found := environ.get(name, ""):
        return found.strip()
    if name == "http_proxy" and "REQUEST_METHOD" in environ:  # a CGI program's, which anybody's header may set
        return ""
    return environ.get(name.upper(), "").strip()


def _bypass(host: str, port: int, environ: Mapping[str, str]) -> str:
    """Give the entry that says that requests go straight there; empty if there is none."""
    entries = _variable("no_proxy", environ).lower().replace(",", " ").split()
    return next((entry for entry in entries if entry == "*" or _matches(entry, host.lower(), port)), "")


def _matches(entry: str, host: str, port: int) -> bool:
    if "/" in entry:
        return _in_network(entry, host)
    name, colon, digits = entry.rpartition(":")
    if colon and digits.isdecimal() and (":" not in name or name.startswith("[")):
        if int(digits) != port:
            return False
        entry = name
    wanted = bare(entry.strip("[]").removeprefix("*").removeprefix("."))
    address = _address(wanted)
    if address is not None:
        return address == _address(host)
    return bool(wanted) and (host == wanted or host.endswith("." + wanted))


def _in_network(entry: str, host: str) -> bool:
    address = _address(host)
    try:
        return address is not None and address in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
