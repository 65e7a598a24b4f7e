"""What logship makes of some lines, a record at a time: for ``logship check --lines``; opens no sink, touches no state.

Nothing here decides anything. Records, times and levels are what :class:`logship.records.encoding.BlockEncoder` and the
sinks' own encoders give, lines are joined by the daemon's own reader; beside them stands where it is from.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace as with_fields
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import asdict, replace

from logship import plugins
from logship.check.line_reasons import paths, why_chosen, why_edited, why_joined
from logship.check.sample_lines import Sample, blocks
from logship.check.witness import Seen, Witness
from logship.files.joining import Joining
from logship.files.watching import Watch
from logship.model import Block, Encoded, Tally
from logship.records.encoding import BlockEncoder, Encoder
from logship.records.enrichment import OFFSET, TIMESTAMP, Enrichment
from logship.records.layouts import Rows, Woven
from logship.records.line_starts import LEARNED_BYTES
from logship.records.raw_encoding import RawEncoder
from logship.records.severity import Level
from logship.settings.config import Config
from logship.settings.resolved import Resolved, redacting

_OBJECT: Final = msgspec.json.Decoder(dict[str, Raw])
_TOLD: Final = frozenset(
    {"skipped", "without_level", "without_time", "bad_times", "parsed", "unparsed", "filtered", "repaired"}
)
"""What of a tally is told elsewhere."""
_ODD: Final = {
    "decode_errors": "bytes that are no UTF-8 were replaced",
    "overridden": "fields of its own made way for ours",
    "future_times": "its time is over 5 minutes later than its file's last write",
}


class Told(Struct, frozen=True):
    """One record."""

    first: int
    """The number of its first line, from 1."""
    last: int
    kind: str
    """What it was taken for, in a few words."""
    time: str = ""
    """The event time; empty where lines go out as they are."""
    time_from: str = ""
    level: str = ""
    """As its application calls it; empty where it has none."""
    severity: int = 0
    """1 to 24; 0: not known."""
    level_from: str = ""
    added: tuple[str, ...] = ()
    """Our fields."""
    gone: tuple[str, ...] = ()
    """Dotted paths of the application's that are not in the record."""
    new: tuple[str, ...] = ()
    """Dotted paths that are neither: what made way, or has another name."""
    notes: tuple[str, ...] = ()
    """What is odd about it."""
    sinks: Mapping[str, str] = {}
    """The record as each sink gets it, by the sink's name."""
    left_out: Mapping[str, str] = {}
    """Why a sink does not get it: ``condition``, ``no_level``, ``sampled``."""
    why: tuple[str, ...] = ()
    """What led to all that, where it was asked for."""


class _Rows:
    """A layout that keeps what a record came to."""

    wants: tuple[str, ...] = ()
    rows: Rows

    def write(self, rows: Rows) -> Woven:
        """Give the records as JSON objects."""
        self.rows = rows
        return rows.woven([], [b"\n"])


