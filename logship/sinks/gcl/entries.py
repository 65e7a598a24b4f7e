"""Google Cloud Logging's ``entries:write``: its body, and what its answers say of each entry; pure.

https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/write and, for what an error may have in its
details, ``WriteLogEntriesPartialErrors`` in https://cloud.google.com/logging/docs/reference/v2/rpc/google.logging.v2.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

import msgspec
from msgspec.structs import replace

from logship.delivery.http_status import MAX_DETAIL, Answer, classify
from logship.json_faults import UNREADABLE
from logship.model import Outcome, Status, Verdict
from logship.records.enrichment import Enrichment, to_json
from logship.records.field_paths import Column as Values
from logship.records.layouts import Column, Rows, Woven, decimals
from logship.records.messages import MessageText
from logship.records.severity import by_severity
from logship.records.trace_ids import Contexts

SCOPE: Final = "https://www.googleapis.com/auth/logging.write"
_PROJECT: Final = b"\x01"
"""Stands for the project's name in encoded entries: encoding must not wait until it is known, and no JSON has it."""
_SEVERITIES: Final = {
    24: "EMERGENCY",
    22: "ALERT",
    21: "CRITICAL",
    17: "ERROR",
    13: "WARNING",
    10: "NOTICE",
    9: "INFO",
    1: "DEBUG",
}
"""Google's names, by the least severity; an entry without one is DEFAULT."""
_MEMBERS: Final = by_severity(_SEVERITIES, b',"severity":"%b"')
_CONTEXTS: Final = Contexts()
_TRACE: Final = re.compile(rb'"(?!0{32})[0-9a-fA-F]{32}"')
_SPAN: Final = re.compile(rb'"(?!0{16})[0-9a-fA-F]{16}"')
_CODES: Final = (
    *("ok", "cancelled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists"),
    *("permission_denied", "resource_exhausted", "failed_precondition", "aborted", "out_of_range", "unimplemented"),
    *("internal", "unavailable", "data_loss", "unauthenticated"),
)
"""google.rpc.Code, by number."""
_MAY_YET: Final = frozenset({"cancelled", "unknown", "deadline_exceeded", "resource_exhausted", "aborted"}) | {
    "internal",
    "unavailable",
}
_FAULTS: Final = frozenset({"not_found", "permission_denied", "unauthenticated"})
"""Project, rights or credentials are set up wrongly: no entry is to blame."""
_BAD: Final = Outcome(Status.ERRORED, "bad_response")


class Entries:
    """Entries of the list that the service takes, each with a comma after it."""

    def __init__(self, enrichment: Enrichment) -> None:
        self._texts = MessageText(enrichment)
        self.wants: Sequence[str] = (*dict.fromkeys([*_CONTEXTS.wants, *self._texts.wants]),)

    def write(self, rows: Rows) -> Woven:
        """Give the entries; their ids and times are the same whenever they are sent, so that repeats are dropped."""
        uid = b'{"insertId":"' + rows.block.file.encode() + b"-"
        columns: dict[str, Values] = dict(zip(self.wants, rows.wanted, strict=True))
        members = self._members(rows, columns)
        before: list[Column] = [uid, decimals(rows.offsets()), b'","timestamp":', rows.stamps, members]
        # Google's console shows what is called so.
        return self._texts.added(rows, columns).woven([*before, b',"jsonPayload":'], [b"},"])

    @staticmethod
    def _members(rows: Rows, columns: Mapping[str, Values]) -> list[bytes]:
        members = [_MEMBERS[level.severity] for level in rows.levels]
        column = columns.__getitem__
        for values, write in ((_CONTEXTS.traces(column), _trace), (_CONTEXTS.spans(column), _span)):
            if any(values):
                members = [have + write(value) for have, value in zip(members, values, strict=True)]
        return members


def _trace(value: bytes | None) -> bytes:
    if not (value and _TRACE.fullmatch(value)):
        return b""
    return b',"trace":"projects/%b/traces/%b' % (_PROJECT, value[1:].lower())


def _span(value: bytes | None) -> bytes:
    return b',"spanId":' + value.lower() if value and _SPAN.fullmatch(value) else b""


def in_project(entries: bytes, project: str) -> bytes:
    """Give encoded entries with the name of their project, which nobody knows before the first request."""
    return entries.replace(_PROJECT, project.encode())


