"""What a mapping lacks of ``k8s/agent-with-elasticsearch/index-template.json``, and what comes of that; pure."""

from collections.abc import Mapping
from typing import Any, Final

_TEXTUAL: Final = frozenset({"keyword", "text", "match_only_text", "wildcard", "constant_keyword"})
_IGNORES: Final = "index.mapping.ignore_malformed"


def mapping_faults(mappings: Mapping[str, Any], settings: Mapping[str, Any] | None) -> list[str]:
    """Give what would make the store refuse records that others of its loggers write.

    ``settings`` as the server gives them; None if they are unknown.
    """
    faults = []
    if mappings.get("dynamic", True) in {True, "true"} and mappings.get("date_detection", True) is not False:
        faults.append("a text that looks like a date makes its field a date (date_detection)")
    properties = mappings.get("properties")
    level = properties.get("level", {}) if isinstance(properties, dict) else {}
    if isinstance(level, dict) and level.get("type") not in _TEXTUAL:
        kind = level.get("type") or ("object" if "properties" in level else "")
        faults.append(f"level is of type {kind}, not keyword" if kind else "level is no keyword yet")
    if settings is not None and _of(settings, _IGNORES).lower() != "true":
        faults.append(f"a value of another type refuses its record ({_IGNORES})")
    return faults


def _of(settings: Mapping[str, Any], name: str) -> str:
    """Give a setting, be it nested or flat; empty if it is not set."""
    value: Any = settings.get(name)
    if value is None:
        value = settings
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
    return "" if value is None else str(value)
