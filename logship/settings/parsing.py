"""How the text of a setting is read, where pydantic has no way: sizes, lists, patterns, mappings, addresses; pure.

Each function gives the value, or raises :class:`ValueError` with the end of a sentence that begins with the text
itself and tells what to write instead (``is not a size; write 1048576 or 1MiB``).
"""

import itertools
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from logship.records.time_formats import parse_formats
from logship.settings.braces import split, written_out
from logship.settings.named_expressions import parse_expressions

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
_SIZE_MAX: Final = 1 << 60
_TEXT_MAX: Final = 200
_INTEGERS: Final = (-(1 << 63), (1 << 64) - 1)
_BOM: Final = "\ufeff"
_PAIRS: Final = "k=v,k2=v2 or a JSON object"
_SHARES: Final = "level=share; write info=0.1,debug=0"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_UNRESOLVED: Final = re.compile(r"\$\([A-Za-z_][\w.-]*\)", re.ASCII)
_NO_OBJECT: Final = 'is not a JSON object; write k=v,k2=v2 or {"k": "v"}'
_NO_TEXTS: Final = 'is not a JSON object of strings; write k=v,k2=v2 or {"k": "v"}'
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What a header may be called (RFC 9110, 5.6.2)."""
_PARTED: Final = frozenset({"list", "formats", "globs", "names", "mapping", "text mapping", "headers", "shares"})
_SHORT: Final = {"warn": "warning", "err": "error"}


def clean(text: str, kind: str) -> str:
    """Give a text without what is around it: line ends and blanks, a byte-order mark.

    Of a ``verbatim`` text, blanks are a part. Raises ValueError for what nobody means: control characters, quotes
    around the whole, a variable of Kubernetes that was not replaced.
    """
    if any("\ud800" <= character <= "\udfff" for character in text):
        message = "is not UTF-8"
        raise ValueError(message)
    text = text.removeprefix(_BOM)
    if kind == "verbatim":
        return _uncontrolled(text.rstrip("\r\n"), but="\t")
    text = text.strip()
    if kind in ("condition", "parser"):
        return _uncontrolled(text)
    if kind == "expressions":
        return text
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        message = "has quotes around it; leave them out"
        raise ValueError(message)
    if found := _UNRESOLVED.search(text):
        message = f"has {found[0]} in it, which was not replaced; define {found[0][2:-1]} before this variable"
        raise ValueError(message)
    # of lists and mappings, line ends are between the parts: each part is looked at
    return text if kind in _PARTED else _uncontrolled(text)


def _uncontrolled(text: str, but: str = "") -> str:
    if any(character not in but for character in _CONTROL.findall(text)):
        message = "has a control character in it; take it out"
        raise ValueError(message)
    return text


def clean_secret(text: str) -> str:
    """Give a secret without byte-order mark and line ends around it; raises ValueError that never shows it."""
    secret = text.removeprefix(_BOM).rstrip("\r\n")
    if not secret or not secret.isprintable():
        message = "holds characters that no header may have" if secret else "is empty"
        raise ValueError(message)
    return secret


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


def parse_choice(text: str, choices: Sequence[str]) -> str:
    """Give the choice that is meant, whatever its letters' case; any other text as it is."""
    folded = {choice.lower(): choice for choice in choices}
    return folded.get(text.lower()) or folded.get(_SHORT.get(text.lower(), "")) or text


def parse_list(text: str) -> tuple[str, ...]:
    """Read ``a,b``, white space around the parts taken off; or a JSON list, for parts that have commas."""
    return _parts(text, text.split(","))


def parse_names(text: str) -> tuple[str, ...]:
    """Read a list of names of ours, some with a colon in them: letter case and blanks do not matter."""
    return tuple(re.sub(r"\s*:\s*", ":", name.lower()) for name in parse_list(text))


def _parts(text: str, plain: Iterable[str]) -> tuple[str, ...]:
    if text.lstrip().startswith('["'):
        return tuple(_json(text, list[str], "is not a JSON list of strings"))
    parts = tuple(_uncontrolled(part) for part in map(str.strip, plain) if part)
    if text and not parts:
        message = "names nothing; write a,b, or leave it out"
        raise ValueError(message)
    return parts


