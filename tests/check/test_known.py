from typing import Any

import pytest

from logship.check.known import Known, findings
from logship.daemon.status import SinkStatus, document

WHERE = "127.0.0.1:8687"


def of(*sinks: SinkStatus, letters: int = 0, **more: Any) -> list[Known]:
    """Give the findings of a daemon with these sinks."""
    made = document(version="1", started_at=0.0, now=90.0, ready=more.pop("ready", ""), files=[], sinks=sinks, **more)
    return [*findings(made, WHERE, {"http": letters})]


def bad(found: list[Known]) -> list[str]:
    """Give what stands in the way."""
    return [f"{each.subject}: {each.message}" for each in found if not each.good]


def test_a_daemon_that_delivers_is_well() -> None:
    """With when, and what it had to get over."""
    found = of(SinkStatus("http", "ok", 60.0, "http_503"))
    assert bad(found) == []
    assert [each.message for each in found] == [
        f"logship 1 runs, up 90 s, and answers at {WHERE}",
        "0 are followed, 0 bytes of them are not delivered yet",
        "delivers, the last time at 1970-01-01T00:01:00.000Z; before that it failed for http_503",
    ]


def test_who_sent_nothing_says_that_nothing_was_tried() -> None:
    """An ok would be taken for credentials that work."""
    (*_, sink) = of(SinkStatus("http", "ok"))
    assert sink.good
    assert sink.message.endswith("neither the way there nor credentials were tried; --send tries them")


@pytest.mark.parametrize("state", ["retrying", "holding", "another"])
def test_a_last_error_fails_the_check(state: str) -> None:
    """With what to do, and since when; a state that nobody knew when this was written, too."""
    (line,) = bad(of(SinkStatus("http", state, 0.0, "http_401")))
    assert line == (
        f"http: it is {state}: http_401; the credentials are refused: check user and password, token or API key "
        "(nothing was delivered yet)"
    )
    (line,) = bad(of(SinkStatus("http", state, 60.0, "odd")))
    assert line == f"http: it is {state}: odd (the last delivery was at 1970-01-01T00:01:00.000Z)"
    (line,) = bad(of(SinkStatus("http", state, 0.0, "http_302")))
    assert "set the URL to where it sends" in line


def test_of_a_sink_that_refuses_the_dead_letters_speak() -> None:
    """Nothing else is wrong with it."""
    (line,) = bad(of(SinkStatus("http", "refusing", 60.0, last_refusal="http_400"), letters=3))
    assert line.startswith("http: dead letters: the store refused records, the last for http_400; 3 bytes")


def test_records_that_wait_by_themselves_fail_it() -> None:
    """Though what comes behind them goes on."""
    (line,) = bad(of(SinkStatus("http", "ok", 60.0, "http_500", waiting_records=2)))
    assert line.startswith("http: 2 records wait by themselves: http_500; ")


@pytest.mark.parametrize(
    ("refusal", "letters", "said"),
    [
        ("http_400", 12, "the store refused records, the last for http_400; 12 bytes of dead letters; "),
        ("http_400", 0, "the store refused records, the last for http_400; no dead letter is left; "),
        ("", 12, "the store refused records at an earlier start; 12 bytes of dead letters; "),
    ],
)
def test_dead_letters_fail_it(refusal: str, letters: int, said: str) -> None:
    """Also those of an earlier start."""
    (line,) = bad(of(SinkStatus("http", "ok", 60.0, last_refusal=refusal), letters=letters))
    assert line.startswith(f"http: dead letters: {said}")


def test_what_it_knows_of_files_is_told() -> None:
    """Problems and an unready daemon stand in the way; odd records are told."""
    counts = {"future_timestamps": 3, "without_level": 0, "files_left_alone": 2}
    found = of(ready="draining", problems=["/x: does not exist", "a\x1b[2J: no"], counts=counts)
    assert bad(found) == ["daemon: it is not ready: draining", "files: /x: does not exist", "files: a\\x1b[2J: no"]
    assert [each.message.partition(" ")[0] for each in found if each.good] == ["logship", "0", "3", "2"]


def test_what_was_lost_fails_it() -> None:
    """By reason; what is only suspected is a problem with its file."""
    lost = {"truncated": 0, "unreadable": 34, "suspected_rotation": 5}
    assert bad(of(counts={"lost_bytes": lost})) == [
        "files: 34 bytes were lost before they could be read: unreadable; see logship's log"
    ]


def test_where_files_are_looked_at_anyway_it_tells_of_sinks_alone() -> None:
    """Else the same would be told twice."""
    made = document(version="1", started_at=0, now=1, ready="", files=[], sinks=[SinkStatus("http", "ok")])
    found = [*findings({**made, "problems": ["x"], "ready": False}, WHERE, {"http": 5}, files=False)]
    assert [each.subject for each in found] == ["daemon", "http"]


def test_what_was_redacted_is_told_where_it_is_on() -> None:
    """As counts by detector; a record that left as a stub is a fault."""
    some = {"redactions": {"email": 3, "iban": 0}, "redacted_records": 2, "redaction_stubs": 0}
    (found,) = [each for each in of(counts=some) if each.subject == "redaction"]
    assert (found.good, found.message) == (True, "3 values of 2 records (email 3)")
    assert bad(of(counts=some | {"redaction_stubs": 1})) != []
    assert not [each for each in of() if each.subject == "redaction"]
