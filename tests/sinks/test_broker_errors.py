from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logship.model import Outcome, Status, Verdict
from logship.sinks.kafka.broker_errors import (
    RECORD_OVERHEAD,
    Failure,
    Group,
    broker_faults,
    host_and_port,
    limits,
    meaning,
    outcome,
    topic_faults,
)

GROUPS: Sequence[Group] = [(b"pod", [b"a", b"b", b"c"]), (None, [b"a", b"d"])]


def failures(*places: tuple[int, str]) -> list[Failure]:
    """Give the failures of the records of GROUPS that are at these places."""
    records = [(key, value) for key, values in GROUPS for value in values]
    return [Failure(*records[at], name) for at, name in places]


def test_all_is_delivered_where_nothing_failed() -> None:
    """No news is good news: the client reports only what it could not deliver."""
    assert outcome(GROUPS, []) == Outcome(Status.DELIVERED)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("MSG_SIZE_TOO_LARGE", Outcome(Status.ERRORED, "msg_size_too_large", too_large=True)),
        ("INVALID_RECORD", Outcome(Status.REJECTED, "invalid_record")),
        ("UNKNOWN_TOPIC_OR_PART", Outcome(Status.ERRORED, "unknown_topic_or_part", fault=True)),
        ("_UNKNOWN_TOPIC", Outcome(Status.ERRORED, "unknown_topic_or_part", fault=True)),
        ("TOPIC_AUTHORIZATION_FAILED", Outcome(Status.ERRORED, "topic_authorization_failed", fault=True)),
        ("NOT_ENOUGH_REPLICAS", Outcome(Status.ERRORED, "not_enough_replicas")),
        ("_MSG_TIMED_OUT", Outcome(Status.ERRORED, "timeout")),
        ("_QUEUE_FULL", Outcome(Status.ERRORED, "queue_full")),
    ],
)
def test_what_befell_all_is_the_outcome_of_all(name: str, expected: Outcome) -> None:
    """So that delivery halves what is too large or refused, and keeps what may yet succeed."""
    assert outcome(GROUPS, failures(*[(at, name) for at in range(5)])) == expected


@pytest.mark.parametrize("name", ["MSG_SIZE_TOO_LARGE", "INVALID_RECORD", "INVALID_TIMESTAMP"])
def test_a_record_refused_alone_was_alone(name: str) -> None:
    """A broker refuses batches: neighbours of a bad record in its batch would have failed with it."""
    found = outcome(GROUPS, failures((1, name)))
    assert found == Outcome(Status.DELIVERED, verdicts=(Verdict(1, Status.REJECTED, name.lower()),))


def test_records_that_share_the_blame_are_tried_without_the_others() -> None:
    """What was delivered beside them is not sent again."""
    found = outcome(GROUPS, failures((1, "MSG_SIZE_TOO_LARGE"), (3, "MSG_SIZE_TOO_LARGE")))
    assert [(each.index, each.status) for each in found.verdicts] == [(1, Status.ERRORED), (3, Status.ERRORED)]
    assert found.status is Status.DELIVERED


def test_a_refusal_beside_another_trouble_puts_nothing_aside() -> None:
    """Where brokers fail in several ways at once, all that failed is kept."""
    mixed = [(at, "INVALID_RECORD") for at in range(4)] + [(4, "_MSG_TIMED_OUT")]
    assert outcome(GROUPS, failures(*mixed)) == Outcome(Status.ERRORED, "timeout")


def test_what_ended_the_attempt_is_the_reason() -> None:
    """A client that was told to let go says only that it did."""
    cause = Outcome(Status.ERRORED, "authentication", "SASL", fault=True)
    assert outcome(GROUPS, failures(*[(at, "_PURGE_QUEUE") for at in range(5)]), cause) == cause
    found = outcome(GROUPS, failures((4, "_PURGE_INFLIGHT")), cause)
    assert found.verdicts == (Verdict(4, Status.ERRORED, "authentication", "SASL"),)
    assert found.fault


@given(st.data())
def test_verdicts_name_as_many_of_each_record_as_failed(data: st.DataObject) -> None:
    """Equal records under equal keys stand for each other; the plain count over all pairs is the oracle."""
    draws = st.lists(st.sampled_from([b"a", b"b"]), max_size=6)
    groups = [(key, data.draw(draws)) for key in (b"k", None)]
    records = [(key, value) for key, values in groups for value in values]
    failed = [record for record in records if data.draw(st.booleans())]
    found = outcome(groups, [Failure(*record, "_MSG_TIMED_OUT") for record in failed])
    if failed and len(failed) < len(records):
        assert sorted(map(str, failed)) == sorted(str(records[each.index]) for each in found.verdicts)
    else:
        assert not found.verdicts


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("127.0.0.1:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused", "connection_refused"),
        ("SSL handshake failed: Disconnected: SSL connection closed by peer", "tls_not_spoken"),
        ("Connection setup timed out in state CONNECT", "timeout"),
        ("Disconnected", "connection_reset"),
        ("", "connection_reset"),
    ],
)
def test_the_clients_words_tell_connections_apart(text: str, reason: str) -> None:
    """None of them is an operator's fault for sure."""
    assert meaning("_TRANSPORT", text) == Outcome(Status.ERRORED, reason, text)


@pytest.mark.parametrize("broker", ["kafka", "kafka:9092", "10.0.0.1:1", "[::1]:9092", "a_b-c.d"])
def test_addresses_that_can_be_used(broker: str) -> None:
    """The port may be left out."""
    assert broker_faults([broker]) == []


@pytest.mark.parametrize("broker", ["", "kafka:0", "kafka:65536", "kafka://h:1", "u:pass@h:1", "::1", "a b", "h:x"])
def test_addresses_that_can_not(broker: str) -> None:
    """The fault does not show what may be secret."""
    [fault] = broker_faults(["fine:9092", broker])
    assert "BROKERS" in fault
    assert "pass" not in fault


def test_addresses_come_apart() -> None:
    """Kafka's own port is the default."""
    assert host_and_port("kafka") == ("kafka", 9092)
    assert host_and_port("kafka:1") == ("kafka", 1)
    assert host_and_port("[::1]:2") == ("::1", 2)
    assert host_and_port("[::1]") == ("::1", 9092)


def test_topics_that_brokers_would_refuse() -> None:
    """As Kafka's own rule for names has it."""
    assert topic_faults("logs-agent.v1_2") == []
    assert all(topic_faults(topic) for topic in ("", ".", "..", "a b", "a/b", "ä", "x" * 250))


def test_a_record_within_the_limit_fits_alone() -> None:
    """What surrounds it in a request is counted, a key too."""
    assert limits(1_000_000).max_record_bytes == 1_000_000 - RECORD_OVERHEAD
