"""How the text of a setting is read: sizes, durations, lists, mappings, addresses; pure.

Each function gives the value, or raises :class:`ValueError` with the end of a sentence that begins with the text
itself and tells what to write instead (``is not a size; write 1048576 or 1MiB``).
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from logship.records.routing import parse_condition

_UNITS: Final = {
    **dict.fromkeys(("", "B"), 1),
    **{
        name: 1000**power
        for power, names in enumerate((("kB", "KB", "k"), ("MB", "M"), ("GB", "G")), 1)
        for name in names
    },
    **{
        name: 1024**power
        for power, names in enumerate((("KiB", "Ki"), ("MiB", "Mi"), ("GiB", "Gi")), 1)
        for name in names
    },
}
_SIZE: Final = re.compile(r"(\d{1,19}(?:\.\d{1,9})?) ?([A-Za-z]*)", re.ASCII)
_SECONDS: Final = re.compile(r"(\d{1,12}(?:\.\d{1,9})?) ?(ms|s|m|h|)", re.ASCII)
_IN_SECONDS: Final = {"ms": Decimal("0.001"), "s": Decimal(1), "": Decimal(1), "m": Decimal(60), "h": Decimal(3600)}
_WORDS: Final = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
_MOUNT: Final = re.compile(r"/insert(/(datadog|elasticsearch|opentelemetry|splunk))?$")
"""Under which VictoriaLogs takes what is sent in the ways of others."""
_PORT_MAX: Final = 65535
_SIZE_MAX: Final = 1 << 60
_TEXT_MAX: Final = 200


def parse_size(text: str) -> int:
    """Bytes: ``1048576``, ``1MiB`` and ``1Mi`` are the same, ``1MB`` is a million."""
    found = _SIZE.fullmatch(text)
    factor = _UNITS.get(found[2]) if found else None
    size = Decimal(found[1]) * factor if found and factor else None
    if size is None or size != int(size):
        message = "is not a size; write 1048576 or 1MiB"
        raise ValueError(message)
    if size > _SIZE_MAX:
        message = "is too large for a size; write 1048576 or 1MiB"
        raise ValueError(message)
    return int(size)


def format_size(size: int) -> str:
    """Give the shortest text that :func:`parse_size` reads as this size."""
    for unit in ("GiB", "MiB", "KiB"):
        if size and size % _UNITS[unit] == 0:
            return f"{size // _UNITS[unit]}{unit}"
    return str(size)


def parse_seconds(text: str) -> float:
    """Seconds: ``0.2``, ``200ms``, ``1m``."""
    found = _SECONDS.fullmatch(text)
    if not found:
        message = "is not a number of seconds; write 0.5 or 500ms"
        raise ValueError(message)
    return float(Decimal(found[1]) * _IN_SECONDS[found[2]])


def format_seconds(seconds: float) -> str:
    """Give the shortest text that :func:`parse_seconds` reads as this duration."""
    return str(int(seconds)) if seconds == math.floor(seconds) else format(Decimal(repr(seconds)), "f")


def parse_count(text: str) -> int:
    """Read a whole number, 0 or more."""
    if not re.fullmatch(r"\d{1,18}", text, re.ASCII):
        message = "is not a whole number"
        raise ValueError(message)
    return int(text)


def parse_bool(text: str) -> bool:
    """Read ``true`` or ``false``, also ``yes``, ``no``, ``on``, ``off``, ``1``, ``0``."""
    try:
        return _WORDS[text.lower()]
    except KeyError:
        message = "is not a yes or no; write true or false"
        raise ValueError(message) from None


def parse_list(text: str) -> tuple[str, ...]:
    """Read ``a,b``, white space around the parts taken off; or a JSON list, for parts that have commas."""
    if text.lstrip().startswith('["'):
        return tuple(_json(text, list[str], "is not a JSON list of strings"))
    return tuple(part for part in (part.strip() for part in text.split(",")) if part)


def format_list(parts: tuple[str, ...]) -> str:
    """Give the text that :func:`parse_list` reads as these parts."""
    plain = ",".join(parts)
    return plain if parse_plain(plain) == parts else msgspec.json.encode(parts).decode()


def parse_plain(text: str) -> tuple[str, ...] | None:
    """Read a list if it is one without help; None if it is none."""
    try:
        return parse_list(text)
    except ValueError:
        return None


def parse_mapping(text: str, values: type[Any] = object) -> dict[str, Any]:
    """Read ``k=v,k2=v2``, or a JSON object whose values are of the given type."""
    if text.lstrip().startswith("{"):
        kind = dict[str, Any] if values is object else dict[str, values]  # type: ignore[valid-type]
        pairs: Mapping[str, Any] = _json(text, kind, "is not a JSON object" + (" of strings" if values is str else ""))
    else:
        pairs = dict(_pair(part) for part in text.split(",") if part.strip())
    if "" in pairs:
        message = "has a name that is empty"
        raise ValueError(message)
    return dict(pairs)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        message = "is not k=v,k2=v2 or a JSON object"
        raise ValueError(message)
    return name.strip(), value.strip()


def _json(text: str, kind: Any, fault: str) -> Any:  # noqa: ANN401 - of the given type
    try:
        return msgspec.json.decode(text.encode(), type=kind)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        raise ValueError(fault) from None


def parse_listen(text: str) -> tuple[str, int]:
    """Read ``[::]:8687``, ``127.0.0.1:0`` or ``:8687`` as (host, port); ``::`` is every address of both kinds."""
    host, colon, port = text.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    number = int(port) if re.fullmatch(r"\d{1,5}", port, re.ASCII) else _PORT_MAX + 1
    if not colon or number > _PORT_MAX or (":" in bare and bare == host) or set(bare) & set("[]/ "):
        message = "is not an address; write [::]:8687 or 127.0.0.1:8687"
        raise ValueError(message)
    return bare or "::", number


def url_faults(url: str) -> list[str]:
    """Say what is wrong with an address, without showing what may be secret in it."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return ["URL can't be understood"]
    if parts.scheme not in ("http", "https") or not host:
        return ["URL must be http://… or https://… with a host"]
    if parts.username or parts.password:
        return ["URL must not hold credentials: use USERNAME and PASSWORD, or a token"]
    return []


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


def quote(text: str) -> str:
    """Give the text in quotes on one line, cut to be read, without the credentials and the query of a URL."""
    masked = re.sub(r"//[^/@\s]*@", "//***@", re.sub(r"(://[^?\s]*)\?\S*", r"\1?***", text))
    return json.dumps(masked if len(masked) <= _TEXT_MAX else masked[:_TEXT_MAX] + "…", ensure_ascii=False)


PARSERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "size": parse_size,
    "seconds": parse_seconds,
    "count": parse_count,
    "bool": parse_bool,
    "list": parse_list,
    "mapping": parse_mapping,
    "condition": lambda text: (parse_condition(text), text)[1],
    "text mapping": lambda text: parse_mapping(text, str),
    "text": str,
}
"""By :attr:`logship.settings.options.Option.kind`."""
