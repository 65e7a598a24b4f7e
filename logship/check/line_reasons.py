"""Why lines are one record or not, why fields are not there, why a sink does not get a record: rules tried one by one.

Each answer is the rule's own: the same joiner, encoder and condition run again with less than the whole setting.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace as with_fields
from typing import Any, Final

import msgspec
from msgspec import Raw

from logship.model import Block
from logship.records.condition_syntax import Comparison, Not, Tree, read_condition
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.joining import More, join_lines
from logship.records.layouts import Lines, quote
from logship.records.looks import RECORD
from logship.records.multiline import Multiline
from logship.records.multiline_rules import RULES

_OBJECT: Final = msgspec.json.Decoder(dict[str, Raw])
_DEEPEST: Final = 8
_EDITS: Final = {"drop": "LOGSHIP_DROP_FIELDS", "rename": "LOGSHIP_RENAME_FIELDS", "only": "LOGSHIP_ONLY_FIELDS"}
_NONE: Final[dict[str, Any]] = {"drop": (), "rename": {}, "only": ()}
_SAMPLED: Final = (
    "LOGSHIP_SAMPLE leaves it out; without a trace id that is by its file's identity, which is another here"
)
_LARGE: Final = 1 << 30


def paths(members: Mapping[str, Raw], prefix: str = "", depth: int = 0) -> set[str]:
    """Give the dotted paths of what is in an object, each object itself left out unless it is empty or too deep."""
    found: set[str] = set()
    for name, value in members.items():
        inner = _OBJECT.decode(value) if bytes(value).startswith(b"{") and depth < _DEEPEST else {}
        found |= paths(inner, f"{prefix}{name}.", depth + 1) if inner else {prefix + name}
    return found


def why_joined(block: Block, multiline: Multiline | None, form: str, setting: str) -> Iterator[str]:
    """Say which rules make its lines one record, or why it is a record by itself; ``form``: what its file taught."""
    if multiline is None or (block.data.startswith(RECORD) and not block.joins):
        return
    head = form.partition("|")[0]
    if not block.joins:
        if multiline.begins(block.data.removesuffix(b"\n"), form):
            yield f"lines: it begins a record whatever is before it{f' (head: {head})' if head else ''}"
        elif block.start:
            yield "lines: no rule takes it for more of what is before it"
    elif multiline.chosen and setting.startswith("start:"):
        yield f"lines: all but its first are none that {setting} matches"
    elif _joins(block, (), form):
        lacking = f"all but its first lack the head that records of its file have ({head})"
        is_object = block.data.partition(b"\n")[0].rstrip() in (b"{", b"[")
        yield f"lines: {'an object over several lines' if is_object else lacking}"
    else:
        rules = [rule for rule in RULES if _joins(block, (rule,), form)]
        yield f"lines: one record by {', '.join(rules) or 'several rules together'}"


def _joins(block: Block, rules: tuple[str, ...], form: str) -> bool:
    """Whether these rules alone make one record of its lines."""
    found = join_lines(Multiline(rules, None, _LARGE, _LARGE), block.data, block.start, More.NEVER, form=form)
    return any((block.start, block.end) in frame.joins for frame in found.frames)


def why_edited(block: Block, gone: frozenset[str], new: frozenset[str], enrichment: Enrichment) -> Iterator[str]:
    """Say which setting left fields out or gave them other names, and which made way for ours."""
    if moved := new & _written(block, with_fields(enrichment, **_NONE)):
        yield f"fields: made way for ours: now {', '.join(sorted(moved))}"
    for name, setting in _EDITS.items():
        if value := getattr(enrichment, name):
            alone = gone - _written(block, with_fields(enrichment, **{**_NONE, name: value}))
            if alone:
                yield f"fields: {setting}: {', '.join(sorted(alone))}"


def _written(block: Block, enrichment: Enrichment) -> set[str]:
    """Give the paths of a record that is enriched so."""
    body = BlockEncoder(with_fields(enrichment, sample={}), Lines()).encode(block).body
    return paths(_OBJECT.decode(body))


def why_chosen(
    block: Block, left_out: Mapping[str, str], conditions: Mapping[str, str], enrichment: Enrichment
) -> Iterator[str]:
    """Say of each sink that has a condition which parts of it hold; and of a sample that it leaves the record out."""
    for sink, text in conditions.items():
        if text.strip():
            told = [
                f"{part} {'holds' if _holds(block, part, enrichment) else 'does not hold'}" for part in _parts(text)
            ]
            yield f"{sink}: {'; '.join(told)}"
    if "sampled" in left_out.values():
        yield _SAMPLED


def _parts(text: str) -> Iterator[str]:
    yield from map(_spelled, _comparisons(read_condition(text)))


def _comparisons(tree: Tree) -> Iterator[Comparison]:
    if isinstance(tree, Comparison):
        yield tree
    else:
        for term in (tree.term,) if isinstance(tree, Not) else tree.terms:
            yield from _comparisons(term)


def _spelled(found: Comparison) -> str:
    plain = found.value.isascii() and found.value.replace("_", "").replace("-", "").isalnum()
    value = found.value if plain else quote(found.value).decode()
    bare = not found.name or all(part.replace("_", "a").isalnum() for part in found.name.split("."))
    name = found.name if bare else quote(found.name).decode()
    return f"{name}{found.sign}{value}"


def _holds(block: Block, part: str, enrichment: Enrichment) -> bool:
    return bool(BlockEncoder(with_fields(enrichment, sample={}), Lines(), part).encode(block).records)
