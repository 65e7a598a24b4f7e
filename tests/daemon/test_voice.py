"""What is silent by nature is said by the daemon itself, once."""

from pathlib import Path

import pytest

from logship.daemon.voice import LOOK_SECONDS, Voice
from logship.files.strangers import ENOUGH
from tests.daemon.test_view import Rig
from tests.following import Follower
from tests.privileges import folder_of_nobody, unprivileged


def voice_of(rig: Rig) -> Voice:
    """Give the voice of a daemon that starts now."""
    return Voice(rig.follower.intake, [rig.pipeline], rig.follower.metrics, 0.0)


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Give the messages, and what each is about."""
    return [(record.getMessage(), str(vars(record).get("path") or vars(record)["what"])) for record in caplog.records]


def test_a_folder_of_paths_that_is_missing_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A minute after the start; again if it was there meanwhile. Beside others that are there nothing else tells it."""
    there, gone = tmp_path / "there", tmp_path / "gone"
    there.mkdir()
    (there / "a.log").write_text("one\n")
    rig = Rig(Follower(f"{there}/*.log", tmp_path / "state"))
    rig.follower.step()
    voice = voice_of(rig)
    rig.follower.intake.discovery._patterns += Follower(f"{gone}/*.log", tmp_path / "other").intake.discovery.patterns
    voice.look(LOOK_SECONDS - 1)
    assert not said(caplog)
    for turn in range(1, 5):
        voice.look(turn * LOOK_SECONDS)
    missing = ("a folder of LOGSHIP_PATHS does not exist", str(gone))
    assert said(caplog) == [missing]
    gone.mkdir()
    voice.look(5 * LOOK_SECONDS)
    gone.rmdir()
    voice.look(6 * LOOK_SECONDS)
    assert said(caplog) == [missing, missing]
    assert f"{gone}: does not exist" in rig.view.status()["problems"]


def test_a_folder_that_can_not_be_listed_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """As soon as that is sure, with its path."""
    with folder_of_nobody() as folder:
        (folder / "logs" / "inner").mkdir(parents=True)
        (folder / "state").mkdir()
        (folder / "state").chmod(0o777)
        (folder / "logs" / "inner").chmod(0)
        with unprivileged():
            rig = Rig(Follower(f"{folder}/logs/**/*.log", folder / "state"))
            voice = voice_of(rig)
            for turn in range(6):
                rig.follower.step(2.0)
                voice.look(2.0 * turn)
        assert said(caplog) == [("a folder can't be listed: nothing in it is read", f"{folder}/logs/inner")]


def test_a_condition_that_holds_for_nothing_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """After a thousand records; one that it holds for ends it. A sample is no condition."""
    rig = Rig(Follower(f"{tmp_path}/*.log", tmp_path / "state"))
    voice, counts = voice_of(rig), rig.counts
    counts.read(ENOUGH, ENOUGH)
    counts.filtered("condition", ENOUGH - 1, ENOUGH - 1)
    voice.look(LOOK_SECONDS)
    assert not said(caplog)
    counts.filtered("no_level", 1, 1)
    for turn in range(2, 5):
        voice.look(turn * LOOK_SECONDS)
    told = "LOGSHIP_SINK_WHEN holds for none of the records so far"
    assert said(caplog) == [("a condition holds for nothing", told)]
    assert told in rig.view.status()["problems"]
    counts.read(1, 1)
    counts.delivered(1, 1)
    assert told not in rig.view.status()["problems"]


def test_a_condition_that_holds_for_nothing_is_told_at_the_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A run that ends by itself is over before the first look; what was told is not told again."""
    rig = Rig(Follower(f"{tmp_path}/*.log", tmp_path / "state"))
    voice = voice_of(rig)
    voice.end()
    assert not said(caplog)
    rig.counts.read(ENOUGH, ENOUGH)
    rig.counts.filtered("condition", ENOUGH, ENOUGH)
    voice.look(LOOK_SECONDS - 1)
    assert not said(caplog)
    voice.end()
    voice.end()
    assert said(caplog) == [("a condition holds for nothing", "LOGSHIP_SINK_WHEN holds for none of the records so far")]


def test_a_sample_that_leaves_all_out_is_what_was_asked_for(tmp_path: Path) -> None:
    """``SAMPLE=debug=0``, say."""
    rig = Rig(Follower(f"{tmp_path}/*.log", tmp_path / "state"))
    rig.counts.read(ENOUGH, ENOUGH)
    rig.counts.filtered("sampled", ENOUGH, ENOUGH)
    assert list(voice_of(rig).unmatched()) == []


def test_too_little_memory_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """At the start."""
    voice = voice_of(Rig(Follower(f"{tmp_path}/*.log", tmp_path / "state")))
    for turn in range(3):
        voice.look(float(turn), said="memory is limited to 32 MiB")
    assert said(caplog) == [("the memory limit is below what is needed", "memory is limited to 32 MiB")]


def test_too_many_folders_are_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With the folder that the path begins with, and in the status as long as it is so; none of the files is gone."""
    monkeypatch.setattr("logship.files.discovery.MAX_PENDING", 4)
    for number in range(9):
        (tmp_path / "logs" / f"{number}").mkdir(parents=True)
    rig = Rig(Follower(f"{tmp_path}/logs/*/*.log", tmp_path / "state"))
    voice = voice_of(rig)
    for turn in range(3):
        rig.follower.step(2.0)
        voice.look(2.0 * turn)
    assert said(caplog) == [("too many folders: each look leaves some out", f"{tmp_path}/logs")]
    assert any("each look leaves some of" in each for each in rig.view.status()["problems"])
