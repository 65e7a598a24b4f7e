from pathlib import Path

from tests.zoo.watch import Watch


def test_rename_and_truncation_are_rotations_and_growth_is_none(tmp_path: Path) -> None:
    """Each counts once."""
    live = tmp_path / "app.log"
    live.write_text("one\n")
    watch = Watch(tmp_path, "app.log")
    live.write_text("one\ntwo\n")
    assert watch.look() == 0
    live.rename(tmp_path / "app.log.1")
    assert watch.look() == 0
    live.write_text("three\n")
    assert watch.look() == 1
    live.write_text("")
    assert (watch.look(), watch.look()) == (2, 2)


def test_a_new_name_under_the_pattern_is_a_rotation(tmp_path: Path) -> None:
    """Also where nothing is renamed."""
    (tmp_path / "app-1.log").write_text("one\n")
    watch = Watch(tmp_path, "app*.log")
    (tmp_path / "app-2.log").write_text("two\n")
    assert watch.look() == 1
