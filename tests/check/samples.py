"""Lines for ``logship check --lines``, and settings to look at them with."""

from typing import Any

from logship.check.line_records import Lines, Told
from logship.check.sample_lines import Sample
from logship.plugins import load
from logship.settings.config import Config
from logship.settings.resolved import Resolved

NEAR_NS = 1_796_000_000 * 10**9
"""When the file was last written to."""


def sample(text: str | bytes) -> Sample:
    """Give lines of a file."""
    data = text.encode() if isinstance(text, str) else text
    return Sample("/logs/a.log", data, NEAR_NS, more=False)


def resolved(sinks: dict[str, Any] | None = None, **settings: Any) -> Resolved:
    """Give settings, found valid; one sink, stdout, if no other."""
    chosen = {"stdout": load("stdout").Settings()} if sinks is None else sinks
    return Resolved(config=Config(**settings), sinks=chosen)


def told(
    text: str | bytes, *, explain: bool = False, sinks: dict[str, Any] | None = None, **settings: Any
) -> list[Told]:
    """Give what becomes of lines."""
    return [*Lines(sample(text), resolved(sinks, **settings), explain=explain).records()]


def why(text: str | bytes, **settings: Any) -> list[str]:
    """Give why, of the last record."""
    return [*told(text, explain=True, **settings)[-1].why]
