from pathlib import Path

from tests.following import Follower, append, begun, follow, lines


def beyond(follower: Follower) -> set[str]:
    """Give the folders that are known to be out of reach."""
    return follower.catalog.departures.beyond.folders


def test_a_folder_that_followed_files_are_moved_into_is_noted(logs: Path, tmp_path: Path) -> None:
    """What is open is read to its end; what is moved there later, while nobody looks, is not."""
    away = tmp_path / "away"
    away.mkdir()
    follower = begun(logs, 10)
    (logs / "a.log").rename(away / "a.log.1")
    append(away / "a.log.1", lines(10, 20))
    assert follower.read() == lines(10, 20)
    assert beyond(follower) == {str(away)}


def test_what_stays_within_reach_is_not(logs: Path, tmp_path: Path) -> None:
    """Renamed beside, to a name that nobody would know, or removed; a link leads to the folder."""
    link = tmp_path / "link"
    link.symlink_to(logs)
    for name in ("a", "b", "c"):
        append(logs / f"{name}.log", lines(0, 10))
    (logs / "old").mkdir()
    follower = follow(link)
    follower.read()
    (logs / "a.log").rename(logs / "strange")
    (logs / "b.log").unlink()
    (logs / "c.log").rename(logs / "old" / "c.log.1")
    follower.read()
    assert not beyond(follower)