def write_body(
    entries: bytes, *, project: str, log_name: str, resource: Mapping[str, object], dry_run: bool = False
) -> bytes:
    """Give the body of a request with these encoded entries, none or more, each with its comma."""
    name = to_json(f"projects/{project}/logs/{quote(log_name, safe='')}")
    head = b'{"logName":' + name + b',"resource":' + to_json(resource) + b',"partialSuccess":true'
    head += b',"dryRun":true,"entries":[' if dry_run else b',"entries":['
    listed = memoryview(in_project(entries, project))  # a slice of it is no copy
    return b"".join([head, listed[:-1], b"]}"])


def resource_of(
    chosen: Mapping[str, str], fields: Mapping[str, object], project: str, location: str, cluster: str
) -> dict[str, object]:
    """Give the monitored resource: what was chosen (``type`` and labels), and for ``k8s_container`` what is known.

    Without a chosen type it is ``k8s_container`` if pod, namespace, location and cluster are known, else ``global``.
    """
    labels = {name: value for name, value in chosen.items() if name != "type"}
    known = {
        "location": location,
        "cluster_name": cluster,
        "namespace_name": str(fields.get("k8s.namespace.name", "")),
        "pod_name": str(fields.get("k8s.pod.name", "")),
    } | labels
    kind = chosen.get("type", "")
    if kind == "k8s_container" or (not kind and all(known.values())):
        container = str(fields.get("k8s.container.name", ""))
        return {"type": "k8s_container", "labels": {"project_id": project, "container_name": container, **known}}
    if kind:
        return {"type": kind, "labels": {"project_id": project, **labels}}
    return {"type": "global", "labels": {"project_id": project}}


class _EntryError(msgspec.Struct):
    code: int = 0
    message: str = ""


class _Detail(msgspec.Struct):
    kind: str = msgspec.field(default="", name="@type")
    errors: dict[str, _EntryError] = msgspec.field(default_factory=dict, name="logEntryErrors")


class _Error(msgspec.Struct):
    details: list[msgspec.Raw] = msgspec.field(default_factory=list)


class _Refusal(msgspec.Struct):
    error: _Error


_refusals = msgspec.json.Decoder(_Refusal)
_details = msgspec.json.Decoder(_Detail)
_objects = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read_answer(answer: Answer, records: int, now: float) -> Outcome:
    """Say what an answer to so many entries means; ``now`` in epoch seconds.

    An error that names entries is about these only: the others are written. One that names none wrote nothing.
    """
    outcome = classify(answer.status, answer.headers, answer.body, now)
    if outcome.status is Status.DELIVERED:
        return outcome if _is_object(answer.body) else _BAD
    if answer.flaw and outcome.status is Status.REJECTED:
        # It may have named entries. What was written is sent again, and the service drops the repeats.
        return replace(_BAD, too_large=answer.flaw == "long" and records > 1)
    errors = _entry_errors(answer.body)
    verdicts = tuple(_verdict(index, errors[index]) for index in sorted(errors) if index < records)
    if not verdicts:
        return outcome
    fault = any(each.reason in _FAULTS for each in verdicts)
    return Outcome(Status.DELIVERED, verdicts=verdicts, retry_after=outcome.retry_after, fault=fault)


def _is_object(body: bytes) -> bool:
    try:
        _objects.decode(body)
    except UNREADABLE:
        return False
    return True


def _entry_errors(body: bytes) -> dict[int, _EntryError]:
    try:
        details = _refusals.decode(body).error.details
    except UNREADABLE:
        return {}
    found: dict[int, _EntryError] = {}
    for raw in details:
        try:
            detail = _details.decode(raw)
        except UNREADABLE:
            continue
        if detail.kind.endswith("WriteLogEntriesPartialErrors"):
            found |= {int(index): error for index, error in detail.errors.items() if index.isdecimal()}
    return found


def _verdict(index: int, error: _EntryError) -> Verdict:
    reason = _CODES[error.code] if 0 <= error.code < len(_CODES) else "unknown"
    status = Status.ERRORED if reason in _MAY_YET | _FAULTS else Status.REJECTED
    return Verdict(index, status, reason, error.message[:MAX_DETAIL])
