import argparse
import subprocess
from pathlib import Path
from typing import Any

import pytest

from benchmarks import regress
from benchmarks.__main__ import main
from benchmarks.bench import open_bench
from benchmarks.builds import TODAY, build, commit
from benchmarks.shippers import Job, Start

OTHER = "HEAD~1"


def rows(theirs: list[float], ours: list[float], figure: str = "CPU ms") -> list[dict[str, Any]]:
    """Give the runs of one job as they are taken: A B, then B A."""
    found: list[dict[str, Any]] = []
    for number, pair in enumerate(zip(theirs, ours, strict=True)):
        two = [
            {"case": "http", "shipper": name, figure: value} for name, value in zip((OTHER, TODAY), pair, strict=True)
        ]
        found += two if number % 2 == 0 else two[::-1]
    return found


def options(most: float = 1.1) -> argparse.Namespace:
    """Give the flags that a table needs."""
    return argparse.Namespace(commit=OTHER, most=most, markdown=False)


def repository(folder: Path) -> Path:
    """Make one of two commits; a file says which."""
    git = ("git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b.example")
    folder.mkdir()
    subprocess.run([*git, "init", "--quiet"], check=True)
    for words in ("one", "two"):
        (folder / "file").write_text(words)
        subprocess.run([*git, "add", "file"], check=True)
        subprocess.run([*git, "commit", "--quiet", "--message", words], check=True)
    return folder


def test_a_run_is_compared_with_the_other_builds_run_beside_it() -> None:
    """The machine was half as fast for the second pair: the ratios do not show it, though the medians do."""
    (found,) = regress.compare(rows([100.0, 200.0, 100.0], [90.0, 180.0, 90.0]), OTHER)
    assert found.ratios == [0.9, 0.9, 0.9]
    assert (found.theirs, found.ours, found.median) == (100.0, 90.0, 0.9)


def test_a_pair_of_which_one_failed_is_left_out() -> None:
    """Its neighbours stay pairs."""
    given = rows([100.0, 100.0, 100.0], [120.0, 130.0, 140.0])
    del given[2]["CPU ms"]
    given[2]["failed"] = "no"
    (found,) = regress.compare(given, OTHER)
    assert found.ratios == [1.2, 1.4]


@pytest.mark.parametrize(
    ("ours", "code"),
    [
        ([120.0, 120.0, 120.0, 120.0], 1),
        ([105.0, 105.0, 105.0, 105.0], 0),
        ([150.0, 150.0, 90.0, 90.0], 0),
        ([150.0, 150.0], 0),
        ([90.0, 90.0, 90.0, 90.0], 0),
    ],
    ids=["worse", "within the bound", "the pairs don't agree", "too few pairs", "better"],
)
def test_the_exit_code_says_whether_it_is_worse(
    ours: list[float], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the median ratio, if nearly all pairs agree that it is worse at all."""
    assert regress.told(rows([100.0] * len(ours), ours), options()) == code
    assert ("**worse**" in capsys.readouterr().out) == bool(code)


def test_a_failed_run_and_no_pair_at_all_are_exit_1(capsys: pytest.CaptureFixture[str]) -> None:
    """With the last words of what failed."""
    failed = {"case": "http", "shipper": TODAY, "failed": "exit 2: no such folder"}
    assert regress.told([*rows([1.0], [1.0]), failed], options()) == 1
    assert "no such folder" in capsys.readouterr().out
    assert regress.told([], options()) == 1


def test_a_commit_is_checked_out_beside_what_is_here(tmp_path: Path) -> None:
    """And nothing of it is left; what is here, committed or not, is not touched."""
    folder = repository(tmp_path / "r")
    (folder / "file").write_text("three")
    with commit("HEAD~1", folder) as tree:
        assert (tree / "file").read_text() == "one"
    assert not tree.exists()
    assert (folder / "file").read_text() == "three"
    listed = subprocess.run(["git", "-C", str(folder), "worktree", "list"], capture_output=True, text=True, check=True)
    assert len(listed.stdout.splitlines()) == 1


def test_a_commit_that_is_not_there_is_said(tmp_path: Path) -> None:
    """With git's own words, before anything is measured."""
    with (
        pytest.raises(SystemExit, match="nonesuch: fatal: invalid reference"),
        commit("nonesuch", repository(tmp_path / "r")),
    ):
        pass


def test_the_code_that_runs_is_that_of_the_folder(tmp_path: Path) -> None:
    """Whatever is installed, and whatever folder it is started from."""
    (tmp_path / "logship").mkdir()
    (tmp_path / "logship" / "__init__.py").touch()
    (tmp_path / "logship" / "__main__.py").write_text("print('the other one')")
    program = build("other", tmp_path)
    start = Start(Job("http", "none"), tmp_path / "a.log", tmp_path, 1, live=False)
    ran = subprocess.run(
        [*program.command(start)], env=dict(program.environment(start)), capture_output=True, text=True, check=True
    )
    assert ran.stdout == "the other one\n"


def test_a_round_has_each_job_of_both_and_the_short_ones_in_the_other_order_again() -> None:
    """So that what drifts meets both alike; the long one is taken once."""
    jobs: dict[str, regress.Measure] = dict.fromkeys(("http", regress.LOW), lambda _bench, _program: {})
    pair = (build(OTHER, Path("a")), build(TODAY, Path("b")))
    with open_bench() as bench:
        runs = [(run.case, run.shipper) for run in regress.round_of(bench, jobs, pair)]
    both = [("http", OTHER), ("http", TODAY), (regress.LOW, OTHER), (regress.LOW, TODAY)]
    assert runs == [*both, ("http", TODAY), ("http", OTHER)]


def test_a_commit_has_to_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Else it is a wrong call."""
    with pytest.raises(SystemExit) as left:
        main(["regress"])
    assert left.value.code == 2
    assert "commit" in capsys.readouterr().err
