import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace

from logship.files.archives import Contents
from logship.files.gaps import REASON, Gaps, Seen
from logship.files.registry import Registry
from logship.files.tailing import TailedFile
from logship.metrics import Metrics
from logship.model import FileId
from logship.state.finished import Finished
from logship.state.identity import Entry, Print, Saved, new_file_id

SECOND = 10**9
LIVE = "/logs/a.log"


@dataclass
class Found:
    """What a sweep found after somebody last looked at second 0."""

    folder: Path
    registry: Registry = field(default_factory=lambda: Registry((), Finished(), ("sink",)))
    present: set[FileId] = field(default_factory=set)
    new: dict[FileId, tuple[TailedFile, Entry]] = field(default_factory=dict)
    files: dict[FileId, TailedFile] = field(default_factory=dict)

    def open(
        self, born: float, ended: float, size: int = 1000, path: str = LIVE, data: bytes = b"", *, packed: bool = False
    ) -> Entry:
        """Have a file that nobody has seen, which was written, or packed, from one second to another."""
        entry = Entry(new_file_id(), path, 1, int(born * SECOND), Print(), size, 1.0, {"sink": Saved()})
        data = data or b"x" * size
        file = self._tailed(entry, born, ended, gzip.compress(data) if packed else data, packed=packed)
        self.new[entry.file] = (file, entry)
        self.present.add(entry.file)
        return entry

    def known(self, *, there: bool, path: str = LIVE, born: float | None = None, size: int = 1000) -> Entry:
        """Know one from before."""
        birth_ns = None if born is None else int(born * SECOND)
        entry = Entry(new_file_id(), path, 2, birth_ns, Print(), size, 1.0, {"sink": Saved(size)})
        self.registry.add(entry)
        self.present |= {entry.file} if there else set()
        return entry

    def followed(self, ended: float) -> Entry:
        """Have one open, which is nowhere any more."""
        entry = Entry(new_file_id(), LIVE, 3, None, Print(), 1000, 1.0, {"sink": Saved(1000)})
        self.files[entry.file] = self._tailed(entry, ended, ended, b"x" * 1000)
        return entry

    def _tailed(self, entry: Entry, born: float, ended: float, data: bytes, *, packed: bool = False) -> TailedFile:
        path = self.folder / entry.file
        path.write_bytes(data)
        os.utime(path, ns=(0, int(ended * SECOND)))
        fd = os.open(path, os.O_RDONLY)
        contents = Contents(fd) if packed else None
        assert contents is None or list(contents.measure())
        return TailedFile(entry, fd, "", int(born * SECOND), 0.0, contents=contents)

    def close(self) -> None:
        """Give descriptors back."""
        for file in (*self.files.values(), *(file for file, _ in self.new.values())):
            file.close()


@pytest.fixture
def found(logs: Path) -> Iterator[Found]:
    """Begin with nothing."""
    sweep = Found(logs)
    yield sweep
    sweep.close()


def suspected(found: Found, *unknown: Entry) -> dict[str, int]:
    """Look; what is suspected is counted, too."""
    metrics = Metrics(["sink"], "test")
    gaps = Gaps(metrics)
    gaps.look(Seen(found.registry, found.present, found.files, found.new, 0), unknown)
    counted = metrics.registry.get_sample_value("logship_input_lost_bytes_total", {"reason": REASON})
    assert (counted or 0) == sum(gaps.suspected.values())
    return gaps.suspected


def test_what_came_between_is_estimated_by_the_rate_of_what_is_there(
    found: Found, caplog: pytest.LogCaptureFixture
) -> None:
    """Two files of 1,000 bytes took twenty seconds; thirty seconds before them nobody looked."""
    found.known(there=False)
    unknown = found.open(30, 40), found.open(40, 50)
    assert suspected(found, *unknown) == {LIVE: 3000}
    assert [(r.levelname, getattr(r, "suspected_bytes", 0), getattr(r, "seconds", 0)) for r in caplog.records] == [
        ("WARNING", 3000, 30.0)
    ]


@pytest.mark.parametrize("keeps_time", [False, True])
def test_an_archive_begins_where_what_is_in_it_ended(found: Found, *, keeps_time: bool) -> None:
    """Its lines were written before it: after s6-log has packed what was an empty file at the last look, say.

    ``gzip FILE`` gives it the time of its file, a filter none.
    """
    found.known(there=False, size=0)
    unknown = [found.open(end + 1 if keeps_time else end, end, packed=True) for end in (10, 20, 30)]
    assert suspected(found, *unknown) == {}
    found.close()
    found.new.clear()
    unknown = [found.open(end + 1 if keeps_time else end, end, packed=True) for end in (40, 50, 60)]
    assert suspected(found, *unknown) == {LIVE: 3000}


def test_nothing_is_suspected_without_a_sign(found: Found) -> None:
    """One unknown file is the live one; a lineage that nobody knew before can have no gap."""
    found.known(there=False)
    one = found.open(30, 40)
    assert suspected(found, one) == {}
    others = found.open(30, 40, path="/logs/b.log"), found.open(40, 50, path="/logs/b.log")
    assert suspected(found, *others) == {}


