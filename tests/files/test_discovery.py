import os
import shutil
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from logship.files.discovery import Discovery
from logship.files.names import Candidate, stems
from logship.files.patterns import Pattern
from tests.privileges import folder_of_nobody, unprivileged

SETTLED_NS = 10**9


def make(folder: Path, *names: str) -> None:
    """Make empty files, with the folders that they need."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def look(folder: Path, *globs: str, exclude: Iterable[str] = (), root: str = "") -> list[Candidate]:
    """Look once; no folder may be unlistable."""
    patterns = [Pattern.of(f"{folder}/{glob}", root) for glob in globs]
    unlistable: set[str] = set()
    discovery = Discovery(patterns, [f"{folder}/{glob}" for glob in exclude])
    found = list(discovery.candidates(unlistable))
    assert not unlistable
    assert len({candidate.path for candidate in found}) == len(found)
    return found


def names(found: Iterable[Candidate], folder: Path, *, matched: bool = True) -> list[str]:
    """Give the names that match, or those that only look like rotated forms."""
    return sorted(candidate.path.removeprefix(f"{folder}/") for candidate in found if candidate.matched == matched)


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        ("*.log", ["a.log", "b.log"]),
        ("a.log", ["a.log"]),
        ("[ac].*", ["a.log", "c.txt"]),
        ("?.txt", ["c.txt"]),
        ("x/*.log", ["x/d.log"]),
        ("*/*.log", ["x/d.log"]),
        ("*/y/*.log", ["x/y/e.log"]),
        ("**/*.log", ["a.log", "b.log", "x/d.log", "x/y/e.log", "x/y/z/f.log"]),
        ("**/y/*.log", ["x/y/e.log"]),
        ("x/**/*.log", ["x/d.log", "x/y/e.log", "x/y/z/f.log"]),
        ("**/y/**/*.log", ["x/y/e.log", "x/y/z/f.log"]),
        ("x/**", ["x/d.log", "x/y/e.log", "x/y/z/f.log"]),
        (".*", [".hidden.log"]),
        (".dir/*", [".dir/g.log"]),
        ("missing/*.log", []),
    ],
)
def test_globs_match_as_in_a_shell(tmp_path: Path, glob: str, expected: list[str]) -> None:
    """``**`` is any number of folders, also none; a leading dot must be written, in files and folders alike."""
    make(tmp_path, "a.log", "b.log", "c.txt", "x/d.log", "x/y/e.log", "x/y/z/f.log", ".hidden.log", ".dir/g.log")
    assert names(look(tmp_path, glob), tmp_path) == expected


def test_the_root_is_the_deepest_folder_before_a_wildcard() -> None:
    """Or the one that is set; what is left is matched beneath it."""
    assert Pattern.of("/var/log/*/a*.log").root.path == "/var/log"
    assert Pattern.of("/var/log/*/a*.log").parts == ("*", "a*.log")
    assert Pattern.of("/var/log/a.log").parts == ("a.log",)
    assert Pattern.of("/*.log").root.path == "/"
    assert Pattern.of("/var/log/agent/*.log", "/var").parts == ("log", "agent", "*.log")
    assert Pattern.of("/var/log/*.log", "/").parts == ("var", "log", "*.log")
    assert Pattern.of("/var/log/*.log", "/").root.path == "/"


def test_a_set_root_is_looked_through_to_the_pattern(tmp_path: Path) -> None:
    """The path is what people know, whatever the root is."""
    make(tmp_path, "x/y/a.log")
    (found,) = look(tmp_path, "x/y/*.log", root=str(tmp_path))
    assert (found.relative, found.path) == ("x/y/a.log", f"{tmp_path}/x/y/a.log")
    (found,) = look(tmp_path, "x/y/*.log", root="/")
    assert found.path == f"{tmp_path}/x/y/a.log"


def test_what_is_excluded_is_left_out(tmp_path: Path) -> None:
    """By a glob over the whole path, in which ``**`` may be no folder; its rotated forms go with it."""
    make(tmp_path, "a.log", "a.log.1", "debug.log", "debug.log.1", "x/debug.log", "x/b.log")
    found = look(tmp_path, "**/*.log", exclude=["**/debug.log"])
    assert names(found, tmp_path) == ["a.log", "x/b.log"]
    assert names(found, tmp_path, matched=False) == ["a.log.1"]


def test_a_rotated_form_that_matches_itself_is_not_excluded_with_its_live_file(tmp_path: Path) -> None:
    """Who names it wants it."""
    make(tmp_path, "a.log", "a.log.1")
    assert names(look(tmp_path, "a.log*", exclude=["a.log"]), tmp_path) == ["a.log.1"]


ROTATED = ["a.log.1", "a.log.12", "a.log.2.gz", "a.log-20261122", "a.log-20261122.gz", "a.log.2026-11-22", "a-1.log",
           "a.log.bak", "a-2026-11-22.log"]  # fmt: skip


@pytest.mark.parametrize("name", ROTATED)
def test_rotated_forms_of_a_live_file_are_candidates(tmp_path: Path, name: str) -> None:
    """Whether the live file is there, is known, or only would match; whether they match themselves or not."""
    make(tmp_path, name)
    live = f"{tmp_path}/a.log"
    for known, there in (([], True), ([live], False), ([], False)):
        (tmp_path / "a.log").unlink(missing_ok=True)
        if there:
            make(tmp_path, "a.log")
        found = {candidate.path: candidate for candidate in look(tmp_path, "a.log")}
        rotated = found[f"{tmp_path}/{name}"]
        assert (rotated.matched, rotated.live(known)) == (False, live)
        assert len(found) == 1 + there


def test_generations_of_a_live_file_that_has_the_number_0_are_its_rotated_forms(tmp_path: Path) -> None:
    """java.util.logging's; where they match, too, or nothing says that they are files of one log, they are not."""
    make(tmp_path, "a.log.0", "a.log.1", "a.log.12", "a.log.0.lck", "worker.0", "worker.1", "a-0.log", "a-1.log")
    assert names(look(tmp_path, "a.log.0"), tmp_path, matched=False) == ["a.log.1", "a.log.12"]
    assert {each.live() for each in look(tmp_path, "a.log.0") if not each.matched} == {f"{tmp_path}/a.log.0"}
    assert {each.live() for each in look(tmp_path, "a.log.?") if each.name != "a.log.12"} == {""}
    for live in ("worker.0", "a-0.log"):
        assert names(look(tmp_path, live), tmp_path, matched=False) == []