class Lines:
    """Some lines, read as a daemon with these settings would read them."""

    def __init__(self, sample: Sample, resolved: Resolved, *, explain: bool = False) -> None:
        config, enrichment = resolved.config, _enrichment(resolved.config)
        self._sample, self._explain, self._raw = sample, explain, config.format == "raw"
        self._enrichment, self._layout = enrichment, _Rows()
        every = with_fields(enrichment, sample={})
        self._plain: Encoder = (
            RawEncoder(redaction=enrichment.redaction) if self._raw else BlockEncoder(every, self._layout, levels=True)
        )
        self._sinks: dict[str, Encoder] = {
            name: plugins.load(resolved.kind(name)).encoder(settings, enrichment)
            for name, settings in resolved.sinks.items()
        }
        self.common = {
            name: str(common(settings, enrichment))
            for name, settings in resolved.sinks.items()
            if (common := getattr(plugins.load(resolved.kind(name)), "common", None))
        }
        """By sink: what all records have in its store, beside what is in each."""
        self._conditions = {name: str(settings.when) for name, settings in resolved.sinks.items()}
        self._witness, self._joining = Witness(every), _joining(config)
        self._multiline = config.multiline
        self._form = self._joining.learn(sample.data[:LEARNED_BYTES]) if self._joining else ""
        watch = Watch(enrichment.redaction.behind) if enrichment.redaction else None
        self._blocks = blocks(sample, config.max_line_bytes, self._joining, watch)

    def skipped(self) -> Mapping[str, int]:
        """Give how many bytes made no record, by reason."""
        found: Counter[str] = Counter()
        for block in self._blocks:
            found.update({reason: nbytes for reason, _, nbytes in self._plain.encode(block).tally.skipped})
        return found

    def records(self) -> Iterator[Told]:
        """Give what became of each record, in the order of its lines."""
        for block in self._blocks:
            yield from map(self._told, self._plain.records(block))

    def _told(self, block: Block) -> Told:
        found = {name: encoder.encode(block) for name, encoder in self._sinks.items()}
        told = Told(
            self._sample.line_of(block.start),
            self._sample.line_of(max(block.start, block.end - 1)),
            "the line as it is",
            sinks={name: _text(each) for name, each in found.items() if each.records},
            left_out={name: each.tally.filtered[0][0] for name, each in found.items() if each.tally.filtered},
        )
        return told if self._raw else self._with_facts(told, block)

    def _with_facts(self, told: Told, block: Block) -> Told:
        encoded = self._plain.encode(block)
        seen, tally, rows = self._witness.look(block, encoded.tally), encoded.tally, self._layout.rows
        stamp, level = rows.stamps[0], rows.levels[0]
        told = replace(
            told,
            kind=seen.kind(tally),
            time=stamp.decode().strip('"'),
            time_from=self._witness.time_from(seen, stamp, tally),
            level=_name(level),
            severity=level.severity,
            level_from=self._witness.level_from(seen, level),
            notes=tuple(_notes(block, tally)),
        )
        told = self._with_fields(told, seen, encoded, rows)
        if self._explain:
            told = replace(told, why=tuple(self._why(told, seen, tally)))
        return _hidden(told, self._enrichment)

    def _with_fields(self, told: Told, seen: Seen, encoded: Encoded, rows: Rows) -> Told:
        """Compare names: what is ours, what is not there any more, what is there and was not."""
        ours = {*_OBJECT.decode(b"{" + rows.ours.removesuffix(b",") + b"}"), TIMESTAMP, OFFSET}
        there = paths(_OBJECT.decode(encoded.body))
        app = paths(seen.members or {}) | (set() if seen.members is not None else {"message", "level"})
        gone = app - there - ({"level"} if seen.members is None else set())
        return replace(
            told,
            added=tuple(sorted(ours & there)),
            gone=tuple(sorted(gone)),
            new=tuple(
                sorted(path for path in there - app - ours if not any(each.startswith(f"{path}.") for each in app))
            ),
        )

    def _why(self, told: Told, seen: Seen, tally: Tally) -> Iterator[str]:
        yield from self._witness.why_form(seen, tally)
        yield from self._witness.why_time(seen)
        yield from self._witness.why_level(seen)
        multiline = self._joining.multiline if self._joining else None
        yield from why_joined(seen.block, multiline, self._form, self._multiline)
        yield from why_edited(seen.block, frozenset(told.gone), frozenset(told.new), self._enrichment)
        yield from why_chosen(seen.block, told.left_out, self._conditions, self._enrichment)


def _enrichment(config: Config) -> Enrichment:
    """Give what is added to records that leave: with what takes out of them what must not, where there is such."""
    return redacting(config)


def _hidden(told: Told, enrichment: Enrichment) -> Told:
    """Take out of our own words, too, what must not be shown: values stand in them."""
    redaction = enrichment.redaction
    if not redaction:
        return told
    words = {name: redaction.text(getattr(told, name)) for name in ("kind", "time_from", "level")}
    return replace(told, **words, why=tuple(map(redaction.text, told.why)))


def _joining(config: Config) -> Joining | None:
    """Give how lines are joined, without waiting for more of them."""
    if config.format == "raw":
        return None
    return Joining.by(config.multiline, config.parse, config.multiline_max_lines, config.max_line_bytes, 0.0, late=True)


def _name(level: Level) -> str:
    """Give what a record calls its level."""
    text = level.text.decode(errors="replace")
    return msgspec.json.decode(level.text, type=str) if text.startswith('"') and "\\u" not in text else text


def _text(encoded: Encoded) -> str:
    return encoded.body.decode(errors="replace").rstrip("\n").rstrip(",")


def _notes(block: Block, tally: Tally) -> Iterator[str]:
    """Give what is odd; what a tally counts beside what is known here, it names itself."""
    yield from (f"log.flags: {flag}" for flag in block.flags)
    counted: dict[str, Any] = {name: value for name, value in asdict(tally).items() if value and name not in _TOLD}
    for name, value in counted.items():
        if name in _ODD:
            yield _ODD[name]
        else:
            listed = ", ".join(" ".join(map(str, each)) for each in value) if isinstance(value, tuple) else str(value)
            yield f"{name.replace('_', ' ')}: {listed}"
