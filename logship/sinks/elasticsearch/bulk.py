"""Elasticsearch's ``_bulk``: the body that it takes, and what its answer says of each record; pure.

A 200 alone is no acknowledgement: the body must parse and have an item for each record that was sent.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Final

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from logship.delivery.http_status import MAX_DETAIL
from logship.json_faults import UNREADABLE
from logship.model import Outcome, Status, Verdict
from logship.records.enrichment import to_json
from logship.records.layouts import Column, Rows, Woven, decimals

_CONFLICT: Final = 409
_USED: Final = "used"
_FAILED_OVER: Final = b'"failure_store"'
_OWN_FAULT: Final = 500
"""A processor or a plugin of the server threw: maybe for this record alone."""
_SUCCESSFUL: Final = frozenset(range(200, 300))
"""RFC 9110's class."""
_FAULT_STATUSES: Final = frozenset({401, 403, 404})
_FAULT_TYPES: Final = frozenset(
    {"index_closed_exception", "cluster_block_exception", "process_cluster_event_timeout_exception"}
    | {"invalid_index_name_exception", "index_not_found_exception"}
)
"""Answered with 400, but no record is to blame."""
_VAGUE_TYPES: Final = frozenset({"illegal_argument_exception", "validation_exception", "illegal_state_exception"})
"""Said of records and of the cluster alike: the words tell, which hold nothing of a record where they begin."""
IDS_REASON: Final = "document_id_not_supported"
_WORDS: Final = (
    (re.compile(r"(?i)document id is not supported"), IDS_REASON),
    (re.compile(r"(?i)(validation failed: \d+: )?this action would add \["), "shard_limit"),
    (
        re.compile(r"(?i)no write index is defined|alias \[[^\]]*\] has (more than one|no) |.{0,99}is_write_index"),
        "no_write_index",
    ),
    (re.compile(r"(?i)pipeline (with id )?\[[^\]]*\] (does not exist|is missing|not found)"), "pipeline_missing"),
    (
        re.compile(r"(?i)no matching index template|.{0,99}index template .{0,99}(not found|missing)"),
        "index_template_missing",
    ),
    (
        re.compile(r"(?i)(no such index|(data stream|index) \[[^\]]*\] (is closed|is missing|not found|blocked by))"),
        "index_missing",
    ),
    (re.compile(r"(?i)(failed to process cluster event|index \[[^\]]*\] blocked by)"), "cluster_block_exception"),
)
"""How a reason begins that blames the cluster, of Elasticsearch 7 to 9 and OpenSearch 1 to 3, and our name for it."""
_ALIASES: Final = {"rejected_execution_exception": "es_rejected_execution_exception"}
"""OpenSearch's name for what Elasticsearch calls so: one name for dashboards."""
_TYPE: Final = re.compile(r"[a-z0-9_]{1,64}")
_BAD: Final = Outcome(Status.ERRORED, "bad_response")


class Bulk(Struct, frozen=True):
    """A ``create`` line and the record, for each record."""

    index: str = ""
    """Names the index, unless empty; ``%Y %m %d %H`` come from the record's event time in UTC."""
    ids: bool = True
    """Give ``"_id":"<file id>-<decimal offset of the record's first byte>"``."""
    wants: Sequence[str] = ()

    def write(self, rows: Rows) -> Woven:
        """Give the two lines of each record."""
        meta: list[Column] = []
        if "%" in self.index:
            meta += [b'"_index":', [_index(self.index, stamp[1:14]) for stamp in rows.stamps]]
        elif self.index:
            meta += [b'"_index":' + to_json(self.index)]
        if self.ids:
            meta += [
                b"," if meta else b"",
                b'"_id":"' + rows.block.file.encode() + b"-",
                decimals(rows.offsets()),
                b'"',
            ]
        return rows.woven([b'{"create":{', *meta, b"}}\n"], [b"\n"])


@lru_cache(maxsize=256)
def _index(name: str, hour: bytes) -> bytes:
    """Give the index's name as JSON, for an hour such as ``2026-11-22T10``."""
    text = hour.decode()
    for code, value in (("%Y", text[:4]), ("%m", text[5:7]), ("%d", text[8:10]), ("%H", text[11:13])):
        name = name.replace(code, value)
    return to_json(name)


class _Item(Struct):
    status: int
    failure_store: str = ""
    """``used`` where the document went there instead (Elasticsearch 8.18 and later)."""
    error: msgspec.Raw = msgspec.Raw()


class _Entry(Struct):
    create: _Item


class _Answer(Struct):
    items: list[_Entry]


class _Named(Struct):
    items: list[dict[str, _Item]]
    """By the action's name: not every store calls it as it was called."""


class _Error(Struct):
    type: str = ""
    reason: str | None = ""


class _Refusal(Struct):
    error: _Error | str


class _Meta(Struct):
    index: str = field(default="", name="_index")


class _Create(Struct):
    create: _Meta


