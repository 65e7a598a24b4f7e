"""From settings to what redacts: one for the whole process, made once; re2 is imported only where one is set."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from logship.records.enrichment import Enrichment
from logship.records.field_patterns import pattern_faults
from logship.records.trace_ids import SPANS, TRACES
from logship.settings.config import Config, Secret
from logship.settings.named_expressions import named_expressions
from logship.settings.parsing import clean_secret, quote

if TYPE_CHECKING:
    from logship.redaction.blocks import BlockRedactor

_FILE_MAX: Final = 1 << 20
_KEY_LEAST: Final = 16
"""Characters of a key of hashes: with fewer, who has the records may try them all."""


def is_set(config: Config) -> bool:
    """Say whether anything is to be redacted."""
    return bool(config.redact or config.redact_patterns or config.redact_fields)


def redaction_of(config: Config, enrichment: Enrichment) -> "BlockRedactor | None":
    """Give what redacts, None where nothing does; raises ValueError, with the setting's field before a colon."""
    if not is_set(config):
        return None
    key = _key(config.redact_hash_key) if config.redact_with == "hash" else b""
    return _made(config.redact, config.redact_patterns, config.redact_fields, key, config.redact_tag, _Of(enrichment))


class _Of:
    """An enrichment, of which one is as good as another where times and levels are read alike."""

    def __init__(self, enrichment: Enrichment) -> None:
        self.enrichment = enrichment
        self._same = (
            *(enrichment.timestamp_fields, enrichment.timestamp_zone, enrichment.timestamp_formats),
            *(enrichment.level_fields, enrichment.level_scale, enrichment.format, enrichment.parse, enrichment.ours),
            (*enrichment.rename.items(),),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Of) and self._same == other._same

    def __hash__(self) -> int:
        return hash(self._same)


@lru_cache(maxsize=4)
def _made(
    names: Sequence[str],
    patterns: str,
    fields: Sequence[str],
    key: bytes,
    tag: bool,  # noqa: FBT001 - as they are
    of: _Of,
) -> "BlockRedactor":
    from logship.redaction.open import open_redaction  # noqa: PLC0415 - re2 and detectors: only where one is set

    expressions = expressions_of(patterns) if patterns else {}
    return open_redaction(names, expressions, fields, of.enrichment, key=key, tag=tag)


def expressions_of(patterns: str) -> Mapping[str, str]:
    """Give named expressions, of a file if that is what is named; raises ValueError."""
    if not patterns.startswith("/"):
        return named_expressions(patterns)
    path = Path(patterns)
    try:
        if not path.is_file():
            message = f"{quote(patterns)} is no file"
            raise ValueError(message)
        with path.open(encoding="utf-8") as file:
            found = named_expressions(file.read(_FILE_MAX))
    except OSError as error:
        message = f"{quote(patterns)} can't be read: {error.strerror}"
        raise ValueError(message) from error
    except UnicodeDecodeError:
        message = f"{quote(patterns)} is not UTF-8"
        raise ValueError(message) from None
    if not found:
        message = f"{quote(patterns)} has no expression; write name=expression, one a line"
        raise ValueError(message)
    return found


def _key(secret: Secret) -> bytes:
    """Read the key; raises ValueError, which never shows it."""
    import os  # noqa: PLC0415 - most have none

    try:
        text = Path(secret.path).read_text("utf-8") if secret.path else os.environ[secret.variable]
    except (OSError, KeyError, UnicodeDecodeError) as error:
        message = f"redact_hash_key: can't be read ({type(error).__name__})"
        raise ValueError(message) from error
    try:
        key = clean_secret(text)
    except ValueError as why:
        message = f"redact_hash_key: the value {why}"
        raise ValueError(message) from None
    if len(key) < _KEY_LEAST:
        message = f"redact_hash_key: the value is shorter than {_KEY_LEAST} characters; make one: openssl rand -hex 32"
        raise ValueError(message)
    return key.encode()


def redaction_faults(config: Config, enrichment: Enrichment) -> list[tuple[str, str]]:
    """Give (field, fault) for each thing that is wrong."""
    always = (*enrichment.timestamp_fields, *enrichment.level_fields, *TRACES, *SPANS)
    found = [("redact_fields", why) for why in pattern_faults(config.redact_fields)]
    found += [
        ("redact_fields", f"{quote(path)} is a time, a level, a trace or a span, which always stay")
        for path in config.redact_fields
        if path in always
    ]
    if config.redact_with == "hash" and not config.redact_hash_key:
        found.append(("redact_hash_key", "is missing: LOGSHIP_REDACT_WITH=hash needs a key; openssl rand -hex 32"))
    if found or not is_set(config):
        return found
    try:
        redaction_of(config, enrichment)
    except ValueError as why:
        field, colon, text = str(why).partition(": ")
        found.append((field, text) if colon and field.startswith("redact") else ("redact_patterns", str(why)))
    return found
