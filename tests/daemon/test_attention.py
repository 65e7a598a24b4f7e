from typing import Any

import pytest

from logship.daemon.attention import _LOST, PROBLEMS_MAX, Item, attention
from logship.daemon.status import FileStatus, SinkStatus, document
from logship.metrics import LOST_REASONS
from logship.record_metrics import OTHER

SINCE = 1_700_000_000.0


def failing(state: str, error: str) -> SinkStatus:
    """Make a sink that fails."""
    return SinkStatus("es", state, last_error=error)


def ended(outcome: str, refusal: str = "") -> SinkStatus:
    """Make a sink with 7 records that had this end."""
    return SinkStatus("es", "ok", totals={outcome: (7, 70)}, last_refusal=refusal)


def found(*sinks: SinkStatus, ready: str = "", problems: tuple[str, ...] = (), **counts: Any) -> list[Item]:
    """Give what needs attention of a document."""
    files = [FileStatus("a.log", 10, {"es": 5})]
    return attention(
        document(
            version="1", started_at=0, now=1, ready=ready, files=files, sinks=sinks, problems=problems, counts=counts
        )
    )


def test_nothing_needs_attention_where_all_is_well() -> None:
    """Lag, filters and records in flight are life."""
    totals = {"read": (10, 100), "delivered": (8, 80), "filtered": (1, 10), "in_flight": (1, 10)}
    assert found(SinkStatus("es", "ok", totals=totals), without_level=0) == []


@pytest.mark.parametrize(
    ("sink", "kind", "words", "advice"),
    [
        (failing("retrying", "http_401"), "sink_retrying", "http_401", "The credentials are refused"),
        (failing("retrying", "odd"), "sink_retrying", "odd", "See logship's log"),
        (failing("holding", "shard_limit"), "sink_holding", "are held", "The cluster may have no more"),
        (SinkStatus("es", "ok", oldest_undelivered_seconds=61), "sink_slow", "for 61 s", "LOGSHIP_MAX_IN_FLIGHT"),
        (SinkStatus("es", "ok", waiting_records=3), "sink_waiting", "3 records", "See logship's log"),
        (
            ended("dead_lettered", "mapper_parsing_exception"),
            "dead_letters",
            "7 records, the last for mapper_p",
            "Check",
        ),
        (ended("dead_lettered", "odd"), "dead_letters", "for odd", "beside each dead letter. Then `logship replay`"),
        (ended("dead_lettered"), "dead_letters", "not known", "See the reason"),
        (ended("dropped"), "dropped", "7 records were given up", "store's own log"),
        (ended("failure_store"), "failure_store", "7 records", "failure store"),
    ],
)
def test_a_sink_says_what_is_wrong_and_what_to_do(sink: SinkStatus, kind: str, words: str, advice: str) -> None:
    """One problem each, about that sink."""
    (item,) = found(sink)
    assert (item["level"], item["kind"], item["about"]) == ("problem", kind, "es")
    assert words in item["what"]
    assert advice in item["do"]


def test_a_failing_sink_is_told_with_its_place_and_since_when() -> None:
    """The first things that one asks."""
    (item,) = found(SinkStatus("es", "retrying", since=SINCE, where="es:9200"))
    assert item["since"] == "2023-11-14T22:13:20.000Z"
    assert item["what"] == "es (es:9200): delivery fails and is tried again: no reason is known."


@pytest.mark.parametrize(
    ("cause", "level", "kind"),
    [
        ("draining", "note", "stopping"),
        ("the first sweep has not finished", "note", "starting"),
        ("folders can't be listed: /logs", "problem", "unlistable"),
        ("the oldest undelivered byte is 100 s old", "problem", "late"),
        ("something new", "problem", "not_ready"),
    ],
)
def test_being_unready_is_a_problem_where_it_does_not_pass_by_itself(cause: str, level: str, kind: str) -> None:
    """A start and a drain do."""
    (item,) = found(ready=cause)
    assert (item["level"], item["kind"], item["what"]) == (level, kind, f"Not ready: {cause}.")


@pytest.mark.parametrize(
    ("problem", "advice"),
    [
        ("/logs: does not exist", "Check LOGSHIP_PATHS"),
        ("the checkpoint can't be saved, x: /state can't be written: Permission denied", "LOGSHIP_STATE_DIR"),
        ("/logs/a.log: Permission denied", "fsGroup"),
        ("/logs/a.log: logship itself failed on it: KeyError", "Report it"),
        ("/logs/a.log: 14 bytes, and no line has ended", "newline"),
        ("3 files wait until one that is open has been read: raise LOGSHIP_MAX_FILES", ""),
    ],
)
def test_a_problem_of_files_is_told_with_what_to_do(problem: str, advice: str) -> None:
    """Where it does not say that itself."""
    (item,) = found(problems=(problem,))
    assert (item["level"], item["what"]) == ("problem", problem)
    assert advice in item["do"]


def test_a_thousand_problems_are_told_as_a_few() -> None:
    """The first ones, and how many there are beside them."""
    items = found(problems=tuple(f"/logs/{at}.log: Permission denied" for at in range(1000)))
    assert len(items) == PROBLEMS_MAX + 1
    assert items[-1]["what"] == "And 980 more problems."
    assert len(found(problems=("x",) * PROBLEMS_MAX)) == PROBLEMS_MAX


def test_lost_bytes_are_told_by_reason() -> None:
    """Each with what keeps it from coming again."""
    (item,) = found(lost_bytes={"truncated": 5, "backlog": 0})
    assert (item["kind"], item["what"]) == ("lost", "5 bytes were lost before they could be read: truncated.")
    assert "keep the old file" in item["do"]
    assert set(_LOST) == set(LOST_REASONS) - {OTHER}


def test_dead_letters_of_long_ago_are_a_note() -> None:
    """And of before this start a problem for the hour, though nobody knows how many they are."""
    letters = {"dead_lettered": (7, 70)}
    (item,) = found(SinkStatus("es", "ok", totals=letters, last_refusal_at=SINCE))
    assert (item["level"], item["kind"]) == ("note", "dead_letters")
    for state in ("refusing", "retrying"):
        item = found(SinkStatus("es", state, totals=letters, last_refusal_at=SINCE))[-1]
        assert (item["level"], item["kind"]) == ("problem", "dead_letters")
    (item,) = found(SinkStatus("es", "refusing", last_refusal_at=SINCE))
    assert (item["level"], item["kind"]) == ("problem", "dead_letters")
    assert "before this start" in item["what"]
    (item,) = found(SinkStatus("es", "refusing", totals={"dropped": (1, 2)}, last_refusal_at=SINCE))
    assert item["kind"] == "dropped"


def test_odd_records_are_notes_behind_the_problems() -> None:
    """They are delivered all the same."""
    items = found(SinkStatus("es", "retrying"), without_level=5, bad_timestamps=1, unparsed=0)
    assert [item["kind"] for item in items] == ["sink_retrying", "bad_timestamps", "without_level"]
    assert items[2]["what"].startswith("5 records have no level")
    assert "LOGSHIP_LEVEL_FIELDS" in items[2]["do"]
