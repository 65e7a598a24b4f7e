"""Fluent Bit's YAML, with the line of each value; PyYAML is in the extra ``convert``, and imported here alone."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from logship.convert.sections import NO_SECTION, Configuration, Place, Property, Section
from logship.errors import ConfigError

_LISTS: Final = {"parsers": "parser", "multiline_parsers": "multiline_parser", "upstream_servers": "upstream"}
_CAPITAL: Final = re.compile(r"(?<=.)([A-Z])")
_PIPELINE: Final = {"inputs": "input", "filters": "filter", "outputs": "output"}


def read_yaml(text: str, file: str, into: Configuration) -> list[tuple[Place, str]]:
    """Add what the text says; gives the files that it includes. Raises ConfigError for what is no YAML."""
    includes: list[tuple[Place, str]] = []
    for key, node in _members(_composed(text, file)):
        place = _place(file, node)
        match key.lower():
            case "service":
                into.sections.append(Section("service", place, list(_properties(node, file))))
            case "env":
                into.variables.update({name: _text(value) for name, value in _members(node)})
            case "includes" | "include":
                includes += [(_place(file, each), _text(each)) for each in _items(node)]
            case "pipeline":
                _pipeline(node, file, into)
            case name if name in _LISTS:
                into.sections += [_plugin(_LISTS[name], each, file) for each in _items(node)]
            case _:
                into.oddities.append((place, key, NO_SECTION))
    return includes


def _composed(text: str, file: str) -> Any:  # noqa: ANN401 - a node of PyYAML's
    try:
        import yaml  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra, and only for YAML
    except ImportError:
        message = f"{file}: reading YAML needs PyYAML: pip install 'logship-sidecar[convert]'"
        raise ConfigError([message]) from None
    try:
        return yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"{file}:{mark.line + 1}" if mark else file
        message = f"{line}: is not YAML: {getattr(error, 'problem', None) or 'it has a character that none may have'}"
        raise ConfigError([message]) from None


def _pipeline(node: Any, file: str, into: Configuration) -> None:  # noqa: ANN401 - a node of PyYAML's
    for key, plugins in _members(node):
        kind = _PIPELINE.get(key.lower())
        if kind is None:
            into.oddities.append((_place(file, plugins), f"pipeline.{key}", NO_SECTION))
            continue
        for each in _items(plugins):
            section = _plugin(kind, each, file)
            into.sections.append(section)
            of = section.get("tag") or section.get("match") or section.name
            into.sections += _processors(each, file, f"{kind} {of}")


def _plugin(kind: str, node: Any, file: str) -> Section:  # noqa: ANN401 - a node of PyYAML's
    return Section(kind, _place(file, node), list(_properties(node, file)))


def _processors(node: Any, file: str, inside: str) -> list[Section]:  # noqa: ANN401 - a node of PyYAML's
    """Give those of logs as processors; those of metrics and traces have nothing to do with files."""
    found = []
    for key, groups in _members(node):
        if key.lower() != "processors":
            continue
        for signal, plugins in _members(groups):
            kind = "processor" if signal.lower() == "logs" else "processor of " + signal.lower()
            for each in _items(plugins):
                section = _plugin(kind, each, file)
                section.inside = inside
                found.append(section)
    return found


def _properties(node: Any, file: str, prefix: str = "") -> Iterator[Property]:  # noqa: ANN401 - a node of PyYAML's
    """Give one for each value of a list; ``rules`` of a multiline parser come as the classic ``rule``."""
    for key, value in _members(node):
        name = prefix + snake_case(key)
        if name == "processors":
            continue
        if name == "rules":
            yield from (Property("rule", _rule(each), _place(file, each)) for each in _items(value))
        elif not isinstance(value.value, list):
            yield Property(name, str(value.value), _place(file, value))
        elif _is_mapping(value):
            yield from _properties(value, file, f"{name}.")
        else:
            yield from (Property(name, _text(each), _place(file, each)) for each in _items(value))


def snake_case(key: str) -> str:
    """Give ``readFromHead`` as ``read_from_head``, as Fluent Bit does (flb_cf_key_translate)."""
    camel = key[:1].islower() and "_" not in key
    return (_CAPITAL.sub(r"_\1", key) if camel else key).lower()


def _rule(node: Any) -> str:  # noqa: ANN401 - a node of PyYAML's
    parts = {key.lower(): _text(value) for key, value in _members(node)}
    return " ".join(f'"{parts.get(name, "")}"' for name in ("state", "regex", "next_state"))


def _members(node: Any) -> Sequence[tuple[str, Any]]:  # noqa: ANN401 - a node of PyYAML's
    return [(str(key.value), value) for key, value in node.value] if _is_mapping(node) else []


def _items(node: Any) -> Sequence[Any]:  # noqa: ANN401 - a node of PyYAML's
    return node.value if getattr(node, "id", "") == "sequence" else ()


def _is_mapping(node: Any) -> bool:  # noqa: ANN401 - a node of PyYAML's
    return getattr(node, "id", "") == "mapping"


def _text(node: Any) -> str:  # noqa: ANN401 - a node of PyYAML's
    """Give a scalar as it stands; of a mapping in a list, ``k v``."""
    if _is_mapping(node):
        return " ".join(f"{key} {_text(value)}" for key, value in _members(node))
    return str(node.value)


def _place(file: str, node: Any) -> Place:  # noqa: ANN401 - a node of PyYAML's
    return Place(file, node.start_mark.line + 1)
