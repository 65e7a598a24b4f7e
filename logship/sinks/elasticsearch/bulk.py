"""Elasticsearch's ``_bulk``: the body that it takes, and what its answer says of each record; pure.

A 200 alone is no acknowledgement: the body must parse and have an item for each record that was sent.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Final

import msgspec
from msgspec import Struct

from logship.delivery.http_status import MAX_DETAIL
from logship.model import Outcome, Status, Verdict
from logship.records.enrichment import to_json
from logship.records.layouts import Column, Rows, Woven, decimals

_CONFLICT: Final = 409
_OWN_FAULT: Final = 500
"""A processor or a plugin of the server threw: maybe for this record alone."""
_SUCCESSFUL: Final = frozenset(range(200, 300))
"""RFC 9110's class."""
_FAULT_STATUSES: Final = frozenset({401, 403, 404})
_FAULT_TYPES: Final = frozenset({"index_closed_exception", "invalid_index_name_exception"})
"""Answered with 400, but no record is to blame."""
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
    error: msgspec.Raw = msgspec.Raw()


class _Entry(Struct):
    create: _Item


class _Answer(Struct):
    items: list[_Entry]


class _Error(Struct):
    type: str = ""


_status = attrgetter("create.status")
_decoder = msgspec.json.Decoder(_Answer)
_error_decoder = msgspec.json.Decoder(_Error)


@lru_cache(maxsize=4)
def _all_created(records: int) -> bytes:
    """Give, byte for byte, what both servers answer if all is well: comparing costs a hundredth of parsing."""
    return b'{"errors":false,"items":[' + b",".join([b'{"create":{"status":201}}'] * records) + b"]}"


def read_answer(body: bytes, records: int, *, ids: bool) -> Outcome:
    """Give the outcome of a request with so many records that was answered by 200 and this body.

    ``ids``: the records have ids, so that a conflict means that the store has the record already.
    """
    if body == _all_created(records):
        return Outcome(Status.DELIVERED)
    try:
        items = _decoder.decode(body).items
    except (msgspec.DecodeError, RecursionError):
        return _BAD
    if len(items) != records:
        return _BAD
    if _SUCCESSFUL.issuperset(map(_status, items)):
        return Outcome(Status.DELIVERED)
    verdicts = tuple(
        _verdict(index, entry.create, ids=ids)
        for index, entry in enumerate(items)
        if entry.create.status not in _SUCCESSFUL
    )
    fault = any(each.status is Status.ERRORED and _is_fault(items[each.index].create, each.reason) for each in verdicts)
    return Outcome(Status.DELIVERED, verdicts=verdicts, fault=fault)


def _verdict(index: int, item: _Item, *, ids: bool) -> Verdict:
    if item.status == _CONFLICT and ids:
        return Verdict(index, Status.DUPLICATE)
    reason = _reason(item)
    detail = bytes(item.error)[:MAX_DETAIL].decode("utf-8", "replace")
    if _is_fault(item, reason) or item.status == 429 or not 400 <= item.status < 500:  # noqa: PLR2004 - RFC 9110
        return Verdict(index, Status.ERRORED, reason, detail, suspect=item.status == _OWN_FAULT)
    return Verdict(index, Status.REJECTED, reason, detail)


def _is_fault(item: _Item, reason: str) -> bool:
    return item.status in _FAULT_STATUSES or reason in _FAULT_TYPES


def _reason(item: _Item) -> str:
    """Give the error's type, if it looks like one: it becomes a label and a log field."""
    try:
        kind = _error_decoder.decode(item.error).type
    except (msgspec.DecodeError, RecursionError):
        kind = ""
    kind = _ALIASES.get(kind, kind)
    return kind if _TYPE.fullmatch(kind) else f"item_{item.status}"