@pytest.mark.parametrize(
    "name",
    ["a_r00012.log", "a_r00012.log.gz", "a_r2026-11-30_00-18-45.log", "a_r2026-11-30_00-18-45.restart-0000.log.gz"],
)
def test_what_flexi_logger_calls_a_rotated_file(tmp_path: Path, name: str) -> None:
    """By number, or by the time at which it began; version 0.31.10."""
    make(tmp_path, name)
    (found,) = look(tmp_path, "a_rCURRENT.log")
    assert found.live([f"{tmp_path}/a_rCURRENT.log"]) == found.live() == f"{tmp_path}/a_rCURRENT.log"


def test_other_names_are_no_rotated_forms(tmp_path: Path) -> None:
    """Only what follows a name, or stands before its extension, after a dot or a dash."""
    make(tmp_path, "a.log", "a.logs", "ba.log", "b.txt", "a", "log.1")
    assert names(look(tmp_path, "a.log"), tmp_path, matched=False) == []


def test_the_live_file_of_a_rotated_form_is_the_longest_name_that_fits(tmp_path: Path) -> None:
    """``a.log.1.gz`` is a form of ``a.log.1``, where that one is tailed too."""
    make(tmp_path, "a.log", "a.log.1", "a.log.1.gz")
    candidates = look(tmp_path, "a.log*")
    found = {candidate.path: candidate.live({each.path for each in candidates}) for candidate in candidates}
    assert found[f"{tmp_path}/a.log.1.gz"] == f"{tmp_path}/a.log.1"
    assert {"a-1.b", "a.b"} <= set(stems("a-1.b.2"))
    assert "a.log" in stems("a.log.2026-11-22_10-00-00.123.gz")


def test_a_name_of_many_dots_is_not_a_form_of_hundreds() -> None:
    """Names are the application's: what one costs is bounded."""
    assert len(list(stems("a." * 120 + ".log"))) <= 24


def test_folders_are_those_that_were_listed(tmp_path: Path) -> None:
    """Not what a link leads to; before the first look the roots that are there."""
    make(tmp_path, "x/y/a.log")
    (tmp_path / "x" / "out").symlink_to("/")
    discovery = Discovery([Pattern.of(f"{tmp_path}/**/*.log"), Pattern.of(f"{tmp_path}/absent/*.log")])
    assert discovery.folders() == {str(tmp_path)}
    list(discovery.candidates(set()))
    assert discovery.folders() == {str(tmp_path), f"{tmp_path}/x", f"{tmp_path}/x/y"}


def test_a_name_that_matches_one_pattern_is_not_only_a_rotated_form_by_another(tmp_path: Path) -> None:
    """Whatever the order of the patterns, and each path once."""
    make(tmp_path, "a.log", "a.log.1")
    for globs in (("*.log", "*.1"), ("*.1", "*.log"), ("*.log", "*.log*")):
        assert names(look(tmp_path, *globs), tmp_path) == ["a.log", "a.log.1"]


