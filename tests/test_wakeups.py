from pathlib import Path

from logship import wakeups
from logship.wakeups import FileEvents


def watches() -> int:
    """Count this process's inotify watches."""
    found = 0
    for info in Path("/proc/self/fdinfo").iterdir():
        if info.exists():
            found += sum(each.startswith("inotify") for each in info.read_text().splitlines())
    return found


def make_folders(folder: Path, count: int) -> list[str]:
    """Make so many folders and give their paths."""
    made = [folder / f"{number:04}" for number in range(count)]
    for each in made:
        each.mkdir()
    return [str(each) for each in made]


async def test_a_link_in_a_watched_folder_is_not_watched(tmp_path: Path) -> None:
    """Who owns the log folder can't have the daemon walk and watch the rest of the node."""
    before = watches()
    logs = tmp_path / "logs"
    logs.mkdir()
    (tmp_path / "elsewhere" / "deep").mkdir(parents=True)
    (logs / "out").symlink_to(tmp_path / "elsewhere")
    events = FileEvents(lambda: {str(logs)})
    await events.wait(0.3)
    assert watches() - before == 1
    await events.rest()


async def test_so_many_folders_are_watched(tmp_path: Path) -> None:
    """The highest ones: a file that is made in another is found by the timer."""
    before = watches()
    folders = {str(tmp_path), *make_folders(tmp_path, wakeups.MAX_WATCHED + 10)}
    events = FileEvents(lambda: folders)
    await events.wait(1)
    assert watches() - before == wakeups.MAX_WATCHED
    (tmp_path / "new").touch()
    await events.wait(10)
    await events.rest()
