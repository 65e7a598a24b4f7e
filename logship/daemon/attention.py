"""What needs the operator's attention, in words with what to do: worked out of the status document; pure.

The page, ``logship top`` and scripts show the same list. Names and reasons in it are hostile text, as in the document.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from logship.delivery.advice import advice
from logship.files.removed import ADVICE as OF_REMOVED

SLOW_SECONDS: Final = 60.0
"""An undelivered byte that is older needs attention, though nothing fails."""

PROBLEMS_MAX: Final = 20
"""Each of 4,000 files may be unreadable: so many are told one by one."""

Item = dict[str, Any]
"""``level``: ``problem`` or ``note``; ``kind``: a word that stays the same; ``about``: the sink, or empty; ``what`` and
``do``: sentences; ``since``: RFC 3339, or null."""

_STATES: Final = {
    "retrying": "delivery fails and is tried again",
    "holding": "the store refuses everything, and the records are held",
}
_LET_IN: Final = "Let logship's user read and enter the folder: see its mode and the pod's fsGroup."
_CAUSES: Final = {
    "draining": ("note", "stopping", "Nothing: it delivers what is left, and ends."),
    "the first sweep": ("note", "starting", "Nothing: it looks for files first."),
    "folders can't be listed": ("problem", "unlistable", _LET_IN),
    "the oldest undelivered": (
        "problem",
        "late",
        "See the sink that is behind, or raise LOGSHIP_READY_MAX_LAG_SECONDS.",
    ),
}
"""By the beginning of a cause: level, kind, what to do."""
_PROBLEMS: Final = {
    "the checkpoint can't be saved": "Give logship room in its state folder (LOGSHIP_STATE_DIR), and let it write.",
    "does not exist": "Check LOGSHIP_PATHS, and that the volume is mounted there in both containers.",
    "no file matches": "Check LOGSHIP_PATHS: the application's files have other names.",
    "no line has ended": "The application must end each record with a newline: until then it is no record.",
    "can't be listed": _LET_IN,
    "Permission denied": "Let logship's user read the file: see its mode and the pod's fsGroup.",
    "logship itself failed": "Report it, with what logship's log says of it; other files are read all the same.",
    "holds for none of the records": "Compare the condition with a line of the log; `logship check` looks at the last.",
    "may not show, for their age": "Nothing brings these back; see why they came so late.",
    "rotated into it": "Call it old or archive, beneath the log's own folder: else what is moved there may be missed.",
    "still written to": OF_REMOVED,
    "rotated away": "Rotate less often, or keep more rotated files: these came and went between two looks.",
}
"""By words of a problem: what to do; others say it themselves."""
_SLOW: Final = "It is slower than the application writes: see the store's load, or raise LOGSHIP_MAX_IN_FLIGHT."
_CHECK: Final = "`logship check` shows the names of such a record's fields"
_REPLAY: Final = "Then `logship replay` sends them again."
_LETTERS: Final = f"See the reason beside each dead letter. {_REPLAY}"
_LOST: Final = {
    "truncated": "Have the rotation keep the old file: what truncates in place is faster than it can be read.",
    "gone_while_down": "Keep more rotated files, so that they are there until logship is back.",
    "backlog": "Raise LOGSHIP_MAX_BACKLOG_BYTES, or see why the store is behind.",
    "suspected_rotation": "Rotate less often, or keep more rotated files.",
    "descriptor_limit": "Raise the limit of open files (ulimit -n), or lower LOGSHIP_MAX_FILES.",
    "max_files": "Raise LOGSHIP_MAX_FILES: more files are written to than may be open; or keep more rotated files.",
    "archive_member": "Pack each log by itself: only the first file in a zip or tar is read.",
    "unreadable": "See logship's log for the file and the cause.",
}
"""By the reason why bytes were lost: what to do."""
_RECORDS: Final = {
    "bad_timestamps": (
        "records have a time that can't be read",
        f"Set LOGSHIP_TIMESTAMP_FORMAT; {_CHECK}.",
    ),
    "future_timestamps": (
        "records are dated over 5 minutes ahead",
        "Set LOGSHIP_TIMESTAMP_ZONE if the application writes local time; else see its clock.",
    ),
    "without_timestamp": (
        "records have no time: they get that of their file",
        f"Name the field in LOGSHIP_TIMESTAMP_FIELDS; {_CHECK}.",
    ),
    "without_level": (
        "records have no level: no condition on it holds for them",
        f"Name the field in LOGSHIP_LEVEL_FIELDS; {_CHECK}.",
    ),
    "unparsed": (
        "records are not of the form that LOGSHIP_PARSE names: they stay messages",
        "Check LOGSHIP_PARSE, or leave it at auto.",
    ),
}


def attention(document: Mapping[str, Any]) -> list[Item]:
    """Give what needs attention, problems first; empty where all is well."""
    found = [*_readiness(document), *_problems(document), *_lost(document)]
    for sink in document["sinks"]:
        found += [*_state(sink), *_refused(sink)]
    found += _odd_records(document)
    return sorted(found, key=lambda item: item["level"] != "problem")


def _item(level: Literal["problem", "note"], kind: str, what: str, do: str, **more: str | None) -> Item:
    return {"level": level, "kind": kind, "about": "", "what": what, "do": do, "since": None, **more}


def _readiness(document: Mapping[str, Any]) -> Iterator[Item]:
    if cause := document["cause"]:
        rows = (row for begin, row in _CAUSES.items() if cause.startswith(begin))
        level, kind, do = next(rows, ("problem", "not_ready", ""))
        yield _item("note" if level == "note" else "problem", kind, f"Not ready: {cause}.", do)


def _problems(document: Mapping[str, Any]) -> Iterator[Item]:
    problems = document["problems"]
    for problem in problems[:PROBLEMS_MAX]:
        yield _item("problem", "limit", problem, next((do for words, do in _PROBLEMS.items() if words in problem), ""))
    if (more := len(problems) - PROBLEMS_MAX) > 0:
        yield _item("problem", "limit", f"And {more} more problems.", "See `problems` in /status.")


def _lost(document: Mapping[str, Any]) -> Iterator[Item]:
    for reason, nbytes in document.get("lost_bytes", {}).items():
        if nbytes:
            what = f"{nbytes} bytes were lost before they could be read: {reason}."
            yield _item("problem", "lost", what, _LOST.get(reason, "See logship's log."))


def _state(sink: Mapping[str, Any]) -> Iterator[Item]:
    name, reason, since = sink["name"], sink["last_error"], sink["since"]
    place = f"{name} ({sink['where']})" if sink["where"] else name
    do = _advice(reason, "See logship's log for the reason.")
    if words := _STATES.get(sink["state"]):
        what = f"{place}: {words}: {reason or 'no reason is known'}."
        yield _item("problem", f"sink_{sink['state']}", what, do, about=name, since=since)
    elif sink["oldest_undelivered_seconds"] > SLOW_SECONDS and not sink["waiting_records"]:
        what = f"{place}: records wait for {sink['oldest_undelivered_seconds']:.0f} s, though nothing fails."
        yield _item("problem", "sink_slow", what, _SLOW, about=name)
    if waiting := sink["waiting_records"]:
        what = f"{place}: {waiting} records make requests fail, and wait by themselves: {reason}."
        yield _item("problem", "sink_waiting", what, do, about=name)


def _refused(sink: Mapping[str, Any]) -> Iterator[Item]:
    name, totals, reason = sink["name"], sink["totals"], sink["last_refusal"]
    if count := _records(totals, "dead_lettered"):
        last = reason or "a reason that is not known"
        what = f"{name} refused {count} records, the last for {last}; they are dead letters."
        do = f"{_advice(reason, 'See the reason beside each dead letter.')} {_REPLAY}"
        long_ago = sink["state"] == "ok" and sink["last_refusal_at"]
        yield _item("note" if long_ago else "problem", "dead_letters", what, do, about=name)
    elif sink["state"] == "refusing" and not _records(totals, "dropped"):
        what = f"{name} refused records before this start, within the last hour; they are dead letters."
        yield _item("problem", "dead_letters", what, _LETTERS, about=name)
    if count := _records(totals, "dropped"):
        what = f"{name}: {count} records were given up: the store refused them and did not say which."
        yield _item("problem", "dropped", what, "See the store's own log.", about=name)
    if count := _records(totals, "failure_store"):
        what = f"{name} could not index {count} records, and keeps them in its failure store."
        yield _item("problem", "failure_store", what, _advice("failure_store", ""), about=name)


def _odd_records(document: Mapping[str, Any]) -> Iterator[Item]:
    for name, (what, do) in _RECORDS.items():
        if count := document.get(name):
            yield _item("note", name, f"{count} {what}.", do)


def _records(totals: Mapping[str, Mapping[str, int]], key: str) -> int:
    return totals.get(key, {}).get("records", 0)


def _advice(reason: str, otherwise: str) -> str:
    """Give the advice for a reason as a sentence."""
    text = advice(reason)
    return f"{text[0].upper()}{text[1:]}." if text else otherwise