def test_names_may_be_any_bytes(tmp_path: Path) -> None:
    """Newlines, escape codes, what is no UTF-8, and 255 dashes."""
    odd = [b"new\nline.log", b"\x1b[31m.log", b"\xff\xfe.log", b"-" * 251 + b".log"]
    for name in odd:
        (tmp_path / os.fsdecode(name)).touch()
    assert names(look(tmp_path, "*.log"), tmp_path) == sorted(os.fsdecode(name) for name in odd)


def test_links_are_candidates_and_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    """What a folder link leads to is found under its own name."""
    make(tmp_path, "x/a.log")
    (tmp_path / "x" / "link.log").symlink_to("a.log")
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "x" / "up").symlink_to("..")
    found = {candidate.relative: candidate for candidate in look(tmp_path, "**/*.log")}
    assert {name: candidate.regular for name, candidate in found.items()} == {"x/a.log": True, "x/link.log": False}
    assert found["x/a.log"].inode == (tmp_path / "x" / "a.log").stat().st_ino
    assert found["x/a.log"].device == tmp_path.stat().st_dev


@pytest.mark.parametrize("others", [10, 3000])
def test_what_a_link_led_to_before_is_found_among_any_number_of_names(tmp_path: Path, others: int) -> None:
    """What has its shape is given once, whether it was listed before the link or after; but no folder is."""
    make(tmp_path, *(f"other{number:05}.dat" for number in range(others)))
    make(tmp_path, "svc.20261121", "svc.20261122", "svc.20261123", "app.log.1", "svc.1/x")
    (tmp_path / "app.log").symlink_to("svc.20261122")
    found = look(tmp_path, "*.log")
    assert names(found, tmp_path, matched=False) == ["app.log.1", "svc.20261121", "svc.20261122", "svc.20261123"]
    assert {each.linked for each in found if each.name.startswith("svc")} == {"app.log"}


def test_a_folder_is_never_a_candidate(tmp_path: Path) -> None:
    """Whatever it is called."""
    (tmp_path / "a.log").mkdir()
    assert look(tmp_path, "*.log") == []


def test_a_root_that_is_not_there_yet_is_normal(tmp_path: Path) -> None:
    """It is found once it is there; one that is no folder can't be listed."""
    unlistable: set[str] = set()
    discovery = Discovery([Pattern.of(f"{tmp_path}/later/*.log")])
    assert list(discovery.candidates(unlistable)) == []
    assert discovery.roots() == set()
    make(tmp_path, "later/a.log")
    assert [candidate.relative for candidate in discovery.candidates(unlistable)] == ["a.log"]
    assert discovery.roots() == discovery.root_paths == {f"{tmp_path}/later"}
    assert not unlistable
    shutil.rmtree(tmp_path / "later")
    make(tmp_path, "later")
    assert list(discovery.candidates(unlistable)) == []
    assert unlistable == {f"{tmp_path}/later"}


@pytest.mark.parametrize("closed", ["", "inner"])
@pytest.mark.parametrize("mode", [0o000, 0o300, 0o600])
def test_a_folder_that_can_not_be_listed_is_reported(closed: str, mode: int) -> None:
    """And the others are looked through all the same."""
    with folder_of_nobody() as folder:
        make(folder, "inner/a.log", "other/b.log")
        target = folder / closed if closed else folder
        target.chmod(mode)
        with unprivileged():
            unlistable: set[str] = set()
            discovery = Discovery([Pattern.of(f"{folder}/**/*.log")])
            found = [candidate.relative for candidate in discovery.candidates(unlistable)]
            assert discovery.roots() == {str(folder)}
            discovery.folder_states(time.time_ns())
    if mode == 0o600:  # its names can be listed, but nothing in it opened
        assert found == (["other/b.log"] if closed else [])
        assert unlistable
    else:
        assert unlistable == {str(target)}
        assert found == (["other/b.log"] if closed else [])


def test_a_root_in_a_folder_that_can_not_be_searched_is_no_fault_of_the_watcher() -> None:
    """It can't be watched; asking for it must not raise."""
    with folder_of_nobody() as folder:
        make(folder, "inner/a.log")
        folder.chmod(0)
        with unprivileged():
            unlistable: set[str] = set()
            discovery = Discovery([Pattern.of(f"{folder}/inner/*.log")])
            assert discovery.roots() == set()
            assert list(discovery.candidates(unlistable)) == []
            assert discovery.folder_states(time.time_ns()) == {}
        assert unlistable == {f"{folder}/inner"}


