import time
from pathlib import Path

import pytest

from logship.files.discovery import Discovery
from logship.files.learning import learn, unlisted
from logship.files.patterns import Pattern
from logship.files.plan import Plan, PlannedDiscovery
from tests.following import append, lines


def learnt(discovery: Discovery, logs: Path) -> list[str]:
    """Give the names that are found once it is known that ``a.log`` becomes ``a3.log``."""
    assert learn(discovery, f"{logs}/a.log", f"{logs}/a3.log")
    return sorted(each.name for some in unlisted(discovery) for each in some)


@pytest.fixture
def rotated(logs: Path) -> Path:
    """Make a log, and some with such names."""
    for number, name in enumerate(("a", "a1", "a2", "a3", "b1")):
        append(logs / f"{name}.log", lines(100 * number, 100 * number + 50))
    return logs


def test_what_is_called_as_a_known_generation_is_listed_once(rotated: Path) -> None:
    """Until the next look, which lists it with all others; not what is excluded, by its name or with its live file."""
    pattern = Pattern.of(f"{rotated}/a.log")
    discovery = Discovery([pattern])
    assert learnt(discovery, rotated) == ["a1.log", "a2.log", "a3.log"]
    assert list(unlisted(discovery)) == []
    found = {each.name: each.live() for each in discovery.candidates(set())}
    assert found == {"a.log": "", **dict.fromkeys(("a1.log", "a2.log", "a3.log"), f"{rotated}/a.log")}
    assert learnt(Discovery([pattern], [f"{rotated}/a2.log"]), rotated) == ["a1.log", "a3.log"]
    assert not learn(Discovery([pattern], [f"{rotated}/a.log"]), f"{rotated}/a.log", f"{rotated}/a3.log")


def test_a_form_is_learnt_in_the_folder_of_the_live_file_alone(rotated: Path) -> None:
    """Whoever moves a file away does more than rotate it; of a path that no pattern leads to nothing is learnt."""
    discovery = Discovery([Pattern.of(f"{rotated}/a.log")])
    for live, path in (("a.log", "old/a3.log"), ("b.log", "b1.log"), ("a.log", "")):
        assert not learn(discovery, f"{rotated}/{live}", f"{rotated}/{path}" if path else "")
    assert list(unlisted(discovery)) == []


def test_a_run_that_ends_takes_no_daemons_files(rotated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And reads what is learnt in its order, as all else."""
    plan = Plan(lambda _lines, mtime_ns: mtime_ns, history=True, first_start_ns=0, now_ns=time.time_ns())
    monkeypatch.setattr(plan, "takes", lambda candidate: candidate.name != "a1.log")
    assert learnt(PlannedDiscovery([Pattern.of(f"{rotated}/a.log")], [], plan), rotated) == ["a2.log", "a3.log"]
    assert plan.rank((rotated / "a2.log").stat().st_ino) < plan.rank(0)
