"""Lines of text through the real daemon: dated and levelled by their heads, and made into fields where asked."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import Logship
from tests.e2e.receiver import Receiver

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

WRITTEN = datetime(2026, 11, 1, 12, tzinfo=UTC)


def ship(
    logship: Logship, logs: Path, receiver: Receiver, lines: list[str], records: int, **settings: Any
) -> list[dict[str, object]]:
    """Give what a file of these lines, last written at noon, comes to."""
    (logs / "a.log").write_text("".join(line + "\n" for line in lines))
    os.utime(logs / "a.log", (WRITTEN.timestamp(), WRITTEN.timestamp()))
    logship.start(**{"multiline": "off", **settings})  # these lines are of several programs
    receiver.wait_for_records(records)
    logship.check_conservation()
    return [dict(record) for record in receiver.records()]


def test_a_backfill_of_text_has_its_own_times(logship: Logship, logs: Path, receiver: Receiver) -> None:
    """Each line those that it begins with; one without has the file's, and one that is none is counted."""
    lines = ["2026-10-01 10:00:00,123 WARNING app: a", "Oct 31 23:59:59 host app: b", "c", "2026-02-30 10:00:00 INFO d"]
    got = ship(logship, logs, receiver, lines, 4)
    assert [(record["@timestamp"], record.get("level"), record["message"]) for record in got] == [
        ("2026-10-01T10:00:00.123Z", "WARNING", lines[0]),
        ("2026-10-31T23:59:59Z", None, lines[1]),
        ("2026-11-01T12:00:00.000000000Z", None, lines[2]),
        ("2026-11-01T12:00:00.000000000Z", "INFO", lines[3]),
    ]
    assert logship.metrics().total("logship_records_bad_timestamps_total") == 1


def test_lines_of_a_container_runtime_are_unwrapped(logship: Logship, logs: Path, receiver: Receiver) -> None:
    """A line that was cut is one record; what is no such line stays a message, and is counted."""
    at = "2026-10-01T10:00:00.123456789Z stdout"
    lines = [f'{at} P {{"a":', f"{at} F 1}}", f"{at} F ERROR: b", "c"]
    got = ship(logship, logs, receiver, lines, 3, parse="cri")
    assert [(record["@timestamp"], record.get("a"), record.get("level"), record.get("message")) for record in got] == [
        ("2026-10-01T10:00:00.123456789Z", 1, None, None),
        ("2026-10-01T10:00:00.123456789Z", None, "ERROR", "ERROR: b"),
        ("2026-11-01T12:00:00.000000000Z", None, None, "c"),
    ]
    assert logship.metrics().total("logship_records_unparsed_total") == 1


def test_a_line_that_a_runtime_cut_is_whole_though_the_daemon_dies_between(
    logship: Logship, logs: Path, receiver: Receiver
) -> None:
    """Its first part waits for the next, over kills and a rotation; what the clock cuts is cut there again."""
    at, live = "2026-10-01T10:00:00.123456789Z stdout", logs / "a.log"
    live.write_text(f'{at} F one\n{at} P {{"a":\n')
    logship.start(parse="cri", multiline_wait_seconds="60", batch_max_records=1)
    receiver.wait_for_records(1)
    logship.kill()
    with live.open("a") as file:
        file.write(f"{at} P 1\n")
    logship.start()
    logship.kill()
    with live.open("a") as file:
        file.write(f"{at} F }}\n{at} P lone\n")
    live.rename(logs / "a.log.1")
    live.write_text(f"{at} F two\n")
    logship.start(multiline_wait_seconds="0.2")
    receiver.wait_for_records(4)
    logship.kill()
    logship.start()
    logship.wait_idle()
    got = [dict(record) for record in receiver.records()]
    assert {(record.get("a"), record.get("message"), record["logtag"]) for record in got} == {
        *[(None, "one", "F"), (1, None, "F"), (None, "lone", "P"), (None, "two", "F")]
    }


def test_a_file_of_another_form_is_told_of_once(logship: Logship, logs: Path, receiver: Receiver) -> None:
    """And every line of it arrives."""
    got = ship(logship, logs, receiver, [f"message {at}" for at in range(3000)], 3000, parse="logfmt")
    assert [record["message"] for record in got] == [f"message {at}" for at in range(3000)]
    (said,) = logship.messages("none of a file's lines is of the form")
    assert said["setting"] == "LOGSHIP_PARSE"