def test_folders_that_are_nested_to_no_end_end(tmp_path: Path) -> None:
    """An application may make 2,000 of them; what is too deep is reported."""
    make(tmp_path, "a.log")
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(2000):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    unlistable: set[str] = set()
    discovery = Discovery([Pattern.of(f"{tmp_path}/**/*.log")])
    assert [candidate.relative for candidate in discovery.candidates(unlistable)] == ["a.log"]
    (deep,) = unlistable
    assert 50 < deep.count("/d/") + deep.count("/d") < 200
    subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)  # Python's own way would be as deep


def test_folders_beyond_those_that_may_wait_are_left_out_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other ones in each look, so that each has its turn; of a folder that is needed none is left out."""
    monkeypatch.setattr("logship.files.discovery.MAX_PENDING", 8)
    make(tmp_path, *(f"{number:02}/a.log" for number in range(20)))
    discovery = Discovery([Pattern.of(f"{tmp_path}/**/*.log")])
    needed, met = {f"{tmp_path}/19/"}, set[str]()
    for _ in range(100):
        found = {each.relative for some in discovery.look(set(), needed) for each in some}
        assert "19/a.log" in found
        assert len(found) in {8, 9}
        assert discovery.crowded == {str(tmp_path)}
        met |= found
    assert len(met) == 20
    for number in range(8, 20):
        shutil.rmtree(tmp_path / f"{number:02}")
    assert len([*discovery.candidates(set())]) == 8
    assert discovery.crowded == set()


def test_a_folder_states_changes_when_a_name_comes_or_goes(tmp_path: Path) -> None:
    """One that has just changed is taken as changed, for its next change may have the same time."""
    make(tmp_path, "x/a.log", "y/b.log")
    discovery = Discovery([Pattern.of(f"{tmp_path}/**/*.log")])
    now = time.time_ns()
    assert discovery.folder_states(now + SETTLED_NS).keys() == {str(tmp_path)}
    list(discovery.candidates(set()))
    assert set(discovery.folder_states(now).values()) == {now}
    before = discovery.folder_states(now + SETTLED_NS)
    assert before.keys() == {str(tmp_path), f"{tmp_path}/x", f"{tmp_path}/y"}
    (tmp_path / "x" / "a.log").unlink()
    os.utime(tmp_path / "x", ns=(0, now + 1))
    after = discovery.folder_states(now + SETTLED_NS)
    assert [name for name in before if before[name] != after[name]] == [f"{tmp_path}/x"]
    shutil.rmtree(tmp_path / "y")
    assert f"{tmp_path}/y" not in discovery.folder_states(now + SETTLED_NS)


def test_rotated_files_in_a_folder_beneath_are_of_the_live_file_above(tmp_path: Path) -> None:
    """As logrotate's olddir and Log4j 2's dated folders have them; only in folders that are called so."""
    make(tmp_path, "app.log", "old/app.log.1", "old/app.log.2.gz", "2026-11/app-11-28-2026-1.log.gz", "archive/app.log")
    make(tmp_path, "old/other.txt", "web/app.log.1", "old/old/app.log.1", "archives/new.log")
    found = look(tmp_path, "*.log")
    assert names(found, tmp_path) == ["app.log"]
    lives = {each.path.removeprefix(f"{tmp_path}/"): each.live() for each in found if not each.matched}
    assert lives == {
        "old/app.log.1": f"{tmp_path}/app.log",
        "old/app.log.2.gz": f"{tmp_path}/app.log",
        "2026-11/app-11-28-2026-1.log.gz": f"{tmp_path}/app.log",
        "archive/app.log": f"{tmp_path}/app.log",
        "archives/new.log": f"{tmp_path}/new.log",
    }


def test_a_folder_that_patterns_reach_is_what_they_say(tmp_path: Path) -> None:
    """Who asks for the files in archive/ gets them as they are: a service may be called so."""
    make(tmp_path, "app.log", "archive/app.log", "archive/app.log.1")
    found = look(tmp_path, "**/*.log")
    assert names(found, tmp_path) == ["app.log", "archive/app.log"]
    assert [each.live() for each in found if not each.matched] == [f"{tmp_path}/archive/app.log"]


def test_archives_that_are_left_out_are_left_out_beneath_too(tmp_path: Path) -> None:
    """By their own path, or with their live file."""
    make(tmp_path, "a.log", "b.log", "old/a.log.1", "old/b.log.1")
    assert names(look(tmp_path, "*.log", exclude=["old/*"]), tmp_path, matched=False) == []
    assert names(look(tmp_path, "*.log", exclude=["a.log"]), tmp_path, matched=False) == ["old/b.log.1"]


def test_a_folder_of_rotated_files_that_cannot_be_listed_is_nothing_to_complain_of() -> None:
    """Nobody asked for it."""
    with folder_of_nobody() as folder:
        make(folder, "a.log", "old/a.log.1")
        (folder / "old").chmod(0)
        with unprivileged():
            assert names(look(folder, "*.log"), folder) == ["a.log"]
