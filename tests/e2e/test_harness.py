import os
import subprocess
from pathlib import Path

import pytest

from tests.e2e.arrivals import assert_all_arrived, faults, line, pad_of
from tests.e2e.harness import Logship, Samples, assert_conserved, wait_until
from tests.e2e.receiver import Answer, Receiver

pytestmark = pytest.mark.e2e


def records(*numbers: int, writer: str = "w") -> list[dict[str, object]]:
    """Make what a writer's lines arrive as."""
    return [{"writer": writer, "seq": number, "pad": pad_of(writer, number)} for number in numbers]


@pytest.mark.parametrize(
    ("arrived", "fault"),
    [
        (records(0, 2), "missing 1 (1)"),
        (records(0, 1, 2, 1), "more than once 1 (1)"),
        (records(0, 2, 1), "out of order 1 (1)"),
        (records(0, 1, 2, 3), "never written 1 (3)"),
        ([*records(0, 2), {"writer": "w", "seq": 1, "pad": pad_of("w", 2)}], "no whole line"),
        ([*records(0, 1, 2), {"message": '{"writer":"w","se'}], "no whole line"),
        ([*records(0, 1, 2), *records(0, writer="x")], "nobody wrote"),
    ],
)
def test_every_fault_is_found(arrived: list[dict[str, object]], fault: str) -> None:
    """Lines missing, doubled, out of order, invented or torn are each told by name."""
    assert [each for each in faults(arrived, {"w": 3}) if fault in each]
    assert_all_arrived(records(0, 1, 2), {"w": 3})
    assert_all_arrived(records(0, 1, 0, 1, 2), {"w": 3}, repeats=True)


def test_numbers_that_do_not_add_up_are_found() -> None:
    """A byte that was read and has no end is a failure, and so is one still in flight once idle."""
    zero = dict.fromkeys(
        ("duplicate", "failure_store", "dead_lettered", "filtered", "dropped", "skipped", "in_flight"), (0, 0)
    )
    assert_conserved({"http": {"read": (2, 9), "delivered": (2, 9), **zero}}, idle=True)
    with pytest.raises(AssertionError, match="bytes don't add up"):
        assert_conserved({"http": {"read": (2, 9), "delivered": (2, 8), **zero}}, idle=True)
    with pytest.raises(AssertionError, match="in flight"):
        assert_conserved({"http": {"read": (2, 9), "delivered": (1, 4), **zero, "in_flight": (1, 5)}}, idle=True)


def test_the_receiver_does_as_told(receiver: Receiver) -> None:
    """It keeps what it accepts, in order, and nothing else; down is a refused connection, up is the same port."""

    def post(body: str) -> int:
        sent = subprocess.run(["curl", "-s", "-o", "/dev/null", "-d", body, receiver.url], check=False)
        return sent.returncode

    receiver.script(Answer(status=503), Answer(reset=True, keep=False), Answer(cut=True, body="half"))
    assert [post("lost\n"), post("reset\n"), post("cut\n"), post("kept\n")] == [0, 52, 18, 0]
    receiver.down()
    assert post("down\n") == 7
    receiver.up()
    assert post("up\n") == 0
    assert receiver.lines() == [b"cut", b"kept", b"up"]
    assert [(each.status, each.kept) for each in receiver.requests()][:2] == [(503, False), (200, False)]
    assert receiver.counts().records == 3


def test_a_line_goes_through_the_real_daemon(logship: Logship, logs: Path, receiver: Receiver) -> None:
    """What is written arrives, the metrics say so, and SIGTERM ends the daemon with exit 0."""
    logship.start()
    (logs / "a.log").write_bytes(line("w", 0))
    receiver.wait_for_records(1)
    assert_all_arrived(receiver.records(), {"w": 1})
    samples = logship.check_conservation()
    assert isinstance(samples, Samples)
    assert samples.totals("http")["delivered"] == (1, len(line("w", 0)))
    assert logship.terminate() == 0
    assert logship.last_totals["http"]["delivered"] == (1, len(line("w", 0)))
    logship.start()
    os.utime(logs / "a.log")
    wait_until(lambda: logship.status()["files_total"] == 1, "the file is followed again")
    assert receiver.counts().records == 1
