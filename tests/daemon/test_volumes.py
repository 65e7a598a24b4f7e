"""Whether there is room: a volume that is full, or nearly so, is told of once a minute, with its path."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from logship.daemon.volumes import LOGS, STATE, Volume, Volumes, look
from tests.autojump import autojump
from tests.small_volume import small_volume

MIB = 1 << 20


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Give a volume of one mebibyte; needs root."""
    with small_volume(tmp_path, "size=1m", "nr_inodes=8") as folder:
        yield folder


def test_a_volume_is_told_by_what_it_holds(tmp_path: Path, small: Path) -> None:
    """One that holds two things is there twice; of a folder that is not there yet, the volume that it will be on."""
    seen = look({LOGS: [str(tmp_path / "not" / "there"), str(tmp_path)], STATE: [str(small / "state")], "file": []})
    assert [(each.holds, each.path, each.state) for each in seen] == [
        (LOGS, str(tmp_path), "ok"),
        (STATE, str(small), "ok"),
    ]
    assert seen[1].size == MIB
    both = look({LOGS: [str(small)], STATE: [str(small)]})
    assert [each.holds for each in both] == [LOGS, STATE]


def test_what_has_no_room_is_full(small: Path) -> None:
    """By bytes, or by inodes, of which an application can make as many as there are."""
    (small / "large").write_bytes(b"x" * (MIB - (80 << 10)))
    assert look({STATE: [str(small)]})[0].state == "ok"
    (small / "more").write_bytes(b"x" * (40 << 10))
    (volume,) = look({STATE: [str(small)]})
    assert (volume.state, volume.no_inodes) == ("full", False)
    assert volume.problem().startswith(f"{small}: the volume is full, 0.04 MiB of 1.00 MiB left: checkpoints and dead")
    (small / "large").unlink()
    for number in range(6):
        (small / f"{number}").touch()
    (volume,) = look({"audit": [str(small)]})
    assert (volume.state, volume.no_inodes) == ("full", True)
    assert "no inode is left: the sink audit waits once it is full" in volume.problem()


@pytest.mark.parametrize(
    ("free", "size", "state"),
    [
        (400 * MIB, 10_000 * MIB, "ok"),
        (200 * MIB, 10_000 * MIB, "nearly full"),
        (40 * MIB, 800 * MIB, "ok"),
        (39 * MIB, 800 * MIB, "nearly full"),
        (0, 800 * MIB, "full"),
    ],
)
def test_nearly_full_is_a_twentieth_and_never_more_than_some(free: int, size: int, state: str) -> None:
    """A small volume is not nearly full all its life, nor a large one with gigabytes left."""
    assert Volume("/x", LOGS, free, size).state == state


@autojump
async def test_it_is_said_once_a_minute(small: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As long as it lasts; whoever asks has them looked at again."""
    volumes = Volumes({LOGS: [str(small)]}, clock=asyncio.get_running_loop().time)
    looking = asyncio.create_task(volumes.run())
    await asyncio.sleep(1.5)
    assert [each.state for each in volumes.seen] == ["ok"]
    (small / "large").write_bytes(b"x" * MIB)
    volumes.refresh()
    await asyncio.sleep(1.5)
    assert [each.state for each in volumes.seen] == ["full"]
    for _ in range(10):
        volumes.refresh()
        await asyncio.sleep(10)
    looking.cancel()
    said = [vars(record) for record in caplog.records]
    assert [(each["message"], each["path"], each["holds"]) for each in said] == [
        ("a volume is full", str(small), LOGS)
    ] * 2
    assert said[0]["advice"].startswith("the application's lines are cut")
    assert len(list(volumes.problems())) == 1
