"""Settings that were read and found valid: what is handed to the daemon, and what follows from them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from msgspec import Struct, field

from logship.errors import ConfigError
from logship.records.enrichment import Enrichment
from logship.records.names import LEVEL_FIELDS
from logship.records.time_range import ALL_TIMES, TimeRange
from logship.settings.config import Config
from logship.settings.redacting import redaction_of

_OTEL_NAMES: Final = {
    "k8s.pod.name": "pod_name",
    "k8s.namespace.name": "pod_namespace",
    "k8s.pod.uid": "pod_uid",
    "k8s.node.name": "node_name",
    "k8s.container.name": "container_name",
    "service.name": "service_name",
}


class Backfill(Struct, frozen=True, kw_only=True):
    """What goes with ``--once``; times in epoch nanoseconds."""

    history: bool = False
    """Rotated files from before the first start are read, too."""
    since_ns: int | None = None
    until_ns: int | None = None
    verbose: bool = False
    """A line for each file."""


class Resolved(Struct, frozen=True, kw_only=True):
    """Settings, found valid."""

    config: Config
    sinks: Mapping[str, Any] = field(default_factory=dict)
    """Each chosen sink's name and its module's ``Settings``, in the order of ``config.sinks``."""
    kinds: Mapping[str, str] = field(default_factory=dict)
    """The kind, which is the module, of each sink whose name is another."""
    warnings: tuple[str, ...] = ()
    """One line each, for the log."""
    once: bool = False
    """Ship what is there and leave."""
    backfill: Backfill = Backfill()
    """What goes with that."""

    def kind(self, sink: str) -> str:
        """Give the kind of a sink by its name."""
        return self.kinds.get(sink, sink)


def enrichment_fields(config: Config) -> dict[str, Any]:
    """Give the fields that every record gets, by OpenTelemetry's names; only those that are set."""
    named = {name: getattr(config, attribute) for name, attribute in _OTEL_NAMES.items()}
    return {**config.fields, **{name: value for name, value in named.items() if value}}


def redacting(config: Config, times: TimeRange = ALL_TIMES) -> Enrichment:
    """Do as :func:`enrichment_of`, for records that leave: with what redacts them. Raises ConfigError."""
    enrichment = enrichment_of(config, times)
    try:
        return replace(enrichment, redaction=redaction_of(config, enrichment))
    except ValueError as why:
        raise ConfigError([f"LOGSHIP_REDACT: {why}"]) from why


def _level_fields(config: Config) -> tuple[str, ...]:
    """Where ``PARSE`` makes records of text, what is read from a text's head is in ``level``: that counts too, last."""
    parsed = config.parse not in ("auto", "off") and config.format == "auto"
    return tuple(dict.fromkeys((*config.level_fields, *(LEVEL_FIELDS[:1] if parsed else ()))))


def enrichment_of(config: Config, times: TimeRange = ALL_TIMES) -> Enrichment:
    """Give what is added to every record, how lines are understood, and when those were written that are kept."""
    return Enrichment(
        enrichment_fields(config),
        config.format,
        config.timestamp_fields,
        config.timestamp_zone,
        config.timestamp_format,
        _level_fields(config),
        config.level_scale,
        parse=config.parse,
        file_fields=config.file_fields,
        drop=config.drop_fields,
        rename=config.rename_fields,
        only=config.only_fields,
        message_fields=config.message_fields,
        sample=config.sample,
        times=times,
    )