def parse_globs(text: str) -> tuple[str, ...]:
    """Read a list of patterns, each with ``{a,b}`` written out as one pattern for each choice."""
    return tuple(glob for part in _parts(text, split(text)) for glob in written_out(part))


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


def parse_mapping(text: str, values: type[Any] = object, form: str = _PAIRS) -> dict[str, Any]:
    """Read ``k=v,k2=v2``, or a JSON object whose values are of the given type; ``form`` says what a fault should be."""
    if text.lstrip().startswith("{"):
        kind = dict[str, Any] if values is object else dict[str, values]  # type: ignore[valid-type]
        pairs: Mapping[str, Any] = _json(text, kind, _NO_TEXTS if values is str else _NO_OBJECT)
    else:
        listed = [_pair(part, form) for part in text.split(",") if part.strip()]
        pairs = dict(listed)
        for name in pairs if len(pairs) < len(listed) else ():
            if [each for each, _ in listed].count(name) > 1:
                message = f"has {name!r} twice; write it once"
                raise ValueError(message)
    if "" in pairs:
        message = "has a name that is empty"
        raise ValueError(message)
    if not all(_INTEGERS[0] <= number <= _INTEGERS[1] for number in _integers(pairs)):
        message = "has a number of more than 64 bits; write it in quotes"
        raise ValueError(message)
    return dict(pairs)


def parse_texts(text: str) -> dict[str, str]:
    """Read a mapping of texts, none of which has a control character."""
    pairs = parse_mapping(text, str)
    for part in itertools.chain.from_iterable(pairs.items()):
        _uncontrolled(part)
    return pairs


def parse_headers(text: str) -> dict[str, str]:
    """Read a mapping of headers."""
    pairs = parse_texts(text)
    if not all(map(_TOKEN.fullmatch, pairs)):
        message = "has a name that no header may have; write letters, digits and -"
        raise ValueError(message)
    return pairs


def parse_shares(text: str) -> dict[str, float]:
    """Read a mapping of levels to shares."""
    pairs = parse_mapping(text, form=_SHARES)
    try:
        shares = {name: float(share) for name, share in pairs.items()}
    except (TypeError, ValueError):
        message = f"is not {_SHARES}"
        raise ValueError(message) from None
    if shares:
        from logship.records.sampling import share_faults  # noqa: PLC0415 - most set none

        for fault in share_faults(shares):
            raise ValueError(fault)
    return shares


def _integers(value: object) -> Iterator[int]:
    if isinstance(value, int):
        yield value
    elif isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _integers(each)


def _pair(text: str, form: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        message = f"is not {form}"
        raise ValueError(message)
    return _uncontrolled(name.strip()), _uncontrolled(value.strip())


def _json(text: str, kind: Any, fault: str) -> Any:  # noqa: ANN401 - of the given type
    try:
        return msgspec.json.decode(text.encode(), type=kind)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        raise ValueError(fault) from None


def quote(text: str) -> str:
    """Give the text in quotes on one line, cut to be read, without the credentials and the query of a URL."""
    masked = re.sub(r"//[^/@\s]*@", "//***@", re.sub(r"(://[^?\s]*)\?\S*", r"\1?***", text))
    shown = json.dumps(masked if len(masked) <= _TEXT_MAX else masked[:_TEXT_MAX] + "…", ensure_ascii=False)
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", shown)


def parse_when(text: str) -> str:
    """Give the text of a condition that can be read."""
    if text.strip():
        from logship.records.routing import parse_condition  # noqa: PLC0415 - expressions and all: most set none

        parse_condition(text)
    return text


def parse_parser(text: str) -> str:
    """Give the text of a way to parse lines that can work."""
    from logship.records.parsers import open_parser  # noqa: PLC0415 - expressions to compile: only where one is set

    open_parser(text)
    return text


PARSERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "size": parse_size,
    "seconds": parse_seconds,
    "list": parse_list,
    "globs": parse_globs,
    "names": parse_names,
    "mapping": parse_mapping,
    "text mapping": parse_texts,
    "headers": parse_headers,
    "formats": parse_formats,
    "shares": parse_shares,
    "condition": parse_when,
    "parser": parse_parser,
    "expressions": parse_expressions,
}
"""By :attr:`logship.settings.options.Option.kind`: what pydantic reads only after this; all others it reads alone."""