def test_the_rest_of_one_that_went_is_estimated_by_its_own_rate(found: Found, caplog: pytest.LogCaptureFixture) -> None:
    """It had 1,000 bytes after ten seconds, and somebody else has its name eight seconds after the last look."""
    found.known(there=False, born=-10)
    assert suspected(found, found.open(8, 9)) == {LIVE: 800}
    (said,) = caplog.records
    assert (said.levelname, said.__dict__["seconds"]) == ("WARNING", 8.0)


def test_the_rest_of_one_that_went_is_no_more_than_it_had(found: Found) -> None:
    """The writer may have been away for days."""
    found.known(there=False, born=-10)
    assert suspected(found, found.open(400_000, 400_001)) == {LIVE: 1000}


def test_the_rest_of_one_that_went_is_missing_however_many_files_are_new(found: Found) -> None:
    """``maxage`` removed it, after another rotation: by the new ones' rate it is less than half a file."""
    found.known(there=False, born=-10)
    younger, older = found.open(40, 72), found.open(8, 40)
    assert suspected(found, younger, older) == {LIVE: 800}


@pytest.mark.parametrize("born", [0.9, 4.9])
def test_one_that_went_as_the_last_look_ended_has_no_rest(found: Found, born: float) -> None:
    """Offsets are saved each second, while little is written every five."""
    found.known(there=False, born=-10)
    assert suspected(found, found.open(born, 5)) == {}


def test_what_would_have_been_saved_at_once_is_suspected(found: Found) -> None:
    """Where a megabyte was written each second."""
    found.known(there=False, born=-10, size=20 << 20)
    assert suspected(found, found.open(4, 5)) == {LIVE: 8 << 20}


@pytest.mark.parametrize("head", [b"", b"a line\n" * 1000])
@pytest.mark.parametrize(("rest", "lost"), [(b"more\n", {}), (b"0 more\n", {LIVE: 800})])
def test_a_file_whose_head_was_taken_off_is_the_rest_of_it(
    found: Found, head: bytes, rest: bytes, lost: dict[str, int]
) -> None:
    """``tail -n 50 a.log | sponge a.log``: what the known one ended with is in the new one."""
    last = b"".join(b"line %d\n" % number for number in range(100))
    known = found.known(there=False, born=-10)
    marker = Print.of(last[-64:])
    found.registry.add(replace(known, offsets={"sink": Saved(1000, marker=marker)}))
    assert suspected(found, found.open(8, 9, data=head + (last if lost == {} else last[:-1]) + rest)) == lost


def test_a_known_file_that_is_there_still_is_the_one_before(found: Found) -> None:
    """Whatever was rotated is behind it."""
    found.known(there=True)
    assert suspected(found, found.open(30, 40), found.open(40, 50)) == {}


def test_a_known_file_that_goes_on_is_the_one_before(found: Found) -> None:
    """It was opened again in the same sweep."""
    found.open(-50, 1)
    assert suspected(found, found.open(30, 40), found.open(40, 50)) == {}


def test_where_the_first_file_begins_as_the_last_one_ended_nothing_is_missing(found: Found) -> None:
    """Less than half of a file fits between."""
    found.known(there=False)
    assert suspected(found, found.open(4, 40), found.open(40, 80)) == {}


def test_a_file_that_was_followed_is_known_up_to_its_last_byte(found: Found) -> None:
    """Where logship was stopped by the scheduler, and it is nowhere any more."""
    found.followed(ended=20)
    assert suspected(found, found.open(30, 40), found.open(40, 50)) == {LIVE: 1000}


@pytest.mark.parametrize("ignored", [False, True])
def test_a_finished_generation_is_a_sign_history_is_none(found: Found, *, ignored: bool) -> None:
    """What was read and closed counts; what was never to be read says nothing about when somebody looked."""
    _finish(found.registry, ignored=ignored)
    assert suspected(found, found.open(30, 40), found.open(40, 50)) == ({} if ignored else {LIVE: 3000})


def _finish(registry: Registry, *, ignored: bool) -> None:
    fd = os.memfd_create("a.log")
    os.write(fd, b"x" * 100)
    marker = Print.of(b"x" * 64)
    offsets = {} if ignored else {"sink": Saved(100, marker=marker)}
    entry = Entry(new_file_id(), LIVE, 9, None, Print.of(b"x" * 100), 100, 1.0, offsets, ignored=ignored)
    file = TailedFile(entry, fd, "", None, 0.0)
    assert registry.note_history(entry, file)
    file.close()


def test_each_lineage_is_judged_by_itself(found: Found) -> None:
    """And what was suspected before is added to."""
    gaps, seen = Gaps(Metrics(["sink"], "test")), Seen(found.registry, found.present, found.files, found.new, 0)
    unknown = []
    for path in (LIVE, "/logs/b.log"):
        found.known(there=False, path=path)
        unknown += [found.open(30, 40, path=path), found.open(40, 50, path=path)]
    gaps.look(seen, unknown)
    gaps.look(seen, unknown[:2])
    assert gaps.suspected == {LIVE: 6000, "/logs/b.log": 3000}


def test_files_of_one_moment_do_not_divide_by_nothing(found: Found) -> None:
    """A clock that is coarse: an estimate that is too high is said to be one."""
    found.known(there=False)
    assert suspected(found, found.open(30, 30), found.open(30, 30))[LIVE] > 0
