import logging
from pathlib import Path

import pytest

from logship.files.removed import ADVICE
from tests.following import append, follow, lines

SAID = "a removed file is still written to"


def test_a_removed_file_that_is_written_on_is_told(logs: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Its lines are read, once a minute it is said; a message a minute, and none once it is written no more."""
    caplog.set_level(logging.WARNING)
    append(logs / "a.log", lines(0, 10))
    follower = follow(logs, rotate_wait=5.0)
    assert follower.read() == lines(0, 10)
    with (logs / "a.log").open("ab", buffering=0) as writer:
        (logs / "a.log").unlink()
        for number in range(10, 40):
            writer.write(lines(number, number + 1))
            follower.step(4.0)
            assert follower.take()[0].data == lines(number, number + 1)
    said = [record for record in caplog.records if record.message == SAID]
    assert [vars(record)["path"] for record in said] == [f"{logs}/a.log"] * 2
    assert vars(said[0])["advice"] == ADVICE
    (file,) = follower.catalog.files.values()
    assert follower.intake.closing.removed.is_written(file)
    follower.step(6.0)
    assert not follower.catalog.files
    follower.step(60.0)
    assert not follower.intake.closing.removed._since
    assert len([record for record in caplog.records if record.message == SAID]) == 2


@pytest.mark.parametrize("late", [0.05, 0.9])
def test_what_a_writer_still_held_when_its_file_was_removed_is_no_sign(
    logs: Path, caplog: pytest.LogCaptureFixture, late: float
) -> None:
    """It is flushed by a rotator that closes the file after it has removed it."""
    caplog.set_level(logging.WARNING)
    append(logs / "a.log", lines(0, 10))
    follower = follow(logs)
    follower.step()
    with (logs / "a.log").open("ab", buffering=0) as writer:
        (logs / "a.log").unlink()
        follower.step()
        writer.write(lines(10, 11))
        follower.step(late)
    for _ in range(3):
        follower.step(1.0)
    assert follower.read() == lines(0, 11)
    assert SAID not in caplog.messages


def test_a_rotated_file_that_is_written_on_has_a_name(logs: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever writes it is seen in any other such file, too."""
    caplog.set_level(logging.WARNING)
    append(logs / "a.log", lines(0, 10))
    follower = follow(logs)
    follower.step()
    (logs / "a.log").rename(logs / "a.log.1")
    for number in range(10, 15):
        append(logs / "a.log.1", lines(number, number + 1))
        follower.step(2.0)
    assert follower.read() == lines(0, 15)
    assert SAID not in caplog.messages


def test_what_goes_on_in_another_file_is_not_written_to_without_a_name(
    logs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It was put back: a copy of it, or a run that writes the same; how much of it was known is said."""
    caplog.set_level(logging.INFO)
    append(logs / "a.log", lines(0, 300))
    follower = follow(logs)
    follower.read()
    (logs / "a.log").unlink()
    follower.step()
    follower.step(2.0)
    append(logs / "a.log", lines(0, 300))
    follower.step(2.0)
    append(logs / "a.log", lines(300, 310))
    assert follower.read() == lines(300, 310)
    (file,) = follower.catalog.files.values()
    assert not follower.intake.closing.removed.is_written(file)
    assert SAID not in caplog.messages
    (said,) = (record for record in caplog.records if record.message == "a file goes on in another one")
    assert vars(said)["known_bytes"] == len(lines(0, 300))


def test_a_file_with_nothing_new_is_told(logs: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A beginning of what was delivered, put in its place: nothing of it is sent again, and that is said."""
    caplog.set_level(logging.INFO)
    append(logs / "a.log", lines(0, 300))
    follower = follow(logs)
    follower.read()
    (logs / "new").write_bytes(lines(0, 200))
    (logs / "new").rename(logs / "a.log")
    assert follower.read() == b""
    (said,) = (record for record in caplog.records if record.message == "nothing in a file is new")
    assert (vars(said)["path"], vars(said)["known_bytes"]) == (f"{logs}/a.log", len(lines(0, 200)))
