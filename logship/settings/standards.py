"""Variables that every program obeys, checked like settings: proxies, and the certificates that OpenSSL trusts.

https://everything.curl.dev/usingcurl/proxies/env has the proxies'; ``SSL_CERT_FILE``, ``SSL_CERT_DIR`` are OpenSSL's.
"""

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from logship.settings.parsing import clean, quote

_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy")
_ANY_CASE: Final = (*_PROXIES, "no_proxy")
_EXACT: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_FOR_EXAMPLE: Final = "http://proxy.example:3128"


def _given(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Give name and text of what is set; proxies' names are written in either case."""
    every = [(name, text) for name, text in environ.items() if text.strip()]
    return [(name, text) for name, text in every if name in _EXACT or name.lower() in _ANY_CASE]


def mended(environ: Mapping[str, str]) -> dict[str, str]:
    """Give what to write in the place of standards' variables that everybody else would understand.

    ``proxy:3128`` is an address for curl and Go, not for Python; line ends and blanks around a value are no part of it.
    """
    found = {}
    for name, text in _given(environ):
        bare = text.strip()
        better = f"http://{bare}" if name.lower() in _PROXIES and "://" not in bare and bare[0] not in "\"'" else bare
        if better != text:
            found[name] = better
    return found


def standard_faults(environ: Mapping[str, str]) -> list[str]:
    """Give a line for each that can't be used; ``ALL_PROXY`` is not where both others are set."""
    given = _given({**environ, **mended(environ)})
    shadowed = {"http_proxy", "https_proxy"} <= {name.lower() for name, _ in given}
    faults = []
    for name, text in given:
        if shadowed and name.lower() == "all_proxy":
            continue
        try:
            bare = clean(text, "text")
            why = _proxy_fault(bare) if name.lower() in _PROXIES else _certificates_fault(name, bare)
        except ValueError as error:
            why = str(error)
        if why:
            faults.append(f"{name}: {quote(text)} {why}")
    return faults


def _proxy_fault(text: str) -> str:
    parts = urlsplit(text)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        return f"can't be understood; write {_FOR_EXAMPLE}"
    if parts.scheme not in ("http", "https"):
        return f"is no proxy that can be used; write {_FOR_EXAMPLE}"
    return "" if host and port != 0 else f"names no host and port; write {_FOR_EXAMPLE}"


def _certificates_fault(name: str, text: str) -> str:
    """Say what is wrong with OpenSSL's certificates."""
    if not name.startswith("SSL_"):
        return ""
    if name == "SSL_CERT_DIR":
        return "" if any(map(os.path.isdir, text.split(":"))) else "is no folder; name one, or leave it out"
    try:
        if b"-----BEGIN " in Path(text).read_bytes():
            return ""
    except OSError as error:
        return f"can't be read: {error.strerror}"
    return "holds no certificate in PEM"


def standard_warnings(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Give a line for each part of ``NO_PROXY`` that no host can match."""
    given = [(name, text) for name, text in _given(environ) if name.lower() == "no_proxy"]
    parts = [(name, part) for name, text in given for part in text.replace(",", " ").split()]
    hint = "matches nothing; write a host, .example for all its names, an address or 10.0.0.0/8"
    return tuple(f"{name}: {quote(part)} {hint}" for name, part in parts if not _matches_something(part))


def _matches_something(part: str) -> bool:
    if "/" not in part:
        return "*" not in part.removeprefix("*")
    try:
        ipaddress.ip_network(part, strict=False)
    except ValueError:
        return False
    return True
