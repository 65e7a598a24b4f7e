"""What is wrong with a store's address, and where in it a path goes; pure."""

import re
from typing import Final
from urllib.parse import urlsplit

_MOUNT: Final = re.compile(r"/insert(/(datadog|elasticsearch|opentelemetry|splunk))?$")
"""Under which VictoriaLogs takes what is sent in the ways of others."""
_HOST_PART_MAX: Final = 63


def url_faults(url: str) -> list[str]:
    """Say what is wrong with an address, without showing what may be secret in it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ["URL can't be understood; write http://host:port/path"]
    if parts.scheme not in ("http", "https") or not host:
        return ["URL must be http://… or https://… with a host"]
    if parts.username or parts.password:
        return ["URL must not hold credentials: use USERNAME and PASSWORD, or a token"]
    if any(map(str.isspace, url)):
        return ["URL has a blank in it; take it out, or write %20 in the path"]
    names = host.removesuffix(".").split(".")
    if port == 0 or not all(0 < len(name) <= _HOST_PART_MAX for name in names):
        return ["URL has a host or port that can't be; write http://host:port/path"]
    return []


def host_port(address: str) -> str:
    """Give ``host:port`` of a URL, or of such a pair, and nothing else of it; empty where it can't be understood."""
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    port = port or {"http": 80, "https": 443}.get(parts.scheme)
    shown = f"[{host}]" if ":" in host else host
    return f"{shown}:{port}" if host and port else shown


def with_path(url: str, path: str) -> str:
    """Give the address to send to, for one that names a server, or where the server is behind a proxy.

    Without a path it gets this one; with the beginning of this one at its end, such as ``…/insert/loki`` for
    ``/loki/api/v1/push``, the rest of it. Any other is taken as the whole address. A query stays.
    """
    parts = urlsplit(url)
    there = parts.path.rstrip("/")
    if not there or _MOUNT.search(there):
        return parts._replace(path=there + path).geturl()
    segments = path.split("/")[1:]
    for count in range(len(segments) - 1, 0, -1):
        begun = "/" + "/".join(segments[:count])
        if there.endswith(begun):
            return parts._replace(path=there.removesuffix(begun) + path).geturl()
    return url


def without_path(url: str, path: str) -> str:
    """Give the address of the server itself: what is before ``path``, or the host's root where it is not there."""
    parts = urlsplit(url)
    there = parts.path.rstrip("/")
    return parts._replace(path=there.removesuffix(path) if there.endswith(path) else "", query="", fragment="").geturl()
