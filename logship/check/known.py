"""What a running daemon knows, as findings; its status document and the sizes of its dead letters come in; pure.

Loads nothing but the words of advice: this is what ``logship check`` is beside a daemon, in that daemon's memory.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from logship.delivery.advice import GIVEN_UP, advice
from logship.printable import printable

_WELL: Final = frozenset({"ok", "idle", "delivering", "closed", "refusing"})
"""Of a sink that is refusing, its dead letters speak."""
_COUNTS: Final = {
    "future_timestamps": "records had a time in the future, where no search for recent ones looks",
    "bad_timestamps": "records had a time that can't be read: see LOGSHIP_TIMESTAMP_FORMAT",
    "without_timestamp": "records had no time that is known: see LOGSHIP_TIMESTAMP_FIELDS",
    "without_level": "records had no level that is known: see LOGSHIP_LEVEL_FIELDS",
    "unparsed": "lines were not of the form that LOGSHIP_PARSE names",
    "files_left_alone": "rotated files are never read: they were there before the first start, or have what is known",
}
_TOLD: Final = ("suspected_rotation",)
"""What is lost and is a problem of its own, with its file."""


class Known(NamedTuple):
    """A finding, as :class:`logship.model.Finding` has it."""

    good: bool
    subject: str
    message: str


def taken_out(redactions: Mapping[str, int], records: float, stubs: float) -> str:
    """Say what redaction took out, by detector, of what was made for each sink."""
    each = ", ".join(f"{name} {count}" for name, count in redactions.items() if count)
    what = (
        f"{sum(redactions.values())} values of {records:.0f} records ({each})" if each else "nothing was taken out yet"
    )
    return what + (f"; {stubs:.0f} records could not be looked at, and a stub was sent of each" if stubs else "")


def _of(subject: str, message: str, *, good: bool = True) -> Known:
    return Known(good, printable(subject), printable(message))


def findings(
    status: Mapping[str, Any], where: str, dead_letters: Mapping[str, int], *, files: bool = True
) -> Iterator[Known]:
    """Say what it knows; ``where`` it answers; ``dead_letters`` are the bytes that each sink has put aside.

    Nothing of ``files``, nor of folders that can't be listed, where those are looked at anyway.
    """
    up = f"logship {status.get('version')} runs, up {status.get('uptime_seconds', 0):.0f} s, and answers at {where}"
    yield _of("daemon", up)
    if files and not status.get("ready", True):
        yield _of("daemon", f"it is not ready: {status.get('cause')}", good=False)
    if files:
        yield from _of_files(status)
    if redactions := status.get("redactions"):
        stubs = status.get("redaction_stubs", 0)
        yield _of("redaction", taken_out(redactions, status.get("redacted_records", 0), stubs), good=not stubs)
    for sink in status.get("sinks", ()):
        yield _of_sink(sink)
        if files:
            yield from _put_aside(sink, dead_letters.get(sink["name"], 0))


def _of_files(status: Mapping[str, Any]) -> Iterator[Known]:
    yield from (_of("files", problem, good=False) for problem in status.get("problems", ()))
    lost = {reason: size for reason, size in status.get("lost_bytes", {}).items() if size and reason not in _TOLD}
    for reason, size in lost.items():
        yield _of("files", f"{size} bytes were lost before they could be read: {reason}; see logship's log", good=False)
    lag, files = status.get("lag_bytes", 0), status.get("files_total", 0)
    yield _of("files", f"{files} are followed, {lag} bytes of them are not delivered yet")
    yield from (_of("files", f"{status[name]} {words}") for name, words in _COUNTS.items() if status.get(name))


def _of_sink(sink: Mapping[str, Any]) -> Known:
    """Say whether it delivers; a failure that a delivery came after is told, and fails nothing."""
    name, state, error = sink["name"], sink["state"], sink.get("last_error") or ""
    waiting, last = sink.get("waiting_records", 0), sink.get("last_success")
    if state not in _WELL or waiting:
        what = f"{waiting} records wait by themselves" if state in _WELL else f"it is {state}"
        since = f"the last delivery was at {last}" if last else "nothing was delivered yet"
        to_do = f"; {words}" if (words := advice(error)) else ""
        return _of(name, f"{what}: {error or 'no error is known'}{to_do} ({since})", good=False)
    before = f"; before that it failed for {error}" if error else ""
    if last:
        return _of(name, f"delivers, the last time at {last}{before}")
    return _of(name, "nothing had to be sent yet: neither the way there nor credentials were tried; --send tries them")


def _put_aside(sink: Mapping[str, Any], nbytes: int) -> Iterator[Known]:
    reason = sink.get("last_refusal") or ""
    if nbytes or reason:
        why = f", the last for {reason}" if reason else " at an earlier start"
        size = f"{nbytes} bytes of dead letters" if nbytes else "no dead letter is left"
        given_up = reason == "retry_limit"
        what = f"records were given up; {size}" if given_up else f"the store refused records{why}; {size}"
        mend = GIVEN_UP if given_up else "mend the mapping or the records, then run `logship replay`"
        remedy = f"{mend}; --full says more"
        yield _of(f"{sink['name']}: dead letters", f"{what}; {remedy}", good=False)
