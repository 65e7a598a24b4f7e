"""What a sink's health says: the cause, where, and what to do; and which state it comes to."""

import logging

import pytest

from logship.delivery.advice import ADVICE, advice
from logship.delivery.health import REFUSING_SECONDS, SinkHealth
from logship.metrics import RETRY_REASONS
from logship.record_metrics import OTHER
from tests.set_clock import SetClock


@pytest.fixture
def clock() -> SetClock:
    """Give one."""
    return SetClock(1000.0)


@pytest.fixture
def health(clock: SetClock) -> SinkHealth:
    """Give a sink's."""
    return SinkHealth("audit", clock, clock, where="store:443")


@pytest.mark.parametrize("reason", [reason for reason in RETRY_REASONS if reason != OTHER])
def test_every_reason_for_a_retry_has_advice(reason: str) -> None:
    """Whoever reads it at night is told what to do."""
    assert advice(reason)


def test_a_redirect_has_advice() -> None:
    """Whichever it is; of an unknown reason nothing is made up."""
    assert "redirects are not followed" in advice("http_308")
    assert advice("http_418") == ""
    assert not [text for text in ADVICE.values() if "\n" in text]


def test_where_it_delivers_to_is_in_every_message(health: SinkHealth, caplog: pytest.LogCaptureFixture) -> None:
    """Beside the sink's name: a reason alone does not say which of three stores it is."""
    caplog.set_level(logging.INFO)
    health.failing("http_503", fault=False, holding=False, seconds=1.0)
    health.waiting("timeout", 1)
    health.dropped("partial_success", 1)
    health.misused("document_id_not_supported")
    health.failure_store(1)
    health.lost(1, 10)
    health.unwritable("/state: full", 1.0)
    health.put_aside("http_400", 1)
    health.failing("http_503", fault=False, holding=False, seconds=1.0)
    health.working()
    said = [vars(record) for record in caplog.records]
    assert len(said) == 10
    assert {(each["sink"], each["where"]) for each in said} == {("audit", "store:443")}
    assert health.named == "audit (store:443)"
    assert SinkHealth("stdout", SetClock(1000.0)).named == "stdout"


def test_what_can_not_be_put_aside_blames_the_state_folder(
    health: SinkHealth, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    """It is held, said once a minute; put aside at last, the sink refuses, which is all that is left of it."""
    for _ in range(3):
        health.unwritable("/state/dead-letter/audit.ndjson: No space left on device", 30.0)
        clock.now += 30.0
    assert health.state == "holding"
    messages = [record.getMessage() for record in caplog.records]
    assert messages == ["a refused record can't be put aside: it is held"] * 2
    health.put_aside("http_400", 1)
    assert (health.state, health.failing_since) == ("refusing", None)


def test_a_sink_refuses_for_an_hour(health: SinkHealth, clock: SetClock) -> None:
    """After its last dead letter, or what it dropped; a failure is worse, and shown instead."""
    states = [health.state]
    health.put_aside("http_400", 1)
    states.append(health.state)
    health.failing("http_503", fault=False, holding=False, seconds=1.0)
    states.append(health.state)
    health.working()
    states.append(health.state)
    clock.now += REFUSING_SECONDS
    states.append(health.state)
    health.dropped("partial_success", 1)
    states.append(health.state)
    assert states == ["ok", "refusing", "retrying", "refusing", "ok", "refusing"]


def test_a_retry_limit_does_not_blame_the_mapping(health: SinkHealth, caplog: pytest.LogCaptureFixture) -> None:
    """The records are whole; the store was not there for them."""
    health.put_aside("retry_limit", 5)
    health.put_aside("mapper_parsing_exception", 5)
    limit, mapping = (vars(record)["advice"] for record in caplog.records)
    assert "LOGSHIP_RETRY_LIMIT_SECONDS" in limit
    assert "mapping" not in limit
    assert "mapping" in mapping
    assert "dead-letter/audit.ndjson" in mapping