_AT_MESSAGE: Final = re.compile(rb"cannot decode log message #(\d{1,9}) in /_bulk request")
"""What VictoriaLogs (1.52) says of the record, counted from 0, at which it stopped; it has stored those before it."""
_WORDS_BYTES: Final = 500
_SOME: Final = "?"
"""A scope before it is looked up."""
_named_decoder = msgspec.json.Decoder(_Named)
_refusal_decoder = msgspec.json.Decoder(_Refusal)
_meta_decoder = msgspec.json.Decoder(_Create)
_status = attrgetter("create.status")
_decoder = msgspec.json.Decoder(_Answer)
_error_decoder = msgspec.json.Decoder(_Error)


@lru_cache(maxsize=4)
def _all_created(records: int) -> bytes:
    """Give, byte for byte, what both servers answer if all is well: comparing costs a hundredth of parsing."""
    return b'{"errors":false,"items":[' + b",".join([b'{"create":{"status":201}}'] * records) + b"]}"


def read_answer(body: bytes, records: int, *, ids: bool, sent: Callable[[], bytes] | None = None) -> Outcome:
    """Give the outcome of a request with so many records that was answered by 200 and this body.

    ``ids``: the records have ids, so that a conflict means that the store has the record already. ``sent``
    gives the request's body where its records name their indexes.
    """
    if body == _all_created(records):
        return Outcome(Status.DELIVERED)
    items = _items(body)
    if items is None or len(items) != records:
        return _BAD
    if _SUCCESSFUL.issuperset(map(_status, items)) and _FAILED_OVER not in body:
        return Outcome(Status.DELIVERED)
    verdicts = tuple(
        _verdict(index, entry.create, ids=ids)
        for index, entry in enumerate(items)
        if entry.create.status not in _SUCCESSFUL or entry.create.failure_store == _USED
    )
    fault = any(each.scope for each in verdicts)
    indexes = _indexes(sent()) if fault and sent else ()
    verdicts = tuple(
        replace(each, scope=indexes[each.index] if indexes else "") if each.scope else each for each in verdicts
    )
    return Outcome(Status.DELIVERED, verdicts=verdicts, fault=fault)


def _items(body: bytes) -> list[_Entry] | None:
    """Give an item for each record; None if the answer is none."""
    try:
        return _decoder.decode(body).items
    except UNREADABLE:
        pass
    try:
        found = _named_decoder.decode(body).items
        return [_Entry(item) for each in found for item in each.values()]
    except UNREADABLE:
        return None


def read_refusal(outcome: Outcome, body: bytes) -> Outcome:
    """Give what a whole answer of 400 means: a fault if its words blame the cluster, or the record that they name."""
    plain = not body.lstrip().startswith(b"{")  # a JSON answer may quote what an application wrote
    if plain and (named := _AT_MESSAGE.search(body[:_WORDS_BYTES])):
        return replace(outcome, blamed=int(named[1]), kept=True)
    try:
        error = _refusal_decoder.decode(body).error
    except UNREADABLE:
        return outcome
    kind, words = (error.type, error.reason or "") if isinstance(error, _Error) else ("", error)
    reason = _blames_cluster(kind, words)
    return replace(outcome, status=Status.ERRORED, reason=reason, fault=True) if reason else outcome


def _indexes(sent: bytes) -> tuple[str, ...]:
    """Give the index of each record."""
    return tuple(_meta_decoder.decode(line).create.index for line in sent.split(b"\n")[:-1:2])


def _verdict(index: int, item: _Item, *, ids: bool) -> Verdict:
    if item.status in _SUCCESSFUL:
        return Verdict(index, Status.FAILURE_STORE, Status.FAILURE_STORE.value)
    if item.status == _CONFLICT and ids:
        return Verdict(index, Status.DUPLICATE)
    error = _error(item)
    blamed = _blames_cluster(error.type, error.reason or "")
    reason = blamed or _reason(error, item.status)
    detail = bytes(item.error)[:MAX_DETAIL].decode("utf-8", "replace")
    if blamed or item.status in _FAULT_STATUSES:
        return Verdict(index, Status.ERRORED, reason, detail, scope=_SOME)
    if item.status == 429 or not 400 <= item.status < 500:  # noqa: PLR2004 - RFC 9110
        return Verdict(index, Status.ERRORED, reason, detail, suspect=item.status == _OWN_FAULT)
    return Verdict(index, Status.REJECTED, reason, detail)


def _blames_cluster(kind: str, words: str) -> str:
    """Give the reason if an error is nothing that a record could help; else nothing."""
    if kind in _FAULT_TYPES:
        return kind
    vague = kind in _VAGUE_TYPES
    return next((reason for pattern, reason in _WORDS if vague and pattern.match(words)), "")


def _error(item: _Item) -> _Error:
    try:
        return _error_decoder.decode(item.error)
    except UNREADABLE:
        return _Error()


def _reason(error: _Error, status: int) -> str:
    """Give the error's type, if it looks like one: it becomes a label and a log field."""
    kind = _ALIASES.get(error.type, error.type)
    return kind if _TYPE.fullmatch(kind) else f"item_{status}"
