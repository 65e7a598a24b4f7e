"""Documents of ours without what must not be shown: files may be called by it; pure."""

from collections.abc import Callable, Mapping
from typing import Any


def shown_in(document: Mapping[str, Any], shown: Callable[[str], str]) -> Mapping[str, Any]:
    """Give a document with each text in it, at any depth, as it may be shown."""
    return document if shown is str else {name: _shown(value, shown) for name, value in document.items()}


def _shown(value: Any, shown: Callable[[str], str]) -> Any:  # noqa: ANN401 - whatever a document has
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, Mapping):
        return {shown(name): _shown(each, shown) for name, each in value.items()}
    return [_shown(each, shown) for each in value] if isinstance(value, list | tuple) else value
